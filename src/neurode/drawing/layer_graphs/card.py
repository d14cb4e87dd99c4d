"""One layer as a card: a header that says what it is, and rows of what a person asked to see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from neurode.drawing.style import elided, palette, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_TEXT = 38
"""Characters of a name or a shape; the middle of a longer one is left out."""

MOST_SHAPES = 4
"""Shapes of one layer that are listed; the others are counted."""

HEADER_SIZE, TEXT_SIZE, LINE = 9.0, 8.0, 0.165
"""Points, points, and inches from line to line."""

PADDING = 0.11
LEAST_WIDTH = 1.1


@dataclass(frozen=True)
class LayerBox:
    """What the figure of a graph needs to know of a layer.

    Args:
        name: Unique among its siblings.
        kind: The layer's class. An `"InputLayer"` is grey and shows one shape.
        inputs: Names of the boxes that feed it, one for each tensor that it takes, in their order; one
            name twice for two arrows. `"encoder/mean"` is the layer `mean` in the nested model `encoder`; the
            bare name of a nested model means those of its layers that feed no other.
        input_shape: Of what it takes: one shape, or a list or dict of shapes. None if unknown.
        output_shape: Of what it gives, likewise.
        activation: Its activation's name, None if it has none.
        dtype: Of what it gives.
        trainable: Whether its weights are trained; None if it has no weights, which leaves the row out.
        children: The layers of a nested model. Tensors that enter it go to those without inputs, in order.

    Example:
        >>> LayerBox("hidden", "Dense", ("table",), (None, 8), (None, 12), activation="relu").trainable
        True
    """

    name: str
    kind: str
    inputs: tuple[str, ...] = ()
    input_shape: Any = None
    output_shape: Any = None
    activation: str | None = None
    dtype: str | None = None
    trainable: bool | None = True
    children: tuple["LayerBox", ...] = ()


@dataclass(frozen=True)
class Shown:
    """What of each layer is shown, in the words of `draw_layer_graph`."""

    shapes: bool = False
    dtype: bool = False
    layer_names: bool = False
    layer_activations: bool = False
    trainable: bool = False


class Row(NamedTuple):
    """A row of a card: a label at the left, lines at the right, a mark before them where it has a colour."""

    label: str
    lines: list[str]
    mark: str = ""


class Card(NamedTuple):
    """A layer's texts and the room that they take, in inches."""

    kind: str
    name: str
    rows: list[Row]
    label_width: float
    width: float
    height: float
    is_input: bool


def layer_card(box: LayerBox, shown: Shown) -> Card:
    """The card of a layer, measured.

    Example:
        >>> box = LayerBox("hidden", "Dense", (), (None, 8), (None, 12), activation="relu")
        >>> layer_card(box, Shown(shapes=True)).rows[1]
        Row(label='output', lines=['(None, 12)'], mark='')
    """
    kind = elided(box.kind, LONGEST_TEXT)
    name = elided(box.name, LONGEST_TEXT) if shown.layer_names else ""
    rows = list(_rows(box, shown))
    label_width = max((text_width(row.label) for row in rows), default=0.0)
    values = [text_width(line) + (LINE if row.mark else 0) for row in rows for line in row.lines]
    inner = [
        text_width(kind, HEADER_SIZE, bold=True),
        text_width(name),
        label_width + PADDING + max(values, default=0.0),
    ]
    height = _header_height(name) + sum(_row_height(row) for row in rows)
    width = max(LEAST_WIDTH, max(inner) + 2 * PADDING)
    return Card(kind, name, rows, label_width, width, height, box.kind == "InputLayer")


def _rows(box: LayerBox, shown: Shown) -> Iterator[Row]:
    if shown.layer_activations and box.activation is not None:
        yield Row("activation", [elided(box.activation, LONGEST_TEXT)])
    if shown.shapes:
        # What an input takes is what it gives.
        if box.kind != "InputLayer":
            yield Row("input", _shape_lines(box.input_shape))
        yield Row("output", _shape_lines(box.output_shape))
    if shown.dtype:
        yield Row("dtype", [elided(box.dtype or "?", LONGEST_TEXT)])
    if shown.trainable and box.trainable is not None:
        word, mark = ("trainable", "filled") if box.trainable else ("non-trainable", "hollow")
        yield Row("weights", [word], mark)


def _shape_lines(shape: Any) -> list[str]:
    """One line a shape: `(None, 8)`, `left: (None, 8)`, or `?` for an unknown one."""
    if isinstance(shape, Mapping):
        lines = [f"{name}: {part}" for name, part in shape.items()]
    elif isinstance(shape, list | tuple) and any(isinstance(part, list | tuple) for part in shape):
        lines = [str(part) for part in shape]
    else:
        lines = ["?" if shape is None else str(shape)]
    if len(lines) > MOST_SHAPES:
        lines[MOST_SHAPES - 1 :] = [f"… {len(lines) - MOST_SHAPES + 1} more"]
    return [elided(line, LONGEST_TEXT) for line in lines]


def _header_height(name: str) -> float:
    return 0.3 if not name else 0.3 + LINE


def _row_height(row: Row) -> float:
    return LINE * len(row.lines) + 0.08


def paint_card(
    axes: "Axes", card: Card, left: float, top: float, width: float, height: float, scale: float
) -> None:
    """Draws a card; `scale` is the size of an inch of the card on the page, in inches.

    Of more room than the card needs, the header takes the height.
    """
    from matplotlib.patches import Rectangle

    head = height - (card.height - _header_height(card.name))
    color = palette().muted if card.is_input else palette().blue

    def fill(height: float, face: str, edge: str, label: str) -> None:
        axes.add_patch(
            Rectangle(
                (left, top),
                width,
                height,
                facecolor=face,
                edgecolor=edge,
                linewidth=scale,
                zorder=3,
                label=label,
            )
        )

    def write(x: float, y: float, text: str, color: str, size: float = TEXT_SIZE, **manner: Any) -> None:
        axes.text(x, y, text, color=color, fontsize=size * scale, va="center", zorder=4, **manner)

    fill(height, palette().paper, palette().muted, "_card")
    fill(head, color, color, "_header")
    center, middle, step = left + width / 2, top + head / 2, LINE / 2 if card.name else 0.0
    write(center, middle - step, card.kind, palette().paper, HEADER_SIZE, ha="center", weight="bold")
    if card.name:
        write(center, middle + step, card.name, palette().paper, ha="center")
    top += head
    for i, row in enumerate(card.rows):
        if i:
            axes.plot(
                [left, left + width],
                [top, top],
                color=palette().grid,
                linewidth=0.7 * scale,
                solid_capstyle="butt",
                zorder=3,
            )
        write(left + PADDING, top + 0.04 + LINE / 2, row.label, palette().muted, ha="left")
        start = left + 2 * PADDING + card.label_width
        if row.mark:
            _paint_mark(axes, row, start, top, scale)
            start += LINE
        for number, text in enumerate(row.lines):
            write(start, top + 0.04 + LINE * (number + 0.5), text, palette().ink, ha="left")
        top += _row_height(row)


def _paint_mark(axes: "Axes", row: Row, left: float, top: float, scale: float) -> None:
    """A square, filled or hollow: a sign beside the colour."""
    from matplotlib.patches import Rectangle

    color, side = (palette().green if row.mark == "filled" else palette().vermillion), 0.085
    place = (left, top + 0.04 + (LINE - side) / 2)
    face = color if row.mark == "filled" else "none"
    axes.add_patch(
        Rectangle(place, side, side, facecolor=face, edgecolor=color, linewidth=1.1 * scale, zorder=4)
    )
