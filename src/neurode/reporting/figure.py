"""A picture on the page, with what to see in it."""

from dataclasses import dataclass
from typing import Any

from neurode.reporting.svg import inline_svg


@dataclass(frozen=True)
class Figure:
    """A picture with its caption.

    Attributes:
        name: Unique on the page, and in the group that the page asks for.
        svg: The picture.
        caption: What to see in it.
        wide: Whether it takes the whole width of the page.
    """

    name: str
    svg: str
    caption: str
    wide: bool = False


def figure(name: str, axes: Any, label: str, caption: str, wide: bool = False) -> Figure:
    """The picture of some axes.

    Args:
        name: Unique on the page.
        axes: Drawn on a figure of their own.
        label: What a screen reader says.
        caption: What to see in it.
        wide: Whether it takes the whole width of the page.
    """
    return Figure(name, inline_svg(axes.figure, f"figure-{name}", label), caption, wide)
