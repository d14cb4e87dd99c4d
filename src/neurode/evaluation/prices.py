"""Prices of calls: what each of the four cases costs, and what follows for probabilities."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, FileError, listed
from neurode.evaluation import decisions, stored
from neurode.evaluation.decisions import Counts

Cost = Mapping[str, float | int]
"""The price of each case: `{"false_negative": 5, "false_positive": 1}`. A gain is a negative price."""

CASES = ("false_negative", "false_positive", "true_positive", "true_negative")
"""The four cases in the order in which they are named to people: mistakes first."""


@dataclass(frozen=True)
class Prices:
    """What a row costs in each of the four cases, and what it costs to let a person decide.

    Attributes:
        false_negative: A positive row that was called negative.
        false_positive: A negative row that was called positive.
        true_positive: A positive row that was called positive.
        true_negative: A negative row that was called negative.
        refer: A row that a person decides, on top of the price of the right call; None if nobody does.
    """

    false_negative: float = 0.0
    false_positive: float = 0.0
    true_positive: float = 0.0
    true_negative: float = 0.0
    refer: float | None = None

    @property
    def miss(self) -> float:
        """How much dearer it is to miss a positive row than to find it."""
        return self.false_negative - self.true_positive

    @property
    def alarm(self) -> float:
        """How much dearer it is to call a negative row positive than to leave it alone."""
        return self.false_positive - self.true_negative

    def mean(self, stakes: Counts, rows: Any) -> np.ndarray:
        """Mean price of a row.

        Args:
            stakes: The sum over the rows of each case of what they weigh, times the amount at stake if there
                is one.
            rows: What all rows weigh.
        """
        paid = sum(getattr(self, case) * getattr(stakes, case) for case in CASES)
        return decisions.ratio(paid, rows)

    def threshold(self) -> float:
        r"""The probability where both calls cost the same, $alarm / (alarm + miss)$.

        The threshold of least cost for true probabilities, at any base rate and for any amount at stake.

        Example:
            >>> Prices(false_negative=4.0, false_positive=1.0).threshold()
            0.2

        References:
            Elkan (2001), [The foundations of cost-sensitive learning](https://dl.acm.org/doi/10.5555/1642194.1642224),
            equation 2.
        """
        return self.alarm / (self.alarm + self.miss)

    def referral(self) -> tuple[float, float] | None:
        r"""Between which probabilities a person is worth the price; None if nowhere.

        The better call is expected to lose $\min(p \cdot miss, (1 - p) \cdot alarm)$ against the right one;
        a person, taken to be right, loses `refer`. So a row is referred where
        $refer / miss < p < 1 - refer / alarm$.

        Example:
            >>> Prices(false_negative=4.0, false_positive=1.0, refer=0.5).referral()
            (0.125, 0.5)

        References:
            Chow (1970), [On optimum recognition error and reject tradeoff](https://doi.org/10.1109/TIT.1970.1054406),
            equation 3, for two classes with prices of their own.
        """
        if self.refer is None:
            return None
        low, high = self.refer / self.miss, 1 - self.refer / self.alarm
        return (low, high) if low < high else None

    def __str__(self) -> str:
        named = {case.replace("_", " "): getattr(self, case) for case in (*CASES, "refer")}
        return ", ".join(f"{case} {price:g}" for case, price in named.items() if price)

    def to_json(self) -> dict[str, float | None]:
        """The prices as plain JSON values."""
        return {case: getattr(self, case) for case in (*CASES, "refer")}

    @classmethod
    def from_json(cls, document: object) -> "Prices":
        """The prices that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        values = stored.fields(document, "cost", {*CASES, "refer"})
        refer = stored.optional(stored.number, values["refer"], "cost.refer")
        named = {case: stored.number(values[case], f"cost.{case}") for case in CASES}
        try:
            return check_cost(named if refer is None else {**named, "refer": refer})
        except ArgumentError as error:
            raise FileError(error.problem, available=error.available) from error


def check_cost(cost: Cost) -> Prices:
    """The prices, once they are known to be numbers, each mistake dearer than the right call.

    Example:
        >>> check_cost({"false_negative": 5, "true_negative": -1}).miss
        5.0

    Raises:
        ArgumentError: A name is unknown, a price is no number, or one call is the cheaper one for every row.
    """
    unknown = [name for name in cost if name not in (*CASES, "refer")]
    if unknown:
        raise ArgumentError(
            f"cost= has no place for {listed(unknown)}", available=f"names: {listed((*CASES, 'refer'))}"
        )
    bad = {name: price for name, price in cost.items() if not _is_price(price)}
    if bad:
        raise ArgumentError(f"cost={bad!r} is not a finite number", hint="a gain is a negative price")
    prices = Prices(**{name: float(price) for name, price in cost.items()})
    if prices.miss <= 0 or prices.alarm <= 0:
        raise ArgumentError(
            f"cost={dict(cost)!r} does not price both mistakes",
            available=f"names: {listed(CASES)}; what is not named costs 0",
            hint="a mistake on a row has to cost more than the right call",
        )
    if prices.refer is not None and prices.refer < 0:
        raise ArgumentError(f"a referral cannot cost {prices.refer:g}", hint="its price is 0 or more")
    return prices


def _is_price(price: object) -> bool:
    return isinstance(price, (int, float, np.number)) and not isinstance(price, bool) and math.isfinite(price)
