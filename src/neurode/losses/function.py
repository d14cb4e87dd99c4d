"""A loss that is a function of the user's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxtyping import Array

from neurode.losses.loss import Loss


@dataclass(frozen=True, eq=False, repr=False)
class FunctionLoss(Loss):
    """A function of the user's own, `f(y_true, y_pred)`, traced into the epoch program like a built-in loss.

    It may return one value a row, one a row and unit, or a single value for the batch.

    Args:
        function: `f(y_true, y_pred)`, in operations that JAX can trace.

    Example:
        >>> float(FunctionLoss(lambda y, p: abs(y - p))([[0.0, 0.0]], [[1.0, 3.0]]))
        2.0
    """

    function: Callable[[Array, Array], Any]

    @property
    def sees_batches(self) -> bool:
        return True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return self.function(y_true, y_pred)

    def _default_name(self) -> str:
        return str(getattr(self.function, "__name__", "function_loss"))
