"""Ops that choose, repeat or convert: what a program is made of besides arithmetic."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from neurode.ops.application import as_array, dtype_of, op


@op
def convert_to_tensor(x: Any, dtype: Any = None) -> Any:
    """An array of these numbers; 64-bit types become 32-bit ones."""
    return as_array(x) if dtype is None else as_array(x).astype(dtype_of(dtype))


@op
def convert_to_numpy(x: Any) -> Any:
    """A NumPy array of these numbers, free to be changed."""
    return np.array(x)


@op
def is_tensor(x: Any) -> bool:
    """Whether it is an array of JAX."""
    return isinstance(x, jax.Array)


@op
def dtype(x: Any) -> str:
    """The type of the numbers, by name.

    Example:
        >>> dtype([1, 2])
        'int32'
    """
    return as_array(x).dtype.name


@op
def stop_gradient(variable: Any) -> Any:
    """The same numbers, through which no gradient passes."""
    return jax.lax.stop_gradient(as_array(variable))


@op
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What the first function gives if `pred` is true, else what the second gives.

    Example:
        >>> float(cond(True, lambda: 1.0, lambda: 2.0))
        1.0
    """
    return jax.lax.cond(pred, true_fn, false_fn)


@op
def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """What the function number `index` gives for the operands; an index outside takes the nearest."""
    return jax.lax.switch(index, branches, *operands)


@op
def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Applies `body` while `cond` holds.

    Args:
        cond: From the variables to a truth value.
        body: From the variables to the variables.
        loop_vars: What they start as: one array, or a tuple of them.
        maximum_iterations: Where to stop in any case.

    Example:
        >>> int(while_loop(lambda x: x < 100, lambda x: 2 * x, 1))
        128
    """
    several = isinstance(loop_vars, (tuple, list))

    def holds(carry: Any) -> Any:
        count, values = carry
        again = cond(*values)
        return again if maximum_iterations is None else again & (count < maximum_iterations)

    def stepped(carry: Any) -> Any:
        count, values = carry
        made = body(*values)
        return count + 1, tuple(made) if several else (made,)

    start = tuple(loop_vars) if several else (loop_vars,)
    _, values = jax.lax.while_loop(holds, stepped, (0, start))
    return values if several else values[0]


@op
def fori_loop(lower: Any, upper: Any, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """Applies `body_fun(i, value)` for each `i` from `lower` up to, not including, `upper`."""
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


@op
def scan(
    f: Callable[..., Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> Any:
    """Carries a state through rows: `f(state, row)` gives the next state and a result.

    Example:
        >>> total, running = scan(lambda total, x: (total + x, total + x), 0.0, array([1.0, 2.0]))
        >>> float(total), running.tolist()
        (3.0, [1.0, 3.0])
    """
    return jax.lax.scan(f, init, jax.tree.map(as_array, xs), length, reverse, unroll)


@op
def associative_scan(f: Callable[..., Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Running results of a function of two that may be bracketed in any way, in parallel."""
    return jax.lax.associative_scan(f, jax.tree.map(as_array, elems), reverse, axis)


@op
def map(f: Callable[..., Any], xs: Any) -> Any:
    """`f` of each row, one after the other."""
    return jax.lax.map(f, jax.tree.map(as_array, xs))


@op
def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """`function` of each row, all at once."""
    return jax.vmap(function)(jax.tree.map(as_array, elements))


@op
def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a gradient of its own: `f` gives the result and the function of its gradient."""
    return jax.custom_gradient(f)


@op
def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of a function, and its change along `tangents`."""
    return jax.jvp(fun, primals, tangents, has_aux=has_aux)
