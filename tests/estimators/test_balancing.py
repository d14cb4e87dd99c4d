"""Balancing moves decisions, not probabilities; and touches training rows only."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, recall_score

from neurode.errors import TableError
from neurode.estimators import NeuralClassifier
from neurode.evaluation import calibration_error, correct_priors
from neurode.models import Model

WAYS = {
    "class weights": {"class_weight": "balanced"},
    "weights": {"balance": "class_weight"},
    "fewer rows": {"balance": "downsample"},
    "repeated rows": {"balance": "oversample"},
    "made-up rows": {"balance": "smote"},
    "focal loss": {"focal_gamma": 2.0},
}
BALANCED = [name for name in WAYS if name != "focal loss"]
EVERY = pytest.mark.parametrize("way", WAYS)
EVERY_BALANCE = pytest.mark.parametrize("way", BALANCED)
QUICK = {
    "hidden_layer_sizes": (8,), "dropout": 0.0, "learning_rate": 0.005, "weight_decay": None, "epochs": 40,
    "patience": 10, "validation_fraction": 0.15, "random_state": 0,
}  # fmt: skip


def rare_cases(n_rows, seed):
    """Rows with the true probability of their rare class, 5 % on average."""
    random = np.random.default_rng(seed)
    x, town = random.normal(size=(n_rows, 6)), random.integers(0, 4, n_rows)
    score = x @ [1.0, -0.8, 0.6, 0.4, -0.4, 0.2] + np.array([-0.5, 0.0, 0.3, 0.6])[town] - 3.95
    truth = 1 / (1 + np.exp(-score))
    frame = pl.DataFrame({f"x{place}": x[:, place] for place in range(6)}).with_columns(
        town=pl.Series(np.array(["Ulm", "Bonn", "Kiel", "Hof"])[town])
    )
    return frame, (random.random(n_rows) < truth).astype(int), truth


@pytest.fixture(scope="module")
def train():
    return rare_cases(20_000, 0)


@pytest.fixture(scope="module")
def fresh():
    return rare_cases(40_000, 1)


@pytest.fixture(scope="module")
def fits(train):
    """One fit for each way, and one without; made when they are first asked for."""
    made = {}

    def fit(way):
        if way not in made:
            made[way] = NeuralClassifier(**QUICK, **WAYS.get(way, {})).fit(*train[:2])
        return made[way]

    return fit


def stopped_before_training(monkeypatch, classifier, *given, **more):
    """What the network's fit would have been given."""

    class Stop(Exception):
        pass

    seen = {}

    def record(self, columns, values, *, validation_data, sample_weight, **_):
        seen.update(train=(columns, values, sample_weight), validation=validation_data)
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(Model, "fit", record)
        with pytest.raises(Stop):
            classifier.fit(*given, **more)
    return seen


@EVERY
@pytest.mark.parametrize("given", [False, True], ids=["held out", "given"])
def test_validation_rows_are_untouched(train, monkeypatch, way, given):
    frame, target, _ = train
    frame, target = frame[:2_000], target[:2_000]
    more = {"validation_data": (frame[:500], target[:500])} if given else {}
    plain, balanced = (
        stopped_before_training(monkeypatch, NeuralClassifier(**QUICK, **settings), frame, target, **more)
        for settings in ({}, WAYS[way])
    )
    for was, now in zip(plain["validation"][0], balanced["validation"][0]):
        np.testing.assert_array_equal(now, was)
    np.testing.assert_array_equal(balanced["validation"][1], plain["validation"][1])
    if way in BALANCED:
        columns, values, weight = balanced["train"]
        share = np.average(values, weights=weight)
        assert share == pytest.approx(0.5, abs=1e-6)
        assert len(columns.numbers) == len(values)


@EVERY_BALANCE
def test_only_the_loss_that_ends_training_weighs_validation_rows(train, monkeypatch, way):
    frame, target, _ = train
    classifier = NeuralClassifier(**QUICK, **WAYS[way])
    _, codes, weight = stopped_before_training(monkeypatch, classifier, frame[:2_000], target[:2_000])[
        "validation"
    ]
    assert np.average(codes, weights=weight) == pytest.approx(0.5, abs=0.02)


