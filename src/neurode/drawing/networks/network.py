"""A network as circles and links: what flows in, how wide each layer is, which weights are strong."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.networks.sheet import Sheet, fitted, natural_size
from neurode.drawing.networks.stack import Stack, grouped_stack, stack
from neurode.drawing.networks.words import Drawn
from neurode.drawing.style import bare_axes, figure_style, palette
from neurode.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEGATIVE_DASH = (0, (4, 1.5))
UNKNOWN_DASH = (0, (1, 1.5))


def draw_network(
    layer_sizes: Sequence[int],
    weights: Sequence[Any] | None = None,
    input_names: Sequence[str] | None = None,
    activations: Sequence[str | None] | None = None,
    output_names: Sequence[str] | None = None,
    *,
    biases: Sequence[Any] | None = None,
    dropouts: Sequence[float | int | None] | None = None,
    input_groups: Sequence[str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the layers from left to right, at most a dozen neurons of each; a line tells how many are hidden.

    Positive weights are blue and solid, negative ones vermillion and dashed; width and strength follow the
    magnitude within each layer. Where there is room, a unit shows its weighted sum Σ and its activation f.

    Args:
        layer_sizes: Inputs, units of each layer, outputs. For a network that encodes a table, the inputs are
            the columns of the table, or its features with `input_groups`.
        weights: One `(inputs, units)` array for each pair of layers. None for a pair, or another shape (as
            for the encoded features of a table), draws its links in grey.
        input_names: One name an input.
        activations: One name for each layer after the inputs; None for none.
        output_names: One name an output.
        biases: One array for each layer after the inputs, drawn as the weights of a unit that is always 1;
            None for none.
        dropouts: What share of the values is dropped on the way into each layer after the inputs; 0 or None
            for none.
        input_groups: The table column of each input. Inputs of one column stand together in a bracket, or
            share a circle where there are many; its links are then the strongest of theirs.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: If there are fewer than two layers, or lists are not as long as the layers ask for.
        ArgumentError: If a dropout is no share.

    Example:
        >>> axes = draw_network([2, 3, 1], input_names=["age", "pay"])
        >>> [text.get_text() for text in axes.texts][:3]
        ['age', 'pay', 'inputs\\n2']
    """
    sizes = [int(size) for size in layer_sizes]
    _check(sizes, weights, input_names, activations, output_names, biases, dropouts, input_groups)
    inputs = stack(sizes[0]) if input_groups is None else grouped_stack([str(name) for name in input_groups])
    drawn = Drawn(
        stacks=(inputs, *(stack(size) for size in sizes[1:])),
        weights=_links(sizes, weights),
        biases=_links(sizes, biases, rows=False),
        activations=tuple(activations or [None] * (len(sizes) - 1)),
        dropouts=tuple(float(share or 0) for share in dropouts or [0] * (len(sizes) - 1)),
        input_names=None if input_names is None else tuple(map(str, input_names)),
        output_names=None if output_names is None else tuple(map(str, output_names)),
    )
    with figure_style():
        axes = ax or bare_axes(*natural_size(drawn))
        axes.set_axis_off()
        width, height = (side / axes.figure.dpi for side in (axes.bbox.width, axes.bbox.height))
        axes.set(xlim=(0, width), ylim=(0, height))
        sheet = fitted(drawn, width, height)
        for layer in range(len(sizes) - 1):
            _draw_links(axes, sheet, layer)
            _draw_dropout(axes, sheet, layer)
        for layer in range(len(sizes)):
            _draw_neurons(axes, sheet, layer)
        for line in sheet.lines():
            axes.plot(*line, color=palette().muted, linewidth=0.9, solid_joinstyle="miter", zorder=2)
        for text in sheet.texts():
            plate = {"facecolor": palette().paper, "edgecolor": "none", "pad": 1.0} if text.on_links else None
            axes.text(
                text.x,
                text.y,
                text.words,
                ha=text.across,
                va=text.along,
                fontsize=sheet.font * text.shrunk,
                linespacing=text.spacing,
                zorder=4,
                bbox=plate,
            )
        _draw_key(axes, sheet)
    return axes


def _check(
    sizes: list[int],
    weights: Any,
    inputs: Any,
    activations: Any,
    outputs: Any,
    biases: Any,
    dropouts: Any,
    groups: Any,
) -> None:
    if len(sizes) < 2 or min(sizes) < 1:
        raise ShapeError(
            f"layer_sizes={sizes} is no network", hint="give inputs and outputs, each at least 1"
        )
    asked = [
        ("weights", weights, len(sizes) - 1),
        ("biases", biases, len(sizes) - 1),
        ("dropouts", dropouts, len(sizes) - 1),
        ("activations", activations, len(sizes) - 1),
        ("input_names", inputs, sizes[0]),
        ("input_groups", groups, sizes[0]),
        ("output_names", outputs, sizes[-1]),
    ]
    for name, given, needed in asked:
        if given is not None and len(given) != needed:
            raise ShapeError(
                f"{name} has {len(given)} entries, needed {needed}", available=f"layers: {sizes}"
            )
    for share in dropouts or ():
        if share is not None and not 0 <= share < 1:
            raise ArgumentError(f"dropouts: {share!r} is no share", hint="give shares of 0 or more, below 1")


def _links(sizes: list[int], given: Any, rows: bool = True) -> tuple[np.ndarray | None, ...]:
    """The arrays that fit between the layers; None for those that do not."""
    arrays: list[np.ndarray | None] = []
    for layer, array in enumerate(given if given is not None else [None] * (len(sizes) - 1)):
        matrix = None if array is None else np.asarray(array, dtype=np.float64)
        shape = (sizes[layer], sizes[layer + 1]) if rows else (sizes[layer + 1],)
        arrays.append(matrix if matrix is not None and matrix.shape == shape else None)
    return tuple(arrays)


