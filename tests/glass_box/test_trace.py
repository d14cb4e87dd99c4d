"""What `trace` takes, what it tells, and what it refuses."""

import json

import jax
import numpy as np
import polars as pl
import pytest

from neurode import NeuralClassifier, NeuralRegressor, trace
from neurode.errors import (
    ArgumentError,
    DataTypeError,
    NotFittedError,
    ShapeError,
    TableError,
    UnknownNameError,
)
from neurode.layers import Activation, Add, Dense, Dropout, Input, Softmax
from neurode.models import Model, Sequential


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "income": rng.normal(50, 9, 60),
            "age": [None if i % 7 == 0 else 20.0 + i % 40 for i in range(60)],
            "grade": rng.choice(list("ABC"), 60),
        }
    )
    return frame, np.where(frame["income"] + rng.normal(0, 5, 60) > 50, "good", "bad")


@pytest.fixture(scope="module")
def classifier(table):
    return NeuralClassifier(hidden_layer_sizes=(4,), epochs=1, verbose=0, scaling="standard").fit(*table)


def by_hand(model, x, y):
    """Forward and backward of a 2-3-1 network of tanh and sigmoid in float64, one row, from the textbook."""
    w1, b1, w2, b2 = (np.asarray(w, np.float64) for w in model.get_weights())
    x, z1 = np.float64(x), np.float64(x) @ w1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ w2 + b2
    a2 = 1 / (1 + np.exp(-z2))
    dz2 = a2 - y
    da1 = w2 @ dz2
    dz1 = da1 * (1 - a1**2)
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "da2": (a2 - y) / (a2 * (1 - a2)), "dz2": dz2, "da1": da1,
            "dz1": dz1, "dx": w1 @ dz1, "dw1": np.outer(x, dz1), "dw2": np.outer(a1, dz2),
            "loss": -y * np.log(a2[0]) - (1 - y) * np.log(1 - a2[0])}  # fmt: skip


def test_every_number_is_that_of_the_textbook(make, rows):
    model, x, y = make(), rows[0][0], float(rows[1][0])
    found, hand = trace(model, x[None], [y]), by_hand(model, x, y)
    hidden, output = found.layers
    seen = {
        "z1": hidden.z, "a1": hidden.a, "z2": output.z, "a2": output.a, "da2": output.gradient_a,
        "dz2": output.gradient_z, "da1": hidden.gradient_a, "dz1": hidden.gradient_z,
        "dx": found.inputs[0].gradient, "dw1": found.gradients["dense/kernel"],
        "dw2": found.gradients["dense_1/kernel"], "loss": np.array(found.loss),
    }  # fmt: skip
    for name, value in hand.items():
        np.testing.assert_allclose(seen[name].reshape(-1), np.ravel(value), rtol=2e-5, err_msg=name)


@pytest.mark.parametrize("count", [1, 5, 7])
def test_predictions_are_those_of_predict_to_the_last_bit(make, rows, count):
    model, x = make(), rows[0][:count]
    for y in (None, rows[1][:count]):
        np.testing.assert_array_equal(
            trace(model, x, y, check=False).predictions["dense_1"], model.predict(x)
        )


def test_the_loss_is_that_of_test_on_batch(make, rows):
    model = make()
    weights = np.arange(7.0)
    found = trace(model, *rows, sample_weight=weights, check=False)
    assert found.loss == pytest.approx(model.test_on_batch(*rows, sample_weight=weights), rel=1e-6)
    # The weights scale what the rows add to the whole, and stay out of the loss of a row.
    assert found.loss == pytest.approx((found.row_losses["dense_1"] * weights).mean(), rel=1e-6)


def test_nothing_of_the_model_changes(make, rows):
    model = make("adam")
    model.train_on_batch(*rows)
    before = model.train_state
    trace(model, *rows, training=True)
    jax.tree.map(np.testing.assert_array_equal, model.train_state, before)
    fresh = make("adam")
    trace(fresh, *rows)
    assert fresh.train_state.opt_state is None


