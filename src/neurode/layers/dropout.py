"""Dropout: random zeros in training, nothing in use."""

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness, keep_mask, kept, rate_in_force
from neurode.records import record
from neurode.typing import Params, State

SELU_LOW = -1.7580993408473766
"""What `selu` nears far below 0, the value that `AlphaDropout` puts in: $-\\lambda \\alpha$."""


@record
class _Dropping(Layer):
    rate: float | int
    noise_shape: Any = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise_shape is None:
            return
        sizes = tuple(self.noise_shape)
        if not all(size is None or (isinstance(size, int) and size > 0) for size in sizes):
            raise ArgumentError(
                f"{type(self).__name__}(noise_shape={self.noise_shape!r})",
                hint="give a size for each axis, rows included, and None for the input's own",
            )
        object.__setattr__(self, "noise_shape", sizes)

    def random_bytes(self, input_shape: Any) -> int:
        return math.prod(self._noise(input_shape)) if self.rate else 0

    def _noise(self, input_shape: Any) -> tuple[int, ...]:
        """The shape of one row of the noise."""
        if self.noise_shape is None:
            return tuple(input_shape)
        sizes = self.noise_shape[1:]
        fits = len(sizes) == len(input_shape) and all(
            size in (None, 1, own) for size, own in zip(sizes, input_shape)
        )
        if not fits:
            raise ShapeError(
                f"{self.label} has noise_shape={self.noise_shape}, got rows of shape {tuple(input_shape)}",
                hint="a size of the noise is the input's own, None for it, or 1 to share along that axis",
            )
        return tuple(own if size is None else size for size, own in zip(sizes, input_shape))

    def _shaped(self, noise: Array, x: Array) -> Array:
        noise = noise.reshape(x.shape[0], *self._noise(x.shape[1:]))
        # One draw for all rows: the first row's.
        return noise[:1] if self.noise_shape is not None and self.noise_shape[0] == 1 else noise


@record
class Dropout(_Dropping):
    """Sets a random share of its inputs to 0 in training and scales the rest up, so that the mean stays.

    Args:
        rate: Share that is dropped, in [0, 1]. It is met to 1/256 (see `neurode.layers.randomness`).
        noise_shape: Sizes of the noise, rows first; 1 where what is dropped is shared along an axis, None for
            the input's own size.
        seed: Kept for Keras's sake; the noise follows the model's seed.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> y, _ = Dropout(0.5).apply({}, {}, jnp.ones((1, 1000)), train=True, key=jax.random.key(0))
        >>> sorted(set(y[0].tolist()))
        [0.0, 2.0]

    References:
        Srivastava et al. (2014), Dropout, section 4 (in the inverted form, scaled in training).
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rate <= 1:
            raise ArgumentError(f"Dropout(rate={self.rate!r})", hint="rate is a share from 0 to 1")

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
        noise = keep_mask(needed(self, key), self.rate, x.shape[0], math.prod(self._noise(x.shape[1:])))
        return x * self._shaped(noise, x), state


@record
class AlphaDropout(_Dropping):
    r"""Dropout for networks of `selu`: what is dropped becomes $-\lambda \alpha$, and mean and variance stay.

    $y = a (x \, d - \lambda \alpha (1 - d)) + b$ with $d$ 0 or 1, $q = 1 - \text{rate}$, $a = (q + \lambda^2
    \alpha^2 q (1 - q))^{-1/2}$ and $b = a \lambda \alpha (1 - q)$.

    Args:
        rate: Share that is dropped, in [0, 1). It is met to 1/256; $a$ and $b$ follow the rate in force.
        noise_shape: As in `Dropout`.
        seed: Kept for Keras's sake; the noise follows the model's seed.

    Example:
        >>> import jax
        >>> y, _ = AlphaDropout(0.25).apply({}, {}, jnp.zeros((1, 1000)), train=True, key=jax.random.key(0))
        >>> len(set(y[0].tolist()))
        2

    References:
        Klambauer et al. (2017), [Self-Normalizing Neural Networks](https://arxiv.org/abs/1706.02515), section
        "New dropout technique".
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rate < 1:
            raise ArgumentError(f"AlphaDropout(rate={self.rate!r})", hint="rate is a share from 0 to below 1")

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
        stays = kept(needed(self, key), self.rate, x.shape[0], math.prod(self._noise(x.shape[1:])))
        rate = rate_in_force(self.rate)
        a = ((1 - rate) * (1 + rate * SELU_LOW**2)) ** -0.5
        return a * jnp.where(self._shaped(stays, x), x, SELU_LOW) - a * SELU_LOW * rate, state


def needed(layer: Layer, key: Randomness | None) -> Randomness:
    """The key, which a noisy layer cannot do without.

    Raises:
        ArgumentError: If there is none.
    """
    if key is None:
        raise ArgumentError(f"{layer.label} needs a key in training", hint="pass key=jax.random.key(seed)")
    return key
