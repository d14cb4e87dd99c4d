"""The generalised cross-entropy, which bounds what a wrong label can cost."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.losses.arrays import TINY, as_floats
from neurode.losses.crossentropy import class_numbers, is_class
from neurode.losses.loss import Loss


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Array:
    r"""$(1 - p_y^q) / q$ of each row, for class numbers $y$; `q` as in the class.

    Example:
        >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5)
        Array([1.], dtype=float32)
    """
    y_pred = as_floats(y_pred)
    p = jnp.where(is_class(class_numbers(y_true, y_pred), y_pred), y_pred, 0).sum(axis=-1)
    # The slope of the power at 0 is infinite.
    return (1 - jnp.power(jnp.maximum(p, TINY), q)) / q


@dataclass(frozen=True, eq=False, repr=False)
class CategoricalGeneralizedCrossEntropy(Loss):
    r"""$(1 - p_y^q) / q$: between the cross-entropy ($q \to 0$) and the absolute error ($q = 1$).

    A row that is wrong for sure costs $1 / q$ and no more, so a few wrong labels do little harm. Targets are
    class numbers.

    Args:
        q: Above 0 and below 1; larger trusts the labels less.

    Raises:
        ArgumentError: If `q` is outside its range.

    Example:
        >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
        1.0

    References:
        Zhang and Sabuncu (2018), Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy
        Labels, equation 6.
    """

    q: float = 0.5
    link: ClassVar[str] = "softmax"
    sparse: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.q < 1:
            raise ArgumentError(f"q={self.q!r} is not between 0 and 1")

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return categorical_generalized_cross_entropy(y_true, y_pred, self.q)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        logarithms = jax.nn.log_softmax(score, axis=-1)
        chosen = is_class(class_numbers(target, score), score)
        values = -jnp.expm1(self.q * jnp.where(chosen, logarithms, 0).sum(axis=-1)) / self.q
        return values.reshape(len(values), -1).mean(axis=-1)
