"""What `fit` takes, what it returns, and what it prints."""

import re

import numpy as np
import polars as pl
import pytest

from neurode import losses, metrics
from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError, UnknownNameError
from neurode.layers import Activation, Dense, Input
from neurode.models import Model, Sequential
from neurode.optimizers import SGD, Adam


def predictions(model, x):
    return model.predict(x)[:, 0].astype(float)


def naive_loss(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def test_it_learns_what_a_line_cannot():
    x, y = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (8, 1)), np.tile([0, 1, 1, 0], 8)
    model = Sequential([Input((2,)), Dense(8, activation="tanh"), Dense(1, activation="sigmoid")])
    model.compile(Adam(0.05), "binary_crossentropy", ["accuracy"])
    history = model.fit(x, y, epochs=200, verbose=0).history
    assert history["accuracy"][-1] == 1
    assert history["loss"][-1] < 0.1 < history["loss"][0]


def test_a_history_has_the_keys_of_keras_in_its_order(make, table):
    # Keras 3.15 prints and keeps them so.
    model = make(metrics=["accuracy", "auc"], weighted_metrics=["mse"])
    history = model.fit(*table, batch_size=16, epochs=2, validation_split=0.2, verbose=0)
    assert list(history.history) == [
        "accuracy", "auc", "loss", "mse", "val_accuracy", "val_auc", "val_loss", "val_mse",
    ]  # fmt: skip
    assert history.epoch == [0, 1]
    assert {len(values) for values in history.history.values()} == {2}
    assert {type(value) for values in history.history.values() for value in values} == {float}
    assert model.history is history


def test_validation_split_takes_the_last_rows(make, table):
    x, y = table
    model, other = make(), make()
    history = model.fit(x, y, batch_size=16, validation_split=0.2, verbose=0).history
    # 50 · (1 - 0.2) = 40: rows 40 to 49, before any shuffling.
    expected = other.fit(x[:40], y[:40], batch_size=16, validation_data=(x[40:], y[40:]), verbose=0).history
    assert history == expected
    loss, accuracy = model.evaluate(x[40:], y[40:], verbose=0)
    assert history["val_loss"] == [pytest.approx(loss, rel=1e-6)]
    assert history["val_accuracy"] == [accuracy]


def test_validation_split_cuts_sample_weights_too(make, table):
    x, y = table
    weight = np.linspace(0, 2, 50)
    history = make().fit(x, y, batch_size=16, validation_split=0.2, sample_weight=weight, verbose=0).history
    expected = (
        make()
        .fit(
            x[:40],
            y[:40],
            batch_size=16,
            sample_weight=weight[:40],
            validation_data=(x[40:], y[40:], weight[40:]),
            verbose=0,
        )
        .history
    )
    assert history == expected


def test_validation_data_stands_before_a_split(make, table):
    history = make().fit(*table, batch_size=16, validation_split=0.5, validation_data=table, verbose=0)
    expected = make().fit(*table, batch_size=16, validation_data=table, verbose=0)
    assert history.history == expected.history


def test_validation_every_other_epoch(make, table):
    history = make().fit(*table, batch_size=16, epochs=5, validation_data=table, validation_freq=2, verbose=0)
    assert (len(history.history["loss"]), len(history.history["val_loss"])) == (5, 2)


def test_epochs_count_from_the_initial_one(make, table):
    assert make().fit(*table, batch_size=16, initial_epoch=3, epochs=5, verbose=0).epoch == [3, 4]
    assert make().fit(*table, batch_size=16, epochs=0, verbose=0).history == {}


def test_a_batch_has_32_rows_if_nothing_is_said(make, table):
    first, second = make(), make()
    first.fit(*table, verbose=0)
    second.fit(*table, batch_size=32, verbose=0)
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])


