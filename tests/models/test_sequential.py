"""Layers in a row: building, weights, views of layers, the summary."""

import subprocess
import sys

import numpy as np
import pytest

from neurode import activations
from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError, UnknownNameError
from neurode.layers import Dense, Dropout, Input, InputLayer, TableEncoding
from neurode.models import Sequential
from neurode.models.prediction import predict_rows
from neurode.typing import Columns

SUMMARY = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                             ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                            │ (None, 4)              │            16 │
├──────────────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization (BatchNormalization) │ (None, 4)              │            16 │
├──────────────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)                        │ (None, 4)              │             0 │
├──────────────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                          │ (None, 1)              │             5 │
└──────────────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 37 (148.00 B)
 Trainable params: 29 (116.00 B)
 Non-trainable params: 8 (32.00 B)"""


def test_the_summary_is_the_table_of_keras(layered):
    lines = []
    layered.summary(print_fn=lines.append)
    assert lines == [SUMMARY]


def test_the_summary_is_printed(capsys):
    Sequential([Input((100,)), Dense(100)], name="wide").summary()
    out = capsys.readouterr().out
    assert out.startswith('Model: "wide"\n')
    # 100 · 100 + 100 weights of 4 bytes: 40,400 / 1024 = 39.45.
    assert " Total params: 10,100 (39.45 KB)" in out
    assert {len(line) for line in out.splitlines()[1:-3]} == {76}


def test_layers_may_be_added_and_taken_off():
    model = Sequential()
    model.add(Input((3,)))
    model.add(Dense(4))
    model.add(Dense(2, name="head"))
    assert [layer.name for layer in model.layers] == ["dense", "head"]
    assert model.output_shape == (None, 2)
    assert model.pop().name == "head"
    assert model.output_shape == (None, 4)


def test_an_empty_model_has_no_layer_to_take_off():
    with pytest.raises(ArgumentError, match="none to pop"):
        Sequential().pop()


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([Dense(2), Input((3,))], ArgumentError, "Input comes first"),
        ([Input((3,)), Input((3,))], ArgumentError, "Input comes first"),
        ([Dense(2, name="a"), Dense(2, name="a")], ArgumentError, "two layers are named 'a'"),
        ([Dense(2, name="a/b")] * 2, ArgumentError, "'a/b' is in this Sequential already"),
        ([Input((3,)), Dense(2, name="a/b")], ArgumentError, "a layer is named 'a/b'"),
    ],
)
def test_what_is_no_row_of_layers_is_refused(layers, error, message):
    with pytest.raises(error, match=message):
        Sequential(layers)


WRONG_TYPES = """
from neurode.layers import Dense, Input
from neurode.models import Sequential
model = Sequential([Input((1,)), Dense(1)])
model.compile("sgd", "mse")
for attempt in (
    lambda: Sequential([Dense]), lambda: Sequential([12]), lambda: Dense(2.5), lambda: Dense("12"),
    lambda: model.fit([1.0], [1.0], batch_size=2.5),
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0], sep=": ")
"""


def test_wrong_types_are_named_where_no_type_checker_is_on():
    # The type checker that tests run under would be there first.
    out = subprocess.run(
        [sys.executable, "-c", WRONG_TYPES], check=True, capture_output=True, text=True
    ).stdout
    assert out.splitlines() == [
        "DataTypeError: a Sequential is made of layers, got <class 'neurode.layers.dense.Dense'> (type)",
        "DataTypeError: a Sequential is made of layers, got 12 (int)",
        "ArgumentError: Dense(units=2.5)",
        "ArgumentError: Dense(units='12')",
        "ArgumentError: batch_size=2.5",
    ]


def test_a_layer_works_along_the_last_axis_and_refuses_rows_without_one():
    assert Sequential([Input((4, 3)), Dense(2)]).output_shape == (None, 4, 2)
    with pytest.raises(ShapeError, match="dense takes rows of features"):
        Sequential([Input(()), Dense(2)])


def test_building_takes_the_row_axis_or_leaves_it():
    for shape in (3, (3,), (None, 3), [None, 3], (16, 3)):
        model = Sequential([Dense(2)])
        model.build(shape)
        assert model.input_shape == (None, 3)


def test_building_again_for_another_shape_is_refused():
    model = Sequential([Input((3,)), Dense(2)])
    model.build((None, 3))
    with pytest.raises(ShapeError, match=r"built for rows of shape \(3,\), not \(4,\)"):
        model.build((None, 4))


def test_a_model_that_takes_tables_knows_its_columns():
    model = Sequential([TableEncoding(gaps=(True, False), cardinalities=(4,)), Dense(1)])
    assert model.built
    assert model.input_shape == Columns((None, 2), (None, 1))
    x = Columns(np.ones((5, 2)), np.full((5, 1), 2, np.uint8))
    assert model.predict(x).shape == (5, 1)
    with pytest.raises(ShapeError, match="2 numbers and 1 categories, got 3 numbers and 1 categories"):
        model.predict(x._replace(numbers=np.ones((5, 3))))
    with pytest.raises(ShapeError, match="takes rows of shape 2 numbers"):
        model.predict(np.ones((5, 3)))


def test_a_layer_has_its_settings_and_shapes(layered):
    first = layered.layers[0]
    assert (first.units, first.activation, first.name) == (4, activations.relu, "dense")
    assert first.get_config()["activation"] == "relu"
    assert (first.input.shape, first.output.shape) == ((None, 3), (None, 4))
    assert layered.layers[2].rate == 0.2
    assert (layered.input.shape, layered.output.shape) == ((None, 3), (None, 1))
    assert repr(first) == "<Dense name=dense, built=True>"
    with pytest.raises(AttributeError, match="colour"):
        first.colour  # noqa: B018


def test_a_layer_that_is_nowhere_has_settings_and_says_why_it_has_no_shape():
    layer = Sequential([Dense(2)]).layers[0]
    assert layer.units == 2
    with pytest.raises(NotFittedError, match="Dense is not part of a network yet"):
        layer.output  # noqa: B018


def test_a_layer_is_found_by_name_and_number(layered):
    assert layered.get_layer("dropout").rate == 0.2
    assert layered.get_layer(index=-1).name == "dense_1"
    with pytest.raises(UnknownNameError, match="did you mean 'dense_1'"):
        layered.get_layer("dense_11")
    with pytest.raises(UnknownNameError, match="no layer number named 4"):
        layered.get_layer(index=4)


def test_counts_are_those_of_keras(layered):
    assert [layer.count_params() for layer in layered.layers] == [16, 16, 0, 5]
    assert layered.count_params() == 37


# Weights


def test_weights_come_in_the_order_of_keras(layered):
    assert [weight.path for weight in layered.weights] == [
        "dense/kernel", "dense/bias",
        "batch_normalization/gamma", "batch_normalization/beta",
        "batch_normalization/moving_mean", "batch_normalization/moving_variance",
        "dense_1/kernel", "dense_1/bias",
    ]  # fmt: skip
    assert [weight.name for weight in layered.weights][:3] == ["kernel", "bias", "gamma"]
    shapes = [(3, 4), (4,), (4,), (4,), (4,), (4,), (4, 1), (1,)]
    assert [array.shape for array in layered.get_weights()] == shapes
    assert [weight.shape for weight in layered.trainable_weights] == shapes[:4] + shapes[6:]


def test_weights_go_in_as_they_came_out(layered):
    rng = np.random.default_rng(0)
    given = [rng.uniform(0.5, 1, array.shape).astype(np.float32) for array in layered.get_weights()]
    layered.set_weights(given)
    for ours, theirs in zip(layered.get_weights(), given, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_predictions_use_the_weights_that_were_set(layered):
    kernel, bias = np.arange(12.0).reshape(3, 4) / 10, np.array([0.1, -0.2, 0.3, -9.0])
    gamma, beta, mean, variance = np.full(4, 2.0), np.full(4, 0.5), np.full(4, 0.25), np.full(4, 4.0)
    last, last_bias = np.array([[1.0], [-1.0], [0.5], [2.0]]), np.array([0.7])
    layered.set_weights([kernel, bias, gamma, beta, mean, variance, last, last_bias])
    x = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]])
    hidden = np.maximum(x @ kernel + bias, 0)
    normal = gamma * (hidden - mean) / np.sqrt(variance + 0.001) + beta
    expected = 1 / (1 + np.exp(-(normal @ last + last_bias)))
    np.testing.assert_allclose(layered.predict(x), expected, rtol=1e-5)
    np.testing.assert_allclose(layered(x), expected, rtol=1e-5)


def test_copies_are_copies(layered):
    layered.get_weights()[0][:] = 99
    assert np.abs(layered.get_weights()[0]).max() < 2


def test_a_wrong_shape_is_named_and_changes_nothing(layered):
    before = layered.get_weights()
    given = [array + 1 for array in before]
    given[-2] = np.ones((5, 1))
    with pytest.raises(ShapeError, match=r"dense_1/kernel has shape \(4, 1\), got \(5, 1\)"):
        layered.set_weights(given)
    np.testing.assert_array_equal(layered.get_weights()[0], before[0])


def test_a_wrong_number_of_weights_is_named(layered):
    with pytest.raises(ShapeError, match="sequential has 8 weight arrays, got 1"):
        layered.set_weights([np.ones(3)])
    with pytest.raises(ShapeError, match="dense has 2 weight arrays, got 0"):
        layered.layers[0].set_weights([])


def test_a_layer_that_is_not_built_has_no_weights():
    with pytest.raises(NotFittedError, match="has no weights yet"):
        Sequential([Dense(2)]).layers[0].get_weights()


# Predictions


def test_calling_a_model_in_training_drops(layered):
    layered.set_weights([np.abs(w) + 0.1 for w in layered.get_weights()])
    x = np.ones((64, 3))
    used, trained = np.asarray(layered(x)), np.asarray(layered(x, training=True))
    assert len(np.unique(used.round(6))) == 1
    assert len(np.unique(trained.round(6))) > 1


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8, 20])
@pytest.mark.parametrize("batch_size", [None, 1, 4, 7])
def test_predictions_do_not_depend_on_the_pieces(rows, batch_size):
    x = np.arange(20.0)[:rows, None]
    seen = []

    def double(params, state, piece):
        seen.append(len(piece))
        return piece * 2

    found = predict_rows(double, {}, {}, x, batch_size)
    np.testing.assert_array_equal(found, x * 2)
    assert max(seen) <= (batch_size or 32)


def test_a_prediction_is_float32_and_has_a_column_an_output(layered):
    p = layered.predict(np.ones((2, 3)))
    assert (p.dtype, p.shape) == (np.float32, (2, 1))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((2, 4)), ShapeError, r"takes rows of shape \(3,\), got \(4,\)"),
        (np.ones((0, 3)), ShapeError, "x has no rows"),
        ([["a", "b", "c"]], DataTypeError, "x holds values that are not numbers"),
    ],
    ids=str,
)
def test_what_cannot_be_predicted_is_named(layered, x, error, message):
    with pytest.raises(error, match=message):
        layered.predict(x)


def test_a_vector_is_a_column():
    model = Sequential([Input((1,)), Dense(1)])
    np.testing.assert_array_equal(model.predict([1.0, 2.0]), model.predict([[1.0], [2.0]]))


def test_a_dropout_between_needs_nothing_in_use():
    model = Sequential([Input((3,)), Dropout(0.5)])
    np.testing.assert_array_equal(model.predict([[1.0, 2.0, 3.0]]), [[1.0, 2.0, 3.0]])


# Changing a model


def test_a_model_grows_again_after_it_was_emptied():
    model = Sequential([Input((3,)), Dense(4), Dense(1)])
    model.pop()
    model.pop()
    assert model.layers == []
    model.add(Dense(2))
    assert (model.input_shape, model.output_shape) == ((None, 3), (None, 2))


def test_layers_that_stay_keep_their_weights():
    model = Sequential([Input((3,)), Dense(4), Dense(1)])
    kernel = model.get_weights()[0]
    model.pop()
    model.add(Dense(2, name="new"))
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    model.compile("sgd", "mse")
    assert model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0).epoch == [0]


def test_a_layer_of_another_model_brings_its_weights():
    first = Sequential([Input((3,)), Dense(4, activation="relu"), Dense(1)])
    second = Sequential([*first.layers[:-1], Dense(2)])
    second.build((None, 3))
    np.testing.assert_array_equal(second.get_weights()[0], first.get_weights()[0])


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(4, input_shape=(3,)), Dense(1)],
        [Dense(4, input_dim=3), Dense(1)],
        [InputLayer(shape=(3,)), Dense(4), Dense(1)],
        [Input(batch_shape=(None, 3)), Dense(4), Dense(1)],
        [Input(3), Dense(4), Dense(1)],
    ],
    ids=["input_shape", "input_dim", "InputLayer", "batch_shape", "number"],
)
def test_the_shape_may_be_said_in_every_way_of_keras(layers):
    model = Sequential(layers)
    assert (model.input_shape, model.count_params()) == ((None, 3), 21)


def test_one_layer_twice_is_refused():
    layer = Dense(3)
    with pytest.raises(ArgumentError, match="is in this Sequential already"):
        Sequential([Input((3,)), layer, layer])
