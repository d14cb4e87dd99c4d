import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import correct_priors, focal_posterior
from neurode.tables import BALANCES, balance
from neurode.typing import Columns

POSITIVE = st.floats(0.001, 1.0)
ROWS = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(POSITIVE, min_size=n, max_size=n), min_size=1))


def shares(rows):
    rows = np.array(rows)
    return rows / rows.sum(axis=-1, keepdims=True)


@given(ROWS, st.data())
def test_it_is_bayes_rule_with_other_priors(rows, data):
    probability = shares(rows)
    n_classes = probability.shape[1]
    rates = st.lists(POSITIVE, min_size=n_classes, max_size=n_classes)
    trained, base = shares(data.draw(rates)), shares(data.draw(rates))
    slow = np.empty_like(probability)
    for row, values in enumerate(probability):
        likelihood = [values[c] / trained[c] for c in range(n_classes)]
        evidence = sum(likelihood[c] * base[c] for c in range(n_classes))
        slow[row] = [likelihood[c] * base[c] / evidence for c in range(n_classes)]
    corrected = correct_priors(probability, trained, base)
    np.testing.assert_allclose(corrected, slow, rtol=1e-12)
    # Counts do as well as shares, and the way back leads to where it began.
    np.testing.assert_allclose(correct_priors(probability, trained * 700, base * 3), slow, rtol=1e-12)
    np.testing.assert_allclose(correct_priors(corrected, base, trained), probability, rtol=1e-9)


def test_known_posteriors_come_out_of_a_world_of_other_classes():
    # Two normal densities at -1 and 1: the posterior is exact in either world.
    value = np.linspace(-4, 4, 41)
    density = np.exp(-((value[:, None] - [-1.0, 1.0]) ** 2) / 2)
    even, rare = shares(density * [0.5, 0.5]), shares(density * [0.98, 0.02])
    np.testing.assert_allclose(correct_priors(even, [0.5, 0.5], [0.98, 0.02]), rare, rtol=1e-12)


def test_certainty_and_impossibility_stay_exact():
    certain = np.array([[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]])
    corrected = correct_priors(certain, [1e-6, 0.3, 0.7], [0.9, 0.05, 0.05])
    np.testing.assert_array_equal(corrected[:2], certain[:2])
    assert corrected[2, 0] == 0
    np.testing.assert_array_equal(focal_posterior(certain, 2.0), certain)


def test_a_rarer_class_becomes_less_likely_and_the_order_of_rows_stays():
    yes = np.linspace(0, 1, 101)
    corrected = correct_priors(np.column_stack([1 - yes, yes]), [0.5, 0.5], [0.95, 0.05])[:, 1]
    assert (np.diff(corrected) > 0).all()
    assert (corrected[1:-1] < yes[1:-1]).all()


def test_a_class_without_rows_anywhere_is_left_alone():
    corrected = correct_priors([[0.5, 0.5, 0.0]], [0.5, 0.5, 0.0], [0.9, 0.1, 0.0])
    np.testing.assert_allclose(corrected, [[0.9, 0.1, 0.0]])


def test_float32_is_worked_on_in_float64():
    probability = np.array([[0.9, 0.1]], np.float32)
    corrected = correct_priors(probability, [0.5, 0.5], [0.999999, 0.000001])
    assert corrected.dtype == np.float64
    assert corrected.sum() == pytest.approx(1, abs=1e-15)
    assert corrected[0, 1] == pytest.approx(1e-6 * 0.1 / (0.9 * 0.999999 + 0.1 * 1e-6), rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0.5, 0.5], [1, 1], [1, 1]), ShapeError, "needed \\(rows, classes\\)"),
        (([[0.5, 0.5]], [1, 1, 1], [1, 1]), ShapeError, "there are 2 classes"),
        (([[0.5, 0.9]], [1, 1], [1, 1]), ArgumentError, "do not sum to 1"),
        (([[np.nan, 0.9]], [1, 1], [1, 1]), ArgumentError, "do not sum to 1"),
        (([[0.5, 0.5]], [1, -1], [1, 1]), ArgumentError, "are no class rates"),
        (([[0.5, 0.5]], [1, 0], [0.9, 0.1]), ArgumentError, "class 1 has rate 0 in training and 0.1 in use"),
    ],
    ids=["one column", "rates", "sums", "nan", "negative", "one-sided"],
)
def test_what_cannot_be_corrected_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        correct_priors(*arguments)


