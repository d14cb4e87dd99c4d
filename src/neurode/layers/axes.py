"""Axes as Keras counts them: axis 0 is the rows, and negative numbers count from the end."""

from typing import Any

from jaxtyping import Array

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer


def as_axes(layer: Layer, name: str, axes: Any) -> Any:
    """A setting of axes made hashable: a whole number, a tuple of them, or None.

    Raises:
        ArgumentError: If it is something else.
    """
    several = isinstance(axes, list | tuple)
    found = tuple(axes) if several else (axes,)
    if not all(isinstance(axis, int) and not isinstance(axis, bool) for axis in found):
        raise ArgumentError(
            f"{type(layer).__name__}({name}={axes!r})", hint=f"{name} is a whole number or a list of them"
        )
    return found if several else axes


def axes_within(layer: Layer, axes: Any, ndim: int) -> tuple[int, ...]:
    """Axes of an array of `ndim` axes, counted from 0 and in order.

    Raises:
        ShapeError: If the array has no such axis, or it is that of the rows.
    """
    found = sorted(
        {axis + ndim if axis < 0 else axis for axis in (axes if isinstance(axes, tuple) else (axes,))}
    )
    if any(not 0 <= axis < ndim for axis in found):
        raise ShapeError(f"{layer.label} works on axis {axes}, got an input of {ndim} axes, rows included")
    if 0 in found:
        raise ShapeError(
            f"{layer.label} works on axis {axes}, which is that of the rows",
            hint="rows do not see each other; the axes of one row count from 1",
        )
    return tuple(found)


def sizes_of(axes: tuple[int, ...], input_shape: Any) -> tuple[int, ...]:
    """The sizes of these axes in rows of this shape."""
    return tuple(input_shape[axis - 1] for axis in axes)


def spread(values: Array, axes: tuple[int, ...], x: Array) -> Array:
    """Values for these axes, with axes of size 1 where `x` has others."""
    return values.reshape([x.shape[axis] if axis in axes else 1 for axis in range(x.ndim)])
