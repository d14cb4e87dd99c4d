"""Predictions of many rows in pieces of few shapes, so that a new number of rows rarely compiles."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

ROWS_AT_ONCE = 8192


def predict_rows(
    predict: Callable[[Any, Any, Any], Any], params: Any, state: Any, x: Any, batch_size: int | None = None
) -> Float[np.ndarray, "rows units"]:
    """Predictions of all rows: whole pieces, then the rest padded to the next power of two."""
    rows, size = len(jax.tree.leaves(x)[0]), batch_size or ROWS_AT_ONCE
    pieces = []
    for start in range(0, rows, size):
        count = min(size, rows - start)
        padded = min(size, 1 << (count - 1).bit_length())
        piece = jax.tree.map(lambda array: _padded(array[start : start + count], padded), x)  # noqa: B023
        pieces.append(np.asarray(predict(params, state, piece))[:count])
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    if len(array) == rows:
        return array
    # The last row is repeated rather than zeros appended: a row of zeros may be far from any real one.
    return np.concatenate([array, np.repeat(array[-1:], rows - len(array), axis=0)])
