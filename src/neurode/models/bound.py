"""A layer with its weights: what `model.layers` gives."""

from typing import TYPE_CHECKING, Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from neurode.errors import ShapeError
from neurode.layers import Layer

if TYPE_CHECKING:
    from neurode.models.model import Model


class Tensor(NamedTuple):
    """A place between two layers: its shape, the row axis first as None."""

    shape: Any


class BoundLayer:
    """A view of one layer of a model: the spec's settings, and its weights in the model.

    Settings (`units`, `rate`, `activation`, …) are those of the spec, by attribute.
    """

    def __init__(self, model: "Model", index: int) -> None:
        self._model, self._index = model, index

    @property
    def spec(self) -> Layer:
        """The frozen layer."""
        return self._model.network.layers[self._index]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)  # Asked for by `copy` and others, before there is a model.
        if hasattr(type(self), name):
            self._model.train_state  # noqa: B018  A property of ours failed, since the model is not built.
        return getattr(self.spec, name)

    def __repr__(self) -> str:
        return f"<{type(self.spec).__name__} name={self.name}, built={self._model.built}>"

    @property
    def input(self) -> Tensor:
        """The layer's input; its `.shape` has None for rows."""
        return Tensor(with_rows(self._model.shapes[self._index]))

    @property
    def output(self) -> Tensor:
        """The layer's output; its `.shape` has None for rows."""
        return Tensor(with_rows(self._model.shapes[self._index + 1]))

    def named_weights(self) -> dict[str, np.ndarray]:
        """Weights by name in Keras's order, those that train before those that do not."""
        return {name: np.asarray(value) for _, name, value in self._entries()}

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights in Keras's order: kernel, bias."""
        return [np.array(value) for _, _, value in self._entries()]

    def set_weights(self, weights: list[Any]) -> None:
        """Replaces the weights.

        Raises:
            ShapeError: If their number or a shape differs.
        """
        entries = self._entries()
        if len(weights) != len(entries):
            raise ShapeError(f"{self.name} has {len(entries)} weight arrays, got {len(weights)}")
        now = self._model.train_state
        parts = {"params": dict(now.params), "state": dict(now.state)}
        for (part, name, old), new in zip(entries, weights):
            new = jnp.asarray(np.asarray(new, np.float32))
            if new.shape != old.shape:
                raise ShapeError(f"{self.name}.{name} has shape {old.shape}, got {new.shape}")
            parts[part][self.name] = {**parts[part][self.name], name: new}
        self._model.train_state = now._replace(**parts)

    def count_params(self) -> int:
        """The number of weights, trained or not."""
        return sum(value.size for _, _, value in self._entries())

    def _entries(self) -> list[tuple[str, str, Any]]:
        now = self._model.train_state
        order = self.spec.weight_names

        def place(item: tuple[str, Any]) -> tuple[int, str]:
            return (order.index(item[0]) if item[0] in order else -1, item[0])

        return [
            (part, name, value)
            for part in ("params", "state")
            for name, value in sorted(getattr(now, part).get(self.name, {}).items(), key=place)
        ]


def with_rows(shape: Any) -> Any:
    """The shape with None for the row axis in front.

    Example:
        >>> with_rows((77,))
        (None, 77)
    """
    if shape and isinstance(shape[0], tuple):
        return type(shape)(*((None, *part) for part in shape))
    return (None, *shape)
