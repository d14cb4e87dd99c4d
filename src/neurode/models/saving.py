"""Models to and from their file: the archive's documents and tensors, and what may go wrong with them."""

import math
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from neurode import losses, metrics, optimizers
from neurode.errors import FileError, ModelFileError, NeurodeError, ShapeError
from neurode.layers import Graph, Layer
from neurode.models.architecture import entry_of, model_of, own_functions_in
from neurode.models.archive import read_archive, write_archive
from neurode.models.compiling import Settings
from neurode.models.keras_format import from_keras, is_keras_file
from neurode.models.model import Model
from neurode.training import start_of
from neurode.typing import Columns

MOST_VALUES_OF_A_ROW = 2**24
"""Larger layers without weights of that size are taken for an attack on memory."""

KERAS_ENDINGS = (".keras", ".h5", ".hdf5")


def save_model(model: Model, path: str | os.PathLike, *, overwrite: bool = True) -> None:
    """Writes architecture, weights, compile settings and the optimiser's state to one file.

    Functions of the user's own are there by name only, and a warning says which: `load_model` wants them
    back.

    Raises:
        FileError: If the file cannot be written, or is there and `overwrite` is off.
    """
    _check_target(path, overwrite)
    documents, tensors = model_parts(model)
    if own := own_functions(model):
        listed = ", ".join(f"{name!r}: {name}" for name in own)
        warnings.warn(
            f"the model uses functions of your own ({', '.join(own)}), which no file can carry\n"
            f"hint: load it with load_model(path, custom_objects={{{listed}}})",
            stacklevel=3,
        )
    write_archive(path, "model", documents, tensors)


def load_model(
    path: str | os.PathLike, custom_objects: Mapping[str, Any] | None = None, compile: bool = True
) -> Model:
    """Reads a model that `save_model` wrote; a file of Keras itself is read too (see `from_keras`).

    Args:
        path: The file.
        custom_objects: Functions and classes of your own that the model uses, by name.
        compile: Whether to compile it as it was when it was saved.

    Raises:
        ModelFileError: If the file is corrupt, edited, or holds something else.
    """
    if is_keras_file(path):
        return from_keras(path, custom_objects, compile=compile)
    kind, documents, tensors = read_archive(path)
    if kind not in ("model", "sequential"):
        raise ModelFileError(f"{str(path)!r} holds a {kind}", hint="read it with neurode.load")
    return model_of_parts(documents, tensors, custom_objects, compile=compile)


def save_weights(model: Model, path: str | os.PathLike, *, overwrite: bool = True) -> None:
    """Writes the weights alone.

    Raises:
        FileError: If the file cannot be written, or is there and `overwrite` is off.
    """
    _check_target(path, overwrite)
    write_archive(path, "weights", {}, _tensors_of(model))


def load_weights(model: Model, path: str | os.PathLike) -> None:
    """Reads weights into a model with the same layers.

    Raises:
        ShapeError: If they are of another model; nothing is changed then.
        ModelFileError: If the file is damaged.
    """
    _, _, tensors = read_archive(path)
    found = {name: array for name, array in tensors.items() if name.startswith(("params/", "state/"))}
    own = {name: array.shape for name, array in _tensors_of(model).items()}
    theirs = {name: array.shape for name, array in found.items()}
    if own.keys() != theirs.keys():
        name = sorted(own.keys() ^ theirs.keys())[0]
        where = "is in the file only" if name in theirs else "is missing in the file"
        raise ShapeError(
            f"the weights are of another model: {name.partition('/')[2]!r} {where}",
            hint="build the model with the same layers and names as the one that was saved",
        )
    for name, shape in own.items():
        if theirs[name] != shape:
            raise ShapeError(f"{name.partition('/')[2]} has shape {shape}, in the file {theirs[name]}")
    _put(model, found)


def write_checkpoint(model: Model, path: str | os.PathLike, record: Mapping[str, Any]) -> None:
    """Writes weights, the optimiser's state and a record of JSON values."""
    write_archive(
        path, "checkpoint", {"record": dict(record)}, _tensors_of(model) | _optimizer_tensors(model)
    )


def read_checkpoint(model: Model, path: str | os.PathLike) -> dict[str, Any]:
    """Takes up what `write_checkpoint` wrote, and returns the record.

    Raises:
        ShapeError: If it is of another model; nothing is changed then.
    """
    kind, documents, tensors = read_archive(path)
    if kind != "checkpoint":
        raise ModelFileError(f"{str(path)!r} holds a {kind}, not a checkpoint")
    load_weights(model, path)
    _put_optimizer(model, tensors)
    return documents["record"]


