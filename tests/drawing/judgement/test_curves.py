from types import SimpleNamespace

import numpy as np
import pytest

from neurode.drawing import (
    draw_intervals,
    draw_precision_recall_curves,
    draw_roc_curves,
    draw_score_histogram,
)
from neurode.errors import ArgumentError

LONG = "a model whose author could not stop writing its name"
RATES = np.linspace(0, 1, 20)


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def clear_of_the_axes(axes):
    """Whether the legend lies above the curves."""
    axes.figure.draw_without_rendering()
    return axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def roc():
    return SimpleNamespace(false_positive_rate=RATES, true_positive_rate=np.sqrt(RATES))


@pytest.mark.parametrize("names", [("network",), ("network", LONG, "gradient boosting")])
def test_ranking_curves_name_every_model(names):
    axes = draw_roc_curves({name: roc() for name in names})
    assert len(legend(axes)) == len(names) + 1
    assert legend(axes)[-1] == "guessing"
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_more_models_than_colours_are_drawn():
    axes = draw_roc_curves({f"model {i}": roc() for i in range(9)})
    assert len(legend(axes)) == 10


def test_precision_is_shown_against_the_prevalence():
    curve = SimpleNamespace(recall=RATES, precision=1 - 0.7 * RATES, prevalence=0.3)
    axes = draw_precision_recall_curves({"network": curve, LONG: curve})
    assert axes.lines[-1].get_ydata()[0] == 0.3
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("recall", "precision")
    assert within_the_figure(axes)


@pytest.mark.parametrize("labels", [("paid", "default"), (LONG, LONG + ", truly")])
def test_a_histogram_shows_both_classes_and_the_threshold(labels):
    edges, counts = np.linspace(0, 1, 5), np.array([[500, 300, 100, 100], [1, 2, 3, 4]])
    axes = draw_score_histogram(edges, counts, labels, threshold=0.25)
    assert legend(axes)[-1] == "threshold 0.25"
    # Shares of the class: the rare class is as tall as the frequent one.
    assert axes.patches[3].get_data().values.tolist() == [0.1, 0.2, 0.3, 0.4]
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_an_empty_class_draws_nothing_and_fails_nothing():
    axes = draw_score_histogram(np.array([0, 0.5, 1]), np.array([[0, 0], [1, 1]]), ["a", "b"])
    axes.figure.draw_without_rendering()


def test_labels_must_match_the_classes():
    with pytest.raises(ArgumentError, match="2 rows of counts for 1 labels"):
        draw_score_histogram(np.array([0, 1]), np.ones((2, 1)), ["a"])


def test_intervals_put_the_first_model_on_top():
    axes = draw_intervals({"network": (0.8, 0.7, 0.9), LONG: (0.5, np.nan, np.nan)}, "ROC AUC")
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.texts] == ["0.800", "0.500"]
    assert within_the_figure(axes)


def test_a_curve_of_one_point_is_a_point_and_none_is_told():
    point = SimpleNamespace(false_positive_rate=np.array([0.2]), true_positive_rate=np.array([0.7]))
    nothing = SimpleNamespace(false_positive_rate=np.full(3, np.nan), true_positive_rate=np.full(3, np.nan))
    axes = draw_roc_curves({"network": point, "constant": nothing})
    assert axes.lines[0].get_marker() == "o"
    assert legend(axes)[:2] == ["network", "constant (no curve)"]
    assert within_the_figure(axes)


@pytest.mark.parametrize("n_classes", [3, 7, 30])
def test_every_class_has_a_line_of_its_own_in_a_histogram(n_classes):
    counts = np.arange(1, 4 * n_classes + 1).reshape(n_classes, 4)
    axes = draw_score_histogram(np.linspace(0, 1, 5), counts, [f"class {i}" for i in range(n_classes)])
    lines = [patch for patch in axes.patches if patch.get_label().startswith("class")]
    assert len({(patch.get_edgecolor(), str(patch.get_linestyle())) for patch in lines}) == n_classes
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_a_model_without_a_value_is_told_in_words():
    axes = draw_intervals({"network": (np.nan,) * 3, "other": (0.5, 0.4, 0.6)}, "ROC AUC")
    assert [text.get_text() for text in axes.texts] == ["no value", "0.500"]
    assert within_the_figure(axes)
