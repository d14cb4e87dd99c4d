import numpy as np
import pytest

from neurode.drawing import draw_correlations, draw_history, draw_importance, figure_style, save_figure
from neurode.drawing.saving import figure_bytes
from neurode.drawing.style import DARK, LIGHT
from neurode.errors import FileError


@pytest.mark.parametrize("name", ["c.png", "c.SVG", "c.pdf"])
def test_the_same_figure_is_the_same_file(tmp_path, name):
    written = []
    for _ in range(2):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["c.gif", "c"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(FileError, match=r"endings: '\.png', '\.svg', '\.pdf'"):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match="cannot write"):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / "none" / "c.png")


@pytest.mark.parametrize(("theme", "colors", "others"), [("light", LIGHT, DARK), ("dark", DARK, LIGHT)])
def test_a_figure_is_saved_in_the_theme_that_it_was_drawn_in(tmp_path, theme, colors, others):
    with figure_style(theme):
        axes = draw_history({"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.5, 2.0]}, best_epoch=2)
    with figure_style("light" if theme == "dark" else "dark"):
        save_figure(axes, tmp_path / "h.svg")
    text = (tmp_path / "h.svg").read_text()
    # Ticks are made when the figure is drawn: they, too, must be of its theme.
    assert all(color in text for color in (colors.paper, colors.ink, colors.muted, colors.grid))
    assert not any(color in text for color in (others.paper, others.ink, others.muted, others.grid))


def test_a_part_of_a_figure_is_saved_with_all_of_it(tmp_path):
    from matplotlib.figure import Figure

    part = Figure(figsize=(4, 2)).subfigures(1, 2)[0]
    save_figure(draw_history({"loss": [1.0]}, ax=part.add_subplot()), tmp_path / "h.png")
    assert (tmp_path / "h.png").read_bytes().startswith(b"\x89PNG")


def test_letters_that_no_font_has_are_told_in_a_picture_and_are_text_in_an_svg():
    axes = draw_importance(["𒀀𒀁", "age"], [2, 1])
    with pytest.warns(UserWarning, match="has the letters '𒀀𒀁'"):
        figure_bytes(axes, "png")
    assert "𒀀𒀁".encode() in figure_bytes(axes, "svg")
