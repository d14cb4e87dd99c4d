"""Models of Keras 3.15.1 that are read, from memory and from their files, predict the same."""

import numpy as np
import pytest

from neurode.models import from_keras, load_model

SHAPES = {"row": (6,), "steps": (4, 6)}

LAYERS = {
    "activation": ("row", lambda layers: layers.Activation("gelu")),
    "activity_regularization": ("row", lambda layers: layers.ActivityRegularization(l1=0.1)),
    "alpha_dropout": ("row", lambda layers: layers.AlphaDropout(0.2, seed=3)),
    "batch_normalization": ("row", lambda layers: layers.BatchNormalization(epsilon=0.1)),
    "batch_normalization_without_scale": ("row", lambda layers: layers.BatchNormalization(scale=False)),
    "category_encoding": ("row", lambda layers: layers.CategoryEncoding(5, output_mode="count")),
    "dense": ("row", lambda layers: layers.Dense(3, activation="relu", kernel_regularizer="l2")),
    "dense_along_steps": (
        "steps",
        lambda layers: layers.Dense(3, use_bias=False, kernel_constraint="max_norm"),
    ),
    "discretization": (
        "row",
        lambda layers: layers.Discretization([-0.5, 0.0, 0.5], output_mode="multi_hot"),
    ),
    "dropout": ("row", lambda layers: layers.Dropout(0.5)),
    "elu": ("row", lambda layers: layers.ELU(0.5)),
    "flatten": ("steps", lambda layers: layers.Flatten()),
    "gaussian_dropout": ("row", lambda layers: layers.GaussianDropout(0.5)),
    "gaussian_noise": ("row", lambda layers: layers.GaussianNoise(0.5)),
    "global_average_pooling": ("steps", lambda layers: layers.GlobalAveragePooling1D(keepdims=True)),
    "global_max_pooling": ("steps", lambda layers: layers.GlobalMaxPooling1D()),
    "group_normalization": ("row", lambda layers: layers.GroupNormalization(groups=3)),
    "identity": ("row", lambda layers: layers.Identity()),
    "layer_normalization": ("steps", lambda layers: layers.LayerNormalization(axis=[1, 2])),
    "leaky_relu": ("row", lambda layers: layers.LeakyReLU(0.4)),
    "normalization_with_numbers": (
        "row",
        lambda layers: layers.Normalization(mean=[1.0] * 6, variance=[4.0] * 6),
    ),
    "permute": ("steps", lambda layers: layers.Permute((2, 1))),
    "prelu": ("steps", lambda layers: layers.PReLU(shared_axes=[1], alpha_initializer="ones")),
    "relu": ("row", lambda layers: layers.ReLU(max_value=0.7, negative_slope=0.1)),
    "repeat_vector": ("row", lambda layers: layers.RepeatVector(3)),
    "rescaling": ("row", lambda layers: layers.Rescaling(2.0, offset=-1)),
    "reshape": ("row", lambda layers: layers.Reshape((2, -1))),
    "rms_normalization": ("row", lambda layers: layers.RMSNormalization()),
    "softmax": ("steps", lambda layers: layers.Softmax(axis=1)),
    "unit_normalization": ("row", lambda layers: layers.UnitNormalization()),
}


def vary(model, seed=0):
    """Sets all weights to numbers of their own, so that none that is swapped or left out goes unseen."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "int" not in str(weight.dtype):
            weight.assign(rng.uniform(0.2, 1.5, weight.shape))
    return model


def assert_same(model, x, folder, suffix=".keras", **settings):
    """Compares predictions of the model in memory, of its file, and of neurode's own file of it."""
    wanted = model.predict(x, verbose=0)
    wanted = [wanted[name] for name in model.output] if isinstance(wanted, dict) else wanted
    path = folder / f"model{suffix}"
    model.save(path)
    live, of_file = from_keras(model, **settings), load_model(path, **settings)
    of_file.save(folder / "model.neurode")
    for found in (live, of_file, load_model(folder / "model.neurode", **settings)):
        got = found.predict(x)
        assert len(got) == len(wanted)
        for ours, theirs in zip(*((y if isinstance(y, list) else [y]) for y in (got, wanted))):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    return live


