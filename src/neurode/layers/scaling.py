"""Scaling of numbers on their way in: by fixed factors, or by the mean and variance of data."""

from collections.abc import Iterator
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError
from neurode.layers.axes import as_axes, axes_within, sizes_of, spread
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State

LEAST_DEVIATION = 1e-7
"""The standard deviation that a feature of equal values is divided by."""


@record
class Rescaling(Layer):
    r"""$y = \text{scale} \cdot x + \text{offset}$.

    Args:
        scale: A number, or one for each feature.
        offset: The same.

    Example:
        >>> Rescaling(1 / 127.5, offset=-1)(jnp.array([[0.0, 255.0]]))
        Array([[-1.,  1.]], dtype=float32)
    """

    scale: Any
    offset: Any = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("scale", "offset"):
            object.__setattr__(self, name, _as_setting(getattr(self, name)))

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ..."], State]:
        scale, offset = _in_front(self.scale, x.ndim), _in_front(self.offset, x.ndim)
        return x.astype(jnp.float32) * scale + offset, state


@record
class Normalization(Layer):
    r"""Centres and scales by the mean and variance of data: $y = (x - \mu) / \max(\sigma, 10^{-7})$.

    `adapt` sets $\mu$ and $\sigma^2$ from data; they are weights that do not train, so that networks of one
    shape share a compiled program. Until then they are NaN, which stops a fit, where Keras takes 0 and 1.

    Args:
        axis: The axis of the features, or a list: each of their values has statistics of its own. None for a
            single mean and variance. The axes of a row count from 1.
        mean: $\mu$, where it is known, instead of `adapt`: a number, or one for each feature.
        variance: $\sigma^2$, together with `mean`.
        invert: Whether to do the opposite, $y = \mu + x \max(\sigma, 10^{-7})$.

    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0, 5.0], [3.0, 5.0]]))
        >>> layer(jnp.array([[3.0, 5.0]]))
        Array([[1., 0.]], dtype=float32)
        >>> layer.mean.numpy()
        array([2., 5.], dtype=float32)
    """

    axis: Any = -1
    # Under these names, so that `mean` and `variance` are the weights, as in Keras.
    input_mean: Any = None
    input_variance: Any = None
    invert: bool = False

    weight_names: ClassVar[tuple[str, ...]] = ("mean", "variance", "count")

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        *,
        input_mean: Any = None,
        input_variance: Any = None,
        name: str | None = None,
        trainable: bool = True,
        input_shape: Any = None,
    ) -> None:
        settings = {
            "axis": axis,
            "input_mean": input_mean if mean is None else mean,
            "input_variance": input_variance if variance is None else variance,
            "invert": invert,
            "name": name,
            "trainable": trainable,
            "input_shape": input_shape,
        }
        for setting, value in settings.items():
            object.__setattr__(self, setting, value)
        self.__post_init__()

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = () if self.axis is None else as_axes(self, "axis", self.axis)
        object.__setattr__(self, "axis", axes if isinstance(axes, tuple) else (axes,))
        for name in ("input_mean", "input_variance"):
            object.__setattr__(self, name, _as_setting(getattr(self, name)))
        mean, variance = self.input_mean, self.input_variance
        if (mean is None) != (variance is None) or np.shape(mean) != np.shape(variance):
            raise ArgumentError(
                f"Normalization(mean={mean!r}, variance={variance!r})",
                hint="give both, of the same shape, or none and call adapt(data)",
            )
        if np.ndim(mean) > len(self.axis):
            raise ArgumentError(f"Normalization(mean={mean!r}) has more axes than axis={self.axis!r} names")

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        if self.input_mean is not None:
            return {}, {}
        shape = sizes_of(self._axes(len(input_shape) + 1), input_shape)
        # Keras has a third weight, which stays 0.
        return {}, {
            "mean": jnp.full(shape, jnp.nan),
            "variance": jnp.full(shape, jnp.nan),
            "count": jnp.int32(0),
        }

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ..."], State]:
        axes = self._axes(x.ndim)
        mean, variance = (self._spread(part, axes, x) for part in self._statistics(state))
        deviation = jnp.maximum(jnp.sqrt(variance), LEAST_DEVIATION)
        x = x.astype(jnp.float32)
        return (x * deviation + mean if self.invert else (x - mean) / deviation), state

    def output_shape(self, input_shape: Any) -> Shape:
        self._axes(len(input_shape) + 1)
        return input_shape

    def adapt(self, data: Any) -> None:
        """Sets the mean and the variance from data, instead of those of an earlier call.

        Args:
            data: Rows: an array, nested lists or a frame. A list of arrays or a generator is read as batches,
                one after the other.

        Raises:
            ArgumentError: If the mean was given as a setting, or the data have no rows or gaps.
            ShapeError: If the layer is built for other features.
        """
        if self.input_mean is not None:
            raise ArgumentError(f"{self.label} was given its mean", hint="leave mean and variance out")
        count, mean, variance = 0, np.float64(0), np.float64(0)
        for batch in _batches(data):
            others, shape = self._layout(batch)
            if count and np.shape(mean) != shape:
                raise ShapeError(f"{self.label} met batches of features {np.shape(mean)} and {shape}")
            new = count + int(np.prod([batch.shape[axis] for axis in others], dtype=int))
            share = 0.0 if new == count else (new - count) / new
            if share:
                step = batch.mean(axis=others) - mean
                variance = variance * (1 - share) + batch.var(axis=others) * share
                variance = variance + np.square(step) * share * (1 - share)
                mean = mean + step * share
            count = new
        if not count or not np.isfinite(mean).all():
            problem = "has gaps or infinite numbers" if count else "has no rows"
            raise ArgumentError(f"the data for {self.label}.adapt {problem}", hint="fill or drop them first")
        own = (self.place.state or {}).get("mean")
        if own is not None and own.shape != np.shape(mean):
            raise ShapeError(f"{self.label} was built for features {own.shape}, got {np.shape(mean)}")
        self.write_weights(
            {},
            {
                "mean": jnp.asarray(mean, jnp.float32),
                "variance": jnp.asarray(variance, jnp.float32),
                "count": jnp.int32(0),
            },
        )

    def check_adapted(self) -> None:
        """Refuses to go on before the statistics are known.

        Raises:
            NotFittedError: If neither `adapt`, nor settings, nor a file has given them.
        """
        mean = (self.place.state or {}).get("mean", np.nan)
        if self.input_mean is None and np.isnan(mean).all():
            raise NotFittedError(
                f"{self.label} has seen no data", hint="call layer.adapt(training_rows) first"
            )

    def compute(self, x: Any, *, training: bool) -> Any:
        self.check_adapted()
        return super().compute(x, training=training)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        mean, variance = config.pop("input_mean"), config.pop("input_variance")
        return config | {"mean": mean, "variance": variance}

    def _axes(self, ndim: int) -> tuple[int, ...]:
        return axes_within(self, self.axis, ndim) if self.axis else ()

    def _layout(self, batch: np.ndarray) -> tuple[tuple[int, ...], Shape]:
        """The axes that statistics are taken along, and the shape of the statistics."""
        if batch.ndim == 1 and self.axis:
            raise ShapeError(
                f"{self.label} takes rows of features, got data of shape {batch.shape}",
                hint="Normalization(axis=None) for a single column, or data[:, None]",
            )
        axes = self._axes(batch.ndim)
        others = tuple(axis for axis in range(batch.ndim) if axis not in axes)
        return others, sizes_of(axes, batch.shape[1:])

    def _statistics(self, state: State) -> tuple[Array, Array]:
        if self.input_mean is None:
            return state["mean"], state["variance"]
        return jnp.asarray(self.input_mean, jnp.float32), jnp.asarray(self.input_variance, jnp.float32)

    def _spread(self, values: Array, axes: tuple[int, ...], x: Array) -> Array:
        # Statistics of fewer axes belong to the last of them.
        own = axes[len(axes) - values.ndim :] if values.ndim else ()
        found = tuple(x.shape[axis] for axis in own)
        if any(a not in (1, b) for a, b in zip(values.shape, found)):
            raise ShapeError(f"{self.label} has statistics of shape {values.shape}, got features {found}")
        return spread(jnp.broadcast_to(values, found), own, x)


def _batches(data: Any) -> Iterator[np.ndarray]:
    listed = isinstance(data, list | tuple) and not (data and getattr(data[0], "shape", ()))
    if hasattr(data, "shape") or listed:
        yield _numbers(data)
    elif hasattr(data, "__iter__"):
        for batch in data:
            yield _numbers(batch[0] if isinstance(batch, tuple) else batch)
    else:
        raise DataTypeError(f"adapt takes rows of numbers, got {type(data).__name__}")


def _numbers(data: Any) -> np.ndarray:
    try:
        return np.asarray(data).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataTypeError(f"adapt takes rows of numbers, got {type(data).__name__}") from error


def _as_setting(value: Any) -> Any:
    """A number or nested tuples of them, which a frozen layer can hold."""

    def frozen(part: Any) -> Any:
        return tuple(map(frozen, part)) if isinstance(part, list) else part

    return None if value is None else frozen(np.asarray(value).tolist())


def _in_front(value: Any, ndim: int) -> Any:
    array = jnp.asarray(value, jnp.float32)
    return array.reshape(*[1] * (ndim - array.ndim), *array.shape) if array.ndim else array
