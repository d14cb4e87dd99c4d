"""The columns of a table in words, and the features that the table encoding makes of them."""

from typing import Any

import numpy as np

from neurode.layers import TableEncoding
from neurode.layers.encoding import PIECES
from neurode.tables import Encoding
from neurode.typing import Columns

MISSING, UNSEEN = "missing", "unseen"


def column_names(encoding: Encoding | None, columns: Columns) -> tuple[str, ...]:
    """A name for each column: its own, or its kind and number where nothing is known of the table.

    Example:
        >>> column_names(None, Columns(np.zeros((1, 1)), np.zeros((1, 2), np.uint8)))
        ('number 0', 'code 0', 'code 1')
    """
    if encoding is not None:
        return encoding.names
    numbers, codes = (part.shape[1] for part in columns)
    return (*(f"number {i}" for i in range(numbers)), *(f"code {i}" for i in range(codes)))


def cells(encoding: Encoding | None, columns: Columns) -> np.ndarray:
    """The rows in the words of the table: numbers, levels, gaps; codes where nothing is known of it.

    Example:
        >>> cells(None, Columns(np.array([[0.5, np.nan]], np.float32), np.array([[3]], np.uint8))).tolist()
        [[0.5, nan, 3]]
    """
    numbers, codes = (np.asarray(part) for part in columns)
    words: Any = codes.astype(object)
    for place, category in enumerate(() if encoding is None else encoding.categories):
        levels = np.array([MISSING, UNSEEN, *category.levels], object)
        words[:, place] = levels[codes[:, place]]
    return np.hstack([numbers.astype(object), words])


def feature_names(layer: TableEncoding, encoding: Encoding | None, columns: Columns) -> tuple[str, ...]:
    """What each feature says of which column.

    Example:
        >>> layer = TableEncoding(gaps=(True,), cardinalities=(4,), scaling="standard")
        >>> feature_names(layer, None, Columns(np.zeros((1, 1)), np.zeros((1, 1), np.uint8)))
        ('number 0', 'number 0 is missing', 'code 0 is missing', 'code 0 = 2', 'code 0 = 3')
    """
    names, n_numbers = column_names(encoding, columns), len(layer.gaps)
    owners = layer.columns_of_features()
    found = []
    if layer.scaling == "piecewise":
        found += [f"{name} ({part})" for part in ("scaled", "rank") for name in names[:n_numbers]]
        found += [f"{name} (bin {i + 1})" for name in names[:n_numbers] for i in range(PIECES)]
    else:
        found += list(names[:n_numbers])
    found += [f"{name} is {MISSING}" for name, gap in zip(names, layer.gaps) if gap]
    for column in dict.fromkeys(owners[len(found) :].tolist()):
        category, name, count = column - n_numbers, names[column], int((owners == column).sum())
        found += _features_of_category(layer, encoding, category, name, count)
    return tuple(found)


def _features_of_category(
    layer: TableEncoding, encoding: Encoding | None, category: int, name: str, count: int
) -> list[str]:
    codes = layer.cardinalities[category]
    if codes > layer.one_hot_limit:
        return [f"{name} [{place}]" for place in range(count)]
    levels = range(2, codes) if encoding is None else encoding.categories[category].levels
    # "Missing" has a feature only where training rows have gaps; "unseen" has none.
    missing = [f"{name} is {MISSING}"] if count > codes - 2 else []
    return [*missing, *(f"{name} = {level}" for level in levels)]
