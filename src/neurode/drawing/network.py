"""A network as circles and links: what flows in, how wide each layer is, which weights are strong."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.style import BLUE, INK, MUTED, PAPER, VERMILLION, elided, figure_style
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NEURONS = 12
"""Neurons drawn of one layer; the others are a number in the gap."""

LONGEST_NAME = 22


def draw_network(
    layer_sizes: Sequence[int],
    weights: Sequence[Any] | None = None,
    input_names: Sequence[str] | None = None,
    activations: Sequence[str | None] | None = None,
    output_names: Sequence[str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the layers from left to right.

    Positive weights are blue and solid, negative ones vermillion and dashed; width and strength follow the
    magnitude within each layer.

    Args:
        layer_sizes: Inputs, units of each layer, outputs. For a network that encodes a table, the inputs are
            the columns of the table.
        weights: One `(inputs, units)` array for each pair of layers. None for a pair, or another shape (as
            for the encoded features of a table), draws its links in grey.
        input_names: One name an input.
        activations: One name for each layer after the inputs; None for none.
        output_names: One name an output.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> axes = draw_network([2, 3, 1], input_names=["age", "pay"])
        >>> [text.get_text() for text in axes.texts][:3]
        ['age', 'pay', 'inputs\\n2']
    """
    sizes = [int(size) for size in layer_sizes]
    _check(sizes, weights, input_names, activations, output_names)
    shown = [_shown(size) for size in sizes]
    with figure_style():
        axes = ax or _new_axes(sizes)
        axes.set_axis_off()
        for layer in range(len(sizes) - 1):
            pair = None if weights is None else weights[layer]
            _draw_links(axes, layer, (sizes[layer], sizes[layer + 1]), shown, pair)
        for layer, size in enumerate(sizes):
            _draw_neurons(axes, layer, size, shown[layer])
        _draw_names(axes, 0, sizes[0], shown[0], input_names, side=-1)
        _draw_names(axes, len(sizes) - 1, sizes[-1], shown[-1], output_names, side=1)
        for layer in range(len(sizes)):
            _draw_caption(axes, layer, sizes, activations)
        _set_limits(axes, sizes, input_names, output_names)
    return axes


def _check(sizes: list[int], weights: Any, inputs: Any, activations: Any, outputs: Any) -> None:
    if len(sizes) < 2 or min(sizes) < 1:
        raise ShapeError(
            f"layer_sizes={sizes} is no network", hint="give inputs and outputs, each at least 1"
        )
    asked = [
        ("weights", weights, len(sizes) - 1),
        ("activations", activations, len(sizes) - 1),
        ("input_names", inputs, sizes[0]),
        ("output_names", outputs, sizes[-1]),
    ]
    for name, given, needed in asked:
        if given is not None and len(given) != needed:
            raise ShapeError(
                f"{name} has {len(given)} entries, needed {needed}", available=f"layers: {sizes}"
            )


def _shown(size: int) -> np.ndarray:
    """The neurons of a layer that are drawn: all, or the first and the last ones."""
    if size <= MOST_NEURONS:
        return np.arange(size)
    head = MOST_NEURONS // 2
    return np.concatenate([np.arange(head), np.arange(size - (MOST_NEURONS - head - 1), size)])


