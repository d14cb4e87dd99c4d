"""Keras's utilities."""

import random

import numpy as np
import pytest

from neurode.errors import ArgumentError, DataTypeError, FileError, NotFittedError
from neurode.layers import Concatenate, Dense, Input
from neurode.models import Model, Sequential
from neurode.utils import layer_boxes, normalize, plot_model, set_random_seed, to_categorical


@pytest.fixture
def two():
    a, b = Input((3,), name="a"), Input((2,), name="b")
    both = Concatenate(name="both")([Dense(4, activation="relu", name="wide")(a), b])
    return Model([a, b], [Dense(1, name="risk")(both), Dense(2, name="amount")(both * 2.0)])


def test_class_numbers_become_one_hot_rows():
    np.testing.assert_array_equal(to_categorical([0, 2, 1]), np.eye(3)[[0, 2, 1]])
    np.testing.assert_array_equal(to_categorical([[1], [0]], num_classes=4), np.eye(4)[[1, 0]])
    assert to_categorical(np.zeros((2, 3), int), 5).shape == (2, 3, 5)
    np.testing.assert_array_equal(to_categorical(np.array([1.0, 0.0])), np.eye(2)[[1, 0]])


@pytest.mark.parametrize(
    ("x", "classes", "error", "message"),
    [
        ([0, 3], 3, ArgumentError, "class numbers from 0 to 3 for 3 classes"),
        ([-1, 0], None, ArgumentError, "class numbers from -1 to 0"),
        ([0.5], None, DataTypeError, "whole numbers"),
    ],
)
def test_what_is_no_class_number_is_refused(x, classes, error, message):
    with pytest.raises(error, match=message):
        to_categorical(x, classes)


def test_rows_are_divided_by_their_length():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(normalize(x), [[0.6, 0.8], [0.0, 0.0]])
    np.testing.assert_allclose(normalize(x, order=1), [[3 / 7, 4 / 7], [0.0, 0.0]])
    np.testing.assert_allclose(normalize(x, axis=0), [[1.0, 1.0], [0.0, 0.0]])


@pytest.fixture
def seeds():
    """Leaves the seed of models, and the generators of others, as they were."""
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    set_random_seed(0)
    random.setstate(state)
    np.random.set_state(numpy_state)  # noqa: NPY002


@pytest.mark.usefixtures("seeds")
def test_a_seed_for_everything_reaches_models_numpy_and_python():
    def drawn():
        # First, since making a model may use Python's generator for names of files.
        others = np.random.rand(), random.random()  # noqa: NPY002
        return Sequential([Input((3,)), Dense(2)]).get_weights()[0].tolist(), *others

    set_random_seed(7)
    first = drawn()
    set_random_seed(7)
    assert drawn() == first
    set_random_seed(8)
    second = drawn()
    assert all(ours != theirs for ours, theirs in zip(first, second))


@pytest.mark.usefixtures("seeds")
def test_a_models_own_seed_comes_first():
    set_random_seed(7)
    own = Sequential([Input((3,)), Dense(2)], seed=3)
    set_random_seed(8)
    again = Sequential([Input((3,)), Dense(2)], seed=3)
    assert own.seed == again.seed == 3
    np.testing.assert_array_equal(own.get_weights()[0], again.get_weights()[0])


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises((ArgumentError, TypeError)):
        set_random_seed(seed)


@pytest.mark.parametrize(("ending", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_network_is_drawn_into_a_file(two, tmp_path, ending, begin):
    path = tmp_path / f"net.{ending}"
    plot_model(two, path, show_shapes=True, show_layer_names=True, show_trainable=True, rankdir="LR")
    assert path.read_bytes().startswith(begin)


def test_every_part_of_a_network_is_a_box_with_what_feeds_it(two):
    boxes = {box.name: box.inputs for box in layer_boxes(two)}
    assert boxes == {
        "a": (), "b": (), "wide": ("a",), "both": ("wide", "b"), "risk": ("both",),
        "multiply": ("both",), "amount": ("multiply",),
    }  # fmt: skip


def test_a_model_inside_is_a_box_of_boxes():
    inner = Sequential([Input((3,)), Dense(2, name="leaf")], name="inner")
    x = Input((3,), name="x")
    boxes = {box.name: box for box in layer_boxes(Model(x, Dense(1, name="end")(inner(x))))}
    assert [box.name for box in boxes["inner"].children] == ["leaf"]


def test_a_model_that_is_not_built_cannot_be_drawn(tmp_path):
    with pytest.raises(NotFittedError):
        plot_model(Sequential([Dense(1)]), tmp_path / "net.png")


def test_a_folder_that_is_not_there_is_named(two, tmp_path):
    with pytest.raises(FileError):
        plot_model(two, tmp_path / "absent" / "net.png")
