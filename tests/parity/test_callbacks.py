"""The same logs through Keras's callbacks and ours: the same decisions, files and lines. Keras 3.15.1."""

import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

from neurode import callbacks as ours


class Owner:
    """Enough of a model for both."""

    def __init__(self, learning_rate=1.0):
        self.stop_training, self.metrics, self.saved, self.epoch = False, [], [], 0
        self.optimizer = Optimizer(learning_rate)

    @property
    def train_state(self):
        return State((float(self.epoch),))

    @train_state.setter
    def train_state(self, state):
        self.restored = state.params[0]

    def get_weights(self):
        return [np.float64(self.epoch)]

    def set_weights(self, weights):
        self.restored = float(weights[0])

    def save(self, path, overwrite=True):
        self.saved.append(path)

    def save_weights(self, path, overwrite=True):
        self.saved.append(path)


class Optimizer:
    """Keeps the rate in single precision, as both do where it counts."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def __setattr__(self, name, value):
        object.__setattr__(self, name, np.float32(value))


class State(SimpleNamespace):
    """Stands for a train state: the weights are the number of the epoch."""

    def __init__(self, params):
        super().__init__(params=params, state=())

    def _replace(self, params, state):
        return State(params)


def ran(callback, logs, steps=0, learning_rate=1.0):
    """Everything that can be seen of a fit with these logs."""
    owner, seen = Owner(learning_rate), []
    callback.set_model(owner)
    callback.set_params({"epochs": len(logs), "steps": steps, "verbose": 0})
    callback.on_train_begin({})
    for epoch, values in enumerate(logs):
        owner.epoch, given = epoch, dict(values)
        callback.on_epoch_begin(epoch, {})
        for batch in range(steps):
            callback.on_train_batch_begin(batch, logs={})
            callback.on_train_batch_end(batch, logs={"loss": 1.0 / (batch + 1)})
        callback.on_epoch_end(epoch, given)
        seen.append((given, float(owner.optimizer.learning_rate)))
        if owner.stop_training:
            break
    callback.on_train_end({})
    return seen, owner.stop_training, owner.saved, getattr(owner, "restored", None)


def both(keras, name, logs, *args, steps=0, learning_rate=1.0, **settings):
    """The same fit with Keras's callback and with ours."""
    return [
        ran(getattr(module, name)(*args, **settings), logs, steps, learning_rate)
        for module in (keras.callbacks, ours)
    ]


def random_fits(count, length=14):
    """Courses of a loss on a grid of quarters, which single precision holds exactly."""
    rng = random.Random(0)
    for _ in range(count):
        yield rng, [{"loss": 1.0, "val_loss": rng.randint(0, 12) / 4} for _ in range(length)]


def test_early_stopping_ends_at_the_same_epoch_with_the_same_weights(keras):
    for rng, logs in random_fits(150):
        settings = {
            "patience": rng.randint(0, 4),
            "min_delta": rng.choice([0, 0.25, -0.5]),
            "baseline": rng.choice([None, 0.5, 1.5]),
            "mode": rng.choice(["auto", "min", "max"]),
            "restore_best_weights": rng.random() < 0.5,
            "start_from_epoch": rng.choice([0, 0, 3]),
        }
        theirs, mine = both(keras, "EarlyStopping", logs, **settings)
        assert theirs == mine, settings


def test_early_stopping_goes_on_without_its_quantity_and_warns_as_keras_does(keras):
    for module in (keras.callbacks, ours):
        with pytest.warns(UserWarning, match="val_loss"):
            seen, stopped, *_ = ran(module.EarlyStopping(), [{"loss": 1.0}] * 3)
        assert (len(seen), stopped) == (3, False)


def test_a_quantity_of_unknown_direction_is_refused_by_both(keras):
    for module in (keras.callbacks, ours):
        with pytest.raises(ValueError, match="profit"):
            ran(module.EarlyStopping("profit"), [{"loss": 1.0, "profit": 1.0}])


def test_a_nan_that_comes_first_is_not_the_best_as_it_is_in_keras(keras):
    logs = [{"val_loss": value} for value in (math.nan, 3.0, 2.0, 1.0)]
    theirs, mine = both(keras, "EarlyStopping", logs, patience=2)
    assert len(theirs[0]) == 3, "nothing beats NaN there, so the fit ends although it gets better"
    assert len(mine[0]) == 4


