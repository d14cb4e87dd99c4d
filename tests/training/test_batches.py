"""Functions and metrics of a person's own see the batches that the person asked for, and nothing else."""

import numpy as np
import pytest

from neurode import metrics, ops
from neurode.callbacks import Callback
from neurode.layers import Dense, Input
from neurode.models import Sequential

X = np.arange(50.0, dtype=np.float32)[:, None]
Y = np.arange(50.0, dtype=np.float32)[:, None] % 7


def rows_seen(y_true, y_pred):
    """The number of rows of a batch."""
    return 0.0 * ops.sum(y_pred) + y_pred.shape[0]


def largest_target(y_true, y_pred):
    """One number a batch, which padding of zeros would not change but a repeated row could."""
    return ops.max(y_true) + 0.0 * ops.sum(y_pred)


def smallest_target(y_true, y_pred):
    return ops.min(y_true + 1.0) + 0.0 * ops.sum(y_pred)


class Largest(metrics.Metric):
    """The largest error so far, written as Keras's pages write metrics."""

    def __init__(self, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.value_so_far = self.add_weight(name="value", initializer="zeros")
        self.batches = self.add_weight(name="batches", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value_so_far.assign(ops.maximum(self.value_so_far, ops.max(ops.abs(y_true - y_pred))))
        self.batches.assign_add(1.0)

    def result(self):
        return self.value_so_far + 1000.0 * self.batches

    def reset_state(self):
        self.value_so_far.assign(0.0)
        self.batches.assign(0.0)


def neuron(**settings):
    model = Sequential([Input((1,)), Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", **{"loss": "mse"} | settings)
    return model


def test_a_metric_function_sees_the_short_last_batch_as_it_is():
    model = neuron(loss=lambda y, p: 0.0 * p, metrics=[rows_seen, smallest_target])
    history = model.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history
    # Batches of 16, 16, 16 and 2. One number a batch counts once a batch, as in Keras.
    assert history["rows_seen"] == [pytest.approx((3 * 16 + 2) / 4)]
    ends = [Y[first : first + 16].min() + 1 for first in range(0, 50, 16)]
    assert history["smallest_target"] == [pytest.approx(np.mean(ends))]


@pytest.mark.parametrize("batch_size", [7, 16, 50, 64])
def test_so_it_is_in_an_evaluation(batch_size):
    model = neuron(metrics=[rows_seen, largest_target])
    _, rows, largest = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    parts = [Y[first : first + batch_size] for first in range(0, 50, batch_size)]
    assert rows == pytest.approx(np.mean([len(part) for part in parts]))
    assert largest == pytest.approx(np.mean([part.max() for part in parts]))


def test_a_loss_function_sees_them_too():
    model = neuron(loss=rows_seen)
    history = model.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history
    # A loss counts by the rows of its batch.
    assert history["loss"] == [pytest.approx((3 * 16 * 16 + 2 * 2) / 50)]


@pytest.mark.parametrize("first_slice", [1, 2, 3, 256])
def test_a_metric_with_a_state_of_its_own_goes_on_from_slice_to_slice(slices, first_slice):
    slices(first_slice)
    model = neuron(loss=lambda y, p: 0.0 * p, metrics=[Largest()])
    history = model.fit(
        X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0, validation_data=(X, Y)
    ).history
    # The network gives 0, so the largest error is the largest target; four batches an epoch, then anew.
    assert history["largest"] == [4006.0, 4006.0]
    assert history["val_largest"] == [4006.0, 4006.0]


def test_its_logs_grow_batch_by_batch():
    seen = []

    class Watching(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["largest"])

    model = neuron(loss=lambda y, p: 0.0 * p, metrics=[Largest()])
    model.fit(X, Y, batch_size=16, shuffle=False, verbose=0, callbacks=[Watching()])
    assert seen == [1006.0, 2006.0, 3006.0, 4006.0]


def test_a_batch_by_itself_is_measured_by_itself():
    model = neuron(metrics=[Largest()])
    # As in Keras 3.15 on JAX, nothing is carried from one batch to the next.
    assert [model.test_on_batch(X[:5], Y[:5])[1] for _ in range(2)] == [1004.0, 1004.0]
    first = model.train_on_batch(X[:5], Y[:5], return_dict=True)
    second = model.train_on_batch(X[5:10], Y[5:10], return_dict=True)
    assert (first["largest"] // 1000, second["largest"] // 1000) == (1, 1)
    model.reset_metrics()
    assert int(model.train_state.step) == 2


def test_train_on_batch_is_one_step_of_fit():
    one, other = neuron(), neuron()
    loss = one.train_on_batch(X[:8] / 50, Y[:8])
    history = other.fit(X[:8] / 50, Y[:8], batch_size=8, shuffle=False, verbose=0).history
    assert loss == pytest.approx(history["loss"][0], rel=1e-6)
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_train_on_batch_takes_weights_of_rows_and_classes():
    one, other = neuron(), neuron()
    labels = (Y[:8, 0] > 2).astype(int)
    one.train_on_batch(X[:8] / 50, labels, class_weight={0: 1.0, 1: 3.0})
    other.train_on_batch(X[:8] / 50, labels, sample_weight=1.0 + 2.0 * labels)
    assert one.get_weights()[0].tobytes() == other.get_weights()[0].tobytes()


def test_a_row_of_predictions_a_step_counts_each_of_them():
    model = Sequential([Input((4, 3)), Dense(2, activation="softmax")])
    model.compile(
        "sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"]
    )
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(20, 4, 3)), np.linspace(0, 1, 20)
    y = (x[..., 0] > 0).astype(int)
    _, accuracy, weighted = model.evaluate(x, y, sample_weight=weight, verbose=0)
    right = model.predict(x).argmax(axis=-1) == y
    assert accuracy == pytest.approx(right.mean(), abs=1e-6)
    assert weighted == pytest.approx(np.average(right.mean(axis=1), weights=weight), abs=1e-6)
