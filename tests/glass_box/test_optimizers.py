"""The step in the glass box is the step that training takes."""

import numpy as np
import pytest

from neurode import trace
from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential
from neurode.optimizers import OPTIMIZERS, SGD, Adam, schedules


def assert_the_next_step_is_that_of(found, model, x, y):
    before = dict(zip((w.path for w in model.weights), model.get_weights()))
    model.train_on_batch(x, y)
    after = dict(zip((w.path for w in model.weights), model.get_weights()))
    for path, step in found.steps.items():
        # The engine fuses the gradient into the rule, which may round the last bit of a weight otherwise.
        np.testing.assert_allclose(before[path] + step, after[path], rtol=3e-7, atol=1e-9, err_msg=path)
    assert any(np.abs(step).max() > 0 for step in found.steps.values())
    for path in found.frozen:
        np.testing.assert_array_equal(before[path], after[path])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_of_every_optimizer(make, rows, name):
    model = make(name)
    for number in range(2):
        found = trace(model, *rows, training=True, check=False)
        assert found.step == number + 1
        assert_the_next_step_is_that_of(found, model, *rows)
    assert found.optimizer == type(model.optimizer).__name__


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.1, clipnorm=0.01),
        SGD(0.1, momentum=0.9, weight_decay=0.1),
        Adam(schedules.ExponentialDecay(0.1, 1, 0.5)),
        Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    ],
    ids=["clipped", "decayed", "scheduled", "averaged"],
)
def test_of_its_options(make, rows, optimizer):
    model = make(optimizer)
    for _ in range(2):
        assert_the_next_step_is_that_of(trace(model, *rows, training=True, check=False), model, *rows)


def test_a_schedule_says_the_rate_of_this_step(make, rows):
    model = make(Adam(schedules.ExponentialDecay(0.1, 1, 0.5)))
    model.train_on_batch(*rows)
    assert trace(model, *rows, check=False).learning_rate == pytest.approx(0.05)


def test_a_rate_that_was_set_since_counts(make, rows):
    model = make(SGD(0.1))
    model.train_on_batch(*rows)
    model.optimizer.learning_rate = 0.5
    found = trace(model, *rows, training=True, check=False)
    assert found.learning_rate == 0.5
    assert_the_next_step_is_that_of(found, model, *rows)


def test_accumulated_gradients_change_nothing_until_there_are_enough(make, rows):
    model = make(SGD(0.1, gradient_accumulation_steps=2))
    first = trace(model, *rows, training=True, check=False)
    assert not any(step.any() for step in first.steps.values())
    model.train_on_batch(*rows)
    assert_the_next_step_is_that_of(trace(model, *rows, training=True, check=False), model, *rows)


def test_the_step_of_one_epoch_of_one_batch_is_the_same(make, rows):
    model = make("adam")
    found, before = trace(model, *rows, training=True, check=False), model.get_weights()
    model.fit(*rows, batch_size=7, shuffle=False, verbose=0)
    steps = [found.steps[weight.path] for weight in model.weights]
    for old, step, new in zip(before, steps, model.get_weights()):
        np.testing.assert_allclose(old + step, new, rtol=3e-7, atol=1e-9)


def test_constraints_frozen_layers_dropout_and_normalisation_are_in_the_step(rows):
    model = Sequential(
        [
            Input((2,)),
            Dense(6, activation="relu", kernel_constraint="unit_norm", kernel_regularizer="l2"),
            BatchNormalization(),
            Dropout(0.4),
            Dense(5, trainable=False, kernel_constraint="non_neg"),
            Dense(1, activation="sigmoid"),
        ],
        seed=3,
    )
    model.compile("adam", "binary_crossentropy")
    for _ in range(2):
        found = trace(model, *rows, training=True, check=False)
        assert found.frozen == ("dense_1/bias", "dense_1/kernel")
        assert_the_next_step_is_that_of(found, model, *rows)
    kernel = found.weights["dense/kernel"] + found.steps["dense/kernel"]
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1, rtol=1e-5)
