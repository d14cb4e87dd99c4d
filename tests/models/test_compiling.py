"""What `compile` takes, and what it refuses before anything is computed."""

import copy

import numpy as np
import pytest

from neurode import losses, metrics, optimizers
from neurode.errors import ArgumentError, ShapeError, UnknownNameError
from neurode.layers import Activation, Dense, Input
from neurode.models import Model, Sequential

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)


def network(units=1, activation=None):
    return Sequential([Input((3,)), Dense(units, activation=activation, name="end")])


@pytest.mark.parametrize(
    ("units", "activation", "loss", "error", "message"),
    [
        (
            1,
            None,
            "binary_crossentropy",
            ArgumentError,
            "takes probabilities, but the activation .* is 'linear'",
        ),
        (1, "relu", "binary_crossentropy", ArgumentError, "is 'relu'"),
        (3, "tanh", "categorical_crossentropy", ArgumentError, "is 'tanh'"),
        (1, "sigmoid", losses.BinaryCrossentropy(from_logits=True), ArgumentError, "already 'sigmoid'"),
        (
            3,
            "softmax",
            losses.SparseCategoricalCrossentropy(from_logits=True),
            ArgumentError,
            "already 'softmax'",
        ),
        (1, "sigmoid", "sparse_categorical_crossentropy", ShapeError, "1"),
        (1, "softmax", "categorical_crossentropy", ShapeError, "1"),
        (1, None, losses.MeanSquaredError(reduction="none"), ArgumentError, "no single number to lower"),
        (1, None, losses.MeanSquaredError(reduction=None), ArgumentError, "no single number to lower"),
    ],
    ids=["linear", "relu", "tanh", "logits", "logits of classes", "one class", "one-hot", "none", "None"],
)
def test_a_loss_that_does_not_fit_the_output_is_refused(units, activation, loss, error, message):
    with pytest.raises(error, match=message):
        network(units, activation).compile("sgd", loss)


def test_a_loss_is_checked_when_the_shape_is_known():
    waiting = Sequential([Dense(1)])
    waiting.compile("sgd", "binary_crossentropy")
    with pytest.raises(ArgumentError, match="takes probabilities"):
        waiting.fit(X, np.zeros(12), verbose=0)


