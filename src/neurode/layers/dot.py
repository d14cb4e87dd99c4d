"""The dot product of two inputs, row by row."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.axes import as_axes, axes_within
from neurode.layers.merging import Merge, check_two, listed_shapes
from neurode.layers.row_normalization import to_length_one
from neurode.records import record
from neurode.typing import Shape


@record
class Dot(Merge):
    r"""Sums the products along an axis of each of two inputs: $y = \sum_i a_i b_i$ for rows of one axis.

    The other axes follow each other, those of the first input first; two rows of one axis give one number.

    Args:
        axes: The axis of both inputs, or one for each; those of a row count from 1.
        normalize: Whether both are scaled to length 1 along it before, which gives the cosine.

    Example:
        >>> Dot(axes=1)([jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]])])
        Array([[11.]], dtype=float32)
        >>> Dot(axes=(1, 2))([jnp.ones((5, 3, 4)), jnp.ones((5, 2, 3))]).shape
        (5, 4, 2)
    """

    axes: Any
    normalize: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = as_axes(self, "axes", self.axes)
        if isinstance(axes, tuple) and len(axes) != 2:
            raise ArgumentError(f"Dot(axes={self.axes!r})", hint="give one axis, or one for each input")
        object.__setattr__(self, "axes", axes)

    def merged(self, arrays: Sequence[Array]) -> Array:
        first, second = self._axes([array.shape[1:] for array in arrays])
        a, b = arrays
        if self.normalize:
            a, b = to_length_one(a, (first,), 1e-7), to_length_one(b, (second,), 1e-7)
        letters = "abcdefghijklmnopqrstuvwxyz"
        left = ["R", *letters[: a.ndim - 1]]
        right = ["R", *letters[a.ndim - 1 : a.ndim + b.ndim - 2]]
        left[first] = right[second] = "S"
        out = [letter for letter in left + right[1:] if letter != "S"]
        y = jnp.einsum(f"{''.join(left)},{''.join(right)}->{''.join(out)}", a, b)
        return y[:, None] if y.ndim == 1 else y

    def output_shape(self, input_shape: Any) -> Shape:
        first, second = self._axes(input_shape)
        left, right = list(input_shape[0]), list(input_shape[1])
        if left.pop(first - 1) != right.pop(second - 1):
            raise ShapeError(
                f"{self.label} multiplies along axes {self.axes}, got rows of shapes "
                f"{listed_shapes(input_shape)}",
                hint="both axes have the same size",
            )
        return (*left, *right) or (1,)

    def _axes(self, input_shape: Any) -> tuple[int, int]:
        check_two(self, input_shape)
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        first, second = (axes_within(self, axis, len(shape) + 1)[0] for axis, shape in zip(axes, input_shape))
        return first, second


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """The dot product of two inputs along `axes`; keyword arguments are the layer's."""
    return Dot(axes=axes, **kwargs)(inputs)
