from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from neurode.tables import Encoding, Schema
from neurode.tables.dates import MOST_PAIRS, date_pairs

OPENED = [date(2015, 3, 1) + timedelta(days=91 * i) for i in range(12)]
ISSUED = [day + timedelta(days=30 + 7 * i) for i, day in enumerate(OPENED)]
TWO = pl.DataFrame({"opened": OPENED, "issued": ISSUED})


def test_the_later_date_minus_the_earlier_is_an_age_in_days():
    encoding = Encoding.fit(TWO, Schema.infer(TWO))
    assert encoding.names[:3] == ("opened", "issued", "issued - opened (days)")
    assert encoding.transform(TWO).numbers[:, 2].tolist() == [30 + 7 * i for i in range(12)]
    assert encoding.numbers[2].between == ("issued", "opened")
    assert (encoding.numbers[2].minimum, encoding.numbers[2].maximum) == (30.0, 107.0)


def test_an_age_is_exact_where_float32_days_are_not():
    moments = [datetime(2024, 1, 1, 0, 0, i) for i in range(4)]
    frame = pl.DataFrame({"a": moments, "b": [m + timedelta(seconds=1 + i) for i, m in enumerate(moments)]})
    ages = Encoding.fit(frame, Schema.infer(frame)).transform(frame).numbers[:, 2]
    np.testing.assert_array_equal(ages, np.float32(np.arange(1, 5) / 86_400))


def test_an_age_with_a_gap_is_a_gap():
    encoding = Encoding.fit(TWO, Schema.infer(TWO))
    later = TWO.with_columns(opened=pl.Series([None, *OPENED[1:]]))
    assert np.isnan(encoding.transform(later).numbers[0]).tolist() == [True, False, True]


def test_dates_a_fixed_time_apart_have_no_age():
    frame = TWO.with_columns(issued=pl.col("opened") + pl.duration(days=30))
    assert not any("days" in name for name in Encoding.fit(frame, Schema.infer(frame)).names)


def test_an_age_does_not_take_the_name_of_a_column():
    frame = TWO.with_columns(pl.Series("issued - opened (days)", [0.5 * i for i in range(12)]))
    names = Encoding.fit(frame, Schema.infer(frame)).names
    assert len(set(names)) == len(names)


def test_there_are_ten_pairs_at_most():
    assert len(date_pairs("abcde")) == 10
    assert date_pairs("abcdefgh") == date_pairs("abcdefgh")[:MOST_PAIRS]
    assert date_pairs("a") == []


@pytest.mark.parametrize(("hours", "has_hour"), [([0], False), ([9], False), ([9, 17], True)])
def test_the_hour_is_a_feature_where_it_varies(hours, has_hour):
    frame = pl.DataFrame({"at": [datetime(2024, 1, 1, hours[i % len(hours)]) for i in range(6)]})
    frame = frame.with_columns(pl.col("at") + pl.duration(days=pl.int_range(6)))
    encoding = Encoding.fit(frame, Schema.infer(frame))
    assert ("at hour" in encoding.names) == has_hour
    if has_hour:
        codes = encoding.transform(
            pl.DataFrame({"at": [datetime(2025, 1, 1, 17), datetime(2025, 1, 1, 3), None]})
        )
        # Hours 9 and 17 were seen, 3 was not.
        assert codes.codes[:, -1].tolist() == [3, 1, 0]
        assert encoding.transform(pl.DataFrame({"at": [date(2025, 1, 1)]})).codes[0, -1] == 1


def test_dates_of_text_have_parts_and_ages_too():
    text = TWO.with_columns(pl.all().dt.to_string("%d.%m.%Y"))
    encoding = Encoding.fit(text, Schema.infer(text))
    expected = Encoding.fit(TWO, Schema.infer(TWO))
    assert encoding.numbers == expected.numbers
    np.testing.assert_array_equal(encoding.transform(text).codes, expected.transform(TWO).codes)


def test_an_encoding_without_ages_is_still_read():
    document = Encoding.fit(TWO.select("opened"), Schema.infer(TWO.select("opened"))).to_json()
    for number in document["numbers"]:
        del number["between"]
    assert Encoding.from_json(document).names[0] == "opened"


@pytest.mark.parametrize(
    "values", [[None] * 4, [date(2024, 1, 1)] * 4, [date(1, 1, 1), date(9999, 12, 31)] * 2]
)
def test_odd_columns_of_dates_are_safe(values):
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Date), "y": [0.5, 1.5, 2.5, 3.5]})
    columns = Encoding.fit(frame, Schema.infer(frame)).transform(frame)
    assert np.isfinite(columns.numbers).all()