def test_without_a_target_there_is_the_pass_forward_alone(rows):
    model = Sequential([Input((2,)), Dense(3, activation="relu"), Dense(1)])
    found = trace(model, rows[0])
    assert found.loss is None
    assert found.check is None
    assert (dict(found.gradients), dict(found.steps), found.frozen) == ({}, {}, ())
    assert found.layers[0].gradient_z is None
    np.testing.assert_array_equal(found.layers[0].a, np.maximum(found.layers[0].z, 0))


@pytest.mark.parametrize("end", [Activation("softmax"), Softmax()], ids=["activation", "softmax"])
def test_a_last_activation_of_its_own_is_fused_all_the_same(rows, end):
    model = Sequential([Input((2,)), Dense(3), end])
    model.compile("sgd", "sparse_categorical_crossentropy")
    classes = np.array([0, 1, 2, 0, 1, 2, 0])
    found = trace(model, rows[0], classes)
    scores, last = found.layers
    np.testing.assert_allclose(last.gradient_z * 7, last.a - np.eye(3)[classes], atol=1e-6)
    np.testing.assert_array_equal(scores.gradient_a, last.gradient_z)
    np.testing.assert_array_equal(last.z, scores.a)
    assert found.check.agrees


def test_a_sure_and_wrong_row_has_a_finite_gradient_of_its_score(rows):
    model = Sequential([Input((2,)), Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    model.set_weights([np.array([[500.0], [0.0]]), np.zeros(1)])
    found = trace(model, [[1.0, 0.0]], [0.0])
    assert found.layers[0].gradient_z[0, 0] == pytest.approx(1.0)
    assert found.loss == pytest.approx(500.0)
    assert found.check.agrees


def test_dropout_is_on_in_training_and_follows_the_seed(rows):
    model = Sequential([Input((2,)), Dense(40), Dropout(0.5), Dense(1)], seed=4)
    first, again, other = (trace(model, rows[0], training=True, seed=seed) for seed in (1, 1, 2))
    a = [found.layer("dropout").a for found in (first, again, other)]
    np.testing.assert_array_equal(a[0], a[1])
    assert (a[0] != a[2]).any()
    assert 0.3 < (a[0] == 0).mean() < 0.7
    np.testing.assert_array_equal(
        trace(model, rows[0]).layer("dropout").a, trace(model, rows[0]).layer("dense").a
    )


@pytest.fixture(scope="module")
def branched():
    """A layer used twice, a model inside, two inputs, and two outputs of which one is not at the end."""
    inner_in = Input((3,))
    inner = Model(
        inner_in, Dense(3, "relu", name="deep")(Dense(3, "tanh", name="flat")(inner_in)), name="inner"
    )
    left, right, shared = Input((2,), name="left"), Input((2,), name="right"), Dense(3, "tanh", name="shared")
    joined = Add(name="joined")([shared(left), shared(right)])
    middle = Dense(1, "sigmoid", name="middle")(joined)
    model = Model([left, right], [middle, Dense(2, name="end")(inner(joined))], seed=1)
    model.compile("sgd", {"middle": "binary_crossentropy", "end": "mse"}, loss_weights={"end": 0.5})
    rng = np.random.default_rng(2)
    x = {"left": rng.normal(size=(4, 2)), "right": rng.normal(size=(4, 2))}
    return model, x, {"middle": np.array([0.0, 1, 1, 0]), "end": rng.normal(size=(4, 2))}


def test_shared_layers_models_inside_and_several_outputs(branched):
    model, x, y = branched
    found = trace(model, x, y)
    names = [layer.name for layer in found.layers]
    assert names == ["shared", "shared", "joined", "middle", "inner/flat", "inner/deep", "end"]
    assert found.layer("joined").sources == ("shared", "shared")
    assert found.layer("inner/flat").sources == ("joined",)
    assert found.layer("end").sources == ("inner/deep",)
    assert found.check.agrees
    np.testing.assert_array_equal(found.layer("shared", 2).input, found.inputs[1].value)
    np.testing.assert_allclose(
        found.loss, found.output_losses["middle"] + 0.5 * found.output_losses["end"], rtol=1e-6
    )
    # A shared layer learns from both of its uses.
    both = [found.layer("shared", use) for use in (1, 2)]
    np.testing.assert_allclose(
        found.gradients["shared/kernel"],
        sum(use.input.T @ use.gradient_z for use in both),
        rtol=1e-5,
        atol=1e-7,
    )
    for name, prediction in zip(model.output_names, model.predict(x)):
        np.testing.assert_array_equal(found.predictions[name], prediction)


def test_a_classifier_is_traced_from_the_raw_table(classifier, table):
    frame, target = table
    found = trace(classifier, frame.head(3), target[:3])
    assert found.inputs[0].columns == ("income", "age", "grade")
    assert found.inputs[0].value[0, 2] == frame["grade"][0]
    assert np.isnan(found.inputs[0].value[0, 1])
    assert np.isnan(found.inputs[0].gradient[:, 2]).all()
    assert np.abs(found.inputs[0].gradient[:, 0]).min() > 0
    features = dict(zip(found.layers[0].units, found.layers[0].a[0]))
    assert list(features) == ["income", "age", "age is missing", "grade = A", "grade = B", "grade = C"]
    assert features["age is missing"] == 1
    assert features[f"grade = {frame['grade'][0]}"] == 1
    np.testing.assert_array_equal(
        found.predictions["output"][:, 0],
        classifier.outputs(classifier.encoding_.transform(frame.head(3)))[:, 0],
    )
    np.testing.assert_array_equal(found.targets["output"][:, 0], target[:3] == classifier.classes_[1])
    assert found.check.agrees


def test_every_kind_of_feature_has_its_name(table):
    frame = table[0].with_columns(shop=pl.Series([f"s{i % 9}" for i in range(60)]))
    model = NeuralRegressor(
        hidden_layer_sizes=(2,), epochs=1, verbose=0, one_hot_limit=6, scaling="piecewise"
    )
    model.fit(frame, frame["income"])
    found = trace(model, frame.head(2), frame["income"].head(2))
    units = found.layers[0].units
    assert len(units) == found.layers[0].a.shape[1]
    assert len(set(units)) == len(units)
    owners = model.model_.network.layers[0].columns_of_features()
    assert all(unit.startswith(model.encoding_.names[owner]) for unit, owner in zip(units, owners))
    assert found.loss == pytest.approx(
        np.mean(
            (found.predictions["output"] - model._learned(frame["income"].head(2).to_numpy()[:, None])) ** 2
        ),
        rel=1e-5,
    )


def test_of_one_row_every_sum_is_written_out(make, rows):
    model, x = make(), np.array([[1.0, -0.5]])
    model.set_weights([np.array([[0.5, 1, 0], [0.25, 0, -1]]), np.array([0.1, 0, 0]), np.ones((3, 1)), [0.5]])
    text = str(trace(model, x, [1.0]))
    assert "1 × 0.5 + -0.5 × 0.25 + 0.1 = z 0.475 → a 0.4422" in text
    assert "loss 0.1085" in text
    assert "dense/kernel[1, 2]" in text
    assert "gradients agree with finite differences" in text


def test_of_many_terms_and_units_the_largest_are_written(rows):
    model = Sequential([Input((56,)), Dense(60, activation="relu"), Dense(1)])
    model.compile("sgd", "mse")
    text = str(trace(model, np.ones((1, 56)), [1.0], check=False))
    assert "+ 52 more (" in text
    assert "52 more: a 0 … " in text
    assert max(map(len, text.splitlines())) < 200


def test_of_several_rows_layers_are_summed_up(make, rows):
    text = str(trace(make(), *rows, training=True))
    assert text.startswith("7 rows through sequential, in training")
    assert "mean |∂L/∂z|" in text


def test_the_record_is_json_and_a_frame(branched):
    model, x, y = branched
    found = trace(model, x, y)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["loss"] == found.loss
    np.testing.assert_array_equal(
        np.array(document["gradients"]["end/kernel"], np.float32), found.gradients["end/kernel"]
    )
    frame = found.to_frame()
    one = frame.filter((pl.col("layer") == "shared") & (pl.col("use") == 2) & (pl.col("unit") == "1"))
    np.testing.assert_array_equal(one["gradient_z"], found.layer("shared", 2).gradient_z[:, 1])


def test_numbers_that_json_lacks_are_null(classifier, table):
    document = trace(classifier, table[0].head(1)).to_json()
    assert document["inputs"][0]["value"][0][1] is None
    json.dumps(document, allow_nan=False)


def test_a_layer_that_does_not_exist_is_named(make, rows):
    found = trace(make(), rows[0])
    with pytest.raises(UnknownNameError, match="did you mean 'dense_1'"):
        found.layer("dens_1")
    with pytest.raises(UnknownNameError, match=r"dense \(use 2\)"):
        found.layer("dense", use=2)


def test_64_bits_are_off_again_afterwards(make, rows):
    trace(make(), *rows)
    assert not jax.config.jax_enable_x64
    assert jax.numpy.ones(2).dtype == np.float32


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (np.ones((2, 3)), None, {}, ShapeError, "takes rows of shape"),
        (np.ones(2), None, {}, ShapeError, r"x\[None\]"),
        (np.ones((0, 2)), None, {}, ShapeError, "no rows"),
        (np.ones((1001, 2)), None, {}, ArgumentError, "1,001 rows to trace"),
        (np.ones((2, 2)), np.ones((2, 4)), {}, ShapeError, "y has shape"),
        (np.ones((2, 2)), np.ones(3), {}, ShapeError, "different numbers of rows"),
        (np.ones((2, 2)), [0.0, 7.0], {}, ArgumentError, "targets from 0 to 7"),
        (np.ones((2, 2)), None, {"sample_weight": [1, 2]}, ArgumentError, "sample_weight without y"),
        (np.ones((2, 2)), None, {"training": True, "seed": -1}, ArgumentError, "seed=-1"),
        ([["a", "b"]], None, {}, DataTypeError, "not numbers"),
    ],
)
def test_rows_and_targets_that_do_not_fit_are_refused(make, x, y, options, error, message):
    with pytest.raises(error, match=message):
        trace(make(), x, y, **options)


