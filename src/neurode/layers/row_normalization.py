"""Normalisation of each row by itself: by layer, by group, by its root mean square, to length 1."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.axes import as_axes, axes_within, sizes_of, spread
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class _OverAxes(Layer):
    """A layer that works along some axes of a row and keeps its shape."""

    axis: Any = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self, "axis", self.axis))

    def output_shape(self, input_shape: Any) -> Shape:
        axes_within(self, self.axis, len(input_shape) + 1)
        return input_shape

    def _sizes(self, input_shape: Any) -> Shape:
        return sizes_of(axes_within(self, self.axis, len(input_shape) + 1), input_shape)

    def _weight_for(self, weights: Array, axes: tuple[int, ...], x: Array) -> Array:
        if weights.shape != tuple(x.shape[axis] for axis in axes):
            found = tuple(x.shape[axis] for axis in axes)
            raise ShapeError(f"{self.label} was built for features of shape {weights.shape}, got {found}")
        return spread(weights, axes, x)


@record
class LayerNormalization(_OverAxes):
    r"""Centres and scales each row: $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$.

    $\mu$ and $\sigma^2$ are the row's own, so training and use do the same.

    Args:
        axis: The axis that $\mu$ and $\sigma^2$ are taken along, or a list of axes.
        epsilon: $\epsilon$, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.
        beta_initializer: Draws $\beta$.
        gamma_initializer: Draws $\gamma$.
        beta_regularizer: Adds a penalty on $\beta$ to the loss.
        gamma_regularizer: The same on $\gamma$.
        beta_constraint: What $\beta$ is brought to after every step.
        gamma_constraint: The same for $\gamma$.
        rms_scaling: Keras's old form $\gamma x / \sqrt{\sigma^2 + \epsilon}$; see `RMSNormalization` instead.

    Example:
        >>> LayerNormalization(epsilon=1e-6)(jnp.array([[1.0, 3.0]])).round(3)
        Array([[-1.,  1.]], dtype=float32)

    References:
        Ba et al. (2016), [Layer Normalization](https://arxiv.org/abs/1607.06450), eq. 3 and 4.
    """

    epsilon: float | int = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    rms_scaling: bool = False

    weight_names: ClassVar[tuple[str, ...]] = ("gamma", "beta")

    def __post_init__(self) -> None:
        super().__post_init__()
        _above_zero(self, self.epsilon)

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        params = {}
        if self.scale or self.rms_scaling:
            params["gamma"] = self.gamma_initializer.draw(key, self._sizes(input_shape))
        if self.center and not self.rms_scaling:
            beta_key = jax.random.fold_in(key, 1)
            params["beta"] = self.beta_initializer.draw(beta_key, self._sizes(input_shape))
        return params, {}

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
        centred = x if self.rms_scaling else x - x.mean(axis=axes, keepdims=True)
        y = centred * jax.lax.rsqrt(x.var(axis=axes, keepdims=True) + self.epsilon)
        if "gamma" in params:
            y = y * self._weight_for(params["gamma"], axes, x)
        if "beta" in params:
            y = y + self._weight_for(params["beta"], axes, x)
        return y, state


@record
class RMSNormalization(_OverAxes):
    r"""Scales each row by its root mean square: $y = s \, x / \sqrt{\overline{x^2} + \epsilon}$.

    $s$ belongs to the features of `axis`. Keras multiplies by it along the last axis whatever `axis` is.

    Args:
        axis: The axis that the mean is taken along, or a list of axes.
        epsilon: $\epsilon$, above 0.

    Example:
        >>> RMSNormalization()(jnp.array([[3.0, 3.0]])).round(3)
        Array([[1., 1.]], dtype=float32)

    References:
        Zhang and Sennrich (2019), [Root Mean Square Layer Normalization](https://arxiv.org/abs/1910.07467),
        eq. 4.
    """

    epsilon: float | int = 1e-6

    weight_names: ClassVar[tuple[str, ...]] = ("scale",)

    def __post_init__(self) -> None:
        super().__post_init__()
        _above_zero(self, self.epsilon)

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        return {"scale": jnp.ones(self._sizes(input_shape))}, {}

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
        y = x * jax.lax.rsqrt(jnp.square(x).mean(axis=axes, keepdims=True) + self.epsilon)
        return y * self._weight_for(params["scale"], axes, x), state


@record
class GroupNormalization(Layer):
    r"""`LayerNormalization` within groups of features, with $\gamma$ and $\beta$ for every feature.

    Args:
        groups: How many groups, a divisor of the number of features; -1 for one group each.
        axis: The axis of the features.
        epsilon: $\epsilon$, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.
        beta_initializer: Draws $\beta$.
        gamma_initializer: Draws $\gamma$.
        beta_regularizer: Adds a penalty on $\beta$ to the loss.
        gamma_regularizer: The same on $\gamma$.
        beta_constraint: What $\beta$ is brought to after every step.
        gamma_constraint: The same for $\gamma$.

    Example:
        >>> GroupNormalization(groups=2)(jnp.array([[1.0, 3.0, 10.0, 30.0]])).round(2)
        Array([[-1.,  1., -1.,  1.]], dtype=float32)

    References:
        Wu and He (2018), [Group Normalization](https://arxiv.org/abs/1803.08494), eq. 7.
    """

    groups: int = 32
    axis: int = -1
    epsilon: float | int = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    weight_names: ClassVar[tuple[str, ...]] = ("gamma", "beta")

    def __post_init__(self) -> None:
        super().__post_init__()
        _above_zero(self, self.epsilon)
        if self.groups < 1 and self.groups != -1:
            raise ArgumentError(f"GroupNormalization(groups={self.groups})", hint="at least 1, or -1")

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        self.output_shape(input_shape)
        shape = sizes_of(axes_within(self, self.axis, len(input_shape) + 1), input_shape)
        params = {"gamma": self.gamma_initializer.draw(key, shape)} if self.scale else {}
        if self.center:
            params["beta"] = self.beta_initializer.draw(jax.random.fold_in(key, 1), shape)
        return params, {}

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
        self.output_shape(x.shape[1:])
        axes = axes_within(self, self.axis, x.ndim)
        features = x.shape[axes[0]]
        last = jnp.moveaxis(x, axes[0], -1)
        count = self._groups(features)
        groups = last.reshape(*last.shape[:-1], count, features // count)
        within = tuple(axis for axis in range(1, groups.ndim) if axis != groups.ndim - 2)
        centred = groups - groups.mean(axis=within, keepdims=True)
        scaled = centred * jax.lax.rsqrt(groups.var(axis=within, keepdims=True) + self.epsilon)
        y = jnp.moveaxis(scaled.reshape(last.shape), -1, axes[0])
        if self.scale:
            y = y * spread(params["gamma"], axes, x)
        if self.center:
            y = y + spread(params["beta"], axes, x)
        return y, state

    def output_shape(self, input_shape: Any) -> Shape:
        (features,) = sizes_of(axes_within(self, self.axis, len(input_shape) + 1), input_shape)
        if features % self._groups(features):
            raise ShapeError(
                f"{self.label} makes {self.groups} groups, which do not divide {features} features"
            )
        return input_shape

    def _groups(self, features: int) -> int:
        return features if self.groups == -1 else self.groups


@record
class UnitNormalization(_OverAxes):
    r"""Scales each row to length 1: $y = x / \max(\|x\|, 10^{-12})$. A row of zeros stays one.

    Args:
        axis: The axis along which the length is taken, or a list of axes.

    Example:
        >>> UnitNormalization()(jnp.array([[3.0, 4.0]]))
        Array([[0.6, 0.8]], dtype=float32)
    """

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
        return to_length_one(x, axes_within(self, self.axis, x.ndim), 1e-12), state


def to_length_one(x: Array, axes: tuple[int, ...], least: float) -> Array:
    """$x / \\max(\\|x\\|, \\text{least})$ along these axes."""
    # The bound is put on the square: the gradient of a square root at 0 is not finite.
    square = jnp.maximum(jnp.square(x).sum(axis=axes, keepdims=True), least**2)
    return x * jax.lax.rsqrt(square)


def _above_zero(layer: Layer, epsilon: float | int) -> None:
    if epsilon <= 0:
        raise ArgumentError(f"{type(layer).__name__}(epsilon={epsilon!r})", hint="epsilon is above 0")
