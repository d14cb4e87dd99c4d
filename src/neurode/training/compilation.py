"""How programs are compiled: the cache on disk, and options that suit small steps on a CPU."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.experimental.xla_metadata import set_xla_metadata
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


@functools.cache
def cpu_options() -> dict[str, str | int | bool]:
    """Compiler options that make small steps quicker on a CPU; none elsewhere or where XLA lacks them.

    Measured on 77-64-64-1 at batch 32: full-width vectors and fewer copies of the carried weights take a step
    from 25 to 22 microseconds.
    """
    options: dict[str, str | int | bool] = {
        "xla_cpu_prefer_vector_width": 512,
        "xla_cpu_copy_insertion_use_region_analysis": True,
    }
    return options if _are_known(options) else {}


def once_options() -> dict[str, str | int | bool]:
    """Options for a program that runs once: compiled in a quarter of the time, run slower."""
    return {"xla_backend_optimization_level": 0} if jax.default_backend() == "cpu" else {}


@functools.cache
def alone_options() -> dict[str, str | int | bool]:
    """Options for a program that is one kernel: a library's kernels cannot be called from inside it.

    Naming one kind of library fusion turns the other kinds off.
    """
    options = {**cpu_options(), "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_REDUCE"}
    return options if cpu_options() and _are_known(options) else {}


def in_one_kernel(function: Callable) -> Callable:
    """The function as a single kernel of a CPU program, whatever surrounds it; as it is on other devices.

    XLA runs a program for the CPU as a graph of small kernels, hands them to threads and pays for each. Where
    kernels last less than a microsecond that is most of the time. Matrix products are slow in here.
    """
    if jax.default_backend() != "cpu":
        return function
    inner = jax.jit(function)

    def marked(*arguments: Any) -> Any:
        return set_xla_metadata(inner(*arguments), xla_cpu_small_call="true", inlineable="false")

    return marked


def _are_known(options: dict[str, str | int | bool]) -> bool:
    if jax.default_backend() != "cpu":
        return False
    try:
        jax.jit(lambda x: x, compiler_options=options).lower(np.float32(0)).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True
