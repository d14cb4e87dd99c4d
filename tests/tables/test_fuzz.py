"""Any table: it is read, described and encoded, or refused in words."""

import importlib.util
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurode.errors import NeurodeError, TableError
from neurode.tables import (
    SCALINGS,
    Encoding,
    Profile,
    Schema,
    check_table,
    class_values,
    column_histograms,
    describe_table,
    numeric_target,
    read_table,
)
from neurode.tables.arrays import encoded

spec = importlib.util.spec_from_file_location("dirty_tables", Path(__file__).with_name("dirty_tables.py"))
dirty = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dirty)

FUZZ = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def refused(call):
    """What a call gives, or None where it names what is wrong; any other error is a failure."""
    try:
        return call()
    except NeurodeError:
        return None


def as_json(document):
    return json.loads(json.dumps(document))


def retyped(frame):
    """The tables that may come later in the place of this one."""
    yield frame.select(reversed(frame.columns))
    yield frame.with_columns(pl.lit(1).alias("one column more"))
    yield frame.with_columns(pl.lit(None).alias(name) for name in frame.columns)
    yield frame.with_columns(pl.lit("another word").alias(name) for name in frame.columns)
    yield frame.with_columns(values.alias(name) for values, name in zip(frame, frame.columns[::-1]))
    for dtype in (pl.String, pl.Float64, pl.Boolean, pl.Date):
        casts = [refused_by_polars(values, dtype) for values in frame]
        yield frame.with_columns(values for values in casts if values is not None)
    yield frame.drop(frame.columns[0])


def refused_by_polars(values, dtype):
    try:
        return values.cast(dtype)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def same(left, right):
    np.testing.assert_array_equal(left.numbers, right.numbers)
    np.testing.assert_array_equal(left.codes, right.codes)


@FUZZ
@given(st.data())
def test_any_table_is_read_and_described_or_refused(data):
    n_rows = data.draw(st.sampled_from([1, 2, 3, 12, 40]))
    frame = refused(lambda: read_table(data.draw(dirty.dirty_tables(n_rows, data.draw(st.integers(1, 3))))))
    if frame is None:
        return
    assert frame.height == n_rows
    assert pl.Object not in frame.dtypes
    schema = Schema.infer(frame)
    assert Schema.from_json(as_json(schema.to_json())) == schema
    assert str(describe_table(frame))
    assert str(describe_table(frame, target=frame.columns[-1]))


@FUZZ
@given(st.data())
def test_any_table_is_encoded_alike_by_row_and_by_column_or_refused(data):
    n_rows = data.draw(st.sampled_from([1, 2, 12, 40]))
    table = data.draw(dirty.dirty_tables(n_rows, data.draw(st.integers(1, 3)), numbers=True))
    frame = refused(lambda: read_table(table))
    if frame is None:
        return
    schema = Schema.infer(frame)
    scaling = data.draw(st.sampled_from(SCALINGS))
    encoding = refused(lambda: Encoding.fit(frame, schema, scaling=scaling))
    if encoding is None:
        return
    assert Encoding.from_json(as_json(encoding.to_json())) == encoding
    assert all(np.isfinite(values).all() for values in encoding.statistics().values())
    columns = encoded(frame, schema, encoding.numbers, encoding.categories)
    assert not np.isinf(columns.numbers).any()
    same(encoding.transform(frame), columns)
    for row in range(min(n_rows, 3)):
        # Alone, a value among values of other types may be of a type that no level can be.
        one = refused(lambda row=row: encoding.transform(read_table(dirty.take(table, [row]))))
        if one is not None:
            same(one, encoding.transform(frame[row : row + 1]))
    profile = Profile.fit(encoding, columns)
    assert Profile.from_json(as_json(profile.to_json())) == profile
    for later in (frame, *retyped(frame)):
        if later.width:
            assert str(check_table(encoding, profile, later))
        few = refused(lambda later=later: encoding.transform(later))
        long = refused(lambda later=later: (
            schema.require(later.columns), encoded(later, schema, encoding.numbers, encoding.categories)
        )[1])  # fmt: skip
        assert (few is None) == (long is None)
        if few is not None:
            same(few, long)


def test_an_empty_name_stays_as_it_is():
    values = [1, "a", None]
    table = read_table({"": values, "b": [1.0, 2.0, 3.0]})
    assert table.columns == ["", "b"]
    assert read_table(pd.DataFrame({"": pd.Series(values, dtype=object), "b": 1})).columns == ["", "b"]
    assert Schema.infer(table).read(table).columns == ["", "b"]


@pytest.mark.parametrize("name", ["*", "^rate.*$"])
def test_a_name_that_stands_for_other_columns_is_refused(name):
    with pytest.raises(TableError, match="stand for other columns"):
        read_table({name: [1, 2], "rate": [3, 4]})


@pytest.mark.parametrize("table", [{1: [1], "1": [2]}, pd.DataFrame([[1, 2]], columns=[1, "1"])])
def test_names_that_are_the_same_as_text_are_refused(table):
    with pytest.raises(TableError, match="duplicate column names: '1'"):
        read_table(table)


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([-719_163, 0], dtype=pl.Int32).cast(pl.Date),
        pl.Series([2_932_897, 0], dtype=pl.Int32).cast(pl.Date),
        pl.Series([2**62, 0]).cast(pl.Datetime("ms")),
        pl.Series([-(2**62), 0]).cast(pl.Datetime("us")),
        pl.Series([datetime(9999, 12, 31, 12)]).dt.replace_time_zone("UTC"),
        pl.Series([2**62, 0]).cast(pl.Duration("ms")),
    ],
)
def test_what_python_has_no_date_for_is_named(values):
    with pytest.raises(
        TableError, match="column 'opened' holds 1 value of type .* out of the years 1 to 9999"
    ):
        read_table(pl.DataFrame({"opened": values}))


