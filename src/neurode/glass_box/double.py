"""A program of single precision, run in double precision: the same operations on numbers of 64 bits.

Finite differences need more digits than float32 has. The program itself is taken, not the functions that it
was made from: those say float32 in many places.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

CALLS = {
    "jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "checkpoint",
}  # fmt: skip
"""Operations that only stand for a program inside."""


def in_double_precision(program: ClosedJaxpr) -> Callable[..., list[Any]]:
    """The program as a function of arrays, to be called where JAX's 64 bits are on.

    Loops and branches stay as they are, with numbers of 64 bits in them.

    Example:
        >>> program = jax.make_jaxpr(lambda x: jnp.exp(x) / jnp.float32(3))(jnp.float32(1))
        >>> with jax.enable_x64(True):
        ...     [value] = in_double_precision(program)(jnp.float64(1))
        >>> round(float(value), 12), round(np.e / 3, 12)
        (0.90609394282, 0.90609394282)
    """
    return lambda *arguments: _run(
        program.jaxpr, [_wide(part) for part in program.consts], [_wide(argument) for argument in arguments]
    )


def _run(program: Jaxpr, constants: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    known: dict[Any, Any] = dict(zip([*program.constvars, *program.invars], [*constants, *arguments]))
    read = lambda source: _wide(source.val) if isinstance(source, Literal) else known[source]  # noqa: E731
    for operation in program.eqns:
        results = _result(operation, [read(source) for source in operation.invars])
        known |= dict(zip(operation.outvars, results))
    return [read(source) for source in program.outvars]


def _result(operation: Any, given: list[Any]) -> Sequence[Any]:
    name, settings = operation.primitive.name, operation.params
    if name in CALLS:
        inner = settings.get("jaxpr", settings.get("call_jaxpr"))
        return _inner(inner)(*given)
    if name == "cond":
        return jax.lax.switch(given[0], [_inner(branch) for branch in settings["branches"]], *given[1:])
    if name == "while":
        return _loop(settings, given)
    if name == "scan":
        return _scan(settings, given)
    settings = {name: _wide_type(value) for name, value in settings.items()}
    found = operation.primitive.bind(*given, **settings)
    return found if operation.primitive.multiple_results else [found]


def _inner(program: Any) -> Callable[..., list[Any]]:
    if isinstance(program, ClosedJaxpr):
        return in_double_precision(program)
    return lambda *arguments: _run(program, [], arguments)


def _loop(settings: dict[str, Any], given: list[Any]) -> Sequence[Any]:
    ends, steps = settings["cond_nconsts"], settings["body_nconsts"]
    test, body = _inner(settings["cond_jaxpr"]), _inner(settings["body_jaxpr"])
    for_test, for_body = given[:ends], given[ends : ends + steps]
    return jax.lax.while_loop(
        lambda carry: test(*for_test, *carry)[0],
        lambda carry: body(*for_body, *carry),
        given[ends + steps :],
    )


def _scan(settings: dict[str, Any], given: list[Any]) -> Sequence[Any]:
    n_constants, n_carried = settings["num_consts"], settings["num_carry"]
    body = _inner(settings["jaxpr"])
    constants, carried = given[:n_constants], given[n_constants : n_constants + n_carried]

    def step(carry: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
        found = body(*constants, *carry, *x)
        return found[:n_carried], found[n_carried:]

    carry, stacked = jax.lax.scan(
        step, carried, given[n_constants + n_carried :], settings["length"], settings["reverse"]
    )
    return [*carry, *stacked]


def _wide(value: Any) -> Any:
    is_single = hasattr(value, "dtype") and value.dtype == np.float32
    return jnp.asarray(value, jnp.float64) if is_single or isinstance(value, float) else value


def _wide_type(value: Any) -> Any:
    return np.dtype(np.float64) if isinstance(value, np.dtype) and value == np.float32 else value
