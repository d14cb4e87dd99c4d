import numpy as np
import pytest

from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential


@pytest.fixture
def table():
    """50 rows of 3 features and a yes/no target."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    return x, (x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=50) > 0).astype(float)


@pytest.fixture
def make():
    """Makes a small compiled model; its parts are few, so that tests share compiled programs."""

    def made(seed=0, **settings):
        model = Sequential(
            [Input((3,)), Dense(4, activation="tanh"), Dense(1, activation="sigmoid")], seed=seed
        )
        model.compile(
            **{"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]} | settings
        )
        return model

    return made


@pytest.fixture
def layered():
    """A model with a layer of every kind that takes numbers, not compiled."""
    return Sequential(
        [
            Input((3,)),
            Dense(4, activation="relu"),
            BatchNormalization(),
            Dropout(0.2),
            Dense(1, activation="sigmoid"),
        ]
    )
