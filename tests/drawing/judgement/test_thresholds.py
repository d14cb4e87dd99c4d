from dataclasses import replace

import numpy as np
import pytest

from neurode.drawing import draw_costs, draw_thresholds, figure_style
from neurode.drawing.style import DARK, LIGHT
from neurode.errors import ArgumentError, UnknownNameError
from neurode.evaluation import threshold_curve
from neurode.reporting.svg import inline_svg

COST = {"false_negative": 5, "false_positive": 1}


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def clear_of_the_axes(axes):
    axes.figure.draw_without_rendering()
    return axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def curve(n=3000, rate=0.2, scale=1.0, price=1):
    generator = np.random.default_rng(0)
    target = (generator.random(n) < rate).astype(int)
    target[:2] = [0, 1]
    score = scale * np.clip(generator.normal(0.3 + 0.2 * target, 0.12), 0, 1)
    cost = {name: price * each for name, each in COST.items()}
    return threshold_curve(target, np.column_stack([1 - score, score]), cost=cost)


def test_metrics_differ_in_colour_and_dash():
    axes = draw_thresholds(curve(), threshold=0.35, refer_band=(0.3, 0.42))
    assert legend(axes) == [
        "precision",
        "recall",
        "specificity",
        "F1",
        "approval rate",
        "a person decides: 0.3 to 0.42",
        "threshold 0.35",
    ]
    assert [line.get_color() for line in axes.lines[:5]] == list(LIGHT.series[:5])
    assert len({str(line._dash_pattern) for line in axes.lines[:5]}) == 5
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_precision_ends_where_nobody_is_called():
    record = curve()
    axes = draw_thresholds(record, ["precision", "recall"])
    precision, recall = (line.get_ydata() for line in axes.lines)
    assert np.isnan(precision[-1])
    assert recall[-1] == 0
    assert precision[-2] == record.metrics["precision"][1]


def test_small_scores_are_not_squeezed():
    axes = draw_thresholds(curve(scale=0.1), ["recall"])
    assert axes.get_xlim()[1] < 0.12
    assert draw_thresholds(curve(), ["recall"]).get_xlim()[1] <= 1.02


def test_a_metric_below_0_has_room():
    record = curve()
    falling = replace(record, metrics={**record.metrics, "mcc": record.metrics["mcc"] - 0.5})
    assert draw_thresholds(falling, ["mcc"]).get_ylim()[0] < -0.5
    assert legend(draw_thresholds(record, ["mcc"])) == ["MCC"]


def test_the_dark_theme_is_taken_at_the_time_of_drawing():
    with figure_style("dark"):
        axes = draw_thresholds(curve(), ["recall"], threshold=0.3)
    assert axes.lines[0].get_color() == DARK.blue
    assert axes.get_legend().get_texts()[0].get_color() == DARK.ink


@pytest.mark.parametrize("metrics", [[], ["recall"] * 7])
def test_as_many_metrics_as_there_are_dashes(metrics):
    with pytest.raises(ArgumentError, match="metrics in one figure"):
        draw_thresholds(curve(), metrics)


def test_an_unknown_metric_is_named():
    with pytest.raises(UnknownNameError, match="did you mean 'recall'"):
        draw_thresholds(curve(), ["recal"])


def test_costs_mark_the_least_and_the_chosen():
    record = curve()
    axes = draw_costs(record, threshold=0.3, per=1000)
    x, y = axes.lines[1].get_data()
    assert y[0] == 1000 * record.mean_cost[record.cheapest]
    assert x[0] == record.threshold[record.cheapest]
    assert legend(axes)[1] == "95 % interval"
    assert legend(axes)[2].startswith("least: ")
    assert axes.get_ylabel() == "cost of 1,000 rows"
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


@pytest.mark.parametrize("price", [1e-4, 1, 1e7])
def test_costs_of_any_size_fit(price):
    axes = draw_costs(curve(price=price), threshold=0.3, refer_band=(0.2, 0.4))
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_two_rows_are_a_curve():
    for axes in (draw_thresholds(curve(2)), draw_costs(curve(2))):
        assert within_the_figure(axes)


def test_without_prices_there_is_nothing_to_draw():
    record = threshold_curve([0, 1], [[0.9, 0.1], [0.2, 0.8]])
    with pytest.raises(ArgumentError, match="no costs"):
        draw_costs(record)


def test_many_rows_weigh_little_in_a_page():
    record = curve(100_000)
    assert len(inline_svg(draw_thresholds(record).figure, "a", "b").encode()) < 90_000
    assert len(inline_svg(draw_costs(record).figure, "a", "b").encode()) < 90_000
