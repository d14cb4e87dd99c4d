"""A network that shows what happens in it: every layer hands its values to a watcher on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.layers import ELU, Graph, Layer, LeakyReLU, PReLU, ReLU, Softmax
from neurode.layers.graph import Node
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State

Place = tuple[tuple[int, ...], str]
"""Where a value is: the node's numbers, from the outermost network inwards, and `"z"` or `"a"`.

The network itself, node `()`, has `"input 0"`, `"score 0"`, `"prediction 0"` and so on.
"""

Values = dict[Place, Any]
"""Values by their place."""

Watcher = Callable[[Place, Any], Any]
"""Is shown a value and where it is, and gives the value to go on with."""

ACTIVATION_LAYERS = (ReLU, LeakyReLU, ELU, PReLU, Softmax)
"""Layers that are an activation themselves: their weighted sum is what they are given."""


@record
class Watched(Layer):
    """A layer whose weighted sums and output a watcher sees. The numbers are the layer's own."""

    layer: Layer
    node: tuple[int, ...]
    watcher: Watcher

    @property
    def takes_many(self) -> bool:  # type: ignore[override]
        return self.layer.takes_many

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
        layer, see = self.layer, lambda z: self.watcher((self.node, "z"), z)
        if isinstance(layer, ACTIVATION_LAYERS):
            x = see(x)
        elif has_activation(layer):
            activation: Any = getattr(layer, "activation")  # noqa: B009  Not every layer has one.
            layer = replace(layer, activation=lambda z: activation(see(z)))  # type: ignore[call-arg]
        y, state = layer.apply(params, state, x, train=train, key=key, mask=mask)
        return self.watcher((self.node, "a"), y), state

    def output_shape(self, input_shape: Any) -> Shape:
        return self.layer.output_shape(input_shape)

    def random_bytes(self, input_shape: Any) -> int:
        return self.layer.random_bytes(input_shape)

    def activity_penalty(self, y: Any, mask: Float[Array, " rows"] | None) -> Array | None:
        return self.layer.activity_penalty(y, mask)


def has_activation(layer: Layer) -> bool:
    """Whether the layer has weighted sums before what it gives on.

    Example:
        >>> from neurode.layers import Dense, Dropout
        >>> has_activation(Dense(2, activation="relu")), has_activation(ReLU()), has_activation(Dropout(0.5))
        (True, True, False)
    """
    return isinstance(layer, ACTIVATION_LAYERS) or callable(getattr(layer, "activation", None))


def watched(network: Graph, watcher: Watcher, node: tuple[int, ...] = ()) -> Graph:
    """The network with every layer watched, those of networks inside too.

    Example:
        >>> from neurode.layers import Dense
        >>> import jax
        >>> network, seen = Graph.chain([Dense(1, activation="relu")]), {}
        >>> def see(place, value):
        ...     seen[place] = value.shape
        ...     return value
        >>> _ = watched(network, see).apply(*network.init(jax.random.key(0), (2,)), jnp.ones((3, 2)))
        >>> seen
        {((0,), 'z'): (3, 1), ((0,), 'a'): (3, 1)}
    """

    def of(number: int, layer: Layer) -> Layer:
        inner = (*node, number)
        if isinstance(layer, Graph):
            return watched(layer, watcher, inner)
        return Watched(layer, inner, watcher, name=layer.label, trainable=layer.trainable)

    nodes = (Node(of(number, use.layer), use.inputs) for number, use in enumerate(network.nodes))
    return replace(network, nodes=tuple(nodes))


def is_real(value: Any) -> bool:
    """Whether the value has a gradient: numbers do, codes and counts do not."""
    return hasattr(value, "dtype") and jnp.issubdtype(value.dtype, jnp.floating)
