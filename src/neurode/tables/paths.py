"""Paths: what lies at one, which files a pattern or a folder means, and what is close where nothing is."""

import difflib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from neurode.errors import ArgumentError, FileError, listed

WILDCARDS = frozenset("*?[")


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`."""
    found = _status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_pattern(path: Path) -> bool:
    """Whether `path` is a pattern: it has a wildcard, and no file has that very name.

    Example:
        >>> is_pattern(Path("data/loans-*.csv")), is_pattern(Path("data/loans.csv"))
        (True, False)
    """
    return bool(WILDCARDS & set(str(path))) and _status(path) is None


def check_file(path: Path) -> None:
    """Refuses what is no file with something in it that can be read.

    Raises:
        FileError: There is nothing at `path`, or a folder, a pipe, an empty file or one without permission.
    """
    found = _status(path)
    if found is None:
        raise FileError(f"no file {str(path)!r}", **_near(path))
    if stat.S_ISDIR(found.st_mode):
        raise FileError(f"{str(path)!r} is a folder, not a file", hint="give the path of one file")
    if not stat.S_ISREG(found.st_mode):
        raise FileError(
            f"{str(path)!r} is not a regular file but a pipe or a device",
            hint="write what comes out of it to a file first",
        )
    if not found.st_size:
        raise FileError(
            f"{str(path)!r} is empty (0 bytes)", hint="check how the file was written or downloaded"
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise _closed(path, error) from None


def files_in(folder: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Every file below a folder in the order of their names, but those that begin with `.` or `_`.

    Raises:
        FileError: A folder in it cannot be read, or is a link to one that it lies in.
    """
    real = folder.resolve()
    if real in above:
        raise FileError(
            f"the folder {str(folder)!r} is a link to one that it lies in, {str(real)!r}",
            hint="remove the link, or give a pattern that leaves it out",
        )
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise _closed(folder, error) from None
    for entry in entries:
        # Spark and others keep their own notes beside the parts under such names.
        if entry.name.startswith((".", "_")):
            continue
        if is_folder(entry):
            yield from files_in(entry, above | {real})
        else:
            yield entry


def matches(pattern: Path) -> tuple[Path, list[Path]]:
    """What a pattern such as `data/loans-*.csv` matches.

    Returns:
        The folder in front of the first wildcard, and the paths in the order of their names.

    Raises:
        FileError: Nothing matches.
    """
    parts = pattern.parts
    first = next(place for place, part in enumerate(parts) if WILDCARDS & set(part))
    root = Path(*parts[:first])
    try:
        found = sorted(root.glob("/".join(parts[first:])))
    except ValueError as error:
        raise ArgumentError(f"cannot read the pattern {str(pattern)!r}: {error}") from None
    hidden = pattern.name.startswith(".")
    found = [path for path in found if hidden or not path.name.startswith(".")]
    if not found:
        raise FileError(f"no file matches {str(pattern)!r}", **_near(pattern))
    return root, found


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _closed(path, error) from None
    except ValueError as error:
        raise FileError(f"{str(path)!r} is no path: {error}", hint="check the path") from None


def _closed(path: Path, error: OSError) -> FileError:
    return FileError(f"{str(path)!r} cannot be opened: {error.strerror}", hint="check its permissions")


def _near(path: Path) -> dict[str, str]:
    folder = path.parent
    if not folder.is_dir():
        if WILDCARDS & set(str(folder)):
            return {"hint": "check the folders of the pattern"}
        return {"hint": f"the folder {str(folder)!r} does not exist either; check the path"}
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError as error:
        return {"hint": f"the folder {str(folder)!r} cannot be read: {error.strerror}"}
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    if close:
        return {
            "available": f"close names in the folder: {listed(close)}",
            "hint": f"did you mean {str(folder / close[0])!r}?",
        }
    return {"hint": f"check the path; the folder searched is {str(folder.resolve())!r}"}
