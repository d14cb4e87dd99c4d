"""Losses of numbers: how far the prediction is from the target, averaged over the units of a row."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from neurode.losses.arrays import EPSILON, matched
from neurode.losses.loss import Loss


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    r"""$(y - \hat y)^2$, averaged over the units of a row.

    Example:
        >>> mean_squared_error([[1.0, 2.0]], [[1.0, 4.0]])
        Array([2.], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return jnp.square(y_true - y_pred).mean(axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    r"""$|y - \hat y|$, averaged over the units of a row.

    Example:
        >>> mean_absolute_error([[1.0, 2.0]], [[1.0, 4.0]])
        Array([1.], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return jnp.abs(y_true - y_pred).mean(axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    r"""$100 \, |y - \hat y| / \max(|y|, 10^{-7})$, averaged over the units of a row, in percent.

    Example:
        >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
        Array([25.], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return 100 * jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON)).mean(axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    r"""$(\log(1 + y) - \log(1 + \hat y))^2$, averaged over the units of a row.

    Numbers below $10^{-7}$, negative ones too, count as $10^{-7}$.

    Example:
        >>> round(float(mean_squared_logarithmic_error([[0.0]], [[1.0]])[0]), 4)
        0.4805
    """
    y_true, y_pred = matched(y_true, y_pred)
    logarithm = jnp.log1p(jnp.maximum(y_pred, EPSILON))
    return jnp.square(logarithm - jnp.log1p(jnp.maximum(y_true, EPSILON))).mean(axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float | int = 1.0) -> Array:
    r"""$e^2 / 2$ for $|e| \le \delta$, else $\delta |e| - \delta^2 / 2$, averaged over the units of a row.

    Example:
        >>> huber([[0.0], [0.0]], [[1.0], [3.0]])
        Array([0.5, 2.5], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    error = jnp.abs(y_true - y_pred)
    near, far = 0.5 * jnp.square(error), delta * error - 0.5 * delta**2
    return jnp.where(error <= delta, near, far).mean(axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    r"""$\log \cosh(\hat y - y)$, averaged over the units of a row; near $e^2 / 2$, far out $|e| - \log 2$.

    Keras subtracts $\log 2$ at the end, which leaves noise of about $10^{-7}$ where the error is small. Here
    it is $|e| + \log(1 + (e^{-2|e|} - 1) / 2)$, which has none.

    Example:
        >>> round(float(log_cosh([[0.0]], [[100.0]])[0]), 4)
        99.3069
    """
    y_true, y_pred = matched(y_true, y_pred)
    error = jnp.abs(y_pred - y_true)
    return (error + jnp.log1p(jnp.expm1(-2 * error) / 2)).mean(axis=-1)


@dataclass(frozen=True, eq=False, repr=False)
class MeanSquaredError(Loss):
    r"""$(y - \hat y)^2$, averaged over the units of a row, in squared units of the target.

    Example:
        >>> float(MeanSquaredError()([1.0, 2.0], [1.0, 4.0]))
        2.0
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return mean_squared_error(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class MeanAbsoluteError(Loss):
    r"""$|y - \hat y|$, averaged over the units of a row, in units of the target.

    Example:
        >>> float(MeanAbsoluteError()([1.0, 2.0], [1.0, 4.0]))
        1.0
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return mean_absolute_error(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class MeanAbsolutePercentageError(Loss):
    r"""$100 \, |y - \hat y| / |y|$, averaged over the units of a row, in percent. Targets of 0 make it huge.

    Example:
        >>> float(MeanAbsolutePercentageError()([2.0, 4.0], [1.0, 4.0]))
        25.0
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return mean_absolute_percentage_error(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class MeanSquaredLogarithmicError(Loss):
    r"""$(\log(1 + y) - \log(1 + \hat y))^2$, averaged over the units of a row: for sizes of any scale.

    Example:
        >>> round(float(MeanSquaredLogarithmicError()([0.0], [1.0])), 4)
        0.4805
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return mean_squared_logarithmic_error(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class Huber(Loss):
    r"""Squared near zero, absolute far out: $e^2 / 2$ for $|e| \le \delta$, else $\delta |e| - \delta^2 / 2$.

    Args:
        delta: $\delta$, the error at which the parabola turns into a line, in units of the target.

    Example:
        >>> float(Huber()([0.0, 0.0], [1.0, 3.0]))
        1.5

    References:
        Huber (1964), Robust Estimation of a Location Parameter.
    """

    delta: float | int = 1.0
    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return huber(y_true, y_pred, self.delta)

    def _default_name(self) -> str:
        return "huber_loss"


@dataclass(frozen=True, eq=False, repr=False)
class LogCosh(Loss):
    r"""$\log \cosh(\hat y - y)$: a smooth curve from the squared error near zero to the absolute far out.

    Example:
        >>> round(float(LogCosh()([0.0, 0.0], [0.0, 1.0])), 4)
        0.2169
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return log_cosh(y_true, y_pred)