@EVERY_BALANCE
def test_a_calibration_and_a_threshold_see_validation_rows_as_they_are(fits, train, way):
    calibrated = NeuralClassifier(**QUICK, **WAYS[way], calibration="platt", threshold="approval_rate=0.9")
    calibrated.epochs = 3
    decision = calibrated.fit(*train[:2]).decision_
    assert decision.calibrator.n_rows == 3_000
    assert decision.base_rates[1] == pytest.approx(train[1].mean(), abs=1e-3)
    assert decision.threshold.reached["approval_rate"] == pytest.approx(0.9, abs=0.001)


@EVERY
def test_scoring_is_not_balanced(fits, fresh, way):
    frame = fresh[0][:1_000]
    assert fits(way).predict_proba(frame).shape == (1_000, 2)
    assert fits(way).encoding_ == fits("none").encoding_
    np.testing.assert_array_equal(fits(way).predict_proba(frame)[:10], fits(way).predict_proba(frame[:10]))


@EVERY
def test_corrected_probabilities_are_as_calibrated_as_without_balancing(fits, fresh, way):
    frame, target, _ = fresh
    error = {name: calibration_error(target, fits(name).predict_proba(frame)) for name in ("none", way)}
    assert error["none"] < 0.01
    assert abs(error[way] - error["none"]) < 0.01


@EVERY
def test_corrected_probabilities_are_near_the_true_ones(fits, fresh, way):
    frame, _, truth = fresh
    probability = fits(way).predict_proba(frame)[:, 1]
    # The rate alone says of each row that it is 0.06 off.
    assert np.abs(truth - truth.mean()).mean() > 0.045
    assert np.abs(probability - truth).mean() < 0.02
    assert probability.mean() == pytest.approx(truth.mean(), abs=0.01)


@EVERY
def test_without_correction_the_shift_is_visible_and_told(train, fresh, way):
    classifier = NeuralClassifier(**QUICK | {"epochs": 10}, **WAYS[way], base_rate=None).fit(*train[:2])
    probability = classifier.predict_proba(fresh[0])
    assert probability[:, 1].mean() > 0.12 > 2 * fresh[1].mean()
    assert calibration_error(fresh[1], probability) > 0.06
    assert "shifted and not to be read as frequencies" in str(classifier.decision_)
    assert classifier.decision_.shifted


@EVERY
def test_with_correction_the_decision_says_so(fits, way):
    assert "which is corrected" in str(fits(way).decision_)
    assert "as frequent as in the table" in str(fits("none").decision_)


@EVERY
def test_another_base_rate_moves_the_probabilities_as_bayes_does(fits, fresh, train, way):
    frame, _, truth = fresh
    classifier = fits(way)
    base = np.array(classifier.decision_.base_rates)
    moved = NeuralClassifier(**QUICK | {"epochs": 1}, **WAYS[way], base_rate=0.2).fit(*train[:2])
    # The same network with the decision that another rate asks for.
    moved.model_ = classifier.model_
    probability = moved.predict_proba(frame)
    np.testing.assert_allclose(
        probability, correct_priors(classifier.predict_proba(frame), base, (0.8, 0.2)), rtol=1e-4, atol=1e-7
    )
    wanted = correct_priors(np.column_stack([1 - truth, truth]), (1 - truth.mean(), truth.mean()), (0.8, 0.2))
    assert probability[:, 1].mean() == pytest.approx(wanted[:, 1].mean(), abs=0.02)
    # Where one row in five is positive, so is the mean probability.
    weight = np.where(fresh[1] == 1, 0.2 / fresh[1].mean(), 0.8 / (1 - fresh[1].mean()))
    assert np.average(probability[:, 1], weights=weight) == pytest.approx(0.2, abs=0.03)
    assert "20.0 % positive rows, as expected in use" in str(moved.decision_)


