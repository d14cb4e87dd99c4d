"""Same seed, same machine, same bits: across models, fits, slices and processes."""

import subprocess
import sys

import numpy as np
import pytest

from neurode.callbacks import Callback
from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential, load_model
from neurode.training.program import order_of


def fitted(make, table, seed=0, epochs=2, **settings):
    model = make(seed, dropout=True)
    model.fit(*table, batch_size=16, epochs=epochs, verbose=0, **settings)
    return model


def test_the_same_seed_gives_the_same_bits(make, table, same_bits):
    assert same_bits(fitted(make, table), fitted(make, table))


def test_randomness_from_outside_changes_nothing(make, table, same_bits):
    first = fitted(make, table)
    np.random.seed(123)  # noqa: NPY002
    np.random.rand(7)  # noqa: NPY002
    assert same_bits(first, fitted(make, table))


def test_another_seed_gives_other_weights_before_and_after(make, table, same_bits):
    assert not same_bits(make(0), make(1))
    assert not same_bits(fitted(make, table, seed=0), fitted(make, table, seed=1))


def test_the_seed_decides_the_order_of_rows_and_dropout_too(make, table, same_bits):
    first, second = make(0, dropout=True), make(1, dropout=True)
    second.set_weights(first.get_weights())
    for model in (first, second):
        model.fit(*table, batch_size=16, verbose=0)
    assert not same_bits(first, second)


def test_a_fit_that_goes_on_equals_one_that_never_stopped(make, table, same_bits):
    whole = fitted(make, table, epochs=3)
    parts = fitted(make, table, epochs=1)
    parts.fit(*table, batch_size=16, initial_epoch=1, epochs=3, verbose=0)
    assert same_bits(whole, parts)


def test_epochs_have_orders_of_their_own_and_each_takes_every_row(make, table):
    seen = []

    class Watching(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    # Nothing is learned, so the loss of a first batch tells which rows were in it.
    for shuffle in (True, False):
        seen.clear()
        model = make(learning_rate=0.0)
        model.fit(*table, batch_size=16, epochs=3, shuffle=shuffle, verbose=0, callbacks=[Watching()])
        firsts, lasts = seen[::4], seen[3::4]
        assert len(set(firsts)) == (3 if shuffle else 1)
        assert lasts == pytest.approx([lasts[0]] * 3, rel=1e-6)


def test_an_order_is_padded_to_whole_batches():
    assert order_of(5, 4, None).tolist() == [0, 1, 2, 3, 4, 0, 0, 0]
    assert order_of(4, 4, None).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("first_slice", [1, 2, 3])
@pytest.mark.parametrize("dropout", [False, True])
def test_slices_change_no_bit(make, table, same_bits, slices, dropout, first_slice):
    whole, cut = make(dropout=dropout), make(dropout=dropout)
    one = whole.fit(*table, batch_size=16, epochs=2, verbose=0).history
    slices(first_slice)
    other = cut.fit(*table, batch_size=16, epochs=2, verbose=0).history
    assert same_bits(whole, cut)
    assert one["accuracy"] == pytest.approx(other["accuracy"])
    assert one["loss"] == pytest.approx(other["loss"], rel=1e-5)


@pytest.mark.parametrize("seconds", [0.0, 1e-4])
def test_slices_that_cut_a_draw_of_random_bytes_change_no_bit(make, same_bits, slices, seconds):
    # 600 steps, more than the bytes of one draw serve.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(600, 3)), rng.integers(0, 2, 600)
    whole, cut = make(dropout=True), make(dropout=True)
    slices(10_000)
    whole.fit(x, y, batch_size=1, verbose=0)
    slices(100, seconds)
    cut.fit(x, y, batch_size=1, verbose=0)
    assert same_bits(whole, cut)


def test_a_callback_that_watches_batches_changes_no_bit(make, table, same_bits):
    class Watching(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            pass

    assert same_bits(fitted(make, table), fitted(make, table, callbacks=[Watching()]))


SCRIPT = """
import sys
import numpy as np
from neurode.layers import BatchNormalization, Dense, Dropout, Input
from neurode.models import Sequential, load_model
x, y = np.load("x.npy"), np.load("y.npy")
model = Sequential([Input((3,)), Dense(4, activation="tanh"), BatchNormalization(), Dropout(0.3),
                    Dense(1, activation="sigmoid")], seed=11)
model.compile("adam", "binary_crossentropy", ["accuracy"])
model.fit(x, y, batch_size=16, epochs=2, verbose=0)
model.save("theirs.neurode")
np.save("predicted.npy", load_model("ours.neurode").predict(x))
"""


def test_another_process_trains_the_same_bits_and_reads_the_same_model(table, tmp_path):
    x, y = table
    model = Sequential(
        [
            Input((3,)),
            Dense(4, activation="tanh"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(1, activation="sigmoid"),
        ],
        seed=11,
    )
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    model.fit(x, y, batch_size=16, epochs=2, verbose=0)
    model.save(tmp_path / "ours.neurode")
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert (tmp_path / "theirs.neurode").read_bytes() == (tmp_path / "ours.neurode").read_bytes()
    for ours, theirs in zip(
        model.get_weights(), load_model(tmp_path / "theirs.neurode").get_weights(), strict=True
    ):
        assert ours.tobytes() == theirs.tobytes()
    assert np.load(tmp_path / "predicted.npy").tobytes() == model.predict(x).tobytes()
