"""The same network in Keras and in neurode, fitted on the same rows from the same weights."""

import numpy as np
import pytest

import neurode

EPOCHS = 3


class Pair:
    """Two models that are told the same, and must go on to give the same."""

    def __init__(self, keras, make, **compiling):
        self.libraries = {"keras": keras, "neurode": neurode}
        keras.utils.clear_session()
        self.models = {name: make(library) for name, library in self.libraries.items()}
        self.ours, self.theirs = self.models["neurode"], self.models["keras"]
        self.ours.set_weights(self.theirs.get_weights())
        self.compile(**compiling)

    def compile(self, make_settings=None, **settings):
        for name, model in self.models.items():
            model.compile(**(make_settings(self.libraries[name]) if make_settings else settings))

    def fit(self, x, y, make_settings=None, **settings):
        """Fits both; returns Keras's history after both are found to be the same."""
        settings = {"epochs": EPOCHS, "batch_size": 16, "shuffle": False, "verbose": 0} | settings
        histories = {}
        for name, model in self.models.items():
            own = make_settings(self.libraries[name]) if make_settings else {}
            histories[name] = model.fit(x, y, **settings | own)
        ours, theirs = histories["neurode"], histories["keras"]
        assert ours.epoch == theirs.epoch
        assert_same(ours.history, theirs.history)
        return theirs.history

    def assert_same_weights(self, **tolerance):
        for ours, theirs in zip(self.ours.get_weights(), self.theirs.get_weights(), strict=True):
            assert_close(ours, theirs, **tolerance)

    def assert_same_answers(self, x, y, *, as_list=True, **settings):
        """Weights, predictions and evaluation, as a list and as a dict, are the same."""
        self.assert_same_weights()
        settings = {"batch_size": 16, "verbose": 0} | settings
        assert_same(self.ours.predict(x, verbose=0), self.theirs.predict(x, verbose=0))
        for return_dict in (True, False)[: 1 + as_list]:
            found = [
                model.evaluate(x, y, return_dict=return_dict, **settings) for model in self.models.values()
            ]
            assert_same(found[1], found[0])


def assert_close(ours, theirs, rtol=1e-4, atol=1e-5):
    # Weights and scores are about 1 and are sums of 32-bit numbers in another order: 1e-5 is their noise.
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=rtol, atol=atol)


def assert_same(ours, theirs):
    """The same numbers under the same names, in the same order where there is one."""
    if isinstance(theirs, dict):
        assert sorted(ours) == sorted(theirs)
        for name in theirs:
            assert_same(ours[name], theirs[name])
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs):
            assert_same(one, other)
    else:
        assert np.shape(ours) == np.shape(theirs)
        assert_close(ours, theirs)


@pytest.fixture
def pair(keras):
    """Builds, compiles and starts two models: `pair(make, optimizer=…, loss=…)`."""

    def build(make, make_settings=None, **settings):
        if make_settings is not None:
            settings["make_settings"] = make_settings
        return Pair(keras, make, **settings)

    return build


@pytest.fixture
def same():
    """Asserts that nested lists and dicts of numbers are the same."""
    return assert_same


@pytest.fixture
def table():
    """69 rows of 6 features, which leaves 5 rows for the last batch of 16: a short one."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(69, 6)).astype("float32")
    score = x @ rng.normal(size=6)
    return {
        "x": x,
        "binary": (score > 0).astype("float32"),
        "classes": np.digitize(score, [-1, 1]),
        "one_hot": np.eye(3, dtype="float32")[np.digitize(score, [-1, 1])],
        "number": score.astype("float32"),
        "weight": rng.uniform(0.2, 3, 69).astype("float32"),
        "codes": rng.integers(0, 7, (69, 2)),
    }