def test_a_batch_may_be_larger_than_the_table(make, table):
    x, y = table
    first, second = make(), make()
    first.fit(x, y, batch_size=50, shuffle=False, verbose=0)
    second.fit(x, y, batch_size=64, shuffle=False, verbose=0)
    for ours, theirs in zip(first.get_weights(), second.get_weights()):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_single_row_is_a_table(make):
    history = make().fit([[0.0, 1.0, 2.0]], [1], verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_frames_lists_and_arrays_of_any_type_are_the_same(make, table):
    x, y = (np.float32(part) for part in table)
    forms = [
        (x, y),
        (x.astype(float), y.astype(int)),
        (x.tolist(), y.astype(bool).tolist()),
        (pl.DataFrame(x), pl.Series(y)),
        (x, y[:, None]),
        (np.asfortranarray(x), y),
    ]
    losses_seen = {make().fit(*form, batch_size=16, verbose=0).history["loss"][0] for form in forms}
    assert len(losses_seen) == 1


def test_weight_zero_is_a_row_that_is_not_there_but_for_the_divisor(make, table):
    x, y = table
    weight = np.r_[np.ones(25), np.zeros(25)]
    first, second = make(optimizer=SGD(0.1)), make(optimizer=SGD(0.05))
    # One step of all rows: the divisor is 50 with weights, 25 without the rows.
    first.fit(x, y, batch_size=50, sample_weight=weight, shuffle=False, verbose=0)
    second.fit(x[:25], y[:25], batch_size=25, shuffle=False, verbose=0)
    for ours, theirs in zip(first.get_weights(), second.get_weights()):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_class_weight_is_a_sample_weight_by_class(make, table):
    x, y = table
    first, second = make(), make()
    first.fit(x, y, batch_size=16, class_weight={0: 0.5, 1: 2.0}, verbose=0)
    second.fit(x, y, batch_size=16, sample_weight=np.where(y == 1, 2.0, 0.5), verbose=0)
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])


def test_evaluate_returns_the_loss_and_metrics_and_equals_numpy(make, table):
    x, y = table
    model = make(metrics=["accuracy", "mae"])
    p = predictions(model, x)
    expected = [naive_loss(y, p).mean(), ((p > 0.5) == y).mean(), np.abs(y - p).mean()]
    found = model.evaluate(x, y, verbose=0)
    assert found == pytest.approx(expected, rel=1e-5)
    assert model.metrics_names == ["loss", "accuracy", "mae"]
    assert model.evaluate(x, y, verbose=0, return_dict=True) == dict(zip(model.metrics_names, found))


def test_evaluate_of_many_rows_equals_numpy_too(make):
    # More rows than one look takes, and no multiple of it.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9001, 3)), rng.integers(0, 2, 9001)
    model = make()
    p = predictions(model, x)
    expected = [naive_loss(y, p).mean(), ((p > 0.5) == y).mean()]
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_evaluate_with_weights_weighs_the_loss_but_plain_metrics_not(make, table):
    x, y = table
    weight = np.linspace(0, 2, 50)
    model = make(metrics=["accuracy"], weighted_metrics=["accuracy"])
    p = predictions(model, x)
    right = (p > 0.5) == y
    loss, plain, weighted = model.evaluate(x, y, sample_weight=weight, verbose=0)
    assert loss == pytest.approx((naive_loss(y, p) * weight).mean(), rel=1e-5)
    assert plain == pytest.approx(right.mean(), rel=1e-5)
    assert weighted == pytest.approx((right * weight).sum() / weight.sum(), rel=1e-5)


def test_evaluate_without_metrics_is_a_number(make, table):
    model = make(metrics=None)
    assert isinstance(model.evaluate(*table, verbose=0), float)


