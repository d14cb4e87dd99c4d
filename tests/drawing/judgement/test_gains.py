import numpy as np
import pytest

from neurode.drawing import draw_gains, draw_ks, draw_lift, figure_style
from neurode.drawing.style import DARK
from neurode.errors import ArgumentError
from neurode.evaluation import gains_curve, ks_curve
from neurode.reporting.svg import inline_svg

LONG = "a model whose author could not stop writing its name"


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def clear_of_the_axes(axes):
    axes.figure.draw_without_rendering()
    return axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def rows(n=2000, rate=0.2):
    generator = np.random.default_rng(0)
    target = (generator.random(n) < rate).astype(int)
    target[:2] = [0, 1]
    score = np.clip(generator.normal(0.3 + 0.2 * target, 0.12), 0, 1)
    return target, np.column_stack([1 - score, score])


def test_gains_lie_between_guessing_and_a_perfect_score():
    curve = gains_curve(*rows())
    axes = draw_gains({"network": curve, LONG: curve})
    assert legend(axes)[0] == "network"
    assert legend(axes)[2:] == ["perfect", "guessing"]
    perfect, guessing = axes.lines[-2:]
    assert perfect.get_xdata()[1] == curve.base_rate
    found = axes.lines[0].get_ydata()
    assert (found <= np.interp(curve.depth, perfect.get_xdata(), perfect.get_ydata()) + 1e-9).all()
    np.testing.assert_array_equal(guessing.get_xdata(), guessing.get_ydata())
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_more_models_than_colours_are_drawn():
    curve = gains_curve(*rows())
    assert len(legend(draw_gains({f"model {i}": curve for i in range(9)}))) == 11


def test_lift_is_the_rate_of_each_part_over_the_usual_one():
    curve = gains_curve(*rows())
    axes = draw_lift(curve.table, curve.base_rate)
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_allclose(heights, curve.table.lift)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), curve.table.cumulative_lift)
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_ks_is_marked_where_the_two_are_farthest_apart():
    curve = ks_curve(*rows())
    axes = draw_ks(curve, ["paid", "default"])
    ends = axes.lines[-1].get_ydata()
    assert ends[1] - ends[0] == pytest.approx(curve.statistic)
    assert legend(axes)[-1] == f"KS {curve.statistic:.3f} at {curve.score[curve.place]:.3g}"
    assert clear_of_the_axes(axes)


def test_two_rows_and_long_names_fit():
    target, probability = rows(2)
    curve = gains_curve(target, probability)
    for axes in (
        draw_gains({LONG: curve}),
        draw_lift(curve.table, curve.base_rate),
        draw_ks(ks_curve(target, probability), [LONG, LONG]),
    ):
        assert within_the_figure(axes)
        assert clear_of_the_axes(axes)


def test_the_dark_theme_is_taken_at_the_time_of_drawing():
    curve = gains_curve(*rows())
    with figure_style("dark"):
        assert draw_gains({"network": curve}).lines[0].get_color() == DARK.blue
        assert draw_ks(ks_curve(*rows())).lines[-1].get_color() == DARK.ink


def test_what_cannot_be_drawn_is_named():
    curve = gains_curve(*rows())
    with pytest.raises(ArgumentError, match="no curve"):
        draw_gains({})
    with pytest.raises(ArgumentError, match="base_rate=0"):
        draw_lift(curve.table, 0)
    with pytest.raises(ArgumentError, match="1 labels for two classes"):
        draw_ks(ks_curve(*rows()), ["default"])


def test_many_rows_weigh_little_in_a_page():
    many = rows(100_000)
    assert len(inline_svg(draw_gains({"network": gains_curve(*many)}).figure, "a", "b").encode()) < 60_000
    assert len(inline_svg(draw_ks(ks_curve(*many)).figure, "a", "b").encode()) < 60_000
