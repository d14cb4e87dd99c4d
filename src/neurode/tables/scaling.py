"""Scaling: the statistics of a number column that bring its values near zero and one."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from neurode.errors import UnknownNameError

Scaling = Literal["min-max", "standard", "robust", "quantile", "piecewise"]
SCALINGS: tuple[Scaling, ...] = get_args(Scaling)

GRIDDED: tuple[Scaling, ...] = ("quantile", "piecewise")
"""The scalings that need to know where the training rows lie."""

N_QUANTILES = 33
"""Points of the quantile grid: 32 intervals of equally many training rows."""


@dataclass(frozen=True)
class NumberEncoding:
    """How one number column is filled and scaled: `(x - shift) * scale`, where a gap counts as `fill`.

    Args:
        name: The column; of a date the number is days since 1970. Or what it is: `issued - opened (days)`.
        fill: The median of the training rows, which stands for a gap.
        shift: What is subtracted.
        scale: What the difference is multiplied by; 0 where the column is constant.
        has_gaps: Whether training rows had gaps, so that being a gap is a feature too.
        minimum: The least training value; None where all were gaps.
        maximum: The greatest training value.
        quantiles: 33 training quantiles, never decreasing; empty unless scaling is by rank or by pieces.
        between: The later and the earlier of two date columns where the number is the days between them.
    """

    name: str
    fill: float
    shift: float
    scale: float
    has_gaps: bool
    minimum: float | None
    maximum: float | None
    quantiles: tuple[float, ...] = ()
    between: tuple[str, ...] = ()


def get_scaling(name: str) -> Scaling:
    """The scaling of that name; the error for an unknown one lists them all."""
    for scaling in SCALINGS:
        if scaling == name:
            return scaling
    raise UnknownNameError("scaling", name, SCALINGS)


def fit_number(name: str, values: np.ndarray, scaling: Scaling) -> NumberEncoding:
    r"""The encoding of a column from its training rows.

    | scaling | shift | scale |
    |---|---|---|
    | min-max | $\min$ | $1 / (\max - \min)$ |
    | standard | mean | $1 / \sigma$, over all rows (no correction) |
    | robust | median | $1 / (q_{75} - q_{25})$; where that is 0, $2 / (\max - \min)$ |
    | quantile, piecewise | as robust | as robust, and a grid of 33 quantiles |

    Args:
        name: The column.
        values: One value a row, NaN where it is missing.
        scaling: One of the five.

    Example:
        >>> fit_number("age", np.array([20.0, 30.0, np.nan, 60.0]), "min-max").scale
        0.025

    References:
        Holzmüller et al. (2024), [Better by default](https://arxiv.org/abs/2407.04491), section 3.
        Robust scaling; the smooth clip that follows it there is the layer's work.
    """
    known = values[~np.isnan(values)].astype(np.float64)
    has_gaps = known.size < values.size
    if not known.size:
        return NumberEncoding(name, 0.0, 0.0, 0.0, has_gaps, None, None, _grid(np.zeros(1), scaling))
    low, high, median = known.min(), known.max(), np.median(known)
    shift, width = _shift_and_width(known, scaling, low, high, median)
    return NumberEncoding(
        name=name,
        fill=float(median),
        shift=float(shift),
        # Rounding gives a constant column of many rows a tiny deviation; only the range tells for sure.
        scale=_reciprocal(float(width)) if low < high else 0.0,
        has_gaps=has_gaps,
        minimum=float(low),
        maximum=float(high),
        quantiles=_grid(known, scaling),
    )


def _shift_and_width(
    known: np.ndarray, scaling: Scaling, low: float, high: float, median: float
) -> tuple[float, float]:
    if scaling == "min-max":
        return low, high - low
    if scaling == "standard":
        return known.mean(), known.std()
    lower, upper = np.quantile(known, (0.25, 0.75))
    return median, (upper - lower) or (high - low) / 2


def _reciprocal(width: float) -> float:
    # A width too small for float32 to divide by is no width.
    return 1 / width if width > 1 / float(np.finfo(np.float32).max) else 0.0


def _grid(known: np.ndarray, scaling: Scaling) -> tuple[float, ...]:
    if scaling not in GRIDDED:
        return ()
    grid = np.quantile(known, np.linspace(0, 1, N_QUANTILES))
    # Interpolating between equal values can step back by a rounding error.
    return tuple(np.maximum.accumulate(grid).tolist())
