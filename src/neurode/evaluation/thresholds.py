"""Where to draw the line between yes and no: a threshold chosen by a rule on validation rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import decisions, stored
from neurode.evaluation.curves import cuts
from neurode.evaluation.decisions import Counts
from neurode.evaluation.inputs import check_both_classes, check_rows, check_two_classes
from neurode.evaluation.prices import Cost, Prices, check_cost
from neurode.evaluation.ranking import Ranking, decide, rank, walk
from neurode.evaluation.rules import Rule, read_rule

HIGHEST = float(np.nextafter(np.float32(1), np.float32(2)))
"""The highest threshold there is: just above 1, so that a probability of 1 can be called negative."""


@dataclass(frozen=True)
class Threshold:
    """A row is called positive when `probability >= value`.

    Attributes:
        value: The threshold itself.
        rule: The rule that chose it, as it was asked for.
        reached: What it gives on the rows it was chosen on: accuracy, precision, recall, specificity, f1,
            balanced_accuracy, mcc, approval_rate, and mean_cost when prices were given.
        prices: The prices that it was chosen by, if it was.
    """

    value: float
    rule: str
    reached: dict[str, float]
    prices: Prices | None = None

    def to_json(self) -> dict[str, Any]:
        """The threshold as plain JSON values; what is not a number is None."""
        return {
            "value": self.value,
            "rule": self.rule,
            "reached": stored.plain_numbers(self.reached),
            "prices": self.prices and self.prices.to_json(),
        }

    @classmethod
    def from_json(cls, document: object) -> "Threshold":
        """The threshold that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        values = stored.fields(document, "threshold", {"value", "rule", "reached", "prices"})
        return cls(
            stored.number(values["value"], "threshold.value", 0.0, HIGHEST),
            stored.text(values["rule"], "threshold.rule"),
            stored.named_numbers(values["reached"], "threshold.reached"),
            stored.optional(Prices.from_json, values["prices"]),
        )


@dataclass(frozen=True, eq=False)
class Candidates:
    """Every threshold that makes a difference on some rows, and the four cases at each.

    Attributes:
        ranking: The rows in order of falling score.
        values: The thresholds, from one above every score down.
        counts: The four cases at each threshold, in rows or in what the rows weigh.
        stakes: The same, with each row times the amount at stake.
        weight: What each row weighs; None if all weigh the same.
        amounts: The amount at stake in each row; None if it is the same.
    """

    ranking: Ranking
    values: np.ndarray
    counts: Counts
    stakes: Counts
    weight: np.ndarray | None
    amounts: np.ndarray | None

    def place(self, rule: Rule) -> int:
        """The place of the threshold that serves the rule best; among equals the highest."""
        if rule.fixed is not None:
            return int(np.count_nonzero(self.ranking.score >= rule.fixed))
        value = rule.value(self.counts, self.stakes)
        place = int(np.argmax(value))
        if value[place] == -np.inf and rule.aim is not None:
            name, metric, _ = rule.aim
            best = float(np.max(metric(self.counts)))
            raise ArgumentError(
                f"no threshold reaches {rule.text}",
                available=f"best reachable: {name}={best:.4g}",
                hint=f"ask for less, as in '{name}={np.floor(best * 100) / 100:g}'",
            )
        return place

    def threshold(self, rule: Rule) -> float:
        """The threshold that serves the rule best."""
        return float(self.values[self.place(rule)]) if rule.fixed is None else rule.fixed


