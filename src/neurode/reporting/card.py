"""The model card: what a network is for and how good it is, in Markdown, from the record of its report.

References:
    Mitchell and others (2019), Model cards for model reporting, section 4: the nine headings.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from neurode.evaluation import Evaluation
from neurode.evaluation.wording import quantity
from neurode.files import write_text
from neurode.reporting import asked
from neurode.reporting.classification import referral_rows
from neurode.reporting.drivers import unexplained
from neurode.reporting.html import view_of
from neurode.reporting.limits import limits
from neurode.reporting.markdown import bullets, fenced, inline, table
from neurode.reporting.money import PER_ROWS, bills
from neurode.reporting.numbers import count, exactly, percent, plain
from neurode.reporting.record import NetworkRecord, ReportRecord
from neurode.reporting.segments import segment_views
from neurode.reporting.tables import Table

TO_FILL = "**To be filled in by the owner:**"
"""How a line is marked that no record can answer."""

MOST_DRIVERS = 10

MOST_CLASSES = 8
"""A larger confusion matrix is left to the report."""


def write_card(record: ReportRecord, path: str | os.PathLike[str]) -> Path:
    """Writes the model card, whole or not at all.

    Args:
        record: What it says.
        path: Where to; a file that is there is replaced in one step.

    Returns:
        The path.
    """
    path = Path(path)
    write_text(path, render_card(record))
    return path


def render_card(record: ReportRecord) -> str:
    """The model card as text: Markdown with tables as on GitHub."""
    parts = [
        f"# Model card: {inline(record.title)}",
        *([inline(record.subtitle)] if record.subtitle else []),
        inline(record.comparison.conclusion()),
    ]
    for title, body in (
        ("Model details", _details(record)),
        ("Intended use", _use(record)),
        ("Factors", _factors(record)),
        ("Metrics", _metrics(record)),
        ("Evaluation data", _evaluation_data(record)),
        ("Training data", _training_data(record)),
        ("Quantitative analyses", _analyses(record)),
        ("Ethical considerations", _ethics(record)),
        ("Caveats and recommendations", iter([bullets(limits(record))])),
    ):
        parts += [f"## {title}", *body]
    return "\n\n".join(parts) + "\n"


def _details(record: ReportRecord) -> Iterator[str]:
    yield " ".join(map(inline, asked.question(record)))
    network = record.network
    if network is not None:
        yield _network(network)
    if record.decision:
        yield bullets(record.decision.splitlines())
    if record.versions:
        named = "; ".join(f"{name} {value}" for name, value in record.versions.items())
        yield f"Made with {inline(named)}."
    if record.origin.made:
        yield f"Made on {record.origin.made} (UTC)."
    if record.origin.fingerprint:
        yield f"The table {inline(record.origin.table)}: {inline(record.origin.fingerprint)}."
    if record.reproduce:
        yield "To make it again:"
        yield fenced(record.reproduce)
    yield f"{TO_FILL} owner, contact, licence, and where to send questions."


def _use(record: ReportRecord) -> Iterator[str]:
    yield f"{TO_FILL} what decisions the model supports, who uses it, and what it must not be used for."
    yield (
        "What the record knows: it was trained and judged on rows of one table and on nothing else; see the "
        "caveats below."
    )


def _factors(record: ReportRecord) -> Iterator[str]:
    columns = [
        str(column.get("name", ""))
        for column in record.schema
        if column.get("kind") in _GROUPS and column.get("feature", True)
    ]
    named = ", ".join(columns[:12]) + (f", … ({len(columns) - 12} more)" if len(columns) > 12 else "")
    if columns:
        yield f"Columns that divide the rows into groups: {inline(named)}."
    yield f"{TO_FILL} which groups of people the law or your own rules protect, and how they are told apart."


def _metrics(record: ReportRecord) -> Iterator[str]:
    network = record.comparison.network
    resamples = (
        f" with 95 % intervals from {count(network.n_resamples)} resamples" if network.n_resamples else ""
    )
    if isinstance(network, Evaluation):
        yield f"Ranking, probabilities and decisions are measured on test rows{resamples}."
        threshold = record.comparison.threshold
        if network.threshold is not None:
            rule = "" if threshold is None else f", by the rule {inline(threshold.rule)} on validation rows"
            yield (
                f"A row is called {inline(network.classes[1])} from a probability of "
                f"{exactly(network.threshold)} on{rule}."
            )
    else:
        yield f"Errors are measured on test rows{resamples}, in the units of the target."


def _evaluation_data(record: ReportRecord) -> Iterator[str]:
    yield f"{count(record.comparison.network.n_rows)} test rows that training never saw."
    if record.origin.split:
        yield inline(record.origin.split)
    balance = asked.balance(record)
    if balance:
        yield inline(balance)


def _training_data(record: ReportRecord) -> Iterator[str]:
    if record.splits:
        yield table(["part", "rows"], [[part, count(rows)] for part, rows in record.splits.items()])
    if record.schema:
        yield "Gaps, ranges and levels are those of the training rows."
        yield table(
            ["column", "kind", "gaps", "range or levels"],
            [
                [
                    column.get("name", ""),
                    column.get("kind", ""),
                    percent(column["gaps"]) if "gaps" in column else "",
                    plain(column.get("values", "")),
                ]
                for column in record.schema
            ],
            words=4,
        )
    if record.warnings:
        yield bullets(record.warnings)


def _analyses(record: ReportRecord) -> Iterator[str]:
    view = view_of(record)
    yield _as_markdown(view.models, "model")
    decisions = view.details.get("decisions")
    if isinstance(decisions, Table):
        yield "At each model's threshold:"
        yield _as_markdown(decisions, "model")
    yield from _calls(record)
    for found in segment_views(record):
        which = "" if len(record.segments) == 1 else f", {inline(found.name)}"
        yield f"By segment{which}: {inline(found.summary)}"
        if found.deviating:
            yield table(
                ["segment", *found.heads, "beyond chance"],
                [
                    [f"{row.column}: {row.label}", *(value for value, _ in row.cells), "; ".join(row.notes)]
                    for row in found.deviating
                ],
            )
    for drivers in record.drivers:
        strongest = sorted(zip(drivers.importance.tolist(), drivers.columns), reverse=True)[:MOST_DRIVERS]
        yield f"What moves the {inline(drivers.explained)}, by mean SHAP value:"
        most = strongest[0][0] if strongest else None
        yield table(
            ["column", "mean size"], [[name, quantity(size, most or None)] for size, name in strongest]
        )
    if left := unexplained(record):
        yield inline(left)


def _ethics(record: ReportRecord) -> Iterator[str]:
    yield (
        "The record cannot judge whether using this model is right. It knows these things: which "
        "columns move "
        "the answer, and where errors differ beyond chance (above)."
    )
    yield f"{TO_FILL} who may be harmed by a wrong call, how they can object, and who can overrule the model."


def _network(network: NetworkRecord) -> str:
    weights = "" if network.n_params is None else f", {count(network.n_params)} weights"
    if not network.layer_sizes:
        return f"A network on the columns of a table{weights}."
    read = "the columns" if network.n_columns is None else _columns(network.n_columns)
    sizes = " → ".join(map(count, network.layer_sizes))
    return (
        f"A feed-forward network on {read} of a table: {sizes} units from encoded inputs to outputs{weights}."
    )


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{count(number)} columns"


def _calls(record: ReportRecord) -> Iterator[str]:
    """What the network called the test rows, and what that costs where there are prices."""
    network = record.comparison.network
    if not isinstance(network, Evaluation):
        return
    labels = network.confusion.labels
    if len(labels) <= MOST_CLASSES:
        yield "Test rows by actual class and by what the network calls them:"
        yield table(
            ["actually", *(f"called {label}" for label in labels)],
            [
                [label, *map(count, counts)]
                for label, counts in zip(labels, network.confusion.counts.tolist())
            ],
        )
    if referred := referral_rows(record):
        yield "In use, a person decides some of these rows:"
        yield table(["actually", *(f"called {label}" for label in labels), "referred", "rows"], referred)
    paid = bills(record)
    if paid and record.thresholds is not None:
        yield (
            f"Cost of {count(PER_ROWS)} test rows with its 95 % interval "
            f"({inline(record.thresholds.prices)}; what is not named costs nothing). "
            "Saved is against the cheaper of calling nobody and calling everybody:"
        )
        yield table(
            ["who decides", "cost", "saved"],
            [
                [bill.name, f"{bill.cost} ({bill.interval})" if bill.interval else bill.cost, bill.saved]
                for bill in paid
            ],
        )


def _as_markdown(metrics: Table, first: str) -> str:
    heads = [first, *(title + (" (lower is better)" if lower else "") for title, lower in metrics.columns)]
    rows = [
        [
            getattr(model, "name", model),
            *(f"{cell.value}{f' ({cell.interval})' if cell.interval else ''}" for cell in cells),
        ]
        for model, cells in metrics.rows
    ]
    return table(heads, rows)


_GROUPS = ("category", "flag")
