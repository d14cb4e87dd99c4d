import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.tables import CategoryEncoding, Encoding, Schema
from neurode.tables.arrays import encoded
from neurode.tables.levels import LEAST_ROWS, MOST_LEVELS, RARE, fit_levels


def shops(counts):
    return pl.DataFrame({"shop": [name for name, count in counts.items() for _ in range(count)]})


MANY = {f"s{i:03}": 4 + i % 3 for i in range(140)}


def test_rare_levels_of_many_share_a_code():
    frame = shops({**MANY, "x1": 1, "x2": 3})
    encoding = Encoding.fit(frame, Schema.infer(frame))
    (category,) = encoding.categories
    assert category.levels == (*sorted(MANY), RARE)
    codes = encoding.transform(pl.DataFrame({"shop": ["x1", "x2", "never seen", "s000", None]})).codes[:, 0]
    assert codes.tolist() == [142, 142, 142, 2, 0]


def test_few_levels_are_all_kept():
    frame = shops({f"s{i}": 1 + i for i in range(100)})
    assert RARE not in Encoding.fit(frame, Schema.infer(frame)).categories[0].levels
    frame = shops({f"s{i}": 1 + i for i in range(101)})
    assert Encoding.fit(frame, Schema.infer(frame)).categories[0].has_rare


def test_many_levels_without_a_rare_one_have_no_rare_slot():
    frame = shops(MANY)
    (category,) = Encoding.fit(frame, Schema.infer(frame)).categories
    assert (category.has_rare, category.other_code, len(category.levels)) == (False, 1, 140)


def test_the_most_frequent_ten_thousand_are_kept():
    words = pl.Series([f"w{i:05}" for i in range(MOST_LEVELS + 5) for _ in range(LEAST_ROWS + (i > 9))])
    levels = fit_levels(words, numeric=False)
    assert len(levels) == MOST_LEVELS + 1
    assert levels[-1] == RARE
    # Of the ten less frequent ones, the first five by name stay.
    assert levels[:6] == ("w00000", "w00001", "w00002", "w00003", "w00004", "w00010")


def test_rarity_is_told_by_training_rows_alone():
    frame = shops({**MANY, "x": 9})
    rows = np.flatnonzero(frame["shop"] != "x")
    (category,) = Encoding.fit(frame, Schema.infer(frame), rows=rows).categories
    assert "x" not in category.levels


def test_a_level_that_is_called_rare_is_one_of_them():
    frame = shops({**MANY, RARE: 9})
    (category,) = Encoding.fit(frame, Schema.infer(frame)).categories
    assert category.levels == (*sorted(MANY), RARE)


@given(
    st.lists(st.one_of(st.none(), st.sampled_from([*"abcdefgh", "Z", RARE])), min_size=1),
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.booleans(),
)
def test_codes_equal_a_dictionary(words, levels, rare):
    category = CategoryEncoding("x", (*levels, RARE) if rare else tuple(levels))
    slow = {level: 2 + place for place, level in enumerate(category.levels)}
    other = 1 + len(category.levels) if rare else 1
    expected = [0 if word is None else slow.get(word, other) for word in words]
    assert category.codes(pl.Series(words, dtype=pl.String)).tolist() == expected
    schema = Schema.infer(pl.DataFrame({"x": ["a", "b", "c"]}))
    frame = pl.DataFrame({"x": pl.Series(words, dtype=pl.String)})
    assert encoded(frame, schema, (), (category,)).codes[:, 0].tolist() == expected


@pytest.mark.parametrize(
    "dtype", [pl.Int8, pl.Int64, pl.UInt64, pl.Int128, pl.Float32, pl.Float64, pl.String]
)
@given(
    st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=3, max_size=60),
    st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=60),
)
def test_whole_numbers_have_one_code_in_every_type(dtype, first, later):
    if dtype == pl.UInt64:
        first, later = ([None if x is None else abs(x) for x in values] for values in (first, later))
    frame = pl.DataFrame({"x": pl.Series(first, dtype=pl.Int64)})
    schema = Schema.infer(frame, overrides={"x": "category"})
    encoding = Encoding.fit(frame, schema)
    levels = sorted({x for x in first if x is not None})
    assert encoding.categories[0].levels == tuple(map(str, levels))
    expected = [0 if x is None else levels.index(x) + 2 if x in levels else 1 for x in later]
    values = pl.DataFrame({"x": pl.Series(later, dtype=pl.Int64).cast(dtype)})
    assert encoded(values, schema, (), encoding.categories).codes[:, 0].tolist() == expected
    assert encoding.transform(values).codes[:, 0].tolist() == expected


def test_long_tables_in_threads_equal_short_ones():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "x": rng.normal(size=30_000),
            "n": rng.integers(0, 9, 30_000),
            "w": rng.choice(["a", "B ", "b", "B"], 30_000),
            "d": pl.Series(rng.integers(0, 9_000, 30_000)).cast(pl.Int32).cast(pl.Date),
        }
    )
    encoding = Encoding.fit(frame, Schema.infer(frame, overrides={"n": "category"}))
    whole = encoding.transform(frame)
    parts = [encoding.transform(part) for part in frame.iter_slices(10_000)]
    np.testing.assert_array_equal(whole.numbers, np.concatenate([part.numbers for part in parts]))
    np.testing.assert_array_equal(whole.codes, np.concatenate([part.codes for part in parts]))
