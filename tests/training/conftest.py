import importlib

import numpy as np
import pytest

from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential
from neurode.optimizers import Adam


@pytest.fixture
def table():
    """50 rows of 3 features: 4 steps of 16, the last one of 2 rows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    return x, (x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=50) > 0).astype(float)


@pytest.fixture
def make():
    """Makes a small compiled model; its parts are few, so that tests share compiled programs."""

    def made(seed=0, learning_rate=0.01, *, dropout=False, **settings):
        middle = [BatchNormalization(), Dropout(0.3)] if dropout else []
        model = Sequential(
            [Input((3,)), Dense(4, activation="tanh"), *middle, Dense(1, activation="sigmoid")], seed=seed
        )
        settings = {"loss": "binary_crossentropy", "metrics": ["accuracy"]} | settings
        model.compile(Adam(learning_rate), **settings)
        return model

    return made


@pytest.fixture
def slices(monkeypatch):
    """Sets how many steps the first slice has, and how long the others should take, in seconds."""
    # By its full name, since `neurode.training.fit` is the function.
    module = importlib.import_module("neurode.training.fit")

    def cut(steps, seconds=0.0):
        monkeypatch.setattr(module, "STEPS_OF_FIRST_SLICE", steps)
        monkeypatch.setattr(module, "SECONDS_PER_SLICE", seconds)

    return cut


@pytest.fixture
def same_bits():
    def check(first, second):
        ones, others = first.get_weights(), second.get_weights()
        return all(a.tobytes() == b.tobytes() for a, b in zip(ones, others, strict=True))

    return check
