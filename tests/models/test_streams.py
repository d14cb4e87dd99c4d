"""Batches from outside, and tables in parts: what `fit`, `evaluate` and `predict` take from them."""

import numpy as np
import pytest

from neurode.callbacks import Callback
from neurode.errors import ArgumentError, DataTypeError
from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.models.streams import batches_of, collected, is_stream, length_of
from neurode.utils import PyDataset
from neurode.utils import Sequence as Batches


class Tens(Batches):
    """The table of the tests, ten rows at a time; counts the ends of epochs."""

    def __init__(self, x, y, weight=None):
        super().__init__(workers=2, use_multiprocessing=False)
        self.x, self.y, self.weight, self.ended = x, y, weight, 0

    def __len__(self):
        return -(-len(self.x) // 10)

    def __getitem__(self, index):
        rows = slice(index * 10, index * 10 + 10)
        weight = () if self.weight is None else (self.weight[rows],)
        return (self.x[rows], self.y[rows], *weight)

    def on_epoch_end(self):
        self.ended += 1


def tens(x, y):
    for start in range(0, len(x), 10):
        yield x[start : start + 10], y[start : start + 10]


def endless(x, y):
    while True:
        yield from tens(x, y)


def bits(model):
    return [array.tobytes() for array in model.get_weights()]


def test_a_sequence_of_batches_learns_what_the_table_learns(make, table):
    first, second = make(), make()
    streamed = first.fit(Tens(*table), epochs=3, verbose=0)
    expected = second.fit(*table, batch_size=10, shuffle=False, epochs=3, verbose=0)
    for name, values in expected.history.items():
        np.testing.assert_allclose(streamed.history[name], values, rtol=1e-5)
    for ours, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_every_epoch_of_a_sequence_has_its_end(make, table):
    batches = Tens(*table)
    make().fit(batches, epochs=3, verbose=0)
    assert batches.ended == 3


def test_a_generator_goes_on_in_the_next_epoch(make, table):
    seen = []

    class Watching(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["loss"])

    first, second = make(), make()
    first.fit(endless(*table), steps_per_epoch=2, epochs=3, verbose=0, callbacks=[Watching()])
    for part in range(3):
        # 50 rows: the third epoch has the last ten and the first ten.
        rows = np.arange(part * 20, part * 20 + 20) % 50
        history = second.fit(table[0][rows], table[1][rows], batch_size=10, shuffle=False, verbose=0).history
        assert seen[part] == pytest.approx(history["loss"][0], rel=1e-5)


def test_a_generator_that_ends_early_ends_the_fit_with_a_notice(make, table):
    model = make()
    with pytest.warns(UserWarning, match=r"gave no batch for epoch 3[^$]*steps_per_epoch"):
        history = model.fit(tens(*table), steps_per_epoch=3, epochs=5, verbose=0)
    # Five batches: three, then two.
    assert history.epoch == [0, 1]
    assert int(model.train_state.step) == 5


def test_a_generator_is_one_epoch_if_nothing_is_said(make, table):
    with pytest.warns(UserWarning, match="gave no batch for epoch 2"):
        history = make().fit(tens(*table), epochs=2, verbose=0)
    assert history.epoch == [0]


@pytest.mark.parametrize(
    "empty", [lambda: iter([]), lambda: (pair for pair in ())], ids=["iterator", "generator"]
)
def test_data_without_a_batch_is_refused(make, empty):
    model = make()
    with pytest.raises(ArgumentError, match="the data gave no batch"):
        model.fit(empty(), verbose=0)
    with pytest.raises(ArgumentError, match="the data gave no batch"):
        model.evaluate(empty(), verbose=0)
    with pytest.raises(ArgumentError, match="the data gave no batch"):
        model.predict(empty())


@pytest.mark.parametrize("validation", ["sequence", "generator", "list", "weights"])
def test_validation_data_come_in_every_form(make, table, validation):
    model = make()
    data = {
        "sequence": Tens(*table),
        "generator": endless(*table),
        "list": list(table),
        "weights": (*table, np.ones(50)),
    }[validation]
    steps = 5 if validation == "generator" else None
    history = model.fit(*table, epochs=2, verbose=0, validation_data=data, validation_steps=steps).history
    assert history["val_loss"][-1] == pytest.approx(model.evaluate(*table, verbose=0)[0], rel=1e-5)


def test_validation_data_of_another_kind_are_refused(make, table):
    with pytest.raises(ArgumentError, match="validation_data is float"):
        make().fit(*table, verbose=0, validation_data=0.2)


def test_weights_come_with_the_batches(make, table):
    weight = np.linspace(0, 2, 50)
    found = make().evaluate(Tens(*table, weight), verbose=0)
    np.testing.assert_allclose(found, make().evaluate(*table, sample_weight=weight, verbose=0), rtol=1e-5)


def test_predictions_of_batches_are_those_of_the_table(make, table):
    model = make()
    expected = model.predict(table[0])
    np.testing.assert_allclose(model.predict(Tens(*table)), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(endless(*table), steps=2), expected[:20], rtol=1e-5)


def test_a_model_without_input_is_built_by_its_first_batch(table):
    for batches in (Tens(*table), tens(*table)):
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        model.fit(batches, verbose=0)
        assert model.input_shape == (None, 3)


def test_targets_beside_a_stream_are_refused(make, table):
    for extra in ({"y": table[1]}, {"sample_weight": np.ones(50)}, {"validation_split": 0.2}):
        with pytest.raises(ArgumentError, match="go with arrays, not with a source of batches"):
            make().fit(Tens(*table), **extra, verbose=0)


def test_hooks_of_batches_are_called_for_each(make, table):
    seen = []

    class Watching(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, sorted(logs)))

    model, other = make(), make()
    model.fit(Tens(*table), verbose=0, callbacks=[Watching()])
    assert seen == [(number, ["accuracy", "loss"]) for number in range(5)]
    other.fit(Tens(*table), verbose=0)
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_batch_of_four_parts_is_refused(make, table):
    with pytest.raises(DataTypeError, match="a batch is tuple of 4 parts"):
        make().fit(iter([(table[0], table[1], None, None)]), verbose=0)


