"""The report of a predictor of numbers: how far off it is, and where."""

import math

from neurode.evaluation import Comparison, RegressionEvaluation, TargetEvaluation
from neurode.evaluation.regression_wording import MAIN, OTHERS, metric_text
from neurode.evaluation.wording import TITLES, quantity
from neurode.reporting.record import ReportRecord
from neurode.reporting.tables import Cell, Table, leads, metric_table, span
from neurode.reporting.view import Headline, Section, View

MOST_TARGETS = 3
"""Targets that get figures and a table of their own; every target is in the table by target."""


def regression_view(record: ReportRecord, comparison: Comparison[RegressionEvaluation]) -> View:
    """What the page says of a predictor of numbers."""
    network = comparison.network
    return View(
        sections=(
            *((Section("targets", "Target by target"),) if len(network.by_target) > 1 else ()),
            Section("errors", "Where it misses"),
        ),
        headlines=_headlines(network),
        models=metric_table(comparison, MAIN, _write),
        leading=TITLES["r2"],
        leads=leads(comparison, "r2"),
        details={
            "others": metric_table(comparison, OTHERS, _write),
            "targets": network.by_target[:MOST_TARGETS],
            "by_target": _by_target(network) if len(network.by_target) > 1 else None,
            "deciles": {each.name: _decile_rows(each) for each in network.by_target[:MOST_TARGETS]},
        },
    )


def _write(metric: str, value: float, like: float) -> str:
    return "–" if math.isnan(value) else metric_text(metric, value, like)


def _headlines(network: RegressionEvaluation) -> list[Headline]:
    r2, mae = network.metrics["r2"], network.metrics["mae"]
    found = [(_write("r2", r2.value, r2.value), TITLES["r2"], span("r2", r2, _write))]
    if len(network.targets) == 1:
        half = network.metrics["median_absolute_error"]
        found.append((quantity(mae.value), "off on average", span("mae", mae, _write) or "MAE"))
        found.append(
            (quantity(half.value), "off at most, half of rows", f"in units of ‘{network.targets[0]}’")
        )
    else:
        found.append((f"{len(network.targets)}", "targets", "metrics are their means"))
    return found


def _by_target(network: RegressionEvaluation) -> Table:
    names = MAIN + OTHERS
    rows = [
        (
            target.name,
            [
                Cell(_write(name, interval.value, interval.value), span(name, interval, _write))
                for name, interval in ((name, target.metrics[name]) for name in names)
            ],
        )
        for target in network.by_target
    ]
    return Table([(TITLES[name], False) for name in names], rows)


def _decile_rows(target: TargetEvaluation) -> list[tuple[str, ...]]:
    """Rows, mean prediction, mean target, bias, mean absolute error and where 8 in 10 residuals lie."""
    deciles = target.deciles
    parts = zip(
        deciles.n_rows.tolist(),
        deciles.prediction.tolist(),
        deciles.target.tolist(),
        deciles.residual.tolist(),
        deciles.mae.tolist(),
        deciles.lower.tolist(),
        deciles.upper.tolist(),
    )
    return [
        (
            f"{n_rows:,}",
            quantity(prediction),
            quantity(actual),
            _with_sign(residual, like=mae),
            quantity(mae),
            f"{_with_sign(lower, like=mae)} … {_with_sign(upper, like=mae)}",
        )
        for n_rows, prediction, actual, residual, mae, lower, upper in parts
    ]


def _with_sign(value: float, like: float) -> str:
    """A residual at the precision of the errors around it."""
    text = quantity(abs(value), like) if like else quantity(abs(value))
    if not any(digit in text for digit in "123456789"):
        return "0"
    return ("+" if value > 0 else "−") + text
