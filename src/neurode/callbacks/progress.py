"""Keras's lines of progress: in a terminal, in a log file, in a notebook."""

import sys
import time
from typing import Any, Protocol, runtime_checkable

from neurode.callbacks.callback import Callback, Logs
from neurode.callbacks.history import in_keras_order

WIDTH = 20
"""Characters of the bar."""


@runtime_checkable
class Stream(Protocol):
    """Where lines are printed: a file, a terminal, a notebook's output."""

    def write(self, text: str, /) -> Any: ...
    def flush(self) -> Any: ...
    def isatty(self) -> bool: ...


class ProgbarLogger(Callback):
    """Prints the lines of progress that Keras prints.

    Args:
        verbose: 1 for a bar that moves (its last state only, where the output is no terminal), 2 for one line
            an epoch.
        stream: Where to print; standard output by default, as in Keras.
    """

    def __init__(self, verbose: int = 1, stream: Stream | None = None) -> None:
        self.verbose, self._given = verbose, stream
        self._display: Any = None

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._begun, self._epoch = time.perf_counter(), epoch
        self._live = self.verbose == 1 and (_in_notebook() or self._stream.isatty())
        self._display = _notebook_display() if self._live and _in_notebook() else None
        self._print(f"Epoch {epoch + 1}/{self.params['epochs']}\n")

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        if self._live and steps < self.params["steps"]:
            self._show(self._line(steps, logs or {}, done=False), end=False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._show(self._line(self.params["steps"], logs or {}, done=True), end=True)

    @property
    def _stream(self) -> Stream:
        return self._given or sys.stdout

    def _line(self, steps: int, logs: Logs, *, done: bool) -> str:
        total = self.params["steps"]
        seconds = time.perf_counter() - self._begun
        speed = f"{_duration(seconds / max(steps, 1))}/step"
        left = (
            f"{seconds:.0f}s {speed}" if done else f"{seconds * (total - steps) / max(steps, 1):.0f}s {speed}"
        )
        values = [left, *(f"{name}: {_number(value)}" for name, value in in_keras_order(logs))]
        if self.verbose == 2:
            return f"{steps}/{total} - " + " - ".join(values)
        filled = WIDTH * steps // total
        bar = (
            "━" * filled
            + ("" if done else "╸" if filled < WIDTH else "")
            + " " * (WIDTH - filled - (not done))
        )
        return f"{steps}/{total} {bar} " + " - ".join(values)

    def _show(self, line: str, *, end: bool) -> None:
        if self._display is not None:
            self._display.update({"text/plain": line}, raw=True)
        elif self._live:
            # Back to the start of the line, and clear what a longer line left behind.
            self._print(f"\r\x1b[2K{line}" + ("\n" if end else ""))
        else:
            self._print(line + "\n")

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _number(value: Any) -> str:
    if isinstance(value, list):
        return "[" + " ".join(map(_number, value)) + "]"
    return f"{value:.4f}" if value == 0 or abs(value) > 1e-3 else f"{value:.4e}"


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _notebook_display() -> Any:
    from IPython.display import display

    return display({"text/plain": ""}, raw=True, display_id=True)
