"""A model as a graph: one card a layer, an arrow for every tensor, a frame around each nested model."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurode.drawing.layer_graphs.card import LINE, PADDING, TEXT_SIZE, LayerBox, Shown, paint_card
from neurode.drawing.layer_graphs.layered_layout import Point
from neurode.drawing.layer_graphs.nested_layout import TITLE_HEIGHT, Group, arranged, frame_title, title_width
from neurode.drawing.style import bare_axes, figure_style, palette
from neurode.errors import FileError, UnknownNameError, listed
from neurode.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = ("pdf", "png", "svg")

MOST_PIXELS = 60_000
"""Of a side of a PNG. Viewers refuse longer ones, so that the resolution of a huge graph gives way."""

MARGIN = 0.15
HEAD_LENGTH, HEAD_WIDTH = 0.11, 0.09
"""Of an arrow, in inches like every length here."""


def draw_layer_graph(
    boxes: Sequence[LayerBox],
    *,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the layers of a model from its inputs to its outputs.

    Args:
        boxes: The layers, in any order. What stands earlier is drawn further left where that does no harm.
        show_shapes: Whether to show what shapes each layer takes and gives.
        show_dtype: Whether to show the data type of what it gives.
        show_layer_names: Whether to show names below kinds.
        show_layer_activations: Whether to show activations.
        show_trainable: Whether to show if weights are trained.
        rankdir: `"TB"` from top to bottom, `"LR"` from left to right.
        expand_nested: Whether to draw the layers of a nested model, in a frame, instead of one card for it.
        ax: Where to draw; the graph then becomes as small as it must. Unless given, a figure as large as the
            graph needs.

    Raises:
        UnknownNameError: If an input names no box, or `rankdir` no direction.
        ArgumentError: If two boxes share a name, or layers feed each other in a circle.

    Example:
        >>> boxes = [LayerBox("table", "InputLayer"), LayerBox("hidden", "Dense", ("table",))]
        >>> axes = draw_layer_graph(boxes, show_layer_names=True)
        >>> [text.get_text() for text in axes.texts]
        ['InputLayer', 'table', 'Dense', 'hidden']
    """
    if rankdir not in ("TB", "LR"):
        raise UnknownNameError("rankdir", rankdir, ["TB", "LR"])
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    with figure_style():
        group = arranged(boxes, shown, rankdir, expand_nested)
        breadth, depth = group.size
        width, height = (breadth, depth) if rankdir == "TB" else (depth, breadth)
        axes = ax or bare_axes(width + 2 * MARGIN, height + 2 * MARGIN)
        scale = _fitted(axes, width, height)
        _paint(axes, group, rankdir, scale)
    return axes


def save_layer_graph(
    boxes: Sequence[LayerBox], to_file: str | os.PathLike, *, dpi: float | int = 200, **options: Any
) -> None:
    """Draws the layers of a model into a file, whole or not at all.

    The background is transparent, and the lines can be seen on light and on dark.

    Args:
        boxes: As for `draw_layer_graph`.
        to_file: A path that ends in `.png`, `.svg` or `.pdf`; without an ending it is a PNG.
        dpi: Dots per inch of a PNG; fewer where a side would have more than 60,000.
        options: As for `draw_layer_graph`.

    Raises:
        FileError: If the ending is another one, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "model.svg"
        >>> save_layer_graph([LayerBox("table", "InputLayer")], path)
        >>> path.read_text()[:5]
        '<?xml'
    """
    import matplotlib

    ending = Path(to_file).suffix.lower().removeprefix(".") or "png"
    if ending not in ENDINGS:
        raise FileError(
            f"cannot draw a file that ends in '.{ending}'",
            available=f"endings: {listed('.' + known for known in ENDINGS)}",
        )
    figure: Any = draw_layer_graph(boxes, **options).figure
    if ending == "png":
        dpi = min(dpi, MOST_PIXELS / max(figure.get_size_inches()))
    # Neither the time nor a random salt: the same graph is the same file.
    metadata = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[ending]
    with replacing(to_file) as temporary, figure_style(), matplotlib.rc_context({"svg.hashsalt": "neurode"}):
        figure.savefig(temporary, format=ending, dpi=dpi, metadata=metadata)


