"""Saving: a figure as a file, by the ending of its name."""

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurode.drawing.fonts import letters_without_font
from neurode.drawing.style import elided, figure_style, palette, theme_of
from neurode.errors import FileError, listed
from neurode.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Neither the time nor a random salt: the same figure is the same file.
_METADATA: dict[str, dict[str, Any]] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def save_figure(axes: "Axes", to_file: str | os.PathLike, *, dpi: float | int = 150) -> None:
    """Writes the figure of these axes, whole or not at all, on the paper of the theme that it was drawn in.

    A dark figure is drawn within `figure_style("dark")`; where it is saved makes no difference.

    Args:
        axes: What a function of this package drew.
        to_file: A path that ends in `.png`, `.svg` or `.pdf`.
        dpi: Dots per inch of a PNG.

    Raises:
        FileError: The ending is another one, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from neurode.drawing import draw_confusion_matrix
        >>> path = Path(tempfile.mkdtemp()) / "classes.svg"
        >>> save_figure(draw_confusion_matrix(np.eye(2), ["paid", "default"]), path)
        >>> path.read_text()[:5]
        '<?xml'
    """
    ending = known_ending(to_file)
    written = figure_bytes(axes, ending, dpi=dpi)
    with replacing(to_file) as temporary:
        temporary.write_bytes(written)


def figure_bytes(axes: "Axes", ending: str, *, dpi: float | int = 150) -> bytes:
    """The figure of these axes as the content of a file.

    Args:
        axes: What a function of this package drew.
        ending: `"png"`, `"svg"` or `"pdf"`.
        dpi: Dots per inch of a PNG.

    Example:
        >>> from neurode.drawing import draw_network
        >>> figure_bytes(draw_network([2, 1]), "png")[1:4]
        b'PNG'
    """
    import matplotlib

    figure: Any = axes.get_figure(root=True)
    if ending != "svg":
        _tell_empty_boxes(figure)
    buffer = io.BytesIO()
    with figure_style(theme_of(figure)), matplotlib.rc_context({"svg.hashsalt": "neurode"}):
        figure.savefig(buffer, format=ending, dpi=dpi, metadata=_METADATA[ending], facecolor=palette().paper)
    return buffer.getvalue()


def _tell_empty_boxes(figure: Any) -> None:
    """In an SVG letters are text, which the reader's fonts draw; elsewhere they are shapes of a font here."""
    lacking = letters_without_font(figure)
    if lacking:
        warnings.warn(
            f"no font that matplotlib knows here has the letters {elided(lacking, 24)!r}: they are drawn as "
            "empty boxes\n\nhint: install a font that has them, such as Noto Sans CJK, or save an .svg",
            stacklevel=4,
        )


def known_ending(to_file: str | os.PathLike) -> str:
    """The ending of a path to draw to, once it is known to be one of `.png`, `.svg`, `.pdf`.

    Example:
        >>> known_ending("figures/table.PDF")
        'pdf'
    """
    ending = Path(to_file).suffix.lower().removeprefix(".")
    if ending not in _METADATA:
        raise FileError(
            f"cannot draw a file that ends in '.{ending}'",
            available=f"endings: {listed('.' + known for known in _METADATA)}",
        )
    return ending