@EVERY_BALANCE
def test_decisions_follow_the_balancing(fits, fresh, way):
    frame, target, _ = fresh
    recall = {name: recall_score(target, fits(name).predict(frame)) for name in ("none", way)}
    assert recall["none"] < 0.15
    assert recall[way] > 0.6
    assert fits(way).threshold_ == pytest.approx(target.mean(), abs=0.02)
    assert "likelier where balanced" in str(fits(way).decision_)


def test_a_focal_loss_alone_changes_few_decisions(fits, fresh):
    assert np.mean(fits("focal loss").predict(fresh[0]) != fits("none").predict(fresh[0])) < 0.01


@pytest.mark.parametrize("way", ["class weights", "repeated rows"])
def test_weights_of_rows_go_along(train, way):
    frame, target, truth = (part[:4_000] for part in train)
    # As if the rare class were twice as frequent.
    weight = np.where(target == 1, 2.0, 1.0)
    classifier = NeuralClassifier(**QUICK | {"epochs": 12}, **WAYS[way]).fit(frame, target, weight)
    odds = 2 * truth / (1 - truth)
    expected = (odds / (1 + odds)).mean()
    assert classifier.decision_.base_rates[1] == pytest.approx(np.average(target, weights=weight), abs=0.005)
    assert classifier.predict_proba(frame)[:, 1].mean() == pytest.approx(expected, abs=0.03)


def three_classes(n_rows, seed):
    """Shares of about 88, 9 and 3 %."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n_rows, 3))
    score = np.exp(np.column_stack([np.full(n_rows, 3.2), 1.5 * x[:, 0], 1.5 * x[:, 1] - 1.0]))
    truth = score / score.sum(axis=1, keepdims=True)
    chosen = (random.random((n_rows, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    return x, np.array(["good", "late", "lost"])[chosen], truth


@EVERY
def test_several_classes_are_corrected_too(way):
    x, names, truth = three_classes(6_000, 0)
    settings = QUICK | {"epochs": 15}
    plain, balanced = (NeuralClassifier(**settings, **more).fit(x, names) for more in ({}, WAYS[way]))
    fresh, fresh_names, truth = three_classes(6_000, 1)
    np.testing.assert_allclose(balanced.predict_proba(fresh).mean(axis=0), truth.mean(axis=0), atol=0.03)
    assert (
        log_loss(fresh_names, balanced.predict_proba(fresh))
        < log_loss(fresh_names, plain.predict_proba(fresh)) + 0.03
    )
    if way in BALANCED:
        recalls = [
            recall_score(fresh_names, fit.predict(fresh), average="macro") for fit in (plain, balanced)
        ]
        assert recalls[1] > recalls[0] + 0.1
    np.testing.assert_array_equal(
        balanced.decision_function(fresh).argmax(axis=1),
        np.searchsorted(balanced.classes_, balanced.predict(fresh)),
    )


def test_three_rates_move_three_classes():
    x, names, _ = three_classes(6_000, 0)
    settings = QUICK | {"epochs": 15}
    rates = {"good": 0.4, "late": 0.4, "lost": 0.2}
    probability = (
        NeuralClassifier(**settings, balance="class_weight", base_rate=rates).fit(x, names).predict_proba(x)
    )
    share = np.array([np.mean(names == name) for name in rates])
    weight = (np.array(list(rates.values())) / share)[np.searchsorted(sorted(rates), names)]
    np.testing.assert_allclose(
        np.average(probability, axis=0, weights=weight), list(rates.values()), atol=0.03
    )


def test_the_ratio_says_how_even_the_classes_become(train, monkeypatch):
    frame, target, _ = train
    for way in ("class_weight", "downsample", "oversample", "smote"):
        classifier = NeuralClassifier(**QUICK, balance=way, balance_ratio=0.25)
        _, values, weight = stopped_before_training(monkeypatch, classifier, frame[:2_000], target[:2_000])[
            "train"
        ]
        assert np.average(values, weights=weight) == pytest.approx(0.2, abs=0.001)


def test_rows_cannot_be_made_up_from_a_single_one():
    x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) == 7
    with pytest.raises(TableError, match="class True has a single training row"):
        NeuralClassifier(**QUICK, balance="smote").fit(x, y)
