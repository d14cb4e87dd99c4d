"""Save the model while it learns."""

import os
import warnings
from pathlib import Path
from typing import Any

from neurode.callbacks.batches import BatchCounter, Frequency
from neurode.callbacks.callback import Logs
from neurode.callbacks.monitor import MonitorCallback
from neurode.errors import FileError, UnknownNameError


class ModelCheckpoint(MonitorCallback):
    """Saves the model after every epoch, or after so many batches. A file is written whole or not at all.

    With `save_best_only`, an epoch whose quantity is unknown is saved with a warning, as in Keras. An epoch
    that is not validated by plan (`validation_freq`) is not saved; Keras saves it, over a better model.

    Args:
        filepath: Path of the file. Fields in braces are filled in: `{epoch:02d}` (from 1), `{batch}` (from 1,
            if batches are counted), and every quantity of the logs, `{val_loss:.2f}`. A folder that does not
            exist is made.
        monitor: Name of the quantity that decides which model is best.
        verbose: 1 prints a line for every decision.
        save_best_only: Whether to save only a model that is better than those before.
        save_weights_only: Whether to call `model.save_weights` in place of `model.save`.
        mode: `"min"`, `"max"`, or `"auto"` by the name.
        save_freq: `"epoch"`, or a number of batches. A number turns epochs into single steps, which is slow;
            the logs then cover the epoch so far.
        initial_value_threshold: A value that has to be beaten by the first model that is saved, or None.

    Raises:
        ArgumentError: If `save_freq` is neither.
        UnknownNameError: When it saves, if a field of the path is not in the logs.
        FileError: When it saves, if the file cannot be written.

    Example:
        >>> checkpoint = ModelCheckpoint("run/{epoch:02d}-{val_loss:.2f}.neurode")
        >>> checkpoint.path_for(2, {"val_loss": 0.4567})
        'run/03-0.46.neurode'
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Frequency = "epoch",
        initial_value_threshold: float | int | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq, self._counter, self._epoch = save_freq, BatchCounter(save_freq), 0

    @property
    def watches_batches(self) -> bool:
        """Whether it counts batches."""
        return not self._counter.by_epoch

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._counter.is_due(batch):
            self._save(self._epoch, logs or {}, batch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._counter.by_epoch:
            self._save(epoch, logs or {})

    def path_for(self, epoch: int, logs: Logs, batch: int | None = None) -> str:
        """The path with its fields filled in."""
        fields = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**fields)
        except KeyError as error:
            raise UnknownNameError("field of the file name", error.args[0], list(fields)) from error

    def state_dict(self) -> dict[str, Any]:
        """What counts over epochs."""
        return {"best": self.best, "batches": self._counter.state_dict()}

    def load_state_dict(self, values: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self.best = values["best"]
        self._counter.load_state_dict(values["batches"])

    def _save(self, epoch: int, logs: Logs, batch: int | None = None) -> None:
        path = self.path_for(epoch, logs, batch)
        if not self._is_wanted(epoch, logs, path):
            return
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        except OSError as error:
            raise FileError(
                f"cannot write {path!r}: {error.strerror or error}",
                hint="choose a folder that exists, is yours and has space",
            ) from error
        self._say(epoch, f"finished saving model to {path}")

    def _is_wanted(self, epoch: int, logs: Logs, path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        value = logs.get(self.monitor)
        if value is None and self.left_out_by_plan(epoch):
            return False
        if value is None or isinstance(value, list):
            problem = "is not in the logs" if value is None else "has one value a unit"
            warnings.warn(
                f"the quantity {self.monitor!r} {problem}, so every model is saved",
                stacklevel=2,
            )
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_improvement(value, self.best, logs):
            self._say(epoch, f"{self.monitor} did not improve from {before}")
            return False
        self._say(epoch, f"{self.monitor} improved from {before} to {value:.5f}, saving model to {path}")
        self.best = value
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: {text}")
