"""Labels of axes: broken into lines where they are longer than their axes, so that no edge cuts them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neurode.drawing.style import elided, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT = 9
"""Points of their letters, as `style.settings` says."""

MOST_LINES = 3

LOW, NARROW = 2.1, 3.0
"""Inches of axes that are low, and of such that are narrow."""

FEWEST_LETTERS, LETTER = 12, 0.065
"""Of a name beside axes, however narrow they are; inches of one."""


def label_axes(axes: "Axes", x: str | None = None, y: str | None = None, names: Sequence[str] = ()) -> None:
    """Names the axes, in as many lines as the room beside them asks for.

    Args:
        axes: In their place, or near it: a layout may still move them a little.
        x: What goes to the right; None for what is there.
        y: What goes up.
        names: What stands beside the axes in place of numbers and moves them aside.

    Example:
        >>> from neurode.drawing.style import new_axes
        >>> axes = new_axes(3, 2)
        >>> label_axes(axes, "probability of a payment that is late by more than a month")
        >>> axes.get_xlabel().count("\\n")
        1
    """
    if x is not None:
        room = _inches(axes, axes.bbox.width)
        if room < NARROW:
            # They are not in the middle of the figure: beside them the other label stands.
            room *= 0.85
        aside = max((text_width(name, 8) for name in names), default=0.0) - 0.3
        axes.set_xlabel(in_lines(x, max(room - max(aside, 0.0), 0.4 * room)))
    if y is not None:
        height = _inches(axes, axes.bbox.height)
        # In low axes title, legend and the other label take a large part of the height.
        axes.set_ylabel(in_lines(y, height if height > LOW else 0.48 * height))


def letters_beside(axes: "Axes | None", longest: int) -> int:
    """How many letters names beside axes may have: in a narrow figure they leave room for what is drawn.

    Args:
        axes: Those of someone else; None where a figure of their own will have room.
        longest: Where there is room.

    Example:
        >>> letters_beside(None, 30)
        30
        >>> from neurode.drawing.style import new_axes
        >>> letters_beside(new_axes(3.3, 2.6), 30)
        19
    """
    if axes is None:
        return longest
    return min(longest, max(FEWEST_LETTERS, int(0.5 * _inches(axes, axes.bbox.width) / LETTER)))


def in_lines(text: str, inches: float | int) -> str:
    """The text in lines of at most so many inches; what three of them cannot hold is left out.

    Example:
        >>> in_lines("a label of two lines", 0.9)
        'a label of two\\nlines'
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", FONT) <= inches:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [" ".join(lines[MOST_LINES - 1 :])]
    return "\n".join(_narrowed(line, inches) for line in lines)


def _narrowed(line: str, inches: float | int) -> str:
    letters = len(line)
    while letters > 3 and text_width(elided(line, letters), FONT) > inches:
        letters -= 1
    return elided(line, letters)


def _inches(axes: "Axes", pixels: Any) -> float:
    return float(pixels) / axes.figure.dpi
