"""What of a report depends on whether classes or numbers are predicted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurode.reporting.tables import Cell, Table

Headline = tuple[str, str, str]
"""A number at the top: its value, its name, and what goes with it."""


@dataclass(frozen=True)
class View:
    """The parts of one kind of report.

    Attributes:
        template: Of the sections between the comparison and the training.
        headlines: The numbers at the top.
        models: The table of all models.
        leading: The metric of which the lead is told.
        leads: How far the network is ahead of each baseline.
        details: What the template asks for by name.
    """

    template: str
    headlines: list[Headline]
    models: Table
    leading: str
    leads: dict[str, Cell]
    details: Mapping[str, Any] = field(default_factory=dict)
