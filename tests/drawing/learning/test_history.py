import numpy as np
import pytest

from neurode.drawing import draw_histories, draw_history, figure_style, save_figure
from neurode.drawing.style import DARK
from neurode.errors import ArgumentError, UnknownNameError


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


@pytest.mark.parametrize("best", [1, 500, 1000])
def test_a_thousand_epochs_fit(best):
    values = np.linspace(2, 1, 1000)
    axes = draw_history({"loss": list(values), "val_loss": list(values + 0.5)}, best_epoch=best)
    assert within_the_figure(axes)
    assert clear_of_the_axes(axes)


def test_an_unknown_metric_is_named_with_those_there_are():
    with pytest.raises(UnknownNameError, match="did you mean 'loss'"):
        draw_history({"loss": [1.0], "val_loss": [1.0]}, "los")


def test_epochs_without_a_finite_value_are_marked_and_interrupt_the_line():
    axes = draw_history({"loss": [1.0, np.nan, 0.5, np.inf, 0.4, 0.3]}, best_epoch=2)
    assert "not finite" in legend(axes)
    crosses = axes.lines[-1]
    assert crosses.get_xdata().tolist() == [2, 4]
    # Epochs 1 and 3 stand alone: points, since no line touches them.
    assert axes.lines[0].get_markevery() == [0, 2]
    assert within_the_figure(axes)


def test_a_history_of_nothing_finite_is_drawn():
    axes = draw_history({"loss": [float("nan")] * 3}, best_epoch=3)
    assert legend(axes) == ["training", "kept: epoch 3", "not finite"]
    assert within_the_figure(axes)


@pytest.mark.parametrize(
    ("metric", "values", "scale"),
    [
        ("loss", [100.0, 0.5], "log"),
        ("loss", [0.7, 0.5], "linear"),
        ("loss", [0.0, 500.0], "linear"),
        ("learning_rate", [1e-2, 1e-5], "log"),
        # A share of 1 % beside one of 100 % is no reason.
        ("precision", [0.001, 1.0], "linear"),
        ("mae", [1e5, 10.0], "log"),
    ],
)
def test_the_axis_is_logarithmic_where_ratios_are_wide(metric, values, scale):
    axes = draw_history({metric: values}, metric)
    assert axes.get_yscale() == scale
    axes.figure.draw_without_rendering()
    assert not any("$" in label.get_text() for label in axes.get_yticklabels())


def test_a_metric_of_several_values_is_several_lines_with_one_name():
    axes = draw_history(
        {"f1": [[0.1, 0.2], [0.3, 0.4]], "val_f1": [[0.1, 0.1], [0.2, 0.3]]}, "f1", best_epoch=1
    )
    assert legend(axes) == ["training", "validation", "kept: epoch 1"]
    assert sum(len(line.get_xdata()) == 2 for line in axes.lines) == 5  # The mark is a line of two points.


def test_every_metric_has_axes_of_its_own_the_loss_first():
    history = {"auc": [0.5, 0.6], "val_auc": [0.5, 0.6], "loss": [0.7, 0.6], "learning_rate": [0.1, 0.1]}
    axes = draw_histories(history, best_epoch=2)
    assert [each.get_title("left") for each in axes] == ["loss", "auc", "learning rate"]
    (shared,) = axes[0].figure.legends
    assert [text.get_text() for text in shared.get_texts()] == ["training", "kept: epoch 2", "validation"]
    assert all(within_the_figure(each) for each in axes)


def test_metrics_can_be_chosen():
    (axes,) = draw_histories({"loss": [1.0], "a_metric_whose_name_goes_on_and_on": [1.0]}, ["loss"])
    assert axes.get_title("left") == "loss"


def test_a_grid_of_nothing_and_of_an_unknown_metric_is_named():
    with pytest.raises(ArgumentError, match="no metric"):
        draw_histories({})
    with pytest.raises(UnknownNameError, match="did you mean 'loss'"):
        draw_histories({"loss": [1.0]}, ["lost"])


def test_a_grid_is_drawn_where_it_is_told_and_saved_as_one(tmp_path):
    from matplotlib.figure import Figure

    with figure_style("dark"):
        figure = Figure(layout="constrained")
        axes = draw_histories({"loss": [1.0, 0.5], "auc": [0.5, 0.6]}, figure=figure)
    assert {each.figure for each in axes} == {figure}
    save_figure(axes[0], tmp_path / "h.svg")
    assert DARK.paper in (tmp_path / "h.svg").read_text()
