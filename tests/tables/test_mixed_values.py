import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import NeurodeError, TableError
from neurode.tables import Encoding, Schema, describe_table, read_table
from neurode.tables.mixed_values import series_of

DAY = datetime(2024, 1, 31)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([True, 2, 0.5, np.bool_(False)], [1.0, 2.0, 0.5, 0.0]),
        ([Decimal("1.5"), 2.5, Fraction(1, 4), np.float32(0.5)], [1.5, 2.5, 0.25, 0.5]),
        ([1, 10**400, -(10**400), 0.5], [1.0, math.inf, -math.inf, 0.5]),
        ([1, pd.NA, 2.5, float("nan"), pd.NaT], [1.0, None, 2.5, None, None]),
        (["12", 7, "n/a", None, True, 2.5], ["12", "7", "n/a", None, "1", "2.5"]),
        (["yes", True, False, True, 1], ["yes", "True", "False", "True", "1"]),
        ([36.0, "36", 36, np.int64(36)], ["36", "36", "36", "36"]),
        ([b"own", "rent", b"\xff"], ["own", "rent", "ÿ"]),
        ([b"own", b"rent"], ["own", "rent"]),
        ([date(2024, 1, 31), DAY, np.datetime64("2024-01-31"), None], [DAY, DAY, DAY, None]),
        ([DAY.replace(tzinfo=UTC), date(2024, 1, 31)], [DAY, DAY]),
        ([DAY, "soon", datetime(2024, 1, 31, 8, 30)], ["2024-01-31", "soon", "2024-01-31 08:30:00"]),
        ([PurePosixPath("a/b"), "c"], ["a/b", "c"]),
    ],
)
def test_values_of_several_types_become_one(values, expected):
    assert series_of("x", values).to_list() == expected
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    assert read_table({"x": values})["x"].to_list() == expected
    assert read_table(objects.reshape(-1, 1))["x0"].to_list() == expected


@pytest.mark.parametrize(
    "values", [["12", 7, "n/a", None, True, 2.5], [b"own", "rent"], [DAY, "soon"], [1, "x", pd.NA]]
)
def test_a_pandas_column_of_objects_is_treated_alike(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object), "y": range(len(values))})
    assert read_table(frame)["x"].to_list() == series_of("x", values).to_list()


def test_a_polars_column_of_objects_is_treated_alike():
    values = [PurePosixPath("a"), None, PurePosixPath("b")]
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Object), "y": [1, 2, 3]})
    assert read_table(frame)["x"].to_list() == ["a", None, "b"]
    assert read_table(frame.select("y").lazy())["y"].to_list() == [1, 2, 3]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ([[1], "a"], "'list'"),
        ([{"a": 1}, 3], "'dict'"),
        ([(1,), {2}, "x"], "'set', 'tuple'"),
        ([object()], "'object'"),
    ],
)
def test_nested_values_are_refused_by_name(values, named):
    problem = rf"column 'x' holds values that no cell can: {named}\nhint: take"
    for source in ({"x": values}, pd.DataFrame({"x": pd.Series(values, dtype=object)})):
        with pytest.raises(TableError, match=problem):
            read_table(source)


def test_bytes_that_are_no_text_are_left_out():
    frame = read_table({"x": [b"\xff\xfe", b"\x00\x01"], "y": [1, 2]})
    assert Schema.infer(frame)["x"].kind == "text"


def test_mixed_columns_are_what_most_of_their_values_say():
    numbers = [*range(0, 120, 2), "unknown", "tbd", "unknown", None]
    words = [*"aabbcc" * 5, 7, 2.5, True]
    frame = pd.DataFrame({"numbers": pd.Series(numbers, dtype=object)})
    column = Schema.infer(read_table(frame))["numbers"]
    assert (column.kind, column.n_missing) == ("number", 4)
    assert column.notes[1] == "3 values are words ('unknown', 'tbd'): read as gaps"
    assert Schema.infer(read_table({"x": words}))["x"].levels == ("1", "2.5", "7", "a", "b", "c")


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.dates(),
    st.datetimes(),
    st.sampled_from(["12 kg", "3%", "n/a", "2024-01-31", "yes", "1,200"]),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.dictionaries(
            st.text(max_size=4), st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=3
        )
    )
)
def test_any_table_is_encoded_and_described_or_refused_by_name(columns):
    try:
        frame = read_table(columns)
        describe_table(frame)
        encoding = Encoding.fit(frame, Schema.infer(frame))
        arrays = encoding.transform(frame)
    except NeurodeError:
        return
    assert arrays.numbers.shape == (frame.height, encoding.n_numbers)
    assert np.isfinite(arrays.numbers[~np.isnan(arrays.numbers)]).all()
    assert (arrays.codes != 1).all()
    assert (arrays.codes < np.array(encoding.cardinalities)).all()
