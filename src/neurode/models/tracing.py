"""From symbolic tensors to a network: which layers lie between inputs and outputs, and in which order."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from neurode.errors import ArgumentError, DataTypeError
from neurode.layers import Graph, InputLayer, Placed, Tensor
from neurode.layers.graph import Node, free_names
from neurode.layers.layer import Layer
from neurode.layers.tensor import Call


class Traced(NamedTuple):
    """A network, and whom its layers belong to.

    Every layer in Keras's order with its name in this network.
    """

    network: Graph
    owners: tuple[tuple[str, Placed], ...]


def trace(inputs: Sequence[Any], outputs: Sequence[Any]) -> Traced:
    """The network between these tensors.

    Raises:
        DataTypeError: If something else than a tensor is given.
        ArgumentError: If an output does not depend on the inputs alone.
    """
    for tensor in (*inputs, *outputs):
        if not isinstance(tensor, Tensor):
            raise DataTypeError(
                f"a model is made of symbolic tensors, got {type(tensor).__name__}",
                hint="x = Input((77,)); y = Dense(1)(x); Model(x, y)",
            )
    calls, met = _calls_between(inputs, outputs)
    layers = _in_order(calls, met, inputs)
    names = _names(layers)
    # A copy for each name is made once: what was set on the layer since then does not reach the network.
    copies: dict[int, Layer] = {}
    for layer, name in zip(layers, names):
        if not isinstance(layer, InputLayer):
            copies[id(layer)] = layer.as_layer(name)
    number = {id(tensor): i for i, tensor in enumerate(inputs)}
    nodes = []
    for call in calls:
        nodes.append(Node(copies[id(call.layer)], tuple(number[id(tensor)] for tensor in call.inputs)))
        for tensor in call.outputs:
            number[id(tensor)] = len(number)
    name_of = {id(layer): name for layer, name in zip(layers, names)}
    network = Graph(
        inputs=tuple(_input_name(tensor, name_of) for tensor in inputs),
        nodes=tuple(nodes),
        outputs=tuple(number[id(tensor)] for tensor in outputs),
    )
    return Traced(network, tuple(zip(names, layers)))


def output_names(outputs: Sequence[Tensor], owners: Sequence[tuple[str, Placed]]) -> tuple[str, ...]:
    """The names of the layers that the outputs come from, which are the outputs' names in Keras."""
    names = {id(layer): name for name, layer in owners}
    found = [names.get(id(tensor.call.layer), "output") if tensor.call else "output" for tensor in outputs]
    return tuple(
        f"{name}_{found[:i].count(name)}" if name in found[:i] else name for i, name in enumerate(found)
    )


def _calls_between(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[list[Call], list[Placed]]:
    """Every call that the outputs need, each after those that feed it; and the layers as they were met."""
    known = {id(tensor) for tensor in inputs}
    done: dict[int, Call] = {}
    met: dict[int, Placed] = {}
    # A stack instead of recursion: a network may be deeper than Python's own stack.
    stack: list[tuple[Tensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, ready = stack.pop()
        call = tensor.call
        if call is not None:
            met.setdefault(id(call.layer), call.layer)
        if id(tensor) in known or (call is not None and id(call) in done):
            continue
        if call is None or not call.inputs:
            raise ArgumentError(
                f"an output depends on the input {tensor.name!r}, which is not among the model's inputs",
                hint="name all inputs: Model(inputs=[a, b], outputs=y)",
            )
        if ready:
            done[id(call)] = call
        else:
            stack.append((tensor, True))
            stack.extend((fed, False) for fed in reversed(call.inputs))
    # A tensor inside another model may be an input here; the layer before it is not part of this one.
    used = {id(call.layer) for call in done.values()}
    layers = [layer for layer in met.values() if id(layer) in used or isinstance(layer, InputLayer)]
    return list(done.values()), layers


def _in_order(calls: Sequence[Call], met: Sequence[Placed], inputs: Sequence[Tensor]) -> list[Placed]:
    """Layers as Keras lists them: those far from the outputs first, at one depth as they were met."""
    depth_of_layer: dict[int, int] = {}
    depth_of_call: dict[int, int] = {}
    starts = [tensor.call for tensor in inputs if tensor.call is not None]
    for call in [*reversed(calls), *starts]:
        depth = max(depth_of_call.get(id(call), 0), depth_of_layer.get(id(call.layer), 0))
        depth_of_layer[id(call.layer)] = depth
        for tensor in call.inputs:
            if tensor.call is not None:
                before = depth_of_call.get(id(tensor.call), 0)
                depth_of_call[id(tensor.call)] = max(depth + 1, before)
    unmet = [call.layer for call in starts if isinstance(call.layer, InputLayer)]
    layers = list({id(layer): layer for layer in [*met, *unmet]}.values())
    return sorted(layers, key=lambda layer: -depth_of_layer.get(id(layer), 0))


def _names(layers: Sequence[Placed]) -> list[str]:
    """Names that are unique here. A name that a model gave gives way, one that a person gave does not."""
    taken: set[str] = set()
    given: list[str | None] = []
    for layer in layers:
        name = layer.name
        mine = name is not None and not layer.place.named_by_model
        clash = name in taken and not mine
        given.append(None if clash else name)
        taken |= {name} if name else set()
    kinds = [layer.kind for layer in layers]
    names = free_names(given, kinds)
    for layer, name in zip(layers, names):
        if layer.name is None:
            object.__setattr__(layer, "name", name)
            layer.place.named_by_model = True
    return names


def _input_name(tensor: Tensor, names: dict[int, str]) -> str:
    if tensor.call is None:
        return "input"
    return names.get(id(tensor.call.layer), tensor.name or "input")
