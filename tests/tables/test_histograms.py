from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.tables import Histogram, Schema, TopLevels, column_histograms
from neurode.tables.histograms import N_BINS, blocks


def spread_of(values, **overrides):
    frame = pl.DataFrame({"x": values})
    return column_histograms(frame, Schema.infer(frame, overrides=overrides)).get("x")


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [([1], "█"), ([0, 1], "▁█"), ([1, 1_000_000], "▂█"), ([0, 0], "▁▁"), ([], ""), ([1, 2, 4, 8], "▂▃▅█")],
)
def test_the_largest_count_is_the_full_height_and_none_is_flat(counts, drawn):
    assert blocks(counts) == drawn


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: x + 0.25), min_size=2, max_size=200))
def test_counts_equal_numpy_and_lose_no_row(values):
    spread = spread_of(values, x="number")
    assert sum(spread.counts) == len(values)
    assert list(np.diff(spread.edges) > 0) == [True] * len(spread.counts)
    clipped = np.clip(values, spread.edges[0], spread.edges[-1])
    assert spread.counts == tuple(np.histogram(clipped, spread.edges)[0].tolist())


def test_few_whole_numbers_have_a_bin_each():
    spread = spread_of([0, 1, 1, 4] * 5)
    assert spread == Histogram((-0.5, 0.5, 1.5, 2.5, 3.5, 4.5), (5, 10, 0, 0, 5))


def test_a_few_far_values_do_not_flatten_the_rest():
    values = np.r_[np.linspace(0, 1, 9_990), np.full(10, 1e9)]
    spread = spread_of(values)
    assert len(spread.counts) == N_BINS
    assert min(spread.counts) > 700
    assert sum(spread.counts) == len(values)


@pytest.mark.parametrize("values", [[0.5, float("inf"), 1.5, None], [0.5, float("nan"), 1.5, 1.5]])
def test_what_is_no_number_is_not_counted(values):
    assert sum(spread_of(values, x="number").counts) == sum(np.isfinite(x) for x in values if x is not None)


def test_dates_are_counted_in_days():
    spread = spread_of([date(1970, 1, 1) + timedelta(30 * i) for i in range(12)])
    assert (spread.edges[0], spread.edges[-1], spread.counts) == (0.0, 330.0, (1,) * 12)


def test_levels_are_shares_of_the_known_rows():
    spread = spread_of(["aa"] * 5 + ["AA "] + ["b"] * 2 + ["c", "c", "d", None, None])
    assert spread == TopLevels(("aa", "b", "c"), (6 / 11, 2 / 11, 2 / 11))
    assert str(TopLevels(("a", "b"), (0.9951, 0.0049))) == "a > 99 %, b < 1 %"


def test_columns_that_are_left_out_have_none():
    assert spread_of(["same"] * 9) is None
    assert spread_of([None] * 9, x="number") is None
    assert spread_of([f"id{i}" for i in range(30)]) is None


def test_a_long_column_is_counted_in_a_part_of_its_rows():
    spread = spread_of(np.random.default_rng(0).normal(size=250_000))
    assert sum(spread.counts) == 125_000


def test_the_largest_number_there_is_has_a_bin():
    frame = pl.DataFrame({"x": [0.0, 1.0, float(np.finfo(np.float64).max)]})
    histogram = column_histograms(frame, Schema.infer(frame))["x"]
    assert histogram.edges[-1] == np.finfo(np.float64).max
    assert histogram.counts[0] == 2
    assert histogram.counts[-1] == 1
