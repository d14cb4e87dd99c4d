"""Draws the gallery: every figure of `neurode.drawing`, in light and in dark, and the page that shows them.

`python docs/gallery/build.py` draws everything, `python docs/gallery/build.py roc network` those two.
"""

import io
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import numpy as np  # noqa: E402
from figures import SECTIONS  # noqa: E402
from material import Material  # noqa: E402
from PIL import Image  # noqa: E402

from neurode.drawing import figure_style  # noqa: E402
from neurode.drawing.saving import figure_bytes  # noqa: E402

DPI = 96
COLORS = 256
"""A figure has few colours; a palette makes its file a third as large."""

MOST_SHIFTED = 4
"""Of 255. Where a palette shifts a colour by more, as on a scale of colours, the picture goes without."""

BEGIN = """\
# Gallery

Every figure of `neurode.drawing`, drawn from the embedded table and networks trained on it, in light and in dark (the page
shows the one that suits your screen). `python docs/gallery/build.py` draws them; `docs/gallery/figures.py` is the code of each.
"""


def main(names: list[str]) -> None:
    material = Material()
    for picture in (each for section in SECTIONS.values() for each in section):
        if names and picture.name not in names:
            continue
        for theme in ("light", "dark"):
            with figure_style(theme):
                drawn = picture.draw(material)
            axes = drawn[0] if isinstance(drawn, tuple) else drawn
            path = HERE / f"{picture.name}-{theme}.png"
            write(figure_bytes(axes, "png", dpi=DPI), path)
            print(path)
    (HERE / "README.md").write_text(page())


def write(png: bytes, path: Path) -> None:
    """Writes a picture, with a palette of its own where that is not seen."""
    with Image.open(io.BytesIO(png)) as image:
        full = image.convert("RGB")
    small = full.quantize(COLORS, dither=Image.Dither.NONE)
    shift = np.abs(np.asarray(full, dtype=np.int16) - np.asarray(small.convert("RGB"), dtype=np.int16))
    (small if np.quantile(shift, 0.999) <= MOST_SHIFTED else full).save(path, optimize=True)


def page() -> str:
    """The page that shows every figure."""
    parts = [BEGIN]
    for section, pictures in SECTIONS.items():
        parts.append(f"\n## {section}\n")
        for name, says, _ in pictures:
            parts.append(
                f"\n{says}\n\n"
                "<picture>\n"
                f'  <source media="(prefers-color-scheme: dark)" srcset="{name}-dark.png">\n'
                f'  <img src="{name}-light.png" alt="{says}">\n'
                "</picture>\n"
            )
    return "".join(parts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
