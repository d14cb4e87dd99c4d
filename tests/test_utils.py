"""Keras's utilities."""

import random

import numpy as np
import polars as pl
import pytest

import neurode
from neurode.errors import ArgumentError, DataTypeError, FileError, NotFittedError
from neurode.layers import Concatenate, Dense, Input
from neurode.models import Model, Sequential
from neurode.utils import (
    layer_boxes,
    network_arguments,
    normalize,
    plot_model,
    plot_network,
    set_random_seed,
    to_categorical,
)


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


def fitted(estimator, **columns):
    return estimator.fit(pl.DataFrame(columns), np.arange(40) % 2)


@pytest.fixture(scope="module")
def grades():
    estimator = neurode.NeuralClassifier((3,), epochs=1, scaling="robust", dropout=0.2, random_state=0)
    return fitted(estimator, grade=list("ABCA") * 10, income=[1.0, None, 3.0, 4.0] * 10)


def test_features_of_a_table_are_told_by_column_and_level(grades):
    arguments = network_arguments(grades)
    assert arguments["layer_sizes"] == (5, 3, 1)
    assert arguments["input_groups"] == ["income", "income", "grade", "grade", "grade"]
    assert arguments["input_names"] == ["income", "missing", "A", "B", "C"]
    assert (arguments["output_names"], arguments["dropouts"]) == (["1"], (0.0, 0.2))
    np.testing.assert_array_equal(arguments["weights"][0], grades.model_.get_layer("dense").kernel.numpy())


@pytest.mark.parametrize("scaling", ["min-max", "piecewise"])
@pytest.mark.parametrize("one_hot_limit", [32, 3])
def test_every_feature_has_a_name(scaling, one_hot_limit):
    estimator = neurode.NeuralRegressor((2,), epochs=1, scaling=scaling, one_hot_limit=one_hot_limit)
    table = {"a": list("ABCA") * 10, "b": np.arange(40.0), "c": [None, 1.0] * 20}
    arguments = network_arguments(fitted(estimator, **table))
    n_inputs = arguments["layer_sizes"][0]
    assert len(arguments["input_names"]) == len(arguments["input_groups"]) == n_inputs
    pairs = set(zip(arguments["input_groups"], arguments["input_names"]))
    assert len(pairs) == n_inputs


def test_the_classes_of_a_perceptron_are_its_outputs():
    perceptron = neurode.MLPClassifier((4,), max_iter=2, activation="identity", random_state=0)
    x = pl.DataFrame({"a": np.arange(30.0), "b": np.ones(30)})
    with pytest.warns(match="not converged"):
        perceptron.fit(x, np.arange(30) % 3)
    arguments = network_arguments(perceptron)
    assert (arguments["layer_sizes"], arguments["output_names"]) == ((2, 4, 3), ["0", "1", "2"])
    assert (arguments["activations"], arguments["input_names"]) == ((None, "softmax"), ["a", "b"])


def test_neurons_and_links_are_drawn_into_a_file(grades, tmp_path):
    assert plot_network(grades, tmp_path / "n.svg", input_names=list("vwxyz")) is None
    text = (tmp_path / "n.svg").read_text()
    assert "grade" in text
    assert ">v<" in text
    assert "#14171a" not in text
    plot_network(grades, tmp_path / "n.svg", theme="dark")
    assert "#14171a" in (tmp_path / "n.svg").read_text()


def test_a_network_that_is_not_fitted_is_named(tmp_path):
    with pytest.raises(NotFittedError, match="not fitted"):
        plot_network(neurode.NeuralClassifier(), tmp_path / "n.png")
