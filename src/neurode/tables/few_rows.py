"""Few rows: a request of one row is encoded by plain lookups, without the fixed cost of whole columns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from neurode.tables.arrays import LARGEST, Reader
from neurode.tables.columns import Column
from neurode.tables.dates import MICROSECONDS_A_DAY
from neurode.tables.levels import FIRST_LEVEL, MISSING, CategoryEncoding, code_dtype
from neurode.tables.scaling import NumberEncoding
from neurode.tables.schema import Schema
from neurode.tables.spelling import folded
from neurode.typing import Columns

FEW_ROWS = 32
"""Up to this many rows, lookups are quicker than columns."""

_EPOCH = datetime(1970, 1, 1)


class _Unusual(Exception):
    """A value that needs the whole reading of its column."""


class FewRows:
    """Lookups for the usual values of every feature; the others are read as columns, to the same numbers.

    Args:
        schema: How columns are read.
        numbers: What becomes numbers.
        categories: What becomes codes.

    Example:
        >>> schema = Schema.infer(pl.DataFrame({"grade": ["A", "B", "C"]}))
        >>> rows = FewRows(schema, (), (CategoryEncoding("grade", ("A", "B", "C")),))
        >>> rows.encode(pl.DataFrame({"grade": ["b ", "Z", None]})).codes.tolist()
        [[3], [1], [0]]
    """

    def __init__(
        self, schema: Schema, numbers: Sequence[NumberEncoding], categories: Sequence[CategoryEncoding]
    ) -> None:
        self.schema, self.numbers, self.categories = schema, numbers, categories
        self._are_dates = [not each.between and schema[each.name].kind == "date" for each in numbers]
        self._lookups = [
            _WordLookup(category, schema[category.name])
            if category.part == "value"
            else _PartLookup(category)
            for category in categories
        ]
        self._code_dtype = code_dtype([category.cardinality for category in categories])

    def encode(self, frame: pl.DataFrame) -> Columns:
        """The rows of `frame` as arrays."""
        places = {name: place for place, name in enumerate(frame.columns)}
        values = list(zip(*frame.rows())) or [()] * frame.width
        reader = Reader(frame, self.schema)
        numbers = np.empty((len(self.numbers), frame.height), np.float32)
        for place, (number, is_date) in enumerate(zip(self.numbers, self._are_dates)):
            try:
                if number.between:
                    later, earlier = (_moments(frame, name, values[places[name]]) for name in number.between)
                    numbers[place] = [_days_between(one, other) for one, other in zip(later, earlier)]
                elif is_date:
                    moments = _moments(frame, number.name, values[places[number.name]])
                    numbers[place] = [_days(moment) for moment in moments]
                else:
                    numbers[place] = [_number(value) for value in values[places[number.name]]]
            except _Unusual:
                numbers[place] = reader.number(number)
        codes = np.empty((len(self.categories), frame.height), self._code_dtype)
        for place, (category, lookup) in enumerate(zip(self.categories, self._lookups)):
            column: Sequence[Any] = values[places[category.name]]
            try:
                if isinstance(lookup, _PartLookup):
                    column = _moments(frame, category.name, column)
                codes[place] = [lookup.code(value) for value in column]
            except _Unusual:
                codes[place] = reader.codes(category)
        return Columns(np.ascontiguousarray(numbers.T), np.ascontiguousarray(codes.T))


def _number(value: Any) -> float:
    kind = type(value)
    if kind is float and (value != value or -LARGEST <= value <= LARGEST):
        return value
    # Beyond this, an integer would be rounded twice on its way to float32.
    if kind is int and -(2**53) <= value <= 2**53:
        return float(value)
    if value is None:
        return np.nan
    if kind is bool:
        return float(value)
    raise _Unusual


def _moments(frame: pl.DataFrame, name: str, values: Sequence[Any]) -> Sequence[datetime | date | None]:
    dtype = frame[name].dtype
    if dtype == pl.Date or (
        isinstance(dtype, pl.Datetime) and dtype in (pl.Datetime("us"), pl.Datetime("ms"))
    ):
        return values
    raise _Unusual


def _days(moment: datetime | date | None) -> float:
    return np.nan if moment is None else float(_microseconds(moment)) / MICROSECONDS_A_DAY


def _days_between(later: datetime | date | None, earlier: datetime | date | None) -> float:
    if later is None or earlier is None:
        return np.nan
    return float(_microseconds(later) - _microseconds(earlier)) / MICROSECONDS_A_DAY


def _microseconds(moment: datetime | date) -> int:
    if not isinstance(moment, datetime):
        return (moment.toordinal() - _EPOCH.toordinal()) * MICROSECONDS_A_DAY
    since = moment - _EPOCH
    return since.days * MICROSECONDS_A_DAY + since.seconds * 1_000_000 + since.microseconds


class _PartLookup:
    """The code of a date's month, weekday or hour."""

    def __init__(self, category: CategoryEncoding) -> None:
        self.part, self.other = category.part, category.other_code
        self.codes = {int(level): FIRST_LEVEL + place for place, level in enumerate(category.levels)}

    def code(self, moment: datetime | date | None) -> int:
        if moment is None:
            return MISSING
        if self.part == "month":
            value = moment.month
        elif self.part == "weekday":
            value = moment.isoweekday()
        else:
            value = moment.hour if isinstance(moment, datetime) else 0
        return self.codes.get(value, self.other)


class _WordLookup:
    """The code of a category's value, whatever type it came in."""

    def __init__(self, category: CategoryEncoding, column: Column) -> None:
        self.dtype, self.other = column.dtype, category.other_code
        self.codes = {level: FIRST_LEVEL + place for place, level in enumerate(category.levels)}
        self.folded: dict[str, int] = {}
        if column.matching == "folded":
            codes = category.codes(pl.Series(column.levels, dtype=pl.String)).tolist()
            self.folded = dict(zip(folded(pl.Series(column.levels, dtype=pl.String)), codes))

    def code(self, value: Any) -> int:
        if value is None:
            return MISSING
        kind = type(value)
        if kind is str and self.dtype == "text":
            code = self.codes.get(value)
            return self._code_of_other_word(value) if code is None else code
        if self.dtype == "boolean":
            if kind is bool:
                return self.codes.get("true" if value else "false", self.other)
        elif kind is int:
            return self.codes.get(str(value), self.other)
        elif kind is float and value.is_integer() and abs(value) < 1e15:
            return self.codes.get(str(int(value)), self.other)
        elif kind is float and value != value:
            return MISSING
        elif kind is bool and self.dtype in {"integer", "float"}:
            return self.codes.get(str(int(value)), self.other)
        raise _Unusual

    def _code_of_other_word(self, word: str) -> int:
        # What is a blank, and which letter is the small one of which, differs between libraries beyond ASCII.
        if not (word.isascii() and word.isprintable()):
            raise _Unusual
        word = word.strip()
        if not word:
            return MISSING
        found = self.folded.get(" ".join(word.split()).lower()) if self.folded else None
        return self.codes.get(word, self.other) if found is None else found
