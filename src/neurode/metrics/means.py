"""Means: of one value a row, of a function of the user's own, of plain values."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from neurode import losses
from neurode.errors import ArgumentError
from neurode.metrics.metric import Metric, ratio, spec


@spec
class RowMean(Metric):
    """Base class of metrics that are a weighted mean of one value a row."""

    name: str | None = None
    dtype: Any = None
    vector_is_row: ClassVar[bool] = True

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        """The value of each row."""
        raise NotImplementedError

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        return _weighted(self.values(target, prediction), weight)

    def read(self, state: dict[str, Array]) -> Array:
        return ratio(state["total"], state["weight"])


@spec
class LossMean(RowMean):
    """Base class of metrics that are the mean of a loss."""

    loss: ClassVar[str] = "mean_squared_error"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return losses.get(self.loss).rows_of_prediction(target, prediction)


@spec
class FunctionMean(Metric):
    """The mean of a function of the user's own, `f(y_true, y_pred)`.

    One value a row, or a row and unit, is averaged over all rows, weighted. A single value is taken for the
    value of its batch, and averaged over batches, as in Keras.

    Args:
        function: It is traced like a metric of ours.
        settings: Pairs of a name and a value that the function gets besides.

    Example:
        >>> float(FunctionMean(lambda y_true, y_pred: jnp.abs(y_true - y_pred))([1.0, 2.0], [1.0, 5.0]))
        1.5
    """

    function: Callable[..., Any]
    settings: tuple[tuple[str, Any], ...] = ()
    sparse: ClassVar[Any] = None
    rows_only: ClassVar[bool] = True

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        values = jnp.asarray(self.function(target, prediction, **dict(self.settings)))
        if values.ndim == 0:
            some = (weight != 0).any()
            return {
                "total": jnp.where(some, values, 0).astype(jnp.float32),
                "weight": some.astype(jnp.float32),
            }
        return _weighted(values.reshape(values.shape[0], -1).mean(axis=-1), weight)

    def read(self, state: dict[str, Array]) -> Array:
        return ratio(state["total"], state["weight"])

    def _nothing(self) -> Any:
        return {"total": jnp.float32(0), "weight": jnp.float32(0)}

    def _as_arrays(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array]:
        # The function gets what was given, vectors included.
        target, prediction = jnp.asarray(y_true), jnp.asarray(y_pred, jnp.float32)
        rows = prediction.shape[0] if prediction.ndim else 1
        weight = jnp.asarray(1 if sample_weight is None else sample_weight, jnp.float32).reshape(-1)
        return target, prediction, jnp.broadcast_to(weight, (rows,))


class MeanMetricWrapper(FunctionMean):
    """The mean of a function `fn(y_true, y_pred, **settings)`, under Keras's name.

    Args:
        fn: See `FunctionMean`.
        name: What it is called in a history; `None` means `"mean_metric_wrapper"`, as in Keras.
        dtype: For Keras's sake.
        settings: What `fn` gets besides.

    Example:
        >>> shortfall = MeanMetricWrapper(lambda y_true, y_pred, scale: scale * (y_true - y_pred), scale=10.0)
        >>> float(shortfall([1.0, 2.0], [1.0, 1.0]))
        5.0
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **settings: Any
    ) -> None:
        super().__init__(fn, tuple(sorted(settings.items())), name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dtype": "float32",
            "fn": self.function,
            **dict(self.settings),
        }

    def __eq__(self, other: object) -> bool:
        mine = (self.name, self.function, self.settings)
        return type(other) is type(self) is MeanMetricWrapper and mine == (
            (other.name, other.function, other.settings) if isinstance(other, MeanMetricWrapper) else ()
        )

    def __hash__(self) -> int:
        return hash((self.name, self.function, self.settings))


@spec
class Mean(Metric):
    """The weighted mean of values that you have already.

    Example:
        >>> mean = Mean("loss")
        >>> mean.update_state([1.0, 3.0])
        >>> mean.update_state(8.0)
        >>> float(mean.result())
        4.0
        >>> float(Mean()([1.0, 3.0], sample_weight=[3.0, 1.0]))
        1.5
    """

    name: str | None = None
    dtype: Any = None
    default_name: ClassVar[str] = "mean"

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        raise _of_values(self)

    def read(self, state: dict[str, Array]) -> Array:
        return ratio(state["total"], state["weight"])

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Adds values, one a row; further axes are averaged first.

        Args:
            values: A number or an array.
            sample_weight: One number, or as many axes as values at most.
        """
        values = jnp.asarray(values, jnp.float32)
        if sample_weight is None:
            rows = jnp.float32(values.shape[0] if values.ndim else 1)
            self._add({"total": values.mean() * rows, "weight": rows})
            return
        values, weight = _of_one_rank(values, jnp.asarray(sample_weight, jnp.float32))
        values = values.mean(axis=tuple(range(weight.ndim, values.ndim)))
        weight = jnp.broadcast_to(weight, values.shape)
        share = values.shape[0] / max(values.size, 1) if values.ndim else 1.0
        self._add({"total": (values * weight).sum() * share, "weight": weight.sum() * share})

    def _nothing(self) -> Any:
        return {"total": jnp.float32(0), "weight": jnp.float32(0)}


@spec
class Sum(Metric):
    """The weighted sum of values that you have already.

    Example:
        >>> float(Sum()([1.0, 3.0], sample_weight=[2.0, 0.0]))
        2.0
    """

    name: str | None = None
    dtype: Any = None
    default_name: ClassVar[str] = "sum"

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> Array:
        raise _of_values(self)

    def read(self, state: Array) -> Array:
        return state

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Adds values, weighted."""
        values = jnp.asarray(values, jnp.float32)
        if sample_weight is not None:
            values, weight = _of_one_rank(values, jnp.asarray(sample_weight, jnp.float32))
            values = values * weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim))
        self._add(values.sum())

    def _nothing(self) -> Any:
        return jnp.float32(0)


def _weighted(values: Array, weight: Array) -> dict[str, Array]:
    # `where`, because a padding row may hold anything, and 0 times infinity is not 0.
    values = values.astype(jnp.float32)
    return {"total": jnp.where(weight != 0, values * weight, 0).sum(), "weight": weight.sum()}


def _of_one_rank(values: Array, weight: Array) -> tuple[Array, Array]:
    """A column and a vector as two columns; else a last axis of 1 that only one of them has goes."""
    if values.ndim == weight.ndim + 1 and values.shape[-1] == 1:
        return (values, weight[:, None]) if weight.ndim == 1 else (values[..., 0], weight)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        return (values[:, None], weight) if values.ndim == 1 else (values, weight[..., 0])
    return values, weight


def _of_values(metric: Metric) -> ArgumentError:
    return ArgumentError(
        f"{type(metric).__name__} is of values that you have already, not of targets and predictions",
        hint="give compile() a function: metrics=[lambda y_true, y_pred: …]",
    )
