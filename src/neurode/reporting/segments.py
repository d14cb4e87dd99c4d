"""Errors by segment as the cells of tables: first those beyond chance, then some columns in full."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from neurode.evaluation import Evaluation, Interval, Segment, SegmentFinding, Segments
from neurode.evaluation.wording import TITLES, quantity
from neurode.reporting.numbers import count, decimal, percent
from neurode.reporting.record import ReportRecord

MOST_DEVIATING = 15
"""Segments that are named; the others are counted."""

DEVIATIONS = {
    "observed_rate": "promised {expected}, observed {value}",
    "confidence": "promised {expected} right, observed {value}",
    "bias": "{value} off on average",
    "roc_auc": "ROC AUC {value}, elsewhere {expected}",
    "accuracy": "accuracy {value}, elsewhere {expected}",
    "mae": "MAE {value}, elsewhere {expected}",
}
"""How a finding is told, by its metric."""

SHARES = {"observed_rate", "confidence", "accuracy", "recall", "precision"}
"""Metrics that are told in percent."""


@dataclass(frozen=True)
class SegmentRow:
    """A segment as a line of a table.

    Attributes:
        column: Its column.
        label: Its name.
        cells: Rows, observed, promised, and the metric, each with its interval.
        notes: What deviates beyond chance.
        worse: Whether the network is worse here.
    """

    column: str
    label: str
    cells: list[tuple[str, str]]
    notes: list[str]
    worse: bool


@dataclass(frozen=True)
class SegmentView:
    """What the page says of the segments of one target.

    Attributes:
        name: What is predicted.
        summary: What was compared and found, in two sentences.
        heads: Of the tables' columns of numbers.
        everything: All rows.
        deviating: The segments beyond chance, the surest first.
        others: The segments of the columns that are shown in full.
    """

    name: str
    summary: str
    heads: tuple[str, ...]
    everything: SegmentRow
    deviating: list[SegmentRow]
    others: list[SegmentRow]


def segment_views(record: ReportRecord) -> list[SegmentView]:
    """What the page says of the segments, one for each number that is predicted.

    Args:
        record: Of the run.
    """
    network = record.comparison.network
    if isinstance(network, Evaluation):
        two = len(network.classes) == 2
        heads = ("rows", "observed", "promised", TITLES["roc_auc" if two else "accuracy"])
        metric = "roc_auc" if two else "accuracy"
    else:
        heads, metric = ("rows", "actual, mean", "predicted, mean", TITLES["mae"]), "mae"
    shares = isinstance(network, Evaluation)
    return [
        SegmentView(
            name,
            _summary(found),
            heads,
            _row(_as_judged(found.everything, metric, network, name), metric, shares),
            [_row(segment, metric, shares) for segment in found.deviating[:MOST_DEVIATING]],
            [_row(segment, metric, shares) for segment in found.segments if segment.column in record.in_full],
        )
        for name, found in record.segments.items()
    ]


def _as_judged(everything: Segment, metric: str, network: Any, target: str) -> Segment:
    """All rows with the interval that the page gives elsewhere, by resamples: one number has one interval."""
    of_targets = {each.name: each.metrics for each in getattr(network, "by_target", ())}
    known = of_targets.get(target, network.metrics)[metric]
    if not math.isclose(known.value, everything.metrics[metric].value, abs_tol=1e-9):
        return everything
    return replace(everything, metrics={**everything.metrics, metric: known})


def _summary(found: Segments) -> str:
    if not found.n_tests:
        return "No segment has enough rows to be judged."
    deviating = found.deviating
    n_found = len(deviating)
    text = (
        f"The test rows were cut into segments by every column, and {count(found.n_tests)} comparisons were "
        "made: were promises kept, and is the network as good as elsewhere? "
    )
    corrected = (
        f"beyond chance (p below {found.certainty:g} after {found.correction}’s correction for all of them)"
    )
    if not n_found:
        return f"{text}No segment deviates {corrected}."
    verb = "segment deviates" if n_found == 1 else "segments deviate"
    more = f"; the surest {MOST_DEVIATING} are shown" if n_found > MOST_DEVIATING else ""
    told = f"{text}{count(n_found)} {verb} {corrected}{more}."
    if any(each.metric == "roc_auc" for segment in deviating for each in segment.findings):
        told += (
            " Where a column itself tells rows apart, less is left to rank within one of its "
            "segments: a lower "
            "ROC AUC there is no fault by itself."
        )
    if any(each.metric == "mae" for segment in deviating for each in segment.findings):
        told += (
            " Where errors are a share of the target, segments of larger targets have larger ones: a higher "
            "MAE there is no fault by itself."
        )
    return told


def _row(segment: Segment, metric: str, shares: bool) -> SegmentRow:
    write = percent if shares else quantity
    return SegmentRow(
        segment.column,
        segment.label,
        [
            (count(segment.n_rows), ""),
            (_known(segment.observed.value, write), _span(segment.observed, write)),
            (_known(segment.predicted, write), ""),
            (_text(metric, segment.metrics[metric].value), _metric_span(metric, segment.metrics[metric])),
        ],
        [_told(finding) for finding in segment.findings],
        any(finding.worse for finding in segment.findings),
    )


def _told(finding: SegmentFinding) -> str:
    values = {name: _text(finding.metric, getattr(finding, name)) for name in ("value", "expected")}
    return DEVIATIONS[finding.metric].format(**values)


def _text(metric: str, value: float) -> str:
    if metric in SHARES:
        return percent(value)
    return decimal(value) if metric == "roc_auc" else _known(value, quantity)


def _metric_span(metric: str, interval: Interval) -> str:
    return _span(interval, lambda value: _text(metric, value))


def _span(interval: Interval, write: Callable[[float], str]) -> str:
    if math.isnan(interval.lower):
        return ""
    return f"{write(interval.lower)} – {write(interval.upper)}"


def _known(value: float, write: Callable[[float], str]) -> str:
    return "–" if math.isnan(value) else write(value)