def test_the_first_and_the_last_date_are_read():
    opened = [date(1, 1, 1), date(9999, 12, 31)]
    assert read_table({"opened": opened})["opened"].to_list() == opened
    zone = timezone(timedelta(hours=-11))
    never = [datetime.max.replace(tzinfo=zone), np.datetime64("2024-01-01"), datetime(2024, 1, 1, tzinfo=UTC)]
    assert read_table({"opened": never})["opened"].to_list() == [datetime.max, *[datetime(2024, 1, 1)] * 2]


def test_months_and_intervals_of_pandas_are_the_words_that_they_print():
    months = pd.Series(pd.period_range("2024-01", periods=2, freq="M"))
    table = read_table(pd.DataFrame({"month": months, "band": pd.cut(pd.Series([1, 9]), [0, 5, 10])}))
    assert table.to_dict(as_series=False) == {"month": ["2024-01", "2024-02"], "band": ["(0, 5]", "(5, 10]"]}


def test_decimals_that_are_no_numbers_are_gaps():
    values = [Decimal("NaN"), Decimal("sNaN"), Decimal("1.5"), None]
    assert read_table({"rate": values})["rate"].to_list() == [None, None, 1.5, None]


def test_decimals_too_wide_for_polars_are_numbers():
    wide = pa.array([Decimal("1.5"), None], pa.decimal256(60, 5))
    assert read_table(pa.table({"rate": wide}))["rate"].to_list() == [1.5, None]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([1 + 2j, 0j], "holds values that no cell can: 'complex'"),
        (np.array([1 + 2j, 0j]), "holds values that no cell can: 'complex128'"),
        ([np.zeros(2), np.zeros(3)], "holds values that no cell can: 'ndarray'"),
        (["\ud800", "a"], "holds a value that cannot be read: UnicodeEncodeError"),
        ([Decimal(1), np.datetime64(2**40, "D")], "holds a value that cannot be read: OverflowError"),
    ],
)
def test_what_no_column_can_hold_is_named(values, problem):
    with pytest.raises(TableError, match=f"column 'x' {problem}"):
        read_table({"x": values})


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array(["2024-01-01", "NaT"], "M8[s]"), [datetime(2024, 1, 1), None]),
        (np.array(["2024", "2025"], "M8[Y]"), [datetime(2024, 1, 1), datetime(2025, 1, 1)]),
        (np.array([1, 2], "m8[h]"), [timedelta(hours=1), timedelta(hours=2)]),
        (np.array([1.5, np.nan], ">f8"), [1.5, None]),
        (np.array([1.5, 2.0], np.longdouble), [1.5, 2.0]),
        (np.array(["a", "b"], "T"), ["a", "b"]),
    ],
    ids=["seconds", "years", "hours", "byte order", "long", "text"],
)
def test_arrays_in_any_unit_and_order_are_read(array, expected):
    assert read_table({"x": array})["x"].to_list() == expected


def test_durations_among_other_things_are_words():
    assert read_table({"x": [np.timedelta64(3, "D"), "soon"]})["x"].to_list() == ["3 days", "soon"]


def test_digits_beyond_all_numbers_are_words():
    table = read_table({"code": ["9" * 400, "1e400", "12"] * 3})
    assert Schema.infer(table)["code"].kind == "category"
    later = read_table({"code": ["12", "13", "1e400"]})
    with pytest.raises(TableError, match="'1e400', which is not a number"):
        Schema.infer(read_table({"code": ["1", "2", "3"]})).read(later)


def test_a_moment_among_words_keeps_its_level_when_it_comes_alone():
    values = [datetime(2024, 1, 31), "soon", datetime(2024, 1, 31, 8, 30), "late"]
    table = read_table({"due": values})
    encoding = Encoding.fit(table, Schema.infer(table))
    for row, value in enumerate(values):
        same(encoding.transform(read_table({"due": [value]})), encoding.transform(table[row : row + 1]))


@pytest.mark.parametrize("values", [[1e308, -1e308, 0.5, 2.0], [2.0**63, 2.0**63, None, None]])
def test_numbers_without_room_for_bins_have_no_histogram(values):
    table = pl.DataFrame({"x": values})
    assert column_histograms(table, Schema.infer(table, overrides={"x": "number"})) == {}


def test_of_many_missing_columns_twenty_are_looked_for():
    schema = Schema.infer(pl.DataFrame({f"rate {place}": [0.5, 1.5] for place in range(30)}))
    with pytest.raises(TableError, match=r"lacks 30 of the 30 .* … \(10 more\)") as caught:
        schema.require([f"rates {place}" for place in range(30)])
    assert caught.value.hint.count("looks like") == 20


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([1, pd.NA, 2], [1, None, 2]),
        (np.array(["a", float("nan"), None], object), ["a", None, None]),
        ([date(2024, 1, 1), None], ["2024-01-01", None]),
    ],
    ids=["numbers", "pandas gap", "gaps of an array", "dates"],
)
def test_the_values_of_a_target_are_those_of_its_classes(values, expected):
    assert class_values(values).to_list() == expected


@pytest.mark.parametrize("values", [[timedelta(1), timedelta(2)], [[1], [2]], [b"\xff", b"a"]])
def test_a_target_of_another_type_is_named(values):
    with pytest.raises(TableError, match="which are no classes"):
        class_values(values)
    with pytest.raises(TableError, match="which are no numbers"):
        numeric_target(values)
