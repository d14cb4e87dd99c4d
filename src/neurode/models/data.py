"""From what people pass to `fit` to rows on the device, checked at the border."""

import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, DataTypeError, ShapeError
from neurode.training import Rows
from neurode.typing import Columns


def to_inputs(x: Any, input_shape: Any = None) -> Any:
    """Inputs as float32 `(rows, …)`, or `Columns` as they are; checked against the model's input shape.

    Raises:
        DataTypeError: If values are not numbers.
        ShapeError: If rows do not have the model's shape, or there are none.
    """
    if isinstance(x, Columns):
        array: Any = Columns(np.asarray(x.numbers, np.float32), np.asarray(x.codes))
        shape: Any = Columns(array.numbers.shape[1:], array.codes.shape[1:])
    else:
        array = as_floats(x, "x")
        array = array[:, None] if array.ndim == 1 else array
        shape = array.shape[1:]
    if count_of(array) == 0:
        raise ShapeError("x has no rows")
    if input_shape is not None and shape != input_shape:
        raise ShapeError(
            f"the model takes rows of shape {_shown(input_shape)}, got {_shown(shape)}",
            hint="the number of columns of x must be the number the model was built for",
        )
    return array


def to_targets(y: Any, units: int, *, sparse: bool) -> np.ndarray:
    """Targets as float32 `(rows, units)`, or as class numbers `(rows,)` for a sparse loss.

    Raises:
        ShapeError: If the width is not the network's number of outputs.
        ArgumentError: If a class number is not from 0 to units - 1.
    """
    array = as_floats(y, "y")
    if sparse:
        array = array.reshape(len(array), -1)
        if array.shape[1] != 1:
            raise ShapeError(
                f"a sparse loss takes class numbers of shape ({len(array)},), got {np.shape(y)}",
                hint="use 'categorical_crossentropy' for one-hot targets",
            )
        labels = array[:, 0]
        if len(labels) and not (
            labels.min() >= 0 and labels.max() < units and np.all(labels == np.floor(labels))
        ):
            raise ArgumentError(
                f"class numbers from {labels.min():g} to {labels.max():g} for a network of {units} outputs",
                hint=f"class numbers are whole, from 0 to {units - 1}",
            )
        return labels.astype(np.int32)
    array = array[:, None] if array.ndim == 1 else array
    if array.shape[1:] != (units,):
        raise ShapeError(
            f"the network has {units} outputs, y has shape {np.shape(y)}",
            hint="use 'sparse_categorical_crossentropy' for class numbers"
            if array.shape[1] == 1
            else "y needs one column an output",
        )
    return array


def to_rows(x: Any, y: np.ndarray, weight: Float[np.ndarray, " rows"] | None) -> Rows:
    """The table on the device.

    Raises:
        ShapeError: If the parts have different numbers of rows.
    """
    counts = {"x": count_of(x), "y": len(y)} | ({} if weight is None else {"sample_weight": len(weight)})
    if len(set(counts.values())) > 1:
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ShapeError(f"different numbers of rows: {shown}")
    # Where memory allows it, the device reads the host's array in place.
    on_device = functools.partial(jax.device_put, may_alias=True)
    return Rows(*jax.tree.map(on_device, (x, y, weight)))


def to_weights(
    y: np.ndarray, sample_weight: Any = None, class_weight: Mapping[int, float] | None = None
) -> Float[np.ndarray, " rows"] | None:
    """One weight a row: the sample's times its class's.

    Raises:
        ArgumentError: If `class_weight` leaves out a class that y has.
    """
    weight = None if sample_weight is None else as_floats(sample_weight, "sample_weight").reshape(-1)
    if class_weight is None:
        return weight
    labels = y if y.ndim == 1 else y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    classes, index = np.unique(labels.astype(int), return_inverse=True)
    if missing := [int(c) for c in classes if c not in class_weight]:
        raise ArgumentError(
            f"class_weight has no weight for class {missing[0]}",
            available=f"classes of y: {classes.tolist()}",
        )
    by_class = np.array([class_weight[c] for c in classes], np.float32)[index]
    return by_class if weight is None else weight * by_class


def split_off(x: Any, y: Any, sample_weight: Any, share: float) -> tuple[tuple, tuple]:
    """The last `share` of the rows as validation data, before any shuffling, as in Keras."""
    rows = count_of(x)
    kept = int(rows * (1 - share))
    if not 0 < share < 1 or not 0 < kept < rows:
        raise ArgumentError(
            f"validation_split={share!r} of {rows} rows", hint="give a share that leaves rows on both sides"
        )
    parts = (x, y) if sample_weight is None else (x, y, sample_weight)
    cut = lambda begin, end: tuple(jax.tree.map(lambda a: a[begin:end], part) for part in parts)  # noqa: E731
    return cut(0, kept), cut(kept, rows)


def as_floats(values: Any, name: str) -> np.ndarray:
    """The values as a float32 array.

    Raises:
        DataTypeError: If they are not numbers.
    """
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    try:
        array = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise DataTypeError(
            f"{name} holds values that are not numbers ({type(values).__name__})",
            hint="a table with text or gaps goes into neurode.NeuralClassifier",
        ) from error
    if array.ndim == 0:
        raise ShapeError(f"{name} is a single value, not rows")
    return array


def count_of(x: Any) -> int:
    """The number of rows."""
    return len(jax.tree.leaves(x)[0])


def _shown(shape: Any) -> str:
    if isinstance(shape, Columns):
        return f"{shape.numbers[0]} numbers and {shape.codes[0]} categories"
    return str(shape)
