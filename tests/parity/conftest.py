"""Parity with Keras 3, which runs here on JAX. Skipped where Keras is not installed."""

import os

# Before Keras is imported, anywhere in the session.
os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import pytest


@pytest.fixture(autouse=True)
def keras():
    """Keras, in the loose settings that its own code needs."""
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    with jax.numpy_rank_promotion("allow"):
        keras.utils.set_random_seed(0)
        yield keras


def pytest_collection_modifyitems(items):
    """Keras's own warnings are not ours to fix."""
    for item in items:
        if "parity" in item.path.parts:
            item.add_marker(pytest.mark.filterwarnings("default"))
