"""A history in a file: one line an epoch."""

import contextlib
import csv
from pathlib import Path
from typing import IO, Any

import numpy as np

from neurode.callbacks.callback import Callback, Logs
from neurode.errors import FileError


class CSVLogger(Callback):
    """Writes loss and metrics of every epoch to a CSV file, as the fit goes.

    The first epoch decides on the columns: `epoch` (from 0) and the logs by the alphabet. If it is not
    validated there is a `val_` column for each as well. What is missing later is `NA`.

    Args:
        filename: Path of the file.
        separator: One character between columns.
        append: Whether to go on in a file that exists, such as that of a fit that was interrupted. Its header
            is not written again.

    Raises:
        FileError: When a fit begins or an epoch ends, if the file cannot be written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "log.csv"
        >>> log = CSVLogger(path)
        >>> log.on_train_begin(); log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75}); log.on_train_end()
        >>> print(path.read_text())
        epoch,loss,val_loss
        0,0.5,0.75
        <BLANKLINE>
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = Path(filename), separator, append
        self._file: IO[str] | None = None
        self._columns: list[str] = []
        self._headed = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.on_train_end()
        self._columns = []
        try:
            self._headed = self.append and self.filename.exists() and self.filename.stat().st_size > 0
            mode = "a" if self.append else "w"
            self._file = self.filename.open(mode, newline="", encoding="utf-8")
        except OSError as error:
            raise _unwritable(self.filename, error) from error

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if not self._columns:
            names = sorted(logs)
            validated = any(name.startswith("val_") for name in names)
            self._columns = [*names, *([] if validated else [f"val_{name}" for name in names])]
        rows = [[epoch, *(_cell(logs.get(name, "NA")) for name in self._columns)]]
        if not self._headed:
            rows, self._headed = [["epoch", *self._columns], *rows], True
        self._write(rows)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, rows: list[list[Any]]) -> None:
        try:
            csv.writer(self._file, delimiter=self.separator).writerows(rows)  # type: ignore[arg-type]
            self._file.flush()  # type: ignore[union-attr]
        except OSError as error:
            # Closing tries to write once more what did not fit.
            with contextlib.suppress(OSError):
                self._file.close()  # type: ignore[union-attr]
            self._file = None
            raise _unwritable(self.filename, error) from error


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
        return f'"[{", ".join(map(str, value))}]"'
    return value


def _unwritable(path: Path, error: OSError) -> FileError:
    return FileError(
        f"cannot write {str(path)!r}: {error.strerror or error}",
        hint="choose a folder that exists, is yours and has space",
    )