def rows(shape, seed=1):
    return np.random.default_rng(seed).normal(size=(7, *shape)).astype("float32")


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_predicts_the_same(keras, name, tmp_path):
    shape, make = LAYERS[name]
    x = rows(SHAPES[shape])
    x = np.floor(np.abs(x)).clip(0, 4) if name == "category_encoding" else x
    model = keras.Sequential([keras.Input(SHAPES[shape]), make(keras.layers)])
    assert_same(vary(model), x, tmp_path)


@pytest.mark.parametrize(
    "kind", ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"]
)
def test_every_merging_layer_predicts_the_same(keras, kind, tmp_path):
    a, b = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([a, b], getattr(keras.layers, kind)()([a, b]))
    assert_same(model, [rows((3,)), rows((3,), 2)], tmp_path)


def test_embedding_and_dot_predict_the_same(keras, tmp_path):
    user, loan = (keras.Input((1,), dtype="int32", name=name) for name in ("user", "loan"))
    table = keras.layers.Embedding(9, 4)
    both = [keras.layers.Flatten()(table(codes)) for codes in (user, loan)]
    model = keras.Model([user, loan], keras.layers.Dot(axes=1, normalize=True)(both))
    codes = np.arange(7)[:, None] % 9
    assert_same(vary(model), [codes, codes[::-1]], tmp_path)


def test_adapted_normalization_predicts_the_same(keras, tmp_path):
    layer = keras.layers.Normalization()
    layer.adapt(rows((3,)) * 5 + 2)
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(2)])
    assert_same(model, rows((3,)), tmp_path)


def test_a_sequential_without_input_predicts_the_same(keras, tmp_path):
    model = keras.Sequential([keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    model.build((None, 3))
    assert_same(vary(model), rows((3,)), tmp_path)


def test_a_sequential_that_is_not_built_is_read_unbuilt(keras):
    model = from_keras(keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)]))
    assert not model.built
    assert model(rows((3,))).shape == (7, 1)


def test_several_inputs_and_outputs_predict_the_same(keras, tmp_path):
    layers = keras.layers
    numbers, codes = keras.Input((3,), name="numbers"), keras.Input((2,), dtype="int32", name="codes")
    vectors = layers.Flatten()(layers.Embedding(5, 2)(codes))
    hidden = layers.Dense(4, activation="relu", activity_regularizer="l2")(
        layers.Concatenate()([numbers, vectors])
    )
    hidden = layers.BatchNormalization()(layers.Dropout(0.3)(hidden))
    outputs = [
        layers.Dense(1, activation="sigmoid", name="risk")(hidden),
        layers.Dense(2, name="loss")(hidden),
    ]
    model = vary(keras.Model([numbers, codes], outputs, name="loans"))
    x = [rows((3,)), np.array([[i % 5, (i * 2) % 5] for i in range(7)])]
    found = assert_same(model, x, tmp_path)
    assert (found.name, found.input_names, found.output_names) == (
        "loans",
        ["numbers", "codes"],
        ["risk", "loss"],
    )


def test_a_dict_of_outputs_predicts_the_same_in_its_order(keras, tmp_path):
    x = keras.Input((3,), name="x")
    y = {"risk": keras.layers.Dense(1, name="first")(x), "amount": keras.layers.Dense(2, name="second")(x)}
    assert_same(vary(keras.Model(x, y)), rows((3,)), tmp_path)


def test_a_shared_layer_is_one_layer(keras, tmp_path):
    a, b = keras.Input((3,)), keras.Input((3,))
    shared = keras.layers.Dense(2, activation="tanh", name="shared")
    model = keras.Model([a, b], keras.layers.Subtract()([shared(a), shared(b)]))
    found = assert_same(vary(model), [rows((3,)), rows((3,), 2)], tmp_path)
    assert found.count_params() == 8


def test_models_inside_models_predict_the_same(keras, tmp_path):
    layers = keras.layers
    tower = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.BatchNormalization()], name="tower")
    x = keras.Input((2,))
    inner = keras.Model(x, [layers.Dense(3, activation="relu")(x), layers.Dense(1)(x)], name="inner")
    a, b = keras.Input((3,)), keras.Input((3,))
    first, second = inner(tower(a)), inner(tower(b))
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([*first, *second])))
    found = assert_same(vary(model), [rows((3,)), rows((3,), 2)], tmp_path)
    assert found.count_params() == model.count_params()


