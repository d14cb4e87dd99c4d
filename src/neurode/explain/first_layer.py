"""A network cut behind its first layer, so that mixed rows are sums of parts instead of new rows."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.layers import Activation, Dense, Dropout, Graph, Layer
from neurode.layers.encoding import TableEncoding
from neurode.layers.graph import Node
from neurode.typing import Params


@dataclass(frozen=True)
class Cut:
    """A network in two: what is linear in the features of the table, and the rest.

    Attributes:
        encoding: The layer that the network begins with.
        firsts: The dense layers that read the features, whose sums are the inputs of `rest`. Empty where
            something else reads them too: `rest` then takes the features themselves.
        rest: The rest of the network.
    """

    encoding: TableEncoding
    firsts: tuple[Dense, ...]
    rest: Graph

    @property
    def is_linear(self) -> bool:
        """Whether players' parts of the first layer can be added up."""
        return bool(self.firsts)

    def kernel(self, params: Params) -> Float[np.ndarray, "features units"]:
        """The kernels of the first layers, side by side."""
        return np.concatenate([np.asarray(params[first.label]["kernel"]) for first in self.firsts], axis=1)

    def bias(self, params: Params) -> Float[np.ndarray, " units"]:
        """Their biases, zeros where one has none."""
        return np.concatenate(
            [
                np.asarray(params[first.label].get("bias", np.zeros(first.units)), np.float32)
                for first in self.firsts
            ]
        )

    @property
    def units(self) -> tuple[int, ...]:
        """The width of each first layer."""
        return tuple(first.units for first in self.firsts)


def cut_of(network: Graph) -> Cut | None:
    """The network in two, None where it does not begin with the encoding of a table.

    Example:
        >>> encoding = TableEncoding(gaps=(False,), cardinalities=())
        >>> cut = cut_of(Graph.chain([encoding, Dropout(0.5), Dense(3, activation="relu"), Dense(1)]))
        >>> [layer.label for layer in cut.firsts], [layer.label for layer in cut.rest.layers]
        (['dense'], ['dense_activation', 'dense_1'])
    """
    if not network.nodes or len(network.inputs) > 1 or len(network.outputs) > 1:
        return None
    first, *others = network.nodes
    if not isinstance(first.layer, TableEncoding) or any(0 in node.inputs for node in others):
        return None
    behind = Graph(
        inputs=("features",),
        nodes=tuple(Node(node.layer, tuple(value - 1 for value in node.inputs)) for node in others),
        outputs=tuple(value - 1 for value in network.outputs),
    )
    behind = _without_leading_dropout(behind)
    readers = [node for node in behind.nodes if 0 in node.inputs]
    firsts = tuple(node.layer for node in readers if isinstance(node.layer, Dense))
    if not firsts or len(firsts) < len(readers) or 0 in behind.outputs:
        return Cut(first.layer, (), behind)
    nodes, added = [], len(readers) - 1
    for node in behind.nodes:
        if 0 in node.inputs:
            number = readers.index(node)
            nodes.append(Node(_activation_of(firsts[number]), (number,)))
        else:
            nodes.append(Node(node.layer, tuple(value + added for value in node.inputs)))
    rest = Graph(
        inputs=tuple(f"sums_{place}" for place in range(len(firsts))),
        nodes=tuple(nodes),
        outputs=tuple(value + added for value in behind.outputs),
    )
    return Cut(first.layer, firsts, rest)


def _activation_of(layer: Dense) -> Layer:
    # By now a function, whatever name it was given by.
    function: Any = layer.activation
    return Activation(function, name=f"{layer.label}_activation")


def _without_leading_dropout(network: Graph) -> Graph:
    """Dropout of the features does nothing when a network predicts."""
    for place, node in enumerate(network.nodes):
        if isinstance(node.layer, Dropout) and node.inputs == (0,):
            own = place + 1
            moved = {own: 0} | {value: value - 1 for value in range(own + 1, len(network.nodes) + 1)}
            nodes = [
                Node(other.layer, tuple(moved.get(value, value) for value in other.inputs))
                for other in network.nodes
                if other is not node
            ]
            outputs = tuple(moved.get(value, value) for value in network.outputs)
            return _without_leading_dropout(replace(network, nodes=tuple(nodes), outputs=outputs))
    return network