def choose_threshold(
    target: Any,
    probability: Any,
    rule: str | float | int = 0.5,
    *,
    cost: Cost | None = None,
    amounts: Any = None,
    sample_weight: Any = None,
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
            - `"f1"`, `"f2"`, `"f0.5"`: the greatest F-beta, where recall weighs so many times as much as
              precision;
            - `"youden"`: the greatest recall + specificity - 1; `"balanced_accuracy"` chooses the same;
            - `"mcc"`: the greatest correlation of call and class (Matthews);
            - `"accuracy"`: the most rows right;
            - `"cost"`: the least mean cost, by the prices in `cost`;
            - `"recall=0.8"`: at least this share of the bad rows is found, at the highest such threshold;
            - `"specificity=0.9"`: at least this share of the good rows is approved, with the greatest recall;
            - `"precision=0.5"`: at least this share of the rows turned down is bad, with the greatest recall;
            - `"approval_rate=0.7"`: at least this share of rows is approved (called negative), at the lowest
              such threshold, so that as many bad rows as possible are turned down;
            - `"capacity=200 of 10000"`: of every so many rows at most so many are called positive, as many as
              this allows. Say how many rows come in the time in which so many can be looked at.
        cost: The price of each case by name: `false_negative` (a bad row approved), `false_positive`,
            `true_positive`, `true_negative`. What is not named costs nothing; a gain is a negative price.
        amounts: What is at stake in each row, such as the size of the loan: each price is times this.
        sample_weight: What each row counts for. Rows weighted by deployment rate over validation rate of
            their class stand for the rows of deployment.

    Raises:
        ArgumentError: The rule cannot be read, or no threshold reaches what it asks for.

    Example:
        >>> probability = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
        >>> threshold = choose_threshold([0, 0, 1, 1], probability, "recall=0.9")
        >>> round(threshold.value, 3), threshold.reached["recall"]
        (0.2, 1.0)
        >>> round(choose_threshold([0, 0, 1, 1], probability, "capacity=25 of 100").value, 3)
        0.6
    """
    asked = read_rule(rule, None if cost is None else check_cost(cost))
    candidates = find_candidates(target, probability, asked, amounts, sample_weight)
    place = candidates.place(asked)
    reached = reach(at(candidates.counts, place), at(candidates.stakes, place), asked.prices)
    named = {name: float(value) for name, value in reached.items()}
    return Threshold(candidates.threshold(asked), _wording(asked, amounts), named, asked.prices)


def find_candidates(
    target: Any, probability: Any, rule: Rule, amounts: Any, sample_weight: Any
) -> Candidates:
    """The thresholds to choose from, once the rows are known to be fit for the rule."""
    target, probability = check_rows(target, probability)
    check_two_classes(probability, "a threshold")
    weight = check_weights(sample_weight, len(target), "sample_weight")
    amount = check_weights(amounts, len(target), "amounts")
    if rule.fixed is None:
        check_both_classes(target, weight, f"the rule {rule.text!r}")
    ranking = rank(target == 1, probability[:, 1])
    ones = np.ones(len(target), dtype=np.int64) if weight is None else weight
    counts = cases_at(ranking, ones)
    stakes = counts if amount is None else cases_at(ranking, ones * amount)
    return Candidates(ranking, cuts(ranking), counts, stakes, weight, amount)


def check_weights(weights: Any, rows: int, name: str) -> np.ndarray | None:
    """One number a row, none negative and not all zero; None stays None."""
    if weights is None:
        return None
    checked = np.asarray(weights, dtype=np.float64)
    if checked.shape != (rows,):
        raise ShapeError(f"{name} has shape {checked.shape}, but there are {rows} rows")
    if not np.isfinite(checked).all() or checked.min() < 0 or not checked.any():
        raise ArgumentError(f"{name} must be finite, 0 or more, and not all 0")
    return checked


def reach(counts: Counts, stakes: Counts, prices: Prices | None) -> dict[str, np.ndarray]:
    """What is told of thresholds: every metric, and the mean cost if there are prices."""
    reached = {name: metric(counts) for name, metric in decisions.REACHED.items()}
    if prices is None:
        return reached
    return {**reached, "mean_cost": prices.mean(stakes, decisions.total(counts))}


def at(counts: Counts, place: Any) -> Counts:
    """The cases at one place or at some places of the last axis."""
    return Counts(*(case[..., place] for case in counts))


def cases_at(ranking: Ranking, by_row: np.ndarray) -> Counts:
    """The sum of what belongs to the rows over each of the four cases, at every threshold."""
    return Counts(*(case[0] for case in decide(walk(ranking, by_row[None]))))


def _wording(rule: Rule, amounts: Any) -> str:
    return rule.text if amounts is None or rule.prices is None else f"{rule.text} times the amount at stake"
