"""The single neuron, whose epoch is one kernel: the numbers are those of any network."""

import numpy as np
import pytest

from neurode.activations import ACTIVATIONS
from neurode.layers import BatchNormalization, Dense, Input
from neurode.losses import LOSSES
from neurode.metrics import METRICS
from neurode.models import Sequential
from neurode.optimizers import OPTIMIZERS

ROWS, FEATURES = 50, 7


def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
    return x, (x[:, 0] + 0.3 * rng.normal(size=ROWS) > 0).astype(np.float32)


def fitted(activation, optimizer, loss, metrics, **arguments):
    net = Sequential([Input((FEATURES,)), Dense(1, activation=activation)], seed=3)
    net.compile(optimizer, loss, metrics)
    x, y = table()
    return net, net.fit(x, y, batch_size=16, epochs=2, verbose=0, **arguments)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_fits_a_neuron(optimizer):
    _, history = fitted("sigmoid", optimizer, "binary_crossentropy", [])
    assert history.history["loss"][1] < history.history["loss"][0]


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.link != "softmax"])
def test_every_loss_fits_a_neuron(loss):
    _, history = fitted("sigmoid", "sgd", loss, [])
    assert np.isfinite(history.history["loss"]).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_fits_a_neuron(activation):
    _, history = fitted(activation, "sgd", "mse", [])
    assert np.isfinite(history.history["loss"]).all()


def test_every_metric_watches_a_neuron():
    names = [name for name, metric in METRICS.items() if not metric.sparse]
    _, history = fitted("sigmoid", "adam", "binary_crossentropy", ["accuracy", *names])
    assert all(np.isfinite(values).all() for values in history.history.values())


def test_a_function_of_the_users_own_may_hold_any_product():
    def strange(y_true, y_pred):
        return ((y_true - y_pred) @ (y_true - y_pred).T @ y_true - y_pred) ** 2

    _, history = fitted("sigmoid", "sgd", strange, [strange])
    assert np.isfinite(history.history["loss"]).all()


def test_a_neuron_in_one_kernel_learns_what_the_textbook_says():
    x, y = table()
    net, _ = fitted("sigmoid", "sgd", "binary_crossentropy", [], shuffle=False)
    start = Sequential([Input((FEATURES,)), Dense(1, activation="sigmoid")], seed=3)
    kernel, bias = (weight.astype(np.float64) for weight in start.get_weights())
    for _ in range(2):
        for first in range(0, ROWS, 16):
            rows, target = x[first : first + 16].astype(np.float64), y[first : first + 16, None]
            error = 1 / (1 + np.exp(-(rows @ kernel + bias))) - target
            kernel -= 0.01 * rows.T @ error / len(rows)
            bias -= 0.01 * error.mean(axis=0)
    np.testing.assert_allclose(net.get_weights()[0], kernel, atol=1e-5)
    np.testing.assert_allclose(net.get_weights()[1], bias, atol=1e-5)


def test_a_normalised_neuron_is_compiled_like_any_network():
    net = Sequential([Input((FEATURES,)), BatchNormalization(), Dense(1, activation="sigmoid")])
    net.compile("sgd", "binary_crossentropy")
    assert np.isfinite(net.fit(*table(), epochs=1, verbose=0).history["loss"]).all()
