"""Predictions of many rows in pieces of few shapes, so that a new number of rows rarely compiles."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

ROWS_AT_ONCE = 8192


def predict_rows(
    predict: Callable[[Any, Any, Any], Any],
    params: Any,
    state: Any,
    x: Any,
    batch_size: int | None = None,
    told: Any = None,
) -> Any:
    """Predictions of all rows: whole pieces, then the rest padded to the next power of two.

    One array, or a tuple of them for a network of several outputs. `told` is a callback whose hooks for
    batches are called.
    """
    batch_size = 32 if told is not None and batch_size is None else batch_size
    rows, size = len(jax.tree.leaves(x)[0]), batch_size or ROWS_AT_ONCE
    pieces: list[Any] = []
    for start in range(0, rows, size):
        count = min(size, rows - start)
        if told is not None:
            told.on_predict_batch_begin(len(pieces))
        padded = min(size, 1 << (count - 1).bit_length())
        piece = jax.tree.map(lambda array: _padded(array[start : start + count], padded), x)  # noqa: B023
        # Copies, since people write into predictions: p[p > 0.5] = 1.
        computed = jax.device_get(predict(params, state, piece))
        pieces.append(jax.tree.map(lambda y: np.array(y[:count]), computed))  # noqa: B023
        if told is not None:
            told.on_predict_batch_end(len(pieces) - 1, {"outputs": pieces[-1]})
    return pieces[0] if len(pieces) == 1 else jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    if len(array) == rows:
        return array
    # The last row is repeated rather than zeros appended: a row of zeros may be far from any real one.
    return np.concatenate([array, np.repeat(array[-1:], rows - len(array), axis=0)])
