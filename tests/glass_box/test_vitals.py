import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode import activations
from neurode.glass_box.vitals import (
    BOUNDED,
    RECTIFIERS,
    STEEPEST,
    layer_vitals,
    output_activations,
    row_losses,
)
from neurode.layers import ELU, Activation, BatchNormalization, Dense, Dropout, Input, LeakyReLU, ReLU
from neurode.losses import LOSSES
from neurode.models import Sequential
from neurode.optimizers import SGD


def rows(n_rows=64, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n_rows, 3)).astype(np.float32)
    return x, (x[:, 0] > 0).astype(np.float32)


def compiled(*layers, loss="binary_crossentropy", optimizer="adam"):
    model = Sequential([Input((3,)), *layers], seed=0)
    model.compile(optimizer, loss)
    return model


def test_lengths_of_gradients_are_those_of_jax_grad():
    x, y = rows()
    model = compiled(Dense(5, activation="tanh"), Dense(1, activation="sigmoid"))
    first, last = model.read_weights()[0].values()

    def loss(weights):
        (first, last) = weights
        hidden = jnp.tanh(x @ first["kernel"] + first["bias"][None])
        score = (hidden @ last["kernel"] + last["bias"][None])[:, 0]
        return (jnp.logaddexp(0, score) - y * score).mean()

    expected = [
        float(jnp.sqrt(sum((part**2).sum() for part in own.values())))
        for own in jax.grad(loss)((first, last))
    ]
    assert [layer.gradient_norm for layer in layer_vitals(model, x, y)] == pytest.approx(expected, rel=1e-5)


def test_the_signal_is_the_length_of_each_rows_gradient_in_the_output():
    x, y = rows()
    model = compiled(Dense(5, activation="tanh"), Dense(1, activation="sigmoid"))
    kernel = model.layers[1].kernel.numpy()
    error = model.predict(x) - y[:, None]
    hidden, output = layer_vitals(model, x, y)
    assert output.signal == pytest.approx(np.sqrt((error**2).mean()), rel=1e-5)
    assert hidden.signal == pytest.approx(np.sqrt(((error @ kernel.T) ** 2).sum(axis=1).mean()), rel=1e-5)


def test_the_update_is_that_of_the_next_step():
    x, y = rows()
    model = compiled(Dense(5, activation="tanh"), Dense(1, activation="sigmoid"))
    assert [layer.kernel_update for layer in layer_vitals(model, x, y)] == [None, None]
    model.fit(x, y, epochs=3, verbose=0)
    promised = [layer.kernel_update for layer in layer_vitals(model, x, y)]
    before = [layer.kernel.numpy() for layer in model.layers]
    model.train_on_batch(x, y)
    after = [layer.kernel.numpy() for layer in model.layers]
    moved = [np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in zip(before, after)]
    assert promised == pytest.approx(moved, rel=1e-4)


def test_units_that_are_zero_on_every_row_are_dead():
    x, y = rows()
    model = compiled(Dense(4), ReLU(), Dense(1, activation="sigmoid"))
    model.layers[0].set_weights([model.layers[0].kernel.numpy(), np.array([-99.0, 0.0, -99.0, 0.0])])
    by_name = {layer.name: layer for layer in layer_vitals(model, x, y)}
    assert by_name["re_lu"].dead == 0.5
    assert by_name["re_lu"].flat[[0, 2]].tolist() == [1.0, 1.0]
    assert by_name["dense"].flat is None


def test_units_beyond_097_are_saturated():
    x = np.array([[2.1, 2.0, 0.0]] * 10, np.float32)
    model = compiled(Dense(3, activation="tanh"), Dense(1, activation="sigmoid"))
    model.layers[0].set_weights([np.eye(3), np.zeros(3)])
    # tanh(2.1) is 0.9705, tanh(2.0) is 0.9640.
    hidden, _ = layer_vitals(model, x, np.ones(10))
    assert hidden.flat.tolist() == [1.0, 0.0, 0.0]
    assert hidden.saturated == pytest.approx(1 / 3)
    assert hidden.dead == 0


def test_an_output_that_is_sure_is_not_saturated():
    x, y = rows()
    for ending in ([Dense(1, activation="sigmoid")], [Dense(1), Activation("sigmoid")]):
        model = compiled(Dense(3, activation="tanh"), *ending)
        model.layers[1].set_weights([np.full((3, 1), 99.0), np.zeros(1)])
        assert all(layer.flat is None for layer in layer_vitals(model, x, y)[1:])


def test_layers_of_inner_networks_and_frozen_ones_have_their_place():
    inner = Sequential([Input((4,)), Dense(4, activation="relu"), BatchNormalization()], name="inner")
    model = compiled(
        Dense(4, trainable=False), Dropout(0.5), inner, LeakyReLU(), Dense(1, activation="sigmoid")
    )
    by_name = {layer.name: layer for layer in layer_vitals(model, *rows())}
    assert list(by_name) == ["dense", "inner/dense", "inner/batch_normalization", "leaky_re_lu", "dense_1"]
    assert by_name["dense"].gradient_norm is None
    assert by_name["inner/dense"].gradient_norm > 0
    assert by_name["inner/dense"].family == "rectifier"
    # A leaky unit is never flat.
    assert by_name["leaky_re_lu"].family is None
    assert output_activations(model) == ("sigmoid",)


def test_a_function_of_ones_own_is_left_alone():
    def tanh(x):
        return jnp.minimum(x, 0)

    model = compiled(Dense(4, activation=tanh), Dense(1, activation="sigmoid"))
    assert layer_vitals(model, *rows())[0].family is None
    known = compiled(Dense(4), ELU(), Dense(1, activation="sigmoid"))
    assert layer_vitals(known, *rows())[1].family == "rectifier"


def test_a_network_is_traced_once():
    x, y = rows()
    model = compiled(Dense(6, activation="relu"), Dense(1, activation="sigmoid"), optimizer=SGD(0.1))
    layer_vitals(model, x, y)
    model.fit(x, y, epochs=1, verbose=0)
    layer_vitals(model, x, y)
    from neurode.glass_box.vitals import _program

    assert _program(model.task)._cache_size() == 1


@pytest.mark.parametrize("name", [*BOUNDED, *RECTIFIERS])
def test_the_steepest_slope_is_known(name):
    scores = jnp.linspace(-6, 6, 4001)
    slopes = jnp.abs(jax.vmap(jax.grad(activations.get(name)))(scores))
    # Some rectifiers are up to 1.8 times as steep; what counts is the order of size.
    assert 0.97 < float(slopes.max()) / STEEPEST.get(name, 1.0) < (1.01 if name in BOUNDED else 1.8)
    assert float(slopes[0]) < 0.06


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8), st.integers(0, 255))
def test_the_loss_of_a_row_is_that_of_a_slow_sum(predictions, bits):
    prediction = np.array(predictions, np.float32)[:, None]
    target = np.array([bits >> i & 1 for i in range(len(predictions))], np.float32)[:, None]
    p, y = prediction.astype(np.float64), target.astype(np.float64)
    expected = {
        "binary_crossentropy": -(y * np.log(p) + (1 - y) * np.log(1 - p)),
        "mse": (y - p) ** 2,
        "mae": abs(y - p),
    }
    for name, values in expected.items():
        assert row_losses(LOSSES[name], target, prediction) == pytest.approx(values[:, 0], rel=1e-4, abs=1e-6)
