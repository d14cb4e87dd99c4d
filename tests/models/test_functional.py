"""Models between symbolic tensors: several inputs and outputs, shared layers, models inside models."""

import re

import numpy as np
import pytest

from neurode import ops
from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError, UnknownNameError
from neurode.layers import Add, Concatenate, Dense, Dropout, Input, Subtract
from neurode.models import Model, Sequential

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(20, 3)).astype(np.float32), RNG.normal(size=(20, 2)).astype(np.float32)


@pytest.fixture
def two():
    """Two inputs, two outputs: `risk` and `amount` from `a` and `b`."""
    a, b = Input((3,), name="a"), Input((2,), name="b")
    both = Concatenate(name="both")([Dense(4, activation="tanh", name="wide")(a), b])
    risk, amount = Dense(1, activation="sigmoid", name="risk")(both), Dense(2, name="amount")(both)
    return Model([a, b], [risk, amount], name="two")


# What goes in and what comes out


def test_inputs_are_a_list_a_tuple_or_a_dict(two):
    expected = two.predict([A, B])
    for x in ((A, B), {"b": B, "a": A}, {"a": A, "b": B, "c": A}):
        for ours, theirs in zip(two.predict(x), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([A], ShapeError, "takes 2 inputs, got 1"),
        ([A, B, A], ShapeError, "takes 2 inputs, got 3"),
        (A, ShapeError, "takes 2 inputs, got 1"),
        ({"a": A}, UnknownNameError, "no input named 'b'"),
        ({"a": A, "B": B}, UnknownNameError, "no input named 'b'"),
        ([B, A], ShapeError, r"takes rows of shape \(3,\), got \(2,\)"),
    ],
    ids=["one", "three", "no list", "missing", "misspelled", "swapped"],
)
def test_inputs_that_do_not_fit_are_named(two, x, error, message):
    with pytest.raises(error, match=message):
        two.predict(x)


def test_inputs_of_different_lengths_are_named(two):
    two.compile("sgd", "mse")
    with pytest.raises(ShapeError, match="different numbers of rows"):
        two.fit([A, B[:5]], [A[:, :1], B])


def test_several_outputs_are_a_list_in_their_order(two):
    risk, amount = two.predict([A, B])
    assert (risk.shape, amount.shape) == ((20, 1), (20, 2))
    assert two.output_shape == [(None, 1), (None, 2)]
    assert two.input_shape == [(None, 3), (None, 2)]
    assert (two.input_names, two.output_names) == (["a", "b"], ["risk", "amount"])


def test_a_dict_of_outputs_comes_back_as_a_dict():
    x, z = Input((3,)), Input((2,))
    y = Dense(1, name="some name")(Concatenate()([x, z]))
    model = Model({"left": x, "right": z}, {"score": y, "codes": Dense(2)(y)})
    model.compile("sgd", {"score": "mse", "codes": "mae"}, metrics={"score": "mae"})
    x = {"left": A, "right": B}
    history = model.fit(x, {"codes": B, "score": A[:, 0]}, verbose=0).history
    assert list(history) == ["codes_loss", "loss", "score_loss", "score_mae"]
    for found in (model.predict(x), model(x), model.predict_on_batch(x)):
        assert {name: part.shape for name, part in found.items()} == {"score": (20, 1), "codes": (20, 2)}


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([A[:, 0]], ShapeError, "the network has 2 outputs, y is list of 1"),
        (A[:, 0], ShapeError, "the network has 2 outputs, y is ndarray"),
        ({"risk": A[:, 0]}, ArgumentError, "no target for the output 'amount'"),
        ({"risk": A[:, 0], "amounts": B}, UnknownNameError, "no output named 'amounts'"),
        (None, ArgumentError, "no target for the output 'risk'"),
    ],
    ids=["one", "no list", "missing", "misspelled", "none"],
)
def test_targets_that_do_not_fit_are_named(two, y, error, message):
    two.compile("sgd", "mse")
    with pytest.raises(error, match=message):
        two.fit([A, B], y)


