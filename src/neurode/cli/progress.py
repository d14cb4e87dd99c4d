"""One live line on standard error: the stage, and how training goes."""

from typing import Any

from rich.console import Console
from rich.status import Status

from neurode.callbacks import Callback


class Progress(Callback):
    """A spinner with a text. As a callback it shows the epochs of a fit."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._status: Status | None = None

    def __enter__(self) -> "Progress":
        self._status = self._console.status("starting")
        self._status.start()
        return self

    def __exit__(self, *details: Any) -> None:
        if self._status is not None:
            self._status.stop()

    def say(self, text: str) -> None:
        """Shows a stage."""
        if self._status is not None:
            self._status.update(text)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        shown = " · ".join(
            f"{name} {value:.4f}"
            for name, value in (logs or {}).items()
            if name in ("loss", "val_loss", "val_auc", "val_r2_score")
        )
        self.say(f"training the network: epoch {epoch + 1} of at most {self.params['epochs']} · {shown}")
