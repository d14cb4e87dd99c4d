"""The compilation cache: what XLA compiled once is read from disk the next time."""

import functools
import os
from pathlib import Path

import jax
from platformdirs import user_cache_path


@functools.cache
def enable_cache() -> Path | None:
    """Turns JAX's persistent compilation cache on and returns its folder.

    `NEURODE_CACHE_DIR` names another folder, an empty value turns the cache off. A cache that the user set up
    for JAX itself is left alone.
    """
    folder = os.environ.get("NEURODE_CACHE_DIR", str(user_cache_path("neurode") / "compiled"))
    if not folder or jax.config.values.get("jax_compilation_cache_dir"):
        return None
    jax.config.update("jax_compilation_cache_dir", folder)
    # Programs of this library compile in a fraction of a second each; all of them are worth keeping.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return Path(folder)
