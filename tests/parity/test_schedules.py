"""Every schedule beside Keras 3.15, over the steps where something happens and those around them."""

import numpy as np
import pytest

from neurode.optimizers import schedules
from neurode.optimizers.schedules import SCHEDULES

CASES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.0, "power": 0.5},
    ),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "power": 2.0, "cycle": True}),
    ("PiecewiseConstantDecay", {"boundaries": [5], "values": [0.1, 0.01]}),
    ("PiecewiseConstantDecay", {"boundaries": [5, 10, 30], "values": [1.0, 0.5, 0.25, 0.1]}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30, "alpha": 0.1}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 20, "warmup_target": 0.1, "warmup_steps": 9},
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.01, "decay_steps": 9, "warmup_target": 0.1, "warmup_steps": 0},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 8}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1},
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.5, "m_mul": 0.9},
    ),
]

STEPS = range(150)


def rates(schedule, steps=STEPS):
    return np.array([float(schedule(step)) for step in steps])


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{list(case[1].values())}")
def pair(request, keras):
    name, config = request.param
    return SCHEDULES[name](**config), getattr(keras.optimizers.schedules, name)(**config)


def test_every_schedule_is_compared(keras):
    public = {name for name in dir(keras.optimizers.schedules) if name[0].isupper()}
    assert {name for name, _ in CASES} == set(SCHEDULES) == public - {"LearningRateSchedule"}


def test_the_rates_are_the_same(pair):
    mine, reference = pair
    np.testing.assert_allclose(rates(mine), rates(reference), rtol=1e-5, atol=1e-8)


def test_many_steps_at_once_give_the_same_rates(pair):
    np.testing.assert_allclose(pair[0](np.arange(150)), rates(pair[0]), rtol=1e-5, atol=1e-8)


def test_the_configuration_is_the_same(pair, keras):
    mine, reference = pair
    assert mine.get_config() == reference.get_config()
    assert schedules.deserialize(keras.optimizers.schedules.serialize(reference)) == mine


def test_a_whole_number_to_start_from_is_a_number_like_any_other(keras):
    config = {"initial_learning_rate": 0, "decay_steps": 10, "warmup_target": 0.1, "warmup_steps": 5}
    reference = keras.optimizers.schedules.CosineDecay(**config)
    assert (rates(reference, range(15)) == 0).all()
    mine = rates(schedules.CosineDecay(**config), range(15))
    expected = rates(schedules.CosineDecay(**(config | {"initial_learning_rate": 0.0})), range(15))
    np.testing.assert_array_equal(mine, expected)
    assert mine.max() == pytest.approx(0.1)


def test_a_restart_comes_on_time_where_keras_rounds_it_a_step_late(keras):
    config = {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 7.0}
    restarts = [10, 80, 570, 4000, 28010]  # 10 (7^k - 1) / 6
    np.testing.assert_allclose(rates(schedules.CosineDecayRestarts(**config), restarts), 0.1, rtol=1e-5)
    reference = rates(keras.optimizers.schedules.CosineDecayRestarts(**config), restarts)
    assert (reference < 0.001).any()
