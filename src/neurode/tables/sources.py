"""Sources: a table from wherever it is — a file, a database or memory — as one polars frame."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from neurode.errors import ArgumentError, FileError, TableError, listed
from neurode.tables.delimited import read_delimited
from neurode.tables.frames import to_polars
from neurode.tables.signatures import ARROW_FILE, PARQUET, SQLITE, describe_signature
from neurode.tables.sqlite import read_sqlite

DELIMITED = (".csv", ".tsv", ".txt", ".data")
PARQUET_FILES = (".parquet", ".pq")
ARROW_FILES = (".arrow", ".feather", ".ipc")
DATABASES = (".db", ".sqlite", ".sqlite3")


def read_table(source: Any, *, table: str | None = None, query: str | None = None) -> pl.DataFrame:
    """The table at `source` as a polars frame, whatever it came as.

    Args:
        source: A path to a CSV (`.csv .tsv .txt .data`), Parquet, Arrow or SQLite file; a pandas, polars,
            Arrow or other frame that narwhals knows; a dict of columns; a 2-D array (columns `x0`, `x1`, …).
        table: Which table of a database; needed where it has more than one.
        query: A SELECT to run on the database instead.

    Raises:
        FileError: The file does not exist, is not what its name says, or cannot be read to its end.
        TableError: The content is not a table: ragged rows, duplicate column names, no rows.

    Example:
        >>> read_table({"grade": ["A", "B"], "term": [36, 60]}).shape
        (2, 2)
    """
    if isinstance(source, (str, Path)):
        frame = _read_path(Path(source).expanduser(), table, query)
        name = repr(str(source))
    else:
        _refuse_selection(table, query)
        frame, name = to_polars(source), "the table"
    if not frame.width:
        raise TableError(f"{name} has no columns", hint="give a table of at least one column and one row")
    if not frame.height:
        raise TableError(f"{name} has columns but no rows", hint="check how the table was made or filtered")
    return _without_nan(frame)


def _read_path(path: Path, table: str | None, query: str | None) -> pl.DataFrame:
    head = _first_bytes(path)
    suffix = path.suffix.lower()
    if suffix in DATABASES or head.startswith(SQLITE):
        return read_sqlite(path, table=table, query=query)
    _refuse_selection(table, query)
    if suffix in PARQUET_FILES or head.startswith(PARQUET):
        return _read_columnar(path, "Parquet", lambda: pl.read_parquet(path, glob=False))
    if suffix in ARROW_FILES or head.startswith(ARROW_FILE):
        read = pl.read_ipc if head.startswith(ARROW_FILE) else pl.read_ipc_stream
        return _read_columnar(path, "Arrow", lambda: read(path.read_bytes()))
    if suffix in DELIMITED:
        return read_delimited(path)
    what = describe_signature(head)
    looks = f"; it looks like {what}" if what else ""
    raise FileError(
        f"{str(path)!r} has an ending that names no kind of table{looks}",
        available=f"endings: {' '.join(DELIMITED + PARQUET_FILES + ARROW_FILES + DATABASES)}",
        hint="rename the file if it is one of these, or export it as CSV",
    )


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        tables = sorted(p.name for p in path.iterdir() if p.suffix.lower() in DELIMITED + PARQUET_FILES)
        raise FileError(
            f"{str(path)!r} is a folder, not a file",
            available=f"tables in it: {listed(tables)}" if tables else "",
            hint="give the path of one file",
        )
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError:
        raise FileError(f"no file {str(path)!r}", **_near(path)) from None
    except OSError as error:
        raise FileError(
            f"{str(path)!r} cannot be opened: {error.strerror}", hint="check its permissions"
        ) from None
    if not head:
        raise FileError(
            f"{str(path)!r} is empty (0 bytes)", hint="check how the file was written or downloaded"
        )
    return head


def _near(path: Path) -> dict[str, str]:
    if not path.parent.is_dir():
        return {"hint": f"the folder {str(path.parent)!r} does not exist either; check the path"}
    names = sorted(p.name for p in path.parent.iterdir() if p.is_file())
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    if close:
        return {
            "available": f"close names in the folder: {listed(close)}",
            "hint": f"did you mean {str(path.parent / close[0])!r}?",
        }
    return {"hint": f"check the path; the folder searched is {str(path.parent.resolve())!r}"}


def _read_columnar(path: Path, kind: str, read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    try:
        return read()
    # A panic of the Rust reader on corrupt bytes is not an Exception.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise FileError(
            f"{str(path)!r} is not a complete {kind} file",
            available=f"the reader says: {str(error).splitlines()[0]}",
            hint="it may be cut off or half written; fetch or write it again",
        ) from None


def _refuse_selection(table: str | None, query: str | None) -> None:
    if table is not None or query is not None:
        raise ArgumentError(
            f"{'table' if table is not None else 'query'}= is for SQLite databases, and this source is none",
            hint="leave it out, or give the path of a .sqlite file",
        )


def _without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """NaN and null both mean a gap; one of them is enough."""
    return frame.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
