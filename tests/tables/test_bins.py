from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.errors import FileError
from neurode.tables.bins import LEAST_ROWS, CategoryBins, NumberBins

VALUES = st.lists(
    st.one_of(st.none(), st.integers(-3, 3), st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=300
)


def ordered(values):
    return np.sort(np.array([np.nan if value is None else value for value in values], np.float32))


def slow_counts(bins, values):
    known = [value for value in values.tolist() if not np.isnan(value)]
    bounds = [-np.inf, *bins.edges, np.inf]
    within = [sum(low < value <= high for value in known) for low, high in pairwise(bounds)]
    return [len(values) - len(known), *within]


@given(VALUES, VALUES)
def test_counts_are_those_of_a_plain_loop(training, later):
    bins = NumberBins.fit("x", ordered(training))
    assert list(bins.counts) == slow_counts(bins, ordered(training))
    assert bins.count(ordered(later)).tolist() == slow_counts(bins, ordered(later))


@given(VALUES)
def test_no_bin_of_a_handful_of_rows_is_kept(training):
    bins = NumberBins.fit("x", ordered(training)).checked()
    assert len(bins.edges) == 0 or min(bins.counts[1:]) >= LEAST_ROWS
    assert len(bins.counts) <= 11


def test_distinct_values_are_cut_into_tenths():
    values = np.random.default_rng(0).normal(size=1_000).astype(np.float32)
    bins = NumberBins.fit("x", np.sort(values))
    assert bins.counts == (0, *[100] * 10)
    np.testing.assert_allclose(bins.edges, np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf"))


def test_tied_values_share_a_bin():
    values = np.repeat(np.array([0, 1, 2, 3], np.float32), [700, 100, 100, 100])
    bins = NumberBins.fit("x", values)
    assert bins.edges == (0.0, 1.0, 2.0)
    assert bins.counts == (0, 700, 100, 100, 100)


def test_nine_rows_are_one_bin():
    assert NumberBins.fit("x", np.arange(9, dtype=np.float32)).counts == (0, 9)


def test_gaps_alone_have_no_edges():
    assert NumberBins.fit("x", np.full(20, np.nan, np.float32)) == NumberBins("x", (), (20, 0))


CODES = st.lists(st.integers(0, 400), min_size=2, max_size=60)


@given(CODES)
def test_every_level_has_a_bin_and_no_bin_a_handful_of_rows(counts):
    by_code = np.array(counts)
    by_code[1] = 0
    bins = CategoryBins.fit("x", by_code).checked()
    assert len(bins.groups) == len(by_code)
    assert sum(bins.counts) == by_code.sum()
    assert bins.groups[:2] == (0, 1)
    assert bins.counts[0] == by_code[0]
    if by_code[2:].sum() >= LEAST_ROWS:
        assert all(count >= LEAST_ROWS for count in bins.counts[2:])
        assert bins.counts[1] == 0 or bins.counts[1] >= LEAST_ROWS


def test_frequent_levels_have_bins_of_their_own_and_rare_ones_share():
    bins = CategoryBins.fit("x", np.array([10, 0, 500, 6, 470, 8, 6]))
    assert bins.groups == (0, 1, 2, 1, 3, 1, 1)
    assert bins.counts == (10, 20, 500, 470)


def test_many_rare_levels_share_bins_of_a_twentieth():
    # A thousand levels of a thousandth each: one bin for all of them would not see any shift.
    bins = CategoryBins.fit("zip", np.array([0, 0, *[10] * 1_000]))
    assert bins.counts == (0, *[500] * 20)
    assert bins.groups[2:] == tuple(1 + place // 50 for place in range(1_000))


def test_unseen_levels_count_to_the_rare():
    bins = CategoryBins.fit("x", np.array([0, 0, 50, 50]))
    assert bins.count(np.array([1, 7, 3, 4])).tolist() == [1, 7, 3, 4]


@pytest.mark.parametrize(
    ("bins", "problem"),
    [
        (NumberBins("x", (1.0, 1.0), (0, 9, 9, 9)), "do not increase"),
        (NumberBins("x", (1.0,), (0, 9)), "do not fit"),
        (NumberBins("x", (1.0,), (0, 9, -1)), "do not fit"),
        (CategoryBins("x", (0, 1, 2), (0, 1)), "do not fit"),
        (CategoryBins("x", (0, 1, -1), (0, 1)), "without a bin"),
        (CategoryBins("x", (), (1,)), "without a bin"),
    ],
)
def test_edited_bins_are_refused(bins, problem):
    with pytest.raises(FileError, match=problem):
        bins.checked()
