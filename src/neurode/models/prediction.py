"""Predictions of many rows in pieces of few shapes, so that a new number of rows rarely compiles."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

ROWS_AT_ONCE = 2048
"""So few that what a layer of usual width computes stays in a core's own cache."""

FEW_ROWS = 8
"""Fewer are padded to these: one row alone goes another way through XLA, and ends in other last bits."""


def predict_rows(
    predict: Callable[[Any, Any, Any], Any],
    params: Any,
    state: Any,
    x: Any,
    batch_size: int | None = None,
    told: Any = None,
) -> Any:
    """Predictions of all rows: whole pieces, then the rest padded to the next power of two.

    One array, or a tuple of them for a network of several outputs. Pieces are computed side by side, one on
    each core; those of a `told` callback, whose hooks for batches are called, one after another.
    """
    batch_size = 32 if told is not None and batch_size is None else batch_size
    rows, size = len(jax.tree.leaves(x)[0]), batch_size or ROWS_AT_ONCE

    def predicted(start: int) -> Any:
        count = min(size, rows - start)
        padded = min(size, max(FEW_ROWS, 1 << (count - 1).bit_length()))
        piece = jax.tree.map(lambda array: _padded(array[start : start + count], padded), x)
        return jax.tree.map(lambda y: np.asarray(y)[:count], predict(params, state, piece))

    starts = range(0, rows, size)
    if told is not None:
        pieces = [_told_of(predicted, told, number, start) for number, start in enumerate(starts)]
    elif len(starts) == 1:
        pieces = [predicted(0)]
    else:
        # More threads would wait for one another: cutting and handing over a piece is Python's work.
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            pieces = list(pool.map(predicted, starts))
    # Copies, since people write into predictions: p[p > 0.5] = 1.
    return jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)


def _told_of(predicted: Callable[[int], Any], told: Any, number: int, start: int) -> Any:
    told.on_predict_batch_begin(number)
    piece = jax.tree.map(np.array, predicted(start))
    told.on_predict_batch_end(number, {"outputs": piece})
    return piece


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    if len(array) == rows:
        return array
    # The last row is repeated rather than zeros appended: a row of zeros may be far from any real one.
    return np.concatenate([array, np.repeat(array[-1:], rows - len(array), axis=0)])
