"""Weights of classes, multiplied into those of rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, UnknownNameError


def with_class_weight(
    y: Float[np.ndarray, "rows outputs"],
    classes: np.ndarray,
    class_weight: Any,
    weight: Float[np.ndarray, " rows"] | None = None,
) -> Float[np.ndarray, " rows"]:
    r"""Weights of rows, each times that of its class.

    "balanced" is $\sum w / (K \sum_c w)$ with the sum of weights of all rows and of those of class $c$. With
    $K$ classes in `y`, each then has the same sum.

    Args:
        y: One column for the second of two classes, or one-hot.
        classes: The classes in order.
        class_weight: "balanced", or a dict by class; a class that is not in it weighs 1.
        weight: Weights of rows so far, None for 1.

    Raises:
        ArgumentError: If it is neither, or a weight is negative.
        UnknownNameError: If the dict has a key that is no class, and lacks a class.

    Example:
        >>> with_class_weight(np.array([[0.0], [0.0], [0.0], [1.0]]), np.array(["no", "yes"]), "balanced")
        array([0.66666667, 0.66666667, 0.66666667, 2.        ])
    """
    codes = y[:, 0].astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
    weight = np.ones(len(codes)) if weight is None else weight
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(codes, weights=weight, minlength=len(classes))
        # A class without rows or weight has nothing to be balanced.
        each = weight.sum() / ((sums > 0).sum() * np.where(sums > 0, sums, 1))
        return weight * each[codes]
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            f"class_weight={class_weight!r}", hint='give a dict such as {0: 1.0, 1: 5.0}, or "balanced"'
        )
    given = [class_weight.get(label, None) for label in classes.tolist()]
    unknown = [key for key in class_weight if key not in classes.tolist()]
    if unknown and None in given:
        raise UnknownNameError("class", unknown[0], list(map(str, classes)))
    each = np.array([1.0 if one is None else one for one in given])
    if not (each >= 0).all():
        raise ArgumentError(f"class_weight={class_weight!r}", hint="weights are at least 0")
    return weight * each[codes]
