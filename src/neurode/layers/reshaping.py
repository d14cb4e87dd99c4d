"""Layers that move numbers about within a row: `Flatten`, `Reshape`, `Permute`, `RepeatVector`."""

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State

DATA_FORMATS = ("channels_last", "channels_first")


@record
class _Moving(Layer):
    def moved(self, x: Array) -> Array:
        """The same numbers in their new places."""
        return x.reshape(x.shape[0], *self.output_shape(x.shape[1:]))

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Shaped[Array, "rows ..."], State]:
        return self.moved(x), state


@record
class Flatten(_Moving):
    """Makes each row a single axis.

    Args:
        data_format: `"channels_first"` brings the first axis of a row to its end before; None leaves it.

    Example:
        >>> Flatten()(jnp.zeros((5, 2, 3))).shape
        (5, 6)
    """

    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_data_format(self, self.data_format)

    def moved(self, x: Array) -> Array:
        if self.data_format == "channels_first" and x.ndim > 1:
            x = jnp.moveaxis(x, 1, -1)
        return super().moved(x)

    def output_shape(self, input_shape: Any) -> Shape:
        return (math.prod(input_shape),)


@record
class Reshape(_Moving):
    """Gives each row another shape of the same size.

    Args:
        target_shape: The shape of a row. One size may be -1: what is left for it.

    Example:
        >>> Reshape((-1, 2))(jnp.zeros((5, 6))).shape
        (5, 3, 2)
    """

    target_shape: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            sizes = tuple(int(size) for size in self.target_shape)
        except TypeError:
            sizes = (-2,)
        if any(size < -1 for size in sizes) or sizes.count(-1) > 1:
            raise ArgumentError(
                f"Reshape(target_shape={self.target_shape!r})", hint="give sizes, at most one of them -1"
            )
        object.__setattr__(self, "target_shape", sizes)

    def output_shape(self, input_shape: Any) -> Shape:
        size, known = math.prod(input_shape), math.prod(s for s in self.target_shape if s != -1)
        fits = known and size % known == 0 if -1 in self.target_shape else size == known
        if not fits:
            raise ShapeError(
                f"{self.label} makes rows of shape {self.target_shape}, "
                f"got rows of shape {tuple(input_shape)}"
            )
        return tuple(size // known if s == -1 else s for s in self.target_shape)


@record
class Permute(_Moving):
    """Brings the axes of each row into another order.

    Args:
        dims: For each axis of the output the axis of the input that it is, counted from 1.

    Example:
        >>> Permute((2, 1))(jnp.zeros((5, 2, 3))).shape
        (5, 3, 2)
    """

    dims: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        dims = tuple(self.dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ArgumentError(f"Permute(dims={self.dims!r})", hint="name every axis once, from 1")
        object.__setattr__(self, "dims", dims)

    def moved(self, x: Array) -> Array:
        self.output_shape(x.shape[1:])
        return jnp.transpose(x, (0, *self.dims))

    def output_shape(self, input_shape: Any) -> Shape:
        if len(input_shape) != len(self.dims):
            raise ShapeError(
                f"{self.label} orders {len(self.dims)} axes, got rows of shape {tuple(input_shape)}"
            )
        return tuple(input_shape[axis - 1] for axis in self.dims)


@record
class RepeatVector(_Moving):
    """Repeats each row `n` times along a new axis.

    Args:
        n: How often, at least 1.

    Example:
        >>> RepeatVector(3)(jnp.zeros((5, 2))).shape
        (5, 3, 2)
    """

    n: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.n, bool) or self.n < 1:
            raise ArgumentError(f"RepeatVector(n={self.n!r})", hint="n is a whole number, at least 1")

    def moved(self, x: Array) -> Array:
        self.output_shape(x.shape[1:])
        return jnp.repeat(x[:, None, :], self.n, axis=1)

    def output_shape(self, input_shape: Any) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(f"{self.label} takes rows of features, got rows of shape {tuple(input_shape)}")
        return (self.n, input_shape[0])


def check_data_format(layer: Layer, data_format: str | None) -> None:
    """Refuses what is no order of axes.

    Raises:
        ArgumentError: If it is none of Keras's two names, nor None.
    """
    if data_format not in (None, *DATA_FORMATS):
        raise ArgumentError(
            f"{type(layer).__name__}(data_format={data_format!r})", available=f"{', '.join(DATA_FORMATS)}"
        )
