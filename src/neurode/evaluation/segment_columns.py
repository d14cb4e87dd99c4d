"""Columns as segments of rows: levels of a category, quantile bins of a number, what is missing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError

MISSING = "missing"
OTHERS = "(others)"


@dataclass(frozen=True, eq=False)
class SegmentColumn:
    """Which segment each row is in, by one column.

    Attributes:
        name: Of the column.
        labels: The name of each segment.
        codes: The segment of each row, from 0; each is an entry of `labels`.
    """

    name: str
    labels: tuple[str, ...]
    codes: np.ndarray

    def __post_init__(self) -> None:
        codes = np.asarray(self.codes)
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise ShapeError(
                f"the codes of column {self.name!r} are {codes.dtype} of shape {codes.shape}",
                available="needed: whole numbers of shape (rows,)",
            )
        if len(codes) and not 0 <= codes.min() <= codes.max() < len(self.labels):
            raise ArgumentError(
                f"column {self.name!r} has codes from {codes.min()} to {codes.max()}",
                available=f"codes: 0 to {len(self.labels) - 1}, one for each label",
            )


def number_segments(name: str, values: Any, bins: int = 5) -> SegmentColumn:
    """Bins of about equally many rows, with NaN as a segment of its own.

    A bin ends at a value that occurs, which belongs to it. Equal values stay together, so that there may be
    fewer bins than were asked for.

    Args:
        name: Of the column.
        values: A number a row, NaN where it is missing.
        bins: How many.

    Example:
        >>> column = number_segments("income", [10.0, 20, 30, 40, np.nan], bins=2)
        >>> column.labels, column.codes
        (('10 to 20', '> 20 to 40', 'missing'), array([0, 0, 1, 1, 2]))
    """
    if bins < 1:
        raise ArgumentError(f"bins={bins}", hint="at least one bin is needed")
    numbers = np.asarray(values, dtype=np.float64)
    missing = np.isnan(numbers)
    known = numbers[~missing] if missing.any() else numbers
    if not len(known):
        return SegmentColumn(name, (MISSING,), np.zeros(len(numbers), dtype=np.int64))
    shares = np.arange(1, bins) / bins
    ends = np.unique(np.quantile(known, shares, method="inverted_cdf")) if bins > 1 else np.empty(0)
    lowest, highest = float(known.min()), float(known.max())
    ends = ends[ends < highest]
    codes = np.searchsorted(ends, numbers)
    codes[missing] = len(ends) + 1
    labels = _bin_labels([lowest, *map(float, ends), highest])
    return SegmentColumn(name, (*labels, *([MISSING] if missing.any() else [])), codes)


def category_segments(name: str, codes: Any, levels: Sequence[Any], most: int = 12) -> SegmentColumn:
    """The most frequent levels, the others together, and missing values, as segments.

    Args:
        name: Of the column.
        codes: The level of each row, from 0; below 0 where it is missing.
        levels: The name of each level.
        most: How many levels are told apart.

    Example:
        >>> column = category_segments("grade", [0, 0, 1, 2, -1], ["A", "B", "C"], most=1)
        >>> column.labels, column.codes
        (('A', '(others)', 'missing'), array([0, 0, 1, 1, 2]))
    """
    if most < 1:
        raise ArgumentError(f"most={most}", hint="at least one level has to be told apart")
    given = np.asarray(codes)
    missing = given < 0
    if missing.all():
        return SegmentColumn(name, (MISSING,), np.zeros(len(given), dtype=np.int64))
    # The record checks codes against levels.
    known = SegmentColumn(name, tuple(map(str, levels)), np.where(missing, given.max(), given))
    counts = np.bincount(known.codes[~missing], minlength=len(known.labels))
    frequent = np.argsort(-counts, kind="stable")[:most]
    kept = np.sort(frequent[counts[frequent] > 0])
    labels = [known.labels[level] for level in kept]
    places = np.full(len(known.labels), len(kept))
    places[kept] = np.arange(len(kept))
    if counts.sum() > counts[kept].sum():
        labels.append(OTHERS)
    segments = np.where(missing, len(labels), places[known.codes])
    return SegmentColumn(name, (*labels, *([MISSING] if missing.any() else [])), segments)


def _bin_labels(ends: list[float]) -> list[str]:
    first, *shown = map(_number, ends)
    lowest = shown[0] if ends[0] == ends[1] else f"{first} to {shown[0]}"
    return [lowest, *(f"> {low} to {high}" for low, high in pairwise(shown))]


def _number(value: float) -> str:
    """A number in so many digits as a person reads: 12,000 rather than 1.2e+04."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 and math.isfinite(value) else f"{value:.5g}"
