"""From values by place to a record of layers: which layer each place is, and what feeds it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from neurode import activations
from neurode.glass_box.record import LayerPass
from neurode.glass_box.watching import ACTIVATION_LAYERS, Values
from neurode.layers import Graph, Layer


class Fed(NamedTuple):
    """A value on its way, and who gave it."""

    source: str
    value: Any


def layers_of(
    network: Graph,
    given: Sequence[Fed],
    weights: Mapping[str, np.ndarray],
    values: Values,
    gradients: Values,
    units: Mapping[str, tuple[str, ...]],
) -> list[LayerPass]:
    """Every use of a layer in the order in which they are computed.

    Args:
        network: The network that was passed through.
        given: Its inputs.
        weights: All weights by path.
        values: What the pass forward computed.
        gradients: What the pass backward computed.
        units: Names of units, by layer.
    """
    walk = _Walk(weights, values, gradients, units)
    walk.through(network, given)
    return walk.found


def with_last_activations(network: Graph, values: Values) -> Values:
    """The values with those of layers whose activation the engine keeps apart from the network.

    Such a layer's weighted sum is the raw score, and what it gives on the prediction. The same holds of their
    gradients.

    Args:
        network: The network.
        values: Values or gradients by place, `score` and `prediction` of each output among them.
    """
    found = dict(values)
    _, finals = network.head()
    for number, (final, value) in enumerate(zip(finals, network.outputs)):
        if final is activations.linear:
            continue
        node = _maker_of(network, value)
        for name, end in (("z", "score"), ("a", "prediction")):
            if ((), f"{end} {number}") in values:
                found[node, name] = values[(), f"{end} {number}"]
    return found


def _maker_of(network: Graph, value: int) -> tuple[int, ...]:
    """The node of the layer that gives this value of the network."""
    first = len(network.inputs)
    for number, use in enumerate(network.nodes):
        inner = use.layer
        count = len(inner.outputs) if isinstance(inner, Graph) else 1
        if value < first + count:
            last = _maker_of(inner, inner.outputs[value - first]) if isinstance(inner, Graph) else ()
            return (number, *last)
        first += count
    return ()


class _Walk:
    """Goes through a network and those inside it, and notes every layer on the way."""

    def __init__(
        self,
        weights: Mapping[str, np.ndarray],
        values: Values,
        gradients: Values,
        units: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.weights, self.values, self.gradients, self.units = weights, values, gradients, units
        self.found: list[LayerPass] = []
        self.uses: Counter[str] = Counter()

    def through(
        self,
        network: Graph,
        given: Sequence[Fed],
        node: tuple[int, ...] = (),
        name: str = "",
        trainable: bool = True,
    ) -> list[Fed]:
        """What comes out of the network."""
        fed = list(given)
        for number, use in enumerate(network.nodes):
            own, path, layer = [fed[i] for i in use.inputs], name + use.layer.label, use.layer
            trains = trainable and layer.trainable
            if isinstance(layer, Graph):
                fed += self.through(layer, own, (*node, number), f"{path}/", trains)
            else:
                fed.append(self._noted(layer, own, (*node, number), path, trains))
        return [fed[i] for i in network.outputs]

    def _noted(self, layer: Layer, fed: list[Fed], node: tuple[int, ...], name: str, trainable: bool) -> Fed:
        self.uses[name] += 1
        prefix = f"{name}/"
        own = {p.removeprefix(prefix): w for p, w in self.weights.items() if p.rpartition("/")[0] == name}
        several = tuple(part.value for part in fed)
        self.found.append(
            LayerPass(
                name=name,
                use=self.uses[name],
                kind=type(layer).__name__,
                activation=_activation_of(layer),
                trainable=trainable,
                sources=tuple(part.source for part in fed),
                input=several if len(several) > 1 else several[0],
                z=self.values.get((node, "z")),
                a=self.values[node, "a"],
                gradient_z=self.gradients.get((node, "z")),
                gradient_a=self.gradients.get((node, "a")),
                weights=own,
                units=self.units.get(name),
            )
        )
        return Fed(name, self.values[node, "a"])


def _activation_of(layer: Layer) -> str | None:
    if isinstance(layer, ACTIVATION_LAYERS):
        return layer.kind
    activation = getattr(layer, "activation", None)
    return activations.name_of(activation) if callable(activation) else None
