import numpy as np
import pytest

from neurode.diagnosis.evidence import Curve, Evidence
from neurode.diagnosis.learning_rate import learning_rate_too_high, learning_rate_too_low
from neurode.errors import DivergedError
from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.optimizers import SGD, Adam

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
@pytest.mark.parametrize("optimizer", [Adam(1.0), SGD(5.0)], ids=["adam", "sgd"])
def test_a_rate_that_is_far_too_high_is_found(clinic, seed, optimizer):
    found = clinic.findings(
        clinic.rows(seed), clinic.relu(32, 16), seed=seed, optimizer=optimizer, stops=False
    )
    assert found["learning rate too high"].severity == "severe"
    assert "overfitting" not in found


@each_seed
@pytest.mark.parametrize("optimizer", [Adam(1e-6), SGD(1e-5)], ids=["adam", "sgd"])
def test_a_rate_that_is_far_too_low_is_found(clinic, seed, optimizer):
    found = clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed, optimizer=optimizer)
    assert "of a kernel, and the loss still falls" in found["learning rate too low"].evidence
    assert not {"learning rate too high", "stopped too early"} & found.keys()


@each_seed
@pytest.mark.parametrize("optimizer", [Adam(0.01), SGD(0.1)], ids=["adam", "sgd"])
def test_good_rates_are_left_alone(clinic, seed, optimizer):
    found = clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed, optimizer=optimizer)
    assert not {"learning rate too high", "learning rate too low"} & found.keys()


def test_a_fit_that_diverged_at_once_is_found(clinic):
    x, y = clinic.rows(0, "numbers")
    model = Sequential([Input((8,)), *clinic.relu(32, 16), Dense(1)], seed=0)
    model.compile(SGD(10.0), "mse")
    with pytest.raises(DivergedError):
        model.fit(x[:700], y[:700], epochs=3, verbose=0)
    finding = clinic.look(model, (x, y))["learning rate too high"]
    assert finding.evidence == "the loss was no longer finite before the first epoch ended"


def evidence(loss, update=1e-3):
    return Evidence({}, 10, curve=Curve({"loss": loss}), updates={"dense": update})


def test_a_loss_that_rises_is_found():
    assert "rises" in learning_rate_too_high(evidence([0.7, 0.8, 0.9, 1.0, 1.1])).evidence


def test_a_loss_that_swings_is_found_and_noise_is_not():
    swings = [1.0, 0.6, *[0.4, 0.7] * 6]
    assert "up and down" in learning_rate_too_high(evidence(swings)).evidence
    random = np.random.default_rng(0)
    noisy = 0.4 + 0.6 * np.exp(-np.arange(40) / 5) + 0.02 * random.normal(size=40)
    assert learning_rate_too_high(evidence(noisy.tolist())) is None


def test_a_step_of_a_tenth_of_the_kernel_is_too_much():
    falling = np.linspace(1, 0.5, 10).tolist()
    assert "12 % of a kernel" in learning_rate_too_high(evidence(falling, 0.12)).evidence
    assert learning_rate_too_high(evidence(falling, 0.05)) is None


def test_a_curve_that_has_bent_is_not_too_slow():
    bent = (0.5 + 0.5 * np.exp(-np.arange(30) / 4)).tolist()
    assert learning_rate_too_low(evidence(bent, 1e-6)) is None
    assert learning_rate_too_low(evidence(np.linspace(1, 0.99, 30).tolist(), 1e-6)) is not None
