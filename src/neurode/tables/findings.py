"""Findings: what in a new table training had not seen, as records that print as a small table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from neurode.errors import listed
from neurode.tables.documents import to_document
from neurode.tables.stability import Stability

FEW = 0.01
"""A smaller share of new values is told, but alone it is no reason to look: beside 30,000 training rows, some
60 of a million new ones lie outside the range of a column by chance."""

Status = Literal["read", "retyped", "missing", "unreadable"]
"""How a column came: as in training, as another type that could be read, not at all, or with values that
cannot be read."""


@dataclass(frozen=True)
class ColumnCheck:
    """What was found in one feature, or in one column of the model's own scores.

    Args:
        name: The feature.
        n_rows: Rows that were looked at.
        status: How its column came.
        problem: What the status means, in words; empty for a column that is read.
        n_gaps: Rows without a value.
        gap_share_in_training: Share of the training rows without one; None where it is not known.
        n_unseen: Rows with a level that training never saw.
        unseen_levels: The most frequent of those levels, at most three.
        n_outside: Rows with a number outside the training range.
        lowest: The least number now, of dates in ISO form.
        highest: The greatest number now.
        minimum: The least training number.
        maximum: The greatest training number.
        stability: How far the spread has moved; None where the training spread is not known.

    Example:
        >>> ColumnCheck("grade", n_rows=100, n_unseen=2, unseen_levels=("Z",)).finding
        "2.0 % have levels that training never saw: 'Z'"
    """

    name: str
    n_rows: int
    status: Status = "read"
    problem: str = ""
    n_gaps: int = 0
    gap_share_in_training: float | None = None
    n_unseen: int = 0
    unseen_levels: tuple[str, ...] = ()
    n_outside: int = 0
    lowest: float | str | None = None
    highest: float | str | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    stability: Stability | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the model cannot have the column."""
        return self.status in {"missing", "unreadable"}

    @property
    def n_new_gaps(self) -> int:
        """Rows without a value, where training had no gaps."""
        return self.n_gaps if self.gap_share_in_training == 0 else 0

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing in it that training had not seen."""
        return not (self.n_unseen or self.n_outside or self.n_new_gaps or self._has_changed)

    @property
    def needs_a_look(self) -> bool:
        """Whether the column came otherwise, its spread has moved, or 1 % of the rows are new or more."""
        most = max(self.n_unseen, self.n_outside, self.n_new_gaps)
        return self._has_changed or most >= max(1, FEW * self.n_rows)

    @property
    def _has_changed(self) -> bool:
        return self.status != "read" or (self.stability is not None and not self.stability.is_clear)

    @property
    def finding(self) -> str:
        """What was found in words, empty where it is in the other numbers."""
        parts = [self.problem] if self.problem else []
        if self.n_unseen:
            levels = f": {', '.join(map(repr, self.unseen_levels))}" if self.unseen_levels else ""
            parts.append(
                f"{_percent(self.n_unseen, self.n_rows)} have levels that training never saw{levels}"
            )
        if self.n_outside:
            parts.append(
                f"{_percent(self.n_outside, self.n_rows)} outside {_value(self.minimum)} … "
                f"{_value(self.maximum)}, from {_value(self.lowest)} to {_value(self.highest)}"
            )
        if self.n_new_gaps:
            parts.append("gaps, and training had none")
        return "; ".join(parts)

    def to_json(self) -> dict:
        """The record as plain JSON values, with the index and its judgement in words."""
        stability = self.stability
        return to_document(self) | {
            "stability": None
            if stability is None
            else {**to_document(stability), "judgement": stability.judgement},
            "is_clear": self.is_clear,
            "needs_a_look": self.needs_a_look,
        }


@dataclass(frozen=True)
class Check:
    """A new table beside the training rows.

    Args:
        n_rows: Rows that were looked at.
        columns: One record a feature, in the order of the first table.
        scores: One record a column of the model's own scores.
        extra_columns: Columns that the model does not know and does not read.
        has_profile: Whether the spread of the training rows was known.

    Example:
        >>> print(Check(100, (ColumnCheck("purpose", 100, n_unseen=2),), extra_columns=("note",)))
        100 rows, 1 column: a person should look at 'purpose'
        <BLANKLINE>
        column   gaps then  gaps now  PSI    found
        purpose                  0 %         2.0 % have levels that training never saw
        <BLANKLINE>
        not read: 'note'
        The model holds no profile of its training rows, so that there is no PSI; train it again for one.
    """

    n_rows: int
    columns: tuple[ColumnCheck, ...] = ()
    scores: tuple[ColumnCheck, ...] = ()
    extra_columns: tuple[str, ...] = ()
    has_profile: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing that training had not seen; extra columns are no danger."""
        return all(each.is_clear for each in (*self.scores, *self.columns))

    @property
    def can_be_scored(self) -> bool:
        """Whether every column is there and can be read."""
        return not any(each.is_lost for each in self.columns)

    @property
    def unseen(self) -> dict[str, int]:
        """By feature, rows whose level training never saw; features without any are left out."""
        return {each.name: each.n_unseen for each in self.columns if each.n_unseen}

    @property
    def out_of_range(self) -> dict[str, int]:
        """By feature, rows whose number lies outside the training range."""
        return {each.name: each.n_outside for each in self.columns if each.n_outside}

    @property
    def new_gaps(self) -> dict[str, int]:
        """By feature, rows without a value where training had no gaps."""
        return {each.name: each.n_new_gaps for each in self.columns if each.n_new_gaps}

    @property
    def notes(self) -> tuple[str, ...]:
        """One line a finding; what can be read in another type or has only moved is left to the table."""
        findings = (
            (self.unseen, "have a level that training never saw"),
            (self.out_of_range, "lie outside the training range"),
            (self.new_gaps, "are gaps, and training had none"),
        )
        return (
            *(f"{each.name!r}: {each.problem}" for each in self.columns if each.is_lost),
            *(
                f"{name!r}: {count:,} of {self.n_rows:,} rows {finding}"
                for counts, finding in findings
                for name, count in counts.items()
            ),
            *([f"not read: {listed(self.extra_columns)}"] if self.extra_columns else []),
        )

    @property
    def verdict(self) -> str:
        """What it comes to, in a line."""
        n_columns = len(self.columns)
        size = f"{self.n_rows:,} row{'s' * (self.n_rows != 1)}, {n_columns} column{'s' * (n_columns != 1)}"
        every = (*self.scores, *self.columns)
        if not self.can_be_scored:
            lost = [each.name for each in self.columns if each.is_lost]
            return f"{size}: cannot be scored, because of {listed(lost)}"
        if self.is_clear:
            return f"{size}: nothing that training had not seen"
        look = [each.name for each in every if each.needs_a_look]
        n_others = sum(not each.is_clear for each in every) - len(look)
        others = f"under 1 % of the rows are new in {n_others}{' others' if look else ''}" if n_others else ""
        return f"{size}: " + "; ".join(
            [*([f"a person should look at {listed(look)}"] if look else []), *([others] if others else [])]
        )

    def to_json(self) -> dict:
        """The check as plain JSON values."""
        return {
            "n_rows": self.n_rows,
            "is_clear": self.is_clear,
            "can_be_scored": self.can_be_scored,
            "has_profile": self.has_profile,
            "verdict": self.verdict,
            "columns": [each.to_json() for each in self.columns],
            "scores": [each.to_json() for each in self.scores],
            "extra_columns": list(self.extra_columns),
        }

    def __str__(self) -> str:
        header = ("column", "gaps then", "gaps now", "PSI", "", "found")
        rows = [header, *map(_cells, (*self.scores, *self.columns))]
        widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
        lines = ["  ".join(_padded(row, widths)).rstrip() for row in rows]
        return "\n".join([self.verdict, "", *lines, "", *self._footer()]).rstrip()

    def _footer(self) -> Iterator[str]:
        if self.extra_columns:
            yield f"not read: {listed(self.extra_columns)}"
        if not self.has_profile:
            yield (
                "The model holds no profile of its training rows, so that there is no PSI; "
                "train it again for one."
            )
            return
        yield "PSI below 0.1: stable; to 0.25: moved; above: shifted."
        unsure = [each.stability for each in (*self.scores, *self.columns) if each.stability is not None]
        chance = max((each.chance for each in unsure), default=0.0)
        if any(each.judgement == "too few rows" for each in unsure):
            yield f"Too few rows: chance alone makes a PSI of up to {chance:.2f} in a table of this size."


def _padded(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    pads = (str.ljust, str.rjust, str.rjust, str.rjust, str.ljust, str.ljust)
    for pad, cell, width in zip(pads, row, widths):
        yield pad(cell, width)


def _cells(check: ColumnCheck) -> tuple[str, ...]:
    if check.is_lost:
        return check.name, "", "", "", "", check.finding
    then, stability = check.gap_share_in_training, check.stability
    return (
        check.name,
        "" if then is None else _percent(then),
        _percent(check.n_gaps, check.n_rows),
        "" if stability is None else f"{stability.index:.3f}",
        "" if stability is None else stability.judgement,
        check.finding,
    )


def _percent(part: float | int, whole: int = 1) -> str:
    if not part:
        return "0 %"
    return "<0.1 %" if part / whole < 0.0005 else f"{part / whole:.1%}".replace("%", " %")


def _value(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    return str(value)
