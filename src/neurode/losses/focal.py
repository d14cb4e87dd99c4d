r"""Focal losses: cross-entropies in which rows that are right already count less, by $(1 - p)^\gamma$."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.losses.arrays import TINY, matched
from neurode.losses.crossentropy import binary_values, log_probabilities, of_scores, smoothed
from neurode.losses.loss import Loss


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float | int = 0.25,
    gamma: float | int = 2.0,
    from_logits: bool = False,
    label_smoothing: float | int = 0.0,
    axis: int = -1,
) -> Array:
    r"""$-(1 - p_y)^\gamma \log p_y$, averaged over the units of a row; arguments as in the class.

    Example:
        >>> round(float(binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733
    """
    y_true, y_pred = matched(y_true, y_pred, exactly=True)
    y_true = smoothed(y_true, label_smoothing, 2)
    yes, no = (jax.nn.sigmoid(y_pred), jax.nn.sigmoid(-y_pred)) if from_logits else (y_pred, 1 - y_pred)
    miss = y_true * no + (1 - y_true) * yes
    values = _power(miss, gamma) * binary_values(y_true, y_pred, from_logits)
    if apply_class_balancing:
        values = values * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return values.mean(axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float | int = 2.0,
    from_logits: bool = False,
    label_smoothing: float | int = 0.0,
    axis: int = -1,
) -> Array:
    r"""$-\sum_c \alpha (1 - p_c)^\gamma y_c \log p_c$ of each row; arguments as in the class.

    Example:
        >>> round(float(categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.0433
    """
    y_true, y_pred = matched(y_true, y_pred, exactly=True)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    logarithms = log_probabilities(y_pred, from_logits, axis)
    # 1 - p without rounding where p is all but 1.
    values = -y_true * _power(-jnp.expm1(logarithms), gamma) * logarithms
    balance = jnp.asarray(alpha, values.dtype)
    return (values * balance.reshape((1,) * (values.ndim - balance.ndim) + balance.shape)).sum(axis=axis)


@dataclass(frozen=True, eq=False, repr=False)
class BinaryFocalCrossentropy(Loss):
    r"""Binary cross-entropy that looks at hard rows: $\ell = (1 - p_y)^\gamma \cdot (-\log p_y)$, in nats.

    $p_y$ is the probability given to what came true. Averaged over the units of a row.

    Args:
        apply_class_balancing: Whether "yes" counts $\alpha$ and "no" $1 - \alpha$.
        alpha: $\alpha$, in [0, 1].
        gamma: $\gamma \ge 0$. 0 is the plain cross-entropy; larger looks harder at what is wrong.
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a sigmoid: the
            two are fused.
        label_smoothing: Share by which targets are moved towards 1/2, in [0, 1].
        axis: The axis that is averaged over.

    Example:
        >>> round(float(BinaryFocalCrossentropy()([[1.0], [0.0]], [[0.9], [0.9]])), 4)
        0.9331

    References:
        Lin et al. (2017), Focal Loss for Dense Object Detection, equations 4 and 5.
    """

    apply_class_balancing: bool = False
    alpha: float | int = 0.25
    gamma: float | int = 2.0
    from_logits: bool = False
    label_smoothing: float | int = 0.0
    axis: int = -1
    link: ClassVar[str] = "sigmoid"
    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        settings = (self.apply_class_balancing, self.alpha, self.gamma, self.from_logits)
        return binary_focal_crossentropy(y_true, y_pred, *settings, self.label_smoothing, self.axis)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        return of_scores(self).rows_of_prediction(target, score)


@dataclass(frozen=True, eq=False, repr=False)
class CategoricalFocalCrossentropy(Loss):
    r"""Cross-entropy that looks at hard rows: $\ell = -\sum_c \alpha (1 - p_c)^\gamma y_c \log p_c$, in nats.

    Args:
        alpha: $\alpha$, one number for all classes or a list with one a class.
        gamma: $\gamma \ge 0$. 0 is the plain cross-entropy times $\alpha$.
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a softmax: the
            two are fused.
        label_smoothing: Share by which targets are moved towards the uniform distribution, in [0, 1].
        axis: The axis of the classes.

    Example:
        >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433

    References:
        Lin et al. (2017), Focal Loss for Dense Object Detection, equations 4 and 5.
    """

    alpha: Any = 0.25
    gamma: float | int = 2.0
    from_logits: bool = False
    label_smoothing: float | int = 0.0
    axis: int = -1
    link: ClassVar[str] = "softmax"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.alpha, float | int):
            object.__setattr__(self, "alpha", tuple(float(share) for share in self.alpha))

    def call(self, y_true: Array, y_pred: Array) -> Array:
        settings = (self.alpha, self.gamma, self.from_logits, self.label_smoothing, self.axis)
        return categorical_focal_crossentropy(y_true, y_pred, *settings)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        return of_scores(self).rows_of_prediction(target, score)


def _power(base: Array, exponent: float | int) -> Array:
    # The slope of a small power at 0 is infinite, and infinity times 0 is no number.
    return jnp.power(jnp.maximum(base, TINY), exponent)
