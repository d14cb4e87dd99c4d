"""Ctrl-C: the step is finished, what was learned stays, the second one stops at once."""

import os
import signal
import threading

import numpy as np
import pytest

from neurode.callbacks import Callback
from neurode.training.interrupt import catch_interrupt


@pytest.fixture(autouse=True)
def python_handler():
    """A worker of a parallel test run may ignore Ctrl-C; here it is as in a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press():
    os.kill(os.getpid(), signal.SIGINT)


class PressAt(Callback):
    """Presses Ctrl-C at a hook, the given number of times."""

    def __init__(self, hook, place, times=1):
        self.hook, self.place, self.times = hook, place, times

    def _at(self, hook, place):
        if (hook, place) == (self.hook, self.place):
            for _ in range(self.times):
                press()

    def on_epoch_begin(self, epoch, logs=None):
        self._at("epoch_begin", epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._at("epoch_end", epoch)

    def on_slice_end(self, steps, logs=None):
        self._at("slice_end", steps)


def test_the_model_keeps_the_steps_that_were_taken(make, table, slices, same_bits):
    x, y = table
    slices(1)
    model = make()
    history = model.fit(
        x, y, batch_size=16, epochs=5, shuffle=False, verbose=0, callbacks=[PressAt("slice_end", 2)]
    )
    assert (history.interrupted, history.interrupted_at) == (True, (0, 2))
    assert history.history == {}, "an epoch that was not finished is no epoch of the history"
    # Two steps of 16 rows are the whole of a fit of the first 32 rows.
    two_steps = make()
    two_steps.fit(x[:32], y[:32], batch_size=16, shuffle=False, verbose=0)
    for ours, theirs in zip(model.get_weights(), two_steps.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_model_can_be_used_and_fitted_on(make, table, slices):
    slices(1)
    model = make()
    model.fit(*table, batch_size=16, epochs=5, verbose=0, callbacks=[PressAt("slice_end", 2)])
    assert np.isfinite(model.predict(table[0])).all()
    history = model.fit(*table, batch_size=16, epochs=2, verbose=0)
    assert (len(history.epoch), history.interrupted) == (2, False)


def test_at_the_begin_of_an_epoch_the_first_slice_is_still_run(make, table, slices):
    slices(1)
    history = make().fit(*table, batch_size=16, epochs=5, verbose=0, callbacks=[PressAt("epoch_begin", 2)])
    assert (history.interrupted, history.interrupted_at) == (True, (2, 1))
    assert history.epoch == [0, 1]


def test_at_the_end_of_an_epoch_the_epoch_counts(make, table):
    history = make().fit(*table, batch_size=16, epochs=5, verbose=0, callbacks=[PressAt("epoch_end", 1)])
    assert (history.interrupted, history.interrupted_at) == (True, (2, 0))
    assert history.epoch == [0, 1]


def test_in_the_last_slice_of_an_epoch_the_epoch_is_finished_and_validated(make, table):
    history = make().fit(
        *table, batch_size=16, epochs=5, verbose=0, validation_data=table, callbacks=[PressAt("slice_end", 4)]
    )
    assert history.interrupted_at == (1, 0)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]


def test_the_second_one_is_an_exception_and_the_model_stays_usable(make, table, slices):
    slices(1)
    model = make()
    before = model.get_weights()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*table, batch_size=16, epochs=5, verbose=0, callbacks=[PressAt("slice_end", 2, times=2)])
    assert np.isfinite(model.predict(table[0])).all()
    assert any((a != b).any() for a, b in zip(before, model.get_weights()))


def test_callbacks_hear_that_the_fit_is_over(make, table, slices):
    slices(1)
    ended = []

    class Ending(PressAt):
        def on_train_end(self, logs=None):
            ended.append(True)

    make().fit(*table, batch_size=16, verbose=0, callbacks=[Ending("slice_end", 1)])
    assert ended == [True]


def test_a_line_says_where(make, table, slices, capsys):
    slices(1)
    make().fit(*table, batch_size=16, epochs=5, verbose=2, callbacks=[PressAt("slice_end", 2)])
    out = capsys.readouterr().out
    assert out == "Epoch 1/5\n\nInterrupted in epoch 1 after 2 steps; the model keeps the weights so far.\n"


def test_silence_stays_silent(make, table, slices, capsys):
    slices(1)
    make().fit(*table, batch_size=16, verbose=0, callbacks=[PressAt("slice_end", 2)])
    assert capsys.readouterr().out == ""


def test_afterwards_ctrl_c_is_what_it_was(make, table, slices):
    slices(1)
    make().fit(*table, batch_size=16, verbose=0, callbacks=[PressAt("slice_end", 2)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        press()


def test_afterwards_it_is_so_too_when_a_fit_failed():
    with pytest.raises(RuntimeError), catch_interrupt():
        raise RuntimeError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_the_programs_own_is_kept():
    heard = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    with catch_interrupt() as interrupt:
        press()
    assert (heard, interrupt.pressed) == ([signal.SIGINT], False)


def test_a_fit_in_another_thread_leaves_signals_alone(make, table):
    failures = []

    def work():
        try:
            make().fit(*table, batch_size=16, verbose=0)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []
