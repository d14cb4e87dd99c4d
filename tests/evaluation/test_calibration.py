import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.calibration import _sigmoid_calibration, _TemperatureScaling
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from neurode.errors import ArgumentError, FileError, ShapeError, UnknownNameError
from neurode.evaluation.calibration import CALIBRATIONS, Calibrator, fit_calibrator
from neurode.evaluation.log_odds import log_odds
from neurode.evaluation.reliability import calibration_error


def rows(n, n_classes=2, seed=0, sureness=3.0):
    """Targets drawn from known posteriors, and probabilities that are too sure of them."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(n, n_classes)) - np.arange(n_classes) / 2
    truth = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    target = (generator.random((n, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    claimed = np.exp(sureness * scores)
    return target, claimed / claimed.sum(axis=1, keepdims=True), truth


def two(score):
    score = np.asarray(score, dtype=np.float64)
    return np.column_stack([1 - score, score])


@pytest.mark.parametrize("weighted", [False, True])
def test_platts_slope_and_intercept_are_scikit_learns(weighted):
    # scikit-learn 1.9, on log-odds; its sigmoid has the signs the other way round.
    target, probability, _ = rows(500)
    weight = np.random.default_rng(1).integers(1, 4, 500).astype(float) if weighted else None
    slope, intercept = _sigmoid_calibration(log_odds(probability[:, 1], probability[:, 0]), target, weight)
    fitted = fit_calibrator("platt", target, probability, sample_weight=weight).parameters
    assert fitted["slope"][0] == pytest.approx(-slope, rel=1e-4)
    assert fitted["intercept"][0] == pytest.approx(-intercept, rel=1e-3)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_temperature_is_scikit_learns(n_classes):
    target, probability, _ = rows(600, n_classes)
    expected = 1 / _TemperatureScaling().fit(probability, target).beta_
    (temperature,) = fit_calibrator("temperature", target, probability).parameters["temperature"]
    assert temperature == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_temperature_has_the_least_log_loss(weighted):
    target, probability, _ = rows(300, 3, seed=4)
    weight = np.random.default_rng(1).integers(0, 4, 300).astype(float) if weighted else np.ones(300)

    def loss(temperature):
        scaled = probability ** (1 / temperature)
        scaled /= scaled.sum(axis=1, keepdims=True)
        return -weight @ np.log(scaled[np.arange(300), target])

    best = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9}).x
    (temperature,) = fit_calibrator(
        "temperature", target, probability, sample_weight=weight if weighted else None
    ).parameters["temperature"]
    assert temperature == pytest.approx(best, rel=1e-5)


def test_the_isotonic_curve_is_scikit_learns_but_for_the_tilt():
    target, probability, _ = rows(800)
    reference = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability[:, 1], target)
    calibrator = fit_calibrator("isotonic", target, probability)
    other = np.linspace(0, 1, 501)
    np.testing.assert_allclose(calibrator(two(other))[:, 1], reference.predict(other), atol=2e-6)


def test_several_classes_are_each_calibrated_against_the_rest_and_divided_by_their_sum():
    target, probability, _ = rows(900, 3)
    for method in ("platt", "isotonic"):
        several = fit_calibrator(method, target, probability)(probability)
        alone = np.column_stack(
            [
                fit_calibrator(method, target == code, two(probability[:, code]))(two(probability[:, code]))[
                    :, 1
                ]
                for code in range(3)
            ]
        )
        np.testing.assert_allclose(several, alone / alone.sum(axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize("method", CALIBRATIONS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_rows_that_were_too_sure_become_honest(method, n_classes):
    target, probability, truth = rows(20_000, n_classes)
    half = slice(0, 10_000)
    calibrated = fit_calibrator(method, target[half], probability[half])(probability)
    before, after = (calibration_error(target[10_000:], p[10_000:]) for p in (probability, calibrated))
    assert before > 0.1
    assert after < 0.025
    assert np.abs(calibrated - truth).mean() < np.abs(probability - truth).mean() / 2


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(CALIBRATIONS),
    st.integers(2, 4),
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.01, 0.3, 1.0]),
    st.booleans(),
)
def test_calibrated_rows_are_probabilities_whatever_came_in(method, n_classes, seed, certain, single):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 60))
    probability = generator.dirichlet(np.full(n_classes, 0.3), n)
    sure = generator.random(n) < certain
    probability[sure] = np.eye(n_classes)[generator.integers(0, n_classes, sure.sum())]
    probability = probability.astype(np.float32 if single else np.float64)
    target = np.append([0, 1], generator.integers(0, n_classes, n - 2))
    calibrator = fit_calibrator(method, target, probability)
    calibrated = calibrator(probability)
    assert calibrated.dtype == np.float64
    assert (calibrated >= 0).all()
    assert (calibrated <= 1).all()
    np.testing.assert_allclose(calibrated.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(calibrator(probability[:1]), calibrated[:1], rtol=1e-12)
    document = json.loads(json.dumps(calibrator.to_json()))
    assert Calibrator.from_json(document) == calibrator


@pytest.mark.parametrize("method", CALIBRATIONS)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_the_rows_of_two_classes_stays(method, backwards):
    target, probability, _ = rows(3000)
    probability = probability[:, ::-1] if backwards else probability
    score = fit_calibrator(method, target, probability)(probability)[:, 1]
    rising = score[np.argsort(probability[:, 1])]
    assert (np.diff(rising) >= 0).all()
    assert roc_auc_score(target, score) == pytest.approx(roc_auc_score(target, probability[:, 1]), abs=1e-9)


def test_a_ranking_without_sense_becomes_the_base_rate():
    target, probability, _ = rows(3000)
    for method in ("platt", "isotonic"):
        calibrator = fit_calibrator(method, target, probability[:, ::-1])
        np.testing.assert_allclose(calibrator(probability)[:, 1], target.mean(), atol=2e-3 + 0.05)
    assert "does not rank" in fit_calibrator("platt", target, probability[:, ::-1]).notes[0]


def test_one_score_for_all_rows_becomes_their_base_rate():
    target = np.arange(1000) % 4 == 0
    for method in ("platt", "isotonic"):
        calibrated = fit_calibrator(method, target, np.full((1000, 2), 0.5))(np.full((1, 2), 0.5))
        # Platt's targets are a little short of 0 and 1.
        assert calibrated[0, 1] == pytest.approx(0.25, abs=1e-3)


def test_perfectly_ranked_rows_do_not_become_certain():
    target = np.arange(200) % 2
    perfect = two(0.2 + 0.6 * target)
    assert fit_calibrator("platt", target, perfect)(perfect).min() == pytest.approx(1 / 102, rel=1e-3)
    # The temperature stops at 0.05: log-odds of 1.39 times 20.
    calibrator = fit_calibrator("temperature", target, perfect)
    assert calibrator(perfect).min() > 0
    assert "beyond the limits" in calibrator.notes[0]


def test_a_class_without_validation_rows_is_left_as_it_is_and_named():
    target, probability, _ = rows(400, 3)
    target[target == 2] = 0
    for method in ("platt", "isotonic"):
        calibrator = fit_calibrator(method, target, probability)
        assert "class 2 has no validation rows" in " ".join(calibrator.notes)
        assert (calibrator(probability)[:, 2] > 0).all()


def test_few_rows_are_noted():
    target, probability, _ = rows(150)
    assert "only 150" in fit_calibrator("isotonic", target, probability).notes[0]
    assert fit_calibrator("platt", target, probability).notes == ()
    target[:] = 0
    target[:3] = 1
    assert fit_calibrator("platt", target, probability).notes[0] == "calibrated on only 3 rows of class 1"


@pytest.mark.parametrize("method", CALIBRATIONS)
def test_a_weight_is_as_good_as_so_many_rows(method):
    target, probability, _ = rows(500)
    weight = np.random.default_rng(2).integers(0, 4, 500)
    weighted = fit_calibrator(method, target, probability, sample_weight=weight)
    repeated = fit_calibrator(method, target.repeat(weight), probability.repeat(weight, axis=0))
    np.testing.assert_allclose(weighted(probability), repeated(probability), atol=1e-6)
    alone = fit_calibrator(method, target, probability)(probability)
    assert np.abs(weighted(probability) - alone).max() > 1e-3


def test_what_cannot_be_calibrated_is_refused():
    target, probability, _ = rows(50)
    with pytest.raises(UnknownNameError, match="did you mean 'platt'"):
        fit_calibrator("plat", target, probability)
    with pytest.raises(ArgumentError, match="all 50 are of class 1"):
        fit_calibrator("platt", np.ones(50, int), probability)
    with pytest.raises(ArgumentError, match="rows must sum to 1"):
        fit_calibrator("platt", target, 3 * probability)
    with pytest.raises(ShapeError, match="a calibration of 2 classes"):
        fit_calibrator("platt", target, probability)(np.full((1, 3), 1 / 3))


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("platt", {"method": "spline"}),
        ("platt", {"n_classes": 3}),
        ("platt", {"n_classes": 1}),
        ("platt", {"n_rows": 0}),
        ("platt", {"notes": "none"}),
        ("platt", {"parameters": {"slope": [-1.0], "intercept": [0.0]}}),
        ("platt", {"parameters": {"slope": [float("inf")], "intercept": [0.0]}}),
        ("platt", {"parameters": {"slope": [1.0]}}),
        ("temperature", {"parameters": {"temperature": [0.0]}}),
        ("temperature", {"parameters": {"temperature": []}}),
        ("isotonic", {"parameters": {"scores": [[0.1, 0.1]], "rates": [[0.0, 1.0]]}}),
        ("isotonic", {"parameters": {"scores": [[0.1, 0.2]], "rates": [[0.9, 0.1]]}}),
        ("isotonic", {"parameters": {"scores": [[0.1, 0.2]], "rates": [[0.9]]}}),
        ("isotonic", {"parameters": {"scores": [[]], "rates": [[]]}}),
        ("isotonic", {"parameters": {"scores": [[0.1, 1.2]], "rates": [[0.0, 0.5]]}}),
    ],
)
def test_a_calibration_that_was_edited_is_refused(method, change):
    document = fit_calibrator(method, *rows(100)[:2]).to_json()
    with pytest.raises(FileError, match="calibra"):
        Calibrator.from_json({**document, **change})
