"""Checking: a table to be scored beside the table that the model was trained on, column by column."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.arrays import float_array
from neurode.tables.bins import NumberBins
from neurode.tables.columns import Column, dtype_of
from neurode.tables.dates import part_of
from neurode.tables.encoding import Encoding
from neurode.tables.findings import Check, ColumnCheck
from neurode.tables.guards import check_features
from neurode.tables.levels import CategoryEncoding
from neurode.tables.profile import Profile
from neurode.typing import Columns

N_LEVELS = 3
"""How many unseen levels are named."""

_BETWEEN = ""
"""Stands for the column of what is of two columns, such as the days between two dates."""

_FAMILIES = {
    "integer": "numbers",
    "float": "numbers",
    "boolean": "booleans",
    "text": "text",
    "date": "dates",
    "datetime": "dates",
    "other": "values of another type",
}


def check_table(
    encoding: Encoding,
    profile: Profile | None,
    frame: pl.DataFrame,
    *,
    scores: Mapping[str, np.ndarray] | None = None,
) -> Check:
    """What a table to be scored holds that training had not seen.

    Columns that are missing or cannot be read are reported, and the others are checked all the same.

    Args:
        encoding: How the model reads a table.
        profile: How the training rows were spread; without it there is no stability index.
        frame: The table, as `read_table` gives it.
        scores: What the model predicts for its rows, by the names that the profile knows.

    Raises:
        ArgumentError: Encoding and profile are of two models.

    Example:
        >>> from neurode.tables import Schema
        >>> frame = pl.DataFrame({"rate": np.arange(100.0), "grade": ["A", "B"] * 50})
        >>> encoding = Encoding.fit(frame, Schema.infer(frame))
        >>> profile = Profile.fit(encoding, encoding.transform(frame))
        >>> check_table(encoding, profile, frame).is_clear
        True
        >>> check = check_table(encoding, profile, pl.DataFrame({"grade": ["A", "Z", "Z", "B"]}))
        >>> [column.finding for column in check.columns]
        ['the column is missing', "50.0 % have levels that training never saw: 'Z'"]
    """
    if profile is not None:
        profile.require(encoding)
    columns, lost = _encoded(encoding, frame)
    known = set(encoding.schema.names)
    bins = (profile.numbers, profile.categories) if profile else ()
    checks = check_features(encoding.numbers, encoding.categories, columns, *bins)
    found: dict[str, list[ColumnCheck]] = defaultdict(list)
    for source, check in _features(encoding, frame, columns, checks, lost.keys()):
        found[source].append(check)
    return Check(
        n_rows=frame.height,
        columns=(
            *(
                check
                for column in encoding.schema.features
                for check in lost.get(column.name) or _completed(found[column.name], column, encoding, frame)
            ),
            *found[_BETWEEN],
        ),
        scores=() if profile is None else tuple(_score_checks(profile.scores, scores or {})),
        extra_columns=tuple(name for name in frame.columns if name not in known),
        has_profile=profile is not None,
    )


def _features(
    encoding: Encoding,
    frame: pl.DataFrame,
    columns: Columns,
    checks: tuple[ColumnCheck, ...],
    lost: Set[str],
) -> Iterator[tuple[str, ColumnCheck]]:
    """The check of each feature with the column that it comes from, without those of lost columns alone."""
    kinds = {column.name: column.kind for column in encoding.schema.features}
    for number, check in zip(encoding.numbers, checks):
        if not number.between:
            yield number.name, _dated(check) if kinds[number.name] == "date" else check
        elif lost.isdisjoint(number.between):
            yield _BETWEEN, check
    for category, check, codes in zip(encoding.categories, checks[encoding.n_numbers :], columns.codes.T):
        if category.name not in lost and (codes == category.other_code).any():
            check = _with_unseen_levels(check, encoding, category, frame[category.name], codes)
        yield category.name, check


def _encoded(encoding: Encoding, frame: pl.DataFrame) -> tuple[Columns, dict[str, list[ColumnCheck]]]:
    """The rows, with columns that cannot be had as gaps, and by name what is wrong with those."""
    # A column of nothing but gaps has no type that could be wrong.
    frame = frame.with_columns(
        _gaps(values.name, frame) for values in frame if values.null_count() == len(values)
    )
    try:
        return encoding.transform(frame), {}
    except TableError:
        present = set(frame.columns)
        lost = {
            column.name: [fault]
            for column in encoding.schema.features
            if (fault := _fault(encoding, column, frame, present)) is not None
        }
    return encoding.transform(frame.with_columns(_gaps(name, frame) for name in lost)), lost


def _gaps(name: str, frame: pl.DataFrame) -> pl.Series:
    return pl.Series(name, [None], pl.String).new_from_index(0, frame.height)


def _fault(encoding: Encoding, column: Column, frame: pl.DataFrame, present: Set[str]) -> ColumnCheck | None:
    if column.name not in present:
        return ColumnCheck(column.name, frame.height, "missing", "the column is missing")
    try:
        read = encoding.schema.read_column(frame[column.name])
        if column.kind == "number":
            float_array(read, column.name)
    except TableError as error:
        return ColumnCheck(column.name, frame.height, "unreadable", error.problem)
    return None


def _completed(
    checks: list[ColumnCheck], column: Column, encoding: Encoding, frame: pl.DataFrame
) -> Iterator[ColumnCheck]:
    """The checks of one column's features, with what only the column itself tells."""
    gap_share = column.n_missing / encoding.schema.n_rows if encoding.schema.n_rows else None
    for check in checks:
        if check.gap_share_in_training is None:
            check = replace(check, gap_share_in_training=gap_share)
        if check.name == column.name and (problem := _retyping(column, frame[column.name])):
            check = replace(check, status="retyped", problem=problem)
        yield check


