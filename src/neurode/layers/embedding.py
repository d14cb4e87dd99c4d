"""Embedding: a learned vector for each code."""

from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class Embedding(Layer):
    """Turns each code $i$ into row $i$ of a learned table.

    A code of `input_dim` or more has no row and gives NaN, as in Keras on JAX: a fit then stops with an error
    instead of learning from a wrong row. Negative codes count from the end. Codes given as floats are cut off
    to whole numbers.

    Args:
        input_dim: The number of codes, at least 1: the largest code + 1.
        output_dim: The width of a vector, at least 1.
        embeddings_initializer: Draws the table. `Constant(array)` starts from a ready one.
        embeddings_regularizer: Adds a penalty on the table to the loss.
        embeddings_constraint: What the table is brought to after every step.
        mask_zero: Only False. Later layers do not skip codes of 0.
        input_length: Keras's old argument; any length is taken.

    Example:
        >>> layer = Embedding(10, 3)
        >>> layer(jnp.array([[1, 2], [2, 9]])).shape
        (2, 2, 3)

    References:
        Bengio et al. (2003), A Neural Probabilistic Language Model, section 2: the mapping C.
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    input_length: Any = None

    weight_names: ClassVar[tuple[str, ...]] = ("embeddings",)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("input_dim", "output_dim"):
            value = getattr(self, name)
            if isinstance(value, bool) or value < 1:
                raise ArgumentError(
                    f"Embedding({name}={value!r})", hint=f"{name} is a whole number, at least 1"
                )
        if self.mask_zero:
            raise ArgumentError(
                "Embedding(mask_zero=True): no layer here skips steps",
                hint="leave it out; codes of 0 then get a vector like any other",
            )

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        return {"embeddings": self.embeddings_initializer.draw(key, (self.input_dim, self.output_dim))}, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ... width"], State]:
        return jnp.take(params["embeddings"], x.astype(jnp.int32), axis=0, mode="fill"), state

    def output_shape(self, input_shape: Any) -> Shape:
        return (*input_shape, self.output_dim)