def test_models_that_are_not_ready_are_refused(rows, table):
    with pytest.raises(NotFittedError, match="no weights yet"):
        trace(Sequential([Dense(1)]), rows[0])
    with pytest.raises(NotFittedError, match="not compiled"):
        trace(Sequential([Input((2,)), Dense(1)]), *rows)
    with pytest.raises(NotFittedError, match="not fitted"):
        trace(NeuralClassifier(), table[0])
    with pytest.raises(DataTypeError, match="trace of a dict"):
        trace({}, rows[0])
    bare = Sequential([Input((2,)), Dense(1)])
    bare.compile("sgd")
    with pytest.raises(ArgumentError, match="without a loss"):
        trace(bare, *rows)


def test_a_table_that_does_not_fit_a_classifier_is_refused(classifier, table):
    with pytest.raises(TableError, match="grade"):
        trace(classifier, table[0].drop("grade"))
    with pytest.raises(TableError, match="no rows"):
        trace(classifier, table[0].head(0))
    with pytest.raises(TableError, match="none of the classes"):
        trace(classifier, table[0].head(1), ["unheard of"])


def test_one_row_of_one_feature_through_one_unit():
    model = Sequential([Input((1,)), Dense(1)])
    model.compile("sgd", "mse")
    model.set_weights([np.array([[2.0]]), np.array([1.0])])
    found = trace(model, [[3.0]], [5.0])
    # z = 7, L = (7 - 5)² = 4, ∂L/∂w = 2 · 2 · 3 = 12, the step -0.01 · 12.
    assert (found.loss, found.gradients["dense/kernel"].item()) == (4.0, 12.0)
    assert found.steps["dense/kernel"].item() == pytest.approx(-0.12)
    assert found.check.agrees


def test_numbers_that_are_not_finite_are_told_on_top():
    model = Sequential([Input((2,)), Dense(3, activation="relu"), Dense(1, activation="sigmoid")], seed=0)
    model.compile("sgd", "binary_crossentropy")
    x, y = np.ones((2, 2), np.float32), np.ones(2)
    assert trace(model, x, y).illness is None
    found = trace(model, x * np.nan, y)
    assert found.illness == "not finite from input input_layer on: nothing after it tells anything"
    assert str(found).splitlines()[1] == f"warning: {found.illness}"
    assert "warning" not in str(trace(model, x, y))
    weights = model.get_weights()
    model.set_weights([weights[0], weights[1] + np.inf, *weights[2:]])
    assert "from weight dense/bias on" in trace(model, x, check=False).illness
