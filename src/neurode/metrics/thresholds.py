"""Counts of right and wrong calls at one threshold or at many, which confusion metrics and areas share."""

from collections.abc import Collection, Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from neurode.errors import ArgumentError


def checked(thresholds: Any) -> Any:
    """Thresholds as a number, a tuple or `None`, all of them in [0, 1].

    Raises:
        ArgumentError: If one is not.

    Example:
        >>> checked([0.2, 0.8])
        (0.2, 0.8)
    """
    if thresholds is None:
        return None
    several = tuple(float(t) for t in np.atleast_1d(np.asarray(thresholds, float)))
    if not several or not all(0 <= threshold <= 1 for threshold in several):
        raise ArgumentError(f"thresholds={thresholds!r}", available="thresholds: numbers from 0 to 1")
    return several[0] if np.ndim(thresholds) == 0 else several


def evenly_spaced(thresholds: Collection[float]) -> bool:
    """Whether at least three thresholds go from 0 to 1 in equal steps.

    Example:
        >>> evenly_spaced([0.0, 0.5, 1.0]), evenly_spaced([0.0, 0.4, 1.0])
        (True, False)
    """
    steps = len(thresholds) - 1
    return steps >= 2 and np.allclose(list(thresholds), np.arange(steps + 1) / steps, atol=1e-7)


def above(
    prediction: Float[Array, "*shape"], thresholds: Iterable[float], *, all_above_first: bool = False
) -> Bool[Array, "*shape thresholds"]:
    """Which predictions are above which threshold.

    Where thresholds go from 0 to 1 in equal steps, predictions are cut to [0, 1] and multiplied by the number
    of steps instead, which rounds at a tie as Keras does.

    Args:
        prediction: Scores.
        thresholds: In rising order if evenly spaced.
        all_above_first: Whether the first threshold is a little below 0, and all predictions above it.

    Example:
        >>> above(jnp.array([0.2, 0.5]), [0.0, 0.5, 1.0]).tolist()
        [[True, False, False], [True, False, False]]
    """
    thresholds = np.asarray(list(thresholds), np.float32)
    if evenly_spaced(thresholds.tolist()):
        prediction = jnp.clip(prediction, 0, 1) * np.float32(len(thresholds) - 1)
        thresholds = np.arange(len(thresholds), dtype=np.float32)
        thresholds[0] -= all_above_first
    return prediction[..., None] > thresholds.reshape((1,) * prediction.ndim + (-1,))


def counts(
    target: Float[Array, "rows units"], called: Bool[Array, "rows units thresholds"], weight: Array
) -> dict[str, Float[Array, " thresholds"]]:
    """Weighted true and false positives at each threshold, and how many there could be.

    Args:
        target: Anything but 0 is positive.
        called: From `above`.
        weight: One a row `(rows, 1)`, or one a row and unit.
    """
    weight = jnp.broadcast_to(weight, target.shape).reshape(-1)
    positive = jnp.where(target.reshape(-1) != 0, weight, 0)
    negative = weight - positive
    # A product with a matrix takes a fraction of the time of a sum for each threshold.
    called = called.reshape(target.size, -1).astype(jnp.float32)
    return {
        "true_positives": positive @ called,
        "false_positives": negative @ called,
        "positives": positive.sum(),
        "negatives": negative.sum(),
    }


def one_class(
    target: Array, prediction: Array, class_id: int | None
) -> tuple[Float[Array, "rows units"], Float[Array, "rows units"]]:
    """The columns of one class alone, or all for `None`.

    Raises:
        ArgumentError: If there is no such class.
    """
    if class_id is None:
        return target, prediction
    units = prediction.shape[-1]
    if not 0 <= class_id < units:
        raise ArgumentError(f"class_id={class_id} of {units} units", hint=f"use 0 to {units - 1}")
    return target[:, class_id, None], prediction[:, class_id, None]