def _heights(size: int, shown: np.ndarray) -> np.ndarray:
    """Where each drawn neuron stands, top to bottom, around 0. A gap takes a place of its own."""
    if len(shown) == size:
        return (size - 1) / 2 - np.arange(size)
    places = np.arange(len(shown) + 1.0)
    return (len(places) - 1) / 2 - np.delete(places, MOST_NEURONS // 2)


def _rows(size: int) -> int:
    return min(size, MOST_NEURONS)


def _new_axes(sizes: list[int]) -> "Axes":
    from matplotlib.figure import Figure

    # Nothing lies outside the axes, so there is no layout to solve.
    figure = Figure(figsize=(max(6.4, 1.05 * len(sizes) + 2.2), 0.27 * max(map(_rows, sizes)) + 1.1))
    return figure.add_axes((0, 0, 1, 1))


def _draw_links(
    axes: "Axes", layer: int, pair: tuple[int, int], shown: list[np.ndarray], weights: Any
) -> None:
    from matplotlib.collections import LineCollection

    left, right = _heights(pair[0], shown[layer]), _heights(pair[1], shown[layer + 1])
    ends = np.empty((len(left), len(right), 2, 2))
    ends[..., 0, 0], ends[..., 1, 0] = layer, layer + 1
    ends[..., 0, 1], ends[..., 1, 1] = left[:, None], right[None, :]
    matrix = None if weights is None else np.asarray(weights, dtype=np.float64)
    if matrix is None or matrix.shape != pair:
        axes.add_collection(
            LineCollection(list(ends.reshape(-1, 2, 2)), colors=MUTED, linewidths=0.5, alpha=0.45)
        )
        return
    matrix = matrix[np.ix_(shown[layer], shown[layer + 1])]
    strength = np.abs(matrix) / max(np.abs(matrix).max(), np.finfo(float).tiny)
    for sign, color, dash in ((matrix >= 0, BLUE, "solid"), (matrix < 0, VERMILLION, (0, (4, 1.5)))):
        if not sign.any():
            continue
        axes.add_collection(
            LineCollection(
                list(ends[sign]),
                colors=color,
                linewidths=0.3 + 1.9 * strength[sign],
                alpha=0.15 + 0.75 * strength[sign],
                linestyles=dash,
            )
        )


def _draw_neurons(axes: "Axes", layer: int, size: int, shown: np.ndarray) -> None:
    heights = _heights(size, shown)
    axes.scatter(np.full(len(heights), layer), heights, s=90, c=PAPER, edgecolors=INK, linewidths=1, zorder=3)
    if len(shown) < size:
        gap = (MOST_NEURONS - 1) / 2 - MOST_NEURONS // 2
        axes.text(
            layer,
            gap,
            f"… {size - len(shown)} more",
            ha="center",
            va="center",
            fontsize=8,
            zorder=4,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        )


def _draw_names(
    axes: "Axes", layer: int, size: int, shown: np.ndarray, names: Sequence[str] | None, side: int
) -> None:
    if names is None:
        return
    for neuron, height in zip(shown, _heights(size, shown)):
        axes.annotate(
            elided(names[neuron], LONGEST_NAME),
            (layer, height),
            xytext=(side * 9, 0),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
            va="center",
            fontsize=8,
        )


def _draw_caption(
    axes: "Axes", layer: int, sizes: list[int], activations: Sequence[str | None] | None
) -> None:
    if layer == 0:
        lines = ["inputs", f"{sizes[0]:,}"]
    else:
        lines = ["outputs" if layer == len(sizes) - 1 else f"layer {layer}", f"{sizes[layer]:,}"]
        if activations is not None and activations[layer - 1]:
            lines.append(elided(activations[layer - 1], 12))
    lowest = -(max(map(_rows, sizes)) - 1) / 2
    axes.text(layer, lowest - 0.8, "\n".join(lines), ha="center", va="top", fontsize=8, linespacing=1.35)


def _set_limits(
    axes: "Axes", sizes: list[int], inputs: Sequence[str] | None, outputs: Sequence[str] | None
) -> None:
    top = (max(map(_rows, sizes)) - 1) / 2
    axes.set_ylim(-top - 3.1, top + 0.7)
    # Names are as wide as their letters, whatever the scale of the axes: about 0.068 inches each at 8 points.
    left, right = (0.35 + 0.068 * _longest(names) for names in (inputs, outputs))
    inches = axes.bbox.width / axes.figure.dpi
    scale = (len(sizes) - 1) / max(inches - left - right, 0.3 * inches)
    axes.set_xlim(-left * scale, len(sizes) - 1 + right * scale)


def _longest(names: Sequence[str] | None) -> int:
    """Letters of the longest name as drawn; half a caption where there are no names."""
    return max([min(len(str(name)), LONGEST_NAME) for name in names or ()], default=2)
