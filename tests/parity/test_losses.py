"""Losses give Keras 3.15's numbers: as objects and as functions, however rows are reduced and weighted."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import layers, losses, models

ROWS, UNITS = 7, 4

KINDS = {
    "BinaryCrossentropy": "shares",
    "BinaryFocalCrossentropy": "shares",
    "CategoricalCrossentropy": "classes",
    "CategoricalFocalCrossentropy": "classes",
    "SparseCategoricalCrossentropy": "numbers of classes",
    "CategoricalGeneralizedCrossEntropy": "numbers of classes",
    "Hinge": "scores",
    "SquaredHinge": "scores",
    "CategoricalHinge": "classes",
    "KLDivergence": "shares",
    "Poisson": "sizes",
    "MeanSquaredError": "scores",
    "MeanAbsoluteError": "scores",
    "MeanAbsolutePercentageError": "scores",
    "MeanSquaredLogarithmicError": "scores",
    "Huber": "scores",
    "LogCosh": "scores",
    "CosineSimilarity": "scores",
    "Dice": "shares",
    "Tversky": "shares",
}
"""What each loss is about."""

SETTINGS = [
    ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("BinaryFocalCrossentropy", {"gamma": 0.0}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}),
    ("CategoricalCrossentropy", {"from_logits": True}),
    ("CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 0.5}),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1, "from_logits": True}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2}),
    ("Huber", {"delta": 0.3}),
    ("CosineSimilarity", {"axis": 0}),
    ("Dice", {"axis": -1}),
    ("Tversky", {"alpha": 0.8, "beta": 0.1}),
    ("Tversky", {"axis": [1]}),
]
REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none"]


@pytest.fixture(autouse=True)
def quiet():
    """Keras warns of cross-entropies of a single class, which is what is asked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def example(name, settings=(), rows=ROWS, units=UNITS, seed=0, scale=2.0):
    """Targets and predictions as the loss is meant to get them."""
    rng, kind = np.random.default_rng(seed), KINDS[name]
    z = rng.normal(scale=scale, size=(rows, units)).astype(np.float32)
    labels = rng.integers(0, units, rows)
    target = {
        "shares": (rng.random((rows, units)) > 0.5).astype(np.float32),
        "classes": np.eye(units, dtype=np.float32)[labels],
        "numbers of classes": labels,
        "scores": rng.normal(size=(rows, units)).astype(np.float32),
        "sizes": rng.poisson(2, (rows, units)).astype(np.float32),
    }[kind]
    if name in ("Hinge", "SquaredHinge"):
        target = np.sign(target)
    if "from_logits" in settings or kind == "scores" or name == "CategoricalHinge":
        return target, z
    if kind == "sizes":
        return target, np.exp(z / 2)
    return target, 1 / (1 + np.exp(-z)) if kind == "shares" else softmax(z)


def both(keras, name, settings):
    return getattr(keras.losses, name)(**settings), getattr(losses, name)(**settings)


def assert_same(ours, theirs, tolerance=2e-6):
    assert np.shape(ours) == np.shape(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance * 10, atol=tolerance)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", KINDS)
def test_every_loss_and_reduction_gives_the_same_number(keras, name, reduction, weighted):
    theirs, ours = both(keras, name, {"reduction": reduction})
    target, prediction = example(name)
    weight = np.array([0, 1, 2, 0.5, 3, 1, 0.1], np.float32) if weighted else None
    assert_same(ours(target, prediction, weight), theirs(target, prediction, weight))


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight", "none"])
@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_settings_mean_the_same(keras, name, settings, reduction):
    theirs, ours = both(keras, name, settings | {"reduction": reduction})
    target, prediction = example(name, settings)
    assert_same(ours(target, prediction), theirs(target, prediction))
    if settings != {"axis": 0}:
        weight = np.linspace(0, 3, ROWS, dtype=np.float32)
        assert_same(ours(target, prediction, weight), theirs(target, prediction, weight))


@pytest.mark.parametrize("name", KINDS)
def test_functions_give_the_same_values(keras, name):
    function = next(key for key in losses.FUNCTIONS if type(losses.LOSSES[key]).__name__ == name)
    target, prediction = example(name)
    arguments = {"q": 0.5} if name == "CategoricalGeneralizedCrossEntropy" else {}
    ours = getattr(losses, function)(target, prediction, **arguments)
    assert_same(ours, getattr(keras.losses, function)(target, prediction, **arguments))


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_functions_take_the_same_settings(keras, name, settings):
    function = next(key for key in losses.FUNCTIONS if type(losses.LOSSES[key]).__name__ == name)
    target, prediction = example(name, settings)
    settings = {
        key: tuple(value) if key == "axis" and isinstance(value, list) else value
        for key, value in settings.items()
    }
    ours = getattr(losses, function)(target, prediction, **settings)
    assert_same(ours, getattr(keras.losses, function)(target, prediction, **settings))


