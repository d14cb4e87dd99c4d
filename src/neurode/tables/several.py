"""Several files as one table: a folder of parts, a pattern, or a list of paths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from neurode.errors import ArgumentError, FileError, listed
from neurode.tables.files import KINDS, PARQUET_FILES, kind_of, read_file
from neurode.tables.joining import check_equal_columns, check_types, common_types
from neurode.tables.parquet_parts import read_parquet_parts
from neurode.tables.paths import files_in, is_folder, matches


def read_folder(folder: Path) -> pl.DataFrame:
    """The table whose Parquet parts lie in a folder and in the folders below it.

    Raises:
        FileError: There is no part in it, or files of another kind beside the parts.
    """
    found = list(files_in(folder))
    tables = [path for path in found if kind_of(path) in KINDS]
    parts = [path for path in tables if kind_of(path) == "Parquet"]
    if not parts:
        names = [str(path.relative_to(folder)) for path in tables]
        raise FileError(
            f"{str(folder)!r} is a folder without Parquet parts",
            available=f"tables in it: {listed(names)}" if names else "",
            hint=f"give one file, or a pattern such as {str(folder / ('*' + tables[0].suffix))!r}"
            if tables
            else "give the path of one file",
        )
    _refuse_two_kinds(tables, str(folder))
    return read_parquet_parts(parts, folder)


def read_pattern(pattern: Path, *, trust_pickle: bool = False) -> pl.DataFrame:
    """The table in all files that match a pattern such as `data/loans-*.csv`."""
    root, found = matches(pattern)
    if all(map(is_folder, found)):
        found = [path for folder in found for path in files_in(folder)]
        found = [path for path in found if kind_of(path) == "Parquet"]
        if not found:
            raise FileError(
                f"{str(pattern)!r} matches folders without Parquet parts",
                hint="end the pattern with the files: folder/*.csv",
            )
    _refuse_two_kinds(found, str(pattern))
    return read_files(found, root=root, trust_pickle=trust_pickle)


def read_files(
    paths: Sequence[Path], *, root: Path | None = None, trust_pickle: bool = False
) -> pl.DataFrame:
    """The table in several files of equal columns, one below the other in the order given.

    Args:
        paths: The files; all of one kind.
        root: The folder below which `key=value` folders are columns (Parquet only).
        trust_pickle: Whether pickles may be read, and so be run.

    Raises:
        FileError: The files are of several kinds, or one of them cannot be read.
        TableError: Their columns are not the same, or a column's types do not join.
    """
    _refuse_two_kinds(paths, "the list")
    kind = kind_of(paths[0])
    if kind == "SQLite":
        raise ArgumentError(
            f"{len(paths)} databases are not one table", hint="give one, and its table with table="
        )
    if all(path.suffix.lower() in PARQUET_FILES for path in paths):
        return read_parquet_parts(paths, root)
    frames = {str(path): read_file(path, trust_pickle=trust_pickle) for path in paths}
    check_equal_columns({part: frame.columns for part, frame in frames.items()})
    if kind == "text":
        frames = _with_text(frames)
    types = check_types({part: _schema(frame) for part, frame in frames.items()})
    first = next(iter(frames.values())).schema
    # A column of nothing but gaps in all files keeps the type it was read as.
    columns = [pl.col(name).cast(first[name] if types[name] == pl.Null else types[name]) for name in types]
    return pl.concat([frame.select(columns) for frame in frames.values()])


def _with_text(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The parts once more where a column is numbers in one and words in another: it is words in all.

    Casting the numbers back would not do, as 007 had become 7.
    """
    common = common_types({part: _schema(frame) for part, frame in frames.items()})
    mixed = {name for name, dtype in common.items() if dtype is None}
    return {
        part: read_file(Path(part), as_text=mixed)
        if any(frame.schema[name] != pl.String for name in mixed)
        else frame
        for part, frame in frames.items()
    }


def _schema(frame: pl.DataFrame) -> dict[str, Any]:
    """The types, where a column of nothing but gaps has none."""
    columns = frame.iter_columns()
    return {c.name: pl.Null() if c.null_count() == c.len() else c.dtype for c in columns}


def _refuse_two_kinds(paths: Sequence[Path], name: str) -> None:
    kinds: dict[str, list[str]] = {}
    for path in paths:
        kinds.setdefault("folder" if is_folder(path) else kind_of(path), []).append(path.name)
    if len(kinds) > 1:
        raise FileError(
            f"{name!r} holds files of {len(kinds)} kinds",
            available="\n".join(f"{kind}: {listed(names, 3)}" for kind, names in kinds.items()),
            hint="give a pattern that matches one kind, such as data/*.csv",
        )
