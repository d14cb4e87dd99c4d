import datetime

import numpy as np
import pytest

from neurode.drawing import draw_waterfall, figure_style
from neurode.drawing.wording import decimals_for, number_text, signed_text, value_text
from neurode.errors import ArgumentError, ShapeError

LONG = [f"a column with quite a long name, number {i}" for i in range(200)]


def names(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("columns", "values", "threshold"),
    [
        (["age"], [0.006], 0.3),
        (list("abcde"), [0.083, -0.024, 0.009, -0.008, 0.003], 0.25),
        (list("abc"), [0, 0, 0], None),
        (list("abc"), [-45000, 30000, 12], 20000),
        (LONG, np.sin(np.arange(200)), 0.5),
    ],
    ids=["one", "five", "zero", "large", "many"],
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overlaps_or_is_cut(columns, values, threshold, theme):
    row = dict.fromkeys(columns, "a level with quite a long name")
    with figure_style(theme):
        axes = draw_waterfall(columns, values, 0.22, row, threshold=threshold)
    axes.figure.draw_without_rendering()
    paper = axes.figure.bbox
    boxes = [text.get_window_extent() for text in [*axes.get_yticklabels(), *axes.texts]]
    assert not [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]
    assert all(box.x0 >= -1 and box.x1 <= paper.x1 + 1 and box.y1 <= paper.y1 + 1 for box in boxes)


def test_steps_lead_from_the_base_value_to_the_prediction():
    axes = draw_waterfall(list("abc"), [0.1, -0.3, 0.05], 0.5, most=2)
    ends = [patch.get_xy()[2, 0] for patch in axes.patches]
    starts = [patch.get_xy()[0, 0] for patch in axes.patches]
    assert starts == pytest.approx([0.5, 0.2, 0.3])
    assert ends == pytest.approx([0.2, 0.3, 0.35])
    assert names(axes) == ["base value", "b", "a", "1 more column", "prediction"]
    assert texts(axes) == ["0.500", "−0.300", "+0.100", "+0.050", "0.350"]


def test_up_and_down_differ_in_sign_side_and_colour():
    axes = draw_waterfall(["up", "down"], [0.2, -0.1], 0.5)
    up, down = axes.patches
    assert up.get_facecolor() != down.get_facecolor()
    assert up.get_xy()[2, 0] > up.get_xy()[0, 0]
    assert down.get_xy()[2, 0] < down.get_xy()[0, 0]
    # Numbers stand beyond the point, not on the bar.
    sides = {text.get_text(): text.get_horizontalalignment() for text in axes.texts}
    assert (sides["+0.200"], sides["−0.100"]) == ("left", "right")


def test_the_row_s_values_are_told_and_gaps_named():
    row = {"limit": 50000.0, "late": None, "paid": True, "day": datetime.date(2020, 5, 1)}
    axes = draw_waterfall([*row, "group"], [5, 4, 3, 2, 1], 0, row)
    assert names(axes)[1:-1] == [
        "limit = 50,000", "late = missing", "paid = yes", "day = 2020-05-01", "group",
    ]  # fmt: skip


def test_the_threshold_is_marked():
    axes = draw_waterfall(["a"], [0.1], 0.2, threshold=0.2816)
    assert "threshold 0.2816" in texts(axes)
    low, high = axes.get_xlim()
    assert low < 0.2816 < high


def test_the_band_in_which_a_person_decides_is_hatched_and_told():
    axes = draw_waterfall(["a"], [0.1], 0.2, threshold=0.3, refer_band=(0.25, 0.7))
    assert axes.patches[-1].get_hatch()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a person decides: 0.25 to 0.7"]
    assert axes.get_xlim()[1] > 0.7


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="for 2 columns"):
        draw_waterfall(["a", "b"], [1.0], 0)
    with pytest.raises(ArgumentError, match="values of 'a'"):
        draw_waterfall(["a"], [np.nan], 0)
    with pytest.raises(ArgumentError, match="of no one row"):
        draw_waterfall(["a"], [[1.0], [2.0]], 0)
    with pytest.raises(ArgumentError, match="base value nan"):
        draw_waterfall(["a"], [1.0], float("nan"))


def test_numbers_show_three_digits_of_the_largest():
    assert [decimals_for([value]) for value in (0, 0.0314, 0.5, 1.0, 250, 9e9, 1e-12)] == [
        2,
        4,
        3,
        2,
        0,
        0,
        6,
    ]
    assert number_text(-0.0, 2) == "0.00"
    assert number_text(-0.001, 2) == "0.00"
    assert signed_text(-0.001, 2) == "0.00"
    assert number_text(2.5e13, 0) == "2e+13"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-3, "−3"), (1234567.0, "1,234,567"), (-0.00001237, "−1.237e−05"), (12345.678, "12,345.7"),
        (np.float32(0.5), "0.5"), (np.datetime64("2020-05-01T00:00"), "2020-05-01"),
        (np.datetime64("NaT"), "missing"), (datetime.datetime(2020, 5, 1, 12, 30), "2020-05-01T12:30:00"),
        (np.bool_(False), "no"), ("x" * 30, "xxxxxxxxx…xxxxxxxx"),
    ],
    ids=str,
)  # fmt: skip
def test_values_of_a_table_are_written_as_a_person_reads_them(value, text):
    assert value_text(value) == text
