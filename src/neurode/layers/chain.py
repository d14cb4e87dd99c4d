"""A chain of layers, which is itself a layer."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import jax
from jaxtyping import Array, Float

from neurode import activations
from neurode.errors import ArgumentError
from neurode.layers.activation import Activation
from neurode.layers.dense import Dense
from neurode.layers.layer import Layer, snake_case
from neurode.layers.randomness import Randomness, split
from neurode.typing import Params, Shape, State


@dataclass(frozen=True)
class Chain(Layer):
    """Layers one after the other. Weights are a dict by layer name.

    Example:
        >>> network = Chain.of([Dense(3, activation="relu"), Dense(1, activation="sigmoid")])
        >>> params, state = network.init(jax.random.key(0), (2,))
        >>> jax.tree.map(lambda weight: weight.shape, params)
        {'dense': {'bias': (3,), 'kernel': (2, 3)}, 'dense_1': {'bias': (1,), 'kernel': (3, 1)}}
    """

    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, layers: list[Layer] | tuple[Layer, ...]) -> "Chain":
        """A chain whose layers all have names, numbered by kind as Keras does: `dense`, `dense_1`.

        Raises:
            ArgumentError: If two layers were given the same name, or one a name that cannot be filed under.
        """
        given = [layer.name for layer in layers if layer.name]
        if refused := [name for name in given if not isinstance(name, str) or "/" in name]:
            raise ArgumentError(f"a layer is named {refused[0]!r}", hint="a name is text without a slash")
        if repeated := [name for name, count in Counter(given).items() if count > 1]:
            raise ArgumentError(
                f"two layers are named {repeated[0]!r}", hint="layer names are unique in a model"
            )
        named, used = [], set(given)
        for layer in layers:
            named.append(layer if layer.name else replace(layer, name=_free_name(type(layer), used)))
            used.add(named[-1].label)
        return cls(tuple(named))

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        params, state = {}, {}
        for index, (layer, shape) in enumerate(zip(self.layers, self.shapes(input_shape))):
            layer_params, layer_state = layer.init(jax.random.fold_in(key, index), shape)
            if layer_params:
                params[layer.label] = layer_params
            if layer_state:
                state[layer.label] = layer_state
        return params, state

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
        next_state = dict(state)
        keys = split(key, self._bytes_of_layers(_shape_of_rows(x))) if train else [None] * len(self.layers)
        for layer, layer_key in zip(self.layers, keys):
            x, layer_state = layer.apply(
                params.get(layer.label, {}),
                state.get(layer.label, {}),
                x,
                train=train,
                key=layer_key,
                mask=mask,
            )
            if layer_state:
                next_state[layer.label] = layer_state
        return x, next_state

    def output_shape(self, input_shape: Any) -> Shape:
        return self.shapes(input_shape)[-1]

    def shapes(self, input_shape: Any) -> list[Any]:
        """The shape of a row before each layer, and after the last one."""
        shapes = [input_shape]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return shapes

    def random_bytes(self, input_shape: Any) -> int:
        return sum(self._bytes_of_layers(input_shape))

    def head(self) -> tuple["Chain", activations.Activation]:
        """The network up to its raw scores, and the activation that turns them into predictions.

        Example:
            >>> scores, activation = Chain.of([Dense(1, activation="sigmoid")]).head()
            >>> scores.layers[0].activation, activation is activations.get("sigmoid")
            ('linear', True)
        """
        last = self.layers[-1] if self.layers else None
        if isinstance(last, Dense):
            scores = replace(self, layers=(*self.layers[:-1], replace(last, activation="linear")))
            return scores, activations.get(last.activation)
        if isinstance(last, Activation):
            return replace(self, layers=self.layers[:-1]), activations.get(last.activation)
        return self, activations.linear

    def _bytes_of_layers(self, input_shape: Any) -> list[int]:
        return [layer.random_bytes(shape) for layer, shape in zip(self.layers, self.shapes(input_shape))]


def _shape_of_rows(x: Any) -> Any:
    return jax.tree.map(lambda array: array.shape[1:], x) if isinstance(x, tuple) else x.shape[1:]


def _free_name(kind: type, used: set[str]) -> str:
    base = snake_case(kind.__name__)
    number = 0
    while (name := f"{base}_{number}" if number else base) in used:
        number += 1
    return name
