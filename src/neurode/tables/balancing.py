"""Balancing: training rows chosen, repeated, weighted or made up, so that rare classes count for more.

Only training rows are ever balanced. A model that learned from them gives probabilities for a world in which
the classes are as frequent as `Balanced.class_rates`; `evaluation.correct_priors` takes them back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError, UnknownNameError
from neurode.tables.smote import make_rows
from neurode.typing import Columns

BALANCES = ("class_weight", "downsample", "oversample", "smote")
"""The ways of balancing: weights, fewer rows of large classes, more of small ones, or new rows for them."""

TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True, eq=False)
class Balanced:
    """The rows to train on.

    Attributes:
        columns: The features of each row.
        target_codes: The class of each row.
        sample_weight: The weight of each row, or None where all weigh 1.
        class_rates: The share of the weight that each class has among these rows, `(classes,)`.
        origin: The number of the original row that each row is; -1 for a row that was made up.
    """

    columns: Columns
    target_codes: np.ndarray
    sample_weight: np.ndarray | None
    class_rates: np.ndarray
    origin: np.ndarray


def balance(
    columns: Columns,
    target_codes: np.ndarray,
    *,
    how: str,
    n_classes: int,
    ratio: float | int | Mapping[int, float | int] = 1.0,
    seed: int = 0,
    sample_weight: np.ndarray | None = None,
    classes: Sequence[Any] = (),
) -> Balanced:
    """Balances the classes of training rows.

    Args:
        columns: The encoded features of the training rows, and of no others.
        target_codes: The class of each row, from 0 to `n_classes - 1`.
        how: One of `BALANCES`:

            - `"class_weight"`: rows stay; those of a small class weigh more. The weights' sum stays too.
            - `"downsample"`: large classes lose rows at random, the smallest class keeps all.
            - `"oversample"`: rows of small classes are repeated, each as often as the others but for one.
            - `"smote"`: small classes get new rows between neighbours.
        n_classes: How many classes there are. One without rows stays without.
        ratio: Rows of a class for each row of the largest, at least, once balanced; in (0, 1], 1 is even.
            With class weights it is by weight. `"class_weight"` also takes the weight of each class itself,
            by code; a class that is not named weighs 1.
        seed: Equal seeds give equal rows.
        sample_weight: The weight of each row. Weights go along with their rows; a made-up row gets the mean
            weight of its class.
        classes: The names of the classes, for messages.

    Raises:
        ArgumentError: The ratio is out of range, a weight is negative or a code unknown.
        TableError: SMOTE finds a single row of a class.
        UnknownNameError: There is no such way of balancing.

    Example:
        >>> columns = Columns(np.zeros((10, 1), np.float32), np.zeros((10, 0), np.uint8))
        >>> codes = np.array([0] * 8 + [1] * 2)
        >>> for how in ("class_weight", "downsample", "oversample"):
        ...     balanced = balance(columns, codes, how=how, n_classes=2, ratio=0.5)
        ...     print(np.bincount(balanced.target_codes), balanced.class_rates.round(3))
        [8 2] [0.667 0.333]
        [4 2] [0.667 0.333]
        [8 4] [0.667 0.333]

    References:
        He and Garcia (2009), Learning from Imbalanced Data. Chawla et al. (2002), SMOTE: Synthetic Minority
        Over-sampling Technique.
    """
    if how not in BALANCES:
        raise UnknownNameError("balance", how, BALANCES)
    target_codes = np.asarray(target_codes)
    if target_codes.shape != (len(columns.numbers),):
        raise ShapeError(f"target_codes has shape {target_codes.shape}, needed ({len(columns.numbers)},)")
    if sample_weight is not None and sample_weight.shape != target_codes.shape:
        raise ShapeError(f"sample_weight has shape {sample_weight.shape}, needed {target_codes.shape}")
    rows = np.arange(target_codes.size)
    if how == "class_weight":
        by_row = _class_weights(target_codes, n_classes, ratio, sample_weight)
        return _balanced(columns, target_codes, by_row, rows, n_classes)
    counts = np.bincount(target_codes, minlength=n_classes)
    share, random = _check_ratio(ratio), np.random.default_rng(seed)
    if how == "smote":
        made = make_rows(columns, target_codes, _raised(counts, share) - counts, random, classes)
        return _with_made_rows(columns, target_codes, sample_weight, n_classes, *made)
    wanted = _lowered(counts, share) if how == "downsample" else _raised(counts, share)
    rows = np.repeat(rows, _repeats(target_codes, counts, wanted, random))
    weight = None if sample_weight is None else sample_weight[rows]
    return _balanced(columns.rows(rows), target_codes[rows], weight, rows, n_classes)


def _class_weights(
    target_codes: np.ndarray,
    n_classes: int,
    ratio: float | int | Mapping[int, float | int],
    sample_weight: np.ndarray | None,
) -> np.ndarray:
    """The weight of each row."""
    if isinstance(ratio, Mapping):
        by_class = _check_weights(ratio, n_classes)
    else:
        totals = np.bincount(target_codes, sample_weight, minlength=n_classes)
        raised = np.maximum(totals, _check_ratio(ratio) * totals.max())
        by_class = np.divide(raised, totals, out=np.ones(n_classes), where=totals > 0)
        # The loss keeps its scale, and with it the learning rate its meaning.
        by_class *= totals.sum() / max((by_class * totals).sum(), TINY)
    weight = by_class[target_codes].astype(np.float32)
    return weight if sample_weight is None else weight * sample_weight


def _raised(counts: np.ndarray, ratio: float) -> np.ndarray:
    """Rows that each class is to have at least: `ratio` times those of the largest."""
    least = int(np.ceil(ratio * counts.max(initial=0) - 1e-9))
    return np.where(counts > 0, np.maximum(counts, least), 0)


def _lowered(counts: np.ndarray, ratio: float) -> np.ndarray:
    """Rows that each class is to have at most: those of the smallest divided by `ratio`."""
    smallest = counts[counts > 0].min(initial=np.iinfo(np.int64).max)
    return np.minimum(counts, np.floor(smallest / ratio + 1e-9).astype(np.int64))


def _repeats(
    target_codes: np.ndarray, counts: np.ndarray, wanted: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """How often each row is taken: whole rounds of its class, and once more for those that are drawn."""
    rounds, drawn = np.divmod(wanted, np.maximum(counts, 1))
    shuffled = random.permutation(target_codes.size)
    by_class = shuffled[np.argsort(target_codes[shuffled], kind="stable")]
    place = np.arange(target_codes.size) - np.repeat(np.cumsum(counts) - counts, counts)
    times = rounds[target_codes]
    times[by_class] += place < np.repeat(drawn, counts)
    return times


def _with_made_rows(
    columns: Columns,
    target_codes: np.ndarray,
    sample_weight: np.ndarray | None,
    n_classes: int,
    made: Columns,
    made_codes: np.ndarray,
) -> Balanced:
    joined = Columns(*(np.concatenate(pair) for pair in zip(columns, made)))
    weight = sample_weight
    if sample_weight is not None:
        counts = np.bincount(target_codes, minlength=n_classes)
        means = np.bincount(target_codes, sample_weight, minlength=n_classes) / np.maximum(counts, 1)
        weight = np.concatenate([sample_weight, means[made_codes].astype(sample_weight.dtype)])
    origin = np.concatenate([np.arange(target_codes.size), np.full(made_codes.size, -1)])
    return _balanced(joined, np.concatenate([target_codes, made_codes]), weight, origin, n_classes)


def _balanced(
    columns: Columns,
    target_codes: np.ndarray,
    sample_weight: np.ndarray | None,
    origin: np.ndarray,
    n_classes: int,
) -> Balanced:
    totals = np.bincount(target_codes, sample_weight, minlength=n_classes).astype(np.float64)
    return Balanced(columns, target_codes, sample_weight, totals / max(totals.sum(), TINY), origin)


def _check_ratio(ratio: float | int | Mapping[int, float | int]) -> float:
    if isinstance(ratio, Mapping):
        raise ArgumentError(
            "weights by class are for 'class_weight' only",
            hint="give a ratio in (0, 1], like 0.5, for rows to be drawn or made",
        )
    if not 0 < ratio <= 1:
        raise ArgumentError(
            f"a balance ratio of {ratio} is not in (0, 1]",
            hint="1 makes all classes equal; 0.5 gives a small class one row for two of the largest",
        )
    return float(ratio)


def _check_weights(weights: Mapping[int, float | int], n_classes: int) -> np.ndarray:
    by_class = np.ones(n_classes)
    for code, weight in weights.items():
        if not 0 <= code < n_classes:
            raise ArgumentError(
                f"class weights name class {code!r}", available=f"codes: 0 to {n_classes - 1}"
            )
        if not (weight >= 0 and np.isfinite(weight)):
            raise ArgumentError(f"class {code!r} has weight {weight}", hint="give 0 or more")
        by_class[code] = weight
    return by_class