def _fitted(axes: "Axes", width: float, height: float) -> float:
    """Sets the limits so that the graph stands in the middle, and gives the size of one of its inches."""
    axes.set_axis_off()
    room = [side / axes.figure.dpi for side in (axes.bbox.width, axes.bbox.height)]
    scale = min(1.0, room[0] / (width + 2 * MARGIN), room[1] / (height + 2 * MARGIN))
    half_width, half_height = room[0] / scale / 2, room[1] / scale / 2
    axes.set_xlim(width / 2 - half_width, width / 2 + half_width)
    axes.set_ylim(height / 2 + half_height, height / 2 - half_height)
    return scale


def _paint(axes: "Axes", group: Group, rankdir: str, scale: float) -> None:
    def turned(point: Point) -> Point:
        return point if rankdir == "TB" else (point[1], point[0])

    for box, place, size in group.frames:
        _paint_frame(axes, box, turned(place), turned(size), scale)
    _paint_arrows(axes, [([turned(p) for p in route], head) for route, head in group.routes], rankdir, scale)
    for card, place, size in group.cards:
        paint_card(axes, card, *turned(place), *turned(size), scale)


def _paint_frame(axes: "Axes", box: LayerBox, place: Point, size: Point, scale: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle(place, *size, facecolor=palette().blue, alpha=0.07, edgecolor="none", zorder=1))
    axes.add_patch(
        Rectangle(
            place,
            *size,
            fill=False,
            edgecolor=palette().muted,
            linestyle=(0, (4, 2)),
            linewidth=scale,
            zorder=1,
            label="_frame",
        )
    )
    # A plate below the title: letters need more contrast than lines, on dark too.
    width = title_width(box)
    axes.add_patch(
        Rectangle(
            place,
            width,
            TITLE_HEIGHT,
            facecolor=palette().paper,
            edgecolor=palette().muted,
            linewidth=scale,
            zorder=3,
            label="_title",
        )
    )
    for number, (text, weight) in enumerate(zip(frame_title(box), ("bold", "normal"))):
        axes.text(
            place[0] + PADDING,
            place[1] + TITLE_HEIGHT / 2 + (number - 0.5) * LINE,
            text,
            color=palette().ink,
            fontsize=TEXT_SIZE * scale,
            weight=weight,
            va="center",
            zorder=4,
        )


def _paint_arrows(axes: "Axes", routes: list[tuple[list[Point], bool]], rankdir: str, scale: float) -> None:
    from matplotlib.collections import PathCollection, PolyCollection
    from matplotlib.path import Path as Curve

    along = 1 if rankdir == "TB" else 0
    curves, heads = [], []
    for route, head in routes:
        x, y = end = route[-1]
        if head:
            length, half = HEAD_LENGTH, HEAD_WIDTH / 2
            heads.append(
                [end, (x - half, y - length), (x + half, y - length)]
                if along
                else [end, (x - length, y - half), (x - length, y + half)]
            )
            # The line ends inside the head, whose tip would otherwise be blunt.
            route = [*route[:-1], (x, y - length / 2) if along else (x - length / 2, y)]
        points, codes = [route[0]], [Curve.MOVETO]
        for start, end in pairwise(route):
            if start[1 - along] == end[1 - along]:
                points.append(end)
                codes.append(Curve.LINETO)
                continue
            middle = (start[along] + end[along]) / 2
            bends = [(x, middle) if along else (middle, y) for x, y in (start, end)]
            points += [*bends, end]
            codes += [Curve.CURVE4] * 3
        curves.append(Curve(points, codes))
    axes.add_collection(
        PathCollection(
            curves,
            facecolors="none",
            edgecolors=palette().muted,
            linewidths=1.2 * scale,
            transform=axes.transData,
            zorder=2,
        ),
        autolim=False,
    )
    axes.add_collection(
        PolyCollection(heads, facecolors=palette().muted, edgecolors="none", zorder=2), autolim=False
    )
