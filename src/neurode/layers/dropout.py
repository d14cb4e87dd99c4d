"""Dropout: random zeros in training, nothing in use."""

import math
from dataclasses import dataclass
from typing import Any

from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness, keep_mask
from neurode.typing import Params, State


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a random share of its inputs to 0 in training and scales the rest up, so that the mean stays.

    Args:
        rate: Share that is dropped, in [0, 1). It is met to 1/256 (see `neurode.layers.randomness`).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> y, _ = Dropout(0.5).apply({}, {}, jnp.ones((1, 1000)), train=True, key=jax.random.key(0))
        >>> sorted(set(y[0].tolist()))
        [0.0, 2.0]

    References:
        Srivastava et al. (2014), Dropout, section 4 (in the inverted form, scaled in training).
    """

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ArgumentError(f"Dropout(rate={self.rate!r})", hint="rate is a share from 0 to below 1")

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ..."], State]:
        if not train or self.rate == 0:
            return x, state
        if key is None:
            raise ArgumentError(f"{self.label} needs a key in training", hint="pass key=jax.random.key(seed)")
        kept = keep_mask(key, self.rate, x.shape[0], math.prod(x.shape[1:]))
        return x * kept.reshape(x.shape), state

    def random_bytes(self, input_shape: Any) -> int:
        return math.prod(input_shape) if self.rate else 0
