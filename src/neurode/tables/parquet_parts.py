"""Parquet parts: a table in many files, perhaps in folders like `year=2024` that carry a column."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import polars as pl

from neurode.errors import FileError
from neurode.tables.files import READ_ERRORS, incomplete
from neurode.tables.joining import check_equal_columns, check_types
from neurode.tables.paths import check_file

HIVE_GAP = "__HIVE_DEFAULT_PARTITION__"
"""What Hive and Spark write for a missing value in the name of a folder."""

_PART = "neurode: the part of a row"


def read_parquet_parts(paths: Sequence[Path], root: Path | None = None) -> pl.DataFrame:
    """The rows of all parts, one part below the other.

    Args:
        paths: The parts.
        root: The folder below which `key=value` folders are columns; None to take none from folders.

    Raises:
        FileError: A part cannot be read, or lies in other `key=` folders than the rest.
        TableError: The parts differ in their columns, or in types that do not join.

    References:
        Apache Hive, Language Manual, "Partitioned Tables": the layout of the folders.
    """
    keys = _folder_columns(paths, root)
    try:
        frame, heights = _read_at_once(paths, with_heights=keys.width > 0)
    except READ_ERRORS:
        # Parts that differ are few, so only they pay for being looked at one by one.
        frame, heights = _read_one_by_one(paths)
    return frame.with_columns(keys[np.repeat(np.arange(len(paths)), heights)]) if keys.width else frame


def _read_at_once(paths: Sequence[Path], *, with_heights: bool) -> tuple[pl.DataFrame, list[int]]:
    """polars' own scan, which takes files of equal columns and types only; and the rows of each part."""
    frame = pl.read_parquet(
        list(paths), glob=False, hive_partitioning=False, include_file_paths=_PART if with_heights else None
    )
    if any(isinstance(dtype, pl.Datetime) for dtype in frame.dtypes):
        _check_zones(paths)
    if not with_heights:
        return frame, []
    runs = frame[_PART].rle().struct.unnest()
    heights = dict(zip(runs["value"], runs["len"]))
    return frame.drop(_PART), [heights.get(str(path), 0) for path in paths]


def _check_zones(paths: Sequence[Path]) -> None:
    """Refuses times of which some have a zone: polars takes all of them for times of the first part's."""
    check_types({str(path): dict(pl.read_parquet_schema(path)) for path in paths})


def _read_one_by_one(paths: Sequence[Path]) -> tuple[pl.DataFrame, list[int]]:
    frames = {str(path): _read(path) for path in paths}
    check_equal_columns({part: frame.columns for part, frame in frames.items()})
    types = check_types({part: dict(frame.schema) for part, frame in frames.items()})
    columns = [pl.col(name).cast(dtype) for name, dtype in types.items()]
    joined = pl.concat([frame.select(columns) for frame in frames.values()])
    return joined, [frame.height for frame in frames.values()]


def _read(path: Path) -> pl.DataFrame:
    check_file(path)
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except READ_ERRORS as error:
        raise incomplete(str(path), "Parquet", error) from None


def _folder_columns(paths: Sequence[Path], root: Path | None) -> pl.DataFrame:
    """A row for each part with the values of its `key=value` folders."""
    if root is None:
        return pl.DataFrame()
    rows = [_pairs(path.relative_to(root)) for path in paths]
    for path, row in zip(paths, rows):
        if row.keys() != rows[0].keys():
            raise FileError(
                f"{str(path)!r} lies in other key=value folders than {str(paths[0])!r}",
                available=f"keys: {', '.join(row) or 'none'} there, {', '.join(rows[0]) or 'none'} here",
                hint="give a pattern that matches one layout",
            )
    return pl.DataFrame([_typed(pl.Series(key, [row[key] for row in rows])) for key in rows[0]])


def _pairs(path: Path) -> dict[str, str | None]:
    pairs = (part.partition("=") for part in path.parts[:-1] if "=" in part)
    return {key: None if value == HIVE_GAP else unquote(value) for key, _, value in pairs}


def _typed(words: pl.Series) -> pl.Series:
    """Values of folders as whole numbers, numbers or dates where all of them are."""
    words = words.cast(pl.String)
    for dtype in (pl.Int64, pl.Float64, pl.Date):
        typed = (
            words.str.to_date("%Y-%m-%d", strict=False)
            if dtype == pl.Date
            else words.cast(dtype, strict=False)
        )
        if typed.null_count() == words.null_count():
            return typed
    return words
