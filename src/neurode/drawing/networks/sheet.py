"""Where everything of a drawn network goes, in inches: columns, names, captions, within the room there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from neurode.drawing.networks.words import Drawn, beside, caption, gap_words, sums_told
from neurode.drawing.style import elided, text_width

LONGEST_NAME, SHORTEST_NAME = 24, 6

FONT, SMALLEST_FONT = 8.0, 3.5
"""Points of the letters, and what they shrink to in small axes."""

LINE = 1.35
"""Height of a line of a caption, in letters."""

ROW, TALL_ROW = 0.27, 0.52
"""Inches from neuron to neuron; tall ones have room for Σ and f."""

FEW_ROWS, FEW_LAYERS = 8.4, 7
"""Up to so many neurons a layer and so many layers, inputs and outputs included, rows are tall."""

STEP, LEAST_TALL_STEP = 1.4, 0.8
"""Inches from layer to layer unless the room says otherwise, and the least with Σ and f."""

LEAST_WIDTH = 4.4

HINTING = 1.05
"""Letters on a screen are a little wider than their outlines."""

EDGE = 0.12
"""Left and right of everything."""

RADIUS, TALL_RADIUS = 0.066, 0.19
BIAS_ROWS, BIAS_SIDE = 1.15, 0.17
"""Rows that the bias units take above the neurons, and how large they are."""

TWO_LINES = 2.2
"""Letters from neuron to neuron that a gap of two short lines needs; else it gets one long line."""


class Text(NamedTuple):
    """Words at a place, in inches; `on_links` ones need a plate below them, `shrunk` ones are smaller."""

    x: float
    y: float
    words: str
    across: str = "center"
    along: str = "center"
    spacing: float = 1.2
    on_links: bool = False
    shrunk: float = 1.0


@dataclass(frozen=True, eq=False)
class Sheet:
    """The page: what is on it, its measures in inches, and the places that follow from them.

    Attributes:
        drawn: What is on it.
        width: Of the page.
        height: Of the page.
        font: Points of the letters.
        longest: Letters of the longest name.
        tall: Whether units show Σ and f.
        between: What stands between two numbers in a gap: a space, or a new line.
        inner: The width of the inputs' own names.
        outer: The width of the columns' names beyond the brackets.
        left: Room left of the inputs.
        right: Room right of the outputs.
        top: Room above neurons and bias units.
        bottom: Room below the neurons.
    """

    drawn: Drawn
    width: float
    height: float
    font: float
    longest: int
    tall: bool
    between: str
    inner: float
    outer: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def step(self) -> float:
        """From layer to layer."""
        return max(self.width - self.left - self.right, 0.1) / self.drawn.last

    @property
    def row(self) -> float:
        """From neuron to neuron."""
        room = max(self.height - self.top - self.bottom, 0.1)
        return min(room / _rows_with_bias(self.drawn), 1.3 * TALL_ROW)

    def place(self, layer: float | int, height: float) -> tuple[float, float]:
        """Where a neuron is that stands so many rows above the middle."""
        spare = self.height - self.top - self.bottom - self.row * _rows_with_bias(self.drawn)
        middle = self.bottom + spare / 2 + self.row * self.drawn.rows / 2
        return self.left + layer * self.step, middle + height * self.row

    def bias(self, layer: int) -> tuple[float, float]:
        """Where the unit is that is always 1."""
        return self.place(layer, self.drawn.rows / 2 - 0.5 + BIAS_ROWS)

    def dropout(self, layer: int) -> tuple[float, float, float]:
        """The line that marks dropout: where it is, its lower and its upper end."""
        x, low = self.place(layer + 0.5, -self.drawn.rows / 2)
        return x, low, self.place(layer, _rows_with_bias(self.drawn) - self.drawn.rows / 2)[1]

    def radius(self, layer: int) -> float:
        """Of a circle."""
        return min(TALL_RADIUS if self.tall and layer else RADIUS, 0.4 * self.row)

    @property
    def bias_side(self) -> float:
        """Of the square of a bias unit."""
        return min(BIAS_SIDE * self.font / FONT, 0.8 * self.row)

    def lines(self) -> Iterator[tuple[list[float], list[float]]]:
        """The brackets of the inputs."""
        for bracket in self.drawn.brackets:
            x, top = self.place(0, bracket.top + 0.28)
            x -= self._away(0) + (self.inner + 0.06 if self.inner else 0)
            bottom = self.place(0, bracket.bottom - 0.28)[1]
            yield [x, x - 0.06, x - 0.06, x], [top, top, bottom, bottom]

    def texts(self) -> Iterator[Text]:
        """Everything that is written."""
        for layer, column in enumerate(self.drawn.stacks):
            side, across = (-1, "right") if layer == 0 else (1, "left")
            for height, words in beside(self.drawn, layer, self.longest):
                x, y = self.place(layer, height)
                yield Text(x + side * self._away(layer), y, words, across)
            if not self.drawn.is_named(layer):
                for gap in column.gaps:
                    words = gap_words(column, gap).replace(" of ", f"{self.between}of ")
                    yield Text(*self.place(layer, gap.height), words, on_links=True)
            x, low = self.place(layer, -self.drawn.rows / 2)
            yield Text(x, low - 0.04, caption(self.drawn, layer, self.tall), along="top", spacing=LINE)
        yield from self._brackets()
        yield from self._biases()
        for layer, share in enumerate(self.drawn.dropouts):
            if share:
                x, _, y = self.dropout(layer)
                yield Text(x, y + 0.02, f"dropout\n{100 * share:.3g} %", along="bottom")
        if self.tall:
            yield from self._sums()

    def _brackets(self) -> Iterator[Text]:
        for bracket in self.drawn.brackets:
            x, y = self.place(0, (bracket.top + bracket.bottom) / 2)
            x -= self._away(0) + (self.inner + 0.06 if self.inner else 0) + 0.12
            yield Text(x, y, elided(bracket.name, self.longest), "right")

    def _biases(self) -> Iterator[Text]:
        layers = [layer for layer, bias in enumerate(self.drawn.biases) if bias is not None]
        yield from (
            Text(*self.bias(layer), "1", shrunk=self.bias_side / (BIAS_SIDE * self.font / FONT))
            for layer in layers
        )
        if layers:
            x, y = self.bias(layers[0])
            yield Text(x - 0.13, y, "bias", "right")

    def _sums(self) -> Iterator[Text]:
        for layer in range(1, self.drawn.last + 1):
            inside = "Σ│f" if self.drawn.activations[layer - 1] else "Σ"
            for height in self.drawn.stacks[layer].heights:
                yield Text(*self.place(layer, float(height)), inside)
        yield Text(self.width / 2, 0.04, sums_told(self.drawn), along="bottom")

    def _away(self, layer: int) -> float:
        """From the middle of a neuron to the words beside it."""
        return self.radius(layer) + 0.06


def natural_size(drawn: Drawn) -> tuple[float, float]:
    """Width and height of a figure in which nothing is squeezed."""
    tall = drawn.rows <= FEW_ROWS and len(drawn.stacks) <= FEW_LAYERS
    page = _sheet(drawn, 0.0, 0.0, FONT, LONGEST_NAME, tall=tall)
    width = max(LEAST_WIDTH, page.left + page.right + STEP * drawn.last)
    return width, page.top + page.bottom + _rows_with_bias(drawn) * (TALL_ROW if tall else ROW)


def fitted(drawn: Drawn, width: float, height: float) -> Sheet:
    """The page of this size: Σ and f if there is room; names and letters shrink if there is none."""
    few = drawn.rows <= FEW_ROWS and len(drawn.stacks) <= FEW_LAYERS
    tall = _sheet(drawn, width, height, FONT, LONGEST_NAME, tall=True)
    if few and tall.row > 0.9 * TALL_ROW and tall.step >= max(LEAST_TALL_STEP, _least_step(tall)):
        return tall
    longest, font = LONGEST_NAME, FONT
    between = "\n" if _sheet(drawn, width, height, font, longest).row >= TWO_LINES * FONT / 72 else " "

    def page() -> Sheet:
        return _sheet(drawn, width, height, font, longest, between=between)

    while page().step < max(0.6 * STEP, _least_step(page())) and longest > SHORTEST_NAME:
        longest -= 1
    while (page().step < _least_step(page()) or page().row < 1.15 * font / 72) and font > SMALLEST_FONT:
        font -= 0.25
    return page()


def _sheet(
    drawn: Drawn,
    width: float,
    height: float,
    font: float,
    longest: int,
    *,
    tall: bool = False,
    between: str = "\n",
) -> Sheet:
    captions = [caption(drawn, layer, tall) for layer in range(len(drawn.stacks))]
    inputs = _widest((words for _, words in beside(drawn, 0, longest)), font)
    outputs = _widest((words for _, words in beside(drawn, drawn.last, longest)), font)
    outer = _widest((elided(bracket.name, longest) for bracket in drawn.brackets), font)
    away = (TALL_RADIUS if tall else RADIUS) + 0.06
    letter = font / 72
    lines = max(words.count("\n") + 1 for words in captions)
    names = inputs + (outer + 0.2 if drawn.brackets else 0.0)
    bias = text_width("bias", font) + 0.13 if drawn.biases[0] is not None else 0.0
    return Sheet(
        drawn,
        width,
        height,
        font,
        longest,
        tall,
        between,
        inner=inputs,
        outer=outer,
        left=EDGE
        + max(names + RADIUS + 0.06, bias, _widest([captions[0], _gaps(drawn, 0, between)], font) / 2),
        right=EDGE
        + max(outputs + away, _widest([captions[-1], _gaps(drawn, drawn.last, between)], font) / 2),
        top=0.08 + letter * ((2.2 if drawn.has_weights else 0) + (2.8 if any(drawn.dropouts) else 0)),
        bottom=0.12 + letter * (lines * LINE + (2 if tall else 0)),
    )


def _least_step(page: Sheet) -> float:
    """From layer to layer so that no words touch."""
    drawn = page.drawn
    words = [
        _widest([caption(drawn, layer, page.tall), _gaps(drawn, layer, page.between)], page.font)
        for layer in range(len(drawn.stacks))
    ]
    dropout = text_width("dropout", page.font) if sum(map(bool, drawn.dropouts)) > 1 else 0
    return 0.08 + max(dropout, *(0.5 * (one + other) for one, other in pairwise(words)))


def _gaps(drawn: Drawn, layer: int, between: str) -> str:
    """The lines in the gaps between the links."""
    if drawn.is_named(layer):
        return ""
    column = drawn.stacks[layer]
    return "\n".join(gap_words(column, gap).replace(" of ", f"{between}of ") for gap in column.gaps)


def _widest(words: Iterable[str], font: float) -> float:
    return HINTING * max(
        (text_width(line, font) for text in words for line in text.splitlines()), default=0.0
    )


def _rows_with_bias(drawn: Drawn) -> float:
    return drawn.rows + (BIAS_ROWS if drawn.has_biases else 0)
