"""The test rows cut into segments by every column, and how the network does in each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from neurode.evaluation import (
    SegmentColumn,
    Segments,
    category_segments,
    number_segments,
    regression_segments,
    segments,
)
from neurode.runs.target import Answers
from neurode.tables import Schema

MOST_TARGETS = 3
"""Numbers that are looked at segment by segment, of several that are predicted."""

BINS, LEVELS = 5, 12
"""Bins of a number, and levels of a category that are told apart."""


def segments_of(
    answers: Answers, names: Sequence[str], columns: Sequence[SegmentColumn], in_full: Sequence[str]
) -> dict[str, Segments]:
    """How the network does in each segment, by the name of what is predicted.

    Args:
        answers: What it says of the rows, and what was there.
        names: Of what is predicted: one, or one a number.
        columns: The segments of the rows.
        in_full: Columns whose segments are all kept; of others, those beyond chance are.
    """
    if answers.classes:
        found = {
            names[0]: segments(answers.actual, answers.said, columns, threshold=answers.threshold or 0.5)
        }
    else:
        pairs = zip(names[:MOST_TARGETS], answers.actual.T, answers.said.T)
        found = {name: regression_segments(actual, said, columns) for name, actual, said in pairs}
    return {
        name: replace(each, segments=tuple(s for s in each.segments if s.findings or s.column in in_full))
        for name, each in found.items()
    }


def segment_columns(frame: pl.DataFrame, schema: Schema) -> list[SegmentColumn]:
    """The segment of each row by every column that the network reads.

    Args:
        frame: The rows, as `schema.read` gives them.
        schema: What each column is.
    """
    return [
        _segments(frame[column.name], column.kind)
        for column in schema.features
        if column.name in frame.columns
    ]


def _segments(values: pl.Series, kind: str) -> SegmentColumn:
    if kind == "number":
        return number_segments(values.name, values.cast(pl.Float64).to_numpy(), bins=BINS)
    if kind == "date":
        # Days would be too many to tell apart.
        values = values.dt.year()
    text = values.cast(pl.String)
    levels = text.drop_nulls().unique().sort()
    codes = text.replace_strict(levels, np.arange(len(levels)), default=None, return_dtype=pl.Int64)
    return category_segments(values.name, codes.fill_null(-1).to_numpy(), levels.to_list(), most=LEVELS)
