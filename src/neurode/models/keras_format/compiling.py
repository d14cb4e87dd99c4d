"""How a model of Keras was compiled, as arguments of neurode's `compile`."""

import warnings
from collections.abc import Mapping
from typing import Any

from neurode import losses, metrics, optimizers
from neurode.errors import NeurodeError, UnknownNameError
from neurode.models.model import Model

VOCABULARIES: dict[str, Any] = {
    "optimizer": optimizers,
    "loss": losses,
    "metrics": metrics,
    "weighted_metrics": metrics,
}


def compile_as_in_keras(
    model: Model, settings: Mapping[str, Any], outputs: Any, custom: Mapping[str, Any]
) -> None:
    """Compiles the model if all that Keras names is known; else warns and leaves it as it is.

    Args:
        model: The model.
        settings: Keras's `compile_config`.
        outputs: Keras's `output_layers`; a dict names the outputs by words of its own.
        custom: Functions and classes of a person's own, by name.
    """
    found, left_out = {}, []
    for part, vocabulary in VOCABULARIES.items():
        if part == "optimizer" and settings.get(part) is None:
            # Keras forgets it once it has written the model to an old file.
            left_out.append("optimizer: none is named")
            continue
        try:
            found[part] = _read(settings.get(part), vocabulary, custom)
        except NeurodeError as error:
            left_out.append(f"{part}: {error.problem}")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            left_out.append(f"{part}: {error!r}")
    if not left_out:
        names = dict(zip(outputs, model.output_names)) if isinstance(outputs, Mapping) and model.built else {}
        found["loss_weights"] = settings.get("loss_weights")
        try:
            model.compile(**{part: _renamed(value, names) for part, value in found.items()})
            return
        except NeurodeError as error:
            left_out.append(error.problem)
    warnings.warn(
        f"the model is not compiled, since neurode cannot take over its {'; '.join(left_out)}\n"
        "hint: call model.compile(…) with what neurode has, or hand your own in as custom_objects",
        stacklevel=3,
    )


def _read(value: Any, vocabulary: Any, custom: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return custom.get(value, value)
    if isinstance(value, list | tuple):
        return [_read(part, vocabulary, custom) for part in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" not in value:
        return {name: _read(part, vocabulary, custom) for name, part in value.items()}
    if value["class_name"] != "function":
        return vocabulary.deserialize(value, custom)
    name = value["config"]
    if name in custom:
        return custom[name]
    # Where Keras has a function of the same name, it writes the name alone.
    raise UnknownNameError("function", name, list(custom))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {names.get(name, name): part for name, part in value.items()}
