"""The gallery shows every figure, in light and in dark, and is what its script says."""

import ast
import importlib
from pathlib import Path

import pytest

from neurode import drawing

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"
PICTURES = sorted(path.stem.removesuffix("-light") for path in GALLERY.glob("*-light.png"))
MOST_BYTES = 6_000_000


@pytest.fixture
def build(monkeypatch):
    monkeypatch.syspath_prepend(str(GALLERY))
    return importlib.import_module("build")


def called():
    """The names of `drawing` that the gallery's table calls."""
    tree = ast.parse((GALLERY / "figures.py").read_text())
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "drawing"
    }


@pytest.mark.parametrize("name", [name for name in drawing.__all__ if name.startswith("draw_")])
def test_every_figure_is_in_the_gallery(name):
    assert name in called(), "add it to docs/gallery/figures.py and run docs/gallery/build.py"


def test_every_picture_of_the_table_is_there_in_light_and_dark(build):
    names = [picture.name for pictures in build.SECTIONS.values() for picture in pictures]
    assert len(set(names)) == len(names)
    assert sorted(names) == PICTURES
    assert {path.stem for path in GALLERY.glob("*.png")} == {
        f"{n}-{t}" for n in names for t in ("light", "dark")
    }


def test_the_page_is_what_the_table_says(build):
    assert (GALLERY / "README.md").read_text() == build.page(), "run python docs/gallery/build.py"


def test_the_gallery_is_light_enough_for_a_repository():
    assert sum(path.stat().st_size for path in GALLERY.iterdir() if path.is_file()) < MOST_BYTES


def test_a_picture_is_written_with_a_palette(build, tmp_path):
    from PIL import Image

    from neurode.drawing.saving import figure_bytes

    with drawing.figure_style("dark"):
        axes = drawing.draw_network([2, 1])
    build.write(figure_bytes(axes, "png"), tmp_path / "n.png")
    with Image.open(tmp_path / "n.png") as image:
        assert image.mode == "P"
        # A palette moves a colour by a hair at most.
        assert max(abs(a - b) for a, b in zip(image.convert("RGB").getpixel((0, 0)), (0x14, 0x17, 0x1A))) <= 3


def test_a_scale_of_colours_keeps_its_colours(build, tmp_path):
    import io

    import numpy as np
    from PIL import Image

    scale = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    png = io.BytesIO()
    Image.fromarray(scale).save(png, format="png")
    build.write(png.getvalue(), tmp_path / "scale.png")
    with Image.open(tmp_path / "scale.png") as written:
        assert np.array_equal(np.asarray(written), scale)
