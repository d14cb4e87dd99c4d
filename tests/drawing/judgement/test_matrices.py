import numpy as np
import pytest

from neurode.drawing import draw_confusion_matrix, draw_correlations, figure_style
from neurode.errors import ShapeError


def texts(axes):
    return [text.get_text() for text in axes.texts]


def overlapping(boxes):
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]


@pytest.mark.parametrize("n_classes", [1, 2, 3, 5, 8, 12, 30])
@pytest.mark.parametrize("label", ["{}", "class {}", "a class with quite a name, number {}"])
def test_labels_do_not_overlap_at_any_size(n_classes, label):
    counts = 900 * np.eye(n_classes, dtype=int) + 12
    axes = draw_confusion_matrix(counts, [label.format(i) for i in range(n_classes)])
    axes.figure.draw_without_rendering()
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels(), axes.texts):
        assert not overlapping([tick.get_window_extent() for tick in ticks])


def test_few_classes_show_counts_and_shares():
    axes = draw_confusion_matrix(np.array([[4227, 243], [1188, 342]]), ["paid", "default"])
    assert texts(axes) == ["4,227\n94.6 %", "243\n5.4 %", "1,188\n77.6 %", "342\n22.4 %"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "actual class")


def test_many_classes_show_the_shares_that_matter():
    axes = draw_confusion_matrix(
        96 * np.eye(20, dtype=int) + np.eye(20, k=1, dtype=int) * 4, list("abcdefghijklmnopqrst")
    )
    assert texts(axes) == ["96"] * 19 + ["100"]


def test_the_first_class_is_at_the_top():
    axes = draw_confusion_matrix(np.eye(3, dtype=int), ["a", "b", "c"])
    assert axes.yaxis_inverted()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c"]


def test_a_class_without_rows_is_drawn_pale():
    axes = draw_confusion_matrix(np.array([[5, 0], [0, 0]]), ["a", "b"])
    axes.figure.draw_without_rendering()
    assert texts(axes)[2] == "0\n0.0 %"


def test_the_shape_must_fit_the_labels():
    with pytest.raises(ShapeError, match="no place for 3 labels"):
        draw_confusion_matrix(np.eye(2), ["a", "b", "c"])


def correlations_of(n_columns):
    return np.atleast_2d(np.corrcoef(np.random.default_rng(0).normal(size=(n_columns, 30))))


@pytest.mark.parametrize("n_columns", [1, 2, 5, 23, 80, 200])
@pytest.mark.parametrize("name", ["x{}", "a column with quite a name, number {}"])
def test_names_of_correlated_columns_do_not_overlap(n_columns, name):
    axes = draw_correlations([name.format(i) for i in range(n_columns)], correlations_of(n_columns))
    axes.figure.draw_without_rendering()
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels(), axes.texts):
        assert not overlapping([tick.get_window_extent() for tick in ticks])


def test_weak_correlations_and_the_diagonal_are_not_written():
    matrix = np.array([[1, 0.32, 0.04], [0.32, 1, -0.999], [0.04, -0.999, 1]])
    assert texts(draw_correlations(list("abc"), matrix)) == [".32", ".32", "-1.00", "-1.00"]


def test_that_blank_squares_are_weak_is_said_where_there_are_some():
    matrix = np.array([[1, 0.32, 0.04], [0.32, 1, -0.9], [0.04, -0.9, 1]])
    assert draw_correlations(list("abc"), matrix).get_title("left") == "blank: weaker than 0.05"
    assert draw_correlations(list("ab"), matrix[:2, :2]).get_title("left") == ""


def test_many_columns_are_shaded_alone():
    assert texts(draw_correlations(list(map(str, range(26))), correlations_of(26))) == []


def test_a_correlation_that_is_not_known_is_left_grey():
    axes = draw_correlations(["a", "b"], np.array([[1, np.nan], [np.nan, 1]]))
    assert texts(axes) == []
    assert axes.collections[0].get_array().mask.sum() == 2


def test_correlations_must_fit_the_names():
    with pytest.raises(ShapeError, match="no place for 3 columns"):
        draw_correlations(list("abc"), np.eye(2))


def test_of_very_many_columns_every_so_many_are_named_and_that_is_told():
    axes = draw_correlations([f"column {i}" for i in range(200)], correlations_of(200))
    assert axes.get_title("left") == "one name in 3 is written"
    assert [tick.get_text() for tick in axes.get_yticklabels()][:2] == ["column 0", "column 3"]
    assert min(tick.get_fontsize() for tick in axes.get_yticklabels()) >= 7


def luminance(color):
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrasts(axes, paper):
    """Of each text against the square that it lies on, over the paper."""
    from matplotlib.colors import to_rgb

    axes.figure.draw_without_rendering()
    fills = axes.collections[0].get_facecolors()
    n = round(np.sqrt(len(fills)))
    for text in axes.texts:
        column, row = (int(place) for place in text.get_position())
        *color, alpha = fills[row * n + column]
        below = alpha * np.array(color) + (1 - alpha) * np.array(to_rgb(paper))
        dark, light = sorted([luminance(below), luminance(to_rgb(text.get_color()))])
        yield (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_on_squares_can_be_read(theme):
    from neurode.drawing.style import PALETTES

    steps = np.linspace(-1, 1, 12)
    matrix = np.where(np.eye(12) > 0, 1, steps[:, None] * np.ones(12))
    rates = np.round(1000 * np.linspace(0, 1, 8)).astype(int)
    counts = np.stack([rates, 1000 - rates], axis=1)
    with figure_style(theme):
        correlations = draw_correlations([str(i) for i in range(12)], matrix)
        confusions = [draw_confusion_matrix(np.stack([row, row]), ["a", "b"]) for row in counts]
    for axes in (correlations, *confusions):
        # WCAG 2.2, 1.4.3.
        assert min(contrasts(axes, PALETTES[theme].paper)) >= 4.5
