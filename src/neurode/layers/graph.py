"""A network of layers, which is itself a layer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import jax
from jaxtyping import Array, Float

from neurode import activations
from neurode.errors import ArgumentError, ShapeError
from neurode.identifiers import snake_case
from neurode.layers.activation import Activation
from neurode.layers.activation_layers import Softmax
from neurode.layers.dense import Dense
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness, split
from neurode.records import record
from neurode.typing import Columns, Params, State


class Node(NamedTuple):
    """One use of a layer.

    `inputs` are numbers of values: the graph's inputs come first, then what nodes give.
    """

    layer: Layer
    inputs: tuple[int, ...]


class Outcome(NamedTuple):
    """What a pass through a graph gives.

    An output for each of its outputs, the next state, a penalty or None.
    """

    outputs: tuple[Any, ...]
    state: State
    penalty: Array | None


@record
class Graph(Layer):
    """Layers and what feeds them. Weights are a dict by layer name; a layer used twice is there once.

    Args:
        inputs: Names of the inputs.
        nodes: Uses of layers, each after those that feed it.
        outputs: Numbers of the values that come out.
        outputs_are_many: Whether the outputs come as a tuple even if there is one.

    Example:
        >>> network = Graph.chain([Dense(3, activation="relu"), Dense(1, activation="sigmoid")])
        >>> params, state = network.init(jax.random.key(0), (2,))
        >>> jax.tree.map(lambda weight: weight.shape, params)
        {'dense': {'bias': (3,), 'kernel': (2, 3)}, 'dense_1': {'bias': (1,), 'kernel': (3, 1)}}
    """

    inputs: tuple[str, ...] = ("input",)
    nodes: tuple[Node, ...] = ()
    outputs: tuple[int, ...] = (0,)

    @classmethod
    def chain(cls, layers: Sequence[Layer]) -> "Graph":
        """Layers one after the other; those without a name are numbered by kind as Keras does."""
        names = free_names(
            [layer.name for layer in layers], [snake_case(type(layer).__name__) for layer in layers]
        )
        nodes = (Node(layer.as_layer(name), (i,)) for i, (layer, name) in enumerate(zip(layers, names)))
        return cls(nodes=tuple(nodes), outputs=(len(layers),))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer once, in the order of first use."""
        return tuple({node.layer.label: node.layer for node in self.nodes}.values())

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        params: Params = {}
        state: State = {}
        shapes = self.shapes(input_shape)
        for index, node in enumerate(self.nodes):
            name = node.layer.label
            if name in params or name in state:
                continue
            given = self._given(node, shapes)
            own_params, own_state = node.layer.init(jax.random.fold_in(key, index), given)
            params |= {name: own_params} if own_params else {}
            state |= {name: own_state} if own_state else {}
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
        outcome = self.run(params, state, x, train=train, key=key, mask=mask)
        return outcome.outputs[0] if len(self.outputs) == 1 else outcome.outputs, outcome.state

    def run(
        self,
        params: Params,
        state: State,
        x: Any,
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> Outcome:
        """All outputs as a tuple, the next state, and what activities add to the loss."""
        values, state, penalty = self._values(x), dict(state), None
        keys: Sequence[Randomness | None] = [None] * len(self.nodes)
        if train and key is not None:
            keys = split(key, self._bytes_of_nodes(shape_of_values(x)))
        for node, node_key in zip(self.nodes, keys):
            layer, name = node.layer, node.layer.label
            own = params.get(name, {}), state.get(name, {}), self._given(node, values)
            if isinstance(layer, Graph):
                outputs, own_state, added = layer.run(*own, train=train, key=node_key, mask=mask)
            else:
                y, own_state = layer.apply(*own, train=train, key=node_key, mask=mask)
                outputs, added = (y,), layer.activity_penalty(y, mask)
            if own_state:
                state[name] = own_state
            penalty = _plus(penalty, added)
            values.extend(outputs)
        return Outcome(tuple(values[i] for i in self.outputs), state, penalty)

    def output_shape(self, input_shape: Any) -> Any:
        shapes = self.output_shapes(input_shape)
        return shapes[0] if len(shapes) == 1 else shapes

    def output_shapes(self, input_shape: Any) -> tuple[Any, ...]:
        """The shape of a row of each output."""
        shapes = self.shapes(input_shape)
        return tuple(shapes[i] for i in self.outputs)

    def shapes(self, input_shape: Any) -> list[Any]:
        """The shape of a row of every value: inputs first, then what each node gives."""
        shapes = self._values(input_shape)
        for node in self.nodes:
            given = self._given(node, shapes)
            if isinstance(node.layer, Graph):
                shapes.extend(node.layer.output_shapes(given))
            else:
                shapes.append(node.layer.output_shape(given))
        return shapes

    def random_bytes(self, input_shape: Any) -> int:
        return sum(self._bytes_of_nodes(input_shape))

    def penalty(self, params: Params) -> Array | None:
        total = None
        for layer in self.layers:
            # As in Keras, weights that do not train are not counted.
            if layer.trainable:
                total = _plus(total, layer.penalty(params.get(layer.label, {})))
        return total

    def constrained(self, params: Params) -> Params:
        own = {layer.label: layer for layer in self.layers}
        return {name: own[name].constrained(weights) for name, weights in params.items()}

    @property
    def is_constrained(self) -> bool:
        return any(layer.is_constrained for layer in self.layers)

    def trained(self, params: Params) -> tuple[Params, Params]:
        """The weights that train and those of layers that are frozen."""
        free: Params = {}
        frozen: Params = {}
        for layer in self.layers:
            own = params.get(layer.label, {})
            if not layer.trainable:
                parts: tuple[Params, Params] = ({}, own)
            elif isinstance(layer, Graph):
                parts = layer.trained(own)
            else:
                parts = (own, {})
            for tree, part in zip((free, frozen), parts):
                tree |= {layer.label: part} if part else {}
        return free, frozen

    def head(self) -> tuple["Graph", tuple[activations.Activation, ...]]:
        """The network up to its raw scores, and for each output the activation that turns them into
        predictions.

        Example:
            >>> scores, (activation,) = Graph.chain([Dense(1, activation="sigmoid")]).head()
            >>> scores.layers[0].activation is activations.linear, activation is activations.get("sigmoid")
            (True, True)
        """
        network, found = self, []
        for number, value in enumerate(self.outputs):
            network, activation = network._without_activation(number, value)
            found.append(activation)
        return network, tuple(found)

    def _without_activation(self, number: int, value: int) -> tuple["Graph", activations.Activation]:
        index = self._node_of(value)
        shared = any(value in node.inputs for node in self.nodes) or self.outputs.count(value) > 1
        if index is None or shared or len(self._first_values()) <= index:
            return self, activations.linear
        node = self.nodes[index]
        layer: Layer = node.layer
        # What may be given by name is a function by now.
        activation: Any = getattr(layer, "activation", activations.linear)
        if getattr(layer, "activity_regularizer", None) is not None:
            return self, activations.linear
        if isinstance(layer, Dense):
            return self._with_node(index, replace(layer, activation="linear")), activation
        if isinstance(layer, Softmax) and layer.axis == -1:
            activation = activations.get("softmax")
        if isinstance(layer, Activation) or (isinstance(layer, Softmax) and layer.axis == -1):
            outputs = (*self.outputs[:number], node.inputs[0], *self.outputs[number + 1 :])
            return replace(self, outputs=outputs), activation
        if isinstance(layer, Graph) and len(layer.outputs) == 1:
            scores, (activation,) = layer.head()
            return self._with_node(index, scores), activation
        return self, activations.linear

    def _with_node(self, index: int, layer: Layer) -> "Graph":
        node = self.nodes[index]._replace(layer=layer)
        return replace(self, nodes=(*self.nodes[:index], node, *self.nodes[index + 1 :]))

    def _first_values(self) -> list[int]:
        """The number of the first value that each node gives."""
        first, found = len(self.inputs), []
        for node in self.nodes:
            found.append(first)
            first += len(node.layer.outputs) if isinstance(node.layer, Graph) else 1
        return found

    def _node_of(self, value: int) -> int | None:
        """The index of the node that gives this value alone, None for an input."""
        firsts = self._first_values()
        return firsts.index(value) if value in firsts else None

    def _values(self, x: Any) -> list[Any]:
        if len(self.inputs) == 1:
            return [x]
        if not isinstance(x, tuple | list) or len(x) != len(self.inputs):
            raise ShapeError(f"{self.label} takes {len(self.inputs)} inputs", hint="pass them as a list")
        return list(x)

    def _given(self, node: Node, values: Sequence[Any]) -> Any:
        many = len(node.inputs) > 1 or node.layer.takes_many
        return tuple(values[i] for i in node.inputs) if many else values[node.inputs[0]]

    def _bytes_of_nodes(self, input_shape: Any) -> list[int]:
        shapes = self.shapes(input_shape)
        return [node.layer.random_bytes(self._given(node, shapes)) for node in self.nodes]


def free_names(given: Sequence[str | None], kinds: Sequence[str]) -> list[str]:
    """A name for each layer: its own, or its kind and a number that is free, as Keras writes them.

    Raises:
        ArgumentError: If two layers were given the same name, or one a name that cannot be filed under.

    Example:
        >>> free_names([None, "score", None], ["dense", "dense", "dense"])
        ['dense', 'score', 'dense_1']
    """
    own = [name for name in given if name]
    if refused := [name for name in own if not isinstance(name, str) or "/" in name]:
        raise ArgumentError(f"a layer is named {refused[0]!r}", hint="a name is text without a slash")
    if repeated := [name for name, count in Counter(own).items() if count > 1]:
        raise ArgumentError(f"two layers are named {repeated[0]!r}", hint="layer names are unique in a model")
    used, names = set(own), []
    for name, kind in zip(given, kinds):
        number = 0
        while not name:
            candidate = f"{kind}_{number}" if number else kind
            name, number = (None if candidate in used else candidate), number + 1
        used.add(name)
        names.append(name)
    return names


def shape_of_values(x: Any) -> Any:
    """The shape of a row of the inputs, one or several."""
    if isinstance(x, Columns):
        return Columns(x.numbers.shape[1:], x.codes.shape[1:])
    if isinstance(x, tuple | list):
        return tuple(shape_of_values(part) for part in x)
    return x.shape[1:]


def _plus(total: Array | None, added: Array | None) -> Array | None:
    if total is None or added is None:
        return added if total is None else total
    return total + added
