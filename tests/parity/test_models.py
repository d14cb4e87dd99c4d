"""Models of every form against Keras 3.15.1: same weights in, same numbers, names and order out."""

import numpy as np
import pytest

import neurode

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(50, 3)).astype("float32"), RNG.normal(size=(50, 2)).astype("float32")
Y, T = (X[:, 0] * X[:, 1] > 0).astype("float32"), X.sum(axis=1, keepdims=True)


def filled(model):
    """The model with weights that do not depend on the library."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 0.6, array.shape).astype("float32") for array in model.get_weights()])
    return model


def same(ours, theirs):
    """Compares dicts with their order, lists and arrays."""
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for name, value in theirs.items():
            same(ours[name], value)
    elif isinstance(theirs, list | tuple) and theirs and not isinstance(theirs[0], float):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs):
            same(one, other)
    elif isinstance(theirs, str | bool | type(None)):
        assert ours == theirs
    else:
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)


def two(lib, as_dict=False):
    k = lib.layers
    a, b = k.Input((3,), name="a"), k.Input((2,), name="b")
    both = k.Concatenate(name="both")(
        [k.Dense(4, activation="tanh", name="wide")(a), k.Dense(4, name="deep")(b)]
    )
    risk, amount = k.Dense(1, activation="sigmoid", name="risk")(both), k.Dense(1, name="amount")(both)
    if as_dict:
        return filled(lib.Model({"a": a, "b": b}, {"score": risk, "size": amount}))
    return filled(lib.Model([a, b], [risk, amount]))


def row(lib, *layers):
    return filled(lib.Sequential([lib.Input((3,)), *layers]))


def several_outputs(lib):
    model = two(lib)
    model.compile("sgd", ["binary_crossentropy", "mse"], [1.0, 0.5], metrics=[["accuracy"], ["mae"]])
    history = model.fit([X, Z], [Y, T], 16, 2, 0, validation_split=0.2, shuffle=False).history
    return history, model.evaluate([X, Z], [Y, T], verbose=0), model.predict([X, Z], verbose=0)


def outputs_by_name(lib):
    model = two(lib, as_dict=True)
    model.compile("sgd", {"score": "mse", "size": "mae"}, metrics={"size": ["mae"]})
    x, y = {"a": X, "b": Z}, {"score": Y[:, None], "size": T}
    history = model.fit(x, y, verbose=0, shuffle=False).history
    return history, model.evaluate(x, y, verbose=0, return_dict=True), model.predict(x, verbose=0)


def one_loss_of_two(lib):
    model = two(lib)
    model.compile("sgd", [None, "mse"])
    return model.fit([X, Z], [Y, T], verbose=0, shuffle=False).history


def shared_layer(lib):
    k = lib.layers
    a, b, both = k.Input((3,)), k.Input((3,)), k.Dense(3, activation="tanh")
    model = filled(lib.Model([a, b], k.Dense(1)(k.subtract([both(a), both(b)]))))
    model.compile("sgd", "mse")
    return model.fit([X, X[::-1]], T, epochs=2, verbose=0, shuffle=False).history, len(model.weights)


def nested(lib):
    k = lib.layers
    inner = lib.Sequential([k.Input((3,)), k.Dense(4, activation="relu"), k.BatchNormalization(), k.Dense(2)])
    x = k.Input((3,))
    model = filled(lib.Model(x, k.Dense(1)(inner(x))))
    model.compile("sgd", "mse")
    history = model.fit(X, T, epochs=2, verbose=0, shuffle=False).history
    return history, inner.predict(X, verbose=0), [weight.name for weight in model.weights]


def frozen_inside(lib):
    k = lib.layers
    inner = lib.Sequential([k.Input((3,)), k.Dense(4, activation="relu"), k.Dense(2)])
    inner.trainable = False
    x = k.Input((3,))
    model = filled(lib.Model(x, k.Dense(1)(inner(x))))
    model.compile("sgd", "mse")
    return model.fit(X, T, verbose=0, shuffle=False).history, len(model.trainable_weights)


def ops_between(lib):
    x = lib.Input((3,))
    y = lib.ops.log(lib.ops.abs(x) + 1.0)
    both = lib.ops.concatenate([y, x[:, 0:2]], axis=-1)
    model = lib.Model(
        x, [both / (1 + lib.ops.square(2 - both)), lib.ops.sum(-(both**2), axis=-1, keepdims=True)]
    )
    return model.predict(X, verbose=0), len(model.layers)


def steps_of_a_table(lib):
    model = row(lib, lib.layers.Dense(1))
    model.compile("sgd", "mse")
    history = model.fit(X, T, 10, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False).history
    alone = model.fit(X, T, steps_per_epoch=1, epochs=2, verbose=0, shuffle=False).history
    loss, y = model.evaluate(X, T, 10, steps=2, verbose=0), model.predict(X, 10, steps=2, verbose=0)
    part = {"validation_data": (X, T), "validation_steps": 1, "validation_batch_size": 10}
    validated = model.fit(X, T, **part, verbose=0, shuffle=False).history
    return history, alone, {"loss": loss, "y": y}, validated


def batch_by_batch(lib):
    model = row(lib, lib.layers.Dense(1, activation="sigmoid"))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    first = model.train_on_batch(X[:10], Y[:10, None])
    second = model.train_on_batch(X[10:30], Y[10:30, None], return_dict=True)
    return [float(v) for v in first], {n: float(v) for n, v in second.items()}, model.predict_on_batch(X)


def weights_of_a_class(lib):
    model = row(lib, lib.layers.Dense(1, activation="sigmoid"))
    model.compile("sgd", "binary_crossentropy")
    return model.fit(X, Y, class_weight={1: 2.0}, verbose=0, shuffle=False).history


def a_row_of_steps(lib):
    k = lib.layers
    model = filled(lib.Sequential([k.Input((4, 3)), k.Dense(2, activation="softmax")]))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = np.random.default_rng(0).normal(size=(20, 4, 3)).astype("float32")
    return model.fit(x, (x[..., 0] > 0).astype(int), verbose=0, shuffle=False).history


def functions_that_see_batches(lib):
    ops = lib.ops

    def loss(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    def largest(y_true, y_pred):
        return ops.max(ops.abs(y_true - y_pred))

    model = row(lib, lib.layers.Dense(1))
    model.compile("sgd", loss, metrics=[largest])
    history = model.fit(X, T, 16, 2, 0, shuffle=False).history
    return history, model.evaluate(X, T, 16, 0)


def order_of_layers(lib):
    return [layer.name for layer in two(lib).layers], [weight.path for weight in two(lib).weights]


FORMS = [
    several_outputs, outputs_by_name, one_loss_of_two, shared_layer, nested, frozen_inside, ops_between,
    steps_of_a_table, batch_by_batch, weights_of_a_class, a_row_of_steps, functions_that_see_batches,
    order_of_layers,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_model_gives_the_numbers_names_and_order_of_keras(keras, form):
    same(form(neurode), form(keras))


def test_a_generator_that_ends_is_not_begun_anew(keras):
    # Keras 3.15.1 repeats the first two batches, which it had looked at, for every epoch that finds no data.
    def batches():
        for first in range(0, 50, 10):
            yield X[first : first + 10], T[first : first + 10]

    epochs = {}
    for lib in (neurode, keras):
        model = row(lib, lib.layers.Dense(1))
        model.compile("sgd", "mse")
        epochs[lib] = model.fit(batches(), steps_per_epoch=3, epochs=4, verbose=0).epoch
    assert epochs == {neurode: [0, 1], keras: [0, 1, 2, 3]}


def test_a_model_frozen_after_it_was_compiled_goes_on_training_until_it_is_compiled_again(keras):
    # Keras 3.15.1 stops at once, Keras 2 did as neurode does; adversarial networks are written for that.
    moved = {}
    for lib in (neurode, keras):
        model = row(lib, lib.layers.Dense(1))
        model.compile("sgd", "mse")
        model.trainable = False
        before = np.array(model.get_weights()[0])
        model.train_on_batch(X, T)
        moved[lib] = not np.array_equal(before, model.get_weights()[0])
    assert moved == {neurode: True, keras: False}
