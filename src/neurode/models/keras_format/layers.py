"""From Keras's description of a layer to a layer: every setting is taken over, or named in an error."""

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, NeurodeError
from neurode.identifiers import snake_case
from neurode.layers import LAYERS, Input, Lambda, Layer, Tensor
from neurode.layers.layer import VOCABULARY
from neurode.layers.operation import Operation
from neurode.models.keras_format.parts import MODELS, is_operation, name_of, parts_of

WITHOUT_EFFECT: dict[str, tuple[Any, ...]] = {
    "activity_regularizer": (None,),
    "lora_alpha": (None,),
    "lora_rank": (None,),
    "quantization_config": (None,),
}
"""Settings that neurode has not, with the values at which they change no number."""

ONLY_WITH = {"renorm_clipping": "renorm", "renorm_momentum": "renorm"}
"""Settings that count only where another is on, which no layer of neurode allows."""

POLICIES = ("float32", "int32", "int64", "uint8", "bool", "string")
"""What a layer may compute in or give."""


def problems_of(entry: Mapping[str, Any], custom: Mapping[str, Any]) -> Iterator[str]:
    """What of a model neurode cannot have, one line for each layer: its name, its class, the reason."""
    kind = entry["class_name"]
    label = f"{name_of(entry)} ({kind})"
    if kind in MODELS:
        for name, count in Counter(map(name_of, parts_of(entry))).items():
            if count > 1:
                yield f"{label}: {count} of its layers are named {name!r}"
        for part in parts_of(entry):
            yield from problems_of(part, custom)
        return
    try:
        if kind == "InputLayer":
            input_of(entry)
        elif is_operation(entry):
            operation_of(entry, (), ())
        else:
            layer_of(entry, custom)
    except NeurodeError as error:
        yield f"{label}: {error.problem}"
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        yield f"{label}: its settings cannot be read ({error!r})"


def input_of(entry: Mapping[str, Any]) -> Tensor:
    """The tensor that an InputLayer gives.

    Raises:
        ArgumentError, ShapeError: If neurode has no such input.

    Example:
        >>> input_of({"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 3]}}).shape
        (None, 3)
    """
    config = entry["config"]
    # The second name is that of Keras 2.
    shape = config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"]
    if config.get("sparse") or config.get("ragged") or config.get("optional"):
        raise ArgumentError("an input that is sparse, ragged or optional")
    return Input(tuple(shape[1:]), dtype=_policy(config.get("dtype")), name=name_of(entry))