def test_what_is_a_stream():
    assert all(map(is_stream, [iter([]), (pair for pair in ()), Tens(np.ones((5, 1)), np.ones(5)), {1, 2}]))
    assert not any(map(is_stream, [[1], (1, 2), np.ones(3), {"a": [1]}, None]))
    assert PyDataset is Batches
    assert (length_of(Tens(np.ones((25, 1)), np.ones(25))), length_of(iter([]))) == (3, None)


def test_batches_are_joined_by_name_and_place():
    batches = [({"a": [1.0]}, [[2.0], None]), ({"a": [3.0]}, [[4.0], None])]
    x, y = collected(iter(batches))
    assert x["a"].tolist() == [1.0, 3.0]
    assert (y[0].tolist(), y[1]) == ([2.0, 4.0], None)
    assert len(list(batches_of(batches, 1)())) == 1


def test_a_batch_may_be_plain_lists(make):
    batches = [([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], [0, 1])] * 2
    model = make()
    assert model.fit(iter(batches), verbose=0).epoch == [0]
    assert model.predict(iter(batches)).shape == (4, 1)


# A table in parts


def test_an_epoch_of_so_many_steps_goes_on_where_the_last_one_stopped(make, table):
    first, second = make(), make()
    history = first.fit(*table, batch_size=10, steps_per_epoch=2, epochs=4, shuffle=False, verbose=0).history
    for epoch, rows in enumerate([range(20), range(20, 40), range(40, 50), range(20)]):
        # Keras 3.15: the third epoch ends with the table, the fourth begins anew.
        part = second.fit(table[0][rows], table[1][rows], batch_size=10, shuffle=False, verbose=0).history
        assert history["loss"][epoch] == pytest.approx(part["loss"][0], rel=1e-5)


def test_parts_are_shuffled_anew_each_time_through_the_table(table):
    taken = []

    def told(y_true, y_pred):
        return y_true * 0 + y_pred * 0

    model = Sequential([Input((1,)), Dense(1, use_bias=False)])
    model.compile("sgd", told)

    class Watching(Callback):
        def on_epoch_end(self, epoch, logs=None):
            taken.append(epoch)

    model.fit(np.arange(6.0), np.zeros(6), batch_size=2, steps_per_epoch=1, epochs=6, verbose=0,
              callbacks=[Watching()])  # fmt: skip
    assert taken == list(range(6))
    again = [
        model.fit(np.arange(6.0), np.arange(6.0), batch_size=2, steps_per_epoch=2, epochs=2, verbose=0).epoch
        for _ in range(2)
    ]
    assert again == [[0, 1], [0, 1]]


def test_steps_alone_cut_a_table_evenly(make, table):
    model = make()
    model.fit(*table, steps_per_epoch=1, epochs=3, verbose=0)
    # One step of 50 rows, three times.
    assert int(model.train_state.step) == 3


def test_evaluation_and_prediction_stop_after_so_many_batches(make, table):
    model = make()
    found = model.evaluate(*table, batch_size=10, steps=2, verbose=0)
    assert found == pytest.approx(model.evaluate(table[0][:20], table[1][:20], verbose=0), rel=1e-6)
    assert model.predict(table[0], batch_size=10, steps=2).shape == (20, 1)
    history = model.fit(*table, batch_size=10, validation_data=table, validation_steps=2, verbose=0).history
    expected = model.evaluate(table[0][:20], table[1][:20], verbose=0)[0]
    assert history["val_loss"] == [pytest.approx(expected, rel=1e-6)]
