"""Where a model decides how: its answers over two features, and the rows that it was to tell apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.boundaries.grid import Axis, BoundaryGrid
from neurode.drawing.boundaries.rows import (
    LONGEST_NAME,
    MOST_NAMED,
    BoundaryRows,
    draw_rows,
    spread,
    taken_rows,
    tell_taken,
)
from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import elided, figure_style, new_axes, palette
from neurode.drawing.wording import shorten_ticks
from neurode.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCHES = ("", "///", "\\\\\\", "---", "|||")
"""As many as make their pairs with the six colours differ: neighbours in print have their own."""

STEPS = 5
"""Shades on either side of the line."""

LONGEST_LEVEL = 12


def draw_decision_boundary(
    grid: BoundaryGrid,
    rows: BoundaryRows | None = None,
    classes: Sequence[str] | None = ("negative", "positive"),
    threshold: float | int = 0.5,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws a model's answers over two features as shades, the decision as a line, rows as markers.

    Of two classes, the shades are the probability of the second one on either side of the threshold. Of more,
    each class has the colour and hatch of where it is the likeliest. Numbers are shades with labelled lines.

    Args:
        grid: Such as `boundary_grid` gives.
        rows: Rows with their class or number; at most 600 of them are drawn.
        classes: The name of each class; None where the answers are numbers.
        threshold: For two classes: from here on a row is called positive.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: There are more or fewer names than classes.

    Example:
        >>> from neurode.drawing.boundaries.grid import boundary_grid, number_axis
        >>> side = number_axis("a", [-2, 2], 30)
        >>> grid = boundary_grid(lambda rows: 1 / (1 + np.exp(-rows.sum(axis=1))), side, side)
        >>> rows = BoundaryRows(np.array([-1.0, 1.0]), np.array([0.0, 0.5]), np.array([0, 1]))
        >>> axes = draw_decision_boundary(grid, rows, ["paid", "default"])
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['paid', 'default', 'threshold 0.5']
    """
    n_outputs = len(grid.answers)
    _check(n_outputs, rows, classes)
    with figure_style():
        axes = ax or new_axes(5.0, 4.4)
        if classes is None:
            _draw_numbers(axes, grid, rows)
        elif n_outputs == 1:
            _draw_two(axes, grid, float(threshold), classes[1])
        else:
            _draw_many(axes, grid)
        if rows is not None and classes is not None:
            draw_rows(axes, grid, rows, classes)
        elif classes is not None and n_outputs > 1:
            _name_areas(axes, classes)
        if classes is not None and n_outputs == 1:
            axes.plot([], [], color=palette().ink, linewidth=1.4, label=f"threshold {threshold:.3g}")
        _label(axes, grid.x, along_foot=True)
        _label(axes, grid.y, along_foot=False)
        axes.grid(visible=False)
        legend_above(axes, beside=0.4 if n_outputs == 1 else 0.0)
    return axes


def _check(n_outputs: int, rows: BoundaryRows | None, classes: Sequence[str] | None) -> None:
    n_classes = 0 if classes is None else len(classes)
    if n_outputs != (1 if n_classes in (0, 2) else n_classes) or n_classes == 1:
        named = f"{n_classes} class name{'s' * (n_classes != 1)}"
        raise ShapeError(
            f"{named} for {n_outputs} output{'s' * (n_outputs > 1)}",
            hint="one output is for two classes, or for a number with classes=None",
        )
    if rows is None or classes is None or not len(rows.target):
        return
    low, high = np.min(rows.target), np.max(rows.target)
    if not 0 <= low <= high < len(classes):
        raise ArgumentError(
            f"the rows have classes from {low} to {high}", available=f"codes: 0 to {len(classes) - 1}"
        )


def _draw_two(axes: "Axes", grid: BoundaryGrid, threshold: float, positive: str) -> None:
    from matplotlib.colors import to_rgba

    if not 0 < threshold < 1:
        raise ArgumentError(
            f"threshold={threshold:g}", hint="a line between the classes lies above 0 and below 1"
        )
    below = np.linspace(0, threshold, STEPS + 1)
    above = np.linspace(threshold, 1, STEPS + 1)
    shades = np.linspace(0.06, 0.4, STEPS)
    colors = [to_rgba(palette().blue, shade) for shade in shades[::-1]]
    colors += [to_rgba(palette().vermillion, shade) for shade in shades]
    answers = np.clip(grid.answers[0], 0, 1)
    x, y = grid.x.places, grid.y.places
    filled = axes.contourf(x, y, answers, np.append(below, above[1:]), colors=colors)
    if answers.max() >= threshold:
        _hatch(axes, grid, answers, threshold, palette().vermillion, HATCHES[1])
    if answers.min() < threshold <= answers.max():
        axes.contour(x, y, answers, [threshold], colors=[palette().ink], linewidths=1.4)
    _bar(axes, filled, f"probability of {elided(positive, LONGEST_NAME)}", [0, threshold, 1])


