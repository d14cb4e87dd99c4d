"""Whole fits of networks with several inputs and outputs, shared and nested layers, beside Keras 3.15."""

import numpy as np
import pytest


def two_ends(lib):
    """Two inputs, a part in common, and two outputs."""
    k = lib.layers
    left, right = lib.Input((4,), name="left"), lib.Input((2,), name="right")
    both = k.Concatenate()([k.Dense(5, activation="relu")(left), right])
    hidden = k.Dense(6, activation="tanh")(both)
    risk = k.Dense(1, activation="sigmoid", name="risk")(hidden)
    amount = k.Dense(1, name="amount")(k.Concatenate()([hidden, left]))
    return lib.Model([left, right], [risk, amount])


@pytest.fixture
def halves(table):
    return [table["x"][:, :4], table["x"][:, 4:]]


@pytest.fixture
def targets(table):
    return [table["binary"], table["number"]]


COMPILED = {
    "lists": {
        "loss": ["binary_crossentropy", "mse"],
        "loss_weights": [1.0, 0.3],
        "metrics": [["accuracy"], ["mae", "mse"]],
    },
    "dicts": {
        "loss": {"risk": "binary_crossentropy", "amount": "mse"},
        "loss_weights": {"risk": 2.0, "amount": 0.3},
        "metrics": {"risk": ["accuracy", "AUC"], "amount": "mae"},
    },
    "one_loss": {"loss": "mse"},
    "one_loss_of_two": {"loss": {"risk": None, "amount": "mse"}, "metrics": {"amount": ["mae"]}},
    "weighted": {
        "loss": ["binary_crossentropy", "mae"],
        "metrics": [["accuracy"], []],
        "weighted_metrics": [["accuracy"], ["mae"]],
    },
}


@pytest.mark.parametrize("name", ["lists", "dicts", "one_loss"])
def test_two_outputs_learn_the_same(pair, halves, targets, name):
    both = pair(two_ends, optimizer="adam", **COMPILED[name])
    history = both.fit(halves, targets)
    assert list(both.ours.history.history) == list(history)
    both.assert_same_answers(halves, targets)


def test_weighted_metrics_of_two_outputs_are_logged_the_same(pair, halves, targets, table):
    both = pair(two_ends, optimizer="adam", **COMPILED["weighted"])
    both.fit(halves, targets, sample_weight=[table["weight"], table["weight"][::-1].copy()])
    both.assert_same_weights()


def test_an_output_without_a_loss_only_predicts(pair, halves, targets):
    both = pair(two_ends, optimizer="adam", **COMPILED["one_loss_of_two"])
    both.fit(halves, targets)
    both.assert_same_answers(halves, targets)


def test_inputs_and_targets_by_name_learn_the_same(pair, halves, targets):
    both = pair(two_ends, optimizer="adam", **COMPILED["dicts"])
    x, y = dict(zip(("left", "right"), halves)), dict(zip(("risk", "amount"), targets))
    both.fit(x, y, validation_split=0.3)
    both.assert_same_answers(x, y)


def test_weights_of_rows_for_each_output_learn_the_same(pair, halves, targets, table):
    both = pair(two_ends, optimizer="adam", loss=["binary_crossentropy", "mse"])
    both.fit(halves, targets, sample_weight=[table["weight"], table["weight"][::-1].copy()])
    both.assert_same_weights()


def test_validation_data_of_two_outputs_is_judged_the_same(pair, halves, targets):
    both = pair(two_ends, optimizer="adam", **COMPILED["lists"])
    both.fit(
        halves, targets, validation_data=([part[:20] for part in halves], [part[:20] for part in targets])
    )
    both.assert_same_answers(halves, targets)


def shared(lib):
    """One layer that sees both inputs."""
    k = lib.layers
    left, right = lib.Input((3,), name="left"), lib.Input((3,), name="right")
    common = k.Dense(4, activation="tanh", kernel_regularizer="l2")
    return lib.Model(
        [left, right], k.Dense(1, activation="sigmoid")(k.Subtract()([common(left), common(right)]))
    )


def skipping(lib):
    """A connection around a hidden layer."""
    k = lib.layers
    x = lib.Input((6,))
    hidden = k.Dense(6, activation="relu")(x)
    return lib.Model(x, k.Dense(1, activation="sigmoid")(k.Add()([x, hidden])))


def nested(lib):
    """Models inside a model, one of them frozen in part."""
    k = lib.layers
    base = lib.Sequential([lib.Input((6,)), k.Dense(5, activation="relu"), k.BatchNormalization()])
    base.layers[0].trainable = False
    x = lib.Input((6,))
    head = lib.Sequential([lib.Input((5,)), k.Dense(3, activation="tanh"), k.Dense(1, activation="sigmoid")])
    return lib.Model(x, head(base(x)))


@pytest.mark.parametrize("make", [skipping, nested])
def test_networks_that_are_no_chain_learn_the_same(pair, table, make):
    both = pair(make, optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_shared_layers_learn_the_same(pair, table):
    both = pair(shared, optimizer="adam", loss="binary_crossentropy")
    x = [table["x"][:, :3], table["x"][:, 3:]]
    both.fit(x, table["binary"])
    both.assert_same_answers(x, table["binary"])


@pytest.mark.parametrize(
    "name", ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract", "Dot"]
)
def test_every_merge_layer_learns_the_same(pair, table, name):
    def make(lib):
        k = lib.layers
        x = lib.Input((6,))
        parts = [k.Dense(4, activation="relu")(x), k.Dense(4, activation="tanh")(x)]
        merge = getattr(k, name)(**({"axes": 1} if name == "Dot" else {}))
        return lib.Model(x, k.Dense(1, activation="sigmoid")(merge(parts)))

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_an_encoder_learns_with_the_autoencoder_around_it(pair, table):
    encoders = {}

    def make(lib):
        k = lib.layers
        x = lib.Input((6,))
        code = k.Dense(2, activation="tanh", name="code")(x)
        encoders[lib.__name__] = lib.Model(x, code)
        return lib.Model(x, k.Dense(6)(code))

    both = pair(make, optimizer="adam", loss="mse")
    both.fit(table["x"], table["x"])
    both.assert_same_answers(table["x"], table["x"])
    found = [encoder.predict(table["x"], verbose=0) for encoder in encoders.values()]
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-5)
