"""Hinge losses: nothing to pay once a row is right by a margin of 1."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from neurode.losses.arrays import matched
from neurode.losses.loss import Loss


def hinge(y_true: Any, y_pred: Any) -> Array:
    r"""$\max(1 - y \hat y, 0)$, averaged over the units of a row; targets as in the class.

    Example:
        >>> hinge([[1.0], [-1.0]], [[0.5], [-2.0]])
        Array([0.5, 0. ], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return jnp.maximum(1 - _signs(y_true) * y_pred, 0).mean(axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    r"""$\max(1 - y \hat y, 0)^2$, averaged over the units of a row; targets as in `Hinge`.

    Example:
        >>> squared_hinge([[1.0], [-1.0]], [[0.5], [-2.0]])
        Array([0.25, 0.  ], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return jnp.square(jnp.maximum(1 - _signs(y_true) * y_pred, 0)).mean(axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    r"""$\max(1 + \max_c (1 - y_c) \hat y_c - \sum_c y_c \hat y_c, 0)$ of each row, for targets of 0 and 1.

    Example:
        >>> categorical_hinge([[0.0, 1.0]], [[1.0, 1.5]])
        Array([0.5], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    right, wrong = (y_true * y_pred).sum(axis=-1), ((1 - y_true) * y_pred).max(axis=-1)
    return jnp.maximum(1 + wrong - right, 0)


@dataclass(frozen=True, eq=False, repr=False)
class Hinge(Loss):
    r"""$\max(1 - y \hat y, 0)$, averaged over the units of a row: the loss of a support vector machine.

    Targets are -1 and 1. Where a batch holds nothing but 0 and 1, 0 is read as -1.

    Example:
        >>> float(Hinge()([1.0, 0.0], [0.5, -2.0]))
        0.25
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return hinge(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class SquaredHinge(Loss):
    r"""$\max(1 - y \hat y, 0)^2$, averaged over the units of a row; targets as in `Hinge`.

    Example:
        >>> float(SquaredHinge()([1.0, 0.0], [0.5, -2.0]))
        0.125
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return squared_hinge(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class CategoricalHinge(Loss):
    r"""$\max(1 + \max_c (1 - y_c) \hat y_c - \sum_c y_c \hat y_c, 0)$: none once right by 1.

    Targets are one column a class, 0 or 1.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[1.0, 1.5]]))
        0.5
    """

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return categorical_hinge(y_true, y_pred)


def _signs(target: Array) -> Array:
    binary = ((target == 0) | (target == 1)).all()
    return jnp.where(binary, 2 * target - 1, target)
