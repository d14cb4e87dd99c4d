"""Schema: what every column of a table is, inferred once and applied to every later table."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from neurode.errors import ArgumentError, TableError, UnknownNameError, listed
from neurode.tables.columns import KINDS, Column, Kind
from neurode.tables.documents import fields_of, from_document, list_of, to_document
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
        columns = tuple(describe_column(values, decided.get(values.name)) for values in frame)
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
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError("column", name, self.names)

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
        return pl.DataFrame([self.read_column(frame[name]) for name in self.names if name in frame.columns])

    def read_column(self, values: pl.Series) -> pl.Series:
        """One column of another frame, read as this schema's was."""
        return retyped(values, self[values.name])

    def require(self, present: Collection[str]) -> None:
        """Refuses a frame whose columns, `present`, lack a feature.

        Raises:
            TableError: All missing columns are named.
        """
        missing = [column.name for column in self.features if column.name not in present]
        if not missing:
            return
        close = [(name, *difflib.get_close_matches(name, list(present), n=1)) for name in missing]
        pairs = [f"{pair[1]!r} looks like {pair[0]!r}" for pair in close if len(pair) == 2]
        raise TableError(
            f"the table lacks {len(missing)} of the {len(self.features)} columns that the model reads: "
            + listed(missing, 20),
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
        values = fields_of(document, "Schema", {"columns", "n_rows", "target"})
        columns = tuple(from_document(Column, part) for part in list_of(values["columns"], "Schema.columns"))
        rest = from_document(_Rest, {"n_rows": values["n_rows"], "target": values["target"]})
        return cls(columns, rest.n_rows, rest.target)

    def __str__(self) -> str:
        rows = [("column", "kind", "gaps", "range or levels", "notes"), *self._lines()]
        widths = [max(len(row[place]) for row in rows) for place in range(5)]
        return "\n".join(_line(row, widths) for row in rows)

    def _lines(self) -> Iterator[tuple[str, str, str, str, str]]:
        for column in self.columns:
            notes = (*(["target"] if column.name == self.target else []), *column.notes)
            yield column.name, column.kind, f"{column.n_missing:,}", _values(column), "; ".join(notes)


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


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    pads = (str.ljust, str.ljust, str.rjust, str.ljust, str.ljust)
    cells = [pad(cell, width) for pad, cell, width in zip(pads, row, widths)]
    return "  ".join(cells).rstrip()


def _values(column: Column, most: int = 3) -> str:
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
