"""Errors of predicted numbers, each the mean of a loss over rows."""

from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Shaped

from neurode import losses
from neurode.errors import ArgumentError
from neurode.metrics.means import LossMean, RowMean
from neurode.metrics.metric import spec


@spec
class MeanSquaredError(LossMean):
    """Mean of squared errors, in squared units of the target.

    Example:
        >>> float(MeanSquaredError()([1.0, 2.0], [1.0, 5.0]))
        4.5
    """

    default_name: ClassVar[str] = "mean_squared_error"
    loss: ClassVar[str] = "mean_squared_error"


@spec
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean of squared errors, in units of the target.

    Example:
        >>> float(RootMeanSquaredError()([[1.0], [2.0]], [[4.0], [5.0]]))
        3.0
    """

    default_name: ClassVar[str] = "root_mean_squared_error"
    vector_is_row: ClassVar[bool] = False

    def read(self, state: dict[str, Array]) -> Array:
        return jnp.sqrt(super().read(state))


@spec
class MeanAbsoluteError(LossMean):
    """Mean of absolute errors, in units of the target.

    Example:
        >>> float(MeanAbsoluteError()([1.0, 2.0], [1.0, 5.0]))
        1.5
    """

    default_name: ClassVar[str] = "mean_absolute_error"
    loss: ClassVar[str] = "mean_absolute_error"


@spec
class MeanAbsolutePercentageError(LossMean):
    """Mean of absolute errors in percent of the target, whose size is taken as 1e-7 at least.

    Example:
        >>> float(MeanAbsolutePercentageError()([1.0, 2.0], [1.0, 1.0]))
        25.0
    """

    default_name: ClassVar[str] = "mean_absolute_percentage_error"
    loss: ClassVar[str] = "mean_absolute_percentage_error"


@spec
class MeanSquaredLogarithmicError(LossMean):
    r"""Mean of $(\log(1 + y) - \log(1 + \hat y))^2$; numbers below 0 count as 0.

    Example:
        >>> round(float(MeanSquaredLogarithmicError()([0.0, 1.0], [0.0, 3.0])), 4)
        0.2402
    """

    default_name: ClassVar[str] = "mean_squared_logarithmic_error"
    loss: ClassVar[str] = "mean_squared_logarithmic_error"


@spec
class LogCoshError(LossMean):
    r"""Mean of $\log \cosh(y - \hat y)$: squared near zero, absolute far out.

    Example:
        >>> round(float(LogCoshError()([0.0, 0.0], [0.0, 1.0])), 4)
        0.2169
    """

    default_name: ClassVar[str] = "logcosh"
    loss: ClassVar[str] = "log_cosh"


@spec
class CosineSimilarity(RowMean):
    r"""Cosine of the angle between target and prediction, $\sum_u y_u \hat y_u / (|y| |\hat y|)$, in [-1, 1].

    The loss of this name is its negative.

    Args:
        axis: The axis of a row's units, the last one.

    Example:
        >>> round(float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
        0.5
    """

    axis: int = -1
    default_name: ClassVar[str] = "cosine_similarity"

    def __post_init__(self) -> None:
        super().__post_init__()
        last_axis(self.axis)

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return -losses.get("cosine_similarity").rows_of_prediction(target, prediction)


def last_axis(axis: Any) -> None:
    """Raises an `ArgumentError` unless this is the axis of units of a table of predictions."""
    if isinstance(axis, bool) or axis not in (-1, 1):
        raise ArgumentError(f"axis={axis}", hint="units are on the last axis: leave it at -1")
