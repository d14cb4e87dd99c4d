"""The arrays of Keras's HDF5 files, by layer.

Only plain arrays of numbers are taken: no link to another file, nothing that unfolds to more than the file
has.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurode.errors import MissingPackageError, ModelFileError
from neurode.identifiers import snake_case
from neurode.models.keras_format.parts import is_operation, name_of, parts_of


def open_hdf5(source: Any, label: str) -> Any:
    """An HDF5 file for reading.

    Args:
        source: Its path, or its bytes as a stream.
        label: What to call it in messages.

    Raises:
        MissingPackageError: If h5py is not installed.
    """
    return _h5py(label).File(source, "r")


class Arrays:
    """Takes arrays out of an HDF5 file, in all no more bytes than the file has.

    Args:
        label: What to call the file in messages.
        size: Its bytes.
    """

    def __init__(self, label: str, size: int) -> None:
        self.label, self.left = label, size

    def by_class(self, entry: Mapping[str, Any], group: Any) -> dict[str, Any]:
        """The arrays of each layer by name, from groups that are numbered by class as in a `.keras` file.

        Args:
            entry: The model's entry.
            group: What the file holds for the model, None if nothing.
        """
        return self._by_class(entry, group, {})

    def by_name(self, entry: Mapping[str, Any], group: Any) -> dict[str, Any]:
        """The arrays of each layer by name, from groups named after the layers as in an old `.h5` file."""
        tree = {}
        for part in parts_of(entry):
            own = self._child(group, name_of(part))
            paths = [] if own is None else [_text(path) for path in own.attrs["weight_names"]]
            named = [(path, self._array(self._child(own, path), path)) for path in paths]
            tree[name_of(part)] = _dealt(part, named)
        return tree

    def _by_class(self, entry: Mapping[str, Any], group: Any, shared: dict[Any, Any]) -> dict[str, Any]:
        layers, tree, count = self._child(group, "layers"), {}, Counter[str]()
        for part in parts_of(entry):
            if is_operation(part):
                continue
            kind = snake_case(part["class_name"])
            number, count[kind] = count[kind], count[kind] + 1
            own = self._child(layers, f"{kind}_{number}" if number else kind)
            # A layer that is met again was written where it was met first.
            same = part.get("shared_object_id")
            if same is None or same not in shared:
                found = self._by_class(part, own, shared) if parts_of(part) else self._variables(own)
                shared |= {} if same is None else {same: found}
            else:
                found = shared[same]
            tree[name_of(part)] = found
        return tree

    def _variables(self, group: Any) -> list[np.ndarray]:
        own = self._child(group, "vars")
        names = [] if own is None else sorted(own, key=lambda name: (len(name), name))
        return [self._array(self._child(own, name), name) for name in names]

    def _child(self, group: Any, path: str) -> Any:
        """What the group itself holds under this path, None if nothing."""
        h5py = _h5py(self.label)
        for name in path.split("/"):
            if not isinstance(group, h5py.Group):
                return None
            link = group.get(name, getlink=True)
            if link is not None and not isinstance(link, h5py.HardLink):
                raise refused(self.label, f"{name!r} among its weights is a link to somewhere else")
            group = None if link is None else group[name]
        return group

    def _array(self, dataset: Any, name: str) -> np.ndarray:
        if not isinstance(dataset, _h5py(self.label).Dataset) or dataset.is_virtual or dataset.external:
            raise refused(self.label, f"{name!r} among its weights is not a plain array")
        if dataset.dtype.kind not in "fiu":
            raise refused(self.label, f"{name!r} among its weights does not hold numbers")
        self.left -= dataset.size * dataset.dtype.itemsize
        if self.left < 0:
            raise refused(self.label, "its weights unfold to more than the file holds")
        return np.asarray(dataset[()])


def refused(label: str, reason: str) -> ModelFileError:
    """The error for a file that is not read any further."""
    return ModelFileError(f"{label} is refused: {reason}", hint="save it again with Keras's model.save")


def _dealt(entry: Mapping[str, Any], named: list[tuple[str, np.ndarray]]) -> Any:
    """Deals a model's arrays out to the layers inside it, whose names are in the arrays' paths."""
    if not parts_of(entry):
        return [array for _, array in named]
    return {
        name_of(part): _dealt(part, [pair for pair in named if name_of(part) in pair[0].split("/")[:-1]])
        for part in parts_of(entry)
    }


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _h5py(label: str) -> Any:
    try:
        import h5py
    except ImportError as error:
        raise MissingPackageError(
            f"reading {label} needs the package 'h5py', which is not installed",
            hint='pip install "neurode[keras]"',
        ) from error
    return h5py
