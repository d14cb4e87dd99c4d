"""A file of Keras, or a model of Keras in memory, as its description and its arrays. Nothing in it is run.

A `.keras` file is a zip of `config.json` and `model.weights.h5`; an old `.h5` file holds the same in
attributes and groups. Sizes are looked at before anything is read.
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from neurode.errors import DataTypeError, FileError, ModelFileError
from neurode.models.keras_format.parts import is_operation, name_of, parts_of
from neurode.models.keras_format.weights import Arrays, open_hdf5, refused

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"

MOST_BYTES = {CONFIG: 64 * 2**20, WEIGHTS: 4 * 2**30, METADATA: 2**20}
"""Largest size of each member; those of `assets/`, which are not read, may be as large as `config.json`."""

HDF5_START = b"\x89HDF\r\n\x1a\n"


class KerasModel(NamedTuple):
    """What Keras says of a model.

    Attributes:
        entry: `{"class_name", "config", "compile_config", …}`, as in Keras's JSON.
        weights: Reads the arrays of each layer by name in Keras's order; of a model inside, the same again.
    """

    entry: dict[str, Any]
    weights: Callable[[], dict[str, Any]]


def is_keras_file(path: str | os.PathLike) -> bool:
    """Whether this is a file that Keras itself wrote, whatever its name.

    Example:
        >>> is_keras_file("no_such_file.keras")
        False
    """
    try:
        if _start_of(Path(path)) == HDF5_START:
            return True
        with zipfile.ZipFile(path) as archive:
            return CONFIG in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def read_keras_file(path: str | os.PathLike) -> KerasModel:
    """Reads and checks a `.keras` file, or an old `.h5` file of a whole model.

    Raises:
        FileError: If there is no such file.
        ModelFileError: If it is damaged, too large, or holds something else.
        MissingPackageError: If h5py is not installed.
    """
    path, label = Path(path), repr(str(path))
    try:
        start = _start_of(path)
    except OSError as error:
        raise FileError(f"{label} cannot be read: {error.strerror}") from error
    with _damage_named(label):
        return (_read_hdf5 if start == HDF5_START else _read_zip)(path, label)


def read_keras_model(model: Any) -> KerasModel:
    """The description and the arrays of a model of Keras in memory.

    Raises:
        DataTypeError: If it is something else.
        ModelFileError: If Keras cannot describe it, as a class of one's own that derives from `Model`.
    """
    kind = type(model).__name__
    if not all(hasattr(model, name) for name in ("to_json", "layers", "get_weights")):
        raise DataTypeError(
            f"from_keras takes a file or a model of Keras, got {kind}", hint='from_keras("model.keras")'
        )
    try:
        entry = _checked_entry(model.to_json(), f"the model {model.name!r}")
    except Exception as error:  # Whatever a person's own class raises where Keras asks it to describe itself.
        raise ModelFileError(
            f"{model.name} ({kind}) cannot be described by Keras: {error}",
            hint="only Sequential and functional models can be read",
        ) from error
    return KerasModel(entry, lambda: _arrays_of(entry, model))


def _arrays_of(entry: Mapping[str, Any], model: Any) -> dict[str, Any]:
    own = {layer.name: layer for layer in model.layers}
    tree: dict[str, Any] = {}
    for part in parts_of(entry):
        layer = own.get(name_of(part))
        if layer is None or is_operation(part):
            continue
        # In memory a layer that two models share is one object, which the description does not tell.
        part["shared_object_id"] = id(layer)
        arrays = [np.asarray(array) for array in layer.get_weights()]
        tree[layer.name] = _arrays_of(part, layer) if parts_of(part) else arrays
    return tree


def _read_zip(path: Path, label: str) -> KerasModel:
    with zipfile.ZipFile(path) as archive:
        _check_members(archive, label)
        entry = _checked_entry(_member(archive, CONFIG, label), label)
        data = _member(archive, WEIGHTS, label)

    def weights() -> dict[str, Any]:
        with _damage_named(label), open_hdf5(io.BytesIO(data), label) as file:
            return Arrays(label, len(data)).by_class(entry, file)

    return KerasModel(entry, weights)


def _read_hdf5(path: Path, label: str) -> KerasModel:
    size = path.stat().st_size
    if size > MOST_BYTES[WEIGHTS]:
        raise refused(label, f"it has {size:,} bytes, the most is {MOST_BYTES[WEIGHTS]:,}")
    with open_hdf5(path, label) as file:
        if "model_config" not in file.attrs:
            raise ModelFileError(
                f"{label} holds weights without a description of the model",
                hint="save the whole model with Keras's model.save",
            )
        entry = _checked_entry(file.attrs["model_config"], label)
        if "training_config" in file.attrs:
            written = json.loads(file.attrs["training_config"])
            names = ("loss", "loss_weights", "metrics", "weighted_metrics")
            settings = {name: written.get(name) for name in names}
            entry["compile_config"] = settings | {"optimizer": written["optimizer_config"]}

    def weights() -> dict[str, Any]:
        with _damage_named(label), open_hdf5(path, label) as file:
            return Arrays(label, size).by_name(entry, file["model_weights"])

    return KerasModel(entry, weights)


@contextmanager
def _damage_named(label: str) -> Iterator[None]:
    try:
        yield
    except FileError:
        raise
    except zipfile.BadZipFile as error:
        raise refused(label, "it is damaged or cut off, or no file of Keras at all") from error
    except (OSError, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        # What h5py and zipfile raise for damage, a password, or a compression that they do not know.
        raise refused(label, f"it is damaged ({error})") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refused(label, f"it does not hold what Keras writes ({error!r})") from error


def _check_members(archive: zipfile.ZipFile, label: str) -> None:
    names = [info.filename for info in archive.infolist()]
    for info in archive.infolist():
        name, most = info.filename, MOST_BYTES.get(info.filename, MOST_BYTES[CONFIG])
        if names.count(name) > 1:
            raise refused(label, f"its member {name!r} is there twice")
        if name not in MOST_BYTES and not name.startswith("assets/"):
            raise refused(label, f"Keras writes no member {name!r} into such a file")
        if info.file_size > most:
            raise refused(label, f"its member {name!r} has {info.file_size:,} bytes, the most is {most:,}")
    for name in (CONFIG, WEIGHTS):
        if name not in names:
            raise refused(label, f"it has no member {name!r}")


def _member(archive: zipfile.ZipFile, name: str, label: str) -> bytes:
    size = archive.getinfo(name).file_size
    with archive.open(name) as stream:
        # Never more than was announced, whatever the compressed data would unfold to.
        data = stream.read(size + 1)
    if len(data) != size:
        raise refused(label, f"its member {name!r} has not the size that it announces")
    return data


def _checked_entry(text: Any, label: str) -> dict[str, Any]:
    try:
        entry = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise refused(label, "its description of the model is not JSON") from error
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict) or "class_name" not in entry:
        raise refused(label, "its JSON does not describe a model")
    return entry


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(len(HDF5_START))
