"""Writing the report: the record becomes one HTML file that needs nothing else."""

import os
from pathlib import Path
from typing import Any

from neurode.evaluation import RegressionEvaluation
from neurode.evaluation.wording import TITLES
from neurode.files import write_text
from neurode.reporting import asked, numbers
from neurode.reporting.classification import classification_view
from neurode.reporting.contents import contents
from neurode.reporting.drivers import unexplained
from neurode.reporting.figures import draw_figures
from neurode.reporting.folds import fold_sizes, fold_table
from neurode.reporting.limits import limits
from neurode.reporting.record import ReportRecord
from neurode.reporting.regression import regression_view
from neurode.reporting.segments import segment_views
from neurode.reporting.view import Headline, View


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
    view, figures = view_of(record), draw_figures(record)
    return (
        _environment()
        .get_template("template.html")
        .render(
            record=record,
            comparison=record.comparison,
            network=record.comparison.network,
            # A number and its percent sign stay on one line.
            conclusion=record.comparison.conclusion().replace(" %", "\u00a0%"),
            view=view,
            sections=contents(record, view, figures),
            headlines=[*view.headlines, *_headlines_of_any(record)],
            figures=figures,
            question=asked.question(record),
            settings=asked.settings(record),
            balance=asked.balance(record),
            training=asked.training(record),
            limits=limits(record),
            unexplained=unexplained(record),
            folds=fold_table(record.cross_validation),
            fold_rows=fold_sizes(record.cross_validation),
            segments=segment_views(record),
            has_notes=any(column.get("notes") for column in record.schema),
            titles=TITLES,
        )
    )


def view_of(record: ReportRecord) -> View:
    """What the page says of its kind of target."""
    if isinstance(record.comparison.network, RegressionEvaluation):
        return regression_view(record, record.comparison)
    return classification_view(record, record.comparison)


def _environment() -> Any:
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
        "exactly": numbers.exactly,
        # Only our own drawing is taken as it is; all names in it were escaped when it was drawn.
        "drawn": Markup,
    }
    return environment


def _headlines_of_any(record: ReportRecord) -> list[Headline]:
    network = record.comparison.network
    found = [(numbers.count(network.n_rows), "test rows", "never seen in training")]
    if network.fit_seconds is not None:
        found.append((numbers.seconds(network.fit_seconds), "to train", _size(record)))
    return found


def _size(record: ReportRecord) -> str:
    if record.network is None or record.network.n_params is None:
        return ""
    return f"{numbers.count(record.network.n_params)} weights"
