"""From Keras's entries and arrays to a network: layers are made, called in order, and given their weights."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

import jax

from neurode.errors import ArgumentError
from neurode.layers import Input, Placed, Tensor
from neurode.layers.place import call
from neurode.models.keras_format.layers import encoded, first_shape, input_of, layer_of, operation_of
from neurode.models.keras_format.parts import MODELS, is_operation, name_of
from neurode.models.model import Model
from neurode.models.sequential import Sequential

Reference = tuple[str, int, int]
"""A tensor as Keras writes it: the layer that it comes from, at which of its calls, which of its outputs."""


class Given(NamedTuple):
    """What is at hand while a model is built: a person's own classes, and layers that were met before."""

    custom: Mapping[str, Any]
    shared: dict[Any, Placed]


def model_of_entry(entry: Mapping[str, Any], weights: Any, given: Given) -> Model:
    """The model of an entry, with its weights.

    Args:
        entry: The model's `{"class_name", "config", …}`.
        weights: The arrays of each layer by name, of a model inside the same again.
        given: What is at hand.

    Raises:
        ArgumentError, ShapeError: If layers and arrays do not fit each other.
        CycleError: If the layers feed each other in a circle.
    """
    build = _sequential if entry["class_name"] == "Sequential" else _functional
    return build(entry["config"], weights if isinstance(weights, Mapping) else {}, given)


def _sequential(config: Mapping[str, Any], weights: Mapping[str, Any], given: Given) -> Sequential:
    entries = list(config["layers"])
    begin = input_of(entries.pop(0)) if entries and entries[0]["class_name"] == "InputLayer" else None
    if begin is None and (shape := _shape_of(config, entries)) is not None:
        begin = Input(shape)
    layers: list[Placed] = []
    tensor = begin
    for entry in entries:
        layer = _placed(entry, weights, given)
        if tensor is not None:
            _fill(layer, (tensor,), weights.get(name_of(entry)))
            tensor = layer.outputs_for((tensor,))[0]
        layers.append(layer)
    return Sequential([*([] if begin is None else [_filled_input(begin)]), *layers], name=config.get("name"))


def _shape_of(config: Mapping[str, Any], entries: list[dict[str, Any]]) -> tuple[int, ...] | None:
    """The shape of a row of a Sequential that was built without an input layer."""
    own = config.get("build_input_shape")
    if own is not None:
        return tuple(own[1:])
    return first_shape(entries[0]) if entries else None


def _functional(config: Mapping[str, Any], weights: Mapping[str, Any], given: Given) -> Model:
    entries = {name_of(entry): entry for entry in config["layers"]}
    made: dict[str, Any] = {}
    values: dict[tuple[str, int], tuple[Tensor, ...]] = {}
    for name, number in _in_order(entries):
        entry = entries[name]
        if entry["class_name"] == "InputLayer":
            values[name, number] = (_filled_input(input_of(entry)),)
            continue
        node = entry["inbound_nodes"][number]
        if is_operation(entry):
            values[name, number] = _after_operation(entry, node, values, first=number == 0)
            continue
        if name not in made:
            made[name] = _placed(entry, weights, given)
        fed = tuple(_at(reference, values) for reference in _inputs_of(entry, node))
        _fill(made[name], fed, weights.get(name))
        values[name, number] = call(made[name], fed)
    inputs = [_at(reference, values) for reference in _listed(config["input_layers"])]
    outputs = []
    for name, number, output in _listed(config["output_layers"]):
        # Here, unlike between layers, Keras counts the making of a functional model as its first call.
        calls_before = 1 if entries[name]["class_name"] == "Functional" else 0
        outputs.append(_at((name, number - calls_before, output), values))
    return Model(inputs, outputs, name=config.get("name"))


def _placed(entry: Mapping[str, Any], weights: Mapping[str, Any], given: Given) -> Any:
    """The layer or model of an entry; one that Keras shares is made once."""
    same = entry.get("shared_object_id")
    if same in given.shared:
        return given.shared[same]
    nested = entry["class_name"] in MODELS
    made = (
        model_of_entry(entry, weights.get(name_of(entry)), given) if nested else layer_of(entry, given.custom)
    )
    if same is not None:
        given.shared[same] = made
    return made


