"""Metrics and functions of a person's own during whole fits beside Keras 3.15."""

import numpy as np
import pytest

import neurode


def network(lib, activation="relu"):
    hidden = lib.layers.Dense(8, activation=activation)
    return lib.Sequential([lib.Input((6,)), hidden, lib.layers.Dense(1, activation="sigmoid")])


def own_operations(lib):
    return neurode.ops if lib is neurode else lib.ops


OBJECTS = {
    "precision": lambda m: m.Precision(),
    "recall": lambda m: m.Recall(thresholds=0.4),
    "area": lambda m: m.AUC(),
    "area_under_precision": lambda m: m.AUC(curve="PR", num_thresholds=50),
    "true_positives": lambda m: m.TruePositives(),
    # Of a single unit, average=None gives a number here and a list of one number in Keras.
    "f1": lambda m: m.F1Score(average="macro", threshold=0.5),
    "binary_accuracy": lambda m: m.BinaryAccuracy(threshold=0.3),
    "crossentropy": lambda m: m.BinaryCrossentropy(),
    "error": lambda m: m.RootMeanSquaredError(),
    "r2": lambda m: m.R2Score(),
    "sensitivity": lambda m: m.SensitivityAtSpecificity(0.5),
    "renamed": lambda m: m.MeanAbsoluteError(name="distance"),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_metric_objects_are_logged_the_same(pair, table, name):
    both = pair(network, lambda lib: {
        "optimizer": "adam", "loss": "binary_crossentropy", "metrics": [OBJECTS[name](lib.metrics)]
    })  # fmt: skip
    y = table["binary"][:, None]
    both.fit(table["x"], y, validation_split=0.3)
    both.assert_same_answers(table["x"], y)


def test_several_metrics_keep_their_names_and_order(pair, table):
    both = pair(network, lambda lib: {
        "optimizer": "adam", "loss": "binary_crossentropy",
        "metrics": ["accuracy", lib.metrics.Precision(), lib.metrics.Recall(name="found"), "mae", "AUC"],
    })  # fmt: skip
    history = both.fit(table["x"], table["binary"])
    assert list(both.ours.history.history) == list(history)
    both.assert_same_answers(table["x"], table["binary"])


def test_own_losses_learn_the_same(pair, table):
    def settings(lib):
        ops = own_operations(lib)

        def loss(y_true, y_pred):
            return ops.mean(ops.square(y_true - y_pred) * (1 + 2 * y_true), axis=-1)

        return {"optimizer": "sgd", "loss": loss, "metrics": ["mae"]}

    both = pair(network, settings)
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_own_losses_of_a_whole_batch_learn_the_same(pair, table):
    def settings(lib):
        ops = own_operations(lib)

        def dice(y_true, y_pred):
            return 1 - 2 * ops.sum(y_true * y_pred) / (ops.sum(y_true) + ops.sum(y_pred))

        return {"optimizer": "sgd", "loss": dice}

    both = pair(network, settings)
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_own_metrics_of_rows_and_of_batches_are_logged_the_same(pair, table):
    def settings(lib):
        ops = own_operations(lib)

        def row_error(y_true, y_pred):
            return ops.mean(ops.abs(y_true - y_pred), axis=-1)

        def batch_recall(y_true, y_pred):
            hits = ops.sum(ops.round(ops.clip(y_true * y_pred, 0, 1)))
            return hits / (ops.sum(ops.round(ops.clip(y_true, 0, 1))) + 1e-7)

        watched = [row_error, batch_recall, "accuracy"]
        return {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": watched}

    both = pair(network, settings)
    y = table["binary"][:, None]
    both.fit(table["x"], y, validation_split=0.3)
    both.assert_same_answers(table["x"], y)


def test_own_metrics_get_targets_beside_predictions_unlike_keras(pair, table):
    def settings(lib):
        ops = own_operations(lib)

        def recall(y_true, y_pred):
            return ops.sum(ops.round(y_true * y_pred)) / ops.sum(y_true)

        return {"optimizer": "sgd", "loss": "mse", "metrics": [recall]}

    both = pair(network, settings)
    found = {
        name: model.evaluate(table["x"], table["binary"], batch_size=23, verbose=0)[1]
        for name, model in both.models.items()
    }
    # Keras multiplies targets (23,) and predictions (23, 1) to a table (23, 23): its recall is above 1.
    assert found["keras"] > 1
    assert found["neurode"] <= 1
    column = both.ours.evaluate(table["x"], table["binary"][:, None], batch_size=23, verbose=0)[1]
    assert found["neurode"] == column


def test_own_activations_learn_the_same(pair, table):
    def make(lib):
        ops = own_operations(lib)
        return network(lib, lambda x: ops.maximum(0.2 * x, x) + 0.1 * ops.sin(x))

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_an_own_activation_that_only_steps_leaves_hidden_weights_alone(pair, table):
    def make(lib):
        ops = own_operations(lib)
        return network(lib, lambda x: ops.where(x > 0, 1.0, 0.0))

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    before = np.array(both.ours.get_weights()[0])
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])
    assert np.array_equal(before, both.ours.get_weights()[0])
