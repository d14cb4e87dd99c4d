"""Dates written as text: ISO, and the common day, month and year forms where they are unambiguous."""

import polars as pl

DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
)
MONTHS = ("%Y-%m", "%m/%Y", "%b-%Y", "%b %Y", "%B-%Y", "%B %Y")
"""Dates to the month, which stand for its first day."""

DATETIMES = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)


def read_dates(text: pl.Series, format: str) -> pl.Series:
    """The dates (or moments, in UTC and without a zone); null where a value is not of the format.

    Example:
        >>> read_dates(pl.Series(["24.12.2025", "soon"]), "%d.%m.%Y").to_list()
        [datetime.date(2025, 12, 24), None]
    """
    text = text.str.strip_chars()
    if format in MONTHS:
        return ("01 " + text).str.to_date(f"%d {format}", strict=False)
    if "%H" not in format:
        return text.str.to_date(format, strict=False)
    moments = text.str.to_datetime(format, strict=False, time_unit="us")
    return moments.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if "%#z" in format else moments


def find_date_formats(text: pl.Series) -> list[str]:
    """Every format in which all values are dates; more than one where day and month cannot be told apart.

    Example:
        >>> find_date_formats(pl.Series(["2025-12-24"]))
        ['%Y-%m-%d']
        >>> find_date_formats(pl.Series(["03/04/2025"]))
        ['%d/%m/%Y', '%m/%d/%Y']
        >>> find_date_formats(pl.Series(["03/04/2025", "24/12/2025"]))
        ['%d/%m/%Y']
        >>> find_date_formats(pl.Series(["Dec-2018", "Aug-2003"]))
        ['%b-%Y']
    """
    text = text.drop_nulls().str.strip_chars()
    # Four digits in a row, the year, rule out most text before any parsing.
    if text.is_empty() or not text.head(100).str.contains(r"\d{4}").all():
        return []
    found = [
        name for name in DATES + MONTHS + DATETIMES if _reads(text.head(100), name) and _reads(text, name)
    ]
    # Abbreviated and full month names are the same in May; either reads it right.
    return [name for name in found if name.replace("%B", "%b") not in found or "%B" not in name]


def _reads(text: pl.Series, format: str) -> bool:
    dates = read_dates(text, format)
    # "Dec-2018" is no December of the year -2018.
    return dates.null_count() == 0 and bool(dates.dt.year().is_between(1, 9999).all())
