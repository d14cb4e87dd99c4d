"""Text columns: whether the text is numbers or dates, and what stands for a gap among them."""

from dataclasses import dataclass

import polars as pl

from neurode.errors import listed
from neurode.tables.columns import Kind, Matching
from neurode.tables.spelling import find_spelling
from neurode.tables.text_dates import find_date_formats, read_dates
from neurode.tables.text_numbers import NumberFormat, read_numbers

NULL_WORDS = ("", "na", "n/a", "nan", "null", "none", "?", "nat", "<na>")
"""Words that mean a gap wherever a number or a date belongs, in lower case."""

MOST_STRAY_ROWS = 0.05
MOST_STRAY_WORDS = 5
"""Up to 5 % of the values and 5 different words among numbers are gaps; beyond, the column is words."""


@dataclass(frozen=True)
class Reading:
    """What the distinct words of a column turned out to be.

    Args:
        values: The distinct values: floats, dates, moments, or the words that name levels.
        n_gaps: Rows whose word stands for a gap.
        format: Of numbers or dates; empty for words.
        notes: What to say about it.
        matching: How words are found among the levels.
        gap_words: The words that stand for gaps, without those that always do.
    """

    values: pl.Series
    n_gaps: int = 0
    format: str = ""
    notes: tuple[str, ...] = ()
    matching: Matching = "exact"
    gap_words: tuple[str, ...] = ()


def read_words(text: pl.Series, kind: Kind | None = None) -> Reading:
    """The best reading of a text column.

    Args:
        text: The values, none of them missing.
        kind: What a person decided that the column is; None to find out.

    Example:
        >>> reading = read_words(pl.Series(["12", "7", "30"] * 30 + ["unknown"]))
        >>> sorted(reading.values), reading.notes
        ([7.0, 12.0, 30.0], ('text read as numbers', "1 value is a word ('unknown'): read as a gap"))
    """
    words = text.unique()
    notes: list[str] = []
    # Two words are a flag whatever they look like, unless a person said otherwise.
    if (kind is None and words.len() > 2) or kind in {"number", "date"}:
        strays = _strays_in(text, words)
        known = words if strays is None else words.filter(~find_strays(words))
        numbers = None if kind == "date" else read_numbers(known)
        if numbers:
            format, values = numbers
            return _reading(values.unique(), format.example, _about_numbers(format), strays)
        formats = [] if kind == "number" else find_date_formats(known)
        if len(formats) == 1 or (formats and kind == "date"):
            dates = read_dates(known, formats[0]).unique()
            return _reading(dates, formats[0], f"text read as dates: {formats[0]}", strays)
        if formats:
            notes.append(f"dates, but {' or '.join(formats)} cannot be told apart; kept as words")
    return _as_levels(text, words, notes)


def find_strays(words: pl.Series) -> pl.Series:
    """Of words among numbers or dates, those that can be neither: without any digit.

    Example:
        >>> find_strays(pl.Series(["12", "tbd", "5 %"])).to_list()
        [False, True, False]
    """
    return ~words.str.contains(r"\d")


def is_null_word(words: pl.Series) -> pl.Series:
    """Whether each word always means a gap."""
    return words.str.strip_chars().str.to_lowercase().is_in(NULL_WORDS)


def _strays_in(text: pl.Series, words: pl.Series) -> pl.DataFrame | None:
    """The words without a digit and their rows, where they are few enough to be gaps among the others."""
    # Every word that always is a gap is one without a digit.
    without_digit = words.filter(find_strays(words))
    if without_digit.len() > MOST_STRAY_WORDS + 3 * len(NULL_WORDS):
        return None
    rows = text.filter(text.is_in(without_digit.implode()))
    counts = (
        rows.alias("word").value_counts(name="rows", sort=True).sort("rows", "word", descending=[True, False])
    )
    counts = counts.with_columns(null=is_null_word(counts["word"]))
    strays = counts.filter(~pl.col("null"))
    n_values = text.len() - rows.len() + int(strays["rows"].sum())
    few = strays.height <= MOST_STRAY_WORDS and strays["rows"].sum() <= MOST_STRAY_ROWS * n_values
    return counts if few else None


def _reading(values: pl.Series, format: str, note: str, strays: pl.DataFrame | None) -> Reading:
    if strays is None:
        return Reading(values, format=format, notes=(note,))
    n_gaps = int(strays["rows"].sum())
    strays = strays.filter(~pl.col("null"))
    words = tuple(dict.fromkeys(strays["word"].str.strip_chars()))
    return Reading(values, n_gaps, format, (note, *_about_strays(strays)), gap_words=words)


def _about_strays(strays: pl.DataFrame) -> list[str]:
    count = int(strays["rows"].sum())
    if not count:
        return []
    words = listed(strays["word"].to_list(), 3)
    if count == 1:
        return [f"1 value is a word ({words}): read as a gap"]
    return [f"{count:,} values are words ({words}): read as gaps"]


def _about_numbers(format: NumberFormat) -> str:
    special = format.description
    return "text read as numbers" + ("" if special == "plain digits" else f": {special}")


def _as_levels(text: pl.Series, words: pl.Series, notes: list[str]) -> Reading:
    blank = words.filter(words.str.strip_chars() == "")
    n_blank = 0 if blank.is_empty() else int(text.is_in(blank.implode()).sum())
    if n_blank:
        text, words = (each.filter(each.str.strip_chars() != "") for each in (text, words))
    spelling = find_spelling(words, text)
    notes += [spelling.note] if spelling.note else []
    notes += _about_numbers_among(text, words)
    return Reading(spelling.levels, n_blank, notes=tuple(notes), matching=spelling.matching)


def _about_numbers_among(text: pl.Series, words: pl.Series) -> list[str]:
    numbers = words.str.contains(r"^\s*-?\d+(\.\d*)?\s*$")
    # Codes with leading zeros only look like numbers.
    if words.len() <= 2 or not numbers.any() or numbers.all() or words.str.contains(r"^\s*0\d").any():
        return []
    others = words.filter(~numbers)
    share = text.is_in(others.implode()).sum() / text.len()
    if share >= 0.5:
        return []
    examples = listed(others.sort().to_list(), 3)
    return [f"mostly numbers, but {100 * share:.2g} % are words ({examples}): read as words"]
