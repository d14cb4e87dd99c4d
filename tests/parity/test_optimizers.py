"""Fifty steps of every optimiser beside Keras 3.15, with its defaults and with every option.

Both get the same weights and gradients, in 32 bits. Weights of Keras keep the names that the tree has here.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import optimizers
from neurode.optimizers import OPTIMIZERS, schedules

STEPS = 50

RULES = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{}, {"momentum": 0.9}, {"rho": 0.8, "epsilon": 1e-3, "centered": True}],
    "Adam": [{}, {"amsgrad": True}, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}],
    "AdamW": [{}, {"weight_decay": 0.1, "amsgrad": True}],
    "Adadelta": [{}, {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-4}],
    "Adagrad": [{}, {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 1e-3}],
    "Adamax": [{}, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}],
    "Nadam": [{}, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}],
    "Ftrl": [
        {"learning_rate": 0.1},
        {"learning_rate": 0.5, "l1_regularization_strength": 1.0, "initial_accumulator_value": 0.0},
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.7,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.2,
            "beta": 0.3,
        },
    ],
    "Lion": [{}, {"beta_1": 0.7, "beta_2": 0.8}],
    "Lamb": [{}, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}],
    "Adafactor": [{}, {"learning_rate": 0.5, "clip_threshold": 0.5, "beta_2_decay": -0.5, "epsilon_2": 1.0}],
    "Muon": [
        {},
        {"nesterov": False, "rms_rate": None, "ns_steps": 3, "momentum": 0.5},
        {"exclude_layers": ["dense_2"], "adam_weight_decay": 0.1, "adam_lr_ratio": 0.5},
        {"exclude_embeddings": False, "weight_decay": None},
    ],
}

OPTIONS = {
    "decay": {"weight_decay": 0.1},
    "clipnorm": {"clipnorm": 1.0},
    "clipvalue": {"clipvalue": 0.5},
    "global_clipnorm": {"global_clipnorm": 1.0},
    "ema": {"use_ema": True, "ema_momentum": 0.9},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
    "accumulation": {"gradient_accumulation_steps": 4},
    "accumulation_and_ema": {
        "gradient_accumulation_steps": 3,
        "use_ema": True,
        "ema_momentum": 0.8,
        "ema_overwrite_frequency": 5,
        "clipnorm": 1.0,
        "weight_decay": 0.1,
    },
}

SHAPES = {
    "embedding": {"kernel": (4, 3)},
    "dense_1": {"kernel": (4, 3), "bias": (3,)},
    "dense_2": {"kernel": (3, 5), "bias": (5,)},
}


def drawn(seed):
    random = np.random.default_rng(seed)
    draw = lambda shape: np.asarray(random.normal(size=shape), np.float32)  # noqa: E731
    return jax.tree.map(draw, SHAPES, is_leaf=lambda shape: isinstance(shape, tuple))


def ours(optimizer, steps=STEPS, gradient_of=drawn, flat=False):
    """The weights after every step, and those at the end of training."""
    weights = jax.tree.map(jnp.asarray, drawn(0))
    unravel = lambda tree: tree  # noqa: E731
    if flat:
        weights, unravel = jax.flatten_util.ravel_pytree(weights)
    state, path = optimizer.start(weights), []

    @jax.jit
    def one(gradient, state, weights, step):
        gradient = jax.flatten_util.ravel_pytree(gradient)[0] if flat else gradient
        given = jnp.float32(0.0 if callable(optimizer.learning_rate) else optimizer.learning_rate)
        return optimizer.step(gradient, state, weights, optimizer.rate(given, step), step)

    for step in range(1, steps + 1):
        weights, state = one(gradient_of(step), state, weights, jnp.int32(step))
        path.append(unravel(weights))
    return path, unravel(optimizer.final(state, weights))


def theirs(keras, optimizer, steps=STEPS, gradient_of=drawn):
    """The same of Keras, whose step is compiled too: one by one its operations take minutes."""
    variables, treedef = [], jax.tree.structure(drawn(0))
    for layer, parts in drawn(0).items():
        for name, value in parts.items():
            with keras.name_scope(layer):
                variables.append(keras.Variable(value, name=name))
    assert [v.path for v in variables[:2]] == ["dense_1/bias", "dense_1/kernel"]
    optimizer.build(variables)
    weights, state = [[v.value for v in group] for group in (variables, optimizer.variables)]
    one, path = jax.jit(optimizer.stateless_apply), []
    for step in range(1, steps + 1):
        weights, state = one(state, [jnp.asarray(g) for g in jax.tree.leaves(gradient_of(step))], weights)
        path.append(jax.tree.unflatten(treedef, weights))
    for variable, value in zip(variables + optimizer.variables, [*weights, *state]):
        variable.assign(value)
    optimizer.finalize_variable_values(variables)
    return path, jax.tree.unflatten(treedef, [v.value for v in variables])


def pair(keras, name, config):
    return optimizers.OPTIMIZERS[name.lower()](**config), getattr(keras.optimizers, name)(**config)


def assert_same(found, expected, rtol=1e-5, atol=1e-6):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=atol), found, expected)


CASES = [(name, config) for name, configs in RULES.items() for config in configs]


def test_every_optimizer_is_compared():
    assert {name.lower() for name in RULES} == set(OPTIMIZERS)


@pytest.mark.parametrize(("name", "config"), CASES, ids=str)
def test_the_rule_takes_the_same_steps(keras, name, config):
    mine, reference = pair(keras, name, config)
    found, expected = ours(mine), theirs(keras, reference)
    # Five products of matrices, each with its own rounding, are repeated in every step.
    assert_same(found, expected, rtol=1e-4 if name == "Muon" else 1e-5, atol=1e-5 if name == "Muon" else 1e-6)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", ["SGD", "Adam", "Lamb", "Nadam"])
def test_the_option_does_the_same(keras, name, option):
    config = {"learning_rate": 0.05} | OPTIONS[option]
    mine, reference = pair(keras, name, config)
    # Beside 0 the rounding of weights near 1, over fifty steps of 0.05, is what counts.
    assert_same(ours(mine), theirs(keras, reference), rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["SGD", "Muon"])
def test_names_are_spared_decay_alike(keras, name):
    mine, reference = pair(keras, name, {"learning_rate": 0.05, "weight_decay": 0.3})
    for optimizer in (mine, reference):
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    assert_same(ours(mine), theirs(keras, reference), rtol=1e-4, atol=1e-5)
    assert not mine.elementwise


@pytest.mark.parametrize("accumulated", [None, 3])
@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor"])
def test_a_schedule_counts_the_same_steps(keras, name, accumulated):
    decay = {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5}
    mine = OPTIMIZERS[name.lower()](
        schedules.ExponentialDecay(**decay), gradient_accumulation_steps=accumulated
    )
    reference = getattr(keras.optimizers, name)(
        keras.optimizers.schedules.ExponentialDecay(**decay), gradient_accumulation_steps=accumulated
    )
    assert_same(ours(mine), theirs(keras, reference))


@pytest.mark.parametrize(
    ("name", "option"), [*((name, "decay") for name in OPTIMIZERS), *(("sgd", option) for option in OPTIONS)]
)
def test_an_elementwise_optimizer_does_the_same_on_one_vector(name, option):
    optimizer = OPTIMIZERS[name](**({"learning_rate": 0.05} | OPTIONS[option]))
    whole, flat = ours(optimizer, 4), ours(optimizer, 4, flat=True)
    if optimizer.elementwise:
        assert_same(whole, flat)
    else:
        with pytest.raises(AssertionError):
            assert_same(whole, flat)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_defaults_are_the_same(keras, name):
    config = OPTIMIZERS[name]().get_config()
    expected = getattr(keras.optimizers, OPTIMIZERS[name].__name__)().get_config()
    for theirs_only in ("name", "loss_scale_factor"):
        expected.pop(theirs_only)
    config.pop("name")
    rate = expected.pop("learning_rate")  # Read back from 32 bits.
    assert config.pop("learning_rate") == pytest.approx(rate, rel=1e-6)
    assert config == expected


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arguments_come_in_the_same_order(keras, name):
    values = (0.25, 0.5, 0.75, 0.125)[: 3 if name in {"sgd", "lion"} else 4]
    values = (0.25, 0.5, True) if name == "sgd" else values
    count = 3 if name in {"sgd", "rmsprop", "lion", "adadelta", "adagrad"} else 4
    if name == "ftrl":
        values = (0.25, -0.5, 0.75, 0.125)
    mine = OPTIMIZERS[name](*values[:count]).get_config()
    reference = getattr(keras.optimizers, OPTIMIZERS[name].__name__)(*values[:count]).get_config()
    for key in mine.keys() - {"name"}:
        assert mine[key] == reference[key], key


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_configuration_of_keras_is_taken(keras, name):
    reference = getattr(keras.optimizers, OPTIMIZERS[name].__name__)(learning_rate=0.25, clipnorm=0.5)
    mine = optimizers.get(keras.optimizers.serialize(reference))
    assert mine == OPTIMIZERS[name](learning_rate=0.25, clipnorm=0.5)


def test_a_schedule_of_keras_is_taken(keras):
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125])
    mine = optimizers.deserialize(keras.optimizers.serialize(keras.optimizers.Adam(rate)))
    assert mine == optimizers.Adam(schedules.PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125]))


def finite(tree):
    return all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(tree))


def test_a_row_and_a_column_without_gradient_break_keras_adafactor_alone(keras):
    def gradient_of(step):
        gradient = drawn(step)
        for parts in gradient.values():
            parts["kernel"][0], parts["kernel"][:, 0] = 0, 0
        return gradient

    mine, reference = pair(keras, "Adafactor", {})
    assert not finite(theirs(keras, reference, 3, gradient_of)[1])
    assert finite(ours(mine, 3, gradient_of)[1])


def test_a_learning_rate_of_zero_breaks_keras_ftrl_alone(keras):
    mine, reference = pair(keras, "Ftrl", {"learning_rate": 0.0})
    assert not finite(theirs(keras, reference, 2)[1])
    assert_same(ours(mine, 2)[1], drawn(0))
