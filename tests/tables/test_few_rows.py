import pickle
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neurode.errors import NeurodeError
from neurode.tables import Encoding, Schema, read_table
from neurode.tables.arrays import encoded
from neurode.tables.few_rows import FEW_ROWS

N_ROWS = 240
TRAIN = pl.DataFrame(
    {
        "count": [*range(200), *[None] * 31, *range(9)],
        "rate": [0.5 * (i % 13) if i % 5 else None for i in range(N_ROWS)],
        "owned": [("Own", "OWN", "own ", "Rent", "a  b")[i % 5] for i in range(N_ROWS)],
        "code": [("aB", "Ab", "C")[i % 3] for i in range(N_ROWS)],
        "term": [36.0 if i % 2 else 60.0 for i in range(N_ROWS)],
        "small": [(i * i) % 5 for i in range(N_ROWS)],
        "yes": [i % 3 == 0 for i in range(N_ROWS)],
        "amount": [f"${1000 + i % 31:,}" for i in range(N_ROWS)],
        "opened": [date(2020, 1, 1) + timedelta(37 * (i % 7)) for i in range(N_ROWS)],
        "moment": [datetime(2021, 1, 1, i % 4) + timedelta(11 * i) for i in range(N_ROWS)],
        "shop": [f"shop {i % 113}" if i % 2 else "home" for i in range(N_ROWS)],
    }
)
SCHEMA = Schema.infer(TRAIN, overrides={"small": "category"})
ENCODING = Encoding.fit(TRAIN, SCHEMA)

WORDS = st.sampled_from(
    [
        None,
        "Own",
        "own",
        " OWN  ",
        "A B",
        "aB",
        "ab",
        "C ",
        "",
        "  ",
        "(rare)",
        "home",
        "36",
        "60.0",
        "ß",
        "tent\t",
    ]
)
NUMBERS = st.one_of(
    st.none(),
    st.integers(-(2**60), 2**60),
    st.floats(-1e37, 1e37),
    st.just(float("nan")),
    st.sampled_from([36, 60, 36.0, 0, -0.0, 1, 4]),
)
MOMENTS = st.one_of(st.none(), st.datetimes(datetime(1677, 9, 22), datetime(2262, 1, 1)))
DATES = st.one_of(st.none(), st.dates())
BOOLEANS = st.sampled_from([None, True, False])


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 4))
    kinds = [WORDS, NUMBERS.map(lambda x: None if x is None else float(x)), BOOLEANS, DATES, MOMENTS]
    kinds.append(st.one_of(st.none(), st.integers(-(2**62), 2**62)))
    own = {
        "count": NUMBERS, "rate": NUMBERS, "owned": WORDS, "code": WORDS, "term": NUMBERS, "small": NUMBERS,
        "yes": BOOLEANS, "amount": st.sampled_from([None, "$5", "n/a", "1,234.5"]), "opened": DATES,
        "moment": MOMENTS, "shop": WORDS,
    }  # fmt: skip
    # One column of a foreign type at most: an error hides all else.
    foreign = draw(st.sampled_from([None, None, *own]))
    columns = {}
    for name, usual in own.items():
        values = draw(st.sampled_from(kinds)) if name == foreign else usual
        columns[name] = draw(st.lists(values, min_size=n_rows, max_size=n_rows))
    return read_table(columns)


ZEROS = pl.DataFrame(
    {name: [None, 0.0, -0.0] if name in {"small", "term"} else [None] * 3 for name in TRAIN.columns}
)
GAPS = pl.DataFrame({name: pl.Series([None], dtype=pl.Float64) for name in TRAIN.columns})


def outcome(call):
    try:
        columns = call()
    except NeurodeError as error:
        return type(error).__name__
    return columns


@settings(max_examples=300, deadline=None)
@given(tables())
@example(ZEROS)
@example(GAPS)
def test_few_rows_are_the_rows_of_a_long_table(frame):
    few = outcome(lambda: ENCODING.transform(frame))
    long = outcome(lambda: encoded(frame, SCHEMA, ENCODING.numbers, ENCODING.categories))
    if isinstance(long, str):
        assert few == long
        return
    np.testing.assert_array_equal(few.numbers, long.numbers)
    np.testing.assert_array_equal(few.codes, long.codes)
    assert (few.numbers.dtype, few.codes.dtype) == (long.numbers.dtype, long.codes.dtype)
    assert few.numbers.flags.c_contiguous
    assert few.codes.flags.c_contiguous


@pytest.mark.parametrize("n_rows", [0, 1, FEW_ROWS, FEW_ROWS + 1])
def test_rows_do_not_depend_on_how_many_there_are(n_rows):
    whole, part = ENCODING.transform(TRAIN), ENCODING.transform(TRAIN.head(n_rows))
    np.testing.assert_array_equal(part.numbers, whole.numbers[:n_rows])
    np.testing.assert_array_equal(part.codes, whole.codes[:n_rows])


@pytest.mark.parametrize(
    "row",
    [{"count": Decimal("2.5")}, {"moment": datetime(2021, 1, 1).astimezone()}, {"opened": "2020-02-07"}],
)
def test_an_unusual_type_is_read_as_a_column(row):
    frame = TRAIN.head(1).with_columns(read_table({name: [value] for name, value in row.items()}))
    few, long = ENCODING.transform(frame), encoded(frame, SCHEMA, ENCODING.numbers, ENCODING.categories)
    np.testing.assert_array_equal(few.numbers, long.numbers)
    np.testing.assert_array_equal(few.codes, long.codes)


def test_what_is_prepared_is_not_pickled():
    ENCODING.transform(TRAIN.head(1))
    again = pickle.loads(pickle.dumps(ENCODING))
    assert again == ENCODING
    assert set(vars(again)) == {"schema", "scaling", "numbers", "categories"}
    np.testing.assert_array_equal(
        again.transform(TRAIN.head(1)).codes, ENCODING.transform(TRAIN.head(1)).codes
    )