def test_changes_below_single_precision_count_here(keras):
    logs = [{"val_loss": 1.0 - 1e-9 * epoch} for epoch in range(4)]
    theirs, mine = both(keras, "EarlyStopping", logs, patience=1)
    assert len(theirs[0]) == 2
    assert len(mine[0]) == 4


def test_the_rate_falls_at_the_same_epochs_to_the_same_values(keras):
    for rng, logs in random_fits(150):
        settings = {
            "factor": rng.choice([0.1, 0.5, 0.3]),
            "patience": rng.randint(0, 3),
            "min_delta": rng.choice([1e-4, 0.25, 0.5]),
            "cooldown": rng.randint(0, 3),
            "min_lr": rng.choice([0.0, 0.05, 0.001]),
            "mode": rng.choice(["auto", "min", "max"]),
        }
        theirs, mine = both(keras, "ReduceLROnPlateau", logs, learning_rate=0.1, **settings)
        assert theirs == mine, settings


def test_a_schedule_gives_the_same_rates_and_logs(keras):
    logs = [{"loss": 1.0}] * 6
    for schedule in (lambda epoch, rate: rate * 0.9, lambda epoch: 0.1 / (1 + epoch)):
        theirs, mine = both(keras, "LearningRateScheduler", logs, schedule, learning_rate=0.1)
        assert theirs == mine


@pytest.mark.parametrize("name", ["{epoch:02d}-{val_loss:.2f}.keras", "best.keras"])
def test_the_same_epochs_are_saved_under_the_same_names(keras, tmp_path, name):
    for rng, logs in random_fits(60):
        settings = {
            "save_best_only": rng.random() < 0.7,
            "mode": rng.choice(["auto", "min", "max"]),
            "initial_value_threshold": rng.choice([None, 1.0]),
        }
        theirs, mine = both(keras, "ModelCheckpoint", logs, str(tmp_path / name), **settings)
        assert theirs == mine, settings