def test_a_model_inside_that_takes_a_dict_predicts_the_same(keras, tmp_path):
    parts = {name: keras.Input((2,), name=name) for name in ("z", "a")}
    weighted = keras.layers.Subtract()([keras.layers.Dense(2)(parts["z"]), parts["a"]])
    inner = keras.Model(parts, weighted, name="inner")
    a, z = keras.Input((2,), name="one"), keras.Input((2,), name="two")
    model = keras.Model([a, z], inner({"a": a, "z": z}))
    assert_same(vary(model), [rows((2,)), rows((2,), 2)], tmp_path)


def test_a_layer_shared_between_models_is_one_layer(keras, tmp_path):
    shared = keras.layers.Dense(3, name="shared")
    first, second = (keras.Sequential([keras.Input((3,)), shared], name=name) for name in ("one", "two"))
    x = keras.Input((3,))
    model = keras.Model(x, second(keras.layers.ReLU()(first(x))))
    found = from_keras(model)
    np.testing.assert_allclose(found.predict(rows((3,))), model.predict(rows((3,)), verbose=0), atol=1e-5)
    assert found.get_layer("one").layers[0] is found.get_layer("two").layers[0]
    # Keras writes a file here that it cannot read itself: only the second entry says that it is shared.
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="shared has 2 weight arrays, got 0"):
        from_keras(tmp_path / "model.keras")


def test_ops_between_layers_predict_the_same(keras, tmp_path):
    ops, x = keras.ops, keras.Input((3, 4))
    scaled = ops.leaky_relu(ops.sum(x, axis=1) * 2 + 1, 0.1)
    ones = ops.einsum("bi,bi->b", scaled, scaled)[:, None]
    parts = [
        ones,
        x[:, -1],
        ops.expand_dims(x[..., 0], -1)[:, :2, 0],
        ops.clip(scaled, 0, 1),
        1 - ops.softmax(scaled),
    ]
    model = keras.Model(x, keras.layers.Dense(2)(ops.concatenate(parts, axis=-1)))
    assert_same(vary(model), rows((3, 4)), tmp_path)


def test_old_hdf5_files_predict_the_same(keras, tmp_path):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((3,)), layers.Dense(2), layers.BatchNormalization(), layers.Dense(2)]
    )
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(1)(layers.Concatenate()([layers.Dense(2)(x), inner(x)])))
    assert_same(vary(model), rows((3,)), tmp_path, suffix=".h5")
    model.compile("sgd", "mse")
    model.save(tmp_path / "compiled.h5")
    assert load_model(tmp_path / "compiled.h5").compiled


def test_a_frozen_layer_stays_frozen(keras, tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    model.layers[0].trainable = False
    found = assert_same(vary(model), rows((3,)), tmp_path)
    assert [layer.trainable for layer in found.layers] == [False, True]


def test_training_goes_on_as_keras_would(keras, tmp_path):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, "tanh", kernel_regularizer="l2"), layers.Dense(1)]
    )
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=1.0), keras.losses.LogCosh(), metrics=["mae"]
    )
    model.save(tmp_path / "model.keras")
    x, y = rows((3,)), rows((1,), 3)
    found = load_model(tmp_path / "model.keras")
    settings = {"epochs": 5, "batch_size": 7, "verbose": 0, "shuffle": False}
    ours, theirs = found.fit(x, y, **settings).history, model.fit(x, y, **settings).history
    for name in ("loss", "mae"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)


