"""When callbacks are called, and what they may do."""

import numpy as np
import pytest

from neurode.callbacks import Callback, EarlyStopping


class Recorder(Callback):
    """Notes every call but slices, whose number is a matter of time."""

    def __init__(self, calls, name=""):
        self.calls, self.name = calls, name

    def on_train_begin(self, logs=None):
        self.calls.append(f"{self.name}train begin")

    def on_train_end(self, logs=None):
        self.calls.append(f"{self.name}train end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"{self.name}epoch {epoch} begin")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"{self.name}epoch {epoch} end")


class BatchRecorder(Recorder):
    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(f"batch {batch} begin")

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(f"batch {batch} end")


def test_the_order_is_that_of_keras(make, table):
    calls = []
    make().fit(*table, batch_size=32, epochs=2, verbose=0, callbacks=[BatchRecorder(calls)])
    steps = ["batch 0 begin", "batch 0 end", "batch 1 begin", "batch 1 end"]
    assert calls == [
        "train begin",
        "epoch 0 begin", *steps, "epoch 0 end",
        "epoch 1 begin", *steps, "epoch 1 end",
        "train end",
    ]  # fmt: skip


def test_callbacks_are_called_in_the_order_they_were_given(make, table):
    calls = []
    make().fit(*table, batch_size=16, verbose=0, callbacks=[Recorder(calls, "a "), Recorder(calls, "b ")])
    assert calls[:4] == ["a train begin", "b train begin", "a epoch 0 begin", "b epoch 0 begin"]
    assert calls[-2:] == ["a train end", "b train end"]


def test_they_know_the_model_and_the_plan(make, table):
    callback, model = Callback(), make()
    model.fit(*table, batch_size=16, epochs=3, verbose=0, callbacks=[callback])
    assert callback.model is model
    assert callback.params["epochs"] == 3
    assert callback.params["steps"] == 4
    assert callback.params["metrics"] == ["loss", "accuracy"]


def test_logs_of_a_batch_are_those_of_the_epoch_so_far(make, table):
    seen = []

    class Watching(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs)

    model = make()
    before = model.evaluate(table[0][:16], table[1][:16], verbose=0)
    history = model.fit(*table, batch_size=16, shuffle=False, verbose=0, callbacks=[Watching()])
    assert [list(logs) for logs in seen] == [["accuracy", "loss"]] * 4
    # The first step is measured before the weights change; the last logs are the epoch's.
    assert [seen[0]["loss"], seen[0]["accuracy"]] == pytest.approx(before, rel=1e-5)
    assert seen[-1]["loss"] == history.history["loss"][0]


def test_slices_end_at_the_end_of_every_epoch(make, table, slices):
    seen = []

    class Watching(Callback):
        def on_slice_end(self, steps, logs=None):
            seen.append((steps, sorted(logs)))

    make().fit(*table, batch_size=16, epochs=2, verbose=0, callbacks=[Watching()])
    assert seen == [(4, ["accuracy", "loss"])] * 2
    seen.clear()
    slices(3)
    make().fit(*table, batch_size=16, epochs=1, verbose=0, callbacks=[Watching()])
    assert [steps for steps, _ in seen] == [3, 4]


def test_stop_training_ends_the_fit_after_the_epoch(make, table):
    class Stop(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model = make()
    assert model.fit(*table, batch_size=16, epochs=9, verbose=0, callbacks=[Stop()]).epoch == [0, 1]
    assert model.fit(*table, batch_size=16, epochs=2, verbose=0).epoch == [0, 1], "a new fit is not stopped"


def test_what_a_callback_writes_into_the_logs_is_recorded_as_in_keras(make, table):
    class Extra(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["learning_rate"] = 0.5

    history = make().fit(*table, batch_size=16, epochs=2, verbose=0, callbacks=[Extra()])
    assert history.history["learning_rate"] == [0.5, 0.5]


@pytest.mark.parametrize(
    "hook", ["on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_slice_end", "on_epoch_end"]
)
def test_a_callback_that_raises_leaves_the_model_usable(make, table, hook):
    def fail(self, *arguments):
        raise RuntimeError("of the callback")

    calls, model = [], make()
    failing = type("Failing", (Callback,), {hook: fail})()
    with pytest.raises(RuntimeError, match="of the callback"):
        model.fit(*table, batch_size=16, epochs=3, verbose=0, callbacks=[Recorder(calls), failing])
    assert np.isfinite(model.predict(table[0])).all()
    assert len(model.fit(*table, batch_size=16, epochs=2, verbose=0).epoch) == 2
    if hook != "on_train_begin":
        assert calls[-1] == "train end"


def test_a_callback_may_change_the_weights(make, table):
    class Zeros(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.set_weights([0 * w for w in self.model.get_weights()])

    model = make()
    model.fit(*table, batch_size=16, epochs=2, verbose=0, callbacks=[Zeros()])
    assert (model.predict(table[0]) == 0.5).all()


def test_early_stopping_gives_the_weights_of_the_best_epoch_back(make, table):
    x, y = table
    model, kept = make(learning_rate=0.5), []

    class Keep(Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append((logs["val_loss"], self.model.get_weights()))

    stopping = EarlyStopping(patience=3, restore_best_weights=True)
    history = model.fit(
        x[:40],
        y[:40],
        batch_size=16,
        epochs=60,
        verbose=0,
        validation_data=(x[40:], y[40:]),
        callbacks=[Keep(), stopping],
    )
    best = int(np.argmin(history.history["val_loss"]))
    assert stopping.best_epoch == best == len(history.epoch) - 4
    assert stopping.stopped_epoch == len(history.epoch) - 1
    for ours, theirs in zip(model.get_weights(), kept[best][1], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert model.evaluate(x[40:], y[40:], verbose=0)[0] == pytest.approx(stopping.best, rel=1e-6)


def test_early_stopping_passes_over_epochs_that_are_not_validated(make, table):
    stopping = EarlyStopping(patience=50)
    history = make().fit(
        *table,
        batch_size=16,
        epochs=4,
        verbose=0,
        validation_data=table,
        validation_freq=2,
        callbacks=[stopping],
    )
    assert len(history.history["val_loss"]) == 2
    assert stopping.best == min(history.history["val_loss"])


def test_early_stopping_without_validation_data_names_what_there_is(make, table):
    with pytest.warns(UserWarning, match=r"no quantity named 'val_loss'.*there are: 'accuracy', 'loss'"):
        history = make().fit(*table, batch_size=16, epochs=2, verbose=0, callbacks=[EarlyStopping()])
    assert history.epoch == [0, 1]
