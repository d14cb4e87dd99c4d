"""A row through a few dense units, drawn as neurons: every number stands where it arises."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.glass_box.passes import InputRecord, LayerRecord, TraceRecord, heading, number, outcome
from neurode.drawing.style import bare_axes, elided, palette, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_UNITS, MOST_LINKS, MOST_LAYERS = 4, 8, 3
"""What can be drawn with every number: units of a layer, links between two, layers."""

WIDTH, ACROSS, DOWN = 1.3, 3.7, 1.15
"""Inches: the width of a neuron, from layer to layer, from unit to unit."""

LETTERS = 6.8
"""Points of the numbers."""


def is_small(record: TraceRecord) -> bool:
    """Whether every number of the pass has room: one row through a chain of small dense layers."""
    if len(record.inputs) != 1 or not 1 <= len(record.layers) <= MOST_LAYERS:
        return False
    first = record.inputs[0]
    if first.value.ndim != 2 or len(first.value) != 1 or first.value.dtype == object:
        return False
    feeds = [first.name, *(layer.name for layer in record.layers)]
    return all(_is_plain(layer, source) for layer, source in zip(record.layers, feeds))


def _is_plain(layer: LayerRecord, source: str) -> bool:
    kernel = layer.weights.get("kernel")
    is_dense = kernel is not None and kernel.ndim == 2 and layer.z is not None and layer.z.ndim == 2
    if kernel is None or not is_dense or layer.sources != (source,):
        return False
    return max(kernel.shape) <= MOST_UNITS and kernel.size <= MOST_LINKS


def draw_neurons(record: TraceRecord, ax: "Axes | None" = None) -> "Axes":
    """The inputs on the left, then each layer's neurons: on links weight, gradient and step.

    Args:
        record: A pass for which `is_small` holds.
        ax: Where to draw; a new figure unless given.
    """
    sizes = [record.inputs[0].value.shape[1], *(layer.a.shape[1] for layer in record.layers)]
    end = outcome(record)
    width = 0.3 + WIDTH + ACROSS * (len(sizes) - 1)
    height = 0.9 + DOWN * max(sizes) + 0.3 + 0.16 * (end.count("\n") + 1)
    axes = ax or bare_axes(width, height)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(-height, 0)
    middle = -0.9 - DOWN * max(sizes) / 2
    places = [
        [(0.15 + WIDTH / 2 + ACROSS * number_of_layer, middle + DOWN * ((size - 1) / 2 - unit))
         for unit in range(size)]
        for number_of_layer, size in enumerate(sizes)
    ]  # fmt: skip
    axes.text(0.15, -0.2, heading(record), fontsize=9, fontweight="bold", va="center")
    _draw_key(axes, record.loss is not None)
    for layer, left, right in zip(record.layers, places, places[1:]):
        _draw_links(axes, record, layer, left, right)
    _draw_inputs(axes, record.inputs[0], places[0])
    for layer, own in zip(record.layers, places[1:]):
        title = f"{elided(layer.name, 16)}\n{elided(layer.activation or 'linear', 16)}"
        axes.text(own[0][0], -0.53, title, fontsize=8, ha="center", va="top")
        for unit, place in enumerate(own):
            _draw_neuron(axes, place, _lines(record, layer, unit))
    axes.text(places[0][0][0], -0.53, elided(record.inputs[0].name, 16), fontsize=8, ha="center", va="top")
    axes.text(0.15, -height + 0.12, end, fontsize=8, va="bottom", linespacing=1.4)
    return axes


def _draw_key(axes: "Axes", has_loss: bool) -> None:
    told = "links: weight w of input and unit" + (", its gradient ∂ = ∂L/∂w, its step Δ" if has_loss else "")
    axes.text(0.15, -0.38, told + "; b is a bias", fontsize=7.5, va="center", color=palette().muted)


def _draw_inputs(axes: "Axes", record: InputRecord, places: list[tuple[float, float]]) -> None:
    for i, place in enumerate(places):
        name = record.columns[i] if record.columns else str(i)
        lines = [elided(name, 16), f"x = {number(record.value[0, i])}"]
        if record.gradient is not None:
            lines.append(f"∂L/∂x = {number(record.gradient[0, i])}")
        _draw_neuron(axes, place, lines)


def _lines(record: TraceRecord, layer: LayerRecord, unit: int) -> list[str]:
    """What stands in a neuron."""
    assert layer.z is not None
    lines = [f"z = {number(layer.z[0, unit])}", f"a = {number(layer.a[0, unit])}"]
    if layer.gradient_z is not None and layer.gradient_a is not None:
        lines += [
            f"∂L/∂a = {number(layer.gradient_a[0, unit])}",
            f"∂L/∂z = {number(layer.gradient_z[0, unit])}",
        ]
    bias = layer.weights.get("bias")
    if bias is None:
        return lines
    changes = "  ".join(_changes(record, f"{layer.name}/bias", unit))
    return [*lines, f"b = {number(bias[unit])}", *([changes] if changes else [])]


def _changes(record: TraceRecord, path: str, *place: Any) -> list[str]:
    """The gradient and the step of one weight, where there are any."""
    marks = (("∂", record.gradients), ("Δ", record.steps))
    return [f"{mark} {number(arrays[path][place])}" for mark, arrays in marks if path in arrays]


def _draw_neuron(axes: "Axes", place: tuple[float, float], lines: list[str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    height = 0.1 + 0.128 * len(lines)
    axes.add_patch(
        FancyBboxPatch(
            (place[0] - WIDTH / 2, place[1] - height / 2),
            WIDTH,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=palette().paper,
            edgecolor=palette().ink,
            linewidth=0.9,
            zorder=3,
        )
    )
    axes.text(
        *place, "\n".join(lines), fontsize=LETTERS, ha="center", va="center", linespacing=1.25, zorder=4
    )


def _draw_links(
    axes: "Axes",
    record: TraceRecord,
    layer: LayerRecord,
    left: list[tuple[float, float]],
    right: list[tuple[float, float]],
) -> None:
    kernel = layer.weights["kernel"]
    strongest = max(float(np.abs(kernel).max()), np.finfo(float).tiny)
    taken: list[tuple[float, float, float, float]] = []
    for (i, j), weight in np.ndenumerate(kernel):
        begin, end = (left[i][0] + WIDTH / 2, left[i][1]), (right[j][0] - WIDTH / 2, right[j][1])
        strength = abs(weight) / strongest
        color, dash = (palette().blue, "solid") if weight >= 0 else (palette().vermillion, (0, (4, 1.5)))
        axes.plot(*zip(begin, end), color=color, linestyle=dash, linewidth=0.4 + 1.4 * strength, zorder=1)
        lines = [f"w{_index(i)}{_index(j)} {number(weight)}", *_changes(record, f"{layer.name}/kernel", i, j)]
        x, y = _free_place(begin, end, lines, taken)
        axes.text(
            x, y, "\n".join(lines), fontsize=LETTERS, ha="center", va="center", linespacing=1.15, zorder=2,
            bbox={"facecolor": palette().paper, "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _index(place: int) -> str:
    """A number as an index below the line, as in the table of weights."""
    return chr(ord("₀") + place)


def _free_place(
    begin: tuple[float, float],
    end: tuple[float, float],
    lines: list[str],
    taken: list[tuple[float, float, float, float]],
) -> tuple[float, float]:
    """Where on a link its numbers stand, clear of those of other links: as near to its middle as can be."""
    width = max(text_width(line, LETTERS) for line in lines) + 0.1
    height = 0.118 * len(lines) + 0.04
    room = (end[0] - begin[0] - width) / (end[0] - begin[0])
    best, least = (0.0, 0.0), np.inf
    for share in sorted(np.linspace(0.5 - room / 2, 0.5 + room / 2, 41), key=lambda share: abs(share - 0.5)):
        x, y = (start + share * (stop - start) for start, stop in zip(begin, end))
        covered = sum(
            max(0.0, (width + w) / 2 - abs(x - left)) * max(0.0, (height + h) / 2 - abs(y - low))
            for left, low, w, h in taken
        )
        if covered < least:
            best, least = (x, y), covered
        if covered == 0:
            break
    taken.append((*best, width, height))
    return best
