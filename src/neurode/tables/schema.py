"""Schema: what every column of a table is, inferred once and applied to every later table."""

import difflib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import polars as pl

from neurode.errors import ArgumentError, TableError, UnknownNameError, listed
from neurode.tables.columns import KINDS, Column, Kind
from neurode.tables.documents import fields_of, from_document, list_of, to_document
from neurode.tables.frames import frame_of
from neurode.tables.kinds import describe_column
from neurode.tables.retyping import retyped


@dataclass(frozen=True)
class Schema:
    """The columns of a table and the one to be predicted.

    Args:
        columns: Every column, in the table's order.
        n_rows: How many rows the table had.
        target: The name of the column to be predicted, if one is.

    Example:
        >>> frame = pl.DataFrame({"grade": ["A", "C", "B"], "rate": [5.5, 9.1, None], "bad": [0, 1, 0]})
        >>> schema = Schema.infer(frame, target="bad")
        >>> [column.name for column in schema.features]
        ['grade', 'rate']
        >>> print(schema)
        column  kind      gaps  range or levels  notes
        grade   category     0  A, B, C
        rate    number       1  5.5 … 9.1
        bad     flag         0  0, 1             target
    """

    columns: tuple[Column, ...]
    n_rows: int
    target: str | None = None

    @classmethod
    def infer(
        cls, frame: pl.DataFrame, target: str | None = None, overrides: Mapping[str, str] | None = None
    ) -> "Schema":
        """The schema of a frame.

        Args:
            frame: The table, as `read_table` gives it.
            target: The column to be predicted.
            overrides: Kinds that a person has decided on, by column name.

        Raises:
            UnknownNameError: `target` or an override names no column.
            TableError: A column cannot be of the kind that was asked for.
        """
        decided = _known_kinds(overrides or {}, frame.columns)
        if target is not None and target not in frame.columns:
            raise UnknownNameError("column", target, frame.columns)
        each = [(values, decided.get(values.name)) for values in frame]
        if frame.height < _WORTH_THREADS:
            columns = tuple(describe_column(*pair) for pair in each)
        else:
            with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                columns = tuple(pool.map(lambda pair: describe_column(*pair), each))
        return cls(columns, frame.height, target)

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that a model learns from."""
        return tuple(column for column in self.columns if column.is_feature and column.name != self.target)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        if name not in self._by_name:
            raise UnknownNameError("column", name, self.names)
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def __getstate__(self) -> dict[str, Any]:
        # What is worked out from the fields is worked out again.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def with_kinds(self, kinds: Mapping[str, str]) -> "Schema":
        """The schema with some columns used differently.

        Example:
            >>> schema = Schema.infer(pl.DataFrame({"zip": [94, 10, 60], "age": [31, 45, 38]}))
            >>> schema.with_kinds({"zip": "category"})["zip"].kind
            'category'
        """
        decided = _known_kinds(kinds, self.names)
        columns = tuple(
            replace(column, kind=decided.get(column.name, column.kind)) for column in self.columns
        )
        return replace(self, columns=columns)

    def read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Another frame's columns, read as this schema's were; columns the schema does not know are left out.

        Numbers come back as numbers, categories and flags as the words of their levels, dates as dates.

        Raises:
            TableError: Feature columns are missing (all are named), or a value cannot be read.

        Example:
            >>> schema = Schema.infer(pl.DataFrame({"rate": ["5%", "12.5%", "7%"], "term": [36, 60, 36]}))
            >>> schema.read(pl.DataFrame({"rate": ["9.5%"], "term": ["60"], "note": ["new"]})).to_dicts()
            [{'rate': 9.5, 'term': '60'}]
        """
        self.require(frame.columns)
        present = set(frame.columns)
        return frame_of(self.read_column(frame[name]) for name in self.names if name in present)

    def read_column(self, values: pl.Series) -> pl.Series:
        """One column of another frame, read as this schema's was."""
        return retyped(values, self[values.name])

    def require(self, present: Collection[str]) -> None:
        """Refuses a frame whose columns, `present`, lack a feature.

        Raises:
            TableError: All missing columns are named.
        """
        known = set(present)
        missing = [column.name for column in self.features if column.name not in known]
        if not missing:
            return
        # Each search looks at all columns, of which a table can have thousands.
        close = [
            (name, *difflib.get_close_matches(name, list(present), n=1)) for name in missing[:_MOST_NAMED]
        ]
        pairs = [f"{pair[1]!r} looks like {pair[0]!r}" for pair in close if len(pair) == 2]
        raise TableError(
            f"the table lacks {len(missing)} of the {len(self.features)} columns that the model reads: "
            + listed(missing, _MOST_NAMED),
            available=f"columns: {listed(present)}",
            hint=f"rename: {', '.join(pairs)}" if pairs else "add the columns, empty where nothing is known",
        )

    def to_json(self) -> dict:
        """The schema as plain JSON values."""
        return {
            "columns": [to_document(column) for column in self.columns],
            "n_rows": self.n_rows,
            "target": self.target,
        }

    @classmethod
    def from_json(cls, document: object) -> "Schema":
        """The schema that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        names = {"columns", "n_rows", "target"}
        values = fields_of(document, "Schema", names | _DESCRIPTION, optional=_DESCRIPTION)
        columns = tuple(from_document(Column, part) for part in list_of(values["columns"], "Schema.columns"))
        rest = from_document(_Rest, {"n_rows": values["n_rows"], "target": values["target"]})
        return cls(columns, rest.n_rows, rest.target)

    def __str__(self) -> str:
        return aligned([("column", "kind", "gaps", "range or levels", "notes"), *self._lines()], right={2})

    def _lines(self) -> Iterator[tuple[str, str, str, str, str]]:
        for column in self.columns:
            notes = (*(["target"] if column.name == self.target else []), *column.notes)
            yield column.name, column.kind, f"{column.n_missing:,}", value_range(column), "; ".join(notes)


_WORTH_THREADS = 20_000
"""From so many rows on, columns are looked at side by side."""

_MOST_NAMED = 20
"""How many missing columns are named, and looked for under another name."""

_DESCRIPTION = {"histograms", "warnings"}
"""What `neurode describe --json` writes beside a schema."""


@dataclass(frozen=True)
class _Rest:
    """The fields of a schema that are not columns."""

    n_rows: int
    target: str | None


def _known_kinds(kinds: Mapping[str, str], names: Collection[str]) -> dict[str, Kind]:
    known: dict[str, Kind] = {kind: kind for kind in KINDS}
    for name, kind in kinds.items():
        if name not in names:
            raise UnknownNameError("column", name, names)
        if kind not in known:
            raise ArgumentError(f"{kind!r} is no kind of column", available=f"kinds: {listed(KINDS)}")
    return {name: known[kind] for name, kind in kinds.items()}


def aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Rows of text as lines in columns, two blanks between; those in `right` end where they meet.

    Example:
        >>> print(aligned([("name", "rows"), ("paid", "5")], right={1}))
        name  rows
        paid     5
    """
    widths = [max(map(len, cells)) for cells in zip(*rows)]
    pads = [str.rjust if place in right else str.ljust for place in range(len(widths))]
    lines = ("  ".join(pad(cell, width) for pad, cell, width in zip(pads, row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def value_range(column: Column, most: int = 3) -> str:
    """The range of a number or date, or the first levels of a category.

    Example:
        >>> value_range(Column("rate", "number", "float", minimum=5.5, maximum=1200.0))
        '5.5 … 1,200'
    """
    if column.levels:
        shown = ", ".join(level[:20] for level in column.levels[:most])
        rest = len(column.levels) - most
        return f"{shown}, … ({rest:,} more)" if rest > 0 else shown
    if column.minimum is not None:
        return f"{_number(column.minimum)} … {_number(column.maximum)}"
    return f"{column.n_unique:,} {'value' if column.n_unique == 1 else 'values'}" if column.n_unique else ""


def _number(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return str(value)
