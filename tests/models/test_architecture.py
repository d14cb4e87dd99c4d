"""Models to JSON values and back; every layer inside a model and its file."""

import json

import numpy as np
import pytest

from neurode import layers, ops
from neurode.errors import ModelFileError
from neurode.layers import LAYERS, Concatenate, Dense, Input
from neurode.models import Model, Sequential, clone_model, load_model, model_from_json
from neurode.typing import Columns

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
CODES = np.random.default_rng(0).integers(0, 3, (6, 4))


# How each layer sits in a model: from a symbolic input of four numbers to its output.
NUMBERS = {
    "Activation": lambda x: layers.Activation("gelu")(x),
    "ActivityRegularization": lambda x: layers.ActivityRegularization(l1=0.1)(x),
    "Add": lambda x: layers.Add()([x, x]),
    "AlphaDropout": lambda x: layers.AlphaDropout(0.2)(x),
    "Average": lambda x: layers.Average()([x, x * 2.0]),
    "BatchNormalization": lambda x: layers.BatchNormalization(momentum=0.9)(x),
    "Concatenate": lambda x: layers.Concatenate(axis=1)([x, x]),
    "Dense": lambda x: layers.Dense(2, activation="selu", kernel_regularizer="l2", bias_constraint="non_neg")(
        x
    ),
    "Discretization": lambda x: layers.Discretization(bin_boundaries=[-0.5, 0.5])(x),
    "Dot": lambda x: layers.Dot(axes=1)([x, x]),
    "Dropout": lambda x: layers.Dropout(0.2)(x),
    "ELU": lambda x: layers.ELU(0.5)(x),
    "Flatten": lambda x: layers.Flatten()(layers.Reshape((2, 2))(x)),
    "GaussianDropout": lambda x: layers.GaussianDropout(0.2)(x),
    "GaussianNoise": lambda x: layers.GaussianNoise(0.2)(x),
    "GlobalAveragePooling1D": lambda x: layers.GlobalAveragePooling1D()(layers.Reshape((2, 2))(x)),
    "GlobalMaxPooling1D": lambda x: layers.GlobalMaxPooling1D()(layers.Reshape((2, 2))(x)),
    "GroupNormalization": lambda x: layers.GroupNormalization(groups=2)(x),
    "Identity": lambda x: layers.Identity()(x),
    "InputLayer": lambda x: x,
    "LayerNormalization": lambda x: layers.LayerNormalization()(x),
    "LeakyReLU": lambda x: layers.LeakyReLU(0.1)(x),
    "Maximum": lambda x: layers.Maximum()([x, x * 2.0]),
    "Minimum": lambda x: layers.Minimum()([x, x * 2.0]),
    "Multiply": lambda x: layers.Multiply()([x, x]),
    "Normalization": lambda x: layers.Normalization(mean=1.0, variance=4.0)(x),
    "Operation": lambda x: ops.exp(x) + 1.0,
    "PReLU": lambda x: layers.PReLU()(x),
    "Permute": lambda x: layers.Permute((2, 1))(layers.Reshape((2, 2))(x)),
    "RMSNormalization": lambda x: layers.RMSNormalization()(x),
    "ReLU": lambda x: layers.ReLU(max_value=1.0)(x),
    "RepeatVector": lambda x: layers.RepeatVector(3)(x),
    "Rescaling": lambda x: layers.Rescaling(2.0, offset=1.0)(x),
    "Reshape": lambda x: layers.Reshape((2, 2))(x),
    "Softmax": lambda x: layers.Softmax()(x),
    "Subtract": lambda x: layers.Subtract()([x, x * 2.0]),
    "UnitNormalization": lambda x: layers.UnitNormalization()(x),
}
# The same from an input of four class numbers.
WHOLE = {
    "CategoryEncoding": lambda x: layers.CategoryEncoding(num_tokens=5, output_mode="multi_hot")(x),
    "Embedding": lambda x: layers.Embedding(5, 2)(x),
    "IntegerLookup": lambda x: layers.IntegerLookup(vocabulary=[0, 2, 1])(x),
}
# Text and tables enter otherwise, and a function is no part of a file: see below and their own tests.
APART = {"Hashing", "StringLookup", "TableEncoding", "Lambda"}


