"""Settings of every test session: strict shapes, no cache shared with the user's, one thread pool."""

import os
import tempfile

# Before JAX is imported: tests neither read nor fill the user's compilation cache.
os.environ.setdefault("NEURODE_CACHE_DIR", os.path.join(tempfile.gettempdir(), "neurode-test-cache"))  # noqa: PTH118

import jax
import pytest

jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.fixture
def key():
    return jax.random.key(0)
