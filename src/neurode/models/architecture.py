"""Models to and from JSON values: which layers, and what feeds what. Weights are another matter.

Layers are written as Keras writes them, `{"class_name", "config"}`. A network adds its inputs, its calls and
its outputs, each place by its number: inputs come first, then what the calls give, in their order.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from neurode.errors import ModelFileError, NeurodeError, UnknownNameError
from neurode.layers import LAYERS, Input, Placed, Tensor
from neurode.layers.layer import VOCABULARY
from neurode.layers.place import call
from neurode.layers.tensor import without_rows
from neurode.models.model import Model
from neurode.models.sequential import Sequential
from neurode.typing import Columns

MODELS: dict[str, type[Model]] = {"Functional": Model, "Sequential": Sequential}


def config_of(model: Model) -> dict[str, Any]:
    """The architecture as JSON values."""
    base = {"name": model.name, "seed": model.seed}
    if isinstance(model, Sequential):
        entries = [entry_of(layer) for layer in model.layers]
        shape = model.input_shape_of_rows
        begin = None if shape is None else _shape_as_json(shape)
        dtype = model.inputs[0].dtype if model.built else "float32"
        names = [name for name, _ in model._owners][-len(entries) :] if model.built else None
        return base | {"input_shape": begin, "dtype": dtype, "layers": entries, "names": names}
    network = model.network
    own = dict(model._owners)
    inputs = [
        {"name": name, "shape": _shape_as_json(without_rows(tensor.shape)), "dtype": tensor.dtype}
        for name, tensor in zip(network.inputs, model.inputs)
    ]
    names = list(dict.fromkeys(node.layer.label for node in network.nodes))
    return base | {
        "inputs": inputs,
        "layers": [{"name": name, **entry_of(own[name])} for name in names],
        "calls": [[names.index(node.layer.label), list(node.inputs)] for node in network.nodes],
        "outputs": list(network.outputs),
        "input_keys": _listed(model._input_keys),
        "output_keys": _listed(model._output_keys),
    }


def entry_of(layer: Placed) -> dict[str, Any]:
    """A layer, or a model inside a model, as `{"class_name", "config"}`."""
    if isinstance(layer, Model):
        kind = next(name for name, known in MODELS.items() if type(layer) is known)
        return {"class_name": kind, "config": config_of(layer)}
    return {"class_name": type(layer).__name__, "config": layer.get_config()}  # type: ignore[attr-defined]


def model_of(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Model:
    """The model with this architecture, and fresh weights.

    Raises:
        ModelFileError: If the configuration does not describe a model that this neurode knows.
    """
    try:
        return _model_of(config, dict(custom_objects or {}))
    except ModelFileError:
        raise
    except NeurodeError as error:
        raise ModelFileError(
            f"the file describes no model: {error.problem}", available=error.available, hint=error.hint
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelFileError(f"the file describes no model: {error!r}") from error


def to_json(model: Model, **kwargs: Any) -> str:
    """The architecture as JSON text; keyword arguments are `json.dumps`'s."""
    return json.dumps(entry_of(model), **kwargs)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """The model that `to_json` described, with fresh weights.

    Raises:
        ModelFileError: If the text does not describe a model that this neurode knows.

    Example:
        >>> from neurode.layers import Dense
        >>> text = Sequential([Input((2,)), Dense(1)]).to_json()
        >>> model_from_json(text).output_shape
        (None, 1)
    """
    try:
        entry = json.loads(json_string)
        config = entry["config"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError("the text describes no model", hint="pass what model.to_json() gave") from error
    return model_of(config, custom_objects)


def clone_model(model: Model) -> Model:
    """A model of the same architecture with weights of its own, drawn anew from the same seed."""
    config, own = config_of(model), dict(model._owners)
    is_row = isinstance(model, Sequential)
    layers = model.layers if is_row else [own[entry["name"]] for entry in config["layers"]]
    return _model_of(config, {}, [_copied(layer) for layer in layers])


def _copied(layer: Any) -> Any:
    if isinstance(layer, Model):
        return clone_model(layer)
    copy = replace(layer)
    copy.place.named_by_model = layer.place.named_by_model
    return copy


def _model_of(config: Mapping[str, Any], custom: dict[str, Any], made: list[Placed] | None = None) -> Model:
    """The model of a configuration; `made` are its layers where they are at hand."""
    if "calls" not in config:
        return _sequential(config, custom, made)
    values: list[Tensor] = [
        Input(_shape_of_json(entry["shape"]), dtype=entry["dtype"], name=entry["name"])
        for entry in config["inputs"]
    ]
    inputs = list(values)
    found = made or [_layer_of(entry, custom) for entry in config["layers"]]
    layers = [_named(layer, entry["name"]) for layer, entry in zip(found, config["layers"])]
    for layer, fed in config["calls"]:
        values.extend(call(layers[layer], tuple(values[i] for i in fed)))
    given = _keyed(config.get("input_keys"), inputs)
    wanted = _keyed(config.get("output_keys"), [values[i] for i in config["outputs"]])
    return Model(given, wanted, name=config["name"], seed=config["seed"])


def _sequential(config: Mapping[str, Any], custom: dict[str, Any], made: list[Placed] | None) -> Sequential:
    layers = made or [_layer_of(entry, custom) for entry in config["layers"]]
    for layer, name in zip(layers, config.get("names") or [None] * len(layers)):
        _named(layer, name)
    begin = config["input_shape"]
    first = [] if begin is None else [Input(_shape_of_json(begin), dtype=config["dtype"])]
    return Sequential([*first, *layers], name=config["name"], seed=config["seed"])


def _layer_of(entry: Mapping[str, Any], custom: dict[str, Any]) -> Placed:
    kind, config = entry["class_name"], entry["config"]
    if kind in MODELS:
        return _model_of(config, custom)
    known = custom.get(kind) or LAYERS.get(kind)
    if known is None:
        raise ModelFileError(
            f"the file names a layer {kind!r}, which is not one of neurode's",
            available=f"layers: {', '.join(LAYERS)}",
            hint=f"hand your own layer back in: custom_objects={{{kind!r}: {kind}}}",
        )
    return known.from_config(_with_custom(config, custom))


def _with_custom(config: Mapping[str, Any], custom: dict[str, Any]) -> dict[str, Any]:
    """The settings with a person's own functions put back in for their names."""
    found = dict(config)
    for name, value in config.items():
        own = _own_function(name, value)
        if own in custom:
            found[name] = custom[own]
        elif own is not None:
            raise ModelFileError(
                f"the model uses the function {own!r} as {name}, which no file can carry",
                hint=f"hand it back in: custom_objects={{{own!r}: the_function}}",
            )
    return found


def own_functions_in(config: Mapping[str, Any]) -> list[str]:
    """The names of the functions of a person's own among a layer's settings."""
    return [own for name, value in config.items() if (own := _own_function(name, value)) is not None]


def _own_function(setting: str, value: Any) -> str | None:
    """The name of a function of a person's own, None for what the file describes in full."""
    if isinstance(value, dict):
        return value.get("own_function")
    vocabulary = VOCABULARY.get(setting.rpartition("_")[2])
    if vocabulary is None or not isinstance(value, str):
        return None
    try:
        vocabulary.get(value)
    except UnknownNameError:
        return value
    return None


def _named(layer: Any, name: str | None) -> Any:
    if layer.name is None and name is not None:
        object.__setattr__(layer, "name", name)
        layer.place.named_by_model = True
    return layer


def _listed(keys: Any) -> Any:
    return None if keys is None else list(keys)


def _keyed(keys: Any, tensors: list[Tensor]) -> Any:
    return tensors if keys is None else dict(zip(keys, tensors, strict=True))


def _shape_as_json(shape: Any) -> Any:
    if isinstance(shape, Columns):
        return {"numbers": list(shape.numbers), "codes": list(shape.codes)}
    return list(shape)


def _shape_of_json(shape: Any) -> Any:
    if isinstance(shape, dict):
        return Columns(tuple(shape["numbers"]), tuple(shape["codes"]))
    return tuple(shape)
