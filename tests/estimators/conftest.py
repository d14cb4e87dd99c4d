"""One small table for all tests of the estimators: fits of one shape share their compiled program."""

import numpy as np
import polars as pl
import pytest

from neurode.estimators import NeuralClassifier, NeuralRegressor

N_ROWS = 400
# Nothing here hangs on the defaults, which are chosen for large tables.
QUICK = {
    "hidden_layer_sizes": (4,), "dropout": 0.0, "learning_rate": 1e-3, "weight_decay": None, "epochs": 3,
    "patience": 10, "validation_fraction": 0.15, "random_state": 0,
}  # fmt: skip


@pytest.fixture(scope="session")
def rows():
    """Numbers with gaps, a category, a flag and a date."""
    random = np.random.default_rng(0)
    size = random.normal(size=N_ROWS)
    return pl.DataFrame(
        {
            "size": size,
            "income": pl.Series(np.exp(random.normal(10, 1, N_ROWS)), nan_to_null=True).set(
                pl.Series(random.random(N_ROWS) < 0.1), None
            ),
            "town": np.array(["Ulm", "Bonn", "Kiel", None])[random.integers(0, 4, N_ROWS)].tolist(),
            "owner": size + random.normal(size=N_ROWS) > 0,
        }
    )


@pytest.fixture(scope="session")
def codes(rows):
    """Of two classes, the second of about 30 % of the rows."""
    chance = 1 / (1 + np.exp(1 - 2 * rows["size"].to_numpy()))
    return (np.random.default_rng(1).random(N_ROWS) < chance).astype(int)


@pytest.fixture(scope="session")
def words(codes):
    return np.array(["paid", "late"])[1 - codes]


@pytest.fixture(scope="session")
def numbers(rows):
    return 50.0 + 10.0 * rows["size"].to_numpy() + 5.0 * rows["owner"].to_numpy()


@pytest.fixture(scope="session")
def make():
    """A small classifier, with whatever settings a test is about."""
    return lambda **settings: NeuralClassifier(**(QUICK | settings))


@pytest.fixture(scope="session")
def make_regressor():
    """A small regressor, with whatever settings a test is about."""
    return lambda **settings: NeuralRegressor(**(QUICK | settings))


@pytest.fixture(scope="session")
def fitted(make, rows, codes):
    return make().fit(rows, codes)
