from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from neurode.drawing import draw_predictions, draw_residual_histogram, draw_residuals
from neurode.reporting.svg import inline_svg

LONG = "a target whose author could not stop writing its name"


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def clear_of_the_axes(axes):
    axes.figure.draw_without_rendering()
    return axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def density(rows=4000, size=40, scale=1.0, most=None):
    generator = np.random.default_rng(0)
    x = generator.normal(size=rows)
    counts, x_edges, y_edges = np.histogram2d(x, x + generator.normal(size=rows), size)
    counts = counts.astype(int) if most is None else np.minimum(counts, most).astype(int)
    return SimpleNamespace(x_edges=scale * x_edges, y_edges=scale * y_edges, counts=counts)


DECILES = SimpleNamespace(
    prediction=np.linspace(-2, 2, 10), residual=np.zeros(10), lower=np.full(10, -1.0), upper=np.full(10, 1.0)
)


def area(patch):
    """The area of the rectangles of a path: five corners each."""
    corners = patch.get_path().vertices.reshape(-1, 5, 2)
    width, height = (corners[:, 2] - corners[:, 0]).T
    return (width * height).sum()


@pytest.mark.parametrize("most", [None, 1, 3])
def test_the_shades_cover_each_cell_with_rows_once(most):
    record = density(most=most)
    axes = draw_predictions(record)
    cells = np.outer(np.diff(record.x_edges), np.diff(record.y_edges))
    assert sum(area(patch) for patch in axes.patches) == pytest.approx(cells[record.counts > 0].sum())
    shades = [patch.get_alpha() for patch in axes.patches]
    assert shades == sorted(shades)


def test_the_key_tells_every_count_once():
    record = density()
    shown = [
        text.removesuffix(" rows").removesuffix(" row") for text in legend(draw_predictions(record))[:-1]
    ]
    ends = [[int(end) for end in text.split("–")] for text in shown]
    assert ends[0][0] == 1
    assert ends[-1][-1] == record.counts.max()
    assert all(after[0] == before[-1] + 1 for before, after in pairwise(ends))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e5, 1e15])
def test_figures_of_any_scale_fit_and_keep_their_legend_outside(scale):
    record = density(scale=scale)
    for axes in (draw_predictions(record, LONG), draw_residuals(record, DECILES, LONG)):
        assert clear_of_the_axes(axes)
        assert within_the_figure(axes)
    axes = draw_residual_histogram(record.x_edges, record.counts.sum(axis=1))
    assert within_the_figure(axes)


def test_long_numbers_are_shortened():
    axes = draw_predictions(density(scale=1e5))
    axes.figure.draw_without_rendering()
    assert any(text.get_text().endswith("k") for text in axes.get_xticklabels())


def test_actual_and_predicted_are_drawn_to_one_scale():
    axes = draw_predictions(density(), "price")
    assert axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("actual price", "predicted price")
    x, y = axes.lines[0].get_data()
    np.testing.assert_array_equal(x, y)


def test_residuals_show_the_means_of_tenths():
    axes = draw_residuals(density(), DECILES, "price")
    assert legend(axes)[-2:] == ["8 in 10 rows of a tenth", "mean of a tenth"]
    np.testing.assert_array_equal(axes.lines[-1].get_xdata(), DECILES.prediction)
    assert "mean of a tenth" not in legend(draw_residuals(density()))


def test_a_density_weighs_little_in_a_page():
    assert len(inline_svg(draw_predictions(density(20_000)).figure, "a", "b").encode()) < 60_000


def test_a_grid_without_rows_is_drawn_empty():
    record = density(0, size=4)
    assert not draw_predictions(record).patches
    draw_residual_histogram(record.x_edges, np.zeros(4, int)).figure.draw_without_rendering()
