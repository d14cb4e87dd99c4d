"""One prediction taken apart: from the base value, column by column, to what the model says of a row."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.explanations.strongest import require_numbers, strongest
from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.legend import legend_above, title_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import figure_style, new_axes, palette
from neurode.drawing.wording import (
    decimals_for,
    more_columns,
    number_text,
    shorten_ticks,
    signed_text,
    value_text,
)
from neurode.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME, LONGEST_VALUE = 26, 14

MOST_STEPS = 12

NUMBER, NARROW = 0.5, 4.0
"""Inches of a number beside its step, and of axes in which it takes much of the room."""


def draw_waterfall(
    columns: Sequence[str],
    values: Any,
    base_value: float | int,
    row: Mapping[str, Any] | None = None,
    output: str = "prediction",
    threshold: float | int | None = None,
    refer_band: tuple[float | int, float | int] | None = None,
    most: int = MOST_STEPS,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws how the columns of one row lead from the base value to the prediction, the strongest first.

    What pushes up points right, vermillion, with a `+`; what pushes down points left, blue, with a `−`.

    Args:
        columns: Their names.
        values: What each adds, as SHAP values do: with the base value they add up to the prediction.
        base_value: What the model says on average.
        row: The row's own values by column, written beside the names. Columns may be left out.
        output: What is predicted.
        threshold: From where on the decision is another; marked with a line.
        refer_band: Between which predictions a person decides; hatched.
        most: Columns drawn one by one; the others are summed.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: If there is not one value a column.
        ArgumentError: If a number is not finite.

    Example:
        >>> axes = draw_waterfall(["age", "late"], [-0.04, 0.3], 0.22, {"age": 44, "late": "yes"})
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['base value', 'late = yes', 'age = 44', 'prediction']
        >>> [text.get_text() for text in axes.texts]
        ['0.220', '+0.300', '−0.040', '0.480']

    References:
        Lundberg and Lee 2017, "A unified approach to interpreting model predictions", equation 1.
    """
    pushes = np.asarray(values, dtype=np.float64)
    require_numbers(columns, pushes, "values")
    if pushes.ndim != 1 or not np.isfinite(base_value):
        raise ArgumentError(f"base value {base_value} and values of shape {pushes.shape} are of no one row")
    shown, rest = strongest(np.abs(pushes), most)
    letters = letters_beside(ax, LONGEST_NAME + LONGEST_VALUE)
    for_name = LONGEST_NAME * letters // (LONGEST_NAME + LONGEST_VALUE) if row else min(letters, LONGEST_NAME)
    short = elided_apart([columns[place] for place in shown], max(for_name, 8))
    names = [
        _step_name(columns[place], name, row, max(letters - for_name, 6)) for place, name in zip(shown, short)
    ]
    steps = pushes[shown]
    if len(rest):
        names.append(more_columns(len(rest)))
        steps = np.append(steps, pushes[rest].sum())
    stops = float(base_value) + np.concatenate([[0], np.cumsum(steps)])
    with figure_style():
        axes = ax or new_axes(6.4, 0.85 + 0.27 * (len(names) + 2))
        _set_limits(axes, stops, [end for end in (threshold, *(refer_band or ())) if end is not None])
        _draw_steps(axes, stops)
        _write_steps(axes, stops, steps)
        _mark_threshold(axes, threshold)
        _mark_band(axes, refer_band)
        axes.set_yticks(np.arange(len(names) + 2), ["base value", *names, "prediction"])
        axes.set_ylim(len(names) + 1.6, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        shorten_ticks(axes.xaxis)
        label_axes(axes, x=output, names=names)
    return axes


def _step_name(column: str, name: str, row: Mapping[str, Any] | None, letters: int) -> str:
    if row is None or column not in row:
        return name
    return f"{name} = {value_text(row[column], letters)}"


def _set_limits(axes: "Axes", stops: np.ndarray, marks: Sequence[float | int]) -> None:
    reached = np.append(stops, marks)
    span = float(np.ptp(reached)) or max(abs(float(stops[0])), 1.0) * 0.1
    # Room for a number on both sides, of axes that names leave half of their room.
    width = axes.bbox.width / axes.figure.dpi
    share = min(NUMBER / (0.55 * width), 0.36)
    margin = max(share / (1 - 2 * share), 0.17) * span if width < NARROW else 0.17 * span
    axes.set_xlim(reached.min() - margin, reached.max() + margin)


def _draw_steps(axes: "Axes", stops: np.ndarray) -> None:
    from matplotlib.patches import Polygon

    ends = axes.get_xlim()
    point = 0.012 * (ends[1] - ends[0])
    for place, (start, end) in enumerate(pairwise(stops), start=1):
        if start != end:
            tip = np.sign(end - start) * min(point, abs(end - start))
            corners = [
                (start, place - 0.34),
                (end - tip, place - 0.34),
                (end, place),
                (end - tip, place + 0.34),
                (start, place + 0.34),
            ]
            color = palette().vermillion if end > start else palette().blue
            axes.add_patch(Polygon(corners, facecolor=color, linewidth=0, zorder=2))
    # Each step begins where the one before ended.
    links = np.arange(len(stops))
    axes.vlines(stops, links, links + 1, color=palette().muted, linewidth=0.7, zorder=1)
    axes.plot(stops[[0, -1]], [0, len(stops)], "o", color=palette().ink, markersize=5, zorder=3)


def _write_steps(axes: "Axes", stops: np.ndarray, steps: np.ndarray) -> None:
    decimals = decimals_for(np.append(steps, stops[[0, -1]]))

    def write(place: int, x: float, text: str, side: int) -> None:
        axes.annotate(
            text,
            (x, place),
            xytext=(6 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=8,
            bbox={"facecolor": palette().paper, "edgecolor": "none", "pad": 0.8},
        )

    write(0, float(stops[0]), number_text(float(stops[0]), decimals), 1)
    for place, (end, step) in enumerate(zip(stops[1:], steps), start=1):
        write(place, float(end), signed_text(float(step), decimals), -1 if step < 0 else 1)
    write(len(stops), float(stops[-1]), number_text(float(stops[-1]), decimals), 1)


def _mark_threshold(axes: "Axes", threshold: float | int | None) -> None:
    if threshold is None:
        return
    axes.axvline(threshold, color=palette().ink, linewidth=1, linestyle=(0, (4, 2)), zorder=1.5)
    told = axes.annotate(
        f"threshold {value_text(threshold)}",
        (float(threshold), 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=8,
    )
    title_above(axes, told)


def _mark_band(axes: "Axes", band: tuple[float | int, float | int] | None) -> None:
    if band is None:
        return
    axes.axvspan(
        *band, facecolor=palette().orange, edgecolor=palette().orange, alpha=0.16, hatch="///", linewidth=0,
        zorder=0.5, label=f"a person decides: {value_text(band[0])} to {value_text(band[1])}",
    )  # fmt: skip
    # The threshold's number stands between axes and legend.
    legend_above(axes, raised=1.8)