def test_every_layer_has_its_place_here():
    assert NUMBERS.keys() | WHOLE.keys() | APART == LAYERS.keys()


@pytest.mark.parametrize("name", [*NUMBERS, *WHOLE])
def test_every_layer_comes_back_from_a_file_inside_a_model(name, tmp_path):
    x = Input((4,), dtype="int32") if name in WHOLE else Input((4,))
    model = Model(x, (NUMBERS | WHOLE)[name](x))
    given = CODES if name in WHOLE else X
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.5, 1.5, array.shape) for array in model.get_weights()])
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert again.network == model.network
    assert again.predict(given).tobytes() == model.predict(given).tobytes()
    assert json.loads(again.to_json()) == json.loads(model.to_json())


def test_a_network_on_tables_comes_back(tmp_path):
    encoding = layers.TableEncoding(gaps=(True, False), cardinalities=(4,))
    model = Sequential([encoding, Dense(1)])
    x = Columns(np.array([[1.0, np.nan], [0.5, 2.0]], np.float32), np.array([[2], [0]], np.uint8))
    model.save(tmp_path / "net.neurode")
    assert load_model(tmp_path / "net.neurode").predict(x).tobytes() == model.predict(x).tobytes()


def branching():
    a, b = Input((4,), name="a"), Input((2,), name="b")
    inner = Sequential([Input((4,)), Dense(3, activation="relu"), Dense(2)], name="inner")
    both = Concatenate()([inner(a), b])
    return Model([a, b], [Dense(1, name="risk")(both), both * 2.0], name="branching", seed=5)


def test_a_configuration_is_json_and_builds_the_model_again():
    model = branching()
    config = json.loads(json.dumps(model.get_config()))
    again = Model.from_config(config)
    assert (again.network, again.name, again.seed) == (model.network, "branching", 5)
    assert type(Sequential.from_config(Sequential([Input((2,)), Dense(1)]).get_config())) is Sequential


def test_a_model_goes_through_json():
    model = branching()
    again = model_from_json(model.to_json(indent=2))
    assert again.network == model.network
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def test_a_model_that_waits_for_its_shape_goes_through_json_too():
    again = model_from_json(Sequential([Dense(3), Dense(1)]).to_json())
    assert not again.built
    again.build((None, 4))
    assert again.count_params() == 19


@pytest.mark.parametrize(
    "text", ["", "3", "[]", "{}", '{"config": {}}', '{"config": {"layers": 3}}', "{'a': 1}"]
)
def test_a_text_that_is_no_model_is_refused(text):
    with pytest.raises(ModelFileError, match="no model"):
        model_from_json(text)


def test_a_clone_has_the_same_layers_and_weights_of_its_own():
    model = branching()
    clone = clone_model(model)
    assert clone.network == model.network
    before = clone.get_weights()[0]
    model.set_weights([array + 1 for array in model.get_weights()])
    np.testing.assert_array_equal(clone.get_weights()[0], before)
    assert clone.get_layer("inner") is not model.get_layer("inner")


def test_a_clone_keeps_functions_of_ones_own():
    # Two of one name, which no file could tell apart.
    parts = [
        Dense(3, activation=lambda x: 2 * x),
        Dense(1, activation=lambda x: x + 1),
        layers.Lambda(ops.exp),
    ]
    model = Sequential([Input((4,)), *parts])
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(X), model.predict(X))
    assert [layer.name for layer in clone.layers] == [layer.name for layer in model.layers]


def test_a_function_of_ones_own_is_wanted_back():
    def double(x):
        return 2 * x

    text = Sequential([Input((4,)), Dense(3, activation=double)]).to_json()
    with pytest.raises(ModelFileError, match="uses the function 'double'"):
        model_from_json(text)
    assert model_from_json(text, custom_objects={"double": double}).layers[0].activation is double
