"""One self-contained HTML file, and a model card, that say what was trained and how good it is."""

from neurode.reporting.card import render_card, write_card
from neurode.reporting.document import encode, read_records, write_records
from neurode.reporting.explained import Dependence, Drivers, Example, ReasonRecord
from neurode.reporting.html import render_report, write_report
from neurode.reporting.record import NetworkRecord, Origin, ReportRecord

__all__ = [
    "Dependence",
    "Drivers",
    "Example",
    "NetworkRecord",
    "Origin",
    "ReasonRecord",
    "ReportRecord",
    "encode",
    "read_records",
    "render_card",
    "render_report",
    "write_card",
    "write_records",
    "write_report",
]
