"""Batch normalisation."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer, one_axis
from neurode.layers.randomness import Randomness
from neurode.typing import Params, State


@dataclass(frozen=True)
class BatchNormalization(Layer):
    r"""Centres and scales every feature: $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$.

    In training $\mu$ and $\sigma^2$ are the batch's own, without its padding rows, and running means of them
    are kept; in use they are the running means.

    Args:
        momentum: How slowly the running means forget, in [0, 1].
        epsilon: $\epsilon$, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.

    Example:
        >>> import jax
        >>> layer = BatchNormalization()
        >>> params, state = layer.init(jax.random.key(0), (1,))
        >>> y, state = layer.apply(params, state, jnp.array([[1.0], [3.0]]), train=True)
        >>> y[:, 0].round(2), state["moving_mean"].round(2)
        (Array([-1.,  1.], dtype=float32), Array([0.02], dtype=float32))

    References:
        Ioffe and Szegedy (2015), [Batch Normalization](https://arxiv.org/abs/1502.03167), algorithm 1.
    """

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    weight_names: ClassVar[tuple[str, ...]] = ("gamma", "beta", "moving_mean", "moving_variance")

    def __post_init__(self) -> None:
        if not 0 <= self.momentum <= 1 or self.epsilon <= 0:
            raise ArgumentError(
                f"BatchNormalization(momentum={self.momentum!r}, epsilon={self.epsilon!r})",
                hint="momentum is from 0 to 1, epsilon above 0",
            )

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        shape = (one_axis(self, input_shape),)
        params = {"gamma": jnp.ones(shape)} if self.scale else {}
        if self.center:
            params["beta"] = jnp.zeros(shape)
        return params, {"moving_mean": jnp.zeros(shape), "moving_variance": jnp.ones(shape)}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "rows features"],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows features"], State]:
        mean, variance = state["moving_mean"], state["moving_variance"]
        if train:
            mean, variance = _moments(x, mask)
            state = {
                "moving_mean": _blend(state["moving_mean"], mean, self.momentum),
                "moving_variance": _blend(state["moving_variance"], variance, self.momentum),
            }
        y = (x - mean[None, :]) / jnp.sqrt(variance + self.epsilon)[None, :]
        if self.scale:
            y = y * params["gamma"][None, :]
        if self.center:
            y = y + params["beta"][None, :]
        return y, state


def _moments(
    x: Float[Array, "rows features"], mask: Float[Array, " rows"] | None
) -> tuple[Float[Array, " features"], Float[Array, " features"]]:
    if mask is None:
        return x.mean(axis=0), x.var(axis=0)
    share = (mask / mask.sum())[:, None]
    mean = (share * x).sum(axis=0)
    return mean, (share * jnp.square(x - mean[None, :])).sum(axis=0)


def _blend(old: Array, new: Array, momentum: float) -> Array:
    return momentum * old + (1 - momentum) * new
