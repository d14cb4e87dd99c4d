"""What every optimiser promises. A new one is one line in CASES, beside its update rule in float64 NumPy."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import optimizers
from neurode.errors import ArgumentError, DataTypeError, UnknownNameError
from neurode.optimizers import (
    OPTIMIZERS,
    SGD,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    schedules,
)  # fmt: skip

STEPS = 50

# The update rules of Keras 3.15, written down from its `update_step`s; generators that are sent gradients.


def naive_sgd(w, rate, momentum=0.0, nesterov=False):
    velocity = np.zeros_like(w)
    while True:
        g = yield w
        velocity = momentum * velocity - rate * g
        w = w + (momentum * velocity - rate * g if nesterov else velocity)


def naive_adagrad(w, rate, start=0.1, epsilon=1e-7):
    accumulator = np.full_like(w, start)
    while True:
        g = yield w
        accumulator = accumulator + g**2
        w = w - rate * g / np.sqrt(accumulator + epsilon)


def naive_rmsprop(w, rate, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    square, average, velocity = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    while True:
        g = yield w
        square = rho * square + (1 - rho) * g**2
        average = rho * average + (1 - rho) * g
        denominator = square - average**2 + epsilon if centered else square + epsilon
        velocity = momentum * velocity + rate * g / np.sqrt(denominator)
        w = w - velocity


def naive_adam(w, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, decay=0.0):
    m, v, t = np.zeros_like(w), np.zeros_like(w), 0
    while True:
        g = yield w
        t += 1
        w = w - rate * decay * w
        m = m + (g - m) * (1 - beta_1)
        v = v + (g**2 - v) * (1 - beta_2)
        alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (np.sqrt(v) + epsilon)


CASES = {
    "sgd": (SGD(0.05), lambda w: naive_sgd(w, 0.05)),
    "momentum": (SGD(0.05, momentum=0.9), lambda w: naive_sgd(w, 0.05, 0.9)),
    "nesterov": (SGD(0.05, momentum=0.9, nesterov=True), lambda w: naive_sgd(w, 0.05, 0.9, True)),
    "adagrad": (Adagrad(0.1), lambda w: naive_adagrad(w, 0.1)),
    "adagrad_zero": (
        Adagrad(0.1, initial_accumulator_value=0.0, epsilon=1e-3),
        lambda w: naive_adagrad(w, 0.1, 0.0, 1e-3),
    ),
    "rmsprop": (RMSprop(0.01), lambda w: naive_rmsprop(w, 0.01)),
    "rmsprop_momentum": (RMSprop(0.01, 0.8, 0.5), lambda w: naive_rmsprop(w, 0.01, 0.8, 0.5)),
    "rmsprop_centered": (
        RMSprop(0.01, epsilon=1e-3, centered=True),
        lambda w: naive_rmsprop(w, 0.01, epsilon=1e-3, centered=True),
    ),
    "adam": (Adam(0.01), lambda w: naive_adam(w, 0.01)),
    "adam_other": (Adam(0.01, 0.8, 0.99, 1e-3), lambda w: naive_adam(w, 0.01, 0.8, 0.99, 1e-3)),
    "adamw": (AdamW(0.01), lambda w: naive_adam(w, 0.01, decay=0.004)),
    "adamw_strong": (AdamW(0.01, weight_decay=0.5), lambda w: naive_adam(w, 0.01, decay=0.5)),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def optimizer(case):
    return case[0]


@pytest.fixture
def start():
    return np.random.default_rng(0).normal(size=7)


def walked(optimizer, start, gradient_of, steps=STEPS, rate=None):
    """The weights after each step."""
    rate = jnp.float32(optimizer.learning_rate if rate is None else rate)
    rule = jax.jit(optimizer.step)
    weights, path = jnp.asarray(start, jnp.float32), []
    state = optimizer.start(weights)
    for step in range(1, steps + 1):
        weights, state = rule(
            jnp.asarray(gradient_of(weights), jnp.float32), state, weights, rate, jnp.int32(step)
        )
        path.append(np.asarray(weights))
    return np.array(path)


def test_every_name_is_that_of_its_class():
    assert [kind.__name__.lower() for kind in OPTIMIZERS.values()] == list(OPTIMIZERS)


def test_fifty_steps_equal_the_update_rule_of_keras(case, start):
    optimizer, naive = case
    gradients = np.random.default_rng(1).normal(size=(STEPS, len(start)))
    gradients[::7, 2] = 0  # A weight that is not touched in some steps.
    rows = iter(gradients)
    path = walked(optimizer, start, lambda w: next(rows))
    rule = naive(start.copy())
    next(rule)
    expected = np.array([rule.send(g) for g in gradients])
    np.testing.assert_allclose(path, expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(0.1), -0.2),  # η g
        (Adam(0.1, epsilon=0.0), -0.1),  # The first step is η, whatever the gradient.
        (RMSprop(0.1, epsilon=0.0), -0.1 / np.sqrt(0.1)),  # η g / √((1 - ρ) g²)
        (Adagrad(0.1, initial_accumulator_value=0.0, epsilon=0.0), -0.1),  # η g / √g²
        (AdamW(0.1, epsilon=0.0, weight_decay=0.5), -0.1 - 0.1 * 0.5 * 3),  # And η λ w, with w = 3.
        (Lion(0.1), -0.1),  # The sign.
        (Nadam(0.1, beta_1=0.0, epsilon=0.0), -0.1),
        (Lamb(0.1, epsilon=0.0), -0.3),  # η |w|
        (Adafactor(0.1), -0.3),  # η rms(w)
    ],
    ids=repr,
)
def test_the_first_step(optimizer, expected):
    weights = jnp.array([3.0])
    after, _ = optimizer.step(
        jnp.array([2.0]), optimizer.start(weights), weights, jnp.float32(0.1), jnp.int32(1)
    )
    np.testing.assert_allclose(after - weights, [expected], rtol=1e-5)


def test_the_walk_is_down_the_gradient(optimizer, start):
    path = walked(optimizer, start, lambda w: 2 * w, steps=STEPS)
    assert (path[-1] ** 2).sum() < (start**2).sum()


def test_the_first_step_is_against_the_sign_of_the_gradient(optimizer):
    # From zero weights, where decay is nothing.
    path = walked(optimizer, np.zeros(3), lambda w: np.array([2.0, -3.0, 0.0]), steps=1)
    assert np.sign(path[0]).tolist() == [-1.0, 1.0, 0.0]


def test_a_gradient_of_zero_moves_nothing_but_decay(optimizer, start):
    path = walked(optimizer, start, np.zeros_like, steps=3)
    decay = (1 - optimizer.learning_rate * (optimizer.weight_decay or 0.0)) ** 3
    np.testing.assert_allclose(path[-1], start * decay, rtol=1e-5)


def test_a_learning_rate_of_zero_moves_nothing(optimizer, start):
    path = walked(optimizer, start, lambda w: w, steps=3, rate=0.0)
    np.testing.assert_array_equal(path[-1], np.float32(start))


def test_the_rate_of_the_call_counts_not_that_of_the_record(optimizer, start):
    usual = walked(optimizer, start, lambda w: w, steps=3)
    rule = optimizer.without_learning_rate()
    np.testing.assert_array_equal(
        walked(rule, start, lambda w: w, steps=3, rate=optimizer.learning_rate), usual
    )


def test_records_that_differ_in_rate_alone_are_one_rule(optimizer):
    other = type(optimizer)(**(optimizer.get_config() | {"learning_rate": 0.5}))
    assert other != optimizer
    assert other.without_learning_rate() == optimizer.without_learning_rate()
    assert hash(other.without_learning_rate()) == hash(optimizer.without_learning_rate())


def test_traced_once_for_one_shape(optimizer, start):
    traces = 0

    @jax.jit
    def update(*arguments):
        nonlocal traces
        traces += 1
        return optimizer.update(*arguments)

    weights = jnp.asarray(start, jnp.float32)
    state = optimizer.init(weights)
    for step in (1, 2, 3):
        _, state = update(weights, state, weights, jnp.float32(0.1 * step), jnp.int32(step))
    assert traces == 1


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_config_round_trip(kind):
    optimizer = kind(0.25, clipvalue=0.5, name="mine")
    again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
    assert again == optimizer
    assert again.name == "mine"


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_a_schedule_survives_the_configuration(kind):
    optimizer = kind(schedules.PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125]))
    assert optimizers.get(json.loads(json.dumps(optimizers.serialize(optimizer)))) == optimizer
    assert optimizer.without_learning_rate() == optimizer
    assert hash(optimizer.without_learning_rate()) == hash(optimizer)


def test_a_schedule_of_ones_own_is_told_apart_by_identity():
    class Halved(schedules.LearningRateSchedule):
        def __init__(self, first):
            self.first = first

        def __call__(self, step):
            return self.first / (step + 1)

    rate = Halved(0.5)
    assert Adam(rate) == Adam(rate) != Adam(Halved(0.5))
    assert Adam(rate).rate(jnp.float32(0.0), jnp.int32(2)) == 0.25


def test_a_function_without_arguments_is_a_rate():
    assert SGD(lambda: 0.25).rate(jnp.float32(0.0), jnp.int32(9)) == 0.25


def test_a_given_rate_is_passed_through():
    given = jnp.float32(0.3)
    assert SGD().rate(given, jnp.int32(1)) is given


def test_the_rate_can_be_set_and_nothing_else():
    optimizer = SGD(0.5)
    optimizer.learning_rate = 0.25
    assert optimizer == SGD(0.25)
    with pytest.raises(AttributeError, match="momentum"):
        optimizer.momentum = 0.5


def test_a_name_makes_no_other_rule():
    assert Adam(name="one") == Adam(name="other")


def test_spared_names_make_another_rule():
    spared = Adam(weight_decay=0.1)
    spared.exclude_from_weight_decay(var_names=["bias"])
    assert spared != Adam(weight_decay=0.1)
    assert spared.without_learning_rate().elementwise is False


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_without_options_the_state_is_that_of_the_rule(kind, start):
    weights = {"dense": {"kernel": jnp.ones((2, 3))}}
    assert jax.tree.structure(kind().start(weights)) == jax.tree.structure(kind().init(weights))


def test_the_mean_of_weights_before_the_first_step_is_the_weights():
    optimizer, weights = SGD(use_ema=True), jnp.array([3.0])
    assert optimizer.final(optimizer.start(weights), weights) == 3.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0.01}, "write learning_rate=0.01"),
        ({"decay": 0.01}, "decay_rate=0.01"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "give one of them"),
        ({"clipnorm": -1.0}, "clipnorm=-1.0"),
        ({"gradient_accumulation_steps": 1}, "gradient_accumulation_steps=1"),
        ({"use_ema": True, "ema_momentum": 1.5}, "ema_momentum=1.5"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, "ema_overwrite_frequency=0"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        Adam(**options)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Lion(beta_1=0.0),
        lambda: AdamW(weight_decay=None),
        lambda: Adagrad(initial_accumulator_value=-1.0),
        lambda: Ftrl(learning_rate_power=0.5),
        lambda: Ftrl(l1_regularization_strength=-1.0),
        lambda: schedules.CosineDecay(0.1, 0),
        lambda: schedules.CosineDecayRestarts(0.1, 5, t_mul=0.5),
        lambda: schedules.PiecewiseConstantDecay([1], [0.5]),
        lambda: schedules.PiecewiseConstantDecay([2, 1], [0.5, 0.4, 0.3]),
        lambda: SGD().exclude_from_weight_decay(var_list=[1]),
    ],
)
def test_arguments_outside_their_range_are_refused(make):
    with pytest.raises(ArgumentError, match="hint:"):
        make()


def test_a_function_is_no_optimizer():
    with pytest.raises(DataTypeError, match="is no optimizer"):
        optimizers.get(lambda weights: weights)


def test_muon_leaves_biases_embeddings_and_named_layers_to_adam():
    matrix, rule = jnp.ones((2, 2)), Muon(exclude_layers=["output"])
    assert not rule.uses_adam("dense/kernel", matrix)
    assert rule.uses_adam("output/kernel", matrix)
    assert rule.uses_adam("grade_embedding/kernel", matrix)
    assert rule.uses_adam("dense/bias", jnp.ones(2))


def test_a_name_in_any_case_a_class_and_an_object_are_all_taken():
    assert optimizers.get("Adam") == optimizers.get("adam") == optimizers.get(Adam) == optimizers.get(Adam())


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'adam'"):
        optimizers.get("adm")


@pytest.mark.parametrize("rate", [-0.1, float("inf"), float("nan")])
def test_a_learning_rate_that_is_no_size_is_refused(optimizer, rate):
    with pytest.raises(ArgumentError, match="learning_rate="):
        type(optimizer)(learning_rate=rate)


def test_a_momentum_outside_its_range_is_refused():
    with pytest.raises(ArgumentError, match=r"momentum=1\.5"):
        SGD(momentum=1.5)
