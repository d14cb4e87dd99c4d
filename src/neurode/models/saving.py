"""Models to and from their file."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from neurode import losses, metrics, optimizers
from neurode.errors import ArgumentError, FileError, ModelFileError, NeurodeError, UnknownNameError
from neurode.layers import LAYERS, Chain, Input
from neurode.models.archive import read_archive, write_archive
from neurode.models.model import Model
from neurode.models.sequential import Sequential
from neurode.typing import Columns


def save_model(model: Model, path: str | os.PathLike, *, overwrite: bool = True) -> None:
    """Writes architecture, weights and compile settings to one file.

    Raises:
        ArgumentError: If the model holds a function of the user's own, which a file cannot carry.
        FileError: If the file cannot be written, or is there and `overwrite` is off.
    """
    if Path(path).exists() and not overwrite:
        raise FileError(f"{str(path)!r} is there already", hint="pass overwrite=True, or choose another name")
    documents, tensors = model_parts(model)
    write_archive(path, "sequential", documents, tensors)


def load_model(path: str | os.PathLike) -> Sequential:
    """Reads a model that `save_model` wrote.

    Raises:
        ModelFileError: If the file is corrupt, edited, or holds something else.
    """
    kind, documents, tensors = read_archive(path)
    if kind != "sequential":
        raise ModelFileError(f"{str(path)!r} holds a {kind}", hint="read it with neurode.load")
    return model_of_parts(documents, tensors)


def model_parts(model: Model) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A model as JSON documents and tensors."""
    now = model.train_state
    shape = model.input_shape_of_rows
    architecture = {
        "name": model.name,
        "seed": model.seed,
        "input_shape": {"numbers": shape.numbers, "codes": shape.codes}
        if isinstance(shape, Columns)
        else list(shape),
        "layers": [
            {"class": type(layer).__name__, "config": layer.get_config()} for layer in model.network.layers
        ],
    }
    tensors = {
        f"{part}/{layer}/{name}": np.asarray(value)
        for part, tree in (("params", now.params), ("state", now.state))
        for layer, weights in tree.items()
        for name, value in weights.items()
    }
    return {"architecture": architecture, "compile": _compile_settings(model)}, tensors


def model_of_parts(documents: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> Sequential:
    """The model of these documents and tensors.

    Raises:
        ModelFileError: If they do not describe a model that this neurode knows.
    """
    try:
        architecture = documents["architecture"]
        model = Sequential(name=architecture["name"], seed=architecture["seed"])
        model.network = Chain.of([_layer(entry) for entry in architecture["layers"]])
        shape: Any = architecture["input_shape"]
        if isinstance(shape, dict):
            shape = Columns(tuple(shape["numbers"]), tuple(shape["codes"]))
        else:
            model._input = Input(tuple(shape))
            shape = model._input.shape
        _check_weights(model.network, shape, tensors)
        model.build(shape)
        _put_weights(model, tensors)
        _compile(model, documents["compile"])
    except ModelFileError:
        raise
    except NeurodeError as error:
        raise ModelFileError(f"the file describes no model: {error.problem}") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelFileError(f"the file describes no model: {error!r}") from error
    return model


def _layer(entry: Mapping[str, Any]) -> Any:
    if entry["class"] not in LAYERS:
        raise ModelFileError(
            f"the file names a layer {entry['class']!r}, which is not one of neurode's",
            available=f"layers: {', '.join(LAYERS)}",
        )
    return LAYERS[entry["class"]].from_config(entry["config"])


def _check_weights(network: Chain, shape: Any, tensors: Mapping[str, np.ndarray]) -> None:
    # Shapes alone are asked for: an architecture that lies about its size gets no memory.
    params, state = jax.eval_shape(lambda key: network.init(key, shape), jax.random.key(0))
    expected = {
        f"{part}/{layer}/{name}": value.shape
        for part, tree in (("params", params), ("state", state))
        for layer, weights in tree.items()
        for name, value in weights.items()
    }
    if {name: array.shape for name, array in tensors.items()} != expected:
        raise ModelFileError("the file's weights do not have the shapes that its architecture asks for")
    for path, array in tensors.items():
        if array.dtype != np.float32:
            raise ModelFileError(f"the weight {path!r} is {array.dtype}, not float32")


def _put_weights(model: Model, tensors: Mapping[str, np.ndarray]) -> None:
    parts: dict[str, dict] = {"params": {}, "state": {}}
    for path, array in tensors.items():
        part, layer, name = path.split("/")
        parts[part].setdefault(layer, {})[name] = jnp.asarray(array)
    model.train_state = model.train_state._replace(**parts)


def _compile_settings(model: Model) -> dict[str, Any] | None:
    if model.optimizer is None or model.loss is None:
        return None
    plain, weighted = model._metrics
    return {
        "optimizer": _record(model.optimizer, optimizers.OPTIMIZERS.values()),
        "loss": _record(model.loss, {type(loss) for loss in losses.LOSSES.values()}),
        "metrics": [_metric_record(metric) for metric in plain],
        "weighted_metrics": [_metric_record(metric) for metric in weighted],
    }


def _compile(model: Model, settings: Mapping[str, Any] | None) -> None:
    if settings is None:
        return
    known: dict[str, dict[str, type]] = {
        "optimizer": {kind.__name__: kind for kind in optimizers.OPTIMIZERS.values()},
        "loss": {type(loss).__name__: type(loss) for loss in losses.LOSSES.values()},
        "metric": {type(metric).__name__: type(metric) for metric in metrics.METRICS.values()},
    }

    def built(kind: str, record: Any) -> Any:
        if isinstance(record, str):
            return record
        if record["class"] not in known[kind]:
            raise UnknownNameError(kind, record["class"], known[kind])
        return known[kind][record["class"]](**record["config"])

    model.compile(
        built("optimizer", settings["optimizer"]),
        built("loss", settings["loss"]),
        [built("metric", record) for record in settings["metrics"]],
        [built("metric", record) for record in settings["weighted_metrics"]],
    )


def _metric_record(metric: Any) -> Any:
    if isinstance(metric, str):
        return metric
    kinds = {type(known) for known in metrics.METRICS.values()}
    return _record(metric() if isinstance(metric, type) else metric, kinds)


def _record(thing: Any, kinds: Any) -> dict[str, Any]:
    if type(thing) not in set(kinds):
        raise ArgumentError(
            f"the model is compiled with {thing!r}, a function of your own, which a file cannot carry",
            hint="compile it with built-in parts before saving, and again with your own after loading",
        )
    return {"class": type(thing).__name__, "config": asdict(thing)}
