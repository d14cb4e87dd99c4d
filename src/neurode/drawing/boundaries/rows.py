"""The rows on a figure of a decision boundary: a marker and a colour for each class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.boundaries.grid import Axis, BoundaryGrid
from neurode.drawing.style import elided, palette
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 600
"""So many rows are drawn, evenly taken from all of them: more hide each other, and weigh in a page."""

MARKERS = ("o", "^", "s", "D", "v", "P", "X")

MOST_NAMED = 12
"""Of more classes the legend names the first."""

LONGEST_NAME = 24


@dataclass(frozen=True, eq=False)
class BoundaryRows:
    """The rows to draw on a grid.

    Attributes:
        x: The feature along the foot: numbers, or codes of categories.
        y: The feature up the side.
        target: The class code of each row, or its number.
    """

    x: np.ndarray
    y: np.ndarray
    target: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.x) == len(self.y) == len(self.target):
            raise ShapeError(f"{len(self.x)} rows of x, {len(self.y)} of y, {len(self.target)} of target")


def draw_rows(axes: "Axes", grid: BoundaryGrid, rows: BoundaryRows, classes: Sequence[str]) -> None:
    """Draws each row with the marker and colour of its class; the legend names the first twelve classes."""
    taken = taken_rows(len(rows.x))
    x, y = spread(rows.x[taken], grid.x, 1), spread(rows.y[taken], grid.y, 2)
    target = np.asarray(rows.target)[taken]
    series = palette().series
    for label, name in enumerate(classes):
        of_class = target == label
        axes.plot(
            x[of_class],
            y[of_class],
            linestyle="none",
            marker=MARKERS[label % len(MARKERS)],
            markersize=4.2 if len(taken) > 100 else 5.5,
            color=series[label % len(series)],
            markeredgecolor=palette().paper,
            markeredgewidth=0.6,
            label=elided(name, LONGEST_NAME) if label < MOST_NAMED else None,
            zorder=3,
        )
    if len(classes) > MOST_NAMED:
        axes.plot([], [], linestyle="none", label=f"{len(classes) - MOST_NAMED} more classes")
    tell_taken(axes, len(rows.x))


def taken_rows(rows: int) -> np.ndarray:
    """Some of the rows, by chance and always the same ones."""
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))


def tell_taken(axes: "Axes", rows: int) -> None:
    """Says in the legend that not all rows are drawn."""
    if rows > MOST_ROWS:
        axes.plot([], [], linestyle="none", label=f"{MOST_ROWS} of {rows:,} rows are drawn")


def spread(values: Any, axis: Axis, seed: int) -> np.ndarray:
    """Numbers as they are; rows of a category side by side within its band, always the same way."""
    places = np.asarray(values, dtype=np.float64)
    if axis.levels is None:
        return places
    return places + np.random.default_rng(seed).uniform(-0.36, 0.36, len(places))
