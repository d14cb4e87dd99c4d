"""What changes in training, what goes in, and what a person may look at."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.typing import Params, State

Scalar = Any
"""A single number as a JAX or NumPy array."""

Weight = Float[Array, " rows"] | None
"""One weight a row, or None where all count the same."""


class TrainState(NamedTuple):
    """Everything that changes while training, and nothing that does not."""

    step: Scalar
    params: Params
    state: State
    opt_state: Any
    learning_rate: Scalar

    def without_optimizer(self) -> "TrainState":
        """What an evaluation depends on: trained, fresh and half-trained models share its trace."""
        return self._replace(opt_state=None, step=np.int32(0), learning_rate=np.float32(0))


class Rows(NamedTuple):
    """A table: inputs, and for each output of the network a target and sample weights or None."""

    x: Any
    y: tuple[Any, ...]
    weight: tuple[Any, ...] = (None,)

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.y[0].shape[0]


class Batch(NamedTuple):
    """The rows of one step. `mask` is 0 for padding, None where there is none."""

    x: Any
    y: tuple[Array, ...]
    weight: tuple[Any, ...]
    mask: Float[Array, " rows"] | None

    @property
    def count(self) -> Scalar:
        """The number of real rows."""
        return jnp.float32(self.y[0].shape[0]) if self.mask is None else self.mask.sum()


class Totals(NamedTuple):
    """What the steps so far add up to.

    Losses summed over rows (the whole one, then each output's where there are several), the rows, and a
    contribution for each metric.
    """

    losses: tuple[Scalar, ...]
    rows: Scalar
    metrics: tuple[Any, ...]


def to_logs(names: Sequence[str], values: Sequence[Array]) -> dict[str, float]:
    """Values of the program as plain numbers; a metric with one value a unit becomes a list."""
    return {name: np.asarray(value).tolist() for name, value in zip(names, values)}
