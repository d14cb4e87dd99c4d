"""Table columns as features for scikit-learn: scaled and one-hot for a linear model, plain for trees."""

from collections.abc import Callable
from typing import Any

import numpy as np

from neurode.typing import Columns

Features = Callable[[Columns], Any]
"""From columns to the rows that a scikit-learn model takes."""

MISSING, UNSEEN, FIRST_LEVEL = 0, 1, 2
"""The slots of a category code."""

MOST_ONE_HOT = 2000
"""One-hot columns of a linear model; the rarest levels beyond them are left out, as if unseen."""

WIDEST_DENSE = 300
"""Up to this many columns, dense products beat sparse ones in logistic regression (measured on two cores)."""

MOST_TREE_LEVELS = 255
"""Levels that scikit-learn's histogram trees can split on as categories."""

FOLDS = 5
SMOOTHING = 20
"""Rows of the average that each level is mixed with."""


def fit_linear_features(train: Columns) -> Features:
    """Numbers: median for a gap, a column that marks the gap, mean 0 and deviation 1. Codes: one-hot.

    A missing category has a column of its own; an unseen one is all zeros, since training could not learn it.

    Example:
        >>> train = Columns(np.float32([[1.0], [3.0], [np.nan]]), np.uint8([[2], [3], [0]]))
        >>> fit_linear_features(train)(Columns(np.float32([[2.0]]), np.uint8([[3]]))).round(2)
        array([[ 0.  , -0.71,  0.  ,  0.  ,  1.  ]], dtype=float32)
    """
    numbers = _fit_numbers(train.numbers)
    slots = _one_hot_slots(train.codes)
    width = 1 + max((int(slot.max(initial=-1)) for slot in slots), default=-1)

    def features(columns: Columns) -> Any:
        scaled = numbers(columns.numbers)
        if not width:
            return scaled
        placed = np.column_stack([_look_up(slot, code) for slot, code in zip(slots, columns.codes.T)])
        if scaled.shape[1] + width <= WIDEST_DENSE:
            # One column more takes what has no slot, and is cut off.
            hot = np.zeros((len(placed), width + 1), dtype=np.float32)
            np.put_along_axis(hot, np.where(placed < 0, width, placed), 1, axis=1)
            return np.hstack([scaled, hot[:, :width]])
        return _sparse(scaled, placed, width)

    return features


def fit_tree_features(
    train: Columns, outcomes: np.ndarray, seed: int
) -> tuple[Features, np.ndarray, list[bool]]:
    """Numbers with their NaN; categories as such up to 255 levels, beyond by the mean outcome of each level.

    Args:
        train: The training rows.
        outcomes: `(rows,)` or `(rows, outcomes)`: numbers to be predicted, or membership of all classes but
            the first.
        seed: Of the folds.

    Returns:
        The features of new rows, the features of the training rows, and which columns are categorical. The
        training rows are apart because a mean must not have seen the row that it describes: it comes
        from the other folds.
    """
    n_levels = train.codes.max(axis=0, initial=0).astype(np.int64) - FIRST_LEVEL + 1
    wide = n_levels > MOST_TREE_LEVELS
    as_categories = _tree_categories(train.codes[:, ~wide], n_levels[~wide])
    if not wide.any():
        rows = np.hstack([train.numbers, as_categories])

        def plain(columns: Columns) -> np.ndarray:
            return np.hstack([columns.numbers, _tree_categories(columns.codes, n_levels)])

        return plain, rows, [False] * train.numbers.shape[1] + [True] * len(n_levels)

    wide_codes, outcomes = train.codes[:, wide], outcomes.reshape(len(outcomes), -1)
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(outcomes))
    means = np.empty((len(outcomes), wide_codes.shape[1] * outcomes.shape[1]), dtype=np.float32)
    for fold in range(FOLDS):
        others = folds != fold
        means[~others] = _fit_level_means(wide_codes[others], outcomes[others])(wide_codes[~others])
    mean = _fit_level_means(wide_codes, outcomes)

    def features(columns: Columns) -> np.ndarray:
        seen = mean(columns.codes[:, wide])
        return np.hstack([columns.numbers, seen, _tree_categories(columns.codes[:, ~wide], n_levels[~wide])])

    categorical = [False] * (train.numbers.shape[1] + means.shape[1]) + [True] * as_categories.shape[1]
    return features, np.hstack([train.numbers, means, as_categories]), categorical


