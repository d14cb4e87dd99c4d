"""Saving: a figure as a file, by the ending of its name."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurode.drawing.style import PAPER, figure_style
from neurode.errors import FileError, listed
from neurode.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Neither the time nor a random salt: the same figure is the same file.
_METADATA: dict[str, dict[str, Any]] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def save_figure(axes: "Axes", to_file: str | os.PathLike, *, dpi: float | int = 150) -> None:
    """Writes the figure of these axes, whole or not at all, on white paper.

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
    import matplotlib

    figure: Any = axes.figure
    with replacing(to_file) as temporary, figure_style(), matplotlib.rc_context({"svg.hashsalt": "neurode"}):
        figure.savefig(temporary, format=ending, dpi=dpi, metadata=_METADATA[ending], facecolor=PAPER)


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
