"""The refer band: between "no" and "yes" a person decides."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.errors import ArgumentError
from neurode.evaluation import decisions, stored
from neurode.evaluation.curves import cuts
from neurode.evaluation.decisions import Counts
from neurode.evaluation.inputs import check_rows, check_two_classes
from neurode.evaluation.prices import Cost, Prices, check_cost
from neurode.evaluation.ranking import decide as every_case
from neurode.evaluation.ranking import rank, walk
from neurode.evaluation.rules import TOLERANCE
from neurode.evaluation.thresholds import HIGHEST, check_weights

REFERRED = -1
"""The code of a row that a person decides."""


@dataclass(frozen=True)
class ReferBand:
    """A row is referred to a person when `low <= probability < high`.

    Attributes:
        low: Below it the answer is no.
        high: From it on the answer is yes. Where it equals `low`, no row is referred.
        rule: The rule that chose the band, as it was asked for.
        reached: What it gives on the rows it was chosen on: yes_rate, no_rate and refer_rate as shares of all
            rows; accuracy, and mean_cost when there were prices, among the decided rows.
    """

    low: float
    high: float
    rule: str
    reached: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The band as plain JSON values; what is not a number is None."""
        return {
            "low": self.low,
            "high": self.high,
            "rule": self.rule,
            "reached": stored.plain_numbers(self.reached),
        }

    @classmethod
    def from_json(cls, document: object) -> "ReferBand":
        """The band that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        values = stored.fields(document, "refer_band", {"low", "high", "rule", "reached"})
        low = stored.number(values["low"], "refer_band.low", 0.0, HIGHEST)
        return cls(
            low,
            stored.number(values["high"], "refer_band.high", low, HIGHEST),
            stored.text(values["rule"], "refer_band.rule"),
            stored.named_numbers(values["reached"], "refer_band.reached"),
        )


def choose_refer_band(
    target: Any,
    probability: Any,
    *,
    threshold: float | int,
    rule: str,
    cost: Cost | None = None,
    amounts: Any = None,
    sample_weight: Any = None,
) -> ReferBand:
    """Chooses which rows around the threshold a person decides, on rows that training did not see.

    Args:
        target: The class code of each validation row, 0 or 1.
        probability: `(rows, 2)`.
        threshold: Where the line between no and yes lies.
        rule: One of

            - `"rate=0.1"`: at most this share of the rows, those next to the threshold by rank, half of them
              below it and half above; where one side has too few, the other gives more. Rows of one
              probability stay together;
            - `"0.3..0.6"`: taken as it is; the threshold has to lie in it;
            - `"cost"`: where the better call is expected to lose more than the price `refer` of a referral
              (Chow's rule, see `Prices.referral`). It trusts the probabilities: calibrate them. A band that
              misses the threshold is stretched to it, for in between the two rules call rows differently.
        cost: The price of each case as for `choose_threshold`, and of `refer`, on top of the price of the
            right call: a person is taken to be right. With another rule than "cost" it only adds the mean
            cost to what is told.
        amounts: What is at stake in each row. It multiplies all prices, that of a referral too.
        sample_weight: What each row counts for.

    Raises:
        ArgumentError: The rule cannot be read, or contradicts the threshold.

    Example:
        >>> score = np.array([0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
        >>> rows = np.column_stack([1 - score, score])
        >>> band = choose_refer_band([0, 0, 1, 0, 1, 1], rows, threshold=0.5, rule="rate=0.34")
        >>> round(band.low, 2), round(band.high, 2), band.reached["accuracy"]
        (0.3, 0.7, 1.0)
    """
    target, probability = check_rows(target, probability)
    check_two_classes(probability, "a refer band")
    weight = check_weights(sample_weight, len(target), "sample_weight")
    weight = np.ones(len(target)) if weight is None else weight
    amount = check_weights(amounts, len(target), "amounts")
    prices = None if cost is None else check_cost(cost)
    score, line = probability[:, 1], float(threshold)
    low, high = _read_band(rule, line, score, weight, prices)
    calls = decide(score, line, ReferBand(low, high, rule, {}))
    reached = _reached(target, calls, weight, weight if amount is None else weight * amount, prices)
    return ReferBand(low, high, rule.strip(), reached)


def decide(
    probability: Float[np.ndarray, " rows"], threshold: float | int, band: ReferBand | None = None
) -> Int[np.ndarray, " rows"]:
    """The call of each row: 1 yes, 0 no, -1 for a person to decide.

    A band that misses the threshold reaches to it: on the way from no to yes nothing is decided twice.

    Args:
        probability: Of the positive class.
        threshold: From here on the answer is yes.
        band: Where a person decides; None for nowhere.

    Example:
        >>> decide(np.array([0.1, 0.4, 0.5, 0.9]), 0.5, ReferBand(0.3, 0.6, "0.3..0.6", {}))
        array([ 0, -1, -1,  1])
    """
    calls = (probability >= threshold).astype(np.int64)
    if band is not None and band.low < band.high:
        low, high = min(band.low, threshold), max(band.high, threshold)
        calls[(probability >= low) & (probability < high)] = REFERRED
    return calls


def _read_band(
    rule: str, line: float, score: np.ndarray, weight: np.ndarray, prices: Prices | None
) -> tuple[float, float]:
    text = rule.replace(" ", "")
    if text == "cost":
        return _band_by_cost(line, prices)
    if found := re.fullmatch(r"rate=([0-9.eE+-]+)", text):
        return _band_by_rate(_number(found[1], rule), line, score, weight)
    if found := re.fullmatch(r"([0-9.eE+-]+?)\.\.([0-9.eE+-]+)", text):
        low, high = _number(found[1], rule), _number(found[2], rule)
        if not low <= line <= high:
            raise ArgumentError(
                f"the threshold {line:.4g} does not lie in the refer band {rule!r}",
                hint="below the band the answer is no, above it yes; give a band around the threshold",
            )
        return low, high
    raise _unreadable(rule)


def _number(text: str, rule: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _unreadable(rule) from None
    if not 0 <= value <= 1:
        raise ArgumentError(f"{rule!r} has a number outside 0 to 1")
    return value


def _unreadable(rule: str) -> ArgumentError:
    return ArgumentError(
        f"cannot read the refer rule {rule!r}", available="rules: 'rate=0.1', '0.3..0.6', 'cost'"
    )


def _band_by_cost(line: float, prices: Prices | None) -> tuple[float, float]:
    if prices is None or prices.refer is None:
        raise ArgumentError(
            "the refer rule 'cost' needs the price of a referral",
            hint='cost={"false_negative": 5, "false_positive": 1, "refer": 0.5}',
        )
    band = prices.referral()
    return (line, line) if band is None else (min(band[0], line), max(band[1], line))


def _band_by_rate(rate: float, line: float, score: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    ranking = rank(np.ones(len(score), dtype=bool), score)
    values = cuts(ranking)
    # What all rows down to each threshold weigh, from "no row" on.
    called = every_case(walk(ranking, weight[None])).true_positive[0]
    place = int(np.count_nonzero(ranking.score >= line))
    budget = rate * called[-1] * (1 + TOLERANCE)

    def above(most: float) -> int:
        return int(np.searchsorted(called, called[place] - most))

    def below(most: float) -> int:
        return int(np.searchsorted(called, called[place] + most, side="right")) - 1

    # What one side cannot use goes to the other.
    top = above(budget / 2)
    bottom = below(budget - (called[place] - called[top]))
    top = above(budget - (called[bottom] - called[place]))
    high = line if top == place else float(values[top])
    low = line if bottom == place else float(values[bottom])
    return low, high


def _reached(
    target: np.ndarray, calls: np.ndarray, weight: np.ndarray, stake: np.ndarray, prices: Prices | None
) -> dict[str, float]:
    shares = {code: float(weight[calls == code].sum() / weight.sum()) for code in (1, 0, REFERRED)}
    counts, stakes = _cases(target, calls, weight), _cases(target, calls, stake)
    reached = {
        "yes_rate": shares[1],
        "no_rate": shares[0],
        "refer_rate": shares[REFERRED],
        "accuracy": float(decisions.accuracy(counts)),
    }
    if prices is None:
        return reached
    decided = decisions.total(counts)
    return {**reached, "mean_cost": float(prices.mean(stakes, decided)) if decided else np.nan}


def _cases(target: np.ndarray, calls: np.ndarray, weight: np.ndarray) -> Counts:
    pairs = ((1, 1), (0, 1), (0, 0), (1, 0))
    return Counts(*(float(weight[(target == label) & (calls == call)].sum()) for label, call in pairs))