def _retyping(column: Column, values: pl.Series) -> str:
    # Numbers and dates that were read out of text came as text.
    was = "text" if column.format else _FAMILIES[column.dtype]
    now = _FAMILIES[dtype_of(values)]
    if was == now or values.null_count() == values.len():
        return ""
    return f"came as {now}, was {was}; it can be read"


def _with_unseen_levels(
    check: ColumnCheck, encoding: Encoding, category: CategoryEncoding, values: pl.Series, codes: np.ndarray
) -> ColumnCheck:
    words = encoding.schema.read_column(values.filter(codes == category.other_code))
    if category.part != "value":
        words = part_of(words, category.part).cast(pl.String)
    counted = words.alias("level").value_counts().sort("count", "level", descending=[True, False])
    if category.has_rare:
        # What few training rows have and what none has share a code; the schema tells them apart.
        counted = counted.filter(~pl.col("level").is_in(encoding.schema[category.name].levels))
    return replace(
        check,
        n_unseen=int(counted["count"].sum()),
        unseen_levels=tuple(counted["level"].head(N_LEVELS).to_list()),
    )


def _dated(check: ColumnCheck) -> ColumnCheck:
    """Days since 1970 as dates."""
    return replace(
        check,
        lowest=_date(check.lowest),
        highest=_date(check.highest),
        minimum=_date(check.minimum),
        maximum=_date(check.maximum),
    )


def _date(days: float | str | None) -> str | None:
    return str(np.datetime64(math.floor(days), "D")) if isinstance(days, float) else None


def _score_checks(
    profiled: tuple[NumberBins, ...], scores: Mapping[str, np.ndarray]
) -> Iterator[ColumnCheck]:
    for bins in profiled:
        if bins.name in scores:
            ordered = np.sort(np.asarray(scores[bins.name], np.float32))
            yield ColumnCheck(
                bins.name, len(ordered), gap_share_in_training=0.0, stability=bins.stability(ordered)
            )
