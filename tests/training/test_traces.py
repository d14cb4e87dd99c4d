"""How often programs are traced, which is how often they are compiled."""

from collections import Counter

import numpy as np
import pytest

from neurode.callbacks import Callback
from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.optimizers import SGD
from neurode.training import TRACES


class Watching(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


@pytest.fixture
def traced():
    """What was traced since the last look."""
    before = Counter(TRACES)

    def look():
        nonlocal before
        new, before = TRACES - before, Counter(TRACES)
        return dict(new)

    return look


def model(seed=0, learning_rate=0.1, units=5):
    # Shapes that no other test has, so that nothing is compiled already.
    net = Sequential(
        [Input((6,)), Dense(units, activation="tanh"), Dense(2, activation="softmax")], seed=seed
    )
    net.compile(SGD(learning_rate, momentum=0.5), "sparse_categorical_crossentropy", ["accuracy"])
    return net


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    return rng.normal(size=(43, 6)), rng.integers(0, 2, 43)  # 5 steps of 8 and one of 3


def test_one_shape_is_traced_once_whatever_else_changes(rows, traced, slices):
    first = model(units=11)
    traced()
    first.fit(*rows, batch_size=8, verbose=0)
    assert traced() == {"train": 1}, "the short last batch is padded, not traced again"
    first.fit(*rows, batch_size=8, epochs=3, verbose=0)
    assert traced() == {}, "a second fit"
    model(units=11).fit(*rows, batch_size=8, verbose=0)
    assert traced() == {}, "another model of this shape"
    model(units=11, seed=7).fit(*rows, batch_size=8, verbose=0)
    assert traced() == {}, "another seed"
    model(units=11, learning_rate=0.5).fit(*rows, batch_size=8, verbose=0)
    assert traced() == {}, "another learning rate"
    first.fit(*rows, batch_size=8, shuffle=False, callbacks=[Watching()], verbose=0)
    assert traced() == {}, "single steps"
    slices(2)
    first.fit(*rows, batch_size=8, verbose=0)
    assert traced() == {}, "other slices"
    first.compile(SGD(0.3, momentum=0.5), "sparse_categorical_crossentropy", ["accuracy"])
    first.fit(*rows, batch_size=8, verbose=0)
    assert traced() == {}, "compiled again"
    first.fit(rows[0] * 2, 1 - rows[1], batch_size=8, verbose=0)
    assert traced() == {}, "other numbers"


@pytest.mark.parametrize("change", ["batch size", "rows", "momentum", "units"])
def test_another_shape_or_rule_is_traced_again(rows, traced, change):
    model().fit(*rows, batch_size=8, verbose=0)
    other = model(units=6 if change == "units" else 5)
    if change == "momentum":
        other.compile(SGD(0.1), "sparse_categorical_crossentropy", ["accuracy"])
    x, y = (part[:40] for part in rows) if change == "rows" else rows
    traced()
    other.fit(x, y, batch_size=9 if change == "batch size" else 8, verbose=0)
    assert traced()["train"] == 1


def test_validation_and_evaluation_share_one_trace(rows, traced):
    net = model(units=12)
    net.fit(*rows, batch_size=8, epochs=3, validation_data=rows, verbose=0)
    assert traced()["evaluate"] == 1
    net.evaluate(*rows, batch_size=8, verbose=0)
    model(units=12, seed=3, learning_rate=0.7).evaluate(*rows, batch_size=8, verbose=0)
    assert "evaluate" not in traced()


def test_predictions_of_many_sizes_are_few_traces(rows, traced):
    net = model(units=13)
    traced()
    for count in (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 43):
        assert net.predict(rows[0][:count]).shape == (count, 2)
    # Padded to 8, 16, 32 and 64 rows.
    assert traced() == {"predict": 4}
    model(units=13, seed=9).predict(rows[0])
    assert traced() == {}


def test_weights_of_one_shape_are_drawn_by_one_program(traced):
    model(units=14)
    assert traced()["init"] == 1
    model(units=14, seed=5)
    assert traced() == {}


def test_functions_of_ones_own_are_traced_once_a_shape(rows, traced):
    def error(y_true, y_pred):
        return (y_true - y_pred) ** 2

    net = Sequential([Input((6,)), Dense(2), Dense(1)])
    net.compile("sgd", error, metrics=[error])
    x, y = rows
    traced()
    net.fit(x, y, batch_size=8, epochs=3, verbose=0)
    assert traced()["train"] == 1, "the short last batch is a step inside the same program"
    net.fit(x[::-1], y, batch_size=8, epochs=2, verbose=0)
    assert traced() == {}


@pytest.mark.parametrize("watched", [False, True])
def test_a_stream_of_another_length_is_not_traced_again(rows, traced, watched):
    net = Sequential([Input((6,)), Dense(3 + watched), Dense(1)])
    net.compile("sgd", "mse")
    x, y = rows

    def fit(batches):
        net.fit(iter([(x[:10], y[:10])] * batches), verbose=0, callbacks=[Watching()] if watched else [])

    traced()
    fit(1)
    assert traced()["train"] == 1
    for batches in (3, 70, 130):
        fit(batches)
    assert traced() == {}
