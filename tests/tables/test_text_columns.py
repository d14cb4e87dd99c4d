import polars as pl
import pytest

from neurode.errors import TableError
from neurode.tables import Schema


def column_of(values, **overrides):
    return Schema.infer(pl.DataFrame({"x": values}), overrides=overrides)["x"]


def read(first, later, **overrides):
    schema = Schema.infer(pl.DataFrame({"x": first}), overrides=overrides)
    return schema.read(pl.DataFrame({"x": later}))["x"].to_list()


NUMBERS = [str(3 * i) for i in range(60)]


def test_few_words_among_numbers_are_gaps():
    column = column_of([*NUMBERS, "unknown", "tbd", "unknown", None])
    assert (column.kind, column.n_missing, column.n_unique) == ("number", 4, 60)
    assert column.gap_words == ("unknown", "tbd")
    assert column.notes == (
        "text read as numbers",
        "3 values are words ('unknown', 'tbd'): read as gaps",
    )


@pytest.mark.parametrize(("n_words", "dtype"), [(3, "float"), (4, "text")])
def test_up_to_a_twentieth_of_the_values_may_be_words(n_words, dtype):
    # 3 of 60 are 5 %; 4 of 60 are more.
    assert column_of([*NUMBERS[: 60 - n_words], *["unknown"] * n_words]).dtype == dtype


def test_many_words_among_numbers_make_words():
    column = column_of([*NUMBERS[:20], "low", "high"] * 3)
    assert column.kind == "category"
    assert column.notes == ("mostly numbers, but 9.1 % are words ('high', 'low'): read as words",)


def test_many_different_words_make_words():
    column = column_of([*NUMBERS * 5, *(f"word{letter}" for letter in "abcdef")])
    assert column.kind == "category"


def test_null_words_are_gaps_without_a_note():
    column = column_of([*["5", "7", "9"] * 3, "n/a", "N/A", "", " ? ", "None"])
    assert (column.kind, column.n_missing, column.gap_words) == ("number", 5, ())
    assert column.notes == ("text read as numbers",)


def test_words_among_dates_are_gaps():
    days = [f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(60)]
    column = column_of([*days, "pending"])
    assert (column.kind, column.dtype, column.n_missing) == ("date", "date", 1)
    assert read([*days, "pending"], ["2025-01-01", "pending", "unknown"])[1:] == [None, None]


def test_later_words_are_gaps_where_the_first_table_had_some():
    assert read([*NUMBERS, "unknown"], ["7", "unknown", "TBD", "n/a"]) == [7.0, None, None, None]
    with pytest.raises(TableError, match="holds '7 x', which is not a number"):
        read([*NUMBERS, "unknown"], ["7 x"])
    with pytest.raises(TableError, match="holds 'TBD', which is not a number"):
        read(NUMBERS, ["7", "TBD"])


@pytest.mark.parametrize(
    ("values", "format", "note", "numbers"),
    [
        (["36 months", "60 months", "12 months"], "1234.5 months", "in months", [36, 60, 12]),
        (
            ["10+ years", "< 1 year", "2 years", "1 year"], "1234.5+ years",
            "in years, bounds such as 10+ as the bare number", [10, 1, 2, 1],
        ),
        (["5+", "1", "2", "3"], "1234.5+", "bounds such as 10+ as the bare number", [5, 1, 2, 3]),
        ([" 1,200 kg", "85kg", "9 KG"], "1,234.5 kg", "thousands separators, in kg", [1200, 85, 9]),
    ],
)  # fmt: skip
def test_numbers_with_one_unit_are_numbers(values, format, note, numbers):
    column = column_of(values)
    assert (column.kind, column.format.lower()) == ("number", format.lower())
    assert column.notes == (f"text read as numbers: {note}",)
    assert read(values, values) == numbers


@pytest.mark.parametrize(
    "values",
    [
        ["36 months", "3 years", "5 years"],
        ["1st", "2nd", "3rd"],
        ["small", "medium", "large"],
        ["5 kg", "7", "9 kg"],
        ["12 main street", "14 main street", "3 main street"],
        ["A1", "B2", "C3"],
    ],
)
def test_other_words_stay_words(values):
    assert column_of(values).kind == "category"


def test_a_unit_may_be_left_out_later():
    assert read(["36 months", "60 months", "12 months"], ["24", "1 month", None]) == [24.0, 1.0, None]
    assert read(["36 months", "60 months", "12 months"], [24]) == [24]
    with pytest.raises(TableError, match="holds '3 years', which is not a number"):
        read(["36 months", "60 months", "12 months"], ["3 years"])


def test_two_words_are_a_flag_whatever_they_look_like():
    column = column_of(["36 months", "60 months", "60 months"])
    assert (column.kind, column.levels) == ("flag", ("36 months", "60 months"))


@pytest.mark.parametrize(
    "words", [("yes", "no"), ("Y", "N"), ("true", "false"), ("t", "f"), ("on", "off"), ("YES ", "No")]
)
def test_yes_and_no_are_flags_in_every_spelling(words):
    column = column_of([*words] * 3 + [words[0].upper(), words[1].lower()])
    assert (column.kind, len(column.levels)) == ("flag", 2)
    assert read([*words] * 3, [words[0].upper(), f" {words[1].lower()}"]) == [word.strip() for word in words]


def test_a_flag_of_numbers_in_text_knows_its_gaps():
    values = ["1", "0", "n/a"] * 10
    column = column_of(values)
    assert (column.kind, column.levels, column.n_missing) == ("flag", ("0", "1"), 10)
    assert read(values, ["1", "N/A", "0.0", None]) == ["1", None, "0", None]
    assert read(["1,000", "2,000", "n/a"] * 10, ["2,000", "1000", "n/a"]) == ["2000", "1000", None]


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (["Dec-2018", "Aug-2003", "May-2011"], "2003-08-01"),
        (["2018-12", "2003-08"], None),
        (["2018-12", "2003-08", "2011-05"], "2003-08-01"),
        (["12/2018", "08/2003", "05/2011"], "2003-08-01"),
        (["December 2018", "August 2003", "May 2011"], "2003-08-01"),
    ],
)
def test_months_are_dates(values, first):
    column = column_of(values)
    assert column.kind == ("date" if first else "flag")
    assert column.minimum == first


def test_a_format_that_shows_later_is_found():
    values = [f"{i}" for i in range(1, 1_500)] + ["1,234,567"]
    assert column_of(values).format == "1,234.5"
    assert column_of([*values[:-1], "12 kg"]).kind in {"category", "id"}
    assert column_of([f"${i}" for i in range(1, 1_500)] + ["7"]).kind in {"category", "id"}
