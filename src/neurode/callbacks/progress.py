"""Keras's lines of progress: in a terminal, in a log file, in a notebook."""

import sys
import time
from typing import Any, Protocol, runtime_checkable

from neurode.callbacks.callback import Callback, Logs

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
        verbose: 0 for nothing, 1 for a bar that moves (its last state only, where the output is no terminal),
            2 for one line an epoch; None for the `verbose` of the fit.
        stream: Where to print; standard output by default, as in Keras.
    """

    def __init__(self, verbose: int | None = None, stream: Stream | None = None) -> None:
        self.verbose, self._of_fit, self._given = verbose, verbose is None, stream
        self._display: Any = None
        self._in_fit = False
        self._seen = 0
        self._total: int | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self._total = params.get("steps")
        if self._of_fit:
            asked = params.get("verbose", 1)
            self.verbose = 1 if asked == "auto" else int(asked)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        # Validation inside a fit prints nothing of its own.
        self._in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._begin()
        self._print(f"Epoch {epoch + 1}/{self.params['epochs']}\n")

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        self._seen = steps
        if self._live and (self._total is None or steps < self._total):
            self._show(self._line(steps, logs or {}, done=False), end=False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._end(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._begin()

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._end(logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._begin()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        # The logs of a prediction are its output.
        if not self._in_fit:
            self._end(None)

    def _begin(self) -> None:
        self._seen = 0
        self._begun = time.perf_counter()
        self._live = self.verbose == 1 and (in_notebook() or self._stream.isatty())
        self._display = _notebook_display() if self._live and in_notebook() else None

    def _end(self, logs: Logs | None) -> None:
        if self._total is None:
            # The first epoch of a source of batches tells how many there are.
            self._total = self._seen
        self._show(self._line(self._total, logs or {}, done=True), end=True)

    @property
    def _stream(self) -> Stream:
        return self._given or sys.stdout

    def _line(self, steps: int, logs: Logs, *, done: bool) -> str:
        total, seconds = self._total, time.perf_counter() - self._begun
        # The time that is left, where that can be told; in the end the time that it took.
        shown = seconds if done or total is None else seconds * (total - steps) / max(steps, 1)
        time_text = f"{shown:.0f}s {_duration(seconds / max(steps, 1))}/step"
        values = " - ".join([time_text, *(f"{name}: {_number(value)}" for name, value in logs.items())])
        if total is None:
            return f"{steps}/Unknown {values}"
        if self.verbose == 2:
            return f"{steps}/{total} - {values}"
        filled = WIDTH * steps // max(total, 1)
        bar = (
            "━" * filled
            + ("" if done else "╸" if filled < WIDTH else "")
            + " " * (WIDTH - filled - (not done))
        )
        return f"{steps}/{total} {bar} {values}"

    def _show(self, line: str, *, end: bool) -> None:
        if self._display is not None:
            self._display.update({"text/plain": line}, raw=True)
        elif self._live:
            # Back to the start of the line, and clear what a longer line left behind.
            self._print(f"\r\x1b[2K{line}" + ("\n" if end else ""))
        else:
            self._print(line + "\n")

    def _print(self, text: str) -> None:
        if self.verbose == 0:
            return
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


def in_notebook() -> bool:
    """Whether this runs in a notebook, whose output can be replaced."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _notebook_display() -> Any:
    from IPython.display import display

    return display({"text/plain": ""}, raw=True, display_id=True)
