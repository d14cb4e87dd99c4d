"""What changes in training, what goes in, and what a person may look at."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.typing import Params, State

Scalar = Any
"""A single number as a JAX or NumPy array."""


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
    """A table on the device: inputs, targets, and sample weights or None."""

    x: Any
    y: Array
    weight: Float[Array, " rows"] | None = None

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.y.shape[0]


class Batch(NamedTuple):
    """The rows of one step. `mask` is 0 for padding, None where there is none."""

    x: Any
    y: Array
    weight: Float[Array, " rows"] | None
    mask: Float[Array, " rows"] | None


class Totals(NamedTuple):
    """What the steps so far add up to.

    The loss summed over rows, the rows, a contribution for each metric.
    """

    loss: Scalar
    rows: Scalar
    metrics: tuple[Any, ...]


def to_logs(names: Sequence[str], values: Sequence[Array]) -> dict[str, float]:
    """Values of the program as plain numbers; a metric with one value a unit becomes a list."""
    return {name: np.asarray(value).tolist() for name, value in zip(names, values)}


def zeros_of(shapes: Any) -> Any:
    """Zeros in the shapes of a tree of `jax.ShapeDtypeStruct`."""
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
