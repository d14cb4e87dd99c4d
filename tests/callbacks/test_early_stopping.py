from types import SimpleNamespace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.callbacks import EarlyStopping
from neurode.errors import ArgumentError


class Weights(NamedTuple):
    """Stands for a train state: the weights after an epoch are its number."""

    params: int
    state: int = 0
    step: int = 0


def run(callback, values, name="val_loss", params=None):
    """A fit whose quantity takes these values; returns the model and the epochs that were run."""
    model = SimpleNamespace(train_state=Weights(-1), stop_training=False)
    callback.set_model(model)
    if params:
        callback.set_params(params)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.train_state = Weights(epoch, step=epoch)
        callback.on_epoch_end(epoch, {} if value is None else {"loss": 0.0, name: float(value)})
        if model.stop_training:
            break
    callback.on_train_end()
    return model, epoch + 1


def naive(values, rising, min_delta, patience, baseline, start):
    """How many epochs a fit has and which is best, from the description of Keras's EarlyStopping."""

    def better(a, b):
        return a - min_delta > b if rising else a + min_delta < b

    best, best_epoch, wait = None, None, 0
    for epoch in range(start, len(values)):
        best_epoch = epoch if best_epoch is None else best_epoch
        wait += 1
        if best is None or better(values[epoch], best):
            best, best_epoch = values[epoch], epoch
            if baseline is None or better(values[epoch], baseline):
                wait = 0
        elif wait >= patience and epoch > 0:
            return epoch + 1, best_epoch
    return len(values), best_epoch


@pytest.mark.parametrize(
    ("settings", "values", "epochs"),
    [
        ({}, [3, 2, 1, 1.5, 0], 4),  # patience 0: the first worse value ends it
        ({"patience": 2}, [3, 2, 2.5, 2.6, 0], 4),  # two worse values
        ({"patience": 2}, [3, 2, 2.5, 1, 1, 1, 0], 6),  # better in between; equal is not better
        ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2], 2),  # 0.4 better is not enough
        ({"patience": 1, "min_delta": 0.5}, [3, 2.4, 1.8], 3),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 2], 4),
        (
            {"patience": 2, "baseline": 1.0},
            [5, 4, 3, 3, 0],
            4,
        ),  # never under the baseline, so waits from the start
        ({"patience": 2, "baseline": 1.0}, [5, 0.5, 3, 3, 0], 4),
        ({"patience": 1, "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], 5),  # the first that counts is 4
    ],
    ids=str,
)
def test_a_fit_ends_when_it_no_longer_gets_better(settings, values, epochs):
    callback = EarlyStopping(**settings)
    model, ran = run(callback, values)
    assert ran == epochs
    assert model.stop_training == (epochs < len(values) or callback.stopped_epoch > 0)
    assert callback.stopped_epoch == (epochs - 1 if model.stop_training else 0)


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.integers(0, 8), min_size=1, max_size=15),
    rising=st.booleans(),
    min_delta=st.sampled_from([0.0, 1.0, 2.0]),
    patience=st.integers(0, 4),
    baseline=st.sampled_from([None, 3.0, 6.0]),
    start=st.integers(0, 3),
    restore=st.booleans(),
)
def test_it_is_what_keras_describes(values, rising, min_delta, patience, baseline, start, restore):
    callback = EarlyStopping(
        "q", min_delta, patience, 0, "max" if rising else "min", baseline, restore, start_from_epoch=start
    )
    model, ran = run(callback, values, "q")
    epochs, best_epoch = naive(values, rising, min_delta, patience, baseline, start)
    assert ran == epochs
    if best_epoch is not None:
        assert callback.best_epoch == best_epoch
        assert model.train_state.params == (best_epoch if restore else epochs - 1)


def test_the_best_weights_come_back_also_when_nothing_was_stopped():
    model, _ = run(EarlyStopping(patience=9, restore_best_weights=True), [3, 1, 2])
    assert model.train_state.params == 1


def test_restoring_leaves_the_count_of_steps_and_the_optimizer():
    model, _ = run(EarlyStopping(patience=9, restore_best_weights=True), [3, 1, 2])
    assert model.train_state.step == 2


def test_without_restoring_the_last_weights_stay():
    model, _ = run(EarlyStopping(), [3, 1, 2])
    assert model.train_state.params == 2


def test_a_second_fit_starts_afresh():
    callback = EarlyStopping(patience=1, restore_best_weights=True)
    run(callback, [3, 1, 2])
    model, ran = run(callback, [9, 8, 7])
    assert (ran, callback.best, callback.stopped_epoch, model.train_state.params) == (3, 7, 0, 2)


def test_the_sign_of_min_delta_does_not_matter():
    assert (
        run(EarlyStopping(min_delta=-0.5), [3, 2.6, 1])[1]
        == run(EarlyStopping(min_delta=0.5), [3, 2.6, 1])[1]
        == 2
    )


def test_an_unknown_quantity_is_named_and_the_fit_goes_on():
    with pytest.warns(UserWarning, match=r"no quantity named 'val_loss'.*there are: 'loss', 'val_auc'"):
        _, ran = run(EarlyStopping(), [1, 2], "val_auc")
    assert ran == 2


def test_a_quantity_of_unknown_direction_is_named():
    with pytest.raises(ArgumentError, match="give EarlyStopping mode='max' or mode='min'"):
        run(EarlyStopping("val_profit"), [1, 2], "val_profit")


def test_its_state_carries_counts_and_weights_over_to_another(make_owner):
    owner = make_owner()
    first, second = (EarlyStopping(patience=3, restore_best_weights=True) for _ in range(2))
    first.set_model(owner)
    first.on_epoch_end(0, {"val_loss": 1.0})
    best = owner.train_state.params
    owner.step()
    first.on_epoch_end(1, {"val_loss": 2.0})
    moved = owner.train_state
    state = first.state_dict()
    assert owner.train_state == moved, "reading the state leaves the model alone"
    second.set_model(owner)
    second.load_state_dict(state)
    assert (second.best, second.best_epoch, second.wait, owner.train_state) == (1.0, 0, 1, moved)
    second.on_train_end()
    assert owner.train_state.params == best


def test_an_epoch_that_is_not_validated_is_passed_over():
    callback = EarlyStopping(patience=1)
    _, ran = run(callback, [None, 2, None, 1, None, 3, None, 0], params={"validation_freq": 2})
    assert (ran, callback.best, callback.best_epoch) == (6, 1, 3)


def test_verbose_prints_the_lines_of_keras(capsys):
    run(EarlyStopping(verbose=1, restore_best_weights=True), [3, 1, 2])
    assert capsys.readouterr().out == (
        "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )


def test_silence_is_the_default(capsys):
    run(EarlyStopping(restore_best_weights=True), [3, 1, 2])
    assert capsys.readouterr().out == ""
