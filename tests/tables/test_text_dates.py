from datetime import date, datetime

import polars as pl
import pytest

from neurode.tables.text_dates import find_date_formats, read_dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-24", date(2025, 12, 24)),
        ("24.12.2025", date(2025, 12, 24)),
        ("24/12/2025", date(2025, 12, 24)),
        ("12/24/2025", date(2025, 12, 24)),
        ("24 Dec 2025", date(2025, 12, 24)),
        ("May 5, 2025", date(2025, 5, 5)),
        ("December 24, 2025", date(2025, 12, 24)),
        ("2025-12-24 18:30:00", datetime(2025, 12, 24, 18, 30)),
        ("2025-12-24T18:30:00.250", datetime(2025, 12, 24, 18, 30, 0, 250_000)),
        ("2025-12-24T18:30:00+02:00", datetime(2025, 12, 24, 16, 30)),
        ("24.12.2025 18:30", datetime(2025, 12, 24, 18, 30)),
    ],
)
def test_dates_in_text_are_read(text, expected):
    values = pl.Series([text, None])
    (format,) = find_date_formats(values)
    assert read_dates(values, format).to_list() == [expected, None]


@pytest.mark.parametrize("text", ["soon", "2025", "202512", "1,234", "2025-13-01"])
def test_what_is_no_date_stays_text(text):
    assert find_date_formats(pl.Series([text])) == []


def test_day_and_month_that_cannot_be_told_apart_give_both_formats():
    assert find_date_formats(pl.Series(["03/04/2025"])) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert find_date_formats(pl.Series(["03/04/2025", "03/13/2025"])) == ["%m/%d/%Y"]
