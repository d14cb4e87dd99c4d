import pytest

from neurode.callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    MLflowLogger,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    TensorBoard,
    TerminateOnNaN,
)
from neurode.callbacks.callback import HOOKS as NAMES
from neurode.errors import DataTypeError

BY_BATCH = [
    f"on_{stage}batch_{end}" for stage in ("", "train_", "test_", "predict_") for end in ("begin", "end")
]
HOOKS = {
    "set_model": ("model",),
    "set_params": ({"epochs": 1},),
    **{f"on_{stage}_{end}": ({},) for stage in ("train", "test", "predict") for end in ("begin", "end")},
    "on_epoch_begin": (3, {}),
    "on_epoch_end": (3, {"loss": 1.0}),
    **{hook: (2, {"loss": 1.0}) for hook in BY_BATCH},
    "on_slice_end": (7, {"loss": 1.0}),
    "on_diverged": (7, {"loss": 1.0}),
}


def recorder(name, calls):
    """A callback that notes every call."""
    hooks = {hook: lambda self, *args, _hook=hook: calls.append((name, _hook, args)) for hook in HOOKS}
    return type("Recorder", (Callback,), hooks)()


def test_the_base_class_knows_every_hook():
    assert set(HOOKS) == {name for name in vars(Callback) if name.startswith(("on_", "set_"))}
    assert set(NAMES) == set(HOOKS) - {"set_model", "set_params"}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_list_calls_all_in_order_with_the_same_arguments(hook):
    calls = []
    getattr(CallbackList([recorder("a", calls), recorder("b", calls)]), hook)(*HOOKS[hook])
    assert calls == [("a", hook, HOOKS[hook]), ("b", hook, HOOKS[hook])]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_of_the_base_class_does_nothing(hook):
    assert getattr(Callback(), hook)(*HOOKS[hook]) is None


@pytest.mark.parametrize("end", ["begin", "end"])
def test_the_old_names_of_the_batch_hooks_are_called(end):
    seen = []
    old = type(
        "Old", (Callback,), {f"on_batch_{end}": lambda self, batch, logs: seen.append((batch, logs))}
    )()
    getattr(CallbackList([old]), f"on_train_batch_{end}")(4, {"loss": 0.5})
    assert seen == [(4, {"loss": 0.5})]
    assert old.watches_batches


@pytest.mark.parametrize("hook", BY_BATCH)
def test_a_list_knows_whose_batches_anyone_watches(hook):
    watching = CallbackList([Callback(), type("Watching", (Callback,), {hook: lambda self, *args: None})()])
    assert watching.watches_test_batches == ("test" in hook)
    assert watching.watches_predict_batches == ("predict" in hook)
    assert watching.watches_batches == (not watching.watches_test_batches | watching.watches_predict_batches)


def test_a_hook_that_is_set_on_the_object_is_seen():
    callback = Callback()
    assert not callback.watches_batches
    callback.on_train_batch_end = lambda batch, logs: None
    assert callback.watches_batches


def test_our_own_callbacks_do_not_slow_anything_down(tmp_path):
    everyone = CallbackList(
        [
            Callback(),
            BackupAndRestore(tmp_path),
            CSVLogger(tmp_path / "log.csv"),
            EarlyStopping(),
            History(),
            LambdaCallback(on_epoch_end=lambda epoch, logs: None),
            LearningRateScheduler(lambda epoch, rate: rate),
            MLflowLogger(),
            ModelCheckpoint(tmp_path / "model.neurode"),
            ProgbarLogger(),
            ReduceLROnPlateau(),
            TensorBoard(tmp_path),
            TerminateOnNaN(),
        ]
    )
    assert not everyone.watches_batches
    assert not everyone.watches_test_batches
    assert not everyone.watches_predict_batches


def test_what_is_asked_by_batch_is_told_by_batch(tmp_path):
    assert BackupAndRestore(tmp_path, save_freq=5).watches_batches
    assert ModelCheckpoint(tmp_path / "model.neurode", save_freq=5).watches_batches
    assert TensorBoard(tmp_path, update_freq=5).watches_batches
    assert TensorBoard(tmp_path, update_freq="batch").watches_batches


def test_logs_are_one_dict_by_the_alphabet_and_never_none():
    seen = []
    first = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(learning_rate=0.5))
    last = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs), on_train_begin=seen.append)
    everyone = CallbackList([first, last])
    everyone.on_train_begin(None)
    given = {"val_loss": 1.0, "loss": 2.0, "auc": 3.0}
    everyone.on_epoch_end(0, given)
    assert seen == [{}, given | {"learning_rate": 0.5}]
    assert list(seen[1]) == ["auc", "loss", "val_loss", "learning_rate"]


def test_a_list_takes_one_callback_and_nested_lists_and_nothing():
    a, b = Callback(), Callback()
    assert CallbackList(a).callbacks == [a]
    assert CallbackList([[a], (b, None)]).callbacks == [a, b]
    assert CallbackList().callbacks == []


def test_history_and_progress_are_added_once_if_asked():
    history = History()
    everyone = CallbackList([history], add_history=True, add_progbar=True, model="model", verbose=0)
    assert [type(callback) for callback in everyone.callbacks] == [History, ProgbarLogger]
    assert everyone.callbacks[0] is history
    assert history.model == "model"
    assert everyone.callbacks[1].verbose == 0


def test_callbacks_know_each_other():
    a, b, c = Callback(), Callback(), Callback()
    everyone = CallbackList([a, b])
    everyone.append(c)
    assert b.siblings == (a, c)


def test_one_that_says_so_is_told_last():
    late = type("Late", (Callback,), {"after_others": True})()
    early = Callback()
    assert CallbackList([late, early]).callbacks == [early, late]


def test_what_is_no_callback_is_named():
    with pytest.raises(DataTypeError, match=r"History'> is no callback\nhint: add \(\)"):
        CallbackList([History])
    with pytest.raises(DataTypeError, match="3 is no callback"):
        CallbackList([3])


def test_a_history_grows_by_epochs_in_the_order_of_keras():
    history = History()
    for epoch in (4, 5):
        CallbackList(history).on_epoch_end(
            epoch, {"loss": 1.0 / epoch, "auc": 0.5, "val_loss": 2.0, "val_auc": 0.4}
        )
    assert history.epoch == [4, 5]
    assert list(history.history) == ["auc", "loss", "val_auc", "val_loss"]
    assert history.history["loss"] == [0.25, 0.2]


def test_a_history_says_what_it_holds():
    history = History()
    assert repr(history) == "History(0 epochs of nothing)"
    history.on_epoch_end(0, {"loss": 1.0})
    history.interrupted = True
    assert repr(history) == "History(1 epochs of loss, interrupted)"
