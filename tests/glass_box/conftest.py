import numpy as np
import pytest

from neurode.layers import Dense, Input
from neurode.models import Sequential


@pytest.fixture
def rows():
    """Seven rows of two features and a yes/no target."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(7, 2)).astype(np.float32), np.array([1, 0, 0, 1, 1, 0, 1], np.float32)


@pytest.fixture
def make():
    """Makes a compiled 2-3-1 network; all of a test share its programs."""

    def made(optimizer="sgd", loss="binary_crossentropy", activation="sigmoid", seed=2):
        model = Sequential(
            [Input((2,)), Dense(3, activation="tanh"), Dense(1, activation=activation)], seed=seed
        )
        model.compile(optimizer, loss)
        return model

    return made