@pytest.mark.parametrize(("rows", "units"), [(1, 1), (1, 3), (5, 1)])
@pytest.mark.parametrize("name", KINDS)
def test_one_row_and_one_unit_are_no_exception(keras, name, rows, units):
    theirs, ours = both(keras, name, {})
    target, prediction = example(name, rows=rows, units=units)
    assert_same(ours(target, prediction), theirs(target, prediction))


@pytest.mark.parametrize("prediction", [0.0, 1.0, 0.5, 1e-9, 1 - 1e-6])
@pytest.mark.parametrize("name", KINDS)
def test_zeros_ones_and_what_is_near_them_are_no_exception(keras, name, prediction):
    # All-zero rows are no distribution: their share is 0 / 0 in both.
    theirs, ours = both(keras, name, {})
    target, _ = example(name)
    prediction = np.full((ROWS, UNITS), prediction, np.float32)
    assert_same(ours(target, prediction), theirs(target, prediction))
    if not ours.sparse:
        for constant in (0.0, 1.0):
            same = np.full_like(prediction, constant)
            # Over targets of 0, both divide by 1e-7.
            assert_same(ours(same, prediction), theirs(same, prediction))


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind == "scores"])
@pytest.mark.parametrize("scale", [1e3, 1e6])
def test_huge_and_negative_scores_are_no_exception(keras, name, scale):
    theirs, ours = both(keras, name, {})
    target, prediction = example(name, scale=scale)
    assert_same(ours(target, prediction), theirs(target, prediction))


@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "BinaryCrossentropy", "KLDivergence", "CosineSimilarity", "Dice"]
)
def test_shapes_are_read_alike(keras, name):
    theirs, ours = both(keras, name, {})
    y, p = np.float32([0, 1, 1, 0]), np.float32([0.1, 0.7, 0.6, 0.2])
    for target, prediction in [(y, p), (y, p[:, None]), (y[:, None], p[:, None])]:
        assert_same(ours(target, prediction), theirs(target, prediction))
    many = np.float32(np.random.default_rng(0).random((2, 2, 3, 4)))
    assert_same(ours(many[0], many[1]), theirs(many[0], many[1]))
    assert_same(ours(y.tolist(), p.tolist()), theirs(y.tolist(), p.tolist()))


@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"]
)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_entries_have_weights_of_their_own(keras, name, reduction):
    theirs, ours = both(keras, name, {"reduction": reduction})
    target, prediction = example(name, rows=6)
    target = target.reshape(2, 3, *target.shape[1:])
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    prediction = prediction.reshape(2, 3, UNITS)
    assert_same(ours(target, prediction, weight), theirs(target, prediction, weight))


@pytest.mark.parametrize("name", KINDS)
def test_gradients_are_the_same(keras, name):
    theirs, ours = both(keras, name, {})
    target, prediction = example(name)
    found = jax.grad(lambda p: ours(target, p))(prediction)
    np.testing.assert_allclose(found, jax.grad(lambda p: theirs(target, p))(prediction), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in KINDS if getattr(losses, name).link != "linear"])
def test_raw_scores_give_the_number_of_their_probabilities(keras, name):
    theirs, ours = both(keras, name, {"reduction": "none"})
    target, p = example(name, scale=1.0)
    score = np.log(p) - np.log1p(-p) if ours.link == "sigmoid" else np.log(p)
    found = ours.rows(jnp.asarray(target), jnp.asarray(score))
    np.testing.assert_allclose(found, theirs(target, p), rtol=1e-4, atol=1e-6)


def test_only_saturated_predictions_cost_something_else_from_raw_scores(keras):
    # A probability of 1 that is wrong costs Keras -log(1e-7) = 16; the score of 50 costs 50.
    target, score = np.float32([[0.0]]), np.float32([[50.0]])
    probability = keras.activations.sigmoid(score)
    assert float(keras.losses.BinaryCrossentropy()(target, probability)) == pytest.approx(15.94, abs=0.02)
    assert float(losses.BinaryCrossentropy()(target, probability)) == pytest.approx(15.94, abs=0.02)
    assert float(losses.BinaryCrossentropy().rows(jnp.asarray(target), jnp.asarray(score))[0]) == 50.0


def test_a_small_error_keeps_its_log_cosh(keras):
    # Keras's number is rounding noise: 1e-4 has a log cosh of 5e-9.
    target, prediction = np.float32([[0.0]]), np.float32([[1e-4]])
    assert float(losses.LogCosh()(target, prediction)) == pytest.approx(5e-9, rel=0.05)
    assert abs(float(keras.losses.LogCosh()(target, prediction)) - 5e-9) > 3e-9


def test_a_long_vector_keeps_its_direction(keras):
    # The square of 1e30 is infinite in float32, and Keras's cosine 0.
    target, prediction = np.float32([[0.0, 1.0]]), np.float32([[3e30, 4e30]])
    assert float(losses.CosineSimilarity()(target, prediction)) == pytest.approx(-0.8)
    assert float(keras.losses.CosineSimilarity()(target, prediction)) == pytest.approx(0.0)


