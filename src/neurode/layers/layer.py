"""What every layer is: a frozen spec that makes weights and applies them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from jaxtyping import Array, Float

from neurode.errors import ShapeError
from neurode.layers.randomness import Randomness
from neurode.typing import Params, Shape, State


@dataclass(frozen=True)
class Layer:
    """Base class. Weights are not in a layer: `init` makes them, `apply` is given them.

    Args:
        name: The layer's name in summaries and files; a model numbers layers that have none.
    """

    name: str | None = field(default=None, kw_only=True)

    weight_names: ClassVar[tuple[str, ...]] = ()
    """Names of the weights in Keras's order; others come before them, by name."""

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        """Weights for inputs of this shape (rows left out): those that train, and those that do not."""
        return {}, {}

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
        """The layer's output and its next state.

        Args:
            params: Weights that train.
            state: Weights that do not.
            x: Inputs, rows first.
            train: Whether this is a training step (dropout on, statistics updated).
            key: Randomness of this step; needed by layers with `random_bytes`.
            mask: 1 for a real row, 0 for padding, which enters no statistic.
        """
        raise NotImplementedError

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of one row of the output."""
        return input_shape

    def random_bytes(self, input_shape: Any) -> int:
        """How many random bytes a row needs in training."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """The settings by name, all JSON values."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Layer":
        """The layer with these settings; lists become tuples, since a spec must be hashable."""
        return cls(**{key: _frozen(value) for key, value in config.items()})

    @property
    def label(self) -> str:
        """The name for messages."""
        return self.name or snake_case(type(self).__name__)


def one_axis(layer: Layer, input_shape: Any) -> int:
    """The number of features of a flat input.

    Raises:
        ShapeError: If a row is not a flat vector.
    """
    if not isinstance(input_shape, Sequence) or len(input_shape) != 1 or not isinstance(input_shape[0], int):
        raise ShapeError(f"{layer.label} takes rows of features, got rows of shape {input_shape}")
    return input_shape[0]


def snake_case(name: str) -> str:
    """A class name as Keras writes it in a layer's name.

    Example:
        >>> snake_case("BatchNormalization")
        'batch_normalization'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
