"""A network, optimiser and callbacks of one's own inside an estimator."""

import numpy as np
import pytest

from neurode import optimizers
from neurode.callbacks import Callback
from neurode.errors import ArgumentError, DataTypeError
from neurode.estimators.network import auto_batch_size
from neurode.layers import Concatenate, Dense, Dropout
from neurode.models import Sequential


def two_paths(features):
    """A wide and a deep path side by side."""
    deep = Dense(3, activation="relu")(Dense(4, activation="relu")(features))
    return Dense(1, activation="sigmoid")(Concatenate()([features, deep]))


def test_a_function_of_the_features_is_the_network(rows, codes, make):
    classifier = make(network=two_paths, epochs=30, learning_rate=0.02).fit(rows, codes)
    assert any(isinstance(layer, Concatenate) for layer in classifier.model_.layers)
    assert classifier.score(rows, codes) > 0.75


def test_a_sequential_stays_as_it_is_and_each_fit_begins_anew(rows, codes, make):
    network = Sequential([Dense(4, activation="tanh"), Dropout(0.1), Dense(1, activation="sigmoid")])
    first, second = (make(network=network).fit(rows, codes).predict_proba(rows) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not network.built


def test_hidden_layers_say_what_a_sequential_says(fitted, rows, codes, make):
    # The same architecture from the same seed.
    network = Sequential(
        [Dense(4, activation="silu"), Dropout(0.3), Dense(1, activation="sigmoid", name="output")]
    )
    own = make(network=network, dropout=0.3).fit(rows, codes)
    by_sizes = make(dropout=0.3).fit(rows, codes)
    np.testing.assert_array_equal(own.predict_proba(rows), by_sizes.predict_proba(rows))


def test_two_classes_may_end_in_a_softmax(rows, codes, make):
    network = Sequential([Dense(4, activation="tanh"), Dense(2, activation="softmax")])
    classifier = make(network=network, epochs=20, learning_rate=0.02, focal_gamma=1.0).fit(rows, codes)
    np.testing.assert_allclose(classifier.predict_proba(rows).sum(axis=1), 1, rtol=1e-6)
    assert classifier.score(rows, codes) > 0.75


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: Dense(3, activation="softmax"), "3 outputs, this target needs 1 or 2"),
        (lambda: Dense(1), "output layer has no sigmoid"),
        (lambda: Dense(2, activation="sigmoid"), "output layer has no softmax"),
    ],
    ids=["units", "no activation", "another activation"],
)
@pytest.mark.parametrize("form", ["Sequential", "function"])
def test_a_network_that_does_not_fit_the_target_is_named(rows, codes, make, layer, message, form):
    network = Sequential([layer()]) if form == "Sequential" else lambda features: layer()(features)
    with pytest.raises(ArgumentError, match=message) as caught:
        make(network=network).fit(rows, codes)
    assert "Dense(1, activation='sigmoid') or Dense(2, activation='softmax')" in str(caught.value)


def test_a_regressor_ends_in_a_linear_layer(rows, numbers, make_regressor):
    assert make_regressor(network=Sequential([Dense(2, activation="relu"), Dense(1)])).fit(rows, numbers)
    with pytest.raises(ArgumentError, match="no linear"):
        make_regressor(network=Sequential([Dense(1, activation="relu")])).fit(rows, numbers)
    with pytest.raises(ArgumentError, match="2 outputs, this target needs 1"):
        make_regressor(network=Sequential([Dense(2)])).fit(rows, numbers)


def test_what_is_no_network_is_named(rows, codes, make):
    with pytest.raises(DataTypeError, match="network=3"):
        make(network=3).fit(rows, codes)


def test_an_optimiser_of_ones_own_is_used_and_stays_as_it_is(rows, codes, make):
    adam = optimizers.Adam(0.3, weight_decay=0.1)
    by_object = make(optimizer=adam).fit(rows, codes)
    # An object has a rate and a decay of its own; those of the classifier are for names.
    by_name = make(optimizer="adam", learning_rate=0.3, weight_decay=0.1).fit(rows, codes)
    np.testing.assert_array_equal(by_object.predict_proba(rows), by_name.predict_proba(rows))
    # The rate fell as the fit went on, but not that of the person's object.
    assert adam.get_config()["learning_rate"] == pytest.approx(0.3)
    again = make(optimizer=adam).fit(rows, codes)
    np.testing.assert_array_equal(again.predict_proba(rows), by_object.predict_proba(rows))


def test_a_schedule_sets_the_rate_of_each_step(rows, codes, make):
    settings = {"early_stopping": False, "epochs": 2, "batch_size": 100}
    schedule = optimizers.schedules.PiecewiseConstantDecay([3], [0.1, 0.0])
    stopped = make(optimizer=optimizers.SGD(schedule), learning_rate=None, **settings).fit(rows, codes)
    by_setting = make(optimizer="sgd", learning_rate=schedule, **settings).fit(rows, codes)
    np.testing.assert_array_equal(stopped.predict_proba(rows), by_setting.predict_proba(rows))
    # Four steps an epoch: all of the first epoch counts, nothing after it.
    once = make(optimizer="sgd", learning_rate=0.1, **settings | {"epochs": 1}).fit(rows, codes)
    np.testing.assert_allclose(stopped.predict_proba(rows), once.predict_proba(rows), rtol=1e-6)


def test_callbacks_see_every_epoch(rows, codes, make):
    seen = []

    class Watching(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, sorted(logs)))
            self.model.stop_training = epoch == 1

    classifier = make(epochs=5).fit(rows, codes, callbacks=(Watching(),))
    assert [epoch for epoch, _ in seen] == [0, 1]
    assert {"loss", "val_loss", "val_auc"} <= set(seen[0][1])
    assert classifier.n_iter_ == 2


def test_verbose_says_a_line_an_epoch_and_silence_says_nothing(rows, codes, make, capsys):
    make().fit(rows, codes).predict(rows)
    assert capsys.readouterr() == ("", "")
    make(verbose=2, epochs=2).fit(rows, codes)
    out, err = capsys.readouterr()
    assert [line for line in (out + err).splitlines() if line.startswith("Epoch")] == [
        "Epoch 1/2",
        "Epoch 2/2",
    ]
    assert "val_loss" in out + err


@pytest.mark.parametrize(("rows_of_table", "batch"), [(1, 32), (1_000, 32), (1_001, 64), (40_001, 512)])
def test_batches_grow_with_the_table(rows_of_table, batch):
    assert auto_batch_size(rows_of_table) == batch
