"""Bootstrap intervals: how far a metric would move on other rows of the same kind.

A resample is a count for each row, not a copy of rows; a weighted metric then needs no new sort.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neurode.evaluation.metrics import Measured, Measurer

LEAST_ROWS = 10
"""With fewer rows of a kind, resamples only repeat those few: what they would say of chance is not so."""

BLOCK_CELLS = 1_000_000
"""Row counts held at once: small enough for the processor's caches, large enough to forget Python."""


@dataclass(frozen=True)
class Interval:
    """A value with the 95 % interval around it.

    Example:
        >>> print(Interval(0.7761, 0.7643, 0.7881))
        0.776 [0.764, 0.788]
    """

    value: float
    lower: float = math.nan
    upper: float = math.nan

    def __str__(self) -> str:
        if math.isnan(self.lower):
            return _three(self.value)
        return f"{_three(self.value)} [{_three(self.lower)}, {_three(self.upper)}]"


@dataclass(frozen=True, eq=False)
class Resampled:
    """Each metric in each resample.

    Attributes:
        values: One array a metric; NaN where the resample was dropped, so that the places of two
            models match.
        n_dropped: Resamples that missed a class. They cannot be judged and take no part in the intervals.
    """

    values: Measured
    n_dropped: int


def bootstrap(measurer: Measurer, target: np.ndarray, *, n_resamples: int, seed: int) -> Resampled:
    """Draws rows with replacement and measures each draw.

    Two models judged on the same rows with the same seed see the same draws, so their differences are paired.

    Args:
        measurer: From `metrics.measurer`.
        target: The class codes, to drop draws that miss a class that the rows have.
        n_resamples: How many draws. The ends of an interval settle to about a tenth of its width at 1,000.
        seed: Of NumPy's PCG64.

    References:
        Efron, Tibshirani (1993), An Introduction to the Bootstrap, §13.3: the percentile interval.
    """
    membership = (target[:, None] == np.unique(target)).astype(np.float64)
    blocks: list[Measured] = []
    complete: list[np.ndarray] = []
    for weight in _row_counts(len(target), n_resamples, seed):
        complete.append((weight @ membership > 0).all(axis=1))
        blocks.append(measurer(weight))
    if not blocks:
        return Resampled({}, 0)
    kept = np.concatenate(complete)
    values = {name: np.where(kept, np.concatenate([b[name] for b in blocks]), np.nan) for name in blocks[0]}
    return Resampled(values, int((~kept).sum()))


def tellable(values: Measured, rows_of: Sequence[int], needs: Mapping[str, Sequence[int]]) -> Measured:
    """The resampled metrics that the rows are enough for.

    Args:
        values: Each metric in each resample.
        rows_of: How many rows there are of each class.
        needs: The classes that a metric is made of, each with 10 rows at least; every metric needs as many
            in all.

    Example:
        >>> list(tellable({"roc_auc": np.ones(2), "accuracy": np.ones(2)}, (449, 1), {"roc_auc": (0, 1)}))
        ['accuracy']
    """
    if sum(rows_of) < LEAST_ROWS:
        return {}
    return {
        name: value
        for name, value in values.items()
        if all(rows_of[place] >= LEAST_ROWS for place in needs.get(name, ()))
    }


def percentile_interval(value: float | int, resampled: np.ndarray | None, level: float = 0.95) -> Interval:
    """The value between the outer percentiles of its resamples.

    Example:
        >>> print(percentile_interval(0.5, np.linspace(0, 1, 101)))
        0.500 [0.025, 0.975]
    """
    known = np.empty(0) if resampled is None else resampled[~np.isnan(resampled)]
    if math.isnan(value) or not len(known):
        return Interval(float(value))
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(lower), float(upper))


def draws(rows: int, n_resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Blocks of `(resamples, rows)` row numbers drawn with replacement.

    Example:
        >>> [block.shape for block in draws(400_000, 5, seed=0)]
        [(2, 400000), (2, 400000), (1, 400000)]
    """
    generator = np.random.default_rng(seed)
    block = max(1, BLOCK_CELLS // rows)
    for start in range(0, n_resamples, block):
        yield generator.integers(0, rows, (min(block, n_resamples - start), rows))


def _row_counts(rows: int, n_resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Blocks of `(resamples, rows)` counts: multinomial, by counting draws."""
    for drawn in draws(rows, n_resamples, seed):
        drawn += np.arange(len(drawn))[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)


def _three(value: float) -> str:
    # What rounds to zero has no sign.
    return "n/a" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"
