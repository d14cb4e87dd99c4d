"""Strategies for the tables that nobody wants: every type, odd values, odd names, in every library."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st


class Color(enum.Enum):
    RED = 1
    BLUE = 2


ZONE = dt.timezone(dt.timedelta(hours=-11, minutes=-30))
NAN = float("nan")

POOLS = {
    "integers": [0, 1, 2, -1, 36, 60, 2**31, 2**53 + 1, -(2**63), 2**63 - 1],
    "large integers": [1, 2**63, 2**64 - 1, 2**100, -(2**127), 10**400],
    "floats": [0.0, -0.0, 1.5, -2.25, NAN, 5e-324, 1e-320, 1e-38, 3.0, 36.0],
    "large floats": [1.0, 2.0, 9e36, 1e38, -3.5e38, 1.7e308, float("inf"), -float("inf")],
    "booleans": [True, False],
    "words": ["A", "B", "a", " A ", "ß", "SS", "İ", "ﬁ", "日本", "🙂", "x\ny", "\u200b", "\u00a0", "\x00",
        "(rare)"],
    "spellings": ["Own", "OWN", "own ", "Rent", "RENT", "m", "M", "aB3", "Ab3"],
    "gap words": ["nan", "None", "", "NA", "null", " ", "?", "NaT", "<NA>", "-", "tbd"],
    "number words": ["1", "2.5", "1,200", "$5", "5%", "1e5", "007", "１２", "−5", "1_0", "inf", "(3.50)",
        ".5", "--5"],
    "plain number words": ["1", "2", "3.5", "-7", "1e5", "-0", "9" * 40],
    "huge number words": ["1", "2", "3", "1e400", "9" * 400],
    "date words": ["2024-01-01", "0001-01-01", "9999-12-31", "2024-02-30", "03/04/2025", "99999-01-01"],
    "ISO dates": ["2024-01-01", "0001-01-01", "9999-12-31", "1900-02-28"],
    "ISO moments": ["2024-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"],
    "dates": [dt.date.min, dt.date.max, dt.date(2024, 2, 29), dt.date(1970, 1, 1)],
    "moments": [dt.datetime.min, dt.datetime.max, dt.datetime(2024, 2, 29, 12, 30),
        dt.datetime(1969, 12, 31, 23)],
    "zoned moments": [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=ZONE)],
    "mixed moments": [dt.datetime(2024, 1, 1), dt.date(2024, 1, 2), np.datetime64("NaT"), pd.NaT,
                      pd.Timestamp("2024-05-05", tz="Europe/Berlin"), np.datetime64("2024-01-01")],
    "far moments": [np.datetime64("0000-01-01"), np.datetime64("12000-01-01"), np.datetime64(2**40, "D")],
    "times": [dt.time(0), dt.time(23, 59, 59), dt.time(1, 2, 3, 4)],
    "durations": [dt.timedelta(0), dt.timedelta(days=1), dt.timedelta.max, np.timedelta64(3, "D")],
    "decimals": [Decimal("1.5"), Decimal("-0"), Decimal("1E+500"), Decimal("NaN"), Decimal("sNaN")],
    "fractions": [Fraction(1, 3), Fraction(2), Fraction(10**400, 3)],
    "complex numbers": [1 + 2j, 0j],
    "bytes": [b"abc", b"", b"\xff\xfe", "é".encode()],
    "lists": [[1, 2], [], [None], ["a"]],
    "arrays": [np.arange(2), np.zeros((2, 2))],
    "dicts": [{"a": 1}, {}],
    "objects": [object(), len, ...],
    "members": [Color.RED, Color.BLUE, PurePosixPath("a/b"), uuid.UUID(int=1)],
    "periods": [pd.Period("2024-01"), pd.Period("2024-02")],
    "intervals": [pd.Interval(0, 1), pd.Interval(1, 2)],
    "gaps": [None],
    "all gaps there are": [None, NAN, pd.NA, pd.NaT, np.datetime64("NaT"), Decimal("NaN")],
    "long words": ["x" * 5_000, "y" * 5_000, "lorem ipsum " * 400],
    "sentences": [f"this is sentence number {number} of the lot" for number in range(40)],
    "identifiers": [f"id{number}" for number in range(60)],
    "half characters": ["\ud800", "a\udfff", "ok"],
    "numbers of NumPy": [np.int8(1), np.float16(2.5), np.bool_(True), np.uint64(2**64 - 1), np.longdouble(3)],
}  # fmt: skip
"""Values that belong together; a column draws from one pool or two."""

PANDAS_TYPES = [
    "Int8", "UInt64", "Float32", "boolean", "string", "str", "object", "category", "float16", "float32",
    "int8", "uint64", "bool", "datetime64[ns]", "datetime64[s]", "datetime64[us, UTC]",
    "datetime64[ns, Europe/Berlin]", "timedelta64[s]", "period[M]", "interval", "complex128", "Sparse[float]",
    "int64[pyarrow]", "date32[day][pyarrow]", "timestamp[us, tz=UTC][pyarrow]", "binary[pyarrow]",
    "decimal128(20, 3)[pyarrow]", "null[pyarrow]", "time64[us][pyarrow]",
]  # fmt: skip
POLARS_TYPES = [
    pl.Int8, pl.UInt64, pl.Int128, pl.UInt128, pl.Float16, pl.Float32, pl.Boolean, pl.String, pl.Categorical,
    pl.Enum(["A", "B", "unused"]), pl.Enum([]), pl.Date, pl.Datetime("ms"), pl.Datetime("ns",
    "Asia/Kathmandu"),
    pl.Duration("ms"), pl.Time, pl.Decimal(38, 2), pl.Binary, pl.Null, pl.Object, pl.List(pl.Int64),
    pl.Array(pl.Int64, 2), pl.Struct({"a": pl.Int64}),
]  # fmt: skip
ARROW_TYPES = [
    pa.int8(), pa.uint64(), pa.float16(), pa.float32(), pa.bool_(), pa.large_string(), pa.string_view(),
    pa.binary(3), pa.date32(), pa.date64(), pa.timestamp("s"), pa.timestamp("us", "America/New_York"),
    pa.timestamp("s", "+05:30"), pa.duration("s"), pa.time32("s"), pa.decimal128(38, 5),
    pa.null(), pa.list_(pa.int64()), pa.struct([("a", pa.int64())]), pa.map_(pa.string(), pa.int64()),
    pa.dictionary(pa.int8(), pa.string()), pa.month_day_nano_interval(), pa.run_end_encoded(pa.int32(),
    pa.int64()),
]  # fmt: skip
NUMPY_TYPES = [
    "i1", "u8", "f2", "f4", "g", "c16", "?", "U5", "S5", "M8[s]", "M8[D]", "M8[Y]", "m8[s]", "O", "V4", "T",
    ">f8", ">M8[s]",
]  # fmt: skip
LIBRARIES = {"pandas": PANDAS_TYPES, "polars": POLARS_TYPES, "arrow": ARROW_TYPES, "dict": NUMPY_TYPES}

NAMES = [
    "", "a", "A", " a ", "x\ny", "🙂", "日本", "é", "e\u0301", "a.b", "a/b", "'q'", '"q"', "{x}", "%s",
    "table", "x0", "id", "level", "rows", "count", "value", "class", "n" * 200, "\x00", "a (days)",
    "prediction", "*",
    "^a.*$",
]  # fmt: skip


@st.composite
def cells(draw, n_rows):
    """One value a row."""
    pool = POOLS[draw(st.sampled_from(sorted(POOLS)))]
    style = draw(st.sampled_from(["any", "constant", "in turn", "with gaps", "two pools", "one differs"]))
    if style == "two pools":
        pool = pool + POOLS[draw(st.sampled_from(sorted(POOLS)))]
    elif style == "with gaps":
        pool = [None, *pool]
    if style == "constant":
        return [pool[-1]] * n_rows
    if style == "in turn":
        return [pool[row % len(pool)] for row in range(n_rows)]
    if style == "one differs":
        return [pool[0]] * (n_rows - 1) + [pool[-1]]
    random = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**16))))
    return [pool[place] for place in random.integers(0, len(pool), n_rows)]


@st.composite
def columns(draw, n_rows, library):
    """A column of a library, of a type that need not suit its values; plain where it cannot be made."""
    values = draw(cells(n_rows))
    kind = draw(st.sampled_from([None, None, *LIBRARIES[library]]))
    return _first_that_works(*_ways(values, kind, library))


@st.composite
def dirty_tables(draw, n_rows, width, numbers=False):
    """A table of a library; with `numbers`, one column of it is clean,
    so that there is something to learn."""
    library = draw(st.sampled_from(sorted(LIBRARIES)))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=width, max_size=width, unique=True))
    made = [draw(columns(n_rows, library)) for _ in names]
    if numbers:
        made[0] = _first_that_works(*_ways([0.37 * (row * row % 11) for row in range(n_rows)], None, library))
    if library == "pandas":
        frame = pd.concat(made, axis=1)
        naming = draw(st.sampled_from(["text"] * 4 + ["integers", "tuples", "levels", "twice", "mixed"]))
        frame.columns = {
            "text": names,
            "integers": range(width),
            "tuples": pd.Index([(name, 1) for name in names], tupleize_cols=False),
            "levels": pd.MultiIndex.from_tuples([(name, 1) for name in names]),
            "twice": names[:1] * width,
            "mixed": [1, "1", *names][:width],
        }[naming]
        return frame
    if library == "polars":
        return pl.DataFrame([series.alias(name) for series, name in zip(made, names)])
    return pa.table(made, names=names) if library == "arrow" else dict(zip(names, made))


def take(table, rows):
    """Some rows of a table of any of the libraries, in the order given."""
    if isinstance(table, dict):
        return {
            name: values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows]
            for name, values in table.items()
        }
    if isinstance(table, pd.DataFrame):
        return table.iloc[rows]
    if isinstance(table, pa.Table):
        return pa.concat_tables([table.slice(row, 1) for row in rows])
    return table[rows]


def _ways(values, kind, library):
    cell_by_cell = np.empty(len(values), object)
    for row, value in enumerate(values):
        cell_by_cell[row] = value
    if library == "pandas":
        if kind == "interval":
            return [lambda: pd.Series(pd.cut(np.arange(len(values)), 3))]
        return [
            lambda: pd.Series(values, dtype=kind),
            lambda: pd.Series(values).astype(kind),
            lambda: pd.to_numeric(pd.Series(cell_by_cell), errors="coerce").astype(kind),
            lambda: pd.Series(cell_by_cell, dtype=object),
        ]
    if library == "polars":
        return [
            lambda: pl.Series(values, dtype=kind),
            lambda: pl.Series(values, dtype=kind, strict=False),
            lambda: pl.Series(values, dtype=pl.Object),
            lambda: pl.repeat(None, len(values), eager=True),
        ]
    if library == "arrow":
        return [lambda: pa.array(values, kind), lambda: pa.array([None] * len(values), kind or pa.null())]
    if kind is None:
        return [lambda: values]
    return [lambda: _flat(np.array(values, kind)), lambda: cell_by_cell]


def _flat(array):
    if array.ndim != 1:
        raise ValueError(array.shape)
    return array


def _first_that_works(*ways):
    for way in ways[:-1]:
        # What a library says to a type that does not suit the values is not the question here.
        try:
            return way()
        except (Exception, pl.exceptions.PanicException):
            continue
    return ways[-1]()
