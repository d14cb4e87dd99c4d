"""Layers that hand their input on: `Identity`, and `ActivityRegularization`, which prices it."""

from typing import Any

from jaxtyping import Array, Float

from neurode import regularizers
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, State


@record
class Identity(Layer):
    """$y = x$.

    Example:
        >>> import jax.numpy as jnp
        >>> Identity()(jnp.array([[1.0, 2.0]]))
        Array([[1., 2.]], dtype=float32)
    """

    def apply(
        self,
        params: Params,
        state: State,
        x: Any,
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Any, State]:
        return x, state


@record
class ActivityRegularization(Identity):
    r"""$y = x$, and $l_1 \sum |x| + l_2 \sum x^2$ over the rows of a batch is added to the loss.

    Args:
        l1: $l_1$, at least 0.
        l2: $l_2$, at least 0.

    Example:
        >>> import jax.numpy as jnp
        >>> float(ActivityRegularization(l1=0.5).activity_penalty(jnp.array([[1.0, -3.0]]), None))
        2.0
    """

    l1: float | int = 0.0
    l2: float | int = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.activity_regularizer  # noqa: B018  Factors below 0 are refused here, not in training.

    @property
    def activity_regularizer(self) -> regularizers.L1L2:
        """The price of the activity."""
        return regularizers.L1L2(self.l1, self.l2)
