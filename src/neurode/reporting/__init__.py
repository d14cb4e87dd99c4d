"""One self-contained HTML file that says what was trained, how good it is and how to make it again."""

from neurode.reporting.html import render_report, write_report
from neurode.reporting.record import NetworkRecord, ReportRecord

__all__ = ["NetworkRecord", "ReportRecord", "render_report", "write_report"]
