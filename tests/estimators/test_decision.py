"""Calibration, threshold and refer band: fitted on validation rows only, and stored with the model."""

import numpy as np
import pytest

from neurode.errors import ArgumentError, TableError
from neurode.evaluation import fit_decision
from neurode.models import Model


@pytest.fixture(scope="module")
def learned(rows, codes, make):
    """Settings under which the small network tells the classes apart, so that there is much to decide."""
    settings = {"epochs": 30, "learning_rate": 0.05, "validation_fraction": 0.25}
    return lambda **more: make(**settings, **more).fit(rows, codes)


@pytest.fixture(scope="module")
def plain(learned):
    return learned()


@pytest.fixture
def held_out(monkeypatch):
    """The validation rows that the network's fit is given."""
    seen = []
    fit = Model.fit

    def watched(self, *given, validation_data, **settings):
        seen.append(validation_data)
        return fit(self, *given, validation_data=validation_data, **settings)

    monkeypatch.setattr(Model, "fit", watched)
    return seen


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"calibration": "platt"}, {"calibration": "platt"}),
        ({"calibration": "isotonic"}, {"calibration": "isotonic"}),
        ({"calibration": "temperature"}, {"calibration": "temperature"}),
        ({"threshold": "f1"}, {"threshold": "f1"}),
        ({"threshold": "youden"}, {"threshold": "youden"}),
        ({"threshold": "recall=0.9"}, {"threshold": "recall=0.9"}),
        ({"threshold": "capacity=20 of 100"}, {"threshold": "capacity=20 of 100"}),
        (
            {"threshold": "cost", "cost": {"false_negative": 5, "false_positive": 1}},
            {"threshold": "cost", "cost": {"false_negative": 5, "false_positive": 1}},
        ),
        ({"refer": "rate=0.2"}, {"threshold": 0.5, "refer": "rate=0.2"}),
        ({"refer": "0.3..0.6", "threshold": 0.4}, {"refer": "0.3..0.6", "threshold": 0.4}),
        (
            {"calibration": "platt", "threshold": "f1", "refer": "rate=0.1"},
            {"calibration": "platt", "threshold": "f1", "refer": "rate=0.1"},
        ),
    ],
    ids=lambda settings: ", ".join(map(str, settings.values())),
)
def test_the_decision_is_that_of_the_held_out_rows(plain, learned, held_out, settings, asked):
    classifier = learned(**settings)
    columns, codes = held_out[0]
    assert len(codes) == 100
    score = classifier.outputs(columns)
    expected = fit_decision(plain.decision_, codes, np.hstack([1 - score, score]), seed=0, **asked)
    assert classifier.decision_ == expected
    assert str(classifier.decision_) == str(expected)
    assert len(str(classifier.decision_).splitlines()) == 4


def test_the_network_is_the_same_whatever_is_decided(plain, learned, rows):
    decided = learned(calibration="platt", threshold="f1", refer="rate=0.1")
    columns = plain.encoding_.transform(rows)
    np.testing.assert_array_equal(decided.outputs(columns), plain.outputs(columns))


def test_calibration_moves_probabilities_and_keeps_their_order(plain, learned, rows):
    before, after = plain.predict_proba(rows)[:, 1], learned(calibration="platt").predict_proba(rows)[:, 1]
    assert np.abs(before - after).max() > 0.01
    ordered = after[np.argsort(before, kind="stable")]
    assert (np.diff(ordered) >= 0).all()


def test_validation_data_takes_the_place_of_held_out_rows(rows, codes, make):
    settings = {"calibration": "platt", "threshold": "f1", "early_stopping": False}
    classifier = make(**settings).fit(rows, codes, validation_data=(rows[:150], codes[:150]))
    assert classifier.decision_.calibrator.n_rows == 150
    assert make(**settings).fit(rows, codes).decision_.calibrator.n_rows == 60


