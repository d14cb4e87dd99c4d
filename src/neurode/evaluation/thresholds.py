"""Where to draw the line between yes and no: a threshold chosen by a rule on validation rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, listed
from neurode.evaluation import decisions
from neurode.evaluation.curves import cuts
from neurode.evaluation.decisions import Counts
from neurode.evaluation.inputs import check_rows, check_two_classes
from neurode.evaluation.ranking import decide, rank, walk

Cost = Mapping[str, float | int]
"""The price of each kind of mistake: `{"false_negative": 5, "false_positive": 1}`."""


@dataclass(frozen=True)
class Threshold:
    """A row is called positive when `probability >= value`.

    Attributes:
        value: The threshold itself.
        rule: The rule that chose it, as it was asked for.
        reached: What it gives on the rows it was chosen on: accuracy, precision, recall, specificity, f1,
            approval_rate, and mean_cost when prices were given.
    """

    value: float
    rule: str
    reached: dict[str, float]


def choose_threshold(
    target: Any, probability: Any, rule: str | float | int = 0.5, *, cost: Cost | None = None
) -> Threshold:
    """Chooses the threshold that serves a rule best, on rows that training did not see.

    **The positive class (column 1) is the bad event**: a default, a fraud, a fault. A row called positive is
    turned down, a row called negative is approved.

    Every threshold that makes a difference is tried, exactly: the middles of the gaps between neighbouring
    scores, with "nobody" and "everybody" at the ends. Among equals the highest threshold wins, which turns
    down the fewest.

    Args:
        target: The class code of each validation row, 0 or 1.
        probability: `(rows, 2)`.
        rule: One of

            - a number such as `0.5`: taken as it is;
            - `"f1"`: the greatest F1;
            - `"youden"`: the greatest recall + specificity - 1;
            - `"cost"`: the least mean cost, by the prices in `cost`;
            - `"recall=0.8"`: at least this share of the bad rows is found, at the highest such threshold;
            - `"precision=0.5"`: at least this share of the rows turned down is bad, with the greatest recall;
            - `"approval_rate=0.7"`: at least this share of rows is approved (called negative), at the lowest
              such threshold, so that as many bad rows as possible are turned down.
        cost: The price of a `false_negative` (a bad row approved) and of a `false_positive`.

    Raises:
        ArgumentError: The rule cannot be read, or no threshold reaches what it asks for.

    Example:
        >>> probability = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
        >>> threshold = choose_threshold([0, 0, 1, 1], probability, "recall=0.9")
        >>> round(threshold.value, 3), threshold.reached["recall"]
        (0.2, 1.0)
    """
    target, probability = check_rows(target, probability)
    check_two_classes(probability, "a threshold")
    ranking = rank(target == 1, probability[:, 1])
    every = Counts(*(case[0] for case in decide(walk(ranking, np.ones((1, len(target)), dtype=np.int64)))))
    values = cuts(ranking)
    prices = _check_cost(rule, cost)
    fixed = _as_number(rule)
    if fixed is not None and not 0 <= fixed <= 1:
        raise ArgumentError(
            f"a threshold of {rule} is outside 0 to 1", hint="probabilities are compared with it"
        )
    if fixed is None and len(np.unique(target)) < 2:
        raise ArgumentError(
            f"the rule {rule!r} needs rows of both classes, all {len(target)} rows are of class {target[0]}"
        )
    if fixed is not None:
        value = fixed
        # Falling scores: the rows called positive are those before the first score below the threshold.
        place = int(np.count_nonzero(ranking.score >= value))
    else:
        place = _choose(str(rule), every, prices)
        value = float(values[place])
    chosen = Counts(*(case[place] for case in every))
    return Threshold(value, _wording(rule, prices), _reached(chosen, prices))


def _choose(rule: str, every: Counts, prices: Cost | None) -> int:
    """The place of the best threshold. Places run from the highest threshold to the lowest."""
    if rule == "cost" and prices:
        return int(np.argmin(_mean_cost(every, prices)))
    if rule in GREATEST:
        return int(np.argmax(GREATEST[rule](every)))
    aim, wanted = _read_aim(rule)
    metric, tiebreak = AT_LEAST[aim]
    reached = metric(every)
    enough = reached >= wanted
    if not enough.any():
        raise ArgumentError(
            f"no threshold reaches {rule}",
            available=f"best reachable: {aim}={np.max(reached):.4g}",
            hint=f"ask for less, as in '{aim}={np.floor(np.max(reached) * 100) / 100:g}'",
        )
    return int(np.argmax(np.where(enough, tiebreak(every), -np.inf)))


def _youden(counts: Counts) -> np.ndarray:
    return decisions.recall(counts) + decisions.specificity(counts) - 1


GREATEST: dict[str, Callable[[Counts], np.ndarray]] = {"f1": decisions.f1, "youden": _youden}
"""Rules that make one number as great as it gets."""

AT_LEAST: dict[str, tuple[Callable[[Counts], np.ndarray], Callable[[Counts], np.ndarray]]] = {
    "recall": (decisions.recall, decisions.specificity),
    "precision": (decisions.precision, decisions.recall),
    "approval_rate": (decisions.approval_rate, lambda counts: -decisions.approval_rate(counts)),
}
"""Rules that ask for a least value of the first number; among those that reach it, the second decides."""


def _read_aim(rule: str) -> tuple[str, float]:
    found = re.fullmatch(r"\s*(\w+)\s*=\s*([0-9.eE+-]+)\s*", rule)
    if not found or found[1] not in AT_LEAST:
        known = ["0.5", *GREATEST, "cost", *(f"{name}=0.8" for name in AT_LEAST)]
        raise ArgumentError(
            f"cannot read the threshold rule {rule!r}",
            available=f"rules: {listed(known)}",
            hint="a plain number is taken as the threshold itself",
        )
    wanted = _as_number(found[2])
    if wanted is None or not 0 < wanted <= 1:
        raise ArgumentError(f"{rule!r} asks for {found[2]}, which is not above 0 and at most 1")
    return found[1], wanted


def _as_number(rule: str | float | int) -> float | None:
    try:
        return float(rule)
    except ValueError:
        return None


def _check_cost(rule: str | float | int, cost: Cost | None) -> Cost | None:
    if (rule == "cost") != (cost is not None):
        raise ArgumentError(
            "the rule 'cost' and the argument cost= go together",
            hint='choose_threshold(…, "cost", cost={"false_negative": 5, "false_positive": 1})',
        )
    if cost is not None and (set(cost) != {"false_negative", "false_positive"} or min(cost.values()) < 0):
        raise ArgumentError(
            f"cost={dict(cost)!r} does not price both mistakes",
            available="names: 'false_negative', 'false_positive', each 0 or more",
        )
    return cost


def _mean_cost(counts: Counts, prices: Cost) -> Any:
    paid = counts.false_negative * prices["false_negative"] + counts.false_positive * prices["false_positive"]
    return paid / decisions.total(counts)


def _reached(counts: Counts, prices: Cost | None) -> dict[str, float]:
    named = {**decisions.DECISIONS, "approval_rate": decisions.approval_rate}
    reached = {name: float(metric(counts)) for name, metric in named.items()}
    return reached if prices is None else {**reached, "mean_cost": float(_mean_cost(counts, prices))}


def _wording(rule: str | float | int, prices: Cost | None) -> str:
    if prices is None:
        return str(rule)
    return f"cost (false negative {prices['false_negative']:g}, false positive {prices['false_positive']:g})"
