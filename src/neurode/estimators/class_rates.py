"""Class rates: what each class weighs in training, and how frequent it is where the model is used."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError


def class_totals(
    codes: np.ndarray, weight: np.ndarray | None, n_classes: int
) -> Float[np.ndarray, " classes"]:
    """What the rows of each class weigh together.

    Example:
        >>> class_totals(np.array([0, 0, 1]), np.array([1.0, 1.0, 5.0]), 3)
        array([2., 5., 0.])
    """
    return np.bincount(codes, weight, minlength=n_classes).astype(np.float64)


def class_weights(
    class_weight: Any, codes: np.ndarray, weight: np.ndarray | None, classes: np.ndarray
) -> Float[np.ndarray, " rows"]:
    """The weights of the rows, times those of their classes.

    Args:
        class_weight: A weight above 0 by class, 1 where there is none; or "balanced", by which each class
            counts for as much as the others and the sum stays.
        codes: The class of each row.
        weight: The weight of each row; None for 1.
        classes: The names of the classes.

    Raises:
        ArgumentError: There is no such class, or a weight is not above 0.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), None, np.array(["no", "yes"])).round(3)
        array([0.667, 0.667, 0.667, 2.   ], dtype=float32)
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        totals = class_totals(codes, weight, len(classes))
        by_class = totals.sum() / (np.count_nonzero(totals) * np.maximum(totals, np.finfo(np.float64).tiny))
    elif isinstance(class_weight, Mapping):
        words = {str(label): place for place, label in enumerate(classes)}
        by_class = np.ones(len(classes))
        for label, value in class_weight.items():
            if str(label) not in words or not 0 < value < np.inf:
                raise ArgumentError(
                    f"class_weight has {label!r}: {value!r}",
                    available=f"classes: {', '.join(words)}",
                    hint="give each class a weight above 0, or leave its rows out",
                )
            by_class[words[str(label)]] = value
    else:
        raise ArgumentError(f"class_weight={class_weight!r}", hint='give a dict by class, or "balanced"')
    by_row = by_class[codes].astype(np.float32)
    return by_row if weight is None else by_row * weight


def deployment_rates(base_rate: Any, classes: np.ndarray) -> tuple[float, ...] | None:
    """The share of each class where the model is used; None where nothing is said about it.

    Args:
        base_rate: "training" or None, for nothing; the share of the second of two classes; or a share for
            each class, in order or by name.
        classes: The names of the classes.

    Raises:
        ArgumentError: The shares are not between 0 and 1, do not sum to 1, or name no class.

    Example:
        >>> deployment_rates(0.25, np.array(["no", "yes"]))
        (0.75, 0.25)
    """
    if base_rate is None or (isinstance(base_rate, str) and base_rate == "training"):
        return None
    rates: tuple[float, ...] = ()
    if isinstance(base_rate, Mapping):
        words = {str(label): share for label, share in base_rate.items()}
        if words.keys() == set(map(str, classes)):
            rates = tuple(float(words[str(label)]) for label in classes)
    elif isinstance(base_rate, int | float) and len(classes) == 2:
        rates = (1.0 - base_rate, float(base_rate))
    elif isinstance(base_rate, tuple | list):
        rates = tuple(map(float, base_rate))
    if len(rates) != len(classes) or not all(0 < rate < 1 for rate in rates) or abs(sum(rates) - 1) > 1e-6:
        raise ArgumentError(
            f"base_rate={base_rate!r}",
            available=f"classes: {', '.join(map(str, classes))}",
            hint='give "training", None, the share of the second of two classes, or a share for each class',
        )
    return rates
