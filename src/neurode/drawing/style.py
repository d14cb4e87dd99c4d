"""How every figure looks: quiet axes, colours that colour-blind readers and grey print can tell apart."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#1b1f24"
MUTED = "#5b6470"
GRID = "#d9dee4"
PAPER = "#ffffff"

BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#cc79a7"
ORANGE = "#e69f00"
SKY = "#56b4e9"

SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
"""Okabe and Ito's colours, strongest first. The first is the network's everywhere."""

DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))
"""A second sign beside the colour, for print in grey."""

SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "text.color": INK,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "auto",
    "svg.fonttype": "none",
    # A column may be called "$ per $": its name is text, not a formula.
    "text.parse_math": False,
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Within it, figures look like neurode's. Nothing global stays changed.

    Example:
        >>> with figure_style():
        ...     axes = new_axes(4, 3)
        >>> [side for side, spine in axes.spines.items() if spine.get_visible()]
        ['left', 'bottom']
    """
    import matplotlib

    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        # Letters that matplotlib's font lacks are still text in an SVG, where the reader's fonts draw them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def new_axes(width: float | int, height: float | int) -> "Axes":
    """Axes on a figure of their own, in inches, that no window manager knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def elided(text: object, length: int) -> str:
    """The text in so many characters, on one line, the middle left out where it is longer.

    Example:
        >>> elided("months_since_last_delinquency", 16)
        'months_s…nquency'
    """
    text = "".join(letter if letter.isprintable() else " " for letter in str(text))
    tail = (length - 1) // 2
    return text if len(text) <= length else text[: length - 1 - tail] + "…" + text[len(text) - tail :]
