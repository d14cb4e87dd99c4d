"""How every figure looks: quiet axes, colours that colour-blind readers and grey print can tell apart."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from neurode.errors import UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Palette:
    """The colours of a figure: what is written, what recedes, what it lies on, and Okabe and Ito's six.

    Attributes:
        ink: Text and what matters most.
        muted: Axes, links, what is beside the point.
        grid: Lines of the grid, cells without a value.
        paper: What the figure lies on; cut-outs in it.
        blue: The network's everywhere; what pushes down, negative.
        vermillion: Training, what pushes up, positive classes.
        green: A third series, and so on.
    """

    ink: str
    muted: str
    grid: str
    paper: str
    blue: str
    vermillion: str
    green: str
    purple: str
    orange: str
    sky: str

    @property
    def series(self) -> tuple[str, ...]:
        """Colours of curves, strongest first. The first is the network's everywhere."""
        return (self.blue, self.vermillion, self.green, self.purple, self.orange, self.sky)


LIGHT = Palette(
    "#1b1f24", "#5b6470", "#d9dee4", "#ffffff",
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
)  # fmt: skip
DARK = Palette(
    "#e8ebee", "#9aa4af", "#333a42", "#14171a",
    "#5db4ea", "#f08a4b", "#35c79b", "#dd9fc1", "#f0b93b", "#8fcbf0",
)  # fmt: skip
PALETTES = {"light": LIGHT, "dark": DARK}

DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))
"""A second sign beside the colour, for print in grey."""

_palette: ContextVar[Palette] = ContextVar("palette", default=LIGHT)


def palette() -> Palette:
    """The colours in force: those of the innermost `figure_style`."""
    return _palette.get()


def settings(colors: Palette) -> dict[Any, Any]:
    """matplotlib's settings for figures in these colours."""
    from neurode.drawing.fonts import families

    return {
        "font.size": 9,
        "font.family": list(families()),
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "axes.edgecolor": colors.muted,
        "axes.labelcolor": colors.ink,
        "axes.titlecolor": colors.ink,
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": colors.grid,
        "grid.linewidth": 0.6,
        "xtick.color": colors.muted,
        "ytick.color": colors.muted,
        "xtick.labelcolor": colors.ink,
        "ytick.labelcolor": colors.ink,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "text.color": colors.ink,
        "legend.fontsize": 8,
        "legend.frameon": False,
        # Without opacity, but of a colour: a figure remembers what it was drawn for.
        "figure.facecolor": f"{colors.paper}00",
        "savefig.facecolor": "auto",
        "svg.fonttype": "none",
        # A column may be called "$ per $": its name is text, not a formula.
        "text.parse_math": False,
    }


@contextmanager
def figure_style(theme: str | None = None) -> Iterator[None]:
    """Within it, figures look like neurode's. Nothing global stays changed.

    Args:
        theme: `"light"`, `"dark"` (for a dark page or notebook), or None for the one around it, light if
            there is none.

    Raises:
        UnknownNameError: If there is no such theme.

    Example:
        >>> with figure_style():
        ...     axes = new_axes(4, 3)
        >>> [side for side, spine in axes.spines.items() if spine.get_visible()]
        ['left', 'bottom']
        >>> with figure_style("dark"):
        ...     palette().paper
        '#14171a'
    """
    import matplotlib

    if theme is not None and theme not in PALETTES:
        raise UnknownNameError("theme", theme, PALETTES)
    colors = palette() if theme is None else PALETTES[theme]
    token = _palette.set(colors)
    try:
        with matplotlib.rc_context(settings(colors)), warnings.catch_warnings():
            # Letters that matplotlib's font lacks are still text in an SVG, where the reader's fonts draw
            # them.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            yield
    finally:
        _palette.reset(token)


def theme_of(figure: Any) -> str | None:
    """The theme that a figure was drawn in, by the colour of its paper; None for a figure of another kind.

    Example:
        >>> with figure_style("dark"):
        ...     axes = new_axes(4, 3)
        >>> theme_of(axes.figure)
        'dark'
    """
    from matplotlib.colors import to_hex

    papers = {colors.paper: theme for theme, colors in PALETTES.items()}
    return papers.get(to_hex(figure.get_facecolor()))


def new_axes(width: float | int, height: float | int) -> "Axes":
    """Axes on a figure of their own, in inches, that no window manager knows of."""
    from matplotlib.figure import Figure

    colors = palette()
    axes = Figure(figsize=(width, height), layout="constrained").add_subplot()
    # matplotlib makes ticks when it draws, by the settings of that time; these stay those of the theme.
    axes.tick_params(
        color=colors.muted, labelcolor=colors.ink, labelsize=8, grid_color=colors.grid, grid_linewidth=0.6
    )
    return axes


def bare_axes(width: float | int, height: float | int) -> "Axes":
    """Axes without ticks that fill a figure of their own; there is no layout to solve."""
    from matplotlib.figure import Figure

    axes = Figure(figsize=(width, height)).add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    return axes


BLACK, WHITE = "#000000", "#fefefe"
"""For text on filled cells. No palette has them: a page that swaps palettes leaves cell and text as they
are."""


def readable_on(background: Any) -> str:
    """Black or white, whichever stands out more from a filled cell; at least 4.5 to 1 (WCAG 2.2, 1.4.3).

    Example:
        >>> readable_on("#0072b2"), readable_on("#eef4fa")
        ('#fefefe', '#000000')
    """
    from matplotlib.colors import to_rgb

    shade = _luminance(to_rgb(background)) + 0.05
    return BLACK if shade / 0.05 > (_luminance(to_rgb(WHITE)) + 0.05) / shade else WHITE


def _luminance(color: tuple[float, float, float]) -> float:
    """Relative luminance of a colour, WCAG 2.2."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def elided(text: object, length: int) -> str:
    """The text in so many characters, on one line, the middle left out where it is longer.

    Example:
        >>> elided("months_since_last_delinquency", 16)
        'months_s…nquency'
    """
    text = "".join(letter if letter.isprintable() else " " for letter in str(text))
    tail = (length - 1) // 2
    return text if len(text) <= length else text[: length - 1 - tail] + "…" + text[len(text) - tail :]


@lru_cache(maxsize=8192)
def text_width(text: str, size: float | int = 8, bold: bool = False) -> float:
    """The width of a line in inches, as set in matplotlib's font at so many points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72
