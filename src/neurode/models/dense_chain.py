"""A network seen as a chain of dense layers: the sizes and weights that a drawing shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError
from neurode.models.network import Network

ACTIVATION_LAYERS = {"ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"}
"""Kinds that are shown as the activation of the dense layer before them."""

SAME_WIDTH = {
    "ActivityRegularization", "BatchNormalization", "Flatten", "GaussianNoise", "GroupNormalization",
    "Identity", "InputLayer", "LayerNormalization", "Normalization", "RMSNormalization", "UnitNormalization",
}  # fmt: skip
"""Kinds that change no width, and that the picture leaves out."""


@dataclass(frozen=True, eq=False)
class DenseChain:
    """The dense layers of a network, one after the other.

    Attributes:
        kernels: `(inputs, units)` of each.
        biases: `(units,)` of each, None for a layer without.
        activations: The name of each one's activation, None for none.
        dropouts: What share of the values is dropped on the way into each.
        table: The layer that encodes a table before them, or None.
    """

    kernels: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray | None, ...]
    activations: tuple[str | None, ...]
    dropouts: tuple[float, ...]
    table: Any = None

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Inputs, units of each layer."""
        return (self.kernels[0].shape[0], *(kernel.shape[1] for kernel in self.kernels))


def dense_chain(model: Network) -> DenseChain:
    """The dense layers of a built model.

    Layers that keep the width and have no place of their own in the picture, such as normalisations, are
    passed over.

    Raises:
        ArgumentError: If the model is no chain of dense layers.

    Example:
        >>> from neurode.layers import Dense, Dropout, Input
        >>> from neurode.models import Sequential
        >>> net = Sequential([Input((2,)), Dense(3, activation="relu"), Dropout(0.3), Dense(1)])
        >>> chain = dense_chain(net)
        >>> chain.layer_sizes, chain.activations, chain.dropouts
        ((2, 3, 1), ('relu', None), (0.0, 0.3))
    """
    dense: list[Any] = []
    activations: list[str | None] = []
    dropouts: list[float] = []
    table, dropped = None, 0.0
    for layer in _in_a_row(model):
        kind = type(layer).__name__
        config = layer.get_config()
        if kind == "Dense":
            dense.append(layer)
            activations.append(_named(config["activation"]))
            dropouts.append(dropped)
            dropped = 0.0
        elif kind == "TableEncoding" and not dense:
            table = layer
        elif kind == "Activation" or kind in ACTIVATION_LAYERS:
            given = [activations[-1]] if dense and activations[-1] else []
            shown = config["activation"] if kind == "Activation" else kind
            if dense:
                activations[-1] = ", ".join([*given, str(shown)])
        elif kind.endswith("Dropout"):
            # Two in a row keep what both keep.
            rate = float(config["rate"])
            dropped = 1 - (1 - dropped) * (1 - rate) if dropped else rate
        elif kind not in SAME_WIDTH:
            raise _no_chain(f"layer {layer.name!r} is a {kind}")
    if not dense:
        raise _no_chain("it has no dense layer")
    return DenseChain(
        kernels=tuple(np.asarray(layer.kernel.numpy()) for layer in dense),
        biases=tuple(np.asarray(layer.bias.numpy()) if layer.use_bias else None for layer in dense),
        activations=tuple(activations),
        dropouts=tuple(dropouts),
        table=table,
    )


def _in_a_row(model: Network) -> Iterator[Any]:
    own = dict(model._owners)
    graph = model.network
    if len(graph.inputs) != 1 or graph.outputs != (len(graph.nodes),):
        raise _no_chain("it has several inputs or outputs")
    for place, node in enumerate(graph.nodes):
        if node.inputs != (place,):
            raise _no_chain(f"layer {node.layer.label!r} is not fed by the one before it")
        layer = own[node.layer.label]
        if isinstance(layer, Network):
            yield from _in_a_row(layer)
        else:
            yield layer


def _named(activation: Any) -> str | None:
    return None if activation in (None, "linear") else str(activation)


def _no_chain(why: str) -> ArgumentError:
    return ArgumentError(
        f"the network is no chain of dense layers: {why}",
        hint="draw its layers with neurode.utils.plot_model",
    )
