import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import roc_auc_score

from neurode.tables.leakage import (
    Sample,
    _told_by_rank,
    association,
    average_ranks,
    bin_codes,
    level_codes,
    only_class,
    roc_auc,
    value_of_class,
)

N = 400
RNG = np.random.default_rng(0)
HALVES = np.arange(N) % 2 == 0
CLASSES = Sample(RNG.integers(0, 2, N), None)
FOUR = Sample(np.arange(N) // 100, None)
NUMBER = Sample(None, average_ranks(RNG.normal(size=N)))


@given(st.lists(st.floats(-9, 9).map(lambda x: round(x, 1)), min_size=1))
def test_ranks_equal_scipy(values):
    np.testing.assert_array_equal(average_ranks(np.array(values)), rankdata(values))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2))
def test_the_area_equals_scikit_learn(pairs):
    positive, scores = np.array([pair[0] for pair in pairs]), np.array([float(pair[1]) for pair in pairs])
    expected = roc_auc_score(positive, scores) if 0 < positive.sum() < len(positive) else 0.5
    assert roc_auc(positive, scores) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_copy_of_the_target_tells_it(sign):
    assert association(pl.Series(sign * 3.0 * CLASSES.codes), CLASSES, HALVES) == 1
    assert association(pl.Series(sign * NUMBER.ranks**3), NUMBER, HALVES) == pytest.approx(1)
    assert association(pl.Series(FOUR.codes * 1.0), FOUR, HALVES) == 1
    assert association(pl.Series([f"class {code}" for code in FOUR.codes]), FOUR, HALVES) == 1


@pytest.mark.parametrize("sample", [CLASSES, FOUR, NUMBER])
def test_chance_tells_little(sample):
    for values in (RNG.normal(size=N), RNG.permutation(N).astype(str), RNG.integers(0, 3, N).astype(str)):
        assert association(pl.Series(values), sample, HALVES) < 0.7


def test_many_levels_do_not_tell_what_they_only_remember():
    # In sample, a level a row is a perfect predictor.
    assert association(pl.Series([f"id {i}" for i in range(N)]), CLASSES, HALVES) == pytest.approx(0.5)


def test_a_number_that_tells_from_its_middle_is_found():
    middle = np.where(
        CLASSES.codes == 1, RNG.uniform(-0.1, 0.1, N), RNG.choice([-1, 1], N) * RNG.uniform(0.2, 1, N)
    )
    assert roc_auc(CLASSES.codes == 1, middle) < 0.6
    assert association(pl.Series(middle), CLASSES, HALVES) > 0.99


def test_gaps_count_as_a_level():
    gaps = np.where(CLASSES.codes == 1, np.nan, RNG.normal(size=N))
    assert association(pl.Series(gaps, nan_to_null=True), CLASSES, HALVES) == 1


def test_rank_correlation_equals_scipy_over_known_rows():
    values = RNG.normal(size=N) + NUMBER.ranks / 100
    values[:100] = np.nan
    expected = spearmanr(values[100:], NUMBER.ranks[100:]).statistic
    assert _told_by_rank(values, NUMBER) == pytest.approx(expected)
    assert association(pl.Series(values), NUMBER, HALVES) >= expected - 1e-12


def test_bins_hold_about_equally_many_rows():
    codes = bin_codes(np.r_[RNG.normal(size=6_400), np.full(100, np.nan)])
    counts = np.bincount(codes)
    assert counts[0] == 100
    assert len(counts) == 65
    assert set(counts[1:]) <= {99, 100, 101}


def test_level_codes_number_levels_as_they_come():
    assert level_codes(pl.Series([True, None, False, True])).tolist() == [1, 0, 2, 1]
    assert level_codes(pl.Series([None, None], dtype=pl.String)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (FOUR.codes == 2, 2),
        ((FOUR.codes == 2) & (np.arange(N) < 225), 2),
        # 15 rows may be of one class by chance, and two classes are two.
        ((FOUR.codes == 2) & (np.arange(N) < 215), None),
        (FOUR.codes >= 2, None),
        (np.zeros(N, bool), None),
    ],
)
def test_rows_of_one_class_alone_are_found(rows, expected):
    assert only_class(rows, FOUR) == expected


def test_most_rows_are_of_a_frequent_class_by_chance():
    frequent = Sample((np.arange(N) >= 392).astype(int), None)
    assert only_class(np.arange(N) < 100, frequent) is None


def test_a_value_of_one_class_alone_is_found():
    codes = np.where(FOUR.codes == 1, 7, 1 + np.arange(N) % 5)
    assert value_of_class(codes, FOUR) == (7, 1)
    # The usual value everywhere is no news, and neither is a gap.
    assert value_of_class(np.where(FOUR.codes == 1, 7, np.where(np.arange(N) % 3 == 0, 1, 7)), FOUR) is None
    assert value_of_class(np.where(FOUR.codes == 1, 0, 1 + np.arange(N) % 5), FOUR) is None
    assert value_of_class(codes, NUMBER) is None
