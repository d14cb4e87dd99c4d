import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.errors import TableError
from neurode.tables import Encoding, Schema
from neurode.tables.spelling import find_spelling, folded


def spelling_of(counts):
    text = pl.Series([word for word, count in counts.items() for _ in range(count)])
    return find_spelling(text.unique(), text)


@pytest.mark.parametrize(
    ("counts", "levels", "matching"),
    [
        ({"Own": 7, "OWN ": 2, "own": 1, "Rent": 5}, {"Own", "Rent"}, "folded"),
        ({"small  business": 1, "Small Business": 3}, {"Small Business"}, "folded"),
        ({"McDonald": 2, "MCDONALD": 5, "mcdonald": 1}, {"MCDONALD"}, "folded"),
        ({"y": 9, "Y": 8, "N": 3, "n": 9}, {"y", "n"}, "folded"),
        # One "M" in a thousand is a slip; as many as "m" are another unit.
        ({"m": 100, "M": 2, "h": 5}, {"m", "h"}, "folded"),
        ({"m": 10, "M": 8, "h": 5}, {"m", "M", "h"}, "exact"),
        # Codes in which the case is part of the code.
        ({"aB3": 4, "Ab3": 4, "x": 1}, {"aB3", "Ab3", "x"}, "exact"),
        ({"aB3": 4, "Ab3 ": 3, "Ab3": 1}, {"aB3", "Ab3"}, "exact"),
        ({"own-er": 1, "owner": 1}, {"own-er", "owner"}, "folded"),
        ({"STRASSE": 1, "Straße": 1}, {"STRASSE", "Straße"}, "folded"),
    ],
)
def test_levels_are_merged_where_only_case_and_blanks_differ(counts, levels, matching):
    spelling = spelling_of(counts)
    assert (set(spelling.levels), spelling.matching) == (levels, matching)


def test_the_note_names_what_was_merged():
    assert spelling_of({"Own": 7, "OWN": 2, "own ": 1}).note == "'OWN', 'own ' are read as 'Own'"
    assert spelling_of({"Own": 7, "Own ": 2}).note == ""
    many = {word: count for letter in "abc" for word, count in ((letter * 3, 2), (letter.upper() * 3, 1))}
    assert spelling_of(many).note.endswith("; 1 more level was written in several ways")


def test_equal_counts_are_told_apart_by_the_word():
    assert spelling_of({"b": 1, "own": 2, "OWN": 2}).levels.to_list().count("OWN") == 1


@given(st.lists(st.text(max_size=6), min_size=1, max_size=30))
def test_every_spelling_is_read_as_the_level_it_belongs_to(words):
    frame = pl.DataFrame({"x": words})
    schema = Schema.infer(frame, overrides={"x": "category"})
    column = schema["x"]
    read = schema.read(frame)["x"]
    assert set(read.drop_nulls()) == set(column.levels)
    assert read.null_count() == column.n_missing
    if column.matching == "folded":
        assert folded(read).equals(folded(frame["x"].set(frame["x"].str.strip_chars() == "", None)))
        assert len(set(folded(pl.Series(column.levels, dtype=pl.String)))) == len(column.levels)
    assert schema.read(frame.with_columns(read))["x"].equals(read)


def test_later_spellings_have_the_code_of_their_level():
    frame = pl.DataFrame({"home": ["Own"] * 5 + ["Rent"] * 4 + ["other", None]})
    encoding = Encoding.fit(frame, Schema.infer(frame))
    later = pl.DataFrame({"home": ["OWN", " rent ", "Other", "", "tent", "Own"] * 10})
    codes = encoding.transform(later).codes[:6, 0].tolist()
    assert codes == [2, 3, 4, 0, 1, 2]
    assert encoding.transform(later.head(6)).codes[:, 0].tolist() == codes


def test_levels_of_an_earlier_file_are_matched_as_they_are():
    document = Schema.infer(pl.DataFrame({"x": ["a", "b", "c"]})).to_json()
    for field in ("matching", "gap_words"):
        del document["columns"][0][field]
    schema = Schema.from_json(document)
    assert schema["x"].matching == "exact"
    assert schema.read(pl.DataFrame({"x": ["A", "a "]}))["x"].to_list() == ["A", "a"]


def test_a_column_of_blanks_is_constant():
    with pytest.raises(TableError, match="no column to learn from"):
        Encoding.fit(*(lambda frame: (frame, Schema.infer(frame)))(pl.DataFrame({"x": ["", " ", None]})))
