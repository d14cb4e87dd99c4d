"""Ops that move numbers about without changing them."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from neurode.ops.application import arrays, as_array, axes, dtype_of, op, unary

unary(
    {
        "copy": (jnp.copy, "The same numbers in memory of their own."),
        "fliplr": (jnp.fliplr, "The second axis turned round."),
        "flipud": (jnp.flipud, "The first axis turned round."),
        "ndim": (jnp.ndim, "The number of axes."),
        "nonzero": (jnp.nonzero, "The places of what is not 0, one array for each axis."),
        "ravel": (jnp.ravel, "All numbers in one axis."),
        "size": (jnp.size, "The number of numbers."),
    }
)


@op
def reshape(x: Any, newshape: Any) -> Any:
    """The numbers in another shape, one of whose lengths may be -1.

    Example:
        >>> reshape(arange(6), (2, -1)).tolist()
        [[0, 1, 2], [3, 4, 5]]
    """
    return jnp.reshape(as_array(x), newshape)


@op
def transpose(x: Any, axes: Any = None) -> Any:
    """The axes in another order, turned round unless given."""
    return jnp.transpose(as_array(x), axes)


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    return jnp.swapaxes(as_array(x), axis1, axis2)


@op
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved to other places, the rest in their order."""
    return jnp.moveaxis(as_array(x), source, destination)


@op
def expand_dims(x: Any, axis: Any) -> Any:
    """A new axis of length 1 at this place, or several."""
    return jnp.expand_dims(as_array(x), axes(axis))


@op
def squeeze(x: Any, axis: Any = None) -> Any:
    """Without the axes of length 1, or without those named."""
    return jnp.squeeze(as_array(x), axes(axis))


@op
def broadcast_to(x: Any, shape: Any) -> Any:
    """Repeated along new axes and axes of length 1 until it has this shape."""
    return jnp.broadcast_to(as_array(x), shape)


@op
def concatenate(xs: Any, axis: int | None = 0) -> Any:
    """Arrays joined along an axis that they have."""
    return jnp.concatenate(arrays(xs), axis)


@op
def stack(x: Any, axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis."""
    return jnp.stack(arrays(x), axis)


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The parts of an array along an axis, which they lose; `num` is their number and may be left out."""
    x = as_array(x)
    return [jnp.take(x, i, axis) for i in range(x.shape[axis])]


@op
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """Two arrays joined along an axis; `None` flattens both first."""
    return jnp.append(as_array(x1), as_array(x2), axis)


@op
def hstack(xs: Any) -> Any:
    """Arrays joined along the second axis, along the first where they have one."""
    return jnp.hstack(arrays(xs))


@op
def vstack(xs: Any) -> Any:
    """Arrays joined along the first axis; one-dimensional ones become rows."""
    return jnp.vstack(arrays(xs))


@op
def dstack(xs: Any) -> Any:
    """Arrays joined along the third axis."""
    return jnp.dstack(arrays(xs))


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts along an axis: so many equal ones, or cut at these places."""
    return jnp.split(as_array(x), _cuts(indices_or_sections), axis)


@op
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """`split` whose parts may differ by one."""
    return jnp.array_split(as_array(x), _cuts(indices_or_sections), axis)


@op
def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along the second axis, along the first where there is one."""
    return jnp.hsplit(as_array(x), _cuts(indices_or_sections))


@op
def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along the first axis."""
    return jnp.vsplit(as_array(x), _cuts(indices_or_sections))


@op
def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along the third axis."""
    return jnp.dsplit(as_array(x), _cuts(indices_or_sections))


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Every element `repeats` times, one after the other; `None` flattens first.

    Example:
        >>> repeat([1, 2], 2).tolist(), tile([1, 2], 2).tolist()
        ([1, 1, 2, 2], [1, 2, 1, 2])
    """
    return jnp.repeat(as_array(x), repeats if isinstance(repeats, int) else as_array(repeats), axis)


@op
def tile(x: Any, repeats: Any) -> Any:
    """The whole array `repeats` times along each axis."""
    return jnp.tile(as_array(x), repeats)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """Numbers added before and after each axis, zeros unless said otherwise."""
    values = {} if constant_values is None else {"constant_values": constant_values}
    return jnp.pad(as_array(x), pad_width, mode, **values)


@op
def flip(x: Any, axis: Any = None) -> Any:
    """Axes turned round, all unless named."""
    return jnp.flip(as_array(x), axes(axis))


@op
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Moved along an axis; what leaves at the end comes in at the front."""
    return jnp.roll(as_array(x), shift, axes(axis))


@op
def rot90(array: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by `k` quarters in the plane of two axes."""
    return jnp.rot90(jnp.asarray(array), k, axes)


@op
def diag(x: Any, k: int = 0) -> Any:
    """The `k`-th diagonal of a matrix, or the matrix of a diagonal."""
    return jnp.diag(as_array(x), k)


@op
def diagflat(x: Any, k: int = 0) -> Any:
    """A matrix with these numbers on the `k`-th diagonal."""
    return jnp.diagflat(as_array(x), k)


@op
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of two axes."""
    return jnp.diagonal(as_array(x), offset, axis1, axis2)


@op
def tril(x: Any, k: int = 0) -> Any:
    """The matrix with zeros above the `k`-th diagonal."""
    return jnp.tril(as_array(x), k)


@op
def triu(x: Any, k: int = 0) -> Any:
    """The matrix with zeros below the `k`-th diagonal."""
    return jnp.triu(as_array(x), k)


@op
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Each number less the one before, `n` times over."""
    return jnp.diff(as_array(a), n, axis)


@op
def view(x: Any, dtype: Any = None) -> Any:
    """The same bytes read as another type."""
    return as_array(x).view(dtype_of(dtype))


@op
def shape(x: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return tuple(np.shape(x))


@op
def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Any:
    """A function of numbers as a function of arrays."""
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)


def _cuts(indices_or_sections: Any) -> Any:
    # Places of cuts have to be known while a program is compiled.
    return (
        indices_or_sections
        if isinstance(indices_or_sections, int)
        else tuple(np.asarray(indices_or_sections))
    )
