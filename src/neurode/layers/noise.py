"""Normal noise in training, nothing in use."""

import math
from typing import Any

from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.layers.dropout import needed
from neurode.layers.layer import Layer
from neurode.layers.randomness import BYTES_OF_A_NORMAL, Randomness, normal
from neurode.records import record
from neurode.typing import Params, State


@record
class _Noisy(Layer):
    @property
    def spread(self) -> float:
        """The standard deviation of the noise."""
        raise NotImplementedError

    def mixed(self, x: Array, noise: Array) -> Array:
        """The input with the noise in it."""
        raise NotImplementedError

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
        if not train or self.spread == 0:
            return x, state
        noise = normal(needed(self, key), x.shape[0], math.prod(x.shape[1:])).reshape(x.shape)
        return self.mixed(x, self.spread * noise), state

    def random_bytes(self, input_shape: Any) -> int:
        return BYTES_OF_A_NORMAL * math.prod(input_shape) if self.spread else 0


@record
class GaussianNoise(_Noisy):
    r"""Adds normal noise in training: $y = x + \sigma z$.

    Args:
        stddev: $\sigma$, at least 0 (Keras stops at 1), in the unit of the inputs.
        seed: Kept for Keras's sake; the noise follows the model's seed.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> y, _ = GaussianNoise(0.5).apply({}, {}, jnp.ones((1, 9999)), train=True, key=jax.random.key(0))
        >>> float(y.std().round(2))
        0.5

    References:
        Bishop (1995), Training with Noise is Equivalent to Tikhonov Regularization, section 2.
    """

    stddev: float | int
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.stddev >= 0:
            raise ArgumentError(f"GaussianNoise(stddev={self.stddev!r})", hint="stddev is at least 0")

    @property
    def spread(self) -> float:
        return float(self.stddev)

    def mixed(self, x: Array, noise: Array) -> Array:
        return x + noise


@record
class GaussianDropout(_Noisy):
    r"""Multiplies by normal noise in training: $y = x (1 + \sigma z)$, $\sigma = \sqrt{p / (1 - p)}$.

    Args:
        rate: $p$, the rate of the dropout whose noise has this spread, in [0, 1).
        seed: Kept for Keras's sake; the noise follows the model's seed.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> y, _ = GaussianDropout(0.2).apply({}, {}, jnp.ones((1, 9999)), train=True, key=jax.random.key(0))
        >>> float(y.std().round(2))
        0.5

    References:
        Srivastava et al. (2014), Dropout, section 10.
    """

    rate: float | int
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rate < 1:
            raise ArgumentError(
                f"GaussianDropout(rate={self.rate!r})", hint="rate is a share from 0 to below 1"
            )

    @property
    def spread(self) -> float:
        return math.sqrt(self.rate / (1 - self.rate))

    def mixed(self, x: Array, noise: Array) -> Array:
        return x * (1 + noise)
