"""Callbacks in the fits of real models."""

import warnings

import numpy as np
import pytest

from neurode.callbacks import (
    BackupAndRestore,
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from neurode.errors import DivergedError
from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential, load_model
from neurode.optimizers import SGD, Adam


@pytest.fixture
def table():
    """50 rows: 4 steps of 16 an epoch, the last one of 2 rows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    return x, (x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=50) > 0).astype(float)


@pytest.fixture
def make():
    def made(optimizer=None):
        layers = [
            Dense(4, activation="tanh"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(1, activation="sigmoid"),
        ]
        model = Sequential([Input((3,)), *layers], seed=1)
        model.compile(optimizer or Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
        return model

    return made


def fitted(model, table, callbacks, epochs=6, **settings):
    settings = {"batch_size": 16, "verbose": 0, "validation_data": table} | settings
    return model.fit(*table, epochs=epochs, callbacks=callbacks, **settings)


class Crash(Callback):
    """Breaks a fit off in an epoch, after so many batches."""

    after_others = True

    def __init__(self, epoch, batch):
        self.place, self.epoch = (epoch, batch), None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.place:
            raise RuntimeError("crash")


@pytest.mark.parametrize("save_freq", ["epoch", 3])
def test_a_resumed_fit_has_the_bits_of_a_whole_one(make, table, tmp_path, save_freq):
    def everyone(folder):
        return [
            BackupAndRestore(tmp_path / folder, save_freq=save_freq),
            LearningRateScheduler(lambda epoch, rate: 0.9 * rate),
            ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.01),
            EarlyStopping(patience=9, restore_best_weights=True),
        ]

    whole, resumed = make(), make()
    fitted(whole, table, everyone("whole"))
    with pytest.raises(RuntimeError, match="crash"):
        fitted(make(), table, [*everyone("parts"), Crash(3, 2)])
    history = fitted(resumed, table, everyone("parts"))
    assert history.epoch == [3, 4, 5]
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert resumed.optimizer.learning_rate == whole.optimizer.learning_rate
    assert not (tmp_path / "parts").exists()


def test_a_schedule_moves_the_weights(make, table):
    model = make(SGD(0.5))
    history = fitted(model, table, [LearningRateScheduler(lambda epoch: [0.5, 0.0][epoch])], epochs=1)
    before = model.get_weights()[0]
    frozen = fitted(model, table, [LearningRateScheduler(lambda epoch: 0.0)], epochs=1)
    np.testing.assert_array_equal(model.get_weights()[0], before)
    assert (history.history["learning_rate"], frozen.history["learning_rate"]) == ([0.5], [0.0])


def test_the_rate_falls_on_a_plateau_and_is_recorded(make, table):
    model = make(SGD(0.5))
    history = fitted(model, table, [ReduceLROnPlateau("val_loss", 0.5, 1, min_delta=100.0)], epochs=3)
    assert history.history["learning_rate"] == [0.5, 0.5, 0.25]
    assert float(model.optimizer.learning_rate) == 0.125


def test_a_saved_model_predicts_the_same(make, table, tmp_path):
    model = make()
    best = ModelCheckpoint(tmp_path / "best.neurode", save_best_only=True)
    fitted(model, table, [best, EarlyStopping(patience=9, restore_best_weights=True)])
    np.testing.assert_array_equal(
        load_model(tmp_path / "best.neurode").predict(table[0]), model.predict(table[0])
    )


def test_saved_weights_can_be_loaded(make, table, tmp_path):
    model, other = make(), make()
    path = tmp_path / "{epoch}.weights.neurode"
    fitted(model, table, [ModelCheckpoint(path, save_weights_only=True, save_freq=4)], epochs=2)
    other.load_weights(tmp_path / "2.weights.neurode")
    for one, another in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, another)


def test_a_file_of_logs_holds_the_history(make, table, tmp_path):
    history = fitted(make(), table, [CSVLogger(tmp_path / "log.csv")], epochs=3).history
    header, *lines = (tmp_path / "log.csv").read_text().splitlines()
    assert header.split(",") == ["epoch", *history]
    rows = [[str(value) for value in row] for row in zip(*history.values())]
    assert [line.split(",")[1:] for line in lines] == rows


def test_a_loss_that_is_no_number_ends_the_fit_in_peace(make, table):
    x, y = table[0] * 1e38, table[1] * 1e38
    model = Sequential([Input((3,)), Dense(1)])
    model.compile(SGD(1e30), "mse")
    with pytest.raises(DivergedError):
        model.fit(x, y, epochs=3, verbose=0)
    model.fit(x, y, epochs=3, verbose=0, callbacks=[TerminateOnNaN()])
    assert model.stop_training
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_an_unknown_quantity_does_not_end_a_fit(make, table):
    with pytest.warns(UserWarning, match="no quantity named 'val_loss'"):
        history = fitted(make(), table, [EarlyStopping()], epochs=2, validation_data=None)
    assert history.epoch == [0, 1]


def test_evaluation_and_prediction_have_their_hooks(make, table):
    model, calls = make(), []
    hooks = [f"on_{stage}_{end}" for stage in ("test", "predict") for end in ("begin", "end")]
    hooks += [f"on_{stage}_batch_{end}" for stage in ("test", "predict") for end in ("begin", "end")]
    recorder = LambdaCallback(**{hook: lambda *args, hook=hook: calls.append(hook) for hook in hooks})
    model.evaluate(*table, batch_size=25, verbose=0, callbacks=[recorder])
    batches = ["on_test_batch_begin", "on_test_batch_end"] * 2
    assert calls == ["on_test_begin", *batches, "on_test_end"]
    calls.clear()
    model.predict(table[0], batch_size=50, verbose=0, callbacks=[recorder])
    assert [calls[0], calls[-1]] == ["on_predict_begin", "on_predict_end"]
    assert calls[1:3] == ["on_predict_batch_begin", "on_predict_batch_end"]


def test_histograms_have_the_weights_of_the_model(make, table, tmp_path):
    pytest.importorskip("tensorboardX", reason="tensorboardX is not installed")
    from neurode.callbacks import TensorBoard

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted(make(), table, [TensorBoard(tmp_path, histogram_freq=1, write_images=False)], epochs=1)
    (path,) = (tmp_path / "train").iterdir()
    assert b"dense/kernel/histogram" in path.read_bytes()
