import pytest

from neurode.callbacks import Callback, CallbackList, EarlyStopping, History, ProgbarLogger

HOOKS = {
    "set_model": ("model",),
    "set_params": ({"epochs": 1},),
    "on_train_begin": (None,),
    "on_train_end": (None,),
    "on_epoch_begin": (3, None),
    "on_epoch_end": (3, {"loss": 1.0}),
    "on_train_batch_begin": (2, None),
    "on_train_batch_end": (2, {"loss": 1.0}),
    "on_slice_end": (7, {"loss": 1.0}),
}


def recorder(name, calls):
    """A callback that notes every call."""
    hooks = {hook: lambda self, *args, _hook=hook: calls.append((name, _hook, args)) for hook in HOOKS}
    return type("Recorder", (Callback,), hooks)()


def test_the_base_class_knows_every_hook():
    assert set(HOOKS) == {name for name in vars(Callback) if name.startswith(("on_", "set_"))}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_list_calls_all_in_order_with_the_same_arguments(hook):
    calls = []
    getattr(CallbackList([recorder("a", calls), recorder("b", calls)]), hook)(*HOOKS[hook])
    assert calls == [("a", hook, HOOKS[hook]), ("b", hook, HOOKS[hook])]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_of_the_base_class_does_nothing(hook):
    assert getattr(Callback(), hook)(*HOOKS[hook]) is None


@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end"])
def test_a_list_knows_whether_anyone_watches_batches(hook):
    watching = type("Watching", (Callback,), {hook: lambda self, batch, logs=None: None})()
    assert CallbackList([Callback(), watching]).watches_batches


def test_our_own_callbacks_do_not_slow_the_epoch_down():
    assert not CallbackList([History(), EarlyStopping(), ProgbarLogger(), Callback()]).watches_batches


def test_a_history_grows_by_epochs_in_the_order_of_keras():
    history = History()
    for epoch in (4, 5):
        history.on_epoch_end(epoch, {"loss": 1.0 / epoch, "auc": 0.5, "val_loss": 2.0, "val_auc": 0.4})
    assert history.epoch == [4, 5]
    assert list(history.history) == ["auc", "loss", "val_auc", "val_loss"]
    assert history.history["loss"] == [0.25, 0.2]


def test_a_history_says_what_it_holds():
    history = History()
    assert repr(history) == "History(0 epochs of nothing)"
    history.on_epoch_end(0, {"loss": 1.0})
    history.interrupted = True
    assert repr(history) == "History(1 epochs of loss, interrupted)"