@pytest.mark.parametrize("rule", [None, 0.3, "f1", "recall=0.9", "approval_rate=0.9", 0.0, 1.0], ids=str)
@pytest.mark.parametrize("calibration", [None, "isotonic"])
def test_the_sign_of_the_decision_function_is_the_decision(learned, rows, rule, calibration):
    classifier = learned(threshold=rule, calibration=calibration)
    np.testing.assert_array_equal(classifier.decision_function(rows) >= 0, classifier.predict(rows) == 1)
    assert np.isfinite(classifier.decision_function(rows)).all()


def test_a_probability_equal_to_the_threshold_is_called(plain, rows):
    classifier = plain
    before = classifier.decision_
    try:
        for value in classifier.predict_proba(rows)[:25, 1]:
            classifier.threshold_ = float(value)
            called = classifier.predict(rows[:25])
            np.testing.assert_array_equal(classifier.decision_function(rows[:25]) >= 0, called == 1)
            assert 1 in called
    finally:
        classifier.decision_ = before


def test_the_decision_function_orders_rows_as_the_probability_does(plain, rows):
    probability, beyond = plain.predict_proba(rows)[:, 1].astype(float), plain.decision_function(rows)
    np.testing.assert_allclose(1 / (1 + np.exp(-beyond)), probability, atol=1e-6)


def test_rows_between_yes_and_no_are_referred(learned, rows, codes):
    classifier = learned(threshold=0.4, refer="0.2..0.6")
    probability, called = classifier.predict_proba(rows)[:, 1], classifier.predict(rows)
    between = (probability >= 0.2) & (probability < 0.6)
    assert 0 < between.sum() < rows.height
    np.testing.assert_array_equal(called == "refer", between)
    np.testing.assert_array_equal(called[~between], (probability[~between] >= 0.4).astype(int))
    assert classifier.score(rows, codes) == (called == codes).mean()
    weight = np.arange(rows.height)
    assert classifier.score(rows, codes, weight) == pytest.approx(np.average(called == codes, weights=weight))


def test_the_threshold_in_force_can_be_set(learned, rows):
    classifier = learned(threshold="f1")
    probability = classifier.predict_proba(rows)
    classifier.threshold_ = 0.15
    assert classifier.threshold_ == 0.15
    np.testing.assert_array_equal(classifier.predict(rows), (probability[:, 1] >= 0.15).astype(int))
    np.testing.assert_array_equal(classifier.predict_proba(rows), probability)
    # Nothing is told of the one that it was.
    assert "from a probability of 0.15 on." in str(classifier.decision_)
    with pytest.raises(ArgumentError, match="threshold_=1.5"):
        classifier.threshold_ = 1.5


def test_a_given_threshold_is_for_the_class_rates_in_use(learned):
    classifier = learned(threshold=0.3, base_rate=0.1)
    assert classifier.threshold_ == 0.3
    assert "from a probability of 0.3 on." in str(classifier.decision_)


def test_the_least_cost_is_by_the_prices(learned, rows, codes):
    calls = [
        learned(threshold="cost", cost={"false_negative": dear, "false_positive": 1}).predict(rows).mean()
        for dear in (1, 20)
    ]
    assert calls[0] < calls[1]


def test_nothing_is_decided_on_rows_that_were_learned(rows, codes, make):
    few = make(calibration="platt")
    with pytest.raises(ArgumentError, match="of 30 rows none can be held out"):
        few.fit(rows[:30], codes[:30])
    few.fit(rows[:30], codes[:30], validation_data=(rows[30:], codes[30:]))
    assert few.decision_.calibrator.n_rows == 370
    with pytest.raises(ArgumentError, match="partial_fit holds no rows out"):
        make(calibration="platt").partial_fit(rows, codes)


def test_validation_rows_are_of_the_classes_that_were_learned(rows, codes, make):
    with pytest.raises(TableError, match="none of the classes"):
        make().fit(rows, codes, validation_data=(rows, codes + 1))