def test_losses_by_output_name_are_taken_over(keras, tmp_path):
    x = keras.Input((3,))
    y = {
        "risk": keras.layers.Dense(1, "sigmoid", name="first")(x),
        "amount": keras.layers.Dense(1, name="second")(x),
    }
    model = keras.Model(x, y)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(
        keras.optimizers.Adam(schedule),
        loss={"risk": "binary_crossentropy", "amount": "mse"},
        loss_weights={"risk": 1.0, "amount": 0.5},
        metrics={"risk": ["accuracy", keras.metrics.AUC()]},
    )
    inputs, risk, amount = rows((3,)), np.arange(7)[:, None] % 2.0, rows((1,), 3)
    wanted = model.evaluate(inputs, {"risk": risk, "amount": amount}, verbose=0, return_dict=True)
    found = from_keras(model)
    got = found.evaluate(inputs, {"first": risk, "second": amount}, verbose=0, return_dict=True)
    np.testing.assert_allclose(got["loss"], wanted["loss"], rtol=1e-5)
    np.testing.assert_allclose(got["first_auc"], wanted["risk_auc"], rtol=1e-5)


def test_what_cannot_be_compiled_is_named_in_a_warning(keras):
    def own_loss(y_true, y_pred):
        return keras.ops.mean(y_true - y_pred)

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", own_loss)
    with pytest.warns(UserWarning, match="own_loss"):
        assert not from_keras(model).compiled
    assert not from_keras(model, compile=False).compiled
    found = from_keras(model, custom_objects={"own_loss": lambda y_true, y_pred: (y_true - y_pred).mean(-1)})
    assert found.compiled


def test_every_unsupported_layer_is_named_at_once(keras, tmp_path):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 3)),
            layers.Conv1D(4, 2, name="windows"),
            keras.Sequential([layers.LSTM(4, name="memory")]),
            layers.Dense(2, dtype="bfloat16", name="half"),
            layers.Lambda(lambda x: x * 2, output_shape=(2,), name="doubled"),
        ]
    )
    model.save(tmp_path / "model.keras")
    for source in (model, tmp_path / "model.keras"):
        with pytest.raises(ValueError, match="4 layers") as caught:
            from_keras(source)
        for label in ("windows (Conv1D)", "memory (LSTM)", "half (Dense)", "doubled (Lambda)"):
            assert label in str(caught.value)


def test_a_lambda_layer_takes_the_function_that_is_handed_in(keras, tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x * 2, name="doubled")])
    model.save(tmp_path / "model.keras")
    for source in (model, tmp_path / "model.keras"):
        found = from_keras(source, custom_objects={"doubled": lambda x: x * 2})
        np.testing.assert_array_equal(found.predict(rows((3,))), rows((3,)) * 2)


def test_functions_of_ones_own_are_asked_for_by_name_and_taken(keras, tmp_path):
    def bent(x):
        return x * x

    def drawn(shape, dtype=None):
        return keras.ops.ones(shape, dtype)

    layer = keras.layers.Dense(2, activation=bent, kernel_initializer=drawn)
    model = vary(keras.Sequential([keras.Input((3,)), layer]))
    with pytest.raises(ValueError, match="bent"):
        from_keras(model)
    with pytest.raises(ValueError, match="drawn"):
        from_keras(model, custom_objects={"bent": bent})
    assert_same(model, rows((3,)), tmp_path, custom_objects={"bent": bent, "drawn": drawn})


def test_seeds_and_arrays_in_settings_are_read(keras, tmp_path):
    start = keras.initializers.GlorotNormal(seed=keras.random.SeedGenerator(3))
    layers = [
        keras.Input((3,)),
        keras.layers.Rescaling(np.float32([1, 2, 3]), offset=np.float32([0, 1, 0])),
        keras.layers.Dense(4, activation=keras.activations.selu, kernel_initializer=start),
        keras.layers.Dropout(0.5, seed=7, noise_shape=(None, 1)),
        keras.layers.Dense(
            2, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), bias_constraint="non_neg"
        ),
    ]
    found = assert_same(keras.Sequential(layers), rows((3,)), tmp_path)
    assert found.layers[-1].kernel_regularizer.l2 == pytest.approx(0.2)


def test_a_subclassed_model_is_refused(keras):
    class Own(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="Own"):
        from_keras(Own())


def test_training_in_a_call_gives_way_to_predict_as_in_keras(keras, tmp_path):
    x = keras.Input((3,))
    y = keras.layers.BatchNormalization()(keras.layers.Dropout(0.5)(x, training=True), training=False)
    assert_same(vary(keras.Model(x, y)), rows((3,)), tmp_path)
