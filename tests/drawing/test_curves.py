from types import SimpleNamespace

import numpy as np
import pytest

from neurode.drawing import (
    draw_history,
    draw_intervals,
    draw_precision_recall_curves,
    draw_roc_curves,
    draw_score_histogram,
)
from neurode.errors import ArgumentError, UnknownNameError

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


def test_training_validation_and_the_kept_epoch_are_told_apart():
    axes = draw_history({"loss": [3.0, 2.0, 1.5], "val_loss": [3.0, 2.2, 2.4]}, best_epoch=2)
    assert legend(axes) == ["training", "validation", "kept: epoch 2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    (x,), (y,) = axes.lines[-1].get_data()
    assert (x, y) == (2, 2.2)
    assert clear_of_the_axes(axes)


def test_one_epoch_and_no_validation_are_enough():
    axes = draw_history({"roc_auc": [0.7]}, "roc_auc")
    axes.figure.draw_without_rendering()
    assert legend(axes) == ["training"]
    assert axes.lines[0].get_marker() == "o"
    assert all(float(tick).is_integer() for tick in axes.get_xticks())


def test_an_unknown_metric_is_named_with_those_there_are():
    with pytest.raises(UnknownNameError, match="did you mean 'loss'"):
        draw_history({"loss": [1.0], "val_loss": [1.0]}, "los")


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
