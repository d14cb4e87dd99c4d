"""Description: what a person wants to see of a table before anything is trained on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from neurode.tables.columns import Column
from neurode.tables.histograms import Histogram, TopLevels, column_histograms
from neurode.tables.inspection import TableWarning, inspect_table
from neurode.tables.schema import Schema, aligned, value_range

HEADINGS = ("column", "kind", "gaps", "spread", "range or levels", "notes")


@dataclass(frozen=True)
class Description:
    """The columns of a table, how their values lie, and what to know about them.

    Args:
        schema: What each column is.
        histograms: How its values lie, by column.
        warnings: What to know, the gravest first.
    """

    schema: Schema
    histograms: Mapping[str, Histogram | TopLevels]
    warnings: tuple[TableWarning, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """One row of text a column, under `HEADINGS`."""
        return [self._row(column) for column in self.schema.columns]

    def to_json(self) -> dict[str, Any]:
        """The schema's document, with the histograms and warnings beside it; `Schema.from_json` reads it."""
        return {
            **self.schema.to_json(),
            "histograms": {name: asdict(spread) for name, spread in self.histograms.items()},
            "warnings": [asdict(warning) for warning in self.warnings],
        }

    def __str__(self) -> str:
        table = aligned([HEADINGS, *self.rows()], right={2})
        return "\n".join([f"{self.schema.n_rows:,} rows", table, *self._warning_lines()])

    def _warning_lines(self) -> list[str]:
        return ["", *map(str, self.warnings)] if self.warnings else []

    def _row(self, column: Column) -> tuple[str, ...]:
        spread = self.histograms.get(column.name)
        levels = f"{len(column.levels):,} levels" if len(column.levels) > 2 else ""
        notes = (*(["target"] if column.name == self.schema.target else []), *column.notes)
        return (
            column.name,
            column.kind,
            f"{column.n_missing:,}",
            "" if spread is None else str(spread),
            levels if isinstance(spread, TopLevels) else value_range(column),
            "; ".join(notes),
        )


def describe_table(
    frame: pl.DataFrame, target: str | None = None, kinds: Mapping[str, str] | None = None
) -> Description:
    """What each column of a table is, how it lies, and what to know about it.

    Args:
        frame: The table, as `read_table` gives it.
        target: The column to be predicted.
        kinds: Kinds that a person has decided on, by column name.

    Raises:
        UnknownNameError: `target` or a name in `kinds` is no column.
        TableError: A column cannot be of the kind that was asked for.

    Example:
        >>> frame = pl.DataFrame({"home": ["own", "rent", "own", "own"], "age": [20, 31, 42, 53]})
        >>> print(describe_table(frame))
        4 rows
        column  kind    gaps  spread               range or levels  notes
        home    flag       0  own 75 %, rent 25 %
        age     number     0  █▁▁▁█▁▁▁█▁▁█         20 … 53
    """
    schema = Schema.infer(frame, target, kinds)
    return Description(schema, column_histograms(frame, schema), inspect_table(frame, schema))