def test_evaluate_changes_nothing(make, table):
    model = make()
    before = model.get_weights()
    assert model.evaluate(*table, verbose=0) == model.evaluate(*table, batch_size=7, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_metrics_that_come_twice_are_numbered(make, table):
    model = make(metrics=["auc", metrics.AUC(num_thresholds=50), "acc"])
    history = model.fit(*table, batch_size=16, verbose=0).history
    assert list(history) == ["acc", "auc", "auc_1", "loss"]


def test_a_function_is_a_loss_and_a_metric(make, table):
    def distance(y_true, y_pred):
        return abs(y_true - y_pred)

    first, second = make(loss=distance, metrics=[distance]), make(loss="mae", metrics=["mae"])
    ours = first.fit(*table, batch_size=16, verbose=0).history
    theirs = second.fit(*table, batch_size=16, verbose=0).history
    assert ours["distance"] == pytest.approx(theirs["mae"], rel=1e-5)
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "units", "activation", "target"),
    [
        ("categorical_crossentropy", 3, "softmax", "one-hot"),
        ("sparse_categorical_crossentropy", 3, "softmax", "class"),
        (losses.SparseCategoricalCrossentropy(from_logits=True), 3, None, "class"),
        ("huber", 2, None, "numbers"),
    ],
    ids=str,
)
def test_every_kind_of_target_is_learned(table, loss, units, activation, target):
    x, _ = table
    label = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
    y = {"one-hot": np.eye(3)[label], "class": label, "numbers": x[:, :2] * 2}[target]
    model = Sequential([Input((3,)), Dense(8, activation="tanh"), Dense(units, activation=activation)])
    model.compile(Adam(0.05), loss, [] if target == "numbers" else ["accuracy"])
    history = model.fit(x, y, batch_size=16, epochs=40, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert target == "numbers" or history["accuracy"][-1] > 0.8


def test_fused_and_unfused_losses_agree(table):
    # The same network; once its softmax is taken off and fused, once the loss gets raw scores.
    x, label = table
    found = []
    for activation, loss in [
        ("softmax", "sparse_categorical_crossentropy"),
        (None, losses.SparseCategoricalCrossentropy(from_logits=True)),
    ]:
        model = Sequential([Input((3,)), Dense(2, activation=activation)], seed=3)
        model.compile(SGD(0.1), loss)
        found.append(model.fit(x, label, batch_size=16, epochs=3, verbose=0).history["loss"])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_a_sure_and_wrong_network_still_learns():
    # Far out a sigmoid is 1 in float32; the loss of probabilities would have no gradient left.
    model = Sequential([Input((1,)), Dense(1, activation="sigmoid")])
    model.compile(SGD(1.0), "binary_crossentropy")
    model.set_weights([np.array([[0.0]]), np.array([100.0])])
    history = model.fit([[1.0]], [0.0], epochs=3, verbose=0).history
    assert history["loss"] == pytest.approx([100.0, 98.0, 96.0], rel=1e-4)


def test_compiling_again_keeps_the_weights_and_starts_the_optimizer_afresh(make, table):
    model = make()
    model.fit(*table, batch_size=16, verbose=0)
    weights = model.get_weights()
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    fresh = make()
    fresh.set_weights(weights)
    for each in (model, fresh):
        each.fit(*table, batch_size=16, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], fresh.get_weights()[0])


