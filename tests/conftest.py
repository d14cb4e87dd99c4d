"""Settings of every test session: strict shapes, no cache shared with the user's, one thread pool."""

import os
import tempfile

# Before JAX is imported: tests neither read nor fill the user's compilation cache.
os.environ.setdefault("NEURODE_CACHE_DIR", os.path.join(tempfile.gettempdir(), "neurode-test-cache"))  # noqa: PTH118

import gc
from pathlib import Path

import jax
import pytest
from hypothesis import settings

from neurode.models import seeding

# A test is not timed: on a busy machine an example may take any time.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Before any fixture: models without a seed count from 0, whichever tests ran before on this worker."""
    seeding.set_default_seed(0)


@pytest.fixture
def key():
    return jax.random.key(0)


@pytest.fixture(autouse=True, scope="module")
def few_programs_in_memory():
    """Lets go of compiled programs before the system runs out of maps for them, which ends the process."""
    yield
    maps = Path("/proc/self/maps")
    if maps.exists() and maps.read_bytes().count(b"\n") > 15_000:
        jax.clear_caches()
        gc.collect()
