"""How an op is made and applied: every public op goes through `_applied`.

`OPS` collects them by name. A table of `unary`, `binary` or `reduction` ops gives each name a function of JAX
and a sentence; an op with other arguments is a function under `@op`.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Table = Mapping[str, tuple[Callable[..., Any], str]]

OPS: dict[str, Callable[..., Any]] = {}
"""Every op by its name in Keras."""

_NARROWED = {"float64": "float32", "int64": "int32", "uint64": "uint32"}


_symbolic: list[Callable[[str, tuple, dict[str, Any]], Any]] = []


def on_symbolic(make: Callable[[str, tuple, dict[str, Any]], Any]) -> None:
    """Lets `make(name, args, kwargs)` answer first: it gives NotImplemented where nothing is symbolic."""
    _symbolic[:] = [make]


def _applied(name: str, function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """What `function` gives for these arguments; the one place that all ops pass.

    Arrays of different rank broadcast as in Keras, whatever the setting of JAX.
    """
    for make in _symbolic:
        if (found := make(name, args, kwargs)) is not NotImplemented:
            return found
    with jax.numpy_rank_promotion("allow"):
        return function(*args, **kwargs)


def op(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes an op of a function, under the function's name."""

    @functools.wraps(function)
    def applied(*args: Any, **kwargs: Any) -> Any:
        return _applied(function.__name__, function, args, kwargs)

    applied.__module__, applied.__qualname__ = "neurode.ops", function.__name__
    OPS[function.__name__] = applied
    return applied


def alias(**names: str) -> None:
    """Gives ops that exist another name."""
    OPS.update({name: OPS[of] for name, of in names.items()})


def unary(table: Table) -> None:
    """Makes ops of one array, `(x)`."""
    _tabled(table, _of_one)


def binary(table: Table) -> None:
    """Makes ops of two arrays that broadcast, `(x1, x2)`."""
    _tabled(table, _of_two)


def bitwise(table: Table) -> None:
    """Makes ops of two arrays of whole numbers, `(x, y)`."""
    _tabled(table, _of_pair)


def reduction(table: Table) -> None:
    """Makes ops over one axis, several, or all of them, `(x, axis=None, keepdims=False)`."""
    _tabled(table, _over_axes)


def as_array(x: Any) -> Any:
    """Lists, numbers, NumPy arrays and what holds an array, as an array."""
    return x if isinstance(x, jax.Array) else jnp.asarray(x)


def arrays(xs: Any) -> list[Any]:
    """Several of them."""
    return [as_array(x) for x in xs]


def axes(axis: Any) -> Any:
    """One axis, or a tuple of axes where the user gave a list."""
    return tuple(axis) if isinstance(axis, list) else axis


def dtype_of(dtype: Any, default: Any = None) -> Any:
    """The type that is meant, narrowed to 32 bits without JAX's warning; `None` where there is none.

    Example:
        >>> dtype_of("int64"), dtype_of(None, "float32")
        (dtype('int32'), dtype('float32'))
    """
    dtype = default if dtype is None else dtype
    if dtype is None:
        return None
    name = np.dtype(dtype).name
    return np.dtype(_NARROWED.get(name, name))


def _of_one(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function(as_array(x))


def _of_two(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x1, x2: function(as_array(x1), as_array(x2))


def _of_pair(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: function(as_array(x), as_array(y))


def _over_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis=None, keepdims=False: function(as_array(x), axis=axes(axis), keepdims=keepdims)


def _tabled(table: Table, shape: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    for name, (function, sentence) in table.items():
        shaped = shape(function)
        shaped.__name__, shaped.__doc__ = name, sentence
        op(shaped)
