import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTENC, RandomOverSampler
from sklearn.utils.class_weight import compute_class_weight

from neurode.errors import ArgumentError, ShapeError, TableError, UnknownNameError
from neurode.tables import BALANCES, balance, smote
from neurode.typing import Columns


def table(counts, n_numbers=2, n_codes=1, seed=0):
    """Rows of classes that lie apart: class c has numbers around 10 c and mostly code c + 2."""
    random = np.random.default_rng(seed)
    codes = random.permutation(np.repeat(np.arange(len(counts)), counts))
    numbers = random.normal(10.0 * codes[:, None], 1.0, (codes.size, n_numbers)).astype(np.float32)
    levels = np.where(random.random((codes.size, n_codes)) < 0.8, codes[:, None] + 2, 2)
    return Columns(numbers, levels.astype(np.uint8)), codes


COUNTS = st.lists(st.integers(1, 40), min_size=2, max_size=5)
RATIOS = st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.9, 1.0])


@given(COUNTS, RATIOS, st.integers(0, 3))
def test_downsampling_keeps_the_smallest_class_and_lowers_the_others_to_the_ratio(counts, ratio, seed):
    columns, codes = table(counts)
    balanced = balance(columns, codes, how="downsample", n_classes=len(counts), ratio=ratio, seed=seed)
    found = np.bincount(balanced.target_codes, minlength=len(counts))
    for before, after in zip(counts, found):
        most = int(min(counts) / ratio + 1e-6)
        assert after == min(before, most)
    assert np.unique(balanced.origin).size == balanced.origin.size


@given(COUNTS, RATIOS, st.integers(0, 3))
def test_oversampling_raises_small_classes_to_the_ratio_in_whole_rounds(counts, ratio, seed):
    columns, codes = table(counts)
    balanced = balance(columns, codes, how="oversample", n_classes=len(counts), ratio=ratio, seed=seed)
    found = np.bincount(balanced.target_codes, minlength=len(counts))
    for code, (before, after) in enumerate(zip(counts, found)):
        assert after == max(before, math.ceil(round(ratio * max(counts), 9)))
        times = np.bincount(balanced.origin, minlength=codes.size)[codes == code]
        assert times.min() >= 1
        assert np.ptp(times) <= 1


def test_even_classes_have_the_counts_of_imbalanced_learn():
    columns, codes = table([50, 7, 20])
    balanced = balance(columns, codes, how="oversample", n_classes=3)
    _, theirs = RandomOverSampler(random_state=0).fit_resample(columns.numbers, codes)
    np.testing.assert_array_equal(np.bincount(balanced.target_codes), np.bincount(theirs))


@pytest.mark.parametrize("how", ["downsample", "oversample"])
def test_origin_says_which_row_each_row_is(how):
    columns, codes = table([30, 4, 11])
    weight = np.random.default_rng(0).random(45)
    balanced = balance(columns, codes, how=how, n_classes=3, sample_weight=weight)
    np.testing.assert_array_equal(balanced.columns.numbers, columns.numbers[balanced.origin])
    np.testing.assert_array_equal(balanced.columns.codes, columns.codes[balanced.origin])
    np.testing.assert_array_equal(balanced.target_codes, codes[balanced.origin])
    np.testing.assert_array_equal(balanced.sample_weight, weight[balanced.origin])


def test_every_row_of_a_large_class_is_as_likely_to_be_kept():
    columns, codes = table([40, 10])
    kept = np.zeros(50)
    for seed in range(400):
        kept[balance(columns, codes, how="downsample", n_classes=2, seed=seed).origin] += 1
    assert (kept[codes == 1] == 400).all()
    # 400 draws of a quarter: 100, give or take four standard deviations of 8.7.
    assert (abs(kept[codes == 0] - 100) < 35).all()


def test_even_class_weights_are_scikit_learns():
    columns, codes = table([50, 7, 20])
    balanced = balance(columns, codes, how="class_weight", n_classes=3)
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=codes)
    np.testing.assert_allclose(balanced.sample_weight, theirs[codes], rtol=1e-6)
    assert balanced.columns is columns
    np.testing.assert_array_equal(balanced.origin, np.arange(77))


@given(COUNTS, RATIOS)
def test_class_weights_reach_the_ratio_and_keep_their_sum(counts, ratio):
    columns, codes = table(counts)
    weight = np.random.default_rng(1).random(codes.size) + 0.1
    balanced = balance(
        columns, codes, how="class_weight", n_classes=len(counts), ratio=ratio, sample_weight=weight
    )
    totals = np.bincount(codes, balanced.sample_weight)
    assert totals.min() >= ratio * totals.max() * (1 - 1e-5)
    assert balanced.sample_weight.sum() == pytest.approx(weight.sum(), rel=1e-5)
    # Within a class the rows keep their proportions.
    for code in range(len(counts)):
        scale = (balanced.sample_weight / weight)[codes == code]
        np.testing.assert_allclose(scale, scale[0], rtol=1e-5)