def test_the_first_fit_builds_a_model_without_input(table):
    model = Sequential([Dense(4, activation="tanh"), Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    assert not model.built
    model.fit(*table, batch_size=16, verbose=0)
    assert model.input_shape == (None, 3)


# What is printed


def without_times(text):
    return re.sub(r"\d+s \d+(s|ms|us)/step", "TIME", text)


def without_numbers(text):
    return re.sub(r"\d\.\d{4}(e-\d\d)?", "N", without_times(text))


def test_a_file_gets_the_last_state_of_each_bar(make, table, capsys):
    make().fit(*table, batch_size=16, epochs=2, validation_split=0.2)
    line = "3/3 ━━━━━━━━━━━━━━━━━━━━ TIME - accuracy: N - loss: N - val_accuracy: N - val_loss: N\n"
    assert without_numbers(capsys.readouterr().out) == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_verbose_2_is_a_line_an_epoch(make, table, capsys):
    make().fit(*table, batch_size=16, epochs=1, verbose=2)
    assert without_numbers(capsys.readouterr().out) == "Epoch 1/1\n4/4 - TIME - accuracy: N - loss: N\n"


def test_verbose_0_prints_nothing(make, table, capsys):
    model = make()
    model.fit(*table, batch_size=16, epochs=2, validation_split=0.2, verbose=0)
    model.evaluate(*table, verbose=0)
    model.predict(table[0])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_evaluate_prints_one_line(make, table, capsys):
    loss, accuracy = make().evaluate(*table)
    assert capsys.readouterr().out == f"loss: {loss:.4f} - accuracy: {accuracy:.4f}\n"


# What is refused


def refused(make, table, error, message, **changes):
    """Asserts that a fit with these changes is refused, and that the weights stay."""
    model = make()
    before = model.get_weights()
    arguments = {"x": table[0], "y": table[1], "batch_size": 16, "verbose": 0} | changes
    with pytest.raises(error, match=message) as met:
        model.fit(**arguments)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    return met.value


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.ones((50, 4))}, ShapeError, r"takes rows of shape \(3,\), got \(4,\)"),
        ({"x": np.ones((49, 3))}, ShapeError, "different numbers of rows: x 49, y 50"),
        ({"x": np.ones((0, 3)), "y": []}, ShapeError, "x has no rows"),
        ({"x": [["a", "b", "c"]] * 50}, DataTypeError, "x holds values that are not numbers"),
        ({"x": 3.0}, ShapeError, "x is a single value"),
        ({"y": np.ones((50, 2))}, ShapeError, r"the network has 1 outputs, y has shape \(50, 2\)"),
        ({"y": ["no"] * 50}, DataTypeError, "y holds values that are not numbers"),
        ({"sample_weight": np.ones(49)}, ShapeError, "x 50, y 50, sample_weight 49"),
        ({"steps_per_epoch": 0}, ArgumentError, "steps_per_epoch=0"),
        ({"epochs": -1}, ArgumentError, "epochs=-1"),
        ({"batch_size": 0}, ArgumentError, "batch_size=0"),
        ({"batch_size": -3}, ArgumentError, "batch_size=-3"),
        ({"batch_size": True}, ArgumentError, "batch_size=True"),
        ({"validation_split": 1.0}, ArgumentError, r"validation_split=1\.0 of 50 rows"),
        ({"validation_split": -0.2}, ArgumentError, r"validation_split=-0\.2"),
        ({"validation_split": 0.99}, ArgumentError, r"validation_split=0\.99"),
        ({"validation_data": (np.ones((5, 4)), np.ones(5))}, ShapeError, r"got \(4,\)"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_named(make, table, changes, error, message):
    assert refused(make, table, error, message, **changes).args


def test_text_hints_at_the_classifier(make, table):
    error = refused(make, table, DataTypeError, "x holds", x=[["a", "b", "c"]] * 50)
    assert "neurode.NeuralClassifier" in error.hint


def test_class_numbers_for_one_column_an_output_hint_at_the_sparse_loss(table):
    model = Sequential([Input((3,)), Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    with pytest.raises(ShapeError, match="sparse_categorical_crossentropy"):
        model.fit(*table, verbose=0)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0, 1, 3], ArgumentError, "class numbers from 0 to 3 for a network of 3 outputs"),
        ([0, -1, 2], ArgumentError, "from -1 to 2"),
        ([0, 0.5, 2], ArgumentError, "class numbers are whole"),
        ([0, np.nan, 2], ArgumentError, "class numbers"),
        (np.eye(3), ShapeError, "takes class numbers"),
    ],
    ids=str,
)
def test_class_numbers_out_of_range_are_refused(y, error, message):
    model = Sequential([Input((2,)), Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(error, match=message):
        model.fit(np.ones((3, 2)), y, verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_a_model_that_is_not_compiled_says_so(table, method):
    model = Sequential([Input((3,)), Dense(1)])
    with pytest.raises(NotFittedError, match="'sequential' is not compiled") as met:
        getattr(model, method)(*table)
    assert "model.compile(" in met.value.hint


@pytest.mark.parametrize(
    "use", ["predict", "predict_on_batch", "evaluate", "test_on_batch", "train_on_batch"]
)
def test_the_first_use_builds_a_model_without_input(table, use):
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse")
    getattr(model, use)(*table[: 1 if use.startswith("predict") else 2])
    assert model.input_shape == (None, 3)


def test_weights_of_a_model_that_is_not_built_are_refused():
    with pytest.raises(NotFittedError, match="has no weights yet"):
        Sequential([Dense(1)]).get_weights()


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"optimizer": "adm"}, "did you mean 'adam'"),
        ({"loss": "binary_crosentropy"}, "did you mean 'binary_crossentropy'"),
        ({"metrics": ["acuracy"]}, "did you mean 'accuracy'"),
        ({"weighted_metrics": ["auk"]}, "no metric named 'auk'"),
    ],
    ids=str,
)
def test_a_wrong_name_is_met_when_the_model_is_compiled(make, settings, hint):
    with pytest.raises(UnknownNameError, match=hint):
        make(**settings)


def test_a_model_without_a_loss_predicts_but_does_not_learn(make, table):
    model = make(loss=None, metrics=None)
    assert model.predict(table[0]).shape == (50, 1)
    with pytest.raises(ArgumentError, match="compiled without a loss"):
        model.fit(*table)


def test_a_class_without_a_weight_counts_one_as_in_keras(make, table):
    first, second = make(), make()
    histories = [
        model.fit(*table, batch_size=16, class_weight=weights, verbose=0).history
        for model, weights in ((first, {1: 3.0}), (second, {0: 1.0, 1: 3.0, 2: 9.0}))
    ]
    assert histories[0] == histories[1]