def test_weights_of_two_vectors_belong_to_their_numbers(keras):
    # Keras averages two vectors to one number before it looks at the weights.
    y, p, weight = [0.0, 0.0], [2.0, 0.0], [0.0, 1.0]
    assert float(keras.losses.MeanSquaredError()(y, p, weight)) == 1.0
    assert float(losses.MeanSquaredError()(y, p, weight)) == 0.0


def test_names_mean_the_same(keras):
    target, prediction = example("BinaryCrossentropy")
    names = [
        *losses.CLASSES,
        *losses.FUNCTIONS,
        "bce",
        "BCE",
        "kld",
        "KLD",
        "mae",
        "MAE",
        "mse",
        "MSE",
        "mape",
        "MAPE",
    ]
    for name in [*names, "msle", "MSLE"]:
        if name in ("CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"):
            continue  # Keras has no name for it.
        theirs, ours = keras.losses.get(name), losses.get(name)
        y = target.argmax(axis=1) if ours.sparse else target
        np.testing.assert_allclose(ours(y, prediction), np.mean(theirs(y, prediction)), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "settings"), [(name, {}) for name in KINDS] + SETTINGS, ids=str)
def test_configurations_go_both_ways(keras, name, settings):
    theirs, ours = both(keras, name, settings | {"reduction": "sum"})
    assert ours.name == theirs.name
    # Keras leaves settings of these out of its configuration.
    if (name, *settings) not in [("Huber", "delta"), ("CosineSimilarity", "axis")]:
        assert losses.deserialize(keras.losses.serialize(theirs)) == ours
    if name != "CategoricalGeneralizedCrossEntropy":
        back = keras.losses.deserialize(
            {"module": "keras.losses", "registered_name": None} | losses.serialize(ours)
        )
        target, prediction = example(name, settings)
        assert_same(ours(target, prediction), back(target, prediction))


@pytest.mark.parametrize("reduction", REDUCTIONS[:4])
def test_a_class_of_ones_own_gives_the_same_number(keras, reduction):
    def quantile_of(base):
        class Quantile(base):
            def __init__(self, quantile, **kwargs):
                super().__init__(**kwargs)
                self.quantile = quantile

            def call(self, y_true, y_pred):
                error = y_true - y_pred
                return keras.ops.mean(
                    keras.ops.maximum(self.quantile * error, (self.quantile - 1) * error), axis=-1
                )

        return Quantile(0.8, reduction=reduction, name="q80")

    ours, theirs = quantile_of(losses.Loss), quantile_of(keras.losses.Loss)
    target, prediction = example("MeanSquaredError")
    weight = np.linspace(0, 2, ROWS, dtype=np.float32)
    assert_same(ours(target, prediction, weight), theirs(target, prediction, weight))
    assert (ours.name, ours.get_config()["reduction"]) == (theirs.name, reduction)


def squared_error_of_the_batch(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()


@pytest.mark.parametrize(
    ("name", "settings", "activation"),
    [
        ("MeanSquaredError", {"reduction": "sum"}, "linear"),
        ("MeanSquaredError", {"reduction": "mean_with_sample_weight"}, "linear"),
        ("Dice", {}, "sigmoid"),
        ("Hinge", {}, "tanh"),
        ("BinaryFocalCrossentropy", {"apply_class_balancing": True}, "sigmoid"),
        ("CategoricalFocalCrossentropy", {}, "softmax"),
        ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "softmax"),
        ("squared_error_of_the_batch", {}, "linear"),
    ],
    ids=str,
)
def test_a_fit_and_an_evaluation_give_the_same_loss(keras, name, settings, activation):
    # 22 rows in batches of 8: the last one is short.
    rng = np.random.default_rng(0)
    x = rng.normal(size=(22, 5)).astype(np.float32)
    found = []
    for library, dense, sequential in [
        (keras.losses, keras.layers.Dense, keras.Sequential),
        (losses, layers.Dense, models.Sequential),
    ]:
        own = name == "squared_error_of_the_batch"
        loss = squared_error_of_the_batch if own else getattr(library, name)(**settings)
        y = example("MeanSquaredError" if own else name, rows=22, units=3)[0]
        weight = None if own or name == "Dice" else np.linspace(0, 2, 22, dtype=np.float32)
        first = (keras.layers if library is not losses else layers).Input((5,))
        model = sequential([first, dense(3, activation=activation)])
        model.set_weights([np.linspace(-1, 1, 15, dtype=np.float32).reshape(5, 3), np.zeros(3, np.float32)])
        model.compile("sgd", loss)
        history = model.fit(
            x, y, batch_size=8, epochs=2, shuffle=False, sample_weight=weight, verbose=0
        ).history
        evaluated = model.evaluate(x, y, batch_size=8, sample_weight=weight, verbose=0)
        found.append([*history["loss"], evaluated if np.ndim(evaluated) == 0 else evaluated[0]])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)