def model_parts(model: Model, *, optimizer: bool = True) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A model as JSON documents and tensors, with or without what the optimiser remembers."""
    model.network  # noqa: B018  A model that is not built cannot be saved.
    documents = {"architecture": entry_of(model), "compile": _compile_settings(model)}
    return documents, _tensors_of(model) | (_optimizer_tensors(model) if optimizer else {})


def model_of_parts(
    documents: Mapping[str, Any],
    tensors: Mapping[str, np.ndarray],
    custom_objects: Mapping[str, Any] | None = None,
    *,
    compile: bool = True,
) -> Any:
    """The model of these documents and tensors.

    Raises:
        ModelFileError: If they do not describe a model that this neurode knows.
    """
    custom = dict(custom_objects or {})
    try:
        documents = _renamed(documents)
        entry = documents["architecture"]
        config = entry["config"] if "config" in entry else _old_config(entry)
        weights = {name: array for name, array in tensors.items() if not name.startswith("optimizer/")}
        _check_size(config, weights)
        model = model_of(config, custom)
        _check_weights(model, weights)
        _check_width(model)
        _put(model, weights)
        settings = documents["compile"]
        if compile and settings is not None:
            _compile(model, settings, custom)
            _put_optimizer(model, tensors)
    except ModelFileError:
        raise
    except NeurodeError as error:
        raise ModelFileError(
            f"the file describes no model: {error.problem}", available=error.available, hint=error.hint
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelFileError(f"the file describes no model: {error!r}") from error
    return model


def own_functions(model: Model) -> list[str]:
    """The names of the functions of a person's own that the model uses."""
    found = _own_in(model.network)
    if model._settings is not None:
        documents = _compile_settings(model) or {}
        found += [entry["own_function"] for entry in _entries_in(documents) if "own_function" in entry]
    return list(dict.fromkeys(found))


def _own_in(layer: Layer) -> list[str]:
    if isinstance(layer, Graph):
        return [name for part in layer.layers for name in _own_in(part)]
    return own_functions_in(layer.get_config())


def _entries_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(entry for part in value.values() for entry in _entries_in(part))]
    return [entry for part in value for entry in _entries_in(part)] if isinstance(value, list) else []


def _check_target(path: str | os.PathLike, overwrite: bool) -> None:
    if Path(path).exists() and not overwrite:
        raise FileError(f"{str(path)!r} is there already", hint="pass overwrite=True, or choose another name")
    if str(path).endswith(KERAS_ENDINGS):
        warnings.warn(
            f"a {Path(path).suffix} file is written in neurode's own format, which Keras does not read\n"
            "hint: name it .neurode; load_model and load_weights read it under any name",
            stacklevel=4,
        )


