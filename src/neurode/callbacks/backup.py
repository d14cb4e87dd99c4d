"""Go on where a fit was broken off."""

import contextlib
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from neurode.callbacks.batches import BatchCounter, Frequency
from neurode.callbacks.callback import Callback, Logs
from neurode.errors import ArgumentError, FileError, NeurodeError
from neurode.files import replacing

BACKUP = "latest.backup"
ARRAYS = re.compile(r"callbacks-\d+-\d+\.npz")


class BackupAndRestore(Callback):
    """Backs up everything that training changes, and goes on from there when the fit is started again.

    Weights, optimiser, learning rate and steps are restored, so a fit that was broken off and started again
    ends with the same bits as one that was not. So are the counts of the other callbacks (patience, the best
    value and its weights), which Keras forgets. The history of the second fit begins with the first epoch
    that it runs. The loss and metrics of an epoch that was entered again in its middle cover the steps after
    that.

    It is told last of all callbacks, so that what the others changed in an epoch is in the backup.

    Args:
        backup_dir: Folder for the backup, of its own for every fit. It is made if it does not exist.
        save_freq: `"epoch"`, or a number of batches. A number turns epochs into single steps, which is slow.
        double_checkpoint: Whether to keep the backup before the last one, and to use it if the last one
            cannot be read.
        delete_checkpoint: Whether to delete the backup when the fit has run to its end or was stopped by a
            callback. After an error or Ctrl-C it stays. Nothing else in the folder is touched; Keras deletes
            the folder.

    Raises:
        ArgumentError: If the folder has no name, or `save_freq` is neither.
        FileError: During a fit, if the backup cannot be written or read.

    Example:
        >>> BackupAndRestore("backup", save_freq=500).watches_batches
        True
    """

    after_others = True

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Frequency = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not str(backup_dir):
            raise ArgumentError("backup_dir is empty", hint="name a folder of the backup's own")
        self.backup_dir, self.save_freq = Path(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._counter = BatchCounter(save_freq)
        self._epoch, self._finished, self._due = 0, 0, False
        self._named: list[str] = []

    @property
    def watches_batches(self) -> bool:
        """Whether it counts batches."""
        return not self._counter.by_epoch

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._finished, self._due, self._named = 0, False, []
        record = self._read()
        if record is not None:
            self._named = [record["arrays"]]
            self._finished, step = record["epoch"], record["step"]
            self._counter.load_state_dict(record["batches"])
            self.model.resume_from = (self._finished, step)
            if record["learning_rate"] is not None:
                self.model.optimizer.learning_rate = record["learning_rate"]
            self._restore_siblings(record)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._counter.is_due(batch):
            return
        steps = self.params["steps"]
        if steps is None or batch + 1 < steps:
            self._write(self._epoch, batch + 1)
        else:
            # The epoch is not over before it is validated and the others were told.
            self._due = True

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._counter.by_epoch or self._due:
            self._write(epoch + 1, 0)
            self._due = False
        self._finished = epoch + 1

    def on_train_end(self, logs: Logs | None = None) -> None:
        ended_well = self._finished >= self.params["epochs"] or self.model.stop_training
        if self.delete_checkpoint and ended_well:
            self._delete()

    @property
    def _places(self) -> list[Path]:
        """Where a backup may be, the newest first."""
        return [self.backup_dir / BACKUP, self.backup_dir / f"{BACKUP}.before"]

    def _write(self, epoch: int, step: int) -> None:
        latest, before = self._places
        states, arrays = _take_apart(self._with_state())
        record: dict[str, Any] = {
            "epoch": epoch,
            "step": step,
            "batches": self._counter.state_dict(),
            "learning_rate": self._rate(),
            "callbacks": states,
            "arrays": f"callbacks-{epoch}-{step}.npz",
        }
        try:
            self.backup_dir.mkdir(parents=True, exist_ok=True)
            # The arrays come first: a backup never names a file that is not there yet.
            if arrays:
                with replacing(self.backup_dir / record["arrays"]) as temporary, temporary.open("wb") as file:
                    np.savez(file, allow_pickle=False, **arrays)
            if self.double_checkpoint and latest.exists():
                self._copy(latest, before)
            self.model.write_checkpoint(latest, record)
            self._forget_arrays(record["arrays"])
        except OSError as error:
            raise FileError(
                f"cannot write the backup in {str(self.backup_dir)!r}: {error.strerror or error}",
                hint="choose a folder that is yours and has space",
            ) from error

    def _read(self) -> dict[str, Any] | None:
        found = [place for place in self._places if place.exists()]
        for place in found:
            try:
                record = self.model.read_checkpoint(place)
            except (NeurodeError, OSError):
                if place == found[-1]:
                    raise
                continue
            if place != self._places[0]:
                # The next backup copies the last one, which must not be the broken one.
                self._copy(place, self._places[0])
            return record
        return None

    def _rate(self) -> float | None:
        """The rate that callbacks may have set since the last step; None where a schedule decides."""
        rate = self.model.optimizer.learning_rate
        return None if callable(rate) else float(rate)

    def _copy(self, source: Path, to: Path) -> None:
        with replacing(to) as temporary:
            shutil.copyfile(source, temporary)

    def _with_state(self) -> list[Any]:
        return [callback for callback in self.siblings if hasattr(callback, "state_dict")]

    def _restore_siblings(self, record: dict[str, Any]) -> None:
        path = self.backup_dir / record["arrays"]
        arrays: dict[str, np.ndarray] = {}
        if path.exists():
            with np.load(path, allow_pickle=False) as stored:
                arrays = dict(stored)
        waiting = list(enumerate(record["callbacks"]))
        for callback in self._with_state():
            # By class and in order: a callback that was not there before begins afresh.
            for entry in waiting:
                number, saved = entry
                if saved["class"] == type(callback).__name__:
                    callback.load_state_dict(saved["state"] | _lists_of(arrays, number))
                    waiting.remove(entry)
                    break

    def _forget_arrays(self, newest: str) -> None:
        """Deletes the arrays that no backup names any more."""
        self._named = [newest, *self._named][: 2 if self.double_checkpoint else 1]
        for path in list(self.backup_dir.iterdir()):
            if ARRAYS.fullmatch(path.name) and path.name not in self._named:
                path.unlink()

    def _delete(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            for path in list(self.backup_dir.iterdir()):
                if path in self._places or ARRAYS.fullmatch(path.name):
                    path.unlink()
            if not any(self.backup_dir.iterdir()):
                self.backup_dir.rmdir()


def _take_apart(callbacks: list[Any]) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """The states as JSON values, and apart from them the arrays as `number:name:position`."""
    states: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    for number, callback in enumerate(callbacks):
        plain = {}
        for name, value in callback.state_dict().items():
            if isinstance(value, list) and any(isinstance(part, np.ndarray) for part in value):
                arrays |= {f"{number}:{name}:{position}": part for position, part in enumerate(value)}
            else:
                plain[name] = value
        states.append({"class": type(callback).__name__, "state": plain})
    return states, arrays


def _lists_of(arrays: dict[str, np.ndarray], number: int) -> dict[str, list[np.ndarray]]:
    """The lists of arrays that belong to the callback of this number, by name."""
    lists: dict[str, list[np.ndarray]] = {}
    for key, array in arrays.items():
        owner, name, _ = key.split(":")
        if int(owner) == number:
            lists.setdefault(name, []).append(array)
    return lists
