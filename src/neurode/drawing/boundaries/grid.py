"""A model's answers over two features, on a grid that a figure can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, DataTypeError, ShapeError

POINTS = 120
"""Points of a side: finer ones are not told apart in a figure of this size."""

ROOM = 0.06
"""What is shown beyond the rows, as a share of their span."""

EDGE = 0.499
"""Where the band of a category begins and ends around its place: bands touch and do not overlap."""


@dataclass(frozen=True, eq=False)
class Axis:
    """A feature along a side of the figure.

    Attributes:
        name: Of the feature.
        places: Where the model was asked, rising. A category has two places, the ends of its band.
        values: What it was asked there: a number, or the code of the category.
        levels: The names of the categories; None for numbers.
    """

    name: str
    places: np.ndarray
    values: np.ndarray
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class BoundaryGrid:
    """A model's answers over two features.

    Attributes:
        x: The feature along the foot.
        y: The feature up the side.
        answers: `(outputs, places of y, places of x)`: one output for the probability of the positive class
            of two or for a number, one a class for more classes.
    """

    x: Axis
    y: Axis
    answers: np.ndarray


def number_axis(name: str, values: Any, points: int = POINTS) -> Axis:
    """An axis that spans some numbers, with a little room.

    Args:
        name: Of the feature.
        values: Of the rows, or the two ends; what is not finite is left out.
        points: How many places.

    Example:
        >>> number_axis("income", [0, 100], points=3).places
        array([ -6.,  50., 106.])
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        raise ArgumentError(f"no number among the values of {name!r}")
    low, high = float(known.min()), float(known.max())
    room = ROOM * (high - low) or max(abs(low), 1.0) / 2
    places = np.linspace(low - room, high + room, points)
    return Axis(name, places, places)


def category_axis(name: str, levels: Sequence[object]) -> Axis:
    """An axis with a band for each category; the model is asked for codes from 0.

    Example:
        >>> category_axis("grade", ["A", "B"]).places
        array([-0.499,  0.499,  0.501,  1.499])
    """
    if not len(levels):
        raise ArgumentError(f"{name!r} has no categories")
    codes = np.repeat(np.arange(len(levels), dtype=np.float64), 2)
    places = codes + np.tile([-EDGE, EDGE], len(levels))
    return Axis(name, places, codes, tuple(map(str, levels)))


def boundary_grid(predict: Any, x: Axis, y: Axis) -> BoundaryGrid:
    """Asks a model at every place of two axes, in one call.

    Args:
        predict: A function from an `(n, 2)` float64 array of x and y to `(n,)` or `(n, 1)` numbers or
            probabilities of the positive class, or `(n, classes)` probabilities; of two classes the second is
            kept.
        x: The feature along the foot.
        y: The feature up the side.

    Raises:
        ShapeError: The answers are not one a row.
        ArgumentError: An answer is not finite.

    Example:
        >>> axes = number_axis("a", [0, 1], points=2), category_axis("b", ["u", "v"])
        >>> boundary_grid(lambda rows: rows[:, 0] > 0, *axes).answers
        array([[[0., 1.],
                [0., 1.],
                [0., 1.],
                [0., 1.]]])
    """
    if not callable(predict):
        raise DataTypeError(
            f"{type(predict).__name__} is no function", hint="give a function of (n, 2) arrays"
        )
    # A band is one answer: the model is asked once for a category.
    x_values, x_of = np.unique(x.values, return_inverse=True)
    y_values, y_of = np.unique(y.values, return_inverse=True)
    rows = np.stack(np.meshgrid(x_values, y_values), axis=-1).reshape(-1, 2)
    answers = _checked(predict(rows), len(rows))
    by_place = answers.T.reshape(-1, len(y_values), len(x_values))
    return BoundaryGrid(x, y, by_place[:, y_of][:, :, x_of])


def _checked(answers: Any, rows: int) -> Float[np.ndarray, "rows outputs"]:
    array = np.asarray(answers, dtype=np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or len(array) != rows or not array.shape[1]:
        raise ShapeError(
            f"asked for {rows} rows, the function gave shape {np.shape(answers)}",
            available="shapes: (rows,), (rows, 1) or (rows, classes)",
        )
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array).all(axis=1)))
        raise ArgumentError(f"{bad} of {rows} answers are not finite numbers")
    return array[:, 1:] if array.shape[1] == 2 else array
