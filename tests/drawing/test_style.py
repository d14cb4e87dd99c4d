import matplotlib
import pytest

from neurode.drawing import figure_style
from neurode.drawing.style import DASHES, SERIES, elided, new_axes


def test_nothing_global_stays_changed():
    before = dict(matplotlib.rcParams)
    with figure_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert dict(matplotlib.rcParams) == before


def test_every_colour_has_a_dash_of_its_own_for_print_in_grey():
    assert len(set(SERIES)) == len(set(DASHES)) == len(SERIES)


def luminance(color):
    """Relative luminance, WCAG 2.2."""
    parts = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in matplotlib.colors.to_rgb(color)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("color", SERIES[:3])
def test_the_first_lines_stand_out_from_paper(color):
    # WCAG 2.2, 1.4.11 asks 3 : 1 of graphics.
    assert 1.05 / (luminance(color) + 0.05) >= 3


@pytest.mark.parametrize("length", [3, 8, 9, 40])
def test_elided_text_is_never_too_long(length):
    assert len(elided("a name of thirty-one characters", length)) <= length


def test_a_name_is_one_line():
    assert elided("two\nlines", 20) == "two lines"


def test_no_window_manager_knows_the_figure():
    axes = new_axes(4, 3)
    assert axes.figure.canvas.manager is None