def _fill(layer: Any, inputs: tuple[Tensor, ...], arrays: Any) -> None:
    """Gives a layer its weights at its first call, when the shapes are known that they must have."""
    if isinstance(layer, Model):
        if not layer.built and arrays:
            raise ArgumentError(f"the model {layer.name!r} has weights, but no input shape")
        return
    if layer.built:
        return
    shape = layer._shape_of(inputs)
    layer.output_shape(shape)
    # Shapes stand in for weights until the file's arrays are checked, so that no size it claims is allocated.
    params, state = jax.eval_shape(lambda: layer.init(jax.random.key(0), shape))
    layer.write_weights(params, state)
    layer.set_weights(list(arrays or ()))


def _filled_input(tensor: Tensor) -> Tensor:
    """The input, marked as having all its weights: none."""
    if tensor.call is not None:
        tensor.call.layer.write_weights({}, {})
    return tensor


def _after_operation(
    entry: Mapping[str, Any], node: Mapping[str, Any], values: Mapping[Any, Any], *, first: bool
) -> tuple[Tensor, ...]:
    references: list[Reference] = []
    arguments = tuple(encoded(part, references) for part in node["args"])
    options = tuple((key, encoded(part, references)) for key, part in node["kwargs"].items())
    operation = operation_of(entry, arguments, options)
    if first:
        object.__setattr__(operation, "name", name_of(entry))
    try:
        return call(operation, tuple(_at(reference, values) for reference in references))
    except (TypeError, AttributeError) as error:
        # The second is what an op of several outputs gives, which has no place in a network.
        label = f"{name_of(entry)} ({entry['class_name']})"
        raise ArgumentError(
            f"{label} has arguments or outputs that neurode does not know: {error}"
        ) from error


def _inputs_of(entry: Mapping[str, Any], node: Mapping[str, Any]) -> list[Reference]:
    """What a call of a layer is given, in order."""
    name, kwargs = name_of(entry), dict(node["kwargs"])
    args = list(node["args"]) or [kwargs.pop("inputs")]
    # What `fit` and `predict` say of training overrules what a call in the network says, in Keras too.
    kwargs.pop("training", None)
    known = len(args) == 1 and all(value is None for value in _leaves(kwargs))
    if not known:
        label = f"{name} ({entry['class_name']})"
        raise ArgumentError(f"{label} is called with more than its inputs: {[*args[1:], *kwargs]}")
    first = args[0]
    if isinstance(first, Mapping) and "class_name" not in first:
        wanted = entry["config"]["input_layers"]
        named = wanted if isinstance(wanted, Mapping) else [reference[0] for reference in _listed(wanted)]
        first = [first[key] for key in named]
    return list(_references(first))


def _in_order(entries: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """Every call of every layer, after those that feed it."""
    before: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for name, entry in entries.items():
        if entry["class_name"] == "InputLayer":
            before[name, 0] = []
        for number, node in enumerate(entry["inbound_nodes"]):
            fed = [*_references(node["args"]), *_references(node["kwargs"])]
            before[name, number] = [reference[:2] for reference in fed]
    return iter(tuple(TopologicalSorter(before).static_order()))


def _references(value: Any) -> Iterator[Reference]:
    """The tensors among arguments."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            yield tuple(value["config"]["keras_history"])
            return
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _references(part)


def _leaves(value: Any) -> Iterator[Any]:
    """What nested lists and dicts hold in the end."""
    if isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(part)
    else:
        yield value


def _listed(structure: Any) -> list[Reference]:
    """The tensors where a model begins or ends, which Keras writes alone, as a list or as a dict."""
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if structure and isinstance(structure[0], str):
        return [tuple(structure)]
    return [reference for part in structure for reference in _listed(part)]


def _at(reference: Reference, values: Mapping[Any, Any]) -> Tensor:
    name, number, output = reference
    if (name, number) not in values:
        raise ArgumentError(f"a layer is fed by call {number} of {name!r}, which does not exist")
    return values[name, number][output]
