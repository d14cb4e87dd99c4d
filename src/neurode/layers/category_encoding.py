"""Codes as vectors of zeros and ones, or of counts."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import is_symbolic
from neurode.records import record
from neurode.typing import Params, Shape, State

ENCODINGS = ("one_hot", "multi_hot", "count")


@record
class CategoryEncoding(Layer):
    """Turns codes from 0 to `num_tokens` - 1 into a vector of that length.

    `one_hot` gives each code a vector, `multi_hot` gives a row one vector with 1 for every code in it,
    `count` one with how often each is in it. A code outside the range is in no vector. A list of codes
    without rows is one row, as in Keras.

    Args:
        num_tokens: The number of codes, at least 1.
        output_mode: `"one_hot"`, `"multi_hot"` or `"count"`.
        sparse: Only False.

    Example:
        >>> CategoryEncoding(num_tokens=4, output_mode="one_hot")([[3], [0]])
        Array([[0., 0., 0., 1.],
               [1., 0., 0., 0.]], dtype=float32)
        >>> weights = [[0.5, 0.5, 2.0]]
        >>> CategoryEncoding(num_tokens=3, output_mode="count")([[0, 0, 2]], count_weights=weights)
        Array([[1., 0., 2.]], dtype=float32)
    """

    num_tokens: int
    output_mode: str = "multi_hot"
    sparse: bool = False

    takes_many: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.num_tokens, bool) or self.num_tokens < 1:
            raise ArgumentError(
                f"CategoryEncoding(num_tokens={self.num_tokens!r})", hint="a whole number, at least 1"
            )
        object.__setattr__(self, "output_mode", checked_mode(self, ENCODINGS))

    def __call__(self, *inputs: Any, count_weights: Any = None, training: bool = False) -> Any:
        given = inputs if count_weights is None else (*inputs, count_weights)
        if not is_symbolic(given):
            given = tuple(part if hasattr(part, "shape") else np.asarray(part) for part in given)
            if all(np.ndim(part) < 2 for part in given) and self.output_mode != "one_hot":
                return self.compute(tuple(jnp.atleast_1d(part)[None] for part in given), training=training)[0]
            return self.compute(given, training=training)
        return super().__call__(given, training=training)

    def apply(
        self,
        params: Params,
        state: State,
        x: tuple[Shaped[Array, "rows ..."], ...],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ..."], State]:
        codes, *weights = x
        self.output_shape(tuple(part.shape[1:] for part in x))
        return encoded(codes, self.output_mode, self.num_tokens, *weights), state

    def output_shape(self, input_shape: Any) -> Shape:
        several = bool(input_shape) and isinstance(input_shape[0], tuple)
        shapes = input_shape if several else (tuple(input_shape),)
        if len(shapes) > 1 and self.output_mode != "count":
            raise ArgumentError(
                f"count_weights with output_mode={self.output_mode!r}", hint="use output_mode='count'"
            )
        if len(shapes) > 2 or len(set(shapes)) > 1:
            raise ShapeError(f"{self.label} takes codes and weights of one shape, got {shapes}")
        return encoded_shape(self, shapes[0], self.output_mode, self.num_tokens)


def encoded(codes: Array, mode: str, depth: int, weights: Array | None = None) -> Array:
    """Codes of rows as vectors of length `depth`; codes outside the range are in none."""
    if mode == "one_hot":
        codes = codes[..., 0] if codes.ndim > 1 and codes.shape[-1] == 1 else codes
        return jax.nn.one_hot(codes.astype(jnp.int32), depth)
    vectors = jax.nn.one_hot(codes.astype(jnp.int32), depth)
    if weights is not None:
        vectors = vectors * weights[..., None]
    return vectors.max(axis=1, initial=0) if mode == "multi_hot" else vectors.sum(axis=1)


def encoded_shape(layer: Layer, input_shape: Any, mode: str, depth: int) -> Shape:
    """The shape of a row of `encoded`, or of the codes themselves for the mode `int`.

    Raises:
        ShapeError: If a row is a single number, where it should be a list of codes.
    """
    shape = tuple(input_shape)
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if shape and shape[-1] == 1 else shape), depth)
    if not shape:
        raise ShapeError(
            f"{layer.label} makes one vector of the codes of a row, got rows of one number",
            hint="give rows of shape (1,), or use output_mode='one_hot'",
        )
    return (*shape[1:], depth)


def checked_mode(layer: Any, modes: tuple[str, ...]) -> str:
    """The layer's `output_mode`, with Keras's older names for it; sparse output is refused.

    Raises:
        ArgumentError: If it is none of `modes`.
    """
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(layer.output_mode, layer.output_mode)
    if mode not in modes:
        raise ArgumentError(
            f"{type(layer).__name__}(output_mode={mode!r})", available=f"modes: {', '.join(modes)}"
        )
    if layer.sparse:
        raise ArgumentError(f"{type(layer).__name__}(sparse=True)", hint="arrays are dense; leave it out")
    return mode