def test_each_output_has_its_loss_weight_and_metrics(two):
    two.compile(
        "sgd", ["binary_crossentropy", "mse"], loss_weights=[1.0, 0.5], metrics=[["accuracy"], ["mae"]]
    )
    y = [(A[:, 0] > 0).astype(float), B]
    history = two.fit([A, B], y, verbose=0).history
    assert list(history) == ["amount_loss", "amount_mae", "loss", "risk_accuracy", "risk_loss"]
    found = two.evaluate([A, B], y, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(found["risk_loss"] + 0.5 * found["amount_loss"], rel=1e-6)
    p = two.predict([A, B])[0][:, 0].astype(float)
    naive = -np.mean(y[0] * np.log(p) + (1 - y[0]) * np.log(1 - p))
    assert found["risk_loss"] == pytest.approx(naive, rel=1e-5)


def test_evaluate_lists_the_losses_then_metrics_by_name(two):
    two.compile("sgd", ["binary_crossentropy", "mse"], metrics=[["accuracy"], ["mae"]])
    y = [(A[:, 0] > 0).astype(float), B]
    # Keras 3.15's order.
    assert two.metrics_names == ["loss", "risk_loss", "amount_loss", "amount_mae", "risk_accuracy"]
    by_name = two.evaluate([A, B], y, verbose=0, return_dict=True)
    assert two.evaluate([A, B], y, verbose=0) == [by_name[name] for name in two.metrics_names]
    assert list(by_name) == sorted(by_name)


def test_an_output_without_a_loss_does_not_learn(two):
    two.compile("sgd", [None, "mse"])
    before = [weight.numpy() for weight in two.get_layer("risk").weights]
    history = two.fit([A, B], [A[:, 0], B], verbose=0).history
    # A single loss is the whole one.
    assert list(history) == ["loss"]
    for ours, theirs in zip(two.get_layer("risk").get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_sample_weight_may_be_for_one_output_only(two):
    two.compile("sgd", "mse")
    weight = np.linspace(0, 1, 20)
    found = two.evaluate([A, B], [A[:, 0], B], sample_weight={"amount": weight}, verbose=0, return_dict=True)
    risk, amount = two.predict([A, B])
    assert found["risk_loss"] == pytest.approx(np.mean((risk[:, 0] - A[:, 0]) ** 2), rel=1e-5)
    assert found["amount_loss"] == pytest.approx(np.mean(weight * ((amount - B) ** 2).mean(axis=1)), rel=1e-5)


def test_class_weights_of_several_outputs_are_refused(two):
    two.compile("sgd", "mse")
    with pytest.raises(ArgumentError, match="class_weight for a network of 2 outputs"):
        two.fit([A, B], [A[:, 0], B], class_weight={0: 1.0, 1: 2.0})


def test_validation_of_several_inputs_takes_the_last_rows(two):
    two.compile("sgd", "mse")
    history = two.fit([A, B], [A[:, 0], B], validation_split=0.25, verbose=0).history
    expected = two.evaluate([A[15:], B[15:]], [A[15:, 0], B[15:]], verbose=0, return_dict=True)
    assert history["val_amount_loss"][-1] == pytest.approx(expected["amount_loss"], rel=1e-6)


# Shapes of networks


def test_a_shared_layer_has_one_set_of_weights():
    both = Dense(2, name="both")
    a, b = Input((3,)), Input((3,))
    model = Model([a, b], Subtract()([both(a), both(b)]))
    assert [weight.path for weight in model.weights] == ["both/kernel", "both/bias"]
    np.testing.assert_array_equal(model.predict([A, A]), np.zeros((20, 2)))
    kernel = both.get_weights()[0]
    np.testing.assert_allclose(model.predict([A, A + 1]), (A - (A + 1)) @ kernel, rtol=1e-4, atol=1e-5)


def test_two_models_with_a_layer_in_common_train_it_together():
    x = Input((3,))
    code = Dense(2, activation="tanh", name="code")(x)
    whole, encoder = Model(x, Dense(3)(code)), Model(x, code)
    before = encoder.predict(A)
    whole.compile("adam", "mse")
    whole.fit(A, A, verbose=0)
    after = encoder.predict(A)
    assert not np.array_equal(before, after)
    kernel, bias = whole.get_layer("code").get_weights()
    np.testing.assert_allclose(after, np.tanh(A @ kernel + bias), rtol=1e-4, atol=1e-6)


def test_a_model_may_begin_in_the_middle_of_another():
    x = Input((3,))
    code = Dense(2, activation="tanh")(x)
    whole = Model(x, Dense(1)(code))
    encoder, decoder = Model(x, code), Model(code, whole.output)
    np.testing.assert_allclose(decoder.predict(encoder.predict(A)), whole.predict(A), rtol=1e-5)


def test_a_connection_that_skips_a_layer_equals_numpy():
    x = Input((3,))
    hidden = Dense(3, activation="relu")(x)
    model = Model(x, Add()([x, hidden]))
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(A), A + np.maximum(A @ kernel + bias, 0), rtol=1e-5, atol=1e-6)


def test_the_features_of_every_layer_can_be_looked_at():
    model = Sequential([Input((3,)), Dense(4, activation="relu"), Dropout(0.5), Dense(1)])
    features = Model(model.inputs, [layer.output for layer in model.layers])
    assert [part.shape for part in features.predict(A)] == [(20, 4), (20, 4), (20, 1)]


def test_a_model_inside_a_model_shares_its_weights():
    inner = Sequential([Input((3,)), Dense(4, activation="relu"), Dense(2)], name="inner")
    x = Input((3,))
    outer = Model(x, Dense(1, name="end")(inner(x)))
    assert [type(layer).__name__ for layer in outer.layers] == ["InputLayer", "Sequential", "Dense"]
    before = inner.get_weights()[0]
    outer.compile("sgd", "mse")
    outer.fit(A, A[:, 0], verbose=0)
    after = inner.get_weights()[0]
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(outer.get_weights()[0], after)


def test_a_model_inside_may_be_called_on_a_dict(two):
    a, b = Input((3,)), Input((2,))
    risk, amount = two({"b": b, "a": a})
    outer = Model([a, b], [risk, amount])
    for ours, theirs in zip(outer.predict([A, B]), two.predict([A, B]), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(UnknownNameError, match="no input named 'b'"):
        two({"a": a})


def test_a_model_that_waits_is_built_by_a_call():
    waiting = Sequential([Dense(4), Dense(2)])
    x = Input((3,))
    assert waiting(x).shape == (None, 2)
    assert waiting.input_shape == (None, 3)


def test_an_input_may_be_the_output():
    x = Input((3,))
    np.testing.assert_array_equal(Model(x, x).predict(A), A)


def test_a_hundred_layers_are_no_matter():
    x = y = Input((2,))
    for _ in range(100):
        y = Dense(2)(y)
    assert Model(x, y).count_params() == 100 * 6


def test_layers_are_listed_far_from_the_outputs_first(two):
    # Keras 3.15's order.
    names = [layer.name for layer in two.layers]
    assert names == ["a", "wide", "b", "both", "risk", "amount"]


def test_ops_are_no_layers_but_operations():
    x = Input((3,), name="x")
    model = Model(x, Dense(1, name="end")(x * 2.0 + ops.exp(x)))
    assert [layer.name for layer in model.layers] == ["x", "end"]
    assert [layer.name for layer in model.operations] == ["x", "multiply", "exp", "add", "end"]


# Names


def test_names_are_numbered_by_kind():
    x = Input((3,))
    model = Model(x, Dense(1)(Dense(2)(Dense(2, name="mine")(x))))
    assert [layer.name for layer in model.layers] == ["input_layer", "mine", "dense", "dense_1"]


def test_two_layers_of_one_name_are_refused():
    x = Input((3,))
    y = Dense(1, name="a")(Dense(2, name="a")(x))
    with pytest.raises(ArgumentError, match="two layers are named 'a'"):
        Model(x, y)


def test_a_name_that_a_model_chose_gives_way_in_another():
    first = Sequential([Input((3,)), Dense(3)])
    second = Sequential([Input((3,)), Dense(3)])
    x = Input((3,))
    model = Model(x, second.layers[0](first.layers[0](x)))
    assert len({name for name, _ in model._owners}) == 3


# What is no model


def test_an_input_that_was_forgotten_is_named():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    with pytest.raises(
        ArgumentError, match="depends on the input 'b', which is not among the model's inputs"
    ):
        Model(a, Add()([a, b]))


def test_what_is_no_symbolic_tensor_is_named():
    with pytest.raises(DataTypeError, match="made of symbolic tensors, got Dense"):
        Model(Input((3,)), Dense(1))


@pytest.mark.parametrize("method", ["call", "train_step"])
def test_a_subclass_is_refused_with_a_hint(method):
    with pytest.raises(DataTypeError, match="Own subclasses Model") as met:
        type("Own", (Model,), {method: lambda self, x: x})
    assert "x = Input((77,)); y = Dense(1)(x); Model(x, y)" in met.value.hint


def test_a_subclass_that_only_names_its_parts_is_fine():
    class Scorer(Model):
        def __init__(self, features):
            x = Input((features,))
            super().__init__(x, Dense(1)(x))

    assert Scorer(3).predict(A).shape == (20, 1)


def test_an_array_is_not_mixed_with_symbols():
    with pytest.raises((DataTypeError, ArgumentError, TypeError, AttributeError)):
        Add()([Input((3,)), A])


def test_a_symbolic_tensor_is_no_array():
    with pytest.raises(DataTypeError, match="is a place in a network, not numbers"):
        np.asarray(Input((3,)))


# Layers and weights


def test_weights_are_read_and_set_in_place(two):
    kernel = two.get_layer("wide").kernel
    assert (kernel.name, kernel.path, kernel.shape, kernel.dtype) == (
        "kernel",
        "wide/kernel",
        (3, 4),
        "float32",
    )
    kernel.assign(np.full((3, 4), 2.0))
    np.testing.assert_array_equal(two.get_weights()[0], np.full((3, 4), 2.0))
    with pytest.raises(ShapeError, match=re.escape("wide/kernel has shape (3, 4), got (4, 3)")):
        kernel.assign(np.ones((4, 3)))


def test_what_is_frozen_when_compiled_does_not_train(two):
    two.get_layer("wide").trainable = False
    two.compile("sgd", "mse")
    before = two.get_weights()
    two.fit([A, B], [A[:, 0], B], verbose=0)
    changed = [not np.array_equal(ours, theirs) for ours, theirs in zip(two.get_weights(), before)]
    assert changed == [False, False, True, True, True, True]
    assert len(two.trainable_weights) == 4


def test_a_model_compiled_before_it_is_frozen_goes_on_training():
    # Keras's idiom for adversarial networks.
    judge = Sequential([Input((3,)), Dense(1, activation="sigmoid")], name="judge")
    judge.compile("sgd", "binary_crossentropy")
    judge.trainable = False
    maker = Sequential([Input((2,)), Dense(3)], name="maker")
    noise = Input((2,))
    both = Model(noise, judge(maker(noise)))
    both.compile("sgd", "binary_crossentropy")
    y, fixed, moving = np.ones(20), judge.get_weights()[0], maker.get_weights()[0]
    both.train_on_batch(B, y)
    np.testing.assert_array_equal(judge.get_weights()[0], fixed)
    assert not np.array_equal(maker.get_weights()[0], moving)
    judge.train_on_batch(A, y)
    assert not np.array_equal(judge.get_weights()[0], fixed)


def test_freezing_a_model_freezes_all_its_layers(two):
    two.trainable = False
    assert two.trainable_weights == []
    assert [layer.trainable for layer in two.layers] == [False] * 6
    two.trainable = True
    assert len(two.trainable_weights) == 6


def test_a_layer_is_found_by_name(two):
    assert two.get_layer("risk").units == 1
    with pytest.raises(UnknownNameError, match="did you mean 'risk'"):
        two.get_layer("riks")


def test_a_model_without_weights_says_so():
    with pytest.raises(NotFittedError, match="has no weights yet"):
        Model().predict(A)


def test_outputs_in_a_dict_are_in_the_order_of_their_names():
    x = Input((3,))
    model = Model(x, {"risk": Dense(1, name="r")(x), "amount": Dense(1, name="a")(x)})
    assert [weight.path for weight in model.weights] == ["a/kernel", "a/bias", "r/kernel", "r/bias"]
    assert list(model.predict(np.ones((2, 3)))) == ["amount", "risk"]
