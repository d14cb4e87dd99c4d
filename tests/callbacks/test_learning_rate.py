import math
from types import SimpleNamespace

import numpy as np
import pytest

from neurode.callbacks import LearningRateScheduler, ReduceLROnPlateau
from neurode.callbacks.learning_rate import learning_rate_of
from neurode.errors import ArgumentError


def run(callback, values, rate=1.0, name="val_loss"):
    """The rate after every epoch whose quantity has this value."""
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=rate))
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {name: value})
        rates.append(model.optimizer.learning_rate)
    return rates


def test_a_schedule_sets_the_rate_of_every_epoch():
    assert run(LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate), [0, 0, 0]) == [
        1,
        0.5,
        0.25,
    ]


def test_a_schedule_may_know_the_epoch_alone():
    assert run(LearningRateScheduler(lambda epoch: 2.0**-epoch), [0, 0, 0]) == [1, 0.5, 0.25]


def test_an_error_inside_a_schedule_is_not_hidden():
    # Keras would take this for a schedule of one argument.
    with pytest.raises(TypeError, match="unsupported operand"):
        run(LearningRateScheduler(lambda epoch, rate: rate + "x"), [0])


@pytest.mark.parametrize("rate", [None, "0.5", True, math.nan, math.inf, [1.0, 2.0]], ids=str)
def test_a_schedule_returns_a_number(rate):
    with pytest.raises(ArgumentError, match="for epoch 0\nhint: return the rate"):
        run(LearningRateScheduler(lambda epoch, before: rate), [0])


@pytest.mark.parametrize("rate", [1, 0.5, np.float32(0.5), np.array(0.5)], ids=repr)
def test_any_kind_of_number_will_do(rate):
    assert run(LearningRateScheduler(lambda epoch, before: rate), [0]) == [float(rate)]


def test_a_function_in_c_gets_both_arguments():
    assert run(LearningRateScheduler(max), [0, 0, 0], rate=1.5) == [1.5, 1.5, 2.0]


def test_an_epoch_that_is_entered_again_has_its_rate_already():
    first, second = (LearningRateScheduler(lambda epoch, rate: rate / 2) for _ in range(2))
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=1.0))
    for callback in (first, second):
        callback.set_model(model)
    first.on_epoch_begin(0)
    second.load_state_dict(first.state_dict())
    second.on_epoch_begin(0)
    assert model.optimizer.learning_rate == 0.5
    second.on_epoch_begin(1)
    assert model.optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    ("settings", "values", "rates"),
    [
        ({"patience": 2}, [3, 3, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 2}, [3, 3, 2, 2, 2], [1, 1, 1, 1, 0.5]),
        ({"patience": 1}, [3, 3, 3, 3], [1, 0.5, 0.25, 0.125]),
        # The epoch that ends the cooldown counts again.
        ({"patience": 1, "cooldown": 2}, [3, 3, 3, 3, 3], [1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "min_lr": 0.3}, [3, 3, 3, 3], [1, 0.5, 0.3, 0.3]),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.75, 2.25], [1, 0.5, 0.5]),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 2], [1, 1, 1, 0.5]),
        ({"patience": 1}, [math.nan, 3, 3], [0.5, 0.5, 0.25]),
    ],
    ids=str,
)
def test_the_rate_falls_on_a_plateau(settings, values, rates):
    assert run(ReduceLROnPlateau(factor=0.5, **settings), values) == pytest.approx(rates)


def test_the_lowest_rate_is_met_and_not_left():
    # 0.1 in single precision is above 0.1, which must not count as above the lowest rate.
    assert run(ReduceLROnPlateau(patience=1, cooldown=9, min_lr=0.1), [1, 1, 1], rate=0.1) == [0.1, 0.1, 0.1]


def test_the_rate_of_a_schedule_is_that_of_the_steps_taken():
    model = SimpleNamespace(optimizer=SimpleNamespace(), train_state=SimpleNamespace(step=3))
    model.optimizer.learning_rate = lambda step: 0.5**step
    assert learning_rate_of(model) == 0.125
    model.optimizer.learning_rate = lambda: 0.25
    assert learning_rate_of(model) == 0.25


def test_the_rate_is_written_into_the_logs():
    for callback in (LearningRateScheduler(lambda epoch: 0.25), ReduceLROnPlateau()):
        callback.set_model(SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.25)))
        logs = {"val_loss": 1.0}
        callback.on_epoch_end(0, logs)
        assert logs == {"val_loss": 1.0, "learning_rate": 0.25}


def test_an_unknown_quantity_is_named_and_the_rate_stays():
    with pytest.warns(UserWarning, match="no quantity named 'val_loss', so the learning rate stays"):
        assert run(ReduceLROnPlateau(patience=1), [1], name="loss") == [1]


def test_a_factor_that_does_not_lower_is_refused():
    with pytest.raises(ArgumentError, match="factor=1"):
        ReduceLROnPlateau(factor=1)


def test_a_second_fit_starts_afresh():
    callback = ReduceLROnPlateau(factor=0.5, patience=2)
    assert run(callback, [1, 1]) == run(callback, [9, 9]) == [1, 1]


def test_counts_go_over_to_another():
    first, second = (ReduceLROnPlateau(factor=0.5, patience=2) for _ in range(2))
    run(first, [1, 1])
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=1.0))
    second.set_model(model)
    second.load_state_dict(first.state_dict())
    second.on_epoch_end(2, {"val_loss": 1.0})
    assert model.optimizer.learning_rate == 0.5


def test_verbose_prints_the_lines_of_keras(capsys):
    run(LearningRateScheduler(lambda epoch: 0.5, verbose=1), [0])
    run(ReduceLROnPlateau(factor=0.5, patience=1, verbose=1), [1, 1])
    assert capsys.readouterr().out == (
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.5.\n"
        "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"
    )
