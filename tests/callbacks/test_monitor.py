import math
from types import SimpleNamespace

import pytest

from neurode.callbacks.monitor import MonitorCallback, direction_of
from neurode.errors import ArgumentError


@pytest.mark.parametrize(
    ("monitor", "rises"),
    [
        ("val_loss", False),
        ("loss", False),
        ("accuracy_loss", False),
        ("val_accuracy", True),
        ("acc", True),
        ("top_k_categorical_accuracy", True),
        ("val_auc_1", True),
        ("AUC", True),
        ("precision", True),
        ("val_recall", True),
        ("sensitivity_at_specificity", True),
        ("cosine_similarity", True),
        ("f1_score", True),
        ("fbeta_score", True),
        ("r2_score", True),
        ("val_mae", False),
        ("rmse", False),
        ("mean_absolute_percentage_error", False),
        ("binary_crossentropy", False),
        ("kl_divergence", False),
        ("val_log_cosh", False),
        ("profit", None),
        ("val_accumulated", None),
    ],
)
def test_the_direction_is_read_off_the_name(monitor, rises):
    assert direction_of(monitor) is rises


def test_a_metric_of_another_name_is_known_by_its_class():
    metrics = [type("AUC", (), {"name": "area"})(), type("MeanSquaredError", (), {"name": "offset"})()]
    assert direction_of("val_area", metrics) is True
    assert direction_of("offset", metrics) is False
    assert direction_of("other", metrics) is None


def test_the_metrics_of_the_model_are_asked():
    callback = MonitorCallback("val_area")
    callback.set_model(SimpleNamespace(metrics=[type("AUC", (), {"name": "area"})()]))
    assert callback.rises({})


def test_a_given_direction_stands():
    assert not MonitorCallback("val_accuracy", mode="min").rises({})
    assert MonitorCallback("profit", mode="max").rises({})


def test_a_name_that_tells_nothing_asks_for_the_mode():
    with pytest.raises(
        ArgumentError, match=r"'profit' does not tell.*\n*.*quantities: 'loss', 'profit'\n.*mode='max'"
    ):
        MonitorCallback("profit").is_improvement(1.0, None, {"loss": 1.0, "profit": 1.0})


def test_an_unknown_mode_is_as_auto_with_a_warning():
    with pytest.warns(UserWarning, match="mode='up' is unknown"):
        callback = MonitorCallback("auc", mode="up")
    assert (callback.mode, callback.rises({})) == ("auto", True)


def test_a_change_of_exactly_min_delta_is_no_improvement():
    falling, rising = MonitorCallback("loss", min_delta=-0.25), MonitorCallback("auc", min_delta=0.25)
    assert not falling.is_improvement(0.75, 1.0, {})
    assert falling.is_improvement(0.5, 1.0, {})
    assert not rising.is_improvement(1.25, 1.0, {})
    assert rising.is_improvement(1.5, 1.0, {})


def test_nan_is_never_better_and_anything_is_better_than_nan():
    callback = MonitorCallback("loss")
    assert not callback.is_improvement(math.nan, None, {})
    assert not callback.is_improvement(math.nan, 1.0, {})
    assert callback.is_improvement(1.0, math.nan, {})


@pytest.mark.parametrize(("every", "epochs"), [(2, [0, 2]), ([2, 4], [0, 2]), (1, [])])
def test_epochs_without_validation_by_plan_are_known(every, epochs):
    callback, training = MonitorCallback("val_loss"), MonitorCallback("loss")
    for each in (callback, training):
        each.set_params({"validation_freq": every})
    assert [epoch for epoch in range(4) if callback.left_out_by_plan(epoch)] == epochs
    assert not any(training.left_out_by_plan(epoch) for epoch in range(4))


def test_a_quantity_with_one_value_a_unit_is_refused():
    with pytest.raises(ArgumentError, match="one value a unit"):
        MonitorCallback("f1_score").value_in({"f1_score": [0.5, 0.25]}, 0, "nothing happens")
