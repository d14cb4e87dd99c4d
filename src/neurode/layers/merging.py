"""Layers that merge several inputs into one, and their function forms: `add([a, b])` is `Add()([a, b])`."""

import functools
from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from neurode.errors import ShapeError
from neurode.layers.axes import axes_within
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class Merge(Layer):
    """A layer of several inputs, given as a list."""

    takes_many: ClassVar[bool] = True

    def merged(self, arrays: Sequence[Array]) -> Array:
        """One array of those."""
        raise NotImplementedError

    def apply(
        self,
        params: Params,
        state: State,
        x: tuple[Shaped[Array, "rows ..."], ...],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Shaped[Array, "rows ..."], State]:
        self.output_shape(tuple(array.shape[1:] for array in x))
        return self.merged(x), state

    def compute(self, x: Any, *, training: bool) -> Any:
        if not isinstance(x, list | tuple):
            raise ShapeError(f"{self.label} takes a list of inputs", hint="pass them as layer([a, b])")
        return super().compute(x, training=training)


@record
class _Pointwise(Merge):
    """A merge number by number. Axes of size 1 are repeated; rows of fewer axes get some in front."""

    def apply(
        self,
        params: Params,
        state: State,
        x: tuple[Shaped[Array, "rows ..."], ...],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Shaped[Array, "rows ..."], State]:
        most = max(array.ndim for array in x)
        same = tuple(a.reshape(a.shape[0], *[1] * (most - a.ndim), *a.shape[1:]) for a in x)
        return super().apply(params, state, same)

    def output_shape(self, input_shape: Any) -> Shape:
        try:
            return tuple(int(size) for size in jnp.broadcast_shapes(*input_shape))
        except ValueError:
            raise ShapeError(
                f"{self.label} merges number by number, got rows of shapes {listed_shapes(input_shape)}"
            ) from None


@record
class Add(_Pointwise):
    """The sum of its inputs.

    Example:
        >>> Add()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[3.]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return functools.reduce(jnp.add, arrays)


@record
class Subtract(_Pointwise):
    """The first of two inputs less the second.

    Example:
        >>> Subtract()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[-1.]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return arrays[0] - arrays[1]

    def output_shape(self, input_shape: Any) -> Shape:
        check_two(self, input_shape)
        return super().output_shape(input_shape)


@record
class Multiply(_Pointwise):
    """The product of its inputs.

    Example:
        >>> Multiply()([jnp.array([[3.0]]), jnp.array([[2.0]])])
        Array([[6.]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return functools.reduce(jnp.multiply, arrays)


@record
class Average(_Pointwise):
    """The mean of its inputs.

    Example:
        >>> Average()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[1.5]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return functools.reduce(jnp.add, arrays) / len(arrays)


@record
class Maximum(_Pointwise):
    """The largest of its inputs.

    Example:
        >>> Maximum()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[2.]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return functools.reduce(jnp.maximum, arrays)


@record
class Minimum(_Pointwise):
    """The smallest of its inputs.

    Example:
        >>> Minimum()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[1.]], dtype=float32)
    """

    def merged(self, arrays: Sequence[Array]) -> Array:
        return functools.reduce(jnp.minimum, arrays)


@record
class Concatenate(Merge):
    """Its inputs end to end.

    Args:
        axis: The axis along which; those of a row count from 1.

    Example:
        >>> Concatenate()([jnp.array([[1.0]]), jnp.array([[2.0, 3.0]])])
        Array([[1., 2., 3.]], dtype=float32)
    """

    axis: int = -1

    def merged(self, arrays: Sequence[Array]) -> Array:
        return jnp.concatenate(arrays, axis=self.axis)

    def output_shape(self, input_shape: Any) -> Shape:
        (axis,) = axes_within(self, self.axis, len(input_shape[0]) + 1)
        rests = {(*shape[: axis - 1], *shape[axis:]) for shape in input_shape}
        if len(rests) > 1 or len({len(shape) for shape in input_shape}) > 1:
            raise ShapeError(
                f"{self.label} joins along axis {self.axis}, got rows of shapes {listed_shapes(input_shape)}",
                hint="all other sizes are equal",
            )
        joined = list(input_shape[0])
        joined[axis - 1] = sum(shape[axis - 1] for shape in input_shape)
        return tuple(joined)


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of the inputs; keyword arguments are the layer's."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The first of two inputs less the second; keyword arguments are the layer's."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of the inputs; keyword arguments are the layer's."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """The mean of the inputs; keyword arguments are the layer's."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """The largest of the inputs; keyword arguments are the layer's."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """The smallest of the inputs; keyword arguments are the layer's."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """The inputs end to end along `axis`; keyword arguments are the layer's."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def check_two(layer: Layer, input_shape: Any) -> None:
    """Refuses any other number of inputs than two.

    Raises:
        ShapeError: If there are more or fewer.
    """
    if len(input_shape) != 2:
        raise ShapeError(f"{layer.label} takes two inputs, got {len(input_shape)}")


def listed_shapes(input_shape: Any) -> str:
    """Shapes for a message."""
    return ", ".join(str(tuple(shape)) for shape in input_shape)
