"""The page as a list of sections, and what each of them says beyond the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurode.reporting.tables import Cell, Table

Headline = tuple[str, str, str]
"""A number at the top: its value, its name, and what goes with it."""


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        name: Of its template, and its anchor.
        title: Its heading.
    """

    name: str
    title: str


@dataclass(frozen=True)
class View:
    """The parts of one kind of report.

    Attributes:
        sections: Those between the comparison and the explanations.
        headlines: The numbers at the top.
        models: The table of all models.
        leading: The metric of which the lead is told.
        leads: How far the network is ahead of each baseline.
        details: What the templates ask for by name.
    """

    sections: tuple[Section, ...]
    headlines: list[Headline]
    models: Table
    leading: str
    leads: dict[str, Cell]
    details: Mapping[str, Any] = field(default_factory=dict)
