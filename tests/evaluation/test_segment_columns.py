import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import SegmentColumn, category_segments, number_segments


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.integers(-5, 5), st.none()), min_size=1, max_size=40), st.integers(1, 6))
def test_bins_cut_numbers_at_values_and_keep_gaps_apart(values, bins):
    numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
    column = number_segments("x", numbers, bins)
    missing = np.isnan(numbers)
    assert [column.labels[code] == "missing" for code in column.codes] == missing.tolist()
    known = numbers[~missing]
    codes = column.codes[~missing]
    assert len(np.unique(codes)) <= bins
    # Every bin is an interval: the order of the bins is that of the numbers, and equal numbers share one.
    for low in range(len(codes)):
        for high in range(len(codes)):
            if known[low] <= known[high]:
                assert codes[low] <= codes[high]
    assert set(column.codes.tolist()) == set(range(len(column.labels)))


def test_bins_have_about_equally_many_rows():
    column = number_segments("x", np.random.default_rng(0).normal(size=10_000))
    np.testing.assert_allclose(np.bincount(column.codes), 2000, atol=1)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 2, 3, 4], ("1 to 2", "> 2 to 4")),
        ([7, 7, 7], ("7",)),
        ([0, 0, 0, 1], ("0", "> 0 to 1")),
        ([12_500, 60_000, 1e6, 2.5e6], ("12,500 to 60,000", "> 60,000 to 2,500,000")),
        ([np.nan, np.nan], ("missing",)),
        ([0.00012, np.nan], ("0.00012", "missing")),
    ],
    ids=["plain", "constant", "mostly zero", "large", "all missing", "small"],
)
def test_bins_are_named_as_people_write_numbers(values, labels):
    assert number_segments("x", values, bins=2).labels == labels


def test_the_most_frequent_levels_are_told_apart_in_their_order():
    codes = [0] * 2 + [1] * 5 + [2] * 1 + [3] * 4 + [-1] * 3
    column = category_segments("grade", codes, ["A", "B", "C", "D", "never there"], most=2)
    assert column.labels == ("B", "D", "(others)", "missing")
    names = np.array(column.labels)[column.codes].tolist()
    assert names == ["(others)"] * 2 + ["B"] * 5 + ["(others)"] + ["D"] * 4 + ["missing"] * 3


def test_levels_without_a_row_are_no_segment():
    assert category_segments("grade", [1, 1, 3], ["A", "B", "C", "D"]).labels == ("B", "D")


def test_a_column_of_gaps_is_one_segment():
    assert category_segments("grade", [-1, -1], []).labels == ("missing",)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SegmentColumn("x", ("a",), np.array([0, 1])), ArgumentError, "codes from 0 to 1"),
        (lambda: SegmentColumn("x", ("a",), np.array([0.0])), ShapeError, "float64"),
        (lambda: SegmentColumn("x", ("a",), np.zeros((2, 2), int)), ShapeError, r"shape \(2, 2\)"),
        (lambda: category_segments("x", [0, 3], ["a"]), ArgumentError, "codes from 0 to 3"),
        (lambda: category_segments("x", [0], ["a"], most=0), ArgumentError, "most=0"),
        (lambda: number_segments("x", [1.0], bins=0), ArgumentError, "bins=0"),
    ],
    ids=["code", "kind", "shape", "level", "most", "bins"],
)
def test_columns_that_make_no_sense_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
