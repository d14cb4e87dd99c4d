"""Gains, lift and KS: how much of the bad event is found among the rows of the highest scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.errors import ArgumentError
from neurode.evaluation.curves import MOST_POINTS
from neurode.evaluation.decisions import ratio
from neurode.evaluation.inputs import check_both_classes, check_rows, check_two_classes
from neurode.evaluation.ranking import Ranking, rank, thinned, walk
from neurode.evaluation.reliability import wilson_interval
from neurode.evaluation.thresholds import check_weights


@dataclass(frozen=True, eq=False)
class GainsTable:
    """Rows in parts by their score, the highest first: ten parts are the deciles of a scorecard.

    Each array has one entry a part. Rows of one score stay together, so that parts may differ in size and
    there may be fewer than were asked for.

    Attributes:
        n_rows: Rows of the part.
        lowest_score: The lowest score of the part.
        mean_score: The mean score: the rate that was promised.
        rate: Which share of the part is of the positive class.
        lower: Lower end of the rate's 95 % interval (Wilson).
        upper: Its upper end.
        lift: The rate of the part over that of all rows.
        cumulative_rows: The share of all rows from the first part down to this one.
        cumulative_found: The share of the positive class found down to this one.
        cumulative_lift: The rate of the rows down to this part, over that of all rows.
    """

    n_rows: np.ndarray
    lowest_score: np.ndarray
    mean_score: np.ndarray
    rate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    lift: np.ndarray
    cumulative_rows: np.ndarray
    cumulative_found: np.ndarray
    cumulative_lift: np.ndarray


@dataclass(frozen=True, eq=False)
class GainsCurve:
    """How much is found in how many rows, from no row to all of them.

    Attributes:
        depth: The share of the rows, those of the highest scores.
        found: The share of the positive class among them.
        base_rate: The share of the positive class in all rows: a perfect score has found all of it there.
        table: The same in parts, as a table.
    """

    depth: np.ndarray
    found: np.ndarray
    base_rate: float
    table: GainsTable

    @property
    def lift(self) -> np.ndarray:
        """How many times as much is found as by chance; NaN where there is no row yet."""
        return ratio(self.found, self.depth)


@dataclass(frozen=True, eq=False)
class KsCurve:
    """The distributions of the scores of both classes, over rising scores.

    Attributes:
        score: The scores, thinned to what a figure shows.
        negative: The share of the negative class with at most this score.
        positive: The share of the positive class with at most this score.
        statistic: The greatest distance between the two: 0 for scores that say nothing, 1 for a clean cut.
        place: Where in the arrays that is.
    """

    score: np.ndarray
    negative: np.ndarray
    positive: np.ndarray
    statistic: float
    place: int


def gains_curve(target: Any, probability: Any, *, parts: int = 10, sample_weight: Any = None) -> GainsCurve:
    """Cumulative gains and lift, as a curve of at most 500 points and as a table.

    Args:
        target: The class code of each row, 0 or 1.
        probability: `(rows, 2)`.
        parts: Of how many parts the table is; 10 for deciles.
        sample_weight: What each row counts for.

    Raises:
        ArgumentError: The rows are of one class, or a score is no number.

    Example:
        >>> score = np.array([0.9, 0.8, 0.4, 0.3])
        >>> gains = gains_curve([1, 1, 0, 1], np.column_stack([1 - score, score]), parts=2)
        >>> gains.depth, gains.found.round(2)
        (array([0.  , 0.25, 0.5 , 0.75, 1.  ]), array([0.  , 0.33, 0.67, 0.67, 1.  ]))
        >>> gains.table.rate, gains.table.cumulative_lift.round(2)
        (array([1. , 0.5]), array([1.33, 1.  ]))

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference: the interval of a
        rate. Kish (1965), Survey Sampling, section 11.7, for how many equal rows weighted rows are worth.
    """
    if parts < 1:
        raise ArgumentError(f"parts={parts}", hint="at least one part is needed; 10 gives deciles")
    target, weight, ranking = _ranked(target, probability, sample_weight, "a gains curve")
    steps = walk(ranking, weight[None])
    found = np.append(0.0, steps.true_positive[0])
    called = found + np.append(0.0, steps.false_positive[0])
    shown = thinned(len(called), MOST_POINTS)
    table = _in_parts(ranking, weight, parts, found, called)
    base_rate = float(found[-1] / called[-1])
    return GainsCurve(called[shown] / called[-1], found[shown] / found[-1], base_rate, table)


def ks_curve(target: Any, probability: Any, *, sample_weight: Any = None) -> KsCurve:
    """The distribution of the scores of each class, and where they are farthest apart (Kolmogorov, Smirnov).

    Args:
        target: The class code of each row, 0 or 1.
        probability: `(rows, 2)`.
        sample_weight: What each row counts for.

    Raises:
        ArgumentError: The rows are of one class, or a score is no number.

    Example:
        >>> score = np.array([0.9, 0.8, 0.4, 0.3])
        >>> curve = ks_curve([1, 1, 0, 1], np.column_stack([1 - score, score]))
        >>> round(curve.statistic, 3), float(curve.score[curve.place])
        (0.667, 0.4)

    References:
        Smirnov (1939), On the estimation of the discrepancy between empirical curves of distribution for two
        independent samples.
    """
    _, weight, ranking = _ranked(target, probability, sample_weight, "a KS curve")
    steps = walk(ranking, weight[None])
    above = [np.append(0.0, case[0] / case[0, -1]) for case in (steps.false_positive, steps.true_positive)]
    # What lies above a step is 1 less what lies at it or below it: the first is all, the last is nothing.
    negative, positive = (1 - share[::-1][1:] for share in above)
    score = ranking.score[::-1].astype(np.float64)
    farthest = int(np.argmax(np.abs(negative - positive)))
    shown = np.union1d(thinned(len(score), MOST_POINTS), [farthest]).astype(np.int64)
    return KsCurve(
        score[shown],
        negative[shown],
        positive[shown],
        float(np.abs(negative - positive)[farthest]),
        int(np.searchsorted(shown, farthest)),
    )


def _ranked(
    target: Any, probability: Any, sample_weight: Any, what: str
) -> tuple[np.ndarray, Float[np.ndarray, " rows"], Ranking]:
    target, probability = check_rows(target, probability)
    check_two_classes(probability, what)
    weight = check_weights(sample_weight, len(target), "sample_weight")
    check_both_classes(target, weight, what)
    weight = np.ones(len(target)) if weight is None else weight
    # A row that weighs nothing would be a step without a row.
    counted = np.flatnonzero(weight > 0)
    target, weight = target[counted], weight[counted]
    return target, weight, rank(target == 1, probability[counted, 1])


def _in_parts(
    ranking: Ranking, weight: np.ndarray, parts: int, found: np.ndarray, called: np.ndarray
) -> GainsTable:
    """The table, from what is found and called down to each step.

    Args:
        ranking: The rows that weigh something, in order of falling score.
        weight: What each row weighs.
        parts: How many.
        found: What the positive rows above each step weigh, from 0 on.
        called: What all rows above it weigh.
    """
    last = _last_steps(called, parts)
    n_rows = np.diff(np.append(0, ranking.last[last] + 1))
    part_of_row = np.repeat(np.arange(len(last)), n_rows)
    in_order = weight[ranking.order]
    score_of_row = np.repeat(ranking.score.astype(np.float64), np.diff(np.append(-1, ranking.last)))
    weighs = np.bincount(part_of_row, in_order)
    ends = last + 1
    rate = np.clip(np.diff(np.append(0.0, found[ends])) / weighs, 0.0, 1.0)
    worth = weighs**2 / np.bincount(part_of_row, in_order**2)
    lower, upper = wilson_interval(rate, worth)
    base_rate = found[-1] / called[-1]
    return GainsTable(
        n_rows,
        ranking.score[last].astype(np.float64),
        np.bincount(part_of_row, in_order * score_of_row) / weighs,
        rate,
        lower,
        upper,
        rate / base_rate,
        called[ends] / called[-1],
        found[ends] / found[-1],
        found[ends] / called[ends] / base_rate,
    )


def _last_steps(called: np.ndarray, parts: int) -> Int[np.ndarray, " parts"]:
    """The last step of each part: a step belongs where the middle of its rows does."""
    middle = (called[1:] + called[:-1]) / 2
    part = np.minimum((middle * parts / called[-1]).astype(np.int64), parts - 1)
    return np.append(np.flatnonzero(np.diff(part)), len(part) - 1)
