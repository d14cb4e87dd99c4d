"""Rules for thresholds: what is asked of a threshold, read from a short text such as `"recall=0.8"`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from neurode.errors import ArgumentError
from neurode.evaluation import decisions
from neurode.evaluation.decisions import Counts
from neurode.evaluation.prices import Prices

Metric = Callable[[Counts], np.ndarray]

GREATEST: dict[str, Metric] = {
    "f1": decisions.f1,
    "youden": lambda counts: decisions.recall(counts) + decisions.specificity(counts) - 1,
    "balanced_accuracy": decisions.balanced_accuracy,
    "mcc": decisions.matthews_correlation,
    "accuracy": decisions.accuracy,
}
"""Rules that make one number as great as it gets."""

AT_LEAST: dict[str, tuple[Metric, Metric]] = {
    "recall": (decisions.recall, decisions.specificity),
    "specificity": (decisions.specificity, decisions.recall),
    "precision": (decisions.precision, decisions.recall),
    "approval_rate": (decisions.approval_rate, lambda counts: -decisions.approval_rate(counts)),
}
"""Rules that ask for a least value of the first number; among those that reach it, the second decides."""

TOLERANCE = 1e-12
"""What a sum of weights may fall short of an aim by rounding alone."""

_NUMBER = r"(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)"


@dataclass(frozen=True, eq=False)
class Rule:
    """What is asked of a threshold.

    Attributes:
        text: As it was asked for, with the prices where there are some.
        fixed: The threshold itself, if it was given.
        worth: The number to make as great as it gets.
        aim: The name of what has to be reached first, how it is measured, and how much of it.
        prices: For the least cost, instead of `worth`.
    """

    text: str
    fixed: float | None = None
    worth: Metric | None = None
    aim: tuple[str, Metric, float] | None = None
    prices: Prices | None = None

    def value(self, counts: Counts, stakes: Counts) -> np.ndarray:
        """How well each threshold serves the rule; minus infinity where it misses the aim.

        Args:
            counts: The four cases at every threshold, the thresholds in the last axis.
            stakes: The same with each row times the amount at stake.
        """
        if self.prices is not None:
            return -self.prices.mean(stakes, decisions.total(counts))
        assert self.worth is not None
        if self.aim is None:
            return self.worth(counts)
        _, metric, wanted = self.aim
        return np.where(metric(counts) >= wanted - TOLERANCE, self.worth(counts), -np.inf)


def read_rule(rule: str | float | int, prices: Prices | None = None) -> Rule:
    """The rule that a text or number means; `thresholds.choose_threshold` says which there are.

    Raises:
        ArgumentError: It means nothing, or it and the prices do not go together.

    Example:
        >>> read_rule("f2").fixed is None, read_rule("0.3").fixed
        (True, 0.3)
    """
    text = str(rule).strip()
    if (text == "cost") != (prices is not None):
        raise ArgumentError(
            "the rule 'cost' and the argument cost= go together",
            hint='choose_threshold(…, "cost", cost={"false_negative": 5, "false_positive": 1})',
        )
    if prices is not None:
        return Rule(f"cost ({prices})", prices=prices)
    fixed = _as_number(text)
    if fixed is not None:
        return Rule(text, fixed=_share(fixed, f"a threshold of {text}", "probabilities are compared with it"))
    if text in GREATEST:
        return Rule(text, worth=GREATEST[text])
    if found := re.fullmatch(rf"f\s*=?\s*{_NUMBER}", text):
        return Rule(text, worth=_f_beta(text, float(found[1])))
    if found := re.fullmatch(rf"capacity\s*=\s*{_NUMBER}(?:\s+of\s+{_NUMBER})?", text):
        return Rule(text, **_capacity(text, float(found[1]), float(found[2] or 0)))
    return Rule(text, **_least(text))


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _share(value: float, what: str, hint: str) -> float:
    if not 0 <= value <= 1:
        raise ArgumentError(f"{what} is outside 0 to 1", hint=hint)
    return value


def _f_beta(text: str, beta: float) -> Metric:
    if not 0 < beta < np.inf:
        raise ArgumentError(
            f"{text!r} asks for a beta of {beta:g}", hint="recall weighs beta times as much: f2"
        )
    return partial(decisions.f_beta, beta=beta)


def _capacity(text: str, cases: float, rows: float) -> dict:
    if not rows:
        raise ArgumentError(
            f"{text!r} does not say out of how many rows",
            hint=f"'capacity={cases:g} of 10000' calls at most that share of rows positive",
        )
    if not 0 < cases <= rows:
        raise ArgumentError(f"{text!r} asks for more cases than rows, or for none")
    metric, worth = AT_LEAST["approval_rate"]
    return {"worth": worth, "aim": ("approval_rate", metric, 1 - cases / rows)}


def _least(text: str) -> dict:
    name, equals, number = (part.strip() for part in text.partition("="))
    wanted = _as_number(number)
    if not equals or name not in AT_LEAST or wanted is None:
        known = ["0.5", *GREATEST, "f2", "cost", *(f"{aim}=0.8" for aim in AT_LEAST), "capacity=200 of 10000"]
        raise ArgumentError(
            f"cannot read the threshold rule {text!r}",
            available="rules: " + ", ".join(map(repr, known)),
            hint="a plain number is taken as the threshold itself",
        )
    if not 0 < wanted <= 1:
        raise ArgumentError(f"{text!r} asks for {number}, which is not above 0 and at most 1")
    metric, worth = AT_LEAST[name]
    return {"worth": worth, "aim": (name, metric, wanted)}
