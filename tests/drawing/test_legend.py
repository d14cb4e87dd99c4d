import pytest

from neurode.drawing.legend import legend_above, legend_height
from neurode.drawing.style import figure_style, new_axes


def drawn(labels, most=3):
    with figure_style():
        axes = new_axes(4.2, 2.5 + legend_height(labels, 4.2, most))
        for label in labels:
            axes.plot([0, 1], [0, 1], label=label)
        legend_above(axes, most)
    axes.figure.draw_without_rendering()
    return axes


@pytest.mark.parametrize(
    "labels",
    [["a"], ["training", "validation", "kept: epoch 1,000"], ["a model of a rather long name, no. 1"] * 3],
    ids=len,
)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_legend_is_above_the_axes_and_on_the_page(labels, most):
    axes = drawn(labels, most)
    box, page = axes.get_legend().get_window_extent(), axes.figure.bbox
    assert box.y0 >= axes.get_window_extent().y1 - 1
    assert box.x1 <= page.x1
    assert box.y1 <= page.y1


def test_short_labels_stand_side_by_side():
    assert drawn(["a", "b", "c"]).get_legend()._ncols == 3
    assert drawn(["a model of a rather long name"] * 3).get_legend()._ncols == 1


def test_the_height_that_is_told_is_the_height_that_it_takes():
    labels = [f"model {i}" for i in range(9)]
    axes = drawn(labels, 2)
    inches = axes.get_legend().get_window_extent().height / axes.figure.dpi
    assert inches == pytest.approx(legend_height(labels, 4.2, 2), abs=0.1)


def test_without_labels_there_is_no_legend():
    assert drawn([]).get_legend() is None
