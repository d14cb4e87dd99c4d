import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.tables.text_numbers import FORMATS, NumberFormat, find_number_format, read_numbers


@pytest.mark.parametrize(
    ("text", "example", "numbers"),
    [
        (["1,234", "999"], "1,234.5", [1234, 999]),
        (["1,234,567.8"], "1,234.5", [1234567.8]),
        (["1 234,5", "2"], "1 234,5", [1234.5, 2]),
        (["1\u202f234", "1\u00a0000"], "1 234.5", [1234, 1000]),
        (["1'234.5"], "1'234.5", [1234.5]),
        (["1.234,5", "7"], "1.234,5", [1234.5, 7]),
        (["1,5", "2,25"], "1.234,5", [1.5, 2.25]),
        # Points alone are decimal points, commas in threes alone are thousands.
        (["1.234", "2.5"], "1234.5", [1.234, 2.5]),
        (["12.5%", "3 %"], "1234.5%", [12.5, 3]),
        (["$1,200", "$7"], "$1,234.5", [1200, 7]),
        (["USD 5", "USD 1,000"], "USD1,234.5", [5, 1000]),
        (["(1,234)", "5", "($3)"], None, None),
        (["(1,234)", "5", "-6", "−7", "+8"], "1,234.5", [-1234, 5, -6, -7, 8]),
        ([" 1e-5 ", "2"], "1234.5", [1e-5, 2]),
        (["36 months", "1 month"], "1234.5 months", [36, 1]),
        (["10+ years", "< 1 year", "2 years"], "1234.5+ years", [10, 1, 2]),
        (["1,200kg", "85 KG"], "1,234.5 kg", [1200, 85]),
        (["65+", "18", "<= 5", "> 3"], "1234.5+", [65, 18, 5, 3]),
    ],
)
def test_numbers_in_text_are_read(text, example, numbers):
    found = find_number_format(pl.Series(text))
    assert (found and found.example) == example
    if found:
        assert found.read(pl.Series(text)).to_list() == numbers


@pytest.mark.parametrize(
    "text",
    [
        ["12%", "0.12"],  # which of them is a percentage is anyone's guess
        ["$1", "€2"],
        ["007", "12"],  # leading zeros make a code
        ["1,234", "many"],
        ["12,34,567"],
        ["192.168.1.1"],
        ["2025-01-01"],
        ["A1"],
        ["1 kg", "2"],  # the second may be pounds
        ["1 kg", "2 miles"],
        ["1 old kg", "2 old kg"],
        ["+", "5"],
        ["-"],
        [None],
        [],
    ],
)
def test_what_is_not_all_numbers_stays_text(text):
    assert find_number_format(pl.Series(text, dtype=pl.String)) is None


@pytest.mark.parametrize("unit", ["", "$", "%", "EUR", "years", "km/h"])
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("known", FORMATS)
def test_a_format_is_found_again_from_its_example(known, unit, bounded):
    format = NumberFormat(known.thousands, known.decimal, unit, bounded)
    assert NumberFormat.from_example(format.example) == format
    assert format.read(pl.Series([format.example])).to_list() == [1234.5]
    if format.decimal == "." or format.thousands:
        assert find_number_format(pl.Series([format.example])) == format


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.sampled_from([",", "'", " "]))
def test_whole_numbers_survive_being_written(numbers, thousands):
    text = pl.Series([f"{number:,}".replace(",", thousands) for number in numbers])
    assert find_number_format(text).read(text).to_list() == numbers


def test_a_number_typed_without_its_unit_is_read_too():
    assert NumberFormat(",", ".", "$").read(pl.Series(["1200", "$5", "£5", None])).to_list() == [
        1200,
        5,
        None,
        None,
    ]


@given(
    st.lists(st.text("0123456789.,'+-−() $%<kg\u00a0", max_size=8), max_size=20),
    st.sampled_from(
        [*FORMATS, NumberFormat(",", ".", "$"), NumberFormat(unit="kg"), NumberFormat(bounded=True)]
    ),
)
def test_the_quick_look_gives_what_the_close_one_gives(values, format):
    text = pl.Series(values, dtype=pl.String)
    assert format.read(text).to_list() == format._read_closely(text).to_list()


def test_numbers_are_read_in_one_go_or_not_at_all():
    format, numbers = read_numbers(pl.Series([f"{i}%" for i in range(5_000)]))
    assert (format.unit, numbers.sum()) == ("%", sum(range(5_000)))
    assert read_numbers(pl.Series([f"{i}%" for i in range(5_000)] + ["7"])) is None
    assert read_numbers(pl.Series([str(i) for i in range(1, 5_000)] + ["007"])) is None
