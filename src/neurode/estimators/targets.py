"""What an estimator is to learn: classes, labels of which several may hold, or numbers."""

import warnings
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from sklearn.exceptions import DataConversionWarning

from neurode.errors import ArgumentError, TableError, UnknownNameError
from neurode.tables import EncodedTarget, class_values, encode_target, numeric_target, read_table


class Target(NamedTuple):
    """A target, for the rows that have one.

    Attributes:
        known: A bool a row of the table: whether it has a target.
        values: Class codes `(rows,)`, labels `(rows, labels)` of 0 and 1, or numbers `(rows, targets)`.
        names: The classes, the labels, or the targets; empty where targets have no name.
        strata: Codes by which a split keeps the shares alike, where there is one.
        is_flat: Whether there is one value a row.
    """

    known: np.ndarray
    values: np.ndarray
    names: tuple[Any, ...]
    strata: np.ndarray | None = None
    is_flat: bool = True


def read_classes(y: Any, positive: Any = None) -> Target:
    """Classes, or labels where `y` has several columns of 0 and 1.

    Raises:
        TableError: It can be neither, or there is one class.
        UnknownNameError: If `positive` is no class of it.

    Example:
        >>> read_classes(["paid", "late", "paid"]).names, read_classes([[1, 0], [1, 1]]).is_flat
        (('late', 'paid'), False)
    """
    columns = _columns(y)
    if columns is None:
        y = _one_column(y)
        _refuse_continuous(y)
        target = encode_target(y, str(getattr(y, "name", None) or ""), least_rows=1)
        classes, codes = order_classes(target, positive)
        return Target(target.known, codes, classes, codes)
    names, values = columns
    if not np.isin(values, (0, 1)).all():
        raise TableError(
            f"Unknown label type: {values.shape[1]} columns of more than 0 and 1",
            hint="several labels are 0/1 columns; several classes are one column",
        )
    if positive is not None:
        raise ArgumentError(f"positive={positive!r} with several labels", hint="leave it out")
    return Target(np.ones(len(values), bool), values.astype(np.float32), names, is_flat=False)


def read_numbers(y: Any) -> Target:
    """Numbers, one target or several.

    Raises:
        TableError: A value is no number, or infinite.

    Example:
        >>> read_numbers([1.0, None, 3.0]).values.tolist()
        [[1.0], [3.0]]
    """
    columns = _columns(y)
    if columns is None:
        y = _one_column(y)
        name, numbers = str(getattr(y, "name", None) or ""), numeric_target(y)
        known = ~np.isnan(numbers)
        return Target(known, numbers[known, None], (name,) if name else ())
    names, several = columns
    if np.isinf(several).any():
        raise TableError("Input y contains infinity or a value too large for float32")
    known = ~np.isnan(several).any(axis=1)
    if not known.any():
        raise TableError("no row has all targets", hint="check the target columns")
    return Target(known, several[known], names, is_flat=False)


def order_classes(target: EncodedTarget, positive: Any = None) -> tuple[tuple, np.ndarray]:
    """The classes and the codes of the rows, with `positive` as the second of two.

    Raises:
        UnknownNameError: If `positive` is no class of the target.
        ArgumentError: If there are more than two classes.

    Example:
        >>> order_classes(encode_target(["bad", "good", "bad", "good"]), positive="bad")
        (('good', 'bad'), array([1, 0, 1, 0], dtype=int32))
    """
    if positive is None:
        return target.classes, target.codes
    words = list(map(str, target.classes))
    if str(positive) not in words:
        raise UnknownNameError("class", positive, words)
    if len(words) > 2:
        raise ArgumentError(
            f"positive={positive!r} with {len(words)} classes",
            hint="a positive class needs exactly two classes",
        )
    if words.index(str(positive)) == 1:
        return target.classes, target.codes
    return target.classes[::-1], 1 - target.codes


def codes_of(y: Any, classes: np.ndarray) -> np.ndarray:
    """The place of each value among the classes.

    Raises:
        TableError: If a value is none of them.

    Example:
        >>> codes_of(["b", "a"], np.array(["a", "b"]))
        array([1, 0])
    """
    labels = class_values(_one_column(y)).to_numpy()
    matches = labels[:, None] == classes[None, :]
    if not matches.any(axis=1).all():
        strange = labels[~matches.any(axis=1)][0]
        raise TableError(
            f"the target has {strange!r}, which is none of the classes that were fitted",
            available=f"classes: {', '.join(map(str, classes))}",
        )
    return matches.argmax(axis=1)


def _columns(y: Any) -> tuple[tuple[str, ...], np.ndarray] | None:
    """Names and float64 values where `y` has several columns; None where it has one."""
    if hasattr(y, "columns"):
        frame = read_table(y)
        if frame.width == 1:
            return None
        numbers = [numeric_target(values) for values in frame]
        return tuple(frame.columns), np.stack(numbers, axis=1)
    if hasattr(y, "tocsr"):
        return (), np.asarray(y.todense(), np.float64)
    if isinstance(y, pl.Series):
        return None
    array = _array(y)
    if array.ndim != 2 or array.shape[1] == 1:
        return None
    if array.dtype.kind in "biuf":
        return (), array.astype(np.float64)
    return (), np.stack([numeric_target(column) for column in array.T], axis=1)


def _array(y: Any) -> np.ndarray:
    try:
        return np.asarray(y)
    except ValueError:
        raise TableError(
            "y holds rows of different lengths", hint="give one value a row, or as many in each"
        ) from None


def _one_column(y: Any) -> Any:
    """`y` without a second axis of one column; scikit-learn's warning says so."""
    if hasattr(y, "columns"):
        return read_table(y).to_series()
    array = _array(y)
    if array.ndim == 1:
        # A list or a series knows its gaps better than an array of it.
        return y if isinstance(y, (list, tuple)) or hasattr(y, "dtype") else array
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
            "(n_samples,), for example using ravel().",
            DataConversionWarning,
            stacklevel=5,
        )
        return array[:, 0]
    raise TableError(
        f"y should be a 1d array, got an array of shape {array.shape} instead",
        hint="give one value a row",
    )


def _refuse_continuous(y: Any) -> None:
    array = y.to_numpy() if isinstance(y, pl.Series) else _array(y)
    if array.dtype.kind != "f":
        return
    if np.isinf(array).any():
        raise TableError("Input y contains infinity or a value too large for dtype('float64').")
    if (array[~np.isnan(array)] % 1).any():
        raise TableError(
            "Unknown label type: continuous. The target holds numbers with fractions, not classes",
            hint="predict numbers with NeuralRegressor, or cut the target into a few classes",
        )
