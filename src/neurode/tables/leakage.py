"""Leakage: how well a single column tells the target, since what tells it all is seldom known in time."""

from typing import NamedTuple

import numpy as np
import polars as pl

N_BINS = 64
"""Numbers are cut into so many bins of equally many rows, so that any shape of dependence is seen."""

LEAST_ROWS = 10
"""With fewer rows a class, a column separates the classes by chance too often."""

CHANCE = 1e-6
"""What is less likely than this by chance alone is no chance."""


class Sample(NamedTuple):
    """The target of some rows: `codes` of classes or None, and the `ranks` of a number or None."""

    codes: np.ndarray | None
    ranks: np.ndarray | None

    @property
    def n_classes(self) -> int:
        """How many classes there are; 0 where the target is a number."""
        return 0 if self.codes is None else int(self.codes.max(initial=-1)) + 1


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values at the mean of their ranks.

    Example:
        >>> average_ranks(np.array([5.0, 1.0, 5.0])).tolist()
        [2.5, 1.0, 2.5]
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def roc_auc(positive: np.ndarray, scores: np.ndarray) -> float:
    """The share of pairs of a positive and a negative row in which the positive one scores higher.

    Example:
        >>> roc_auc(np.array([False, True, True]), np.array([0.1, 0.1, 0.9]))
        0.75
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return 0.5
    above = average_ranks(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def level_codes(values: pl.Series) -> np.ndarray:
    """Each distinct value as an integer from 1, gaps as 0.

    Example:
        >>> level_codes(pl.Series(["b", None, "a", "b"])).tolist()
        [1, 0, 2, 1]
    """
    known = values.drop_nulls().unique(maintain_order=True)
    if known.is_empty():
        return np.zeros(values.len(), np.int64)
    numbered = pl.Series(np.arange(1, known.len() + 1))
    return values.replace_strict(known, numbered, default=0, return_dtype=pl.Int64).to_numpy()


def bin_codes(values: np.ndarray) -> np.ndarray:
    """Numbers as bins of about equally many rows, from 1; gaps as 0."""
    known = values[~np.isnan(values)]
    if not known.size:
        return np.zeros(len(values), np.int64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, N_BINS + 1)[1:-1], method="lower"))
    return np.where(np.isnan(values), 0, 1 + np.searchsorted(edges, values, side="left"))


def association(values: pl.Series, sample: Sample, halves: np.ndarray) -> float:
    """How well a column tells the target: 1 is all of it.

    For two classes the ROC AUC of the column alone, for more the mean share of each class that the column's
    level gives away, for a number the rank correlation. Levels are scored by the other half of the rows, so
    that many small levels do not seem to tell what they only remember.

    Args:
        values: Numbers, or words of levels.
        sample: The target.
        halves: A bool a row: which half it belongs to.

    Example:
        >>> classes = np.arange(100) % 2
        >>> association(pl.Series(classes * 3.0), Sample(classes, None), np.arange(100) < 50)
        1.0
    """
    if not values.dtype.is_numeric():
        return _told_by_levels(level_codes(values), sample, halves)
    numbers = values.cast(pl.Float64).to_numpy()
    return max(_told_by_rank(numbers, sample), _told_by_levels(bin_codes(numbers), sample, halves))


def only_class(rows: np.ndarray, sample: Sample) -> int | None:
    """The class that all of `rows` have, where that is no chance.

    Args:
        rows: A bool a row of the sample.
        sample: The target.

    Example:
        >>> classes = np.repeat([0, 1], 50)
        >>> only_class(np.arange(100) >= 70, Sample(classes, None))
        1
    """
    if sample.codes is None or not rows.any():
        return None
    found = np.bincount(sample.codes[rows], minlength=sample.n_classes)
    best = int(found.argmax())
    share = float((sample.codes == best).mean())
    sure = found[best] == rows.sum() and share < 1 and rows.sum() * np.log(share) < np.log(CHANCE)
    return best if sure and found[best] >= 2 * LEAST_ROWS else None


def value_of_class(codes: np.ndarray, sample: Sample) -> tuple[int, int] | None:
    """A class whose rows all hold one value that is not the usual one elsewhere: the value's code, the class.

    Example:
        >>> classes = np.repeat([0, 1], 50)
        >>> value_of_class(np.where(classes == 0, 1, 2 + np.arange(100) % 3), Sample(classes, None))
        (1, 0)
    """
    if sample.codes is None:
        return None
    for each in range(sample.n_classes):
        inside = codes[sample.codes == each]
        if len(inside) < 2 * LEAST_ROWS or inside[0] == 0 or (inside != inside[0]).any():
            continue
        elsewhere = codes[sample.codes != each]
        overall = float((codes == inside[0]).mean())
        usual = len(elsewhere) == 0 or (elsewhere == inside[0]).mean() >= 0.5
        if not usual and len(inside) * np.log(overall) < np.log(CHANCE):
            return int(inside[0]), each
    return None


def _told_by_rank(numbers: np.ndarray, sample: Sample) -> float:
    known = ~np.isnan(numbers)
    if known.sum() < len(numbers) / 2:
        return 0.0
    if sample.ranks is not None:
        return abs(_correlation(average_ranks(numbers[known]), average_ranks(sample.ranks[known])))
    if sample.codes is None or sample.n_classes != 2:
        return 0.0
    positive = sample.codes[known] == 1
    if min(positive.sum(), (~positive).sum()) < LEAST_ROWS:
        return 0.0
    area = roc_auc(positive, numbers[known])
    return max(area, 1 - area)


def _told_by_levels(codes: np.ndarray, sample: Sample, halves: np.ndarray) -> float:
    if sample.ranks is not None:
        scores = _scores(codes, sample.ranks, halves)
        return abs(_correlation(average_ranks(scores), sample.ranks))
    if sample.codes is None:
        return 0.0
    if sample.n_classes == 2:
        return roc_auc(sample.codes == 1, _scores(codes, (sample.codes == 1).astype(float), halves))
    shares = np.stack(
        [_scores(codes, (sample.codes == each).astype(float), halves) for each in range(sample.n_classes)]
    )
    hit = shares.argmax(axis=0) == sample.codes
    return float(np.mean([hit[sample.codes == each].mean() for each in np.unique(sample.codes)]))


def _scores(codes: np.ndarray, target: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Of each row, the mean target of its level in the other half, drawn to the mean of all by one row."""
    scores = np.empty(len(codes))
    mean = float(target.mean())
    n_levels = int(codes.max(initial=0)) + 1
    for inside in (halves, ~halves):
        others = ~inside
        rows = np.bincount(codes[others], minlength=n_levels)
        sums = np.bincount(codes[others], target[others], minlength=n_levels)
        scores[inside] = ((sums + mean) / (rows + 1))[codes[inside]]
    return scores


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / size) if size > 0 else 0.0