def _strongest(matrix: np.ndarray, left: Stack, right: Stack) -> np.ndarray:
    """The weight of each drawn link: of a circle that stands for many inputs, the strongest."""
    found = np.empty((len(left.members), len(right.members)))
    units = np.concatenate(right.members)
    for place, members in enumerate(left.members):
        rows = matrix[np.ix_(members, units)]
        # NaN counts as strongest, so that a spoilt weight is never hidden.
        order = np.where(np.isnan(rows), np.inf, np.abs(rows)).argmax(axis=0)
        found[place] = np.take_along_axis(rows, order[None, :], axis=0)[0]
    return found


def _draw_links(axes: "Axes", sheet: Sheet, layer: int) -> None:
    left, right = sheet.drawn.stacks[layer : layer + 2]
    matrix, bias = sheet.drawn.weights[layer], sheet.drawn.biases[layer]
    starts = [sheet.place(layer, float(height)) for height in left.heights]
    ends = [sheet.place(layer + 1, float(height)) for height in right.heights]
    known = [] if matrix is None else [matrix]
    values = np.full((len(starts), len(ends)), 0.0) if matrix is None else _strongest(matrix, left, right)
    lines = np.array([[(start, end) for end in ends] for start in starts])
    if matrix is None:
        _add_lines(axes, lines.reshape(-1, 2, 2), np.zeros(lines.shape[0] * lines.shape[1]), None)
        lines, values = lines[:0], values[:0]
    if bias is not None:
        known.append(bias)
        lines = np.concatenate([lines, np.array([[(sheet.bias(layer), end) for end in ends]])])
        values = np.concatenate([values, bias[np.concatenate(right.members)][None, :]])
    if known:
        every = np.abs(np.concatenate([array.ravel() for array in known]))
        most = every[np.isfinite(every)].max(initial=0) or 1.0
        _add_lines(axes, lines.reshape(-1, 2, 2), values.ravel(), float(most))


def _add_lines(axes: "Axes", lines: np.ndarray, values: np.ndarray, most: float | None) -> None:
    """Links by sign; grey where nothing is known of them, dotted where a weight is no number."""
    from matplotlib.collections import LineCollection

    if most is None:
        axes.add_collection(
            LineCollection(list(lines), colors=palette().muted, linewidths=0.5, alpha=0.45), autolim=False
        )
        return
    finite = np.isfinite(values)
    if not finite.all():
        axes.add_collection(
            LineCollection(
                list(lines[~finite]), colors=palette().muted, linewidths=1, linestyles=[UNKNOWN_DASH]
            ),
            autolim=False,
        )
    for chosen, color, dash in (
        (finite & (values >= 0), palette().blue, "solid"),
        (finite & (values < 0), palette().vermillion, NEGATIVE_DASH),
    ):
        if chosen.any():
            strength = np.abs(values[chosen]) / most
            axes.add_collection(
                LineCollection(
                    list(lines[chosen]),
                    colors=color,
                    linewidths=0.3 + 1.9 * strength,
                    alpha=0.15 + 0.75 * strength,
                    linestyles=[dash],
                ),
                autolim=False,
            )


def _draw_neurons(axes: "Axes", sheet: Sheet, layer: int) -> None:
    column = sheet.drawn.stacks[layer]
    places = np.array([sheet.place(layer, float(height)) for height in column.heights])
    area = (2 * 72 * sheet.radius(layer)) ** 2
    looks: dict[str, Any] = {"c": palette().paper, "edgecolors": palette().ink, "linewidths": 1, "zorder": 3}
    bundled = np.array([len(members) > 1 for members in column.members])
    if bundled.any():
        # A second circle behind: here are many.
        behind = places[bundled] + 0.4 * sheet.radius(layer)
        axes.scatter(behind[:, 0], behind[:, 1], s=area, **looks)
    axes.scatter(places[:, 0], places[:, 1], s=area, **looks)
    if layer < len(sheet.drawn.stacks) - 1 and sheet.drawn.biases[layer] is not None:
        axes.scatter(*sheet.bias(layer), s=(72 * sheet.bias_side) ** 2, marker="s", **looks)


def _draw_dropout(axes: "Axes", sheet: Sheet, layer: int) -> None:
    if sheet.drawn.dropouts[layer]:
        x, low, high = sheet.dropout(layer)
        axes.plot([x, x], [low, high], color=palette().muted, linewidth=1.1, linestyle=(0, (3, 2)), zorder=2)


def _draw_key(axes: "Axes", sheet: Sheet) -> None:
    from matplotlib.lines import Line2D

    arrays = [array for array in (*sheet.drawn.weights, *sheet.drawn.biases) if array is not None]
    if not arrays:
        return
    entries: list[tuple[str, str, Any]] = [
        ("positive weight", palette().blue, "solid"),
        ("negative weight", palette().vermillion, NEGATIVE_DASH),
    ]
    if not all(np.isfinite(array).all() for array in arrays):
        entries.append(("not a number", palette().muted, UNKNOWN_DASH))
    lines = [Line2D([], [], color=color, linestyle=dash, linewidth=1.6) for _, color, dash in entries]
    axes.legend(
        lines,
        [label for label, _, _ in entries],
        loc="upper center",
        bbox_to_anchor=(0.5, 1),
        ncols=len(entries),
        fontsize=sheet.font,
        borderaxespad=0.3,
        handlelength=2.6,
    )