def test_weights_by_class_are_taken_as_they_are():
    columns, codes = table([6, 2])
    balanced = balance(columns, codes, how="class_weight", n_classes=2, ratio={1: 3})
    np.testing.assert_array_equal(balanced.sample_weight, np.where(codes == 1, 3, 1))
    np.testing.assert_allclose(balanced.class_rates, [0.5, 0.5])


@pytest.mark.parametrize("how", BALANCES)
def test_class_rates_are_the_shares_of_the_weight_that_training_sees(how):
    columns, codes = table([60, 12, 24])
    weight = np.random.default_rng(2).random(96).astype(np.float32)
    balanced = balance(columns, codes, how=how, n_classes=4, ratio=0.5, sample_weight=weight)
    shares = [balanced.sample_weight[balanced.target_codes == code].sum() for code in range(4)]
    np.testing.assert_allclose(balanced.class_rates, shares / np.sum(shares), rtol=1e-5)
    assert balanced.class_rates[3] == 0
    assert balanced.target_codes.dtype == codes.dtype


@pytest.mark.parametrize("how", BALANCES)
def test_equal_seeds_give_equal_rows(how):
    columns, codes = table([60, 12])
    one, same, other = (balance(columns, codes, how=how, n_classes=2, ratio=0.9, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.columns.numbers, same.columns.numbers)
    np.testing.assert_array_equal(one.origin, same.origin)
    assert (one.columns.numbers == other.columns.numbers).all() == (how == "class_weight")


@pytest.mark.parametrize("how", BALANCES)
def test_rows_given_stay_unchanged(how):
    columns, codes = table([30, 5])
    before = [array.copy() for array in (*columns, codes)]
    balance(columns, codes, how=how, n_classes=2)
    for array, copy in zip((*columns, codes), before):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(("n_numbers", "n_codes"), [(3, 0), (3, 2), (0, 4)], ids=["numbers", "both", "codes"])
def test_smote_adds_rows_of_the_small_classes_at_the_end(n_numbers, n_codes):
    columns, codes = table([60, 10, 40], n_numbers, n_codes)
    balanced = balance(columns, codes, how="smote", n_classes=3, ratio=0.8)
    assert np.bincount(balanced.target_codes).tolist() == [60, 48, 48]
    np.testing.assert_array_equal(balanced.origin, np.concatenate([np.arange(110), np.full(46, -1)]))
    np.testing.assert_array_equal(balanced.columns.numbers[:110], columns.numbers)
    np.testing.assert_array_equal(balanced.columns.codes[:110], columns.codes)
    assert balanced.columns.numbers.dtype == np.float32
    assert balanced.columns.codes.dtype == columns.codes.dtype
    for code in (1, 2):
        made = (balanced.origin < 0) & (balanced.target_codes == code)
        numbers = columns.numbers[codes == code]
        # Between neighbours of the class: within its range in every column.
        assert (balanced.columns.numbers[made] >= numbers.min(axis=0, initial=np.inf) - 1e-4).all()
        assert (balanced.columns.numbers[made] <= numbers.max(axis=0, initial=-np.inf) + 1e-4).all()
        assert np.isin(balanced.columns.codes[made], columns.codes[codes == code]).all()


def test_a_row_that_smote_makes_lies_between_two_rows_of_its_class():
    columns, codes = table([40, 8], n_numbers=3, n_codes=0)
    balanced = balance(columns, codes, how="smote", n_classes=2)
    ends = columns.numbers[codes == 1].astype(np.float64)
    for row in balanced.columns.numbers[balanced.origin < 0].astype(np.float64):
        # On a segment the two ways add up to the whole way.
        ways = np.linalg.norm(ends - row, axis=1)
        whole = np.linalg.norm(ends[:, None] - ends[None], axis=2)
        assert np.abs(ways[:, None] + ways[None] - whole)[~np.eye(8, dtype=bool)].min() < 1e-4


def test_numbers_and_codes_are_made_as_imbalanced_learn_makes_them():
    columns, codes = table([40, 12, 30], n_numbers=3, n_codes=3)
    joined = np.hstack([columns.numbers, columns.codes])
    for seed in range(3):
        sampler = smote._sampler(3, 3, 12, 25, seed)
        plain = SMOTENC(categorical_features=[3, 4, 5], sampling_strategy={1: 37}, random_state=seed)
        rows, target = joined[codes < 2], codes[codes < 2]
        ours, theirs = (each.fit_resample(rows, target)[0] for each in (sampler, plain))
        np.testing.assert_array_equal(ours, theirs)


def test_a_scale_of_a_column_does_not_choose_the_neighbours():
    columns, codes = table([40, 12], n_numbers=2, n_codes=0)
    large = Columns(columns.numbers * np.array([1, 2**20], np.float32), columns.codes)
    plain, scaled = (balance(c, codes, how="smote", n_classes=2).columns.numbers for c in (columns, large))
    np.testing.assert_allclose(plain * [1, 2**20], scaled, rtol=1e-4)


def test_gaps_are_made_as_often_as_they_are_and_together():
    columns, codes = table([900, 100], n_numbers=3, n_codes=1)
    gaps = np.random.default_rng(0).random(1000) < 0.3
    columns.numbers[gaps, 1:] = np.nan
    columns.numbers[:, 0][codes == 0] = np.nan
    balanced = balance(columns, codes, how="smote", n_classes=2)
    made = np.isnan(balanced.columns.numbers[balanced.origin < 0])
    assert not made[:, 0].any()
    np.testing.assert_array_equal(made[:, 1], made[:, 2])
    assert made[:, 1].mean() == pytest.approx(gaps[codes == 1].mean(), abs=0.1)


def test_columns_of_gaps_or_of_one_value_do_no_harm():
    columns, codes = table([30, 6], n_numbers=3, n_codes=1)
    columns.numbers[:, 0], columns.numbers[:, 1] = np.nan, 7.0
    made = balance(columns, codes, how="smote", n_classes=2).columns.numbers[36:]
    assert np.isnan(made[:, 0]).all()
    assert (made[:, 1] == 7).all()


def test_a_made_row_weighs_the_mean_of_its_class():
    columns, codes = table([10, 3])
    weight = np.where(codes == 1, [1.0] * 13, 5.0)
    weight[np.flatnonzero(codes == 1)[0]] = 4.0
    balanced = balance(columns, codes, how="smote", n_classes=2, sample_weight=weight)
    np.testing.assert_array_equal(balanced.sample_weight[:13], weight)
    np.testing.assert_allclose(balanced.sample_weight[13:], 2.0)


def test_smote_makes_do_with_few_neighbours_but_not_with_none():
    columns, codes = table([10, 2])
    assert np.bincount(balance(columns, codes, how="smote", n_classes=2).target_codes).tolist() == [10, 10]
    columns, codes = table([10, 1])
    with pytest.raises(TableError, match="class 'bad' has a single training row") as error:
        balance(columns, codes, how="smote", n_classes=2, classes=("good", "bad"))
    assert "oversample" in error.value.hint


@pytest.mark.parametrize(("n_numbers", "n_codes"), [(2, 0), (2, 1), (0, 2)], ids=["numbers", "both", "codes"])
def test_a_large_class_is_done_in_blocks_with_the_same_counts(monkeypatch, n_numbers, n_codes):
    monkeypatch.setattr(smote, "BLOCK", 10)
    monkeypatch.setattr(smote, "BLOCK_OF_CODES", 10)
    monkeypatch.setattr(smote, "MOST_CELLS", 200)
    seen = []
    between = smote._between
    monkeypatch.setattr(smote, "_between", lambda *given: (seen.append(given[2]), between(*given))[1])
    columns, codes = table([200, 47, 198], n_numbers, n_codes)
    balanced = balance(columns, codes, how="smote", n_classes=3)
    assert np.bincount(balanced.target_codes).tolist() == [200, 200, 200]
    # Every row of the class was looked at, in blocks of ten at most.
    np.testing.assert_array_equal(np.unique(np.concatenate(seen[:5])), np.flatnonzero(codes == 1))
    assert max(block.size for block in seen) <= 10


def test_blocks_that_have_no_row_to_make_are_passed_over(monkeypatch):
    monkeypatch.setattr(smote, "BLOCK", 10)
    columns, codes = table([50, 47])
    columns.numbers[::3, 0] = np.nan
    assert (balance(columns, codes, how="smote", n_classes=2).origin < 0).sum() == 3


def test_a_class_without_rows_stays_without():
    columns, codes = table([10, 4])
    for how in BALANCES:
        balanced = balance(columns, codes, how=how, n_classes=3)
        assert balanced.class_rates.tolist() == pytest.approx([0.5, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"how": "upsample"}, UnknownNameError, "no balance named 'upsample'"),
        ({"how": "oversample", "ratio": 0}, ArgumentError, "ratio of 0 is not in"),
        ({"how": "class_weight", "ratio": 1.5}, ArgumentError, "ratio of 1.5 is not in"),
        ({"how": "downsample", "ratio": {1: 2}}, ArgumentError, "are for 'class_weight' only"),
        ({"how": "class_weight", "ratio": {2: 2}}, ArgumentError, "class weights name class 2"),
        ({"how": "class_weight", "ratio": {1: -2}}, ArgumentError, "class 1 has weight -2"),
        ({"how": "oversample", "sample_weight": np.ones(3)}, ShapeError, "sample_weight has shape"),
    ],
    ids=["name", "zero", "above one", "mapping", "class", "negative", "weights"],
)
def test_what_cannot_be_balanced_is_named(arguments, error, message):
    columns, codes = table([10, 4])
    with pytest.raises(error, match=message):
        balance(columns, codes, n_classes=2, **arguments)
