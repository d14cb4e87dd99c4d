"""Metrics of a ranking: how well the score orders positive rows before negative ones, at every threshold.

Rows are sorted once; each resample then costs two cumulative sums over its row counts. Rows of one score are
one step, so ties are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Num, Shaped

from neurode.evaluation.decisions import Counts, ratio


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows in order of falling score.

    Attributes:
        score: The distinct scores, falling: one for each step.
        order: The rows, the highest score first.
        positive: Whether each row of that order is of the positive class.
        last: The last place in that order of each step.
    """

    score: Num[np.ndarray, " steps"]
    order: Int[np.ndarray, " rows"]
    positive: Bool[np.ndarray, " rows"]
    last: Int[np.ndarray, " steps"]


@dataclass(frozen=True, eq=False)
class Steps:
    """True and false positives, when all rows down to a step are called positive; the last is all rows."""

    true_positive: Num[np.ndarray, "resamples steps"]
    false_positive: Num[np.ndarray, "resamples steps"]


def rank(positive: Bool[np.ndarray, " rows"], score: Num[np.ndarray, " rows"]) -> Ranking:
    """Sorts the rows.

    Example:
        >>> ranking = rank(np.array([True, False, True]), np.array([0.2, 0.2, 0.9]))
        >>> ranking.score, ranking.last
        (array([0.9, 0.2]), array([0, 2]))
    """
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(score) - 1)
    return Ranking(falling[last], order, positive[order], last)


def walk(ranking: Ranking, weight: Num[np.ndarray, "resamples rows"]) -> Steps:
    """True and false positives at every step, for each resample.

    Args:
        ranking: The sorted rows.
        weight: How often each row occurs in each resample, or what it weighs.

    Example:
        >>> ranking = rank(np.array([True, False, True]), np.array([0.2, 0.2, 0.9]))
        >>> walk(ranking, np.ones((1, 3), dtype=np.int64))
        Steps(true_positive=array([[1, 2]]), false_positive=array([[0, 1]]))
    """
    weight = weight.take(ranking.order, axis=1)
    found = (weight * ranking.positive).cumsum(axis=1)
    called = weight.cumsum(axis=1)
    if len(ranking.last) < len(ranking.order):
        found, called = found.take(ranking.last, axis=1), called.take(ranking.last, axis=1)
    return Steps(found, called - found)


def decide(steps: Steps) -> Counts:
    """The four cases at every threshold: above the highest score (nobody is positive), then at each step."""
    nobody = np.zeros((len(steps.true_positive), 1), dtype=steps.true_positive.dtype)
    found = np.hstack([nobody, steps.true_positive])
    wrong = np.hstack([nobody, steps.false_positive])
    return Counts(found, wrong, wrong[:, -1:] - wrong, found[:, -1:] - found)


def thinned(points: int, most: int) -> Int[np.ndarray, " places"]:
    """At most `most` places out of so many, evenly spaced, both ends among them.

    Example:
        >>> thinned(9, 5), thinned(3, 5)
        (array([0, 2, 4, 6, 8]), array([0, 1, 2]))
    """
    return np.unique(np.linspace(0, points - 1, min(points, most)).round().astype(np.int64))


def roc_auc(steps: Steps) -> Shaped[np.ndarray, " resamples"]:
    """Probability that a random positive row scores above a random negative one; a tie counts half.

    The area under the receiver operating characteristic, by trapezoids over whole counts, hence exact.

    Example:
        >>> roc_auc(Steps(np.array([[1, 2]]), np.array([[0, 1]])))
        array([0.75])

    References:
        Fawcett (2006), [An introduction to ROC analysis](https://doi.org/10.1016/j.patrec.2005.10.010),
        algorithm 2.
    """
    found, wrong = steps.true_positive, steps.false_positive
    twice_area = (_rise(wrong) * (found + _before(found))).sum(axis=1)
    return ratio(twice_area, 2 * found[:, -1] * wrong[:, -1])


def pr_auc(steps: Steps) -> Shaped[np.ndarray, " resamples"]:
    r"""Average precision, $\sum_k (R_k - R_{k-1}) P_k$ over steps: the area under precision against recall.

    Not interpolated, as scikit-learn's `average_precision_score`.
    """
    found = steps.true_positive
    # A step that a resample left empty before any row was called has no rise either: its 0/1 adds nothing.
    precision = found / np.maximum(found + steps.false_positive, 1)
    return ratio((_rise(found) * precision).sum(axis=1), found[:, -1])


def kolmogorov_smirnov(steps: Steps) -> Shaped[np.ndarray, " resamples"]:
    """Greatest distance between the score distributions of the two classes.

    A maximum is drawn upwards by chance: that of a resample lies above that of the rows on average, so the
    rows' own value sits low in its percentile interval.
    """
    found, wrong = steps.true_positive, steps.false_positive
    distance = np.abs(found * wrong[:, -1:] - wrong * found[:, -1:]).max(axis=1)
    return ratio(distance, found[:, -1] * wrong[:, -1])


def gini(steps: Steps) -> Shaped[np.ndarray, " resamples"]:
    """`2 AUC - 1`: 0 for guessing, 1 for a perfect ranking. Also called the accuracy ratio."""
    return 2 * roc_auc(steps) - 1


RANKINGS: dict[str, Callable[[Steps], np.ndarray]] = {
    "roc_auc": roc_auc,
    "pr_auc": pr_auc,
    "ks": kolmogorov_smirnov,
    "gini": gini,
}
"""The metrics that depend on the order of the rows alone."""


def _before(cumulative: np.ndarray) -> np.ndarray:
    shifted = np.zeros_like(cumulative)
    shifted[:, 1:] = cumulative[:, :-1]
    return shifted


def _rise(cumulative: np.ndarray) -> np.ndarray:
    return cumulative - _before(cumulative)
