"""Models beside metrics, as the cells of a table."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from neurode.evaluation import Comparison, Interval
from neurode.evaluation.metrics import LOWER_IS_BETTER
from neurode.evaluation.wording import TITLES, signed
from neurode.reporting.numbers import decimal

Write = Callable[[str, float, float], str]
"""From a metric, its value in some model, and a value whose precision to keep, to text."""


@dataclass(frozen=True)
class Cell:
    """A number of the comparison table."""

    value: str
    interval: str = ""
    is_best: bool = False


@dataclass(frozen=True)
class Table:
    """Models beside metrics.

    Attributes:
        columns: The title of each metric, and whether lower is better.
        rows: Each model and its cells.
    """

    columns: list[tuple[str, bool]]
    rows: list[tuple[Any, list[Cell]]]


def three_decimals(metric: str, value: float, like: float) -> str:
    """A metric that is a share or a loss."""
    return decimal(value)


def metric_table(comparison: Comparison, metrics: tuple[str, ...], write: Write = three_decimals) -> Table:
    """Some metrics of all models, the best of each marked."""
    best = {name: _best(name, comparison) for name in metrics}
    return Table(
        columns=[(TITLES[name], name in LOWER_IS_BETTER) for name in metrics],
        rows=[
            (model, [_cell_of(name, model, best[name], write) for name in metrics])
            for model in comparison.evaluations
        ],
    )


def leads(comparison: Comparison, metric: str) -> dict[str, Cell]:
    """How far the network's metric is ahead of each baseline's."""
    return {baseline.name: _lead(comparison, baseline, metric) for baseline in comparison.baselines}


def span(name: str, interval: Interval, write: Write = three_decimals) -> str:
    """Both ends of an interval, nothing where there is none."""
    if math.isnan(interval.lower):
        return ""
    ends = (write(name, end, interval.value) for end in (interval.lower, interval.upper))
    return " – ".join(ends)


def _cell(name: str, interval: Interval, best: float, write: Write) -> Cell:
    value = write(name, interval.value, interval.value)
    return Cell(value, span(name, interval, write), value == write(name, best, best))


def _cell_of(name: str, model: Any, best: float, write: Write) -> Cell:
    return Cell("–") if _calls_none(name, model) else _cell(name, model.metrics[name], best, write)


def _calls_none(name: str, model: Any) -> bool:
    """Whether a precision is that of no call: 0 of 0 is no share."""
    return name == "precision" and not model.confusion.counts[:, 1].any()


def _best(name: str, comparison: Comparison) -> float:
    pick = min if name in LOWER_IS_BETTER else max
    values = [model.metrics[name].value for model in comparison.evaluations if not _calls_none(name, model)]
    return pick([value for value in values if not math.isnan(value)], default=float("nan"))


def _lead(comparison: Comparison, baseline: Any, metric: str) -> Cell:
    gap = comparison.difference(metric, baseline)
    if math.isnan(gap.value):
        return Cell(decimal(gap.value))
    interval = "" if math.isnan(gap.lower) else f"{signed(gap.lower, 3)} to {signed(gap.upper, 3)}"
    return Cell(signed(gap.value, 3), interval)
