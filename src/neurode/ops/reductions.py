"""Ops that make one number of many: sums, means, extremes, quantiles, running totals."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from neurode.ops.application import as_array, axes, dtype_of, op, reduction

reduction(
    {
        "all": (jnp.all, "Whether all are true."),
        "amax": (jnp.max, "The largest."),
        "amin": (jnp.min, "The smallest."),
        "any": (jnp.any, "Whether one is true."),
        "argmax": (
            jnp.argmax,
            "The place of the largest, the first of equals. `axis` is one axis or `None`.",
        ),
        "argmin": (
            jnp.argmin,
            "The place of the smallest, the first of equals. `axis` is one axis or `None`.",
        ),
        "logsumexp": (jax.scipy.special.logsumexp, r"$\ln \sum e^x$, finite for any finite $x$."),
        "mean": (jnp.mean, "The mean, a float for whole numbers and truth values too."),
        "median": (jnp.median, "The median."),
        "nanargmax": (jnp.nanargmax, "`argmax` that skips NaN."),
        "nanargmin": (jnp.nanargmin, "`argmin` that skips NaN."),
        "nanmax": (jnp.nanmax, "`max` that skips NaN."),
        "nanmean": (jnp.nanmean, "`mean` that skips NaN."),
        "nanmedian": (jnp.nanmedian, "`median` that skips NaN."),
        "nanmin": (jnp.nanmin, "`min` that skips NaN."),
        "nanprod": (jnp.nanprod, "`prod` that skips NaN."),
        "nanstd": (jnp.nanstd, "`std` that skips NaN."),
        "nansum": (jnp.nansum, "`sum` that skips NaN."),
        "nanvar": (jnp.nanvar, "`var` that skips NaN."),
        "ptp": (jnp.ptp, "The largest less the smallest."),
        "std": (jnp.std, "Standard deviation: the square root of `var`."),
        "sum": (jnp.sum, "The sum."),
        "var": (jnp.var, r"Variance: $\frac{1}{n} \sum (x - \bar x)^2$."),
    }
)


@op
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest, and at least `initial`, which an empty axis needs."""
    return jnp.max(as_array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest, and at most `initial`, which an empty axis needs."""
    return jnp.min(as_array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """The product."""
    return jnp.prod(as_array(x), axis=axes(axis), keepdims=keepdims, dtype=dtype_of(dtype))


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    r"""Weighted mean, $\sum w x / \sum w$.

    Example:
        >>> float(average([1.0, 5.0], weights=[3.0, 1.0]))
        2.0
    """
    return jnp.average(as_array(x), axis=axes(axis), weights=None if weights is None else as_array(weights))


@op
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many are not 0."""
    return jnp.count_nonzero(as_array(x), axis=axes(axis)).astype("int32")


@op
def moments(x: Any, axes: Any, keepdims: bool = False) -> tuple[Any, Any]:
    """Mean and variance over the axes."""
    x, over = as_array(x), tuple(axes) if isinstance(axes, Sequence) else axes
    return jnp.mean(x, over, keepdims=keepdims), jnp.var(x, over, keepdims=keepdims)


@op
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running sum along an axis; `None` flattens first."""
    return jnp.cumsum(as_array(x), axis=axis, dtype=dtype_of(dtype))


@op
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running product along an axis; `None` flattens first."""
    return jnp.cumprod(as_array(x), axis=axis, dtype=dtype_of(dtype))


@op
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumsum` that takes NaN for 0."""
    return jnp.nancumsum(as_array(x), axis=axis, dtype=dtype_of(dtype))


@op
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumprod` that takes NaN for 1."""
    return jnp.nancumprod(as_array(x), axis=axis, dtype=dtype_of(dtype))


@op
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """The value below which a share `q`, from 0 to 1, of the numbers lies.

    Example:
        >>> quantile([0.0, 10.0], [0.25, 0.5]).tolist()
        [2.5, 5.0]
    """
    return jnp.quantile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile` with `q` from 0 to 100."""
    return jnp.percentile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile` that skips NaN."""
    return jnp.nanquantile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`percentile` that skips NaN."""
    return jnp.nanpercentile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each whole number from 0 occurs, or the sum of its weights; row by row for a matrix.

    Example:
        >>> bincount([0, 2, 2]).tolist()
        [1, 0, 2]
    """
    x = as_array(x)
    weights = None if weights is None else as_array(weights)
    if x.ndim < 2:
        return jnp.bincount(x, weights=weights, minlength=minlength)
    rows = [None] * len(x) if weights is None else weights
    return jnp.stack([jnp.bincount(row, weights=own, minlength=minlength) for row, own in zip(x, rows)])


@op
def histogram(x: Any, bins: Any = 10, range: Any = None) -> tuple[Any, Any]:
    """How many numbers fall into each bin, and the edges of the bins."""
    return jnp.histogram(as_array(x), bins=bins if isinstance(bins, int) else as_array(bins), range=range)


@op
def trapezoid(y: Any, x: Any = None, dx: float | int = 1.0, axis: int = -1) -> Any:
    """The area under the straight lines between the points."""
    return jnp.trapezoid(as_array(y), None if x is None else as_array(x), dx=dx, axis=axis)


@op
def corrcoef(x: Any) -> Any:
    """Correlation of every row with every other."""
    return jnp.corrcoef(as_array(x))


@op
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """Sums of products of two sequences, one moved along the other."""
    return jnp.correlate(as_array(x1), as_array(x2), mode)


@op
def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The sum of the rows of each segment.

    Args:
        data: Rows.
        segment_ids: The segment of each row, from 0.
        num_segments: How many segments the result has; needed inside a compiled program.
        sorted: Whether the segments of the rows never fall, which is quicker.

    Example:
        >>> segment_sum([1.0, 2.0, 4.0], [0, 1, 1], num_segments=2).tolist()
        [1.0, 6.0]
    """
    return jax.ops.segment_sum(as_array(data), as_array(segment_ids), num_segments, indices_are_sorted=sorted)


@op
def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The largest of each segment, as in `segment_sum`."""
    return jax.ops.segment_max(as_array(data), as_array(segment_ids), num_segments, indices_are_sorted=sorted)


@op
def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The smallest of each segment, as in `segment_sum`."""
    return jax.ops.segment_min(as_array(data), as_array(segment_ids), num_segments, indices_are_sorted=sorted)


@op
def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The product of each segment, as in `segment_sum`."""
    return jax.ops.segment_prod(
        as_array(data), as_array(segment_ids), num_segments, indices_are_sorted=sorted
    )