@pytest.mark.parametrize("save_freq", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("weights", [False, True])
def test_the_same_batches_are_saved(keras, tmp_path, save_freq, weights):
    path = str(tmp_path / ("{epoch}-{batch}-{loss:.1f}" + (".weights.h5" if weights else ".keras")))
    theirs, mine = both(
        keras, "ModelCheckpoint", [{}] * 4, path, steps=4, save_freq=save_freq, save_weights_only=weights
    )
    assert theirs == mine
    assert len(mine[2]) == 16 // save_freq


def test_without_its_quantity_both_save_with_a_warning(keras, tmp_path):
    for module in (keras.callbacks, ours):
        checkpoint = module.ModelCheckpoint(str(tmp_path / "m.keras"), save_best_only=True)
        with pytest.warns(UserWarning, match="val_loss"):
            assert len(ran(checkpoint, [{"loss": 1.0}] * 2)[2]) == 2


def test_an_epoch_not_validated_by_plan_replaces_the_best_only_in_keras(keras, tmp_path):
    saved = []
    for module in (keras.callbacks, ours):
        checkpoint = module.ModelCheckpoint(str(tmp_path / "m.keras"), save_best_only=True)
        checkpoint.set_params = lambda params, told=checkpoint: setattr(
            told, "params", {"validation_freq": 2}
        )
        saved.append(len(ran(checkpoint, [{"loss": 1.0}, {"loss": 1.0, "val_loss": 0.5}] * 2)[2]))
    assert saved == [3, 1]


def test_the_lines_are_the_same(keras, tmp_path, capsys):
    logs = [{"val_loss": value} for value in (1.0, 0.5, 0.75, 0.75, 0.75)]
    for name, args in (
        ("EarlyStopping", {"patience": 2, "restore_best_weights": True}),
        ("ReduceLROnPlateau", {"patience": 2, "factor": 0.5}),
        ("LearningRateScheduler", {"schedule": lambda epoch, rate: rate / 2}),
        ("ModelCheckpoint", {"filepath": str(tmp_path / "m.keras"), "save_best_only": True}),
        ("ModelCheckpoint", {"filepath": str(tmp_path / "m.keras")}),
    ):
        lines = []
        for module in (keras.callbacks, ours):
            ran(getattr(module, name)(**args, verbose=1), logs)
            lines.append(capsys.readouterr().out)
        assert lines[0] == lines[1] != ""


@pytest.mark.parametrize(
    "logs",
    [
        [{"loss": 0.1 + epoch / 3, "auc": 0.5, "val_loss": 1e-7, "val_auc": 1} for epoch in range(3)],
        [{"loss": 0.5}, {"loss": 0.25, "val_loss": 0.75}],
        [{"loss": 0.5, "f1": [0.5, 0.25], "name": "x,y"}, {"loss": math.nan}],
        [{"loss": np.float32(0.1), "rate": np.array(0.5)}],
    ],
)
@pytest.mark.parametrize("settings", [{}, {"separator": ";"}, {"append": True}], ids=str)
def test_a_file_of_logs_is_the_same_byte_for_byte(keras, tmp_path, logs, settings):
    files = []
    for name, module in (("theirs", keras.callbacks), ("ours", ours)):
        path = tmp_path / name
        for _ in range(2):  # The second fit goes on in the file, or replaces it.
            ran(module.CSVLogger(str(path), **settings), logs)
        files.append(path.read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("loss", [math.nan, math.inf, 0.5])
def test_a_loss_that_is_no_number_ends_both(keras, capsys, loss):
    ended, lines = [], []
    for module in (keras.callbacks, ours):
        callback, owner = module.TerminateOnNaN(), Owner()
        callback.set_model(owner)
        callback.on_train_batch_end(3, {"loss": loss})
        ended.append(owner.stop_training)
        lines.append(capsys.readouterr().out)
    assert ended == [not math.isfinite(loss)] * 2
    assert lines[0] == lines[1]


def test_hooks_have_the_names_and_arguments_of_keras(keras):
    import inspect

    hooks = [name for name in vars(keras.callbacks.Callback) if name.startswith(("on_", "set_"))]
    assert len(hooks) == 18
    for hook in hooks:
        theirs, mine = (
            inspect.signature(getattr(c, hook)) for c in (keras.callbacks.Callback, ours.Callback)
        )
        assert list(theirs.parameters) == list(mine.parameters), hook


@pytest.mark.parametrize(
    "name",
    [
        "BackupAndRestore",
        "CSVLogger",
        "CallbackList",
        "EarlyStopping",
        "LambdaCallback",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ReduceLROnPlateau",
        "TensorBoard",
        "TerminateOnNaN",
    ],
)
def test_arguments_have_the_names_order_and_defaults_of_keras(keras, name):
    import inspect

    theirs, mine = (inspect.signature(getattr(module, name)).parameters for module in (keras.callbacks, ours))
    named = {key: p.default for key, p in theirs.items() if p.kind is not inspect.Parameter.VAR_KEYWORD}
    assert list(mine)[: len(named)] == list(named)
    assert {key: mine[key].default for key in named} == named


def test_a_fit_with_callbacks_takes_the_course_that_it_takes_in_keras(keras, tmp_path):
    from neurode import layers, models, optimizers

    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3)).astype("float32")
    y = (x[:, :1] * x[:, 1:2] + 0.5 * rng.normal(size=(80, 1)) > 0).astype("float32")
    parts = [
        (keras.Sequential, keras.layers, keras.optimizers, keras.callbacks),
        (models.Sequential, layers, optimizers, ours),
    ]
    start, seen = None, []
    for sequential, layer, optimizer, callback in parts:
        model = sequential(
            [layer.Input((3,)), layer.Dense(8, activation="tanh"), layer.Dense(1, activation="sigmoid")]
        )
        start = model.get_weights() if start is None else start
        model.set_weights(start)
        model.compile(optimizer.SGD(2.0), "binary_crossentropy", metrics=["accuracy"])
        log = tmp_path / f"{len(seen)}.csv"
        history = model.fit(
            x[:60],
            y[:60],
            batch_size=8,
            epochs=40,
            shuffle=False,
            verbose=0,
            validation_data=(x[60:], y[60:]),
            callbacks=[
                callback.LearningRateScheduler(lambda epoch, rate: rate * 0.99),
                callback.ReduceLROnPlateau(factor=0.5, patience=2, min_delta=1e-3),
                callback.EarlyStopping(patience=6, min_delta=1e-3, restore_best_weights=True),
                callback.CSVLogger(str(log)),
            ],
        )
        header = log.read_text().splitlines()[0]
        seen.append((history.epoch, list(history.history), header, history.history, model.get_weights()))
    theirs, mine = seen
    assert mine[:3] == theirs[:3]
    assert 6 < len(mine[0]) < 40, "the fit was stopped"
    assert mine[3]["learning_rate"] == theirs[3]["learning_rate"]
    for name, values in theirs[3].items():
        np.testing.assert_allclose(mine[3][name], values, rtol=2e-4, err_msg=name)
    for one, other in zip(mine[4], theirs[4], strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-5)
