"""How sure one can be of a threshold: where the rule would have put it on other rows of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.evaluation import stored
from neurode.evaluation.decisions import Counts
from neurode.evaluation.intervals import Interval, draws, percentile_interval
from neurode.evaluation.prices import Cost, check_cost
from neurode.evaluation.ranking import thinned
from neurode.evaluation.rules import Rule, read_rule
from neurode.evaluation.thresholds import Candidates, at, find_candidates, reach

MOST_PLACES = 1000
"""Thresholds tried in a resample: a thousandth of the rows is finer than any interval here."""


@dataclass(frozen=True)
class ThresholdBand:
    """A threshold with 95 % intervals.

    Attributes:
        value: The threshold, and where the rule puts it on resampled rows.
        reached: What the chosen threshold reaches, and what it reaches on resampled rows.
        n_resamples: How many draws the intervals come from.
        n_dropped: Draws that missed a class or could not reach what the rule asks for.
    """

    value: Interval
    reached: dict[str, Interval]
    n_resamples: int
    n_dropped: int

    def to_json(self) -> dict[str, Any]:
        """The band as plain JSON values; what is not a number is None."""
        return {
            "value": _interval_to_json(self.value),
            "reached": {name: _interval_to_json(interval) for name, interval in self.reached.items()},
            "n_resamples": self.n_resamples,
            "n_dropped": self.n_dropped,
        }

    @classmethod
    def from_json(cls, document: object) -> "ThresholdBand":
        """The band that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        owner = "threshold_band"
        values = stored.fields(document, owner, {"value", "reached", "n_resamples", "n_dropped"})
        reached = stored.mapping(values["reached"], f"{owner}.reached")
        return cls(
            _interval_from_json(values["value"], f"{owner}.value"),
            {name: _interval_from_json(part, f"{owner}.{name}") for name, part in reached.items()},
            stored.whole(values["n_resamples"], f"{owner}.n_resamples"),
            stored.whole(values["n_dropped"], f"{owner}.n_dropped"),
        )


def threshold_band(
    target: Any,
    probability: Any,
    rule: str | float | int = 0.5,
    *,
    cost: Cost | None = None,
    amounts: Any = None,
    sample_weight: Any = None,
    n_resamples: int = 500,
    seed: int = 0,
) -> ThresholdBand:
    """Chooses the threshold again on rows drawn with replacement, and judges the chosen one on them.

    Two questions, two intervals: where else the line could lie, and how much the line that was drawn would
    reach on other rows. A fixed threshold has only the second. On more than 1,000 distinct scores the first
    is answered to a thousandth of the rows.

    Args:
        target: As for `choose_threshold`, like the next five.
        probability: `(rows, 2)`.
        rule: What is asked of the threshold.
        cost: The price of each case.
        amounts: What is at stake in each row.
        sample_weight: What each row counts for.
        n_resamples: How many draws. Time grows with draws times rows: 15 million take about 0.1 seconds.
        seed: Of NumPy's PCG64.

    Example:
        >>> target = np.arange(400) % 2
        >>> score = (np.arange(400) * 7 % 400) / 800 + 0.3 * target
        >>> band = threshold_band(target, np.column_stack([1 - score, score]), "youden")
        >>> band.value.lower <= band.value.value <= band.value.upper
        True

    References:
        Efron, Tibshirani (1993), An Introduction to the Bootstrap, §13.3: the percentile interval.
    """
    asked = read_rule(rule, None if cost is None else check_cost(cost))
    candidates = find_candidates(target, probability, asked, amounts, sample_weight)
    place = candidates.place(asked)
    # The chosen place stays among those that are tried, so that what it reaches is exact.
    places = np.union1d(thinned(len(candidates.values), MOST_PLACES), [place])
    stood = int(np.searchsorted(places, place))
    blocks = []
    for counts, stakes in _resampled(candidates, places, n_resamples, seed):
        line, kept = _choose_again(asked, candidates.values[places], counts, stakes)
        reached = reach(at(counts, stood), at(stakes, stood), asked.prices)
        blocks.append({"line": line, "kept": kept, **reached})
    drawn = {
        name: np.concatenate([block[name] for block in blocks]) for name in (blocks[0] if blocks else ())
    }
    kept = drawn.get("kept", np.empty(0, dtype=bool))
    known = reach(at(candidates.counts, place), at(candidates.stakes, place), asked.prices)
    moves = blocks and asked.fixed is None
    return ThresholdBand(
        percentile_interval(candidates.threshold(asked), drawn["line"][kept] if moves else None),
        {
            name: percentile_interval(float(value), drawn[name][kept] if blocks else None)
            for name, value in known.items()
        },
        int(kept.sum()),
        int((~kept).sum()),
    )


def _choose_again(
    rule: Rule, values: np.ndarray, counts: Counts, stakes: Counts
) -> tuple[np.ndarray, np.ndarray]:
    """The threshold of each resample, and whether the resample could choose one."""
    kept = (counts.true_positive[:, -1] > 0) & (counts.false_positive[:, -1] > 0)
    if rule.fixed is not None:
        return np.full(len(kept), rule.fixed), kept
    worth = rule.value(counts, stakes)
    best = worth.argmax(axis=1)
    return values[best].astype(np.float64), kept & (worth[np.arange(len(best)), best] > -np.inf)


def _resampled(
    candidates: Candidates, places: np.ndarray, n_resamples: int, seed: int
) -> Iterator[tuple[Counts, Counts]]:
    """Blocks of the four cases at some places, `(resamples, places)`, and of the stakes.

    A resample needs no order of its rows: each row falls into the cell of its class and of the first place
    where it is called positive, and the cells are summed.
    """
    ranking, weight, amounts = candidates.ranking, candidates.weight, candidates.amounts
    rows, width = len(ranking.order), len(places)
    first_called = np.searchsorted(ranking.last, np.arange(rows)) + 1
    cell = np.searchsorted(places, first_called) + width * ranking.positive
    # The places are cut along the ranking, so what belongs to rows follows its order.
    weight = None if weight is None else weight[ranking.order]
    stake = None if amounts is None else amounts[ranking.order] * (1 if weight is None else weight)
    for drawn in draws(rows, n_resamples, seed):
        cells = cell.take(drawn)
        cells += 2 * width * np.arange(len(drawn))[:, None]
        counts = _summed(cells, None if weight is None else weight.take(drawn), width)
        yield counts, counts if stake is None else _summed(cells, stake.take(drawn), width)


def _summed(cells: np.ndarray, by_row: np.ndarray | None, width: int) -> Counts:
    weights = None if by_row is None else by_row.ravel()
    counted = np.bincount(cells.ravel(), weights, minlength=2 * width * len(cells))
    wrong, found = counted.reshape(-1, 2, width).cumsum(axis=2).swapaxes(0, 1)
    return Counts(found, wrong, wrong[:, -1:] - wrong, found[:, -1:] - found)


def _interval_to_json(interval: Interval) -> dict[str, float | None]:
    return stored.plain_numbers({"value": interval.value, "lower": interval.lower, "upper": interval.upper})


def _interval_from_json(document: object, owner: str) -> Interval:
    values = stored.named_numbers(stored.fields(document, owner, {"value", "lower", "upper"}), owner)
    return Interval(**values)
