"""The run folder: one folder a run, its events as they happen, and `last` pointing at the newest."""

import contextlib
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from neurode.callbacks import Callback
from neurode.errors import FileError
from neurode.files import write_text


class RunFolder:
    """A folder that a run writes into.

    Args:
        parent: Where runs are kept; made if it is not there.
        name: What the run is about; becomes part of the folder's name.

    Raises:
        FileError: If the folder cannot be made.
    """

    def __init__(self, parent: str | os.PathLike, name: str) -> None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        base = "-".join([stamp, *_plain(name)])
        try:
            Path(parent).mkdir(parents=True, exist_ok=True)
            self.path = _made_anew(Path(parent), base)
        except OSError as error:
            raise FileError(
                f"cannot make a run folder in {str(parent)!r}: {error.strerror or error}",
                hint="choose a folder that is yours and has space: --output FOLDER",
            ) from error

    @property
    def id(self) -> str:
        """The run's name: when, and what about."""
        return self.path.name

    def write_json(self, name: str, value: Any) -> Path:
        """Writes a JSON document, whole or not at all."""
        path = self.path / name
        write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")
        return path

    def log(self, event: str, **values: Any) -> None:
        """Appends an event to `events.jsonl`.

        Raises:
            FileError: If the disk is full.
        """
        line = json.dumps({"event": event, "time": round(time.time(), 3), **values}, default=str)
        try:
            with (self.path / "events.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise FileError(f"cannot write to {str(self.path)!r}: {error.strerror or error}") from error

    def point_last(self) -> None:
        """Makes `last`, beside the folder, lead to it. A system without links goes without."""
        link = self.path.parent / "last"
        temporary = self.path.parent / f".last-{os.getpid()}"
        with contextlib.suppress(OSError):
            temporary.symlink_to(self.path.name, target_is_directory=True)
            temporary.replace(link)

    def discard(self) -> None:
        """Takes the folder away: a run that came to nothing leaves nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(OSError):
            # Only if it is empty, that is, if this run made it.
            self.path.parent.rmdir()


class EventLog(Callback):
    """Writes every epoch to the events of a run."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.folder.log("epoch", epoch=epoch + 1, **(logs or {}))


def _made_anew(parent: Path, base: str) -> Path:
    for number in range(1, 1000):
        path = parent / (base if number == 1 else f"{base}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise FileError(f"{str(parent)!r} has a thousand runs of this second already")


def _plain(name: str) -> list[str]:
    """The name's letters and digits, safe in any file system."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in name)
    return [part] if (part := kept.strip("-")[:40]) else []
