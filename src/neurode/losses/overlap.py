"""Overlap losses: how little of the "yes" of targets and predictions is shared.

Without an axis they give one number for the batch as a whole, so rows see each other.
"""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Array

from neurode.losses.arrays import EPSILON, matched
from neurode.losses.loss import Loss


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Array:
    r"""$1 - 2 \sum y p / (\sum y + \sum p)$ over `axis`; None sums over everything.

    Example:
        >>> round(float(dice([[1.0], [0.0]], [[0.5], [0.5]])), 4)
        0.5
    """
    y_true, y_pred = matched(y_true, y_pred)
    shared = (y_true * y_pred).sum(axis=axis)
    return 1 - 2 * shared / (y_true.sum(axis=axis) + y_pred.sum(axis=axis) + EPSILON)


def tversky(
    y_true: Any, y_pred: Any, alpha: float | int = 0.5, beta: float | int = 0.5, axis: Any = None
) -> Array:
    r"""$1 - \sum y p / (\sum y p + \alpha \sum y (1 - p) + \beta \sum (1 - y) p)$ over `axis`.

    Example:
        >>> round(float(tversky([[1.0], [0.0]], [[0.5], [0.5]])), 4)
        0.5
    """
    y_true, y_pred = matched(y_true, y_pred)
    shared = (y_true * y_pred).sum(axis=axis)
    missed, false_alarms = (y_true * (1 - y_pred)).sum(axis=axis), ((1 - y_true) * y_pred).sum(axis=axis)
    return 1 - shared / (shared + alpha * missed + beta * false_alarms + EPSILON)


@dataclass(frozen=True, eq=False, repr=False)
class Dice(Loss):
    r"""1 minus the Dice coefficient of numbers in [0, 1]: $1 - 2 \sum y p / (\sum y + \sum p)$.

    Args:
        axis: The axis or axes summed over; None sums over the whole batch.

    Example:
        >>> round(float(Dice()([[1.0], [0.0]], [[0.5], [0.5]])), 4)
        0.5

    References:
        Dice (1945), Measures of the Amount of Ecologic Association Between Species.
    """

    axis: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", _hashable(self.axis))

    @property
    def sees_batches(self) -> bool:
        return self.axis is None or super().sees_batches

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return dice(y_true, y_pred, self.axis)


@dataclass(frozen=True, eq=False, repr=False)
class Tversky(Loss):
    r"""The Dice loss with a price for either mistake, $1 - T / (T + \alpha M + \beta F)$.

    $T = \sum y p$ is shared, $M = \sum y (1 - p)$ is missed, $F = \sum (1 - y) p$ the false alarms.
    Keras's documentation has the two the other way round; its numbers are these.

    Args:
        alpha: $\alpha$, the price of what is missed.
        beta: $\beta$, the price of a false alarm.
        axis: The axis or axes summed over; None sums over the whole batch.

    Example:
        >>> round(float(Tversky(0.9, 0.1)([[1.0], [0.0]], [[0.5], [0.0]])), 4)
        0.4737

    References:
        Salehi et al. (2017), Tversky Loss Function for Image Segmentation Using 3D Fully Convolutional Deep
        Networks, equation 2, with $\alpha$ and $\beta$ exchanged.
    """

    alpha: float | int = 0.5
    beta: float | int = 0.5
    axis: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", _hashable(self.axis))

    @property
    def sees_batches(self) -> bool:
        return self.axis is None or super().sees_batches

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return tversky(y_true, y_pred, self.alpha, self.beta, self.axis)


def _hashable(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis
