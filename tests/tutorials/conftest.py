"""Tutorials of Keras, run twice: as they are on Keras, and with only the import lines changed on neurode."""

import os
import re
import warnings

# Before Keras is imported, anywhere in the session.
os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import matplotlib
import numpy as np
import pytest

OLD_BACKEND = "from keras import backend as K"

# Keras 3 took the functions of K away; its `ops` has them under the same names.
OPS_AS_BACKEND = (
    "import types, keras; K = types.SimpleNamespace(**vars(keras.ops), epsilon=keras.config.epsilon)"
)


def on_neurode(text):
    """The text with its import lines changed."""
    return re.sub(r"^(from|import) keras\b", r"\1 neurode", text, flags=re.MULTILINE)


@pytest.fixture(params=["neurode", "keras"])
def run(request, tmp_path, monkeypatch):
    """Runs a tutorial in an empty folder and returns its names: `run(text, **given)`."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")

    def run(text, *, keras_too=True, **given):
        names = {"__name__": "tutorial", "np": np, "library": request.param, **given}
        if request.param == "neurode":
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "nb_epoch is Keras 1's name", FutureWarning)
                # Keras's names of files are taken, with the notice that their content is neurode's.
                warnings.filterwarnings("ignore", ".*neurode's own format", UserWarning)
                exec(compile(on_neurode(text), "tutorial", "exec"), names)
            return names
        if not keras_too:
            pytest.skip("Keras 3 does not have it any more")
        keras = pytest.importorskip("keras", reason="Keras is not installed")
        keras.utils.clear_session()
        keras.utils.set_random_seed(0)
        with jax.numpy_rank_promotion("allow"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text.replace(OLD_BACKEND, OPS_AS_BACKEND), "tutorial", "exec"), names)
        return names

    return run


@pytest.fixture(scope="session")
def loans():
    """600 rows of 77 numbers and whether the loan turned out bad, which one in five did."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 77)).astype("float32")
    score = 2 * x[:, 0] - x[:, 1] + x[:, 2] + rng.normal(scale=0.5, size=600)
    return {"X": x, "y": (score > np.quantile(score, 0.8)).astype("float32")}


@pytest.fixture(scope="session")
def iris():
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    return {"X": ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32"), "y": y}
