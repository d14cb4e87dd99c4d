"""What every loss promises. A new one is one line in CASES."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode import activations, losses
from neurode.errors import UnknownNameError
from neurode.losses import (
    LOSSES,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    FunctionLoss,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    mean,
)

ROWS, UNITS = 6, 3


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def naive_binary(y, z, smoothing=0.0):
    y = y * (1 - smoothing) + 0.5 * smoothing
    p = 1 / (1 + np.exp(-z))
    return (-y * np.log(p) - (1 - y) * np.log(1 - p)).mean(axis=1)


def naive_categorical(y, z, smoothing=0.0):
    y = y * (1 - smoothing) + smoothing / z.shape[1]
    return -(y * np.log(softmax(z))).sum(axis=1)


def naive_sparse(y, z):
    return np.array([-np.log(softmax(z)[row, label]) for row, label in enumerate(y)])


def naive_huber(y, z, delta=1.0):
    error = np.abs(y - z)
    return np.where(error <= delta, error**2 / 2, delta * error - delta**2 / 2).mean(axis=1)


# Loss, and its textbook form in float64 NumPy from raw scores: slow, unstable, obviously right.
CASES = {
    "binary": (BinaryCrossentropy(), naive_binary),
    "binary_smooth": (BinaryCrossentropy(label_smoothing=0.2), lambda y, z: naive_binary(y, z, 0.2)),
    "categorical": (CategoricalCrossentropy(), naive_categorical),
    "categorical_smooth": (
        CategoricalCrossentropy(label_smoothing=0.3),
        lambda y, z: naive_categorical(y, z, 0.3),
    ),
    "sparse": (SparseCategoricalCrossentropy(), naive_sparse),
    "squared": (MeanSquaredError(), lambda y, z: ((y - z) ** 2).mean(axis=1)),
    "absolute": (MeanAbsoluteError(), lambda y, z: np.abs(y - z).mean(axis=1)),
    "huber": (Huber(), naive_huber),
    "huber_wide": (Huber(delta=2.5), lambda y, z: naive_huber(y, z, 2.5)),
    "function": (FunctionLoss(lambda y, p: (y - p) ** 4), lambda y, z: ((y - z) ** 4).mean(axis=1)),
}


def target_for(loss, rng):
    if loss.sparse:
        return rng.integers(0, UNITS, ROWS).astype(np.int32)
    if isinstance(loss, CategoricalCrossentropy):
        return np.eye(UNITS, dtype=np.float32)[rng.integers(0, UNITS, ROWS)]
    return rng.random((ROWS, UNITS)).astype(np.float32)


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def loss(case):
    return case[0]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def score(rng):
    return rng.normal(size=(ROWS, UNITS)).astype(np.float32)


def test_every_loss_is_in_the_list():
    assert {type(loss) for loss in LOSSES.values()} <= {type(loss) for loss, _ in CASES.values()}


@pytest.mark.parametrize(
    ("loss", "target", "score", "expected"),
    [
        (BinaryCrossentropy(), [[1.0]], [[0.0]], np.log(2)),  # p = 1/2
        (BinaryCrossentropy(), [[1.0]], [[100.0]], 0.0),  # sure and right
        (BinaryCrossentropy(), [[0.0]], [[1e4]], 1e4),  # sure and wrong: grows linearly, stays finite
        (BinaryCrossentropy(), [[1.0, 0.0]], [[0.0, 100.0]], (np.log(2) + 100) / 2),  # mean over units
        (BinaryCrossentropy(label_smoothing=1.0), [[1.0]], [[0.0]], np.log(2)),
        (CategoricalCrossentropy(), [[0.0, 1.0, 0.0]], [[5.0, 5.0, 5.0]], np.log(3)),
        (CategoricalCrossentropy(), [[1.0, 0.0]], [[-1e4, 1e4]], 2e4),
        (SparseCategoricalCrossentropy(), [1], [[0.0, np.log(3.0)]], np.log(4 / 3)),  # p = 3/4
        (MeanSquaredError(), [[1.0, 2.0]], [[1.0, 5.0]], 4.5),  # (0 + 9) / 2
        (MeanAbsoluteError(), [[1.0, 2.0]], [[1.0, 5.0]], 1.5),
        (Huber(), [[0.0]], [[1.0]], 0.5),  # the seam: 1²/2 = 1·1 - 1/2
        (Huber(delta=2.0), [[0.0]], [[-3.0]], 4.0),  # 2·3 - 2²/2
    ],
)
def test_values(loss, target, score, expected):
    dtype = jnp.int32 if loss.sparse else jnp.float32
    rows = loss.rows(jnp.asarray(target, dtype), jnp.asarray(score, jnp.float32))
    np.testing.assert_allclose(rows, [expected], rtol=1e-5, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(z=arrays(np.float64, (ROWS, UNITS), elements=st.floats(-15, 15)), seed=st.integers(0, 99))
def test_all_match_the_textbook(z, seed):
    z = np.float32(z).astype(np.float64)
    for name, (loss, naive) in CASES.items():
        target = target_for(loss, np.random.default_rng(seed))
        expected = naive(target.astype(int if loss.sparse else float), z)
        found = loss.rows(jnp.asarray(target), jnp.float32(z))
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5, err_msg=name)


def test_gradients_are_the_slope_of_the_textbook(case, rng, score):
    loss, naive = case
    target, z = target_for(loss, rng), score.astype(np.float64)
    gradient = jax.grad(lambda z: loss.rows(jnp.asarray(target), z).sum())(jnp.asarray(score))
    slope = np.zeros_like(z)
    for place in np.ndindex(z.shape):
        bump = np.zeros_like(z)
        bump[place] = 1e-6
        slope[place] = (naive(target, z + bump).sum() - naive(target, z - bump).sum()) / 2e-6
    np.testing.assert_allclose(gradient, slope, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["binary", "categorical", "sparse"])
def test_the_gradient_of_a_cross_entropy_is_probability_minus_target(name, rng):
    loss = CASES[name][0]
    target = target_for(loss, rng)
    score = jnp.asarray(rng.normal(scale=30, size=(ROWS, UNITS)), jnp.float32)
    gradient = jax.grad(lambda z: loss.rows(jnp.asarray(target), z).sum())(score)
    probability = activations.get(loss.link)(score)
    one_hot = np.eye(UNITS)[target] if loss.sparse else target
    share = UNITS if name == "binary" else 1
    np.testing.assert_allclose(gradient * share, probability - one_hot, atol=1e-5)


def test_the_gradient_of_huber_is_never_above_delta():
    gradient = jax.grad(lambda z: Huber(2.0).rows(jnp.zeros((1, 4)), z).sum() * 4)(
        jnp.array([[-9.0, -1.0, 0.5, 99.0]])
    )
    np.testing.assert_allclose(gradient, [[-2.0, -1.0, 0.5, 2.0]])


def test_losses_of_predictions_equal_losses_of_scores(loss, rng, score):
    target = jnp.asarray(target_for(loss, rng))
    prediction = activations.get(loss.link)(jnp.asarray(score))
    expected = loss.rows(target, jnp.asarray(score))
    np.testing.assert_allclose(loss.rows_of_prediction(target, prediction), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "loss",
    [BinaryCrossentropy(True), CategoricalCrossentropy(True), SparseCategoricalCrossentropy(True)],
    ids=repr,
)
def test_from_logits_takes_predictions_as_scores(loss, rng, score):
    target = jnp.asarray(target_for(loss, rng))
    np.testing.assert_array_equal(
        loss.rows_of_prediction(target, jnp.asarray(score)), loss.rows(target, jnp.asarray(score))
    )


@pytest.mark.parametrize(
    ("loss", "target", "prediction"),
    [
        (BinaryCrossentropy(), [[1.0]], [[0.0]]),
        (CategoricalCrossentropy(), [[1.0, 0.0]], [[0.0, 1.0]]),
        (SparseCategoricalCrossentropy(), [0], [[0.0, 1.0]]),
    ],
    ids=repr,
)
def test_a_probability_of_zero_costs_what_it_costs_in_keras(loss, target, prediction):
    # Keras clips probabilities at 1e-7: -log(1e-7) = 16.118.
    assert float(loss(target, prediction)) == pytest.approx(16.118, abs=0.02)


def test_probabilities_that_do_not_add_up_are_made_to():
    # As in Keras: [1, 3] is read as [1/4, 3/4].
    assert float(CategoricalCrossentropy()([[0.0, 1.0]], [[1.0, 3.0]])) == pytest.approx(np.log(4 / 3))


def test_one_value_a_row_whatever_the_others_are(loss, rng, score):
    target = jnp.asarray(target_for(loss, rng))
    whole = loss.rows(target, jnp.asarray(score))
    assert whole.shape == (ROWS,)
    np.testing.assert_allclose(loss.rows(target[:2], jnp.asarray(score[:2])), whole[:2], rtol=1e-6, atol=1e-7)


def test_jit_agrees_with_eager(loss, rng, score):
    target = jnp.asarray(target_for(loss, rng))
    eager = loss.rows(target, jnp.asarray(score))
    np.testing.assert_allclose(jax.jit(loss.rows)(target, jnp.asarray(score)), eager, rtol=1e-6, atol=1e-7)


def test_a_call_is_the_mean_of_the_rows(loss, rng, score):
    target = target_for(loss, rng)
    prediction = activations.get(loss.link)(jnp.asarray(score))
    rows = np.asarray(loss.rows_of_prediction(jnp.asarray(target), prediction))
    np.testing.assert_allclose(loss(target, prediction), rows.mean(), rtol=1e-6)
    weight = np.arange(ROWS, dtype=np.float32)
    # Keras's "sum over batch size": the divisor is the number of rows, not the sum of weights.
    np.testing.assert_allclose(loss(target, prediction, weight), (rows * weight).sum() / ROWS, rtol=1e-5)


def test_equal_losses_are_one_key():
    assert Huber(2.0) == Huber(2.0) != Huber(1.0)
    assert hash(Huber(2.0)) == hash(Huber(2.0))


def test_vectors_are_columns():
    assert float(MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]])) == 2.0
    assert float(SparseCategoricalCrossentropy()([[1]], [[0.25, 0.75]])) == pytest.approx(np.log(4 / 3))


def test_weights_scale_rows_and_leave_the_divisor():
    assert float(mean(jnp.array([1.0, 3.0]), jnp.array([2.0, 1.0]))) == 2.5  # (2 + 3) / 2


def test_a_masked_row_counts_nowhere_even_if_it_is_infinite():
    values, mask = jnp.array([1.0, 3.0, jnp.inf]), jnp.array([1.0, 1.0, 0.0])
    assert float(mean(values, mask=mask)) == 2.0
    assert float(mean(values, jnp.array([2.0, 1.0, 5.0]), mask)) == 2.5
    gradient = jax.grad(lambda v: mean(v, mask=mask))(values)
    assert gradient.tolist() == [0.5, 0.5, 0.0]


@settings(max_examples=25, deadline=None)
@given(
    values=arrays(np.float32, 5, elements=st.floats(0, 100, width=32)),
    weight=arrays(np.float32, 5, elements=st.floats(0, 10, width=32)),
    kept=st.integers(1, 5),
)
def test_a_mask_equals_removed_rows(values, weight, kept):
    mask = (np.arange(5) < kept).astype(np.float32)
    masked = mean(jnp.asarray(values), jnp.asarray(weight), jnp.asarray(mask))
    np.testing.assert_allclose(masked, (values * weight)[:kept].sum() / kept, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("reduced", ["a row and unit", "a row", "in all"])
def test_a_function_may_return_one_value(reduced):
    axis = {"a row and unit": (), "a row": 1, "in all": None}[reduced]
    loss = losses.get(lambda y, p: jnp.abs(y - p).mean(axis=axis))
    assert float(loss([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]])) == 2.5


def test_a_name_a_class_and_an_object_are_all_taken():
    assert losses.get("mse") == losses.get(MeanSquaredError) == losses.get(MeanSquaredError())


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'binary_crossentropy'"):
        losses.get("binary_crosentropy")
