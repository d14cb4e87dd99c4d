"""Which sections a page has, in the order in which they are read."""

from collections.abc import Mapping

from neurode.reporting.figure import Figure
from neurode.reporting.record import ReportRecord
from neurode.reporting.view import Section, View


def contents(record: ReportRecord, view: View, figures: Mapping[str, Figure]) -> list[Section]:
    """The sections that the record has something to say in.

    Args:
        record: Of the run.
        view: Of its kind of target.
        figures: All figures of the page, by name.
    """
    curves = any(name.startswith("history-") for name in figures)
    asked: list[tuple[object, Section]] = [
        (record.config, Section("asked", "What was asked")),
        (record.schema or record.splits or record.warnings, Section("data", "The data")),
        (record.network, Section("network", "The network")),
        (curves or record.diagnosis is not None, Section("training", "How training went")),
        (True, Section("models", "Against the baselines")),
        *((True, section) for section in view.sections),
        (record.segments, Section("segments", "Where it errs")),
        (record.cross_validation, Section("folds", "On other rows")),
        (record.drivers, Section("drivers", "What moves its answers")),
        (record.examples, Section("examples", "Three rows, explained")),
        (True, Section("limits", "Limits")),
        (True, Section("making", "How to make this again")),
    ]
    return [section for is_there, section in asked if is_there]
