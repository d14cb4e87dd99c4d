import numpy as np
import pytest

from neurode.diagnosis import doctor
from neurode.diagnosis.evidence import Curve, Evidence, Rows
from neurode.diagnosis.progress import no_better_than_a_constant, stopped_too_early
from neurode.optimizers import SGD

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
def test_features_that_say_nothing_give_no_better_than_a_constant(clinic, seed):
    x, y = clinic.rows(seed)
    x[:, :3] = np.random.default_rng(seed + 10).normal(size=(len(x), 3))
    found = clinic.findings((x, y), clinic.relu(4), seed=seed, epochs=5, optimizer=SGD(0.001))
    assert "no better than a constant" in found
    assert "700 training rows; the best constant has 0.69" in found["no better than a constant"].evidence


@each_seed
def test_a_fit_that_still_falls_was_stopped_too_early(clinic, seed):
    found = clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed, optimizer=SGD(0.02), epochs=10)
    assert found["stopped too early"].advice.startswith("epochs=20")


def curve(loss, **options):
    return Evidence({}, 10, curve=Curve({"loss": list(loss)}, **options))


def test_a_fit_that_a_person_ended_was_not_stopped_too_early():
    falling = np.linspace(1, 0.2, 20)
    assert stopped_too_early(curve(falling, planned=20)).severity == "warning"
    assert stopped_too_early(curve(falling, planned=20, was_interrupted=True)) is None
    assert stopped_too_early(curve(falling, planned=50)) is None
    assert stopped_too_early(curve(0.2 + 0.8 * np.exp(-np.arange(20) / 2), planned=20)) is None


def rows(losses, constant):
    losses, constant = (np.asarray(values, np.float32) for values in (losses, constant))
    return Evidence({}, 10, training=Rows(losses, constant, losses, (), ()))


def test_a_gain_beyond_its_standard_error_is_better_than_a_constant():
    noise = np.random.default_rng(0).normal(size=10_000)
    assert no_better_than_a_constant(rows(0.98 + 0.1 * noise, np.ones(10_000))) is None
    assert no_better_than_a_constant(rows(0.98 + 0.1 * noise[:30], np.ones(30))) is not None
    assert no_better_than_a_constant(rows(0.98 + 0.1 * noise[:29], np.ones(29))) is None


@pytest.mark.parametrize(
    ("loss", "y", "best"),
    [
        # The variance; the mean distance from the median 1; -0.75 ln 0.75 - 0.25 ln 0.25.
        ("mse", [0.0, 1.0, 1.0, 6.0], 5.5),
        ("mae", [0.0, 1.0, 1.0, 6.0], 1.5),
        ("binary_crossentropy", [0.0, 1.0, 1.0, 1.0], 0.5623351),
    ],
)
def test_the_best_constant_is_that_of_the_loss(clinic, loss, y, best):
    from neurode.diagnosis.examination import evidence_of
    from neurode.layers import Dense, Input
    from neurode.models import Sequential

    model = Sequential([Input((8,)), Dense(1, activation="sigmoid")], seed=0)
    model.compile("sgd", loss)
    found = evidence_of(model, (np.zeros((4, 8)), y, None))
    assert found.training.constant_loss == pytest.approx(best, rel=1e-5)
    assert found.training.loss == pytest.approx(model.evaluate(np.zeros((4, 8)), y, verbose=0), rel=1e-5)
    assert doctor(model, np.zeros((4, 8)), y).looked_at == (
        "the weights",
        "4 training rows (too few to tell much)",
    )


def test_sample_weights_count_in_both(clinic):
    from neurode.diagnosis.examination import evidence_of
    from neurode.layers import Dense, Input
    from neurode.models import Sequential

    x, y = np.random.default_rng(0).normal(size=(6, 8)), [0, 1, 2, 2, 1, 2]
    weight = [3.0, 1.0, 0.5, 0.5, 1.0, 0.0]
    model = Sequential([Input((8,)), Dense(3, activation="softmax")], seed=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    found = evidence_of(model, (x, y, weight)).training
    assert found.loss == pytest.approx(model.evaluate(x, y, sample_weight=weight, verbose=0), rel=1e-5)
    shares = np.array([3.0, 2.0, 1.0]) / 6
    assert found.constant_loss == pytest.approx(
        -(np.array([3.0, 2.0, 1.0]) * np.log(shares)).sum() / 6, rel=1e-5
    )
