"""SHAP values of many rows: a point a row, a line a column, coloured by the value that the row has there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.explanations.cells import as_numbers, cells_of, gaps_in
from neurode.drawing.explanations.strongest import MOST_COLUMNS, require_numbers, strongest
from neurode.drawing.explanations.swarm import swarm_offsets
from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import figure_style, new_axes, palette, text_width
from neurode.drawing.value_colors import low_to_high, shares_of_rank
from neurode.drawing.wording import more_columns, shorten_ticks
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 28

MOST_ROWS = 5_000
"""Of more rows, so many are drawn, evenly from the first to the last."""

MOST_OUTLINED = 1_000
"""More points than these are a picture inside an SVG or PDF, which else would weigh megabytes."""

DOTS_PER_INCH = 200
"""Of that picture."""

UNORDERED = -1.0

NARROW = 0.6
"""Of its breadth a swarm keeps where a column has gaps: their ticks stand close to it, far from the next."""

BELOW = 0.33
"""Where the ticks of gaps stand, from the middle of a line."""


def draw_beeswarm(
    columns: Sequence[str],
    values: Any,
    data: Any = None,
    label: str = "SHAP value: pushes the prediction down − or up +",
    most: int = MOST_COLUMNS,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws what each column adds to the prediction of each row, the strongest column on top.

    Numbers, flags and dates are coloured by their rank from low to high. Levels of a category have no order
    and are grey squares; gaps are ticks below the points.

    Args:
        columns: Their names.
        values: `(rows, columns)`, of one output.
        data: The rows' values: a frame or mapping with those columns, or an array; without it, points are
            grey.
        label: What the values are.
        most: Columns drawn one by one; the others are summed.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: If values, columns and data do not fit each other.
        ArgumentError: If a value is not finite.

    Example:
        >>> values = np.array([[0.1, -0.02], [-0.1, 0.03]])
        >>> axes = draw_beeswarm(["age", "region"], values, {"age": [60, 21], "region": ["A", None]})
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['age', 'region']
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['a number, by its rank', 'no order', 'missing']

    References:
        Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for trees",
        figure 4.
    """
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not len(matrix):
        raise ShapeError(f"values of shape {matrix.shape}", hint="give one output: (rows, columns)")
    require_numbers(columns, matrix, "values")
    kept = np.unique(np.linspace(0, len(matrix) - 1, min(len(matrix), MOST_ROWS)).astype(int))
    shown, rest = strongest(np.abs(matrix).mean(axis=0), most)
    names = elided_apart([columns[place] for place in shown], letters_beside(ax, LONGEST_NAME))
    lines = matrix[np.ix_(kept, shown)]
    shades = [_shade(data, columns[place], int(place), len(matrix))[kept] for place in shown]
    if len(rest):
        names.append(more_columns(len(rest)))
        lines = np.column_stack([lines, matrix[np.ix_(kept, rest)].sum(axis=1)])
        shades.append(np.full(len(kept), UNORDERED))
    with figure_style():
        axes = ax or _new_axes(len(names))
        ends = _ends(lines)
        breadth = NARROW if any(np.isnan(shade).any() for shade in shades) else 1.0
        heights = [
            _heights(line, shade, ends, breadth) + place
            for place, (line, shade) in enumerate(zip(lines.T, shades))
        ]
        _draw_points(axes, lines.T.ravel(), np.concatenate(heights), np.concatenate(shades))
        if any((shade >= 0).any() for shade in shades):
            _draw_scale(axes, len(names))
        _finish(axes, names, ends)
        note = f" ({len(kept):,} of {len(matrix):,} rows)" if len(kept) < len(matrix) else ""
        label_axes(axes, x=label + note, names=names)
    return axes


def _shade(data: Any, name: str, place: int, n_rows: int) -> np.ndarray:
    """From 0 to 1 the rank of each row's value, `UNORDERED` where it has none, NaN in a gap."""
    cells = cells_of(data, name, place)
    if cells is None:
        return np.full(n_rows, UNORDERED)
    if len(cells) != n_rows:
        raise ShapeError(f"{n_rows:,} rows of values, {len(cells):,} of data")
    numbers = as_numbers(cells)
    return np.where(gaps_in(cells), np.nan, UNORDERED) if numbers is None else shares_of_rank(numbers)


def _new_axes(n_lines: int) -> "Axes":
    axes = new_axes(6.4, 1.15 + 0.29 * n_lines)
    axes.figure.set_dpi(DOTS_PER_INCH)
    return axes


def _ends(lines: np.ndarray) -> tuple[float, float]:
    low, high = min(lines.min(), 0.0), max(lines.max(), 0.0)
    margin = 0.04 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _heights(line: np.ndarray, shades: np.ndarray, ends: tuple[float, float], breadth: float) -> np.ndarray:
    """How far each point of a line stands from its middle; gaps make a row of ticks below the swarm."""
    known = ~np.isnan(shades)
    heights = np.full(len(line), BELOW)
    heights[known] = breadth * swarm_offsets(line[known], ends)
    return heights


def _draw_points(axes: "Axes", x: np.ndarray, y: np.ndarray, shades: np.ndarray) -> None:
    many = len(x) > MOST_OUTLINED
    area = 5 if many else 12
    axes.axvline(0, color=palette().muted, linewidth=0.8)

    def draw(where: np.ndarray, **look: Any) -> None:
        axes.scatter(x[where], y[where], rasterized=many, zorder=3, **{"s": area, "linewidths": 0} | look)

    colors = low_to_high()
    ordered, gap = shades >= 0, np.isnan(shades)
    if ordered.any():
        draw(ordered, c=colors(shades[ordered]))
        # The legend's own sign has the colour from the middle of the scale.
        axes.scatter([], [], s=12, color=colors(0.5), linewidths=0, label="a number, by its rank")
    if (shades == UNORDERED).any():
        draw(shades == UNORDERED, marker="s", color=palette().muted, label="no order")
    if gap.any():
        draw(gap, s=10, linewidths=0.6, marker="|", color=palette().ink, label="missing")


def _draw_scale(axes: "Axes", n_lines: int) -> None:
    from matplotlib.cm import ScalarMappable

    scale = ScalarMappable(cmap=low_to_high())
    bar = axes.figure.colorbar(scale, ax=axes, fraction=0.03, pad=0.02, aspect=max(6, 2 * n_lines))
    bar.set_ticks([0, 1], labels=["low", "high"])
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)


def _finish(axes: "Axes", names: list[str], ends: tuple[float, float]) -> None:
    axes.set_yticks(np.arange(len(names)), names)
    axes.set(xlim=ends, ylim=(len(names) - 0.4, -0.6))
    shorten_ticks(axes.xaxis)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    beside = max(text_width(name, 8) for name in names)
    legend_above(axes, most=3, handle=1.0, beside=beside, handletextpad=0.2, markerscale=1.3)
