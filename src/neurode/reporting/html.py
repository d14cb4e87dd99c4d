"""Writing the report: the record becomes one HTML file that needs nothing else."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from neurode.evaluation import Comparison, Evaluation, Interval
from neurode.evaluation.metrics import LOWER_IS_BETTER
from neurode.evaluation.wording import TITLES, signed
from neurode.files import write_text
from neurode.reporting import numbers
from neurode.reporting.figures import draw_figures
from neurode.reporting.record import ReportRecord

MODELS = {
    True: ("roc_auc", "pr_auc", "ks", "gini", "brier", "log_loss"),
    False: ("roc_auc", "accuracy", "balanced_accuracy", "macro_f1", "log_loss"),
}
"""The metrics of the first table, for two classes and for more."""

DECISIONS = ("accuracy", "precision", "recall", "specificity", "f1")
"""The metrics of the table of decisions, which depend on the threshold."""


@dataclass(frozen=True)
class Cell:
    """A number of the comparison table."""

    value: str
    interval: str
    is_best: bool


@dataclass(frozen=True)
class Table:
    """Models beside metrics.

    Attributes:
        columns: The title of each metric, and whether lower is better.
        rows: Each model and its cells.
    """

    columns: list[tuple[str, bool]]
    rows: list[tuple[Evaluation, list[Cell]]]


def write_report(record: ReportRecord, path: str | os.PathLike[str]) -> Path:
    """Writes the report, whole or not at all.

    Args:
        record: What it says.
        path: Where to; a file that is there is replaced in one step.

    Returns:
        The path.
    """
    path = Path(path)
    write_text(path, render_report(record))
    return path


def render_report(record: ReportRecord) -> str:
    """The report as text: HTML that is also well-formed XML."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("neurode.reporting", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "decimal": numbers.decimal,
        "count": numbers.count,
        "percent": numbers.percent,
        "seconds": numbers.seconds,
        "plain": numbers.plain,
        # Only our own drawing is taken as it is; all names in it were escaped when it was drawn.
        "drawn": Markup,
    }
    network = record.comparison.network
    two = len(network.classes) == 2
    return environment.get_template("template.html").render(
        record=record,
        comparison=record.comparison,
        network=network,
        # A number and its percent sign stay on one line.
        conclusion=record.comparison.conclusion().replace(" %", "\u00a0%"),
        models=_table(record.comparison, MODELS[two]),
        decisions=_table(record.comparison, DECISIONS) if two else None,
        leads=_leads(record.comparison),
        headlines=_headlines(record),
        figures=draw_figures(record),
        titles=TITLES,
    )


def _table(comparison: Comparison, metrics: tuple[str, ...]) -> Table:
    return Table(
        columns=[(TITLES[name], name in LOWER_IS_BETTER) for name in metrics],
        rows=[
            (model, [_cell(model, name, comparison) for name in metrics]) for model in comparison.evaluations
        ],
    )


def _cell(model: Evaluation, name: str, comparison: Comparison) -> Cell:
    interval = model.metrics[name]
    value = numbers.decimal(interval.value)
    return Cell(value, _span(interval), value == numbers.decimal(_best(name, comparison)))


def _best(name: str, comparison: Comparison) -> float:
    pick = min if name in LOWER_IS_BETTER else max
    values = [model.metrics[name].value for model in comparison.evaluations]
    return pick([value for value in values if not math.isnan(value)], default=float("nan"))


def _leads(comparison: Comparison) -> dict[str, Cell]:
    """How far the network's ROC AUC is ahead of each baseline."""
    return {baseline.name: _lead(comparison, baseline) for baseline in comparison.baselines}


def _lead(comparison: Comparison, baseline: Evaluation) -> Cell:
    gap = comparison.difference("roc_auc", baseline)
    if math.isnan(gap.value):
        return Cell(numbers.decimal(gap.value), "", False)
    span = "" if math.isnan(gap.lower) else f"{signed(gap.lower, 3)} to {signed(gap.upper, 3)}"
    return Cell(signed(gap.value, 3), span, False)


def _span(interval: Interval) -> str:
    return "" if math.isnan(interval.lower) else f"{interval.lower:.3f} – {interval.upper:.3f}"


def _headlines(record: ReportRecord) -> list[tuple[str, str, str]]:
    """The numbers at the top: value, name, and what goes with it."""
    network = record.comparison.network
    auc = network.metrics["roc_auc"]
    found = [(numbers.decimal(auc.value), "ROC AUC", _span(auc))]
    if network.threshold is not None:
        recall, precision = network.metrics["recall"].value, network.metrics["precision"].value
        positive = network.classes[1]
        found.append(
            (numbers.percent(recall), f"of ‘{positive}’ found", f"threshold {network.threshold:.3g}")
        )
        found.append((numbers.percent(precision), "of its calls right", f"rows called ‘{positive}’"))
    else:
        found.append((numbers.percent(network.metrics["accuracy"].value), "of rows called right", "accuracy"))
    found.append((numbers.count(network.n_rows), "test rows", "never seen in training"))
    if network.fit_seconds is not None:
        found.append((numbers.seconds(network.fit_seconds), "to train", _size(record)))
    return found


def _size(record: ReportRecord) -> str:
    if record.network is None or record.network.n_params is None:
        return ""
    return f"{numbers.count(record.network.n_params)} weights"