def first_shape(entry: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The shape of a row that a layer of Keras 2 itself asks for, None if it does not."""
    shape = entry["config"].get("batch_input_shape")
    return None if shape is None else tuple(shape[1:])


def layer_of(entry: Mapping[str, Any], custom: Mapping[str, Any]) -> Any:
    """The layer with these settings, without weights.

    Args:
        entry: The layer's `{"class_name", "config", …}`.
        custom: Classes and functions of a person's own, by name.

    Raises:
        UnknownNameError, ArgumentError: If neurode has no such layer or setting.

    Example:
        >>> entry = {"class_name": "Dense", "config": {"units": 2, "dtype": "float32", "lora_rank": None}}
        >>> layer_of(entry | {"name": "score"}, {}).units
        2
    """
    kind, config = entry["class_name"], dict(entry["config"])
    own = custom.get(kind) or custom.get(str(entry.get("registered_name")))
    made = own or LAYERS.get(kind)
    if made is None:
        raise ArgumentError("neurode has no such layer")
    if not (isinstance(made, type) and issubclass(made, Layer)):
        raise ArgumentError(f"the {made!r} that was handed in is no layer of neurode")
    if (policy := _policy(config.pop("dtype", None))) not in POLICIES:
        raise ArgumentError(f"computes in {policy}, neurode in float32")
    config.pop("batch_input_shape", None)
    if made is Lambda:
        config |= {"function": _function(config["function"], name_of(entry), custom)}
        if isinstance(config.get("output_shape"), Mapping):
            # A function of one's own is no longer needed where the shape can be traced.
            config["output_shape"] = None
    known = inspect.signature(made).parameters
    settings = {}
    for setting, value in config.items():
        if setting in known or own:
            settings[setting] = setting_of(setting, value, custom)
        elif value not in WITHOUT_EFFECT.get(setting, ()) and not (
            setting in ONLY_WITH and not config.get(ONLY_WITH[setting])
        ):
            raise ArgumentError(f"neurode has no setting {setting}={value!r} for it")
    return made.from_config(settings)


def operation_of(entry: Mapping[str, Any], arguments: tuple, options: tuple) -> Operation:
    """The op between layers, with the settings that Keras keeps apart from its arguments.

    Raises:
        ArgumentError: If neurode has no such op.

    Example:
        >>> entry = {"class_name": "Clip", "config": {"name": "clip", "x_min": 0, "x_max": 1}}
        >>> operation_of(entry, (("input", 0),), ()).options
        (('x_min', 0), ('x_max', 1))
    """
    settings = {key: encoded(value, []) for key, value in entry["config"].items() if key != "name"}
    if "sparse" in settings and not settings["sparse"]:
        del settings["sparse"]
    # The one setting that comes before the tensors.
    first = (settings.pop("subscripts"),) if "subscripts" in settings else ()
    return Operation(snake_case(entry["class_name"]), (*first, *arguments), (*options, *settings.items()))


def encoded(value: Any, inputs: list[Any]) -> Any:
    """An argument of an op as `Operation` keeps it; references to tensors are added to `inputs`.

    Raises:
        ArgumentError: If it is an array, which no op keeps.

    Example:
        >>> tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["dense", 0, 0]}}
        >>> met = []
        >>> encoded([tensor, 2], met), met
        (('list', ('input', 0), 2), [('dense', 0, 0)])
    """
    if isinstance(value, list | tuple):
        return ("list", *(encoded(part, inputs) for part in value))
    if not isinstance(value, Mapping):
        return value
    kind, config = value["class_name"], value["config"]
    if kind == "__keras_tensor__":
        reference = tuple(config["keras_history"])
        if reference not in inputs:
            inputs.append(reference)
        return ("input", inputs.index(reference))
    if kind == "__slice__":
        return ("slice", config["start"], config["stop"], config["step"])
    if kind == "__ellipsis__":
        return ("ellipsis",)
    if kind in ("__tensor__", "__numpy__") and not isinstance(config["value"], list):
        return config["value"]
    raise ArgumentError("an op with an array among its arguments")


def setting_of(name: str, value: Any, custom: Mapping[str, Any]) -> Any:
    """A setting as neurode takes it: objects made, arrays as arrays.

    Raises:
        UnknownNameError, ArgumentError: If it names something that neurode has not.

    Example:
        >>> setting_of("kernel_regularizer", {"class_name": "L2", "config": {"l2": 0.5}}, {}).l2
        0.5
    """
    vocabulary = VOCABULARY.get(name.rpartition("_")[2])
    if vocabulary is None or value is None:
        return plain(value)
    if name.endswith("activation") and isinstance(value, Mapping) and value.get("class_name") != "function":
        given = value.get("class_name", "a function without a name")
        raise ArgumentError(f"its activation is {given}", hint="use the layer or a named activation instead")
    found = plain(value)
    if isinstance(found, Mapping) and found.get("class_name") == "function":
        found = found["config"]
    if isinstance(found, str) and found in custom:
        return custom[found]
    return vocabulary.deserialize(found, custom)


def plain(value: Any) -> Any:
    """JSON values with Keras's tuples, arrays and seeds put back in.

    Example:
        >>> plain({"class_name": "__tuple__", "items": [1, [2]]})
        (1, [2])
    """
    if isinstance(value, list):
        return [plain(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") in ("__numpy__", "__tensor__"):
        return np.asarray(value["config"]["value"], value["config"]["dtype"])
    if value.get("class_name") == "SeedGenerator":
        return value["config"]["seed"]
    if value.get("class_name") == "__tuple__":
        return tuple(plain(part) for part in value["items"])
    return {key: plain(part) for key, part in value.items()}


def _policy(dtype: Any) -> str:
    """The name of a dtype or of a policy."""
    if isinstance(dtype, Mapping):
        return str(dtype["config"].get("name", dtype["class_name"]))
    return "float32" if dtype is None else str(dtype)


def _function(function: Any, layer: str, custom: Mapping[str, Any]) -> Any:
    """The function of a Lambda layer, by its own name or by the layer's. Code in a file is never run."""
    named = function.get("config") if isinstance(function, Mapping) else function
    for name in (named, layer):
        if isinstance(name, str) and name in custom:
            return custom[name]
    name = named if isinstance(named, str) else layer
    raise ArgumentError(f"its function is code, hand it in: custom_objects={{{name!r}: the_function}}")
