"""Batch normalisation."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.axes import as_axes, axes_within, sizes_of, spread
from neurode.layers.layer import Layer, features_of
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class BatchNormalization(Layer):
    r"""Centres and scales every feature: $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$.

    In training $\mu$ and $\sigma^2$ are the batch's own, without its padding rows, and running means of them
    are kept; in use, and where `trainable` is False, they are the running means.

    Args:
        axis: The axis of the features; those of a row count from 1. All other axes share their statistics.
        momentum: How slowly the running means forget, in [0, 1].
        epsilon: $\epsilon$, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.
        beta_initializer: Draws $\beta$.
        gamma_initializer: Draws $\gamma$.
        moving_mean_initializer: Where the running mean starts.
        moving_variance_initializer: Where the running variance starts.
        beta_regularizer: Adds a penalty on $\beta$ to the loss.
        gamma_regularizer: The same on $\gamma$.
        beta_constraint: What $\beta$ is brought to after every step.
        gamma_constraint: The same for $\gamma$.
        renorm: Only False: batch renormalisation is left out.
        synchronized: Only False: training is on one device.

    Example:
        >>> layer = BatchNormalization()
        >>> params, state = layer.init(jax.random.key(0), (1,))
        >>> y, state = layer.apply(params, state, jnp.array([[1.0], [3.0]]), train=True)
        >>> y[:, 0].round(2), state["moving_mean"].round(2)
        (Array([-1.,  1.], dtype=float32), Array([0.02], dtype=float32))

    References:
        Ioffe and Szegedy (2015), [Batch Normalization](https://arxiv.org/abs/1502.03167), algorithm 1.
    """

    axis: int = -1
    momentum: float | int = 0.99
    epsilon: float | int = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    renorm: bool = False
    synchronized: bool = False

    weight_names: ClassVar[tuple[str, ...]] = ("gamma", "beta", "moving_mean", "moving_variance")

    def __post_init__(self) -> None:
        super().__post_init__()
        as_axes(self, "axis", self.axis)
        if not 0 <= self.momentum <= 1 or self.epsilon <= 0:
            raise ArgumentError(
                f"BatchNormalization(momentum={self.momentum!r}, epsilon={self.epsilon!r})",
                hint="momentum is from 0 to 1, epsilon above 0",
            )
        for name in ("renorm", "synchronized"):
            if getattr(self, name):
                raise ArgumentError(f"BatchNormalization({name}=True)", hint=f"leave {name} out")

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        features_of(self, input_shape)
        shape = sizes_of(axes_within(self, self.axis, len(input_shape) + 1), input_shape)
        keys = jax.random.split(key, 4)
        params = {"gamma": self.gamma_initializer.draw(keys[0], shape)} if self.scale else {}
        if self.center:
            params["beta"] = self.beta_initializer.draw(keys[1], shape)
        return params, {
            "moving_mean": self.moving_mean_initializer.draw(keys[2], shape),
            "moving_variance": self.moving_variance_initializer.draw(keys[3], shape),
        }

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
        axes = axes_within(self, self.axis, x.ndim)
        mean, variance = state["moving_mean"], state["moving_variance"]
        if x.shape[axes[0]] != mean.shape[0]:
            raise ShapeError(f"{self.label} was built for {mean.shape[0]} features, got {x.shape[axes[0]]}")
        if train and self.trainable:
            mean, variance = _moments(x, axes, mask)
            state = {
                "moving_mean": _blend(state["moving_mean"], mean, self.momentum),
                "moving_variance": _blend(state["moving_variance"], variance, self.momentum),
            }
        y = (x - spread(mean, axes, x)) / jnp.sqrt(spread(variance, axes, x) + self.epsilon)
        if self.scale:
            y = y * spread(params["gamma"], axes, x)
        if self.center:
            y = y + spread(params["beta"], axes, x)
        return y, state

    def output_shape(self, input_shape: Any) -> Shape:
        axes_within(self, self.axis, len(input_shape) + 1)
        return input_shape


def _moments(
    x: Float[Array, "rows ..."], axes: tuple[int, ...], mask: Float[Array, " rows"] | None
) -> tuple[Float[Array, " features"], Float[Array, " features"]]:
    others = tuple(axis for axis in range(x.ndim) if axis not in axes)
    if mask is None:
        return x.mean(axis=others), x.var(axis=others)
    values_of_a_row = x.size // (x.shape[0] * x.shape[axes[0]]) if x.size else 1
    share = (mask / (mask.sum() * values_of_a_row)).reshape(-1, *[1] * (x.ndim - 1))
    mean = (share * x).sum(axis=others)
    return mean, (share * jnp.square(x - spread(mean, axes, x))).sum(axis=others)


def _blend(old: Array, new: Array, momentum: float | int) -> Array:
    return momentum * old + (1 - momentum) * new
