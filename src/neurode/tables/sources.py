"""Sources: a table from wherever it is — a file, many files, a database or memory — as one polars frame."""

import os
from pathlib import Path
from typing import Any

import polars as pl

from neurode.errors import ArgumentError, FileError, TableError, listed
from neurode.tables.files import read_file, refuse_selection
from neurode.tables.frames import to_polars
from neurode.tables.limits import within_limits
from neurode.tables.paths import check_file, is_folder, is_pattern
from neurode.tables.postgresql import read_postgresql
from neurode.tables.several import read_files, read_folder, read_pattern
from neurode.tables.sqlite import read_sqlite
from neurode.tables.urls import are_paths, is_url, scheme_of, source_name, sqlite_path


def read_table(
    source: Any, *, table: str | None = None, query: str | None = None, trust_pickle: bool = False
) -> pl.DataFrame:
    """The table at `source` as a polars frame, whatever it came as.

    Args:
        source: A path to a CSV (`.csv .tsv .txt .data`), Parquet, Arrow or SQLite file, compressed
            (`.csv.gz`, also `.bz2 .xz .zst`) or in a `.zip`; a folder of Parquet parts; a pattern such as
            `data/loans-*.csv`, or a list of paths, for several files of equal columns; an address:
            `sqlite:///relative.db`, `postgresql://user:password@host:port/database`; a pandas, polars, Arrow
            or other frame that narwhals knows; a dict of columns; a 2-D array (columns `x0`, `x1`, …).
        table: Which table of a database or zip archive; needed where it has more than one.
        query: A SELECT to run on the database instead.
        trust_pickle: Read pickled frames (`.pkl .pickle`). Only for files of your own: reading a pickle can
            run any code that its writer put in.

    Raises:
        FileError: The source does not exist, is not what its name says, or cannot be read to its end.
        TableError: The content is not a table: ragged rows, duplicate column names, no rows, dates beyond
            the years 1 to 9999.

    Example:
        >>> read_table({"grade": ["A", "B"], "term": [36, 60]}).shape
        (2, 2)
    """
    if is_url(source):
        frame = _read_url(source, table, query)
    elif isinstance(source, str | os.PathLike):
        frame = _read_path(Path(source).expanduser(), table, query, trust_pickle)
    else:
        refuse_selection(table, query)
        if are_paths(source):
            paths = [Path(part).expanduser() for part in source]
            frame = read_files(paths, trust_pickle=trust_pickle)
        else:
            frame = to_polars(source)
    return _without_nan(within_limits(_with_rows(frame, source)))


def _read_url(url: str, table: str | None, query: str | None) -> pl.DataFrame:
    scheme = scheme_of(url)
    if scheme == "sqlite":
        path = sqlite_path(url)
        check_file(path)
        return read_sqlite(path, table=table, query=query)
    if scheme in {"postgresql", "postgres"}:
        return read_postgresql(url, table=table, query=query)
    raise FileError(
        f"no reader for the address {source_name(url)!r}",
        available="addresses: sqlite:///relative.db, sqlite:////absolute.db, "
        "postgresql://user:password@host:port/database",
        hint="fetch the table to a file first, and give its path",
    )


def _read_path(path: Path, table: str | None, query: str | None, trust_pickle: bool) -> pl.DataFrame:
    if is_url(str(path)):
        # A path has lost one of the two slashes, and with it what the address says.
        raise ArgumentError(
            f"the address {source_name(path)!r} was given as a Path", hint="give it as a text (str)"
        )
    if is_folder(path):
        refuse_selection(table, query)
        return read_folder(path)
    if is_pattern(path):
        refuse_selection(table, query)
        return read_pattern(path, trust_pickle=trust_pickle)
    return read_file(path, table=table, query=query, trust_pickle=trust_pickle)


def _with_rows(frame: pl.DataFrame, source: Any) -> pl.DataFrame:
    located = isinstance(source, str | os.PathLike) or are_paths(source)
    name = repr(source_name(source)) if located else "the table"
    if not frame.width:
        raise TableError(f"{name} has no columns", hint="give a table of at least one column and one row")
    if not frame.height:
        raise TableError(
            f"{name} has columns but no rows",
            available=f"columns: {listed(frame.columns)}",
            hint="check how the table was made or filtered",
        )
    return frame


def _without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """NaN and null both mean a gap; one of them is enough."""
    return frame.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
