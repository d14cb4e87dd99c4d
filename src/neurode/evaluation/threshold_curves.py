"""What every threshold would give: metrics, approvals, and the cost with a band around it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.errors import ArgumentError
from neurode.evaluation import decisions
from neurode.evaluation.curves import MOST_POINTS
from neurode.evaluation.decisions import Counts, ratio
from neurode.evaluation.inputs import check_both_classes, check_rows
from neurode.evaluation.prices import CASES, Cost, Prices, check_cost
from neurode.evaluation.ranking import thinned
from neurode.evaluation.reliability import NORMAL_975
from neurode.evaluation.rules import Rule
from neurode.evaluation.thresholds import Candidates, at, cases_at, check_weights, find_candidates, reach

CLASS_OF = {"true_positive": 1, "false_negative": 1, "false_positive": 0, "true_negative": 0}


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """What every threshold gives, from the highest to the lowest.

    Attributes:
        threshold: The thresholds, thinned to what a figure shows; the one of least cost is among them.
        metrics: Each metric of `Threshold.reached` at each threshold, `mean_cost` among them if there were
            prices; NaN where it says nothing.
        rows: What all rows weigh: their number, unless they were weighted.
        prices: What the cost was counted by, if it was. Like the next two, None without prices.
        cost_lower: Lower end of the 95 % interval of the mean cost at each threshold.
        cost_upper: Its upper end.
    """

    threshold: np.ndarray
    metrics: dict[str, np.ndarray]
    rows: float
    prices: Prices | None = None
    cost_lower: np.ndarray | None = None
    cost_upper: np.ndarray | None = None

    @property
    def mean_cost(self) -> np.ndarray | None:
        """The mean cost of a row; None without prices."""
        return self.metrics.get("mean_cost")

    @property
    def total_cost(self) -> np.ndarray | None:
        """The cost of all rows together; None without prices."""
        return None if self.mean_cost is None else self.mean_cost * self.rows

    @property
    def cheapest(self) -> int | None:
        """The place of the threshold of least cost, the highest among equals; None without prices."""
        return None if self.mean_cost is None else int(np.argmin(self.mean_cost))


def threshold_curve(
    target: Any,
    probability: Any,
    *,
    cost: Cost | None = None,
    amounts: Any = None,
    sample_weight: Any = None,
    base_rate: float | int | None = None,
) -> ThresholdCurve:
    r"""What every threshold would give, for a figure: about 500 of them, half of them evenly spaced over the
    rows and half over the scores.

    The 95 % interval of the mean cost holds for each threshold by itself, fixed beforehand. With $c_i$ the
    cost of row $i$ at the threshold, times its amount, and $w_i$ its weight, the mean
    $\bar c = \sum w_i c_i / \sum w_i$ has the variance
    $\frac{n}{n - 1} \sum w_i^2 (c_i - \bar c)^2 / (\sum w_i)^2$. Where `base_rate` fixes the share of the
    classes, the formula is taken within each class and the variances are added by the squares of the shares.

    Args:
        target: The class code of each row, 0 or 1.
        probability: `(rows, 2)`.
        cost: The price of each case, as for `choose_threshold`.
        amounts: What is at stake in each row: each price is times this.
        sample_weight: What each row counts for.
        base_rate: The share of the positive class where the threshold will be used, between 0 and 1: the rows
            are weighted so that their classes are as frequent. Unless given, the rows count as they are.

    Raises:
        ArgumentError: The rows are of one class, a score is no number, or a price or weight makes no sense.

    Example:
        >>> probability = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
        >>> curve = threshold_curve([0, 1, 1], probability, cost={"false_negative": 5, "false_positive": 1})
        >>> curve.threshold.round(2), curve.metrics["mean_cost"].round(2)
        (array([0.9 , 0.6 , 0.25, 0.05]), array([3.33, 1.67, 0.  , 0.33]))
        >>> curve.total_cost.round(2), round(float(curve.threshold[curve.cheapest]), 2)
        (array([10.,  5.,  0.,  1.]), 0.25)

    References:
        Cochran (1977), Sampling Techniques, equation 6.12: the variance of a ratio of two sums, which a
        weighted mean is; equation 5.6 for classes of known shares.
    """
    target, probability = check_rows(target, probability)
    prices = None if cost is None else check_cost(cost)
    weight = check_weights(sample_weight, len(target), "sample_weight")
    check_both_classes(target, weight, "a threshold curve")
    if base_rate is not None:
        weight = _as_frequent(target, weight, base_rate)
    candidates = find_candidates(target, probability, Rule("a threshold curve"), amounts, weight)
    shown = _shown(candidates, prices)
    counts, stakes = at(candidates.counts, shown), at(candidates.stakes, shown)
    rows = float(decisions.total(at(candidates.counts, 0)))
    metrics = reach(counts, stakes, prices)
    if prices is None:
        return ThresholdCurve(candidates.values[shown], metrics, rows)
    half = NORMAL_975 * _cost_error(candidates, shown, prices, target, by_class=base_rate is not None)
    mean = metrics["mean_cost"]
    return ThresholdCurve(candidates.values[shown], metrics, rows, prices, mean - half, mean + half)


def _as_frequent(target: np.ndarray, weight: np.ndarray | None, base_rate: float | int) -> np.ndarray:
    """The weights with which the positive class has this share, of the same sum."""
    if not 0 < base_rate < 1:
        raise ArgumentError(
            f"base_rate={base_rate}", hint="the share of the positive class, above 0 and below 1"
        )
    weight = np.ones(len(target)) if weight is None else weight
    share = np.bincount(target, weight, minlength=2) / weight.sum()
    return weight * (np.array([1 - base_rate, base_rate]) / share)[target]


def _shown(candidates: Candidates, prices: Prices | None) -> Int[np.ndarray, " places"]:
    """Places enough for a figure: few rows may span many scores at one end of the curve."""
    n_places = len(candidates.values)
    if n_places <= MOST_POINTS:
        return np.arange(n_places)
    by_rows = thinned(n_places, MOST_POINTS // 2)
    falling = candidates.values.astype(np.float64)
    evenly = np.linspace(falling[0], falling[-1], MOST_POINTS // 2)
    by_score = np.minimum(np.searchsorted(-falling, -evenly), n_places - 1)
    cheapest = []
    if prices is not None:
        cheapest = [int(np.argmin(prices.mean(candidates.stakes, decisions.total(candidates.counts))))]
    return np.union1d(np.union1d(by_rows, by_score), cheapest).astype(np.int64)


def _cost_error(
    candidates: Candidates, shown: np.ndarray, prices: Prices, target: np.ndarray, *, by_class: bool
) -> Float[np.ndarray, " places"]:
    """The standard error of the mean cost at each place; NaN where one row cannot tell.

    A row's cost depends on its case alone but for the amount, so that sums over rows are sums over cases.
    """
    weight = np.ones(len(target)) if candidates.weight is None else candidates.weight
    amount = np.ones(len(target)) if candidates.amounts is None else candidates.amounts
    moments = [
        at(cases_at(candidates.ranking, by_row), shown)
        for by_row in (weight, weight * amount, weight**2, weight**2 * amount, (weight * amount) ** 2)
    ]
    variance = np.zeros(len(shown))
    everything = float(weight.sum())
    for labels in [(0,), (1,)] if by_class else [(0, 1)]:
        n_rows = np.count_nonzero(np.isin(target, labels) & (weight > 0))
        cases = [case for case in CASES if CLASS_OF[case] in labels]
        variance += _variance(cases, prices, moments, everything) * ratio(n_rows, n_rows - 1)
    return np.sqrt(np.maximum(variance, 0.0))


def _variance(
    cases: list[str], prices: Prices, moments: list[Counts], everything: float
) -> Float[np.ndarray, " places"]:
    """The variance that these cases give to the mean over everything, before the factor for few rows."""

    def summed(moment: Counts, power: int) -> np.ndarray:
        return sum(getattr(prices, case) ** power * getattr(moment, case) for case in cases)

    weights, costs, squared, crossed, cost_squared = (
        summed(moment, power) for moment, power in zip(moments, (0, 1, 0, 1, 2))
    )
    mean = ratio(costs, weights)
    return (cost_squared - 2 * mean * crossed + mean**2 * squared) / everything**2
