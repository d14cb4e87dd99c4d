"""A loss that is no number any more ends the fit, and the model keeps weights that can be used."""

import numpy as np
import pytest

from neurode.errors import DivergedError
from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.optimizers import SGD


def line(learning_rate):
    """A network whose loss explodes where the learning rate is too high."""
    model = Sequential([Input((3,)), Dense(1)])
    model.compile(SGD(learning_rate), "mse")
    return model


def usable(model, table):
    return np.isfinite(model.evaluate(*table, verbose=0))


def test_a_learning_rate_that_is_far_too_high_is_told(table):
    model = line(1e30)
    with pytest.raises(DivergedError, match=r"infinite or NaN in epoch 1, between steps 0 and 4") as met:
        model.fit(*table, batch_size=16, epochs=3, verbose=0)
    assert "lower the learning rate (now 1e+30)" in met.value.hint
    assert usable(model, table)


def test_where_an_epoch_is_one_step_the_model_is_usable_too(table):
    # The first step has a finite loss and makes weights that do not: they must not stay.
    model = line(1e30)
    with pytest.raises(DivergedError):
        model.fit(*table, batch_size=64, epochs=3, verbose=0)
    assert usable(model, table)


def test_slices_of_one_step_leave_the_model_usable_too(table, slices):
    slices(1)
    model = line(1e30)
    with pytest.raises(DivergedError):
        model.fit(*table, batch_size=16, epochs=3, verbose=0)
    assert usable(model, table)


def test_good_epochs_before_are_kept(table):
    x, y = table
    model = line(0.1)
    model.fit(x, y, batch_size=16, verbose=0)
    before = model.get_weights()
    with pytest.raises(DivergedError):
        model.fit(np.where(x > 2, np.nan, x), y, batch_size=16, verbose=0)
    for ours, theirs in zip(model.get_weights(), before):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_inputs_that_are_no_numbers_are_counted_in_the_hint(make, table, bad):
    x, y = table[0].copy(), table[1]
    x[3:5, 1] = bad
    model = make()
    with pytest.raises(DivergedError) as met:
        model.fit(x, y, batch_size=16, verbose=0)
    assert (
        met.value.hint
        == "the inputs hold 2 values that are NaN or infinite: fill them or leave their rows out"
    )
    assert usable_classifier(model, table)


def usable_classifier(model, table):
    return np.isfinite(model.evaluate(*table, verbose=0)).all()


def test_targets_that_are_no_numbers_are_counted_in_the_hint(table):
    y = table[1].copy()
    y[7] = np.nan
    with pytest.raises(DivergedError) as met:
        line(0.1).fit(table[0], y, batch_size=16, verbose=0)
    assert "the targets hold 1 values" in met.value.hint


def test_callbacks_hear_that_the_fit_is_over(table):
    from neurode.callbacks import Callback

    ended = []

    class Ending(Callback):
        def on_train_end(self, logs=None):
            ended.append(True)

    with pytest.raises(DivergedError):
        line(1e30).fit(*table, batch_size=16, epochs=3, verbose=0, callbacks=[Ending()])
    assert ended == [True]


def test_the_error_is_an_arithmetic_one_too(table):
    with pytest.raises(ArithmeticError):
        line(1e30).fit(*table, batch_size=16, epochs=3, verbose=0)