def _draw_many(axes: "Axes", grid: BoundaryGrid) -> None:
    from matplotlib.colors import to_rgba

    x, y, series = grid.x.places, grid.y.places, palette().series
    for label, answer in enumerate(grid.answers):
        # Above 0 exactly where the class is the likeliest: its edge is drawn smoothly, not along cells.
        lead = answer - np.delete(grid.answers, label, axis=0).max(axis=0)
        if lead.max() <= 0:
            continue
        color = series[label % len(series)]
        shades = [to_rgba(color, 0.2), to_rgba(color, 0.4)]
        axes.contourf(x, y, lead, [0.0, 0.5, 1.001], colors=shades)
        if lead.min() < 0:
            axes.contour(x, y, lead, [0.0], colors=[palette().ink], linewidths=0.9)
        if hatch := HATCHES[label % len(HATCHES)]:
            _hatch(axes, grid, lead, 0.0, color, hatch)


def _hatch(axes: "Axes", grid: BoundaryGrid, answers: np.ndarray, low: float, color: str, hatch: str) -> None:
    """A second sign beside the colour, wherever the answers are at least so high."""
    from matplotlib.colors import to_rgba

    marks = axes.contourf(grid.x.places, grid.y.places, answers, [low, 1.001], colors="none", hatches=[hatch])
    marks.set_edgecolor(to_rgba(color, 0.45))
    marks.set_linewidth(0)


def _draw_numbers(axes: "Axes", grid: BoundaryGrid, rows: BoundaryRows | None) -> None:
    from matplotlib.colors import BoundaryNorm
    from matplotlib.ticker import MaxNLocator

    from neurode.drawing.value_colors import low_to_high

    answers = grid.answers[0]
    shown = answers if rows is None else np.append(answers, rows.target)
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    if low == high:
        low, high = low - 0.5, high + 0.5
    levels = MaxNLocator(10).tick_values(low, high)
    colors = low_to_high()
    norm = BoundaryNorm(levels, colors.N)
    filled = axes.contourf(grid.x.places, grid.y.places, answers, levels, cmap=colors, norm=norm, alpha=0.75)
    lines = axes.contour(
        grid.x.places, grid.y.places, answers, levels, colors=[palette().ink], linewidths=0.7, alpha=0.8
    )
    bar = _bar(axes, filled, "prediction" if rows is None else "prediction; a row's colour: what was there")
    shorten_ticks(bar.ax.yaxis)
    axes.clabel(lines, fmt=bar.ax.yaxis.get_major_formatter(), fontsize=7, colors=palette().ink)
    if rows is not None:
        taken = taken_rows(len(rows.x))
        axes.scatter(
            spread(rows.x[taken], grid.x, 1),
            spread(rows.y[taken], grid.y, 2),
            c=rows.target[taken],
            cmap=colors,
            norm=norm,
            s=16,
            edgecolors=palette().ink,
            linewidths=0.5,
            zorder=3,
        )
        tell_taken(axes, len(rows.x))


def _name_areas(axes: "Axes", classes: Sequence[str]) -> None:
    from matplotlib.colors import to_rgba

    series = palette().series
    for label, name in enumerate(classes[:MOST_NAMED]):
        color = series[label % len(series)]
        axes.fill(
            [np.nan],
            [np.nan],
            facecolor=to_rgba(color, 0.42),
            hatch=HATCHES[label % len(HATCHES)],
            edgecolor=color,
            linewidth=0,
            label=elided(name, LONGEST_NAME),
        )
    if len(classes) > MOST_NAMED:
        axes.plot([], [], linestyle="none", label=f"{len(classes) - MOST_NAMED} more classes")


def _bar(axes: "Axes", filled: Any, label: str, ticks: Any = None) -> Any:
    bar = axes.figure.colorbar(filled, ax=axes, shrink=0.8, aspect=22, pad=0.02, ticks=ticks)
    bar.set_label(label)
    bar.outline.set_visible(False)
    bar.ax.tick_params(color=palette().muted, labelcolor=palette().ink, labelsize=8)
    if ticks is not None:
        bar.ax.set_yticks(ticks, [f"{tick:.3g}" for tick in ticks])
    return bar


def _label(axes: "Axes", axis: Axis, *, along_foot: bool) -> None:
    side = axes.xaxis if along_foot else axes.yaxis
    side.set_label_text(elided(axis.name, LONGEST_NAME))
    ends = float(axis.places[0]), float(axis.places[-1])
    (axes.set_xlim if along_foot else axes.set_ylim)(*ends)
    if axis.levels is None:
        shorten_ticks(side)
        return
    names = elided_apart(axis.levels, LONGEST_LEVEL)
    step = max(1, -(-len(names) // 24))
    side.set_ticks(np.arange(0, len(names), step), names[::step])
    side.set_tick_params(length=0)
    if along_foot and sum(map(len, names)) > 36:
        side.set_tick_params(rotation=90)
