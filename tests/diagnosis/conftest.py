import numpy as np
import pytest

from neurode.callbacks import EarlyStopping
from neurode.diagnosis import doctor
from neurode.layers import Dense, Input
from neurode.models import Sequential


class Clinic:
    """Trains networks for real, on the first 700 of 1,000 rows, and says what the doctor finds."""

    def rows(self, seed, kind="classes"):
        """Eight features, of which three say something."""
        random = np.random.default_rng(seed)
        x = random.normal(size=(1_000, 8)).astype(np.float32)
        score = 2 * x[:, 0] + 2 * x[:, 1] * x[:, 2] + 0.5 * random.normal(size=1_000)
        return x, (score > 0).astype(np.float32) if kind == "classes" else score.astype(np.float32)

    def relu(self, *units, **settings):
        return [Dense(n, activation="relu", **settings) for n in units]

    def fit(self, rows, layers, *, seed=0, out=("sigmoid", 1), optimizer="adam", loss="binary_crossentropy",
            epochs=40, stops=True, callbacks=(), tail=()):  # fmt: skip
        x, y = rows
        ends = [Dense(out[1], activation=out[0], name="output"), *tail]
        model = Sequential([Input((8,)), *layers, *ends], seed=seed)
        model.compile(optimizer, loss)
        stopping = [EarlyStopping(patience=6, restore_best_weights=True)] if stops else []
        model.fit(
            x[:700], y[:700], epochs=epochs, verbose=0, validation_data=(x[700:], y[700:]),
            callbacks=[*stopping, *callbacks],
        )  # fmt: skip
        return model

    def look(self, model, rows, **options):
        x, y = rows
        found = doctor(model, x[:700], y[:700], validation_data=(x[700:], y[700:]), **options).findings
        return {finding.name: finding for finding in found}

    def findings(self, rows, layers, **settings):
        return self.look(self.fit(rows, layers, **settings), rows)


@pytest.fixture(scope="session")
def clinic():
    return Clinic()


@pytest.fixture(scope="session")
def healthy(clinic):
    """What is found in the network of most of these tests, with nothing planted: by seed."""
    return {seed: clinic.findings(clinic.rows(seed), clinic.relu(32, 16), seed=seed) for seed in range(3)}
