"""From what people pass to `fit` to rows on the device, checked at the border."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from neurode import losses
from neurode.errors import ArgumentError, DataTypeError, ShapeError, UnknownNameError
from neurode.losses import Loss
from neurode.training import Rows
from neurode.typing import Columns

Weights = tuple[Float[np.ndarray, " rows"] | None, ...]
"""For each output one weight a row, or None where all count the same."""


class InputSpec(NamedTuple):
    """What one input takes: rows of a shape (None if not known yet), of a dtype."""

    name: str
    shape: Any = None
    dtype: str = "float32"


class TargetSpec(NamedTuple):
    """What one output is compared with: the shape of its rows, and the loss or None."""

    name: str
    shape: tuple[int, ...]
    loss: Loss | None


def to_inputs(x: Any, specs: Sequence[InputSpec]) -> Any:
    """Inputs as arrays `(rows, …)`, one or a tuple, checked against what the network takes.

    Raises:
        DataTypeError: If values are not numbers.
        ShapeError: If rows do not have the network's shape, or there are none.
        UnknownNameError: If a dict lacks an input.
    """
    if len(specs) == 1:
        return _input(_named(x, specs)[0] if isinstance(x, Mapping) else _alone(x), specs[0])
    if isinstance(x, Mapping) or hasattr(x, "columns"):
        x = _named(x, specs)
    if not isinstance(x, list | tuple) or len(x) != len(specs):
        count = len(x) if isinstance(x, list | tuple) else 1
        raise ShapeError(
            f"the model takes {len(specs)} inputs, got {count}",
            hint=f"pass a list in the order {', '.join(spec.name for spec in specs)}, or a dict by name",
        )
    return tuple(_input(part, spec) for part, spec in zip(x, specs))


def to_targets(y: Any, specs: Sequence[TargetSpec]) -> tuple[np.ndarray, ...]:
    """A target for each output: float32 in the output's shape, or class numbers for a sparse loss.

    Raises:
        ShapeError: If a shape is not that of the output.
        ArgumentError: If a target is outside the range of its loss.
        UnknownNameError: If a dict lacks an output.
    """
    parts = by_output(y, [spec.name for spec in specs], "y")
    return tuple(_target(part, spec) for part, spec in zip(parts, specs))


def by_output(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """One entry for each output, from a list, a dict by name, or a single one."""
    if isinstance(value, Mapping):
        if unknown := [name for name in value if name not in names]:
            raise UnknownNameError("output", unknown[0], list(names))
        return [value.get(name) for name in names]
    if len(names) == 1:
        is_wrapped = isinstance(value, list | tuple) and len(value) == 1 and np.ndim(value[0]) > 0
        return [value[0] if is_wrapped else value]
    if value is None:
        return [None] * len(names)
    if not isinstance(value, list | tuple) or len(value) != len(names):
        raise ShapeError(
            f"the network has {len(names)} outputs, {what} is {type(value).__name__}"
            + (f" of {len(value)}" if isinstance(value, list | tuple) else ""),
            hint=f"pass a list in the order {', '.join(names)}, or a dict by name",
        )
    return list(value)


def to_rows(x: Any, y: tuple[np.ndarray, ...], weight: tuple[Any, ...]) -> Rows:
    """The table on the device.

    Raises:
        ShapeError: If the parts have different numbers of rows.
    """
    # Where memory allows it, the device reads the host's array in place.
    on_device = functools.partial(jax.device_put, may_alias=True)
    return Rows(*jax.tree.map(on_device, tuple(host_rows(x, y, weight))))


def host_rows(x: Any, y: tuple[np.ndarray, ...], weight: tuple[Any, ...]) -> Rows:
    """The table as it is on the host.

    Raises:
        ShapeError: If the parts have different numbers of rows.
    """
    weights = [len(part) for part in weight if part is not None]
    counts = {"x": count_of(x), "y": len(y[0])} | ({"sample_weight": weights[0]} if weights else {})
    every = [len(leaf) for leaf in jax.tree.leaves((x, y))] + weights
    if len(set(every)) > 1:
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ShapeError(f"different numbers of rows: {shown}")
    return Rows(x, y, weight)


def to_weights(sample_weight: Any, names: Sequence[str]) -> Weights:
    """One weight a row for each output; a single array counts for all of them."""
    single = sample_weight is not None and not isinstance(sample_weight, list | tuple | Mapping)
    given = [sample_weight] * len(names) if single else by_output(sample_weight, names, "sample_weight")
    return tuple(None if part is None else as_floats(part, "sample_weight").reshape(-1) for part in given)


def with_class_weights(weights: Weights, y: tuple[np.ndarray, ...], class_weight: Any) -> Weights:
    """The weights of rows times those of their classes; a class that is left out counts 1, as in Keras.

    Raises:
        ArgumentError: If there are several outputs.
    """
    if class_weight is None:
        return weights
    if len(y) > 1:
        raise ArgumentError(
            f"class_weight for a network of {len(y)} outputs",
            hint="pass sample_weight, a list with one array for each output",
        )
    by_class = _class_weights(y[0], class_weight)
    return (by_class if weights[0] is None else weights[0] * by_class,)


def split_off(table: Rows, share: float) -> tuple[Rows, Rows]:
    """The last `share` of the rows as validation data, before any shuffling, as in Keras."""
    rows = table.size
    kept = int(rows * (1 - share))
    if not 0 < share < 1 or not 0 < kept < rows:
        raise ArgumentError(
            f"validation_split={share!r} of {rows} rows", hint="give a share that leaves rows on both sides"
        )
    cut = lambda begin, end: jax.tree.map(lambda a: a[begin:end], table)  # noqa: E731
    return cut(0, kept), cut(kept, rows)


def as_floats(values: Any, name: str) -> np.ndarray:
    """The values as a float32 array.

    Raises:
        DataTypeError: If they are not numbers.
    """
    return _as_array(values, name, np.float32)


def count_of(x: Any) -> int:
    """The number of rows."""
    return len(jax.tree.leaves(x)[0])


def _as_array(values: Any, name: str, dtype: Any) -> np.ndarray:
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    try:
        array = np.asarray(values, dtype)
    except (TypeError, ValueError) as error:
        raise DataTypeError(
            f"{name} holds values that are not numbers ({type(values).__name__})",
            hint="a table with text or gaps goes into neurode.NeuralClassifier",
        ) from error
    if array.ndim == 0:
        raise ShapeError(f"{name} is a single value, not rows")
    return array


def _input(x: Any, spec: InputSpec) -> Any:
    if isinstance(x, Columns):
        array: Any = Columns(np.asarray(x.numbers, np.float32), np.asarray(x.codes))
        shape: Any = Columns(array.numbers.shape[1:], array.codes.shape[1:])
    else:
        if spec.dtype == "string":
            raise DataTypeError(
                f"the input {spec.name!r} is text, which no device computes with",
                hint="call StringLookup on the column first, and give the network an integer input",
            )
        # A whole number of any size is exact in float32 up to 2**24; an integer input takes the rest.
        array = _as_array(x, "x", np.int32 if spec.dtype == "int32" else np.float32)
        if array.ndim == 1 and spec.shape != ():
            array = array[:, None]
        shape = array.shape[1:]
    if count_of(array) == 0:
        raise ShapeError("x has no rows")
    if spec.shape is not None and shape != spec.shape:
        raise ShapeError(
            f"the model takes rows of shape {_shown(spec.shape)}, got {_shown(shape)}",
            hint="a single row goes in as x[None]"
            if getattr(x, "shape", None) == spec.shape
            else "the number of columns of x must be the number the model was built for",
        )
    return array


def _target(y: Any, spec: TargetSpec) -> np.ndarray:
    if y is None:
        raise ArgumentError(f"no target for the output {spec.name!r}", hint="pass y for every output")
    array = as_floats(y, "y")
    if spec.loss is None or not losses.is_built_in(spec.loss):
        return array[:, None] if array.ndim == len(spec.shape) and spec.shape[-1:] == (1,) else array
    if spec.loss.sparse:
        return _class_numbers(array, spec)
    if array.ndim == len(spec.shape) and spec.shape[-1:] == (1,):
        array = array[..., None]
    if array.shape[1:] != spec.shape:
        units = spec.shape[-1] if spec.shape else 1
        raise ShapeError(
            f"the network has {units} outputs, y has shape {np.shape(y)}",
            hint="use 'sparse_categorical_crossentropy' for class numbers"
            if array.shape[-1] == 1 or array.ndim == 1
            else "y needs one column an output",
        )
    if spec.loss.link in ("sigmoid", "softmax") and not (array.min() >= 0 and array.max() <= 1):
        low, high = array.min(), array.max()
        raise ArgumentError(
            f"targets from {low:g} to {high:g} for {type(spec.loss).__name__}, which takes 0 to 1",
            hint="code the classes as 0 and 1"
            if spec.loss.link == "sigmoid"
            else "use one-hot targets, or 'sparse_categorical_crossentropy' for class numbers",
        )
    return array


def _class_numbers(array: np.ndarray, spec: TargetSpec) -> np.ndarray:
    units, axes = spec.shape[-1], len(spec.shape)
    if array.ndim == axes + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.shape[1:] != spec.shape[:-1]:
        raise ShapeError(
            f"a sparse loss takes class numbers of shape ({len(array)},), got {array.shape}",
            hint="use 'categorical_crossentropy' for one-hot targets",
        )
    ignored = getattr(spec.loss, "ignore_class", None)
    counted = array if ignored is None else array[array != ignored]
    if counted.size and not (
        counted.min() >= 0 and counted.max() < units and np.all(counted == np.floor(counted))
    ):
        raise ArgumentError(
            f"class numbers from {counted.min():g} to {counted.max():g} for a network of {units} outputs",
            hint=f"class numbers are whole, from 0 to {units - 1}",
        )
    return array.astype(np.int32)


def _class_weights(y: np.ndarray, class_weight: Any) -> Float[np.ndarray, " rows"]:
    labels = y if y.ndim == 1 else y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    classes, index, counts = np.unique(labels.astype(int), return_inverse=True, return_counts=True)
    if isinstance(class_weight, str) and class_weight == "balanced":
        return (len(labels) / (len(classes) * counts)).astype(np.float32)[index]
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            f"class_weight={class_weight!r}", hint='give a dict such as {0: 1.0, 1: 5.0}, or "balanced"'
        )
    return np.array([class_weight.get(int(c), 1.0) for c in classes], np.float32)[index]


def _named(x: Any, specs: Sequence[InputSpec]) -> list[Any]:
    """The entries of a dict, or the columns of a frame, in the order of the inputs."""
    names = [str(name) for name in (x.columns if hasattr(x, "columns") else x)]
    if missing := [spec.name for spec in specs if spec.name not in names]:
        raise UnknownNameError("input", missing[0], names)
    return [x[spec.name] for spec in specs]


def _alone(x: Any) -> Any:
    """What a list of one input holds, which people pass where several would be."""
    is_wrapped = isinstance(x, list | tuple) and not isinstance(x, Columns) and len(x) == 1
    return x[0] if is_wrapped and np.ndim(x[0]) > 1 else x


def _shown(shape: Any) -> str:
    if isinstance(shape, Columns):
        return f"{shape.numbers[0]} numbers and {shape.codes[0]} categories"
    return str(shape)
