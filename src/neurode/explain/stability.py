"""Stability: whether a row's strongest columns stay so when the background is drawn anew."""

import numpy as np
from jaxtyping import Float64

AT_ONCE = 2**22
"""Numbers that are held at once."""


def shares_among_first(
    by_background: Float64[np.ndarray, "background rows columns"],
    n: int,
    least: Float64[np.ndarray, " rows"],
    n_resamples: int,
    seed: int,
) -> Float64[np.ndarray, "rows columns"]:
    """In what share of resamples of the background each value is above `least` and among its row's first `n`.

    Args:
        by_background: The values against each background row, whose mean over all of them is the value.
        n: How many are first.
        least: What a value has to be above, by row.
        n_resamples: Draws with replacement of as many background rows.
        seed: Of the draws.

    Example:
        >>> values = np.array([[[1.0, 2.0, -1.0]], [[1.0, 0.5, -1.0]]])
        >>> shares_among_first(values, 2, np.zeros(1), 100, seed=0).tolist()
        [[1.0, 1.0, 0.0]]

    References:
        Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 6.
    """
    n_background, n_rows, n_columns = by_background.shape
    draws = np.random.default_rng(seed).integers(0, n_background, (n_resamples, n_background))
    draws += np.arange(n_resamples)[:, None] * n_background
    counts = np.bincount(draws.ravel(), minlength=n_resamples * n_background)
    weights = counts.reshape(n_resamples, n_background) / n_background
    shares = np.empty((n_rows, n_columns))
    step = max(1, AT_ONCE // (n_resamples * n_columns))
    for start in range(0, n_rows, step):
        some = by_background[:, start : start + step]
        values = (weights @ some.reshape(n_background, -1)).reshape(n_resamples, -1, n_columns)
        line = np.maximum(
            _last_of_first(values, n), np.nextafter(least[start : start + step], np.inf)[:, None]
        )
        shares[start : start + step] = (values >= line).mean(axis=0)
    return shares


def _last_of_first(
    values: Float64[np.ndarray, "resamples rows columns"], n: int
) -> Float64[np.ndarray, "resamples rows one"]:
    """The `n`th largest value of each row."""
    n_columns = values.shape[-1]
    if n >= n_columns:
        return values.min(axis=-1, keepdims=True)
    return np.partition(values, n_columns - n, axis=-1)[..., n_columns - n, None]
