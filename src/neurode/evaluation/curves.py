"""Curves of a two-class model as plain records, thin enough to draw."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.evaluation import decisions
from neurode.evaluation.inputs import check_rows, check_two_classes
from neurode.evaluation.ranking import Ranking, decide, rank, thinned, walk

MOST_POINTS = 500
"""More points than this are not seen in a figure, but weigh in its file."""


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The receiver operating characteristic, from nobody called positive to everybody."""

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    threshold: np.ndarray


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """Precision against rising recall. `prevalence` is the precision of guessing."""

    recall: np.ndarray
    precision: np.ndarray
    threshold: np.ndarray
    prevalence: float


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """How many rows of each class got which score: `counts` is `(classes, bins)`, `edges` has one more."""

    edges: np.ndarray
    counts: np.ndarray


def roc_curve(target: Any, probability: Any) -> RocCurve:
    """True-positive rate against false-positive rate.

    Example:
        >>> curve = roc_curve([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
        >>> curve.true_positive_rate
        array([0. , 0.5, 1. , 1. ])
    """
    threshold, counts = _at_every_threshold(target, probability, "a ROC curve")
    return RocCurve(1 - decisions.specificity(counts), decisions.recall(counts), threshold)


def precision_recall_curve(target: Any, probability: Any) -> PrecisionRecallCurve:
    """Precision against recall; it starts at the highest score, where at least one row is called positive."""
    threshold, counts = _at_every_threshold(target, probability, "a precision-recall curve")
    recall, precision = decisions.recall(counts), decisions.precision(counts)
    return PrecisionRecallCurve(recall[1:], precision[1:], threshold[1:], float(precision[-1]))


def score_histogram(target: Any, probability: Any, bins: int = 40) -> ScoreHistogram:
    """Counts of the positive class's probability in equal bins from 0 to 1, for each class.

    Example:
        >>> score_histogram([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], bins=2).counts
        array([[1, 0],
               [0, 2]])
    """
    target, probability = check_rows(target, probability)
    check_two_classes(probability, "a score histogram")
    edges = np.linspace(0, 1, bins + 1)
    counts = [np.histogram(probability[target == label, 1], edges)[0] for label in (0, 1)]
    return ScoreHistogram(edges, np.stack(counts))


def cuts(ranking: Ranking) -> np.ndarray:
    """The threshold of each step, in the middle of the gap below it, the first one above every score.

    The middle is taken in the score's own type: a threshold that a float32 model cannot represent would be
    rounded onto a neighbouring score and move rows across it. Where the gap has no middle, the upper end
    serves.

    Example:
        >>> cuts(rank(np.array([True, False]), np.array([0.75, 0.25])))
        array([0.875, 0.5  , 0.125])
    """
    score = ranking.score
    lower = np.append(score[1:], score.dtype.type(0))
    middle = lower + (score - lower) / 2
    above = max((1 + score[0]) / 2, np.nextafter(score[0], score.dtype.type(2)))
    return np.append(above, np.where(middle > lower, middle, score)).astype(score.dtype)


def _at_every_threshold(target: Any, probability: Any, what: str) -> tuple[np.ndarray, decisions.Counts]:
    target, probability = check_rows(target, probability)
    check_two_classes(probability, what)
    ranking = rank(target == 1, probability[:, 1])
    steps = walk(ranking, np.ones((1, len(target)), dtype=np.int64))
    threshold = cuts(ranking)
    shown = thinned(len(threshold), MOST_POINTS)
    return threshold[shown], decisions.Counts(*(case[0, shown] for case in decide(steps)))
