"""One vector from the steps of a row: their mean or their largest. It follows an `Embedding` of a list."""

from typing import Any

from jaxtyping import Array, Float

from neurode.errors import ShapeError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.layers.reshaping import check_data_format
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class _Pooling(Layer):
    data_format: str | None = None
    keepdims: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_data_format(self, self.data_format)

    def pooled(self, x: Array, axis: int) -> Array:
        """The steps along this axis made one."""
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
        shape = self.output_shape(x.shape[1:])
        return self.pooled(x, self._steps()).reshape(x.shape[0], *shape), state

    def output_shape(self, input_shape: Any) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                f"{self.label} takes rows of steps and features, got rows of shape {tuple(input_shape)}"
            )
        kept = [1, 1]
        features = 2 - self._steps()
        kept[features] = input_shape[features]
        return tuple(kept) if self.keepdims else (input_shape[features],)

    def _steps(self) -> int:
        return 2 if self.data_format == "channels_first" else 1


@record
class GlobalAveragePooling1D(_Pooling):
    """The mean of a row's steps.

    Args:
        data_format: `"channels_first"` for rows of features by steps; else they are steps by features.
        keepdims: Whether the axis of the steps stays, with size 1.

    Example:
        >>> import jax.numpy as jnp
        >>> GlobalAveragePooling1D()(jnp.array([[[1.0, 2.0], [3.0, 8.0]]]))
        Array([[2., 5.]], dtype=float32)
    """

    def pooled(self, x: Array, axis: int) -> Array:
        return x.mean(axis=axis)


@record
class GlobalMaxPooling1D(_Pooling):
    """The largest of a row's steps, feature by feature.

    Args:
        data_format: `"channels_first"` for rows of features by steps; else they are steps by features.
        keepdims: Whether the axis of the steps stays, with size 1.

    Example:
        >>> import jax.numpy as jnp
        >>> GlobalMaxPooling1D()(jnp.array([[[1.0, 8.0], [3.0, 2.0]]]))
        Array([[3., 8.]], dtype=float32)
    """

    def pooled(self, x: Array, axis: int) -> Array:
        return x.max(axis=axis)