def _fit_level_means(codes: np.ndarray, outcomes: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """From codes to the mean of each outcome among the rows of that code; of a class, that is its share.

    A level of few rows is drawn towards the mean of all rows, `(sum + k mean) / (rows + k)`, where an
    unseen level is wholly.

    References:
        Micci-Barreca (2001), [A preprocessing scheme for high-cardinality categorical
        attributes](https://doi.org/10.1145/507533.507538), equation 4, with a constant weight `k`.
    """
    pairs = [(column, outcome) for column in codes.T for outcome in outcomes.T]
    overall = [outcome.mean() for _, outcome in pairs]
    tables = []
    for (column, outcome), mean in zip(pairs, overall):
        rows = np.bincount(column)
        tables.append((np.bincount(column, outcome) + SMOOTHING * mean) / (rows + SMOOTHING))

    def means(codes: np.ndarray) -> np.ndarray:
        columns = [column for column in codes.T for _ in outcomes.T]
        seen = [
            np.where(code < len(table), table[np.minimum(code, len(table) - 1)], otherwise)
            for code, table, otherwise in zip(columns, tables, overall)
        ]
        return np.column_stack(seen).astype(np.float32)

    return means


def _fit_numbers(numbers: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    gaps = np.isnan(numbers)
    has_gaps = gaps.any(axis=0)
    median = np.zeros(numbers.shape[1], dtype=np.float32)
    for column in np.flatnonzero(~gaps.all(axis=0)):
        median[column] = np.median(numbers[~gaps[:, column], column])

    def filled(numbers: np.ndarray) -> np.ndarray:
        gaps = np.isnan(numbers)
        return np.hstack([np.where(gaps, median, numbers), gaps[:, has_gaps]]).astype(np.float32)

    train = filled(numbers)
    mean = train.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = train.std(axis=0, dtype=np.float64).astype(np.float32)
    deviation[deviation == 0] = 1
    return lambda numbers: (filled(numbers) - mean) / deviation


def _one_hot_slots(codes: np.ndarray) -> list[np.ndarray]:
    """For each column: from code to the one-hot column, -1 for none."""
    counts = [np.bincount(column) for column in codes.T]
    for count in counts:
        count[UNSEEN : UNSEEN + 1] = 0
    everything = np.concatenate([np.empty(0, np.int64), *counts])
    kept = everything > 0
    if kept.sum() > MOST_ONE_HOT:
        frequent = np.argsort(-everything, kind="stable")[:MOST_ONE_HOT]
        kept = np.isin(np.arange(len(everything)), frequent)
    slots = np.where(kept, np.cumsum(kept) - 1, -1)
    return np.split(slots, np.cumsum([len(count) for count in counts])[:-1]) if counts else []


def _look_up(slot: np.ndarray, code: np.ndarray) -> np.ndarray:
    inside = code < len(slot)
    return np.where(inside, slot[np.where(inside, code, 0)], -1)


def _sparse(scaled: np.ndarray, placed: np.ndarray, width: int) -> Any:
    import scipy.sparse as sparse  # type: ignore[import-untyped]

    rows, columns = np.nonzero(placed >= 0)
    ones = np.ones(len(rows), dtype=np.float32)
    hot = sparse.csr_array((ones, (rows, placed[rows, columns])), shape=(len(placed), width))
    return sparse.hstack([sparse.csr_array(scaled), hot], format="csr")


def _tree_categories(codes: np.ndarray, n_levels: np.ndarray) -> np.ndarray:
    """Codes from 0, with NaN for what has no level of its own: trees treat unseen like missing."""
    known = (codes >= FIRST_LEVEL) & (codes < FIRST_LEVEL + n_levels)
    return np.where(known, codes.astype(np.float32) - FIRST_LEVEL, np.float32(np.nan))
