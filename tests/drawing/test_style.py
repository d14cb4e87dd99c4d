import matplotlib
import pytest

from neurode.drawing import figure_style
from neurode.drawing.style import DARK, DASHES, LIGHT, elided, new_axes, palette, readable_on, theme_of
from neurode.errors import UnknownNameError


def test_nothing_global_stays_changed():
    before = dict(matplotlib.rcParams)
    with figure_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert dict(matplotlib.rcParams) == before


def test_every_colour_has_a_dash_of_its_own_for_print_in_grey():
    assert len(set(LIGHT.series)) == len(set(DARK.series)) == len(set(DASHES)) == len(LIGHT.series)


def luminance(color):
    """Relative luminance, WCAG 2.2."""
    parts = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in matplotlib.colors.to_rgb(color)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(color, paper):
    light, dark = sorted([luminance(color), luminance(paper)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_first_lines_stand_out_from_paper(colors):
    # WCAG 2.2: 1.4.11 asks 3 : 1 of graphics, 1.4.3 asks 4.5 : 1 of text.
    assert all(contrast(color, colors.paper) >= 3 for color in colors.series[:3])
    assert all(contrast(color, colors.paper) >= 4.5 for color in (colors.ink, colors.muted))


@pytest.mark.parametrize("shade", range(0, 256, 15))
def test_text_on_any_grey_can_be_read(shade):
    grey = f"#{shade:02x}{shade:02x}{shade:02x}"
    assert contrast(readable_on(grey), grey) >= 4.5


def test_a_figure_remembers_its_theme_and_is_transparent():
    from matplotlib.figure import Figure

    for theme in ("light", "dark"):
        with figure_style(theme):
            figure = new_axes(4, 3).figure
        assert theme_of(figure) == theme
        assert figure.get_facecolor()[3] == 0
    assert theme_of(Figure(facecolor="red")) is None
    assert theme_of(Figure(facecolor="none")) is None


def test_a_figure_within_a_dark_style_is_dark():
    with figure_style("dark"):
        with figure_style():
            assert palette() is DARK
            assert matplotlib.rcParams["text.color"] == DARK.ink
        with figure_style("light"):
            assert palette() is LIGHT
        assert palette() is DARK
    assert palette() is LIGHT


def test_an_unknown_theme_is_named():
    with pytest.raises(UnknownNameError, match="no theme named 'sepia'"), figure_style("sepia"):
        pass


@pytest.mark.parametrize("length", [3, 8, 9, 40])
def test_elided_text_is_never_too_long(length):
    assert len(elided("a name of thirty-one characters", length)) <= length


def test_a_name_is_one_line():
    assert elided("two\nlines", 20) == "two lines"


def test_no_window_manager_knows_the_figure():
    axes = new_axes(4, 3)
    assert axes.figure.canvas.manager is None