def _check_size(config: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> None:
    """Refuses an architecture that lies about its size, before it is given any memory."""
    held = sum(array.size for array in tensors.values())

    def claimed(part: Any) -> int:
        if isinstance(part, Mapping):
            own = [value for name, value in part.items() if name in ("units", "input_dim", "output_dim")]
            widest = max((int(value) for value in own if isinstance(value, int)), default=0)
            return max([widest, *(claimed(value) for value in part.values())])
        return max(map(claimed, part), default=0) if isinstance(part, list) else 0

    if claimed(config) > max(held, 1):
        raise ModelFileError("the file's weights do not have the shapes that its architecture asks for")


def _check_weights(model: Model, tensors: Mapping[str, np.ndarray]) -> None:
    expected = {name: array.shape for name, array in _tensors_of(model).items()}
    if {name: array.shape for name, array in tensors.items()} != expected:
        raise ModelFileError("the file's weights do not have the shapes that its architecture asks for")


def _check_width(model: Model) -> None:
    for shape in model.network.shapes(model.input_shape_of_rows):
        if not isinstance(shape, Columns) and math.prod(shape) > MOST_VALUES_OF_A_ROW:
            raise ModelFileError(
                f"the file asks for {math.prod(shape):,} values for each row",
                hint=f"the most that is read are {MOST_VALUES_OF_A_ROW:,}",
            )


def _tensors_of(model: Model) -> dict[str, np.ndarray]:
    params, state = model.read_weights()
    return _flat({"params": params, "state": state})


def _optimizer_tensors(model: Model) -> dict[str, np.ndarray]:
    now = model.train_state
    if now.opt_state is None:
        return {}
    leaves = {f"optimizer/{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(now.opt_state))}
    rate = np.array([model.learning_rate or now.learning_rate], np.float32)
    return leaves | {"optimizer/step": np.array([now.step], np.int32), "optimizer/learning_rate": rate}


def _put(model: Model, tensors: Mapping[str, np.ndarray]) -> None:
    before = _tensors_of(model)
    parts: dict[str, Any] = {"params": {}, "state": {}}
    for path, array in tensors.items():
        if array.dtype != before[path].dtype:
            raise ModelFileError(f"the weight {path!r} is {array.dtype}, not {before[path].dtype}")
        *folders, name = path.split("/")
        tree = parts
        for folder in folders:
            tree = tree.setdefault(folder, {})
        tree[name] = jnp.asarray(array)
    model.write_weights(parts["params"], parts["state"])


def _put_optimizer(model: Model, tensors: Mapping[str, np.ndarray]) -> None:
    if "optimizer/step" not in tensors or model.optimizer is None:
        return
    task = model.task
    fresh = start_of(task.network, task.optimizer)(model.read_weights()[0])
    leaves, tree = jax.tree.flatten(fresh)
    found = [tensors.get(f"optimizer/{i}") for i in range(len(leaves))]
    if any(
        array is None or array.size != leaf.size or array.dtype != leaf.dtype
        for array, leaf in zip(found, leaves)
    ):
        raise ModelFileError("the file's optimiser state does not fit its optimiser and weights")
    # A single number comes back from the file with an axis.
    restored = [jnp.asarray(array).reshape(leaf.shape) for array, leaf in zip(found, leaves)]
    opt_state = jax.tree.unflatten(tree, restored)
    rate, step = tensors["optimizer/learning_rate"][0], np.int32(tensors["optimizer/step"][0])
    model.train_state = model.train_state._replace(step=step, opt_state=opt_state, learning_rate=rate)
    if model.learning_rate and np.float32(model.learning_rate) != rate:
        model.optimizer.learning_rate = float(rate)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for name, value in tree.items():
        found |= (
            _flat(value, f"{prefix}{name}/")
            if isinstance(value, dict)
            else {prefix + name: np.asarray(value)}
        )
    return found


def _compile_settings(model: Model) -> dict[str, Any] | None:
    settings = model._settings
    if model.optimizer is None or settings is None:
        return None
    return {
        "optimizer": optimizers.serialize(model.optimizer),
        "loss": _written(settings.loss, losses),
        "loss_weights": settings.loss_weights,
        "metrics": _written(settings.metrics, metrics),
        "weighted_metrics": _written(settings.weighted_metrics, metrics),
    }


def _written(given: Any, vocabulary: Any) -> Any:
    """Names, objects and functions, in lists and dicts as they were given, as JSON values."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return {name: _written(value, vocabulary) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [_written(value, vocabulary) for value in given]
    given = given() if isinstance(given, type) else given
    known = getattr(vocabulary, type(given).__name__, None)
    if known is type(given):
        return vocabulary.serialize(given)
    return {"own_function": getattr(given, "__name__", type(given).__name__)}


def _compile(model: Model, settings: Mapping[str, Any], custom: Mapping[str, Any]) -> None:
    model.compile(
        optimizers.deserialize(settings["optimizer"]),
        *Settings(
            _read(settings["loss"], losses, custom),
            settings.get("loss_weights"),
            _read(settings["metrics"], metrics, custom),
            _read(settings["weighted_metrics"], metrics, custom),
        ),
    )


def _read(written: Any, vocabulary: Any, custom: Mapping[str, Any]) -> Any:
    if written is None or isinstance(written, str):
        return written
    if isinstance(written, list):
        return [_read(value, vocabulary, custom) for value in written]
    if "own_function" in written:
        name = written["own_function"]
        if name not in custom:
            raise ModelFileError(
                f"the model is compiled with the function {name!r}, which no file can carry",
                hint=f"hand it back in: custom_objects={{{name!r}: {name}}}, or load with compile=False",
            )
        return custom[name]
    if "class_name" in written:
        return vocabulary.deserialize(written)
    return {name: _read(value, vocabulary, custom) for name, value in written.items()}


def _old_config(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The architecture of a file of neurode 0.1, which knew layers in a row only."""
    layers = entry["layers"]
    names = [layer["config"].get("name") for layer in layers]
    return {
        "name": entry["name"], "seed": entry["seed"], "input_shape": entry["input_shape"],
        "dtype": "float32", "layers": layers, "names": names,
    }  # fmt: skip


def _renamed(value: Any) -> Any:
    """What neurode 0.1 wrote as `{"class", "config"}` under the names of today."""
    if isinstance(value, list):
        return [_renamed(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    is_old = value.keys() == {"class", "config"}
    return {
        "class_name" if is_old and name == "class" else name: _renamed(part) for name, part in value.items()
    }
