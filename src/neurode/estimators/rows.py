"""The rows that an estimator is given: a raw table or an array, as one frame, with scikit-learn's checks."""

from typing import Any

import numpy as np
import polars as pl
from sklearn.utils.validation import _check_feature_names, _check_sample_weight, validate_data

from neurode.errors import ArgumentError, TableError
from neurode.tables import read_table


def read_rows(estimator: Any, X: Any, *, reset: bool) -> pl.DataFrame:
    """The rows as a frame; an array gets the columns `x0`, `x1`, ….

    Args:
        estimator: Whose `feature_names_in_` and `n_features_in_` are set or looked at.
        X: A frame of any library, a path, a dict of columns, or an array or list of rows.
        reset: Whether this is what the estimator is fitted on.

    Raises:
        TypeError, ValueError: `X` is sparse or complex, or no table.
        TableError: It is a table that cannot be read, or holds infinite numbers.
        ValueError: An array has another number of columns than the one that was fitted.
    """
    if is_table(X):
        return _read_table(estimator, X, reset)
    array = validate_data(
        estimator, X, reset=reset, dtype=None, ensure_all_finite=False, accept_sparse=False
    )  # fmt: skip
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise TableError(
            "Input X contains infinity or a value too large for float32",
            hint="replace it by a number, or by NaN where nothing is known",
        )
    frame = read_table(array)
    names = None if reset else getattr(estimator, "feature_names_in_", None)
    # By place: what an array calls its columns, nobody knows.
    return frame if names is None else frame.rename(dict(zip(frame.columns, map(str, names))))


def is_table(X: Any) -> bool:
    """Whether `X` has columns with names, or is the path of something that has."""
    if isinstance(X, list):
        # Several paths are one table; rows are not.
        return bool(X) and all(isinstance(part, str) for part in X)
    if isinstance(X, np.ndarray) or hasattr(X, "tocsr"):
        return False
    return isinstance(X, (str, dict)) or hasattr(X, "__fspath__") or _is_lazy(X) or hasattr(X, "columns")


def array_kinds(X: Any, frame: pl.DataFrame) -> dict[str, str]:
    """The kinds of the columns of an array of numbers: all numbers, whatever they look like.

    Example:
        >>> array_kinds(np.zeros((2, 1)), pl.DataFrame({"x0": [0.0, 0.0]}))
        {'x0': 'number'}
    """
    if is_table(X):
        return {}
    return {values.name: "number" for values in frame if values.dtype.is_numeric()}


def row_weights(sample_weight: Any, n_rows: int) -> np.ndarray | None:
    """One weight a row, float32; None where all are 1.

    Raises:
        ValueError: There are too few, or a negative one.
    """
    if sample_weight is None:
        return None
    weight = _check_sample_weight(
        sample_weight, np.empty((n_rows, 1)), dtype=np.float32, ensure_non_negative=True
    )
    return None if (weight == 1).all() else weight


def _read_table(estimator: Any, X: Any, reset: bool) -> pl.DataFrame:
    frame = read_table(X)
    if reset:
        estimator.n_features_in_ = frame.width
        estimator.feature_names_in_ = np.asarray(frame.columns, dtype=object)
        return frame
    if not hasattr(estimator, "feature_names_in_"):
        # Fitted on an array: scikit-learn's warning, and columns by place.
        _check_feature_names(estimator, X, reset=False)
        if frame.width != estimator.n_features_in_:
            raise TableError(
                f"X has {frame.width} features, but {type(estimator).__name__} is expecting "
                f"{estimator.n_features_in_} features as input"
            )
        frame.columns = [f"x{place}" for place in range(frame.width)]
    return frame


def _is_lazy(X: Any) -> bool:
    return hasattr(X, "collect_schema") or hasattr(X, "__dataframe__") or hasattr(X, "__arrow_c_stream__")


def check_given(y: Any, estimator: Any) -> Any:
    """The target, once there is one."""
    if y is None:
        raise ArgumentError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None",
            hint="give one value a row; the table that is X does not hold the target",
        )
    return y
