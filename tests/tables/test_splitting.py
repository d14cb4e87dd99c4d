import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.errors import ArgumentError, TableError
from neurode.tables import stratified_split

COUNTS = st.lists(st.integers(3, 60), min_size=1, max_size=8)
FRACTIONS = st.sampled_from(
    [(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.34, 0.33, 0.33), (0.7, 0.3, 0.0), (0.98, 0.01, 0.01)]
)


@given(COUNTS, FRACTIONS, st.integers(0, 5))
def test_every_class_is_in_every_part_in_its_share(counts, fractions, seed):
    codes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    split = stratified_split(codes, fractions=fractions, seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(codes.size))
    for part, fraction in zip(split, fractions):
        assert (np.diff(part) > 0).all()
        found = np.bincount(codes[part], minlength=len(counts))
        assert (found >= (fraction > 0)).all()
        # Within one row of the share, or the one row that a small class owes to each other part.
        assert (abs(found - np.array(counts) * fraction) < 3).all()


@given(st.integers(1, 50))
def test_rounding_does_not_add_up_over_classes(n_classes):
    # 10 rows a class are 7, 1.5 and 1.5: half of the classes have to round the other way.
    split = stratified_split(np.repeat(np.arange(n_classes), 10))
    assert abs(split.train.size - 7 * n_classes) <= 1
    assert abs(split.validation.size - split.test.size) <= 2


def test_the_seed_decides():
    codes = np.arange(100) % 2
    first, same, other = (stratified_split(codes, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, same))
    assert (first.train != other.train).any()


def test_every_row_is_as_likely_to_be_tested():
    codes = np.arange(20) % 2
    tested = np.zeros(20)
    for seed in range(400):
        tested[stratified_split(codes, fractions=(0.5, 0.25, 0.25), seed=seed).test] += 1
    # 400 draws of a quarter: 100, give or take four standard deviations of 8.7.
    assert (abs(tested - 100) < 35).all()


def test_a_class_too_small_for_the_parts_is_named():
    codes = np.array([0] * 10 + [1] * 2)
    with pytest.raises(TableError, match=r"class 'bad' has 2 rows, too few for 3 parts"):
        stratified_split(codes, classes=("good", "bad"))
    assert stratified_split(codes, fractions=(0.5, 0.0, 0.5)).test.size == 6


@pytest.mark.parametrize("fractions", [(0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (0.0, 0.0, 0.0)])
def test_fractions_that_are_no_split_are_refused(fractions):
    with pytest.raises(ArgumentError, match=r"no split"):
        stratified_split(np.zeros(10, int), fractions=fractions)