def test_the_name_of_keras_1_is_understood_with_a_notice(make, table):
    with pytest.warns(FutureWarning, match="write epochs="):
        assert make().fit(*table, nb_epoch=2, verbose=0).epoch == [0, 1]
    with pytest.raises(DataTypeError, match="fit has no argument 'epoch'"):
        make().fit(*table, epoch=2)


def test_an_input_of_text_says_what_to_do_first():
    model = Sequential([Input((1,), dtype="string"), Activation("linear")])
    with pytest.raises(DataTypeError, match="is text, which no device computes with") as met:
        model.predict(np.array([["a"], ["b"]]))
    assert "StringLookup" in met.value.hint


def test_the_input_goes_by_name_too(make, table):
    model = Sequential([Input((3,), name="features"), Dense(1, name="end")])
    model.compile("sgd", {"end": "mse"})
    found = model.evaluate({"features": table[0]}, {"end": table[1]}, verbose=0)
    assert found == pytest.approx(model.evaluate(*table, verbose=0))
    with pytest.raises(UnknownNameError, match="no input named 'features'"):
        model.predict({"feature": table[0]})


def test_whole_numbers_stay_exact_for_an_integer_input():
    x = Input((1,), dtype="int32")
    model = Model(x, x - 16_777_216)
    # 2**24 + 1 is no float32.
    assert model.predict(np.array([[16_777_217]]))[0, 0] == 1


def test_a_fit_goes_on_where_the_last_one_ended(make, table):
    twice, once = make(), make()
    for _ in range(2):
        twice.fit(*table, batch_size=16, verbose=0)
    once.fit(*table, batch_size=16, epochs=2, verbose=0)
    for ours, theirs in zip(twice.get_weights(), once.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert int(twice.train_state.step) == 8


def test_thousands_of_short_epochs_come_to_an_end():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((10, 2)), np.ones(10), epochs=400, verbose=0)
    assert len(history.history["loss"]) == 400


def test_predictions_may_be_written_into():
    model = Sequential([Input((2,)), Dense(1)])
    for predicted in (model.predict(np.ones((3, 2))), model.predict_on_batch(np.ones((3, 2)))):
        predicted[predicted > 0] = 1


def test_a_batch_larger_than_the_table_is_the_table():
    x, y = np.ones((5, 2)), np.arange(5.0)
    ends = []
    for batch_size in (5, 10**12):
        model = Sequential([Input((2,)), Dense(1)], seed=1)
        model.compile("sgd", "mse")
        model.fit(x, y, batch_size=batch_size, epochs=3, verbose=0)
        ends.append(model.get_weights()[0])
    np.testing.assert_array_equal(*ends)


def test_balanced_class_weights_make_the_classes_count_the_same():
    x, y = np.ones((8, 2)), np.array([0, 0, 0, 0, 0, 0, 1, 1.0])
    ends = []
    for class_weight in ("balanced", {0: 8 / 12, 1: 2.0}):
        model = Sequential([Input((2,)), Dense(1, activation="sigmoid")], seed=1)
        model.compile("sgd", "binary_crossentropy")
        model.fit(x, y, class_weight=class_weight, verbose=0)
        ends.append(model.get_weights()[0])
    np.testing.assert_allclose(*ends, rtol=1e-6)
    with pytest.raises(ArgumentError, match="class_weight='fair'"):
        model.fit(x, y, class_weight="fair", verbose=0)


def test_numpy_inside_a_loss_is_told_what_to_write():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", lambda y_true, y_pred: np.mean(np.abs(y_true - y_pred)))
    with pytest.raises(ArgumentError, match="'<lambda>' asks for numbers"):
        model.fit(np.ones((4, 2)), np.ones(4), verbose=0)


def test_a_single_row_without_its_axis_is_told_how_to_go_in():
    model = Sequential([Input((3,)), Dense(1)])
    with pytest.raises(ShapeError) as met:
        model.predict(np.ones(3))
    assert "x[None]" in met.value.hint


def test_a_rate_that_was_set_counts_in_the_next_step_on_a_batch(make, table):
    model = make(optimizer=SGD(0.1))
    model.train_on_batch(*table)
    model.optimizer.learning_rate, before = 0.0, model.get_weights()
    model.train_on_batch(*table)
    for old, new in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, new)
