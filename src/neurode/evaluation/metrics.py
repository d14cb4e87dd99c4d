"""Classification metrics that can be weighted by row counts, so that a bootstrap costs a few sums.

`measurer` sorts and compares once and returns a function from row counts to metrics; `measure` is that
function with every row counted once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.evaluation.decisions import DECISIONS, Counts, ratio
from neurode.evaluation.inputs import check_rows
from neurode.evaluation.ranking import RANKINGS, rank, roc_auc, walk

Measured = dict[str, np.ndarray]
"""The name of each metric and its value in each resample."""

Measurer = Callable[[np.ndarray], Measured]
"""From row counts `(resamples, rows)` to metrics."""

LOWER_IS_BETTER = frozenset({"brier", "log_loss", "mae", "rmse", "median_absolute_error", "mape"})
"""The metrics that are errors. All others are better when they are higher."""

MADE_OF = {
    **dict.fromkeys(("roc_auc", "pr_auc", "ks", "gini"), (0, 1)),
    **dict.fromkeys(("precision", "recall", "f1"), (1,)),
    "specificity": (0,),
}
"""The classes, of two, whose rows a metric stands or falls with."""

MEANS_OVER_CLASSES = ("roc_auc", "balanced_accuracy", "macro_f1")
"""Of more classes, the metrics that every class counts for as much in."""


def measure(target: Any, probability: Any, *, threshold: float | int = 0.5) -> dict[str, float]:
    """Every metric of a classifier on some rows.

    Two classes: `accuracy`, `precision`, `recall`, `specificity`, `f1` at the threshold, `roc_auc`, `pr_auc`
    (average precision), `ks`, `gini`, `brier`, `log_loss`; the positive class is column 1. More classes:
    `accuracy`, `balanced_accuracy`, `macro_f1`, `roc_auc` (one against the rest, plain mean over classes) and
    `log_loss`. What the rows cannot tell (the ROC AUC of one class alone) is NaN.

    Args:
        target: The class code of each row, from 0.
        probability: One column a class.
        threshold: A row is called positive when `probability >= threshold`. More classes: not used.

    Example:
        >>> metrics = measure([0, 0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
        >>> metrics["roc_auc"], metrics["recall"]
        (0.75, 0.5)
    """
    target, probability = check_rows(target, probability)
    once = np.ones((1, len(target)), dtype=np.int64)
    return {name: float(value[0]) for name, value in measurer(target, probability, threshold)(once).items()}


def measurer(target: np.ndarray, probability: np.ndarray, threshold: float | int = 0.5) -> Measurer:
    """The function from row counts to the metrics of these rows."""
    if probability.shape[1] == 2:
        return _measure_two_classes(target, probability, threshold)
    return _measure_many_classes(target, probability)


def row_log_loss(
    target: Int[np.ndarray, " rows"], probability: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, " rows"]:
    """Negative log-likelihood of each row, in nats.

    A probability is kept one rounding step of its own type away from 0 and 1, as scikit-learn does.
    """
    tiny = np.finfo(probability.dtype).eps
    chosen = probability[np.arange(len(target)), target]
    return -np.log(np.clip(chosen, tiny, 1 - tiny).astype(np.float64))


def _measure_two_classes(target: np.ndarray, probability: np.ndarray, threshold: float | int) -> Measurer:
    positive, score = target == 1, probability[:, 1]
    called = score >= threshold
    ranking = rank(positive, score)
    cases = [positive & called, ~positive & called, ~positive & ~called, positive & ~called]
    brier = np.square(score.astype(np.float64) - positive)
    # One matrix product gives the sums over rows of all that is a plain sum.
    summands = np.column_stack([*cases, brier, row_log_loss(target, probability), np.ones(len(target))])

    def evaluate(weight: np.ndarray) -> Measured:
        *counted, brier, log_loss, rows = (weight.astype(np.float64) @ summands).T
        steps = walk(ranking, weight)
        return {
            **{name: metric(Counts(*counted)) for name, metric in DECISIONS.items()},
            **{name: metric(steps) for name, metric in RANKINGS.items()},
            "brier": brier / rows,
            "log_loss": log_loss / rows,
        }

    return evaluate


def _measure_many_classes(target: np.ndarray, probability: np.ndarray) -> Measurer:
    labels = np.arange(probability.shape[1])
    actual = target[:, None] == labels
    called = probability.argmax(axis=1)[:, None] == labels
    rankings = [rank(actual[:, label], probability[:, label]) for label in labels if actual[:, label].any()]
    log_loss = row_log_loss(target, probability)

    def evaluate(weight: np.ndarray) -> Measured:
        counts = weight.astype(np.float64)
        rows, actual_rows, called_rows = counts.sum(axis=1), counts @ actual, counts @ called
        hits = counts @ (actual & called)
        return {
            "accuracy": hits.sum(axis=1) / rows,
            "balanced_accuracy": _mean_of_defined(ratio(hits, actual_rows)),
            # A class neither there nor called says nothing; one that is called but not there counts 0.
            "macro_f1": _mean_of_defined(ratio(2 * hits, actual_rows + called_rows)),
            "roc_auc": _mean_of_defined(
                np.column_stack([roc_auc(walk(ranking, weight)) for ranking in rankings])
            ),
            "log_loss": counts @ log_loss / rows,
        }

    return evaluate


def _mean_of_defined(values: Float[np.ndarray, "resamples classes"]) -> Float[np.ndarray, " resamples"]:
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1))