def test_raw_scores_and_an_activation_of_its_own_fit():
    network(1).compile("sgd", losses.BinaryCrossentropy(from_logits=True))
    model = Sequential([Input((3,)), Dense(3), Activation("softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.fit(X, np.arange(12) % 3, verbose=0).epoch == [0]


@pytest.mark.parametrize(
    "settings",
    [
        {"loss": {"end": "mse"}, "metrics": {"end": "mae"}},
        {"loss": ["mse"], "metrics": [["mae"]]},
        {"loss": "mse", "metrics": "mae"},
        {"loss": losses.MeanSquaredError, "metrics": [metrics.MeanAbsoluteError(name="mae")]},
        {"loss": losses.mean_squared_error, "metrics": ["mae"]},
    ],
    ids=["dict", "list", "names", "objects", "functions"],
)
def test_one_output_may_be_spoken_of_in_every_way(settings):
    model = network()
    model.compile("sgd", **settings)
    assert sorted(model.fit(X, X[:, 0], verbose=0).history) == ["loss", "mae"]


def test_metrics_in_the_place_of_keras_2_are_understood():
    model = network(1, "sigmoid")
    model.compile("sgd", "binary_crossentropy", ["accuracy"])
    assert model.metrics_names == ["loss", "accuracy"]
    model.compile("sgd", "binary_crossentropy", [2.0])
    assert model.task.outputs[0].loss_weight == 2.0


def test_the_name_that_was_written_is_the_name_in_the_history():
    model = network(1, "sigmoid")
    names = ["accuracy", "acc", "MSE", "mean_absolute_error", "AUC", metrics.Precision(name="p")]
    model.compile("sgd", "binary_crossentropy", metrics=names)
    assert model.metrics_names == ["loss", "accuracy", "acc", "MSE", "mean_absolute_error", "AUC", "p"]


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "expected"),
    [
        (1, "sigmoid", "binary_crossentropy", np.arange(12) % 2, metrics.BinaryAccuracy),
        (
            3,
            "softmax",
            "sparse_categorical_crossentropy",
            np.arange(12) % 3,
            metrics.SparseCategoricalAccuracy,
        ),
        (3, "softmax", "categorical_crossentropy", np.eye(3)[np.arange(12) % 3], metrics.CategoricalAccuracy),
        (3, "softmax", "mse", np.eye(3)[np.arange(12) % 3], metrics.CategoricalAccuracy),
    ],
    ids=["binary", "sparse", "one-hot", "squared"],
)
def test_accuracy_means_what_the_output_calls_for(units, activation, loss, y, expected):
    model = network(units, activation)
    model.compile("sgd", loss, metrics=["accuracy"])
    assert isinstance(model.task.watched[0][1], expected)
    found = model.evaluate(X, y, verbose=0)[1]
    p = model.predict(X)
    truth = y if y.ndim == 1 else y.argmax(axis=1)
    guess = (p[:, 0] > 0.5) if units == 1 else p.argmax(axis=1)
    assert found == pytest.approx(np.mean(truth == guess), abs=1e-6)


@pytest.fixture
def two():
    x = Input((3,))
    return Model(x, [Dense(1, name="risk")(x), Dense(2, name="amount")(x)])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"loss": {"risk": "mse", "amounts": "mse"}}, UnknownNameError, "did you mean 'amount'"),
        ({"loss": ["mse"]}, ShapeError, "the network has 2 outputs, loss is list of 1"),
        ({"loss": "mse", "metrics": {"risky": "mae"}}, UnknownNameError, "did you mean 'risk'"),
        ({"loss": "mse", "loss_weights": [1.0, "much"]}, ArgumentError, "a loss weight is 'much'"),
        ({"loss": "mse", "loss_weights": [1.0]}, ShapeError, "loss_weights is list of 1"),
    ],
    ids=["loss name", "losses", "metric name", "weight", "weights"],
)
def test_settings_of_several_outputs_are_checked(two, settings, error, message):
    with pytest.raises(error, match=message):
        two.compile("sgd", **settings)


def test_metrics_of_several_outputs_carry_their_names(two):
    two.compile(
        "sgd", "mse", metrics={"amount": ["mae"]}, weighted_metrics={"amount": ["mae"], "risk": "mse"}
    )
    assert two.metrics_names == [
        "loss", "risk_loss", "amount_loss", "amount_mae", "amount_weighted_mae", "risk_mse",
    ]  # fmt: skip


def test_a_refused_compile_leaves_the_old_one():
    model = network()
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError):
        model.compile("adam", "binary_crossentropy")
    assert model.loss == "mse"
    assert model.fit(X, X[:, 0], verbose=0).epoch == [0]


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "message"),
    [
        (1, "sigmoid", "binary_crossentropy", np.full(12, 2.0), "targets from 2 to 2 for BinaryCrossentropy"),
        (1, "sigmoid", "binary_crossentropy", np.full(12, -1.0), "targets from -1 to -1"),
        (3, "softmax", "sparse_categorical_crossentropy", np.full(12, 3), "class numbers from 3 to 3"),
        (3, "softmax", "sparse_categorical_crossentropy", np.full(12, 0.5), "class numbers from 0.5 to 0.5"),
    ],
)
def test_targets_outside_the_range_of_their_loss_are_named(units, activation, loss, y, message):
    model = network(units, activation)
    model.compile("sgd", loss)
    with pytest.raises(ArgumentError, match=message):
        model.fit(X, y, verbose=0)


def test_an_optimizer_counts_the_steps_of_its_model():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile(optimizers.SGD(0.1), "mse")
    assert model.optimizer.iterations == 0
    model.fit(np.ones((10, 2)), np.ones(10), batch_size=4, epochs=2, verbose=0)
    assert model.optimizer.iterations == 6
    other = copy.deepcopy(model)
    other.fit(np.ones((10, 2)), np.ones(10), batch_size=10, verbose=0)
    assert (model.optimizer.iterations, other.optimizer.iterations) == (6, 7)
