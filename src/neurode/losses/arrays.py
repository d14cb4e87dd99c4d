"""Arrays as losses want them: floating point, and targets in the shape of predictions."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ShapeError

EPSILON = 1e-7
"""Keras's guard against the logarithm of zero, for predictions that come as probabilities."""

TINY = 1e-37
"""A number near the smallest that float32 keeps: any power of it, with an exponent from -1 on, is finite."""


def as_floats(values: Any) -> Float[Array, "..."]:
    """The values as a floating-point array."""
    array = jnp.asarray(values)
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(jnp.float32)


def as_columns(values: Any) -> Float[Array, "rows units"]:
    """The values as float32 `(rows, units)`; a vector becomes one column."""
    array = jnp.asarray(values, jnp.float32)
    return array[:, None] if array.ndim == 1 else array


def aligned(first: Array, second: Array) -> tuple[Array, Array]:
    """Two arrays of one rank, where one has a last axis of length 1 too many.

    A vector gets that axis; from a larger array it is taken away.

    Example:
        >>> [array.shape for array in aligned(jnp.ones(3), jnp.ones((3, 1)))]
        [(3, 1), (3, 1)]
    """
    if first.ndim > second.ndim:
        second, first = aligned(second, first)
        return first, second
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1:
            first = first[:, None]
        else:
            second = second[..., 0]
    return first, second


def matched(y_true: Any, y_pred: Any, *, exactly: bool = False) -> tuple[Array, Array]:
    """Targets and predictions as floating-point arrays of shapes that fit.

    Args:
        y_true: Targets.
        y_pred: Predictions.
        exactly: Whether the shapes must be equal; otherwise an axis of length 1 fits any.

    Raises:
        ShapeError: If the shapes do not fit.
    """
    target, prediction = aligned(as_floats(y_true), as_floats(y_pred))
    lengths = list(zip(target.shape, prediction.shape))
    fits = target.ndim == prediction.ndim and all(a == b or (not exactly and 1 in (a, b)) for a, b in lengths)
    if not fits or prediction.ndim == 0:
        raise ShapeError(
            f"y_true of shape {target.shape} does not fit y_pred of shape {prediction.shape}",
            hint="class numbers go into a sparse loss, such as 'sparse_categorical_crossentropy'"
            if exactly and prediction.ndim and prediction.shape[-1] > 1
            else "y_true needs one value for each value of y_pred",
        )
    return target, prediction
