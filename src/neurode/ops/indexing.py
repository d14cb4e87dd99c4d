"""Ops that pick, place, sort or count by index."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.errors import ArgumentError, ShapeError
from neurode.ops.application import as_array, axes, dtype_of, op


@op
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Elements at these places along an axis; `None` flattens first. Negative places count from the end.

    A place outside gives NaN (the smallest whole number for integers) instead of an error.

    Example:
        >>> take([10, 20, 30], [2, -3]).tolist()
        [30, 10]
    """
    return jnp.take(as_array(x), as_array(indices), axis)


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Elements at places of its own for every row: `x[i, indices[i, j]]` along the last axis."""
    return jnp.take_along_axis(as_array(x), as_array(indices), axis)


@op
def get_item(x: Any, key: Any) -> Any:
    """`x[key]`."""
    return as_array(x)[key]


@op
def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """The block of this shape from `start_indices` on; a length of -1 takes all that is left."""
    inputs = as_array(inputs)
    lengths = [inputs.shape[i] - start_indices[i] if n == -1 else n for i, n in enumerate(shape)]
    return jax.lax.dynamic_slice(inputs, tuple(start_indices), lengths)


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """The array with the block from `start_indices` on replaced by `updates`."""
    return jax.lax.dynamic_update_slice(as_array(inputs), as_array(updates), tuple(start_indices))


@op
def scatter(indices: Any, values: Any, shape: Any) -> Any:
    """Zeros of this shape with the values added at these places, one row of `indices` each."""
    values = as_array(values)
    return jnp.zeros(shape, values.dtype).at[_places(indices)].add(values)


@op
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """The array with new values at these places, one row of `indices` each.

    Args:
        inputs: The array.
        indices: Places, the last axis as long as the array has axes.
        updates: The values.
        reduction: `None` sets; `"add"`, `"max"`, `"min"` and `"mul"` combine with what is there.

    Example:
        >>> scatter_update([0.0, 0.0], [[1]], [5.0]).tolist()
        [0.0, 5.0]
    """
    at = as_array(inputs).at[_places(indices)]
    ways = {None: at.set, "add": at.add, "max": at.max, "min": at.min, "mul": at.multiply}
    if reduction not in ways:
        raise ArgumentError(
            f"scatter_update(reduction={reduction!r})",
            available="reductions: None, 'add', 'max', 'min', 'mul'",
        )
    return ways[reduction](as_array(updates))


@op
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Any:
    """A new axis with 1 at the place of each whole number, 0 elsewhere; numbers outside get zeros only.

    Example:
        >>> one_hot([0, 2], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    return jax.nn.one_hot(as_array(x), num_classes, axis=axis, dtype=dtype_of(dtype, "float32"))


@op
def multi_hot(inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None) -> Any:
    """1 at the place of each whole number that a row holds.

    Example:
        >>> multi_hot([[0, 2], [1, 1]], 3).tolist()
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    if num_classes is None:
        raise ArgumentError("multi_hot needs num_classes", hint="it is the largest number plus 1")
    x = as_array(inputs)
    hot = jax.nn.one_hot(x.astype("int32"), num_classes, axis=axis, dtype=dtype_of(dtype, "float32"))
    return jnp.max(hot, axis=1 if x.ndim > 1 else 0)


@op
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The `k` largest along the last axis, largest first, and their places.

    Example:
        >>> values, places = top_k([1.0, 9.0, 5.0], 2)
        >>> values.tolist(), places.tolist()
        ([9.0, 5.0], [1, 2])
    """
    return jax.lax.top_k(as_array(x), k)


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether fewer than `k` scores are above the target's; ties count for the target, NaN against it."""
    targets, predictions = as_array(targets), as_array(predictions)
    own = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(predictions > own, axis=-1) < k


@op
def sort(x: Any, axis: int = -1) -> Any:
    """In rising order along an axis."""
    return jnp.sort(as_array(x), axis)


@op
def argsort(x: Any, axis: int | None = -1) -> Any:
    """The places that put the numbers in rising order; equals keep their order."""
    x = as_array(x)
    return jnp.argsort(x, None if x.ndim == 0 else axis)


@op
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Any:
    """Places with the `kth` smallest at its place, smaller ones before and larger ones after it."""
    x = as_array(x)
    return jnp.argpartition(x.ravel(), kth, 0) if axis is None else jnp.argpartition(x, kth, axis)


@op
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where each value would go into a rising sequence, before its equals or (`"right"`) after them."""
    sorted_sequence = as_array(sorted_sequence)
    if sorted_sequence.ndim != 1:
        raise ShapeError(f"searchsorted takes a sequence, not an array of shape {sorted_sequence.shape}")
    return jnp.searchsorted(sorted_sequence, as_array(values), side=side)


@op
def digitize(x: Any, bins: Any) -> Any:
    """The bin of each number: how many of the rising edges are at or below it."""
    return jnp.digitize(as_array(x), as_array(bins))


@op
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of `x1` is somewhere in `x2`."""
    return jnp.isin(as_array(x1), as_array(x2), assume_unique=assume_unique, invert=invert)


@op
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements; a compiled program has to know how many, `size`, filled up by `fill_value`."""
    return jnp.unique(
        as_array(x), return_index, return_inverse, return_counts, axes(axis),
        equal_nan=False, size=size, sorted=sorted, fill_value=fill_value,
    )  # fmt: skip


@op
def unravel_index(indices: Any, shape: Any) -> Any:
    """Places in the flat array as places along each axis."""
    return jnp.unravel_index(as_array(indices), tuple(shape))


def _places(indices: Any) -> tuple[Any, ...]:
    return tuple(jnp.moveaxis(as_array(indices), -1, 0))
