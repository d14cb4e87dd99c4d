import numpy as np
import pytest

from neurode.layers import Rescaling
from neurode.losses import BinaryCrossentropy
from neurode.optimizers import Adam

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
@pytest.mark.parametrize(("rate", "is_found"), [(0.15, True), (0.9, False)], ids=["rare", "frequent"])
def test_a_rare_class_that_is_never_called_is_found(clinic, seed, rate, is_found):
    x, _ = clinic.rows(seed)
    x[:, 0] = np.sign(x[:, 0])
    random = np.random.default_rng(seed + 100)
    # Of neither kind of rows half are positive where it is rare, so 0.5 is not reached.
    y = (random.random(len(x)) < np.where(x[:, 0] > 0, rate, 0.02)).astype(np.float32)
    found = clinic.findings((x, y), [], seed=seed, optimizer=Adam(0.01))
    assert ("one class for all" in found) == is_found


@each_seed
def test_a_softmax_of_one_unit_is_found(clinic, seed):
    found = clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed, out=("softmax", 1), epochs=5)
    assert "a softmax of 1 unit" in found["output does not fit the loss"].evidence
    assert "learning rate too high" not in found


@each_seed
def test_predictions_that_are_no_probabilities_are_found(clinic, seed):
    found = clinic.findings(
        clinic.rows(seed), clinic.relu(32, 16), seed=seed, tail=[Rescaling(4.0, -1.0)], epochs=5
    )
    assert "with BinaryCrossentropy" in found["output does not fit the loss"].evidence


@each_seed
def test_sigmoids_for_classes_of_which_one_holds_are_found(clinic, seed):
    found = clinic.findings(
        clinic.rows(seed), clinic.relu(32, 16), seed=seed, out=("sigmoid", 2), epochs=5,
        loss="sparse_categorical_crossentropy",
    )  # fmt: skip
    assert found["output does not fit the loss"].severity == "warning"


@each_seed
def test_squares_of_a_sigmoid_are_a_note(clinic, seed):
    found = clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed, loss="mse")
    assert {name: finding.severity for name, finding in found.items()} == {
        "output does not fit the loss": "note"
    }


@each_seed
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_targets_that_the_last_activation_cannot_give_are_found(clinic, seed, activation):
    found = clinic.findings(
        clinic.rows(seed, "numbers"),
        clinic.relu(32, 16),
        seed=seed,
        out=(activation, 1),
        loss="mse",
        epochs=5,
    )
    assert found["targets out of reach"].severity == "severe"


@each_seed
def test_the_same_network_with_a_linear_end_is_left_alone(clinic, seed):
    found = clinic.findings(
        clinic.rows(seed, "numbers"), clinic.relu(32, 16), seed=seed, out=("linear", 1), loss="mse", epochs=60
    )
    assert found == {}


def test_one_class_alone_is_nothing_to_learn(clinic):
    x, _ = clinic.rows(0)
    found = clinic.findings((x, np.zeros(len(x), np.float32)), clinic.relu(32, 16), epochs=5)
    assert list(found) == ["constant targets"]


def test_raw_scores_with_the_loss_for_raw_scores_are_left_alone(clinic):
    found = clinic.findings(
        clinic.rows(0), clinic.relu(32, 16), out=("linear", 1), loss=BinaryCrossentropy(from_logits=True)
    )
    assert found == {}
