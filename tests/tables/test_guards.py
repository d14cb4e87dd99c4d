import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from neurode.tables import Encoding, NumberEncoding, Schema, check_table
from neurode.tables.bins import NumberBins
from neurode.tables.guards import check_number

TRAIN = pl.DataFrame({"grade": ["A", "B", "C"], "rate": [1.0, 2.0, 3.0], "income": [10.5, None, 30.0]})
ENCODING = Encoding.fit(TRAIN, Schema.infer(TRAIN))


def test_the_training_rows_are_clear():
    check = check_table(ENCODING, None, TRAIN)
    assert check.is_clear
    assert check.notes == ()


def test_each_finding_is_counted():
    later = pl.DataFrame(
        {
            "grade": ["A", "Z", "Y", None],
            "rate": [0.5, None, 3.5, 2.0],
            "income": [None, 1.0, 20.0, 30.0],
            "note": "x",
        }
    )
    check = check_table(ENCODING, None, later)
    assert check.n_rows == 4
    assert check.unseen == {"grade": 2}
    assert check.out_of_range == {"rate": 2, "income": 1}
    assert check.new_gaps == {"grade": 1, "rate": 1}  # income had gaps in training already
    assert check.extra_columns == ("note",)
    assert not check.is_clear
    assert list(check.notes) == [
        "'grade': 2 of 4 rows have a level that training never saw",
        "'rate': 2 of 4 rows lie outside the training range",
        "'income': 1 of 4 rows lie outside the training range",
        "'grade': 1 of 4 rows are gaps, and training had none",
        "'rate': 1 of 4 rows are gaps, and training had none",
        "not read: 'note'",
    ]


def test_a_column_of_gaps_in_training_has_no_range_to_leave():
    frame = pl.DataFrame({"x": [1.5, 2.5, None]})
    encoding = Encoding.fit(frame.tail(1), Schema.infer(frame))
    assert check_table(encoding, None, frame).is_clear


NUMBERS = st.lists(st.one_of(st.just(np.nan), st.floats(-100, 100, width=32)), max_size=50)


@given(NUMBERS, st.floats(-50, 0, width=32), st.floats(0, 50, width=32))
def test_counts_and_extremes_are_those_of_a_plain_loop(values, minimum, maximum):
    number = NumberEncoding("x", 0.0, 0.0, 1.0, has_gaps=False, minimum=minimum, maximum=maximum)
    check = check_number(number, np.array(values, np.float32))
    known = [value for value in values if not np.isnan(value)]
    assert check.n_rows == len(values)
    assert check.n_gaps == check.n_new_gaps == len(values) - len(known)
    assert check.n_outside == sum(not minimum <= value <= maximum for value in known)
    assert check.lowest == min(known, default=None)
    assert check.highest == max(known, default=None)


def test_a_profile_tells_the_share_of_gaps_in_training():
    number = NumberEncoding("x", 0.0, 0.0, 1.0, has_gaps=True, minimum=0.0, maximum=9.0)
    bins = NumberBins("x", (), (25, 75))
    values = np.array([np.nan, 1, 2, 3], np.float32)
    assert check_number(number, values).gap_share_in_training is None
    check = check_number(number, values, bins)
    assert check.gap_share_in_training == 0.25
    assert check.n_new_gaps == 0
    assert check.stability.index == 0
