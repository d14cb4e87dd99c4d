import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, entropy

from neurode.tables.stability import Stability, population_stability

COUNTS = st.lists(st.integers(1, 10_000), min_size=2, max_size=12)


def test_a_published_way_of_counting_gives_the_same_number():
    # 50 and 50 against 40 and 60 of 100: (0.4 - 0.5) ln 0.8 + (0.6 - 0.5) ln 1.2.
    index = population_stability(np.array([50, 50]), np.array([40, 60])).index
    assert index == pytest.approx(-0.1 * np.log(0.8) + 0.1 * np.log(1.2))


@given(st.data())
def test_the_index_is_both_relative_entropies_together(data):
    expected = np.array(data.draw(COUNTS)) + 100
    actual = np.array(
        data.draw(st.lists(st.integers(100, 9_999), min_size=len(expected), max_size=len(expected)))
    )
    both = entropy(expected, actual) + entropy(actual, expected)
    assert population_stability(expected, actual).index == pytest.approx(both, abs=1e-12)


@given(COUNTS)
def test_the_same_shares_have_an_index_of_zero(counts):
    assert population_stability(np.array(counts), 3 * np.array(counts)).index == pytest.approx(0, abs=1e-12)


def test_an_empty_bin_counts_as_half_a_row_or_as_a_share_of_one_in_ten_thousand():
    few = population_stability(np.array([90, 10]), np.array([100, 0])).index
    assert few == pytest.approx(0.1 * np.log(1 / 0.9) + (0.1 - 0.005) * np.log(0.1 / 0.005))
    many = population_stability(np.array([900_000, 100_000]), np.array([1_000_000, 0])).index
    assert many == pytest.approx(0.1 * np.log(1 / 0.9) + (0.1 - 1e-4) * np.log(0.1 / 1e-4))


def test_without_a_shift_the_index_follows_the_stated_law():
    random = np.random.default_rng(0)
    shares = np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05])
    n_training, n_new = 3_000, 400
    found = [
        population_stability(random.multinomial(n_training, shares), random.multinomial(n_new, shares))
        for _ in range(4_000)
    ]
    noise = 1 / n_training + 1 / n_new
    assert np.mean([each.index for each in found]) == pytest.approx(6 * noise, rel=0.05)
    beyond = np.mean([each.index > chi2.ppf(0.95, 6) * noise for each in found])
    assert beyond == pytest.approx(0.05, abs=0.012)
    assert found[0].chance == pytest.approx(chi2.ppf(0.999, 6) * noise)


def test_bins_that_neither_side_fills_are_no_bins():
    with_empty = population_stability(np.array([50, 0, 50]), np.array([40, 0, 60]))
    assert with_empty == population_stability(np.array([50, 50]), np.array([40, 60]))


def test_one_bin_cannot_move():
    assert population_stability(np.array([0, 50]), np.array([0, 9])) == Stability(0.0, 0.0)


def test_no_rows_have_no_index():
    assert population_stability(np.array([0, 0]), np.array([1, 2])) is None
    assert population_stability(np.array([1, 2]), np.array([0, 0])) is None


@pytest.mark.parametrize(
    ("index", "chance", "judgement"),
    [
        (0.099, 0.0, "stable"),
        (0.1, 0.0, "moved"),
        (0.25, 0.0, "moved"),
        (0.251, 0.0, "shifted"),
        (0.251, 0.3, "too few rows"),
        (0.05, 0.3, "stable"),
    ],
)
def test_the_customary_limits(index, chance, judgement):
    stability = Stability(index, chance)
    assert stability.judgement == judgement
    assert stability.is_clear == (judgement in {"stable", "too few rows"})