def focal_minimiser(posterior, gamma):
    """The probabilities at which the expected focal loss is least, found by searching."""

    def expected(score):
        probability = softmax(np.append(score, 0.0))
        return -np.sum(posterior * (1 - probability) ** gamma * np.log(probability))

    found = minimize(expected, np.log(posterior[:-1] / posterior[-1]), tol=1e-14, method="BFGS")
    return softmax(np.append(found.x, 0.0))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("posterior", [(0.95, 0.05), (0.6, 0.4), (0.7, 0.2, 0.1), (0.4, 0.3, 0.2, 0.1)])
def test_the_minimiser_of_the_focal_loss_leads_back_to_the_posterior(posterior, gamma):
    fitted = focal_minimiser(np.array(posterior), gamma)
    np.testing.assert_allclose(focal_posterior(fitted[None], gamma)[0], posterior, atol=2e-5)


@given(ROWS, st.floats(0, 6))
def test_it_is_the_formula_of_the_paper(rows, gamma):
    probability = shares(rows)
    mass = np.empty_like(probability)
    for place, v in np.ndenumerate(probability):
        mass[place] = v / ((1 - v) ** gamma - gamma * (1 - v) ** (gamma - 1) * v * np.log(v))
    np.testing.assert_allclose(focal_posterior(probability, gamma), shares(mass), rtol=1e-7)


def test_without_gamma_nothing_changes():
    probability = shares([[3, 1, 2], [1e-12, 1, 1e-9]])
    np.testing.assert_allclose(focal_posterior(probability, 0), probability, rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
def test_the_order_stays_so_there_is_a_way_back(gamma):
    # Up to the last number below 1, where 1 - p has no digit left but p's neighbour does.
    yes = np.concatenate([[0.0], np.logspace(-12, -2, 50), np.linspace(0.02, 1, 99)])
    posterior = focal_posterior(np.column_stack([1 - yes, yes]), gamma)
    assert (np.diff(posterior[:, 1]) > 0).all()
    assert posterior[0, 1] == 0
    assert posterior[-1, 1] == 1
    random = np.random.default_rng(0).dirichlet(np.ones(4), 200)
    ranks = focal_posterior(random, gamma).argsort(axis=1)
    np.testing.assert_array_equal(ranks, random.argsort(axis=1))


def test_what_is_all_but_certain_keeps_its_digits():
    # With e missing from 1 the posterior of the rest is (1 + gamma) e^(1 + gamma), to the first order.
    for missing in (1e-9, 1e-12):
        posterior = focal_posterior([[1 - missing, missing]], 2.0)
        assert posterior[0, 1] == pytest.approx(3 * missing**3, rel=1e-6, abs=0)


def test_a_negative_gamma_is_refused():
    with pytest.raises(ArgumentError, match="gamma=-1"):
        focal_posterior([[0.5, 0.5]], -1)


def rows_of(n, seed):
    """Rows of two normal classes with 5 % positives, and a code that differs between them."""
    random = np.random.default_rng(seed)
    codes = (random.random(n) < 0.05).astype(int)
    numbers = random.normal(codes[:, None] * [1.2, 0.6, 0.0], 1.0).astype(np.float32)
    levels = 2 + (random.random((n, 1)) < 0.3 + 0.4 * codes[:, None])
    return Columns(numbers, levels.astype(np.uint8)), codes


def calibration_error(target, probability, n_bins=15):
    """The mean distance between what was said and what happened, over bins of equal width."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    said, happened = (np.bincount(bins, values, minlength=n_bins) for values in (probability, target))
    return np.abs(said - happened).sum() / target.size


def features(columns):
    return np.hstack([columns.numbers, columns.codes == 3])


@pytest.mark.parametrize("how", BALANCES)
def test_balanced_and_corrected_is_as_calibrated_as_unbalanced(how):
    columns, codes = rows_of(20_000, 0)
    new, truth = rows_of(50_000, 1)
    plain = LogisticRegression().fit(features(columns), codes).predict_proba(features(new))
    balanced = balance(columns, codes, how=how, n_classes=2, seed=0)
    model = LogisticRegression().fit(
        features(balanced.columns), balanced.target_codes, sample_weight=balanced.sample_weight
    )
    shifted = model.predict_proba(features(new))
    corrected = correct_priors(shifted, balanced.class_rates, np.bincount(codes))
    unbalanced = calibration_error(truth, plain[:, 1])
    assert calibration_error(truth, shifted[:, 1]) > 0.1
    assert calibration_error(truth, corrected[:, 1]) < unbalanced + 0.01
    assert np.abs(corrected - plain).mean() < 0.01
