"""Activations with settings of their own, each as a layer."""

from typing import Any, ClassVar

import jax
from jaxtyping import Array, Float

from neurode import activations
from neurode.errors import ArgumentError, ShapeError
from neurode.layers.axes import as_axes, axes_within
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class _Pointwise(Layer):
    """One number in, one number out, without weights."""

    def value(self, x: Any) -> Any:
        """The layer's formula."""
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
        return self.value(x), state


@record
class ReLU(_Pointwise):
    r"""$\min(x, m)$ above the threshold $\theta$, $a (x - \theta)$ below.

    Args:
        max_value: $m$, at least 0; None for no limit.
        negative_slope: $a$, at least 0.
        threshold: $\theta$, at least 0.

    Example:
        >>> ReLU(max_value=6, negative_slope=0.1)(jax.numpy.array([[-1.0, 2.0, 9.0]]))
        Array([[-0.1,  2. ,  6. ]], dtype=float32)
    """

    max_value: float | int | None = None
    negative_slope: float | int = 0.0
    threshold: float | int = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _at_least_zero(self, "max_value", "negative_slope", "threshold")

    def value(self, x: Any) -> Any:
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


@record
class LeakyReLU(_Pointwise):
    """$x$ above 0, $a x$ below.

    Args:
        negative_slope: $a$, at least 0. 0.3 unless told; the activation `leaky_relu` has 0.2.

    Example:
        >>> LeakyReLU(0.5)(jax.numpy.array([[-1.0, 2.0]]))
        Array([[-0.5,  2. ]], dtype=float32)

    References:
        Maas et al. (2013), Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2.
    """

    negative_slope: float | int = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        _at_least_zero(self, "negative_slope")

    def value(self, x: Any) -> Any:
        return activations.leaky_relu(x, self.negative_slope)


@record
class ELU(_Pointwise):
    r"""$x$ above 0, $\alpha (e^x - 1)$ below.

    Args:
        alpha: $\alpha$: far below 0 the output nears $-\alpha$.

    Example:
        >>> ELU()(jax.numpy.array([[-100.0, 2.0]]))
        Array([[-1.,  2.]], dtype=float32)

    References:
        Clevert et al. (2016), Fast and Accurate Deep Network Learning by Exponential Linear Units, (2).
    """

    alpha: float | int = 1.0

    def value(self, x: Any) -> Any:
        return activations.elu(x, self.alpha)


@record
class Softmax(_Pointwise):
    r"""Probabilities over an axis, $e^{x_i} / \sum_j e^{x_j}$.

    Args:
        axis: The axis that adds up to 1, or a list of axes that do so together; those of a row count from 1.

    Example:
        >>> Softmax()(jax.numpy.array([[0.0, 0.0]]))
        Array([[0.5, 0.5]], dtype=float32)
    """

    axis: Any = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self, "axis", self.axis))

    def value(self, x: Any) -> Any:
        return jax.nn.softmax(x, axis=axes_within(self, self.axis, x.ndim))

    def output_shape(self, input_shape: Any) -> Shape:
        axes_within(self, self.axis, len(input_shape) + 1)
        return input_shape


@record
class PReLU(Layer):
    r"""$x$ above 0, $\alpha x$ below, where $\alpha$ is learned for every feature.

    Args:
        alpha_initializer: Draws $\alpha$.
        alpha_regularizer: Adds a penalty on $\alpha$ to the loss.
        alpha_constraint: What $\alpha$ is brought to after every step.
        shared_axes: Axes along which $\alpha$ is the same; those of a row count from 1.

    Example:
        >>> layer = PReLU(alpha_initializer="ones")
        >>> layer(jax.numpy.array([[-1.0, 2.0]]))
        Array([[-1.,  2.]], dtype=float32)

    References:
        He et al. (2015), [Delving Deep into Rectifiers](https://arxiv.org/abs/1502.01852), eq. 1.
    """

    alpha_initializer: Any = "zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = None

    weight_names: ClassVar[tuple[str, ...]] = ("alpha",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shared_axes is not None:
            axes = as_axes(self, "shared_axes", self.shared_axes)
            object.__setattr__(self, "shared_axes", axes if isinstance(axes, tuple) else (axes,))

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        shared = () if self.shared_axes is None else axes_within(self, self.shared_axes, len(input_shape) + 1)
        shape = tuple(1 if axis in shared else size for axis, size in enumerate(input_shape, start=1))
        return {"alpha": self.alpha_initializer.draw(key, shape)}, {}

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
        alpha = params["alpha"]
        if x.ndim != alpha.ndim + 1 or any(a not in (1, b) for a, b in zip(alpha.shape, x.shape[1:])):
            raise ShapeError(f"{self.label} was built for rows of shape {alpha.shape}, got {x.shape[1:]}")
        return jax.nn.relu(x) - alpha[None] * jax.nn.relu(-x), state


def _at_least_zero(layer: Layer, *names: str) -> None:
    for name in names:
        value = getattr(layer, name)
        if (value is None and name != "max_value") or (value is not None and value < 0):
            raise ArgumentError(f"{type(layer).__name__}({name}={value!r})", hint=f"{name} is at least 0")
