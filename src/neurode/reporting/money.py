"""What decisions cost: the network at its threshold, its baselines at theirs, and one call for all rows."""

import math
from dataclasses import dataclass

import numpy as np

from neurode.evaluation import Evaluation, Prices
from neurode.evaluation.decisions import Counts
from neurode.evaluation.reliability import NORMAL_975
from neurode.evaluation.wording import quantity
from neurode.reporting.record import ReportRecord

PER_ROWS = 1000
"""Costs are told of so many rows: large enough for whole numbers, small enough to imagine."""


WITH_REFERRAL = "network with referral"
"""Who decides where the network leaves some rows to a person: what is done in use."""


@dataclass(frozen=True)
class Bill:
    """What one way of deciding costs.

    Attributes:
        name: Who decides.
        cost: Of 1,000 rows, with its 95 % interval.
        interval: Both ends, as text.
        saved: How much less than the cheaper of "nobody" and "everybody" it costs; with a sign.
    """

    name: str
    cost: str
    interval: str
    saved: str


def bills(record: ReportRecord) -> list[Bill]:
    """What each model costs on the test rows, then what one call for all rows would; nothing without prices.

    Args:
        record: Of two classes, with the prices beside its thresholds.
    """
    prices = None if record.thresholds is None else record.thresholds.prices
    if prices is None or not isinstance(record.comparison.network, Evaluation):
        return []
    (negative, alarms), (missed, found) = record.comparison.network.confusion.counts.tolist()
    negatives, positives = negative + alarms, missed + found
    name = record.comparison.network.classes[1]
    flat = [
        (f"nobody called ‘{name}’", Counts(0, 0, negatives, positives)),
        (f"everybody called ‘{name}’", Counts(positives, negatives, 0, 0)),
    ]
    judged = [(model.name, cases_of(model)) for model in record.comparison.evaluations]
    everyone = {name: mean_cost(prices, counts) for name, counts in (*judged, *flat)}
    best = min(everyone[name][0] for name, _ in flat)
    if record.referral is not None and prices.refer is not None:
        everyone = {WITH_REFERRAL: cost_with_referral(prices, record.referral), **everyone}
    # All costs to one precision, that of the network's.
    like = PER_ROWS * next(iter(everyone.values()))[0] or 1.0
    return [_bill(name, *paid, best, like) for name, paid in everyone.items()]


def cases_of(model: Evaluation) -> Counts:
    """The four cases on the test rows, at the model's threshold."""
    (negative, alarms), (missed, found) = model.confusion.counts.tolist()
    return Counts(found, alarms, negative, missed)


def mean_cost(prices: Prices, counts: Counts) -> tuple[float, float]:
    """The mean cost of a row, and half of its 95 % interval.

    Example:
        >>> mean, half = mean_cost(Prices(false_negative=5.0, false_positive=1.0), Counts(10, 20, 60, 10))
        >>> mean, round(half, 3)
        (0.7, 0.293)
    """
    return _mean(np.array([getattr(prices, case) for case in Counts._fields]), np.array(counts))


def cost_with_referral(prices: Prices, referral: np.ndarray) -> tuple[float, float]:
    """The mean cost of a row where a person decides some, and half of its 95 % interval.

    A referred row costs the referral on top of the right call: a person is taken to be right.

    Args:
        prices: With that of a referral.
        referral: `(2, 3)`: rows of each class that are called no, called yes and referred.

    Example:
        >>> prices = Prices(false_negative=5.0, false_positive=1.0, refer=0.5)
        >>> mean, half = cost_with_referral(prices, np.array([[60, 10, 10], [4, 10, 6]]))
        >>> round(mean, 3)
        0.38
    """
    refer = prices.refer or 0.0
    paid = np.array(
        [
            [prices.true_negative, prices.false_positive, prices.true_negative + refer],
            [prices.false_negative, prices.true_positive, prices.true_positive + refer],
        ]
    )
    return _mean(paid.ravel(), referral.ravel())


def _mean(paid: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    rows = counts.astype(np.float64)
    n_rows = rows.sum()
    mean = float(paid @ rows / n_rows)
    if n_rows < 2:
        return mean, math.nan
    variance = float((paid - mean) ** 2 @ rows / (n_rows - 1))
    return mean, NORMAL_975 * math.sqrt(variance / n_rows)


def _bill(name: str, mean: float, half: float, best: float, like: float) -> Bill:
    mean, half = PER_ROWS * mean, PER_ROWS * half
    interval = "" if math.isnan(half) else f"{_signed(mean - half, like)} – {_signed(mean + half, like)}"
    saved = PER_ROWS * best - mean
    return Bill(name, _signed(mean, like), interval, ("+" if saved > 0 else "") + _signed(saved, like))


def _signed(value: float, like: float) -> str:
    """A cost; a gain is a negative one."""
    text = quantity(abs(value), like)
    return f"−{text}" if value < 0 and any(digit in text for digit in "123456789") else text
