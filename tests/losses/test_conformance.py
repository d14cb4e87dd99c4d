"""What every loss promises. A new one is one line in CASES."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode import activations
from neurode.losses import (
    LOSSES,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    CosineSimilarity,
    Dice,
    FunctionLoss,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)

ROWS, UNITS = 6, 3
SHARES = {"poisson", "kl", "dice", "tversky"}
"""Cases whose predictions are positive or shares, so that they are not tried on any score."""


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


def naive_focal(y, z, gamma=2.0, alpha=None):
    p = 1 / (1 + np.exp(-z))
    miss = y * (1 - p) + (1 - y) * p
    balance = 1 if alpha is None else y * alpha + (1 - y) * (1 - alpha)
    return (balance * miss**gamma * (-y * np.log(p) - (1 - y) * np.log(1 - p))).mean(axis=1)


def naive_categorical_focal(y, z, alpha=0.25, gamma=2.0):
    p = softmax(z)
    return -(np.asarray(alpha) * (1 - p) ** gamma * y * np.log(p)).sum(axis=1)


def naive_generalized(y, z, q=0.5):
    return np.array([(1 - softmax(z)[row, label] ** q) / q for row, label in enumerate(y)])


def naive_categorical_hinge(y, z):
    return np.maximum(1 + ((1 - y) * z).max(axis=1) - (y * z).sum(axis=1), 0)


def naive_kl(y, z):
    y, p = np.clip(y, 1e-7, 1), np.clip(z, 1e-7, 1)
    return (y * np.log(y / p)).sum(axis=1)


def naive_cosine(y, z):
    length = lambda x: np.maximum(np.sqrt((x**2).sum(axis=1)), 1e-7)  # noqa: E731
    return -(y * z).sum(axis=1) / length(y) / length(z)


def naive_tversky(y, z, alpha=0.5, beta=0.5):
    shared, missed, false = (y * z).sum(axis=1), (y * (1 - z)).sum(axis=1), ((1 - y) * z).sum(axis=1)
    return 1 - shared / (shared + alpha * missed + beta * false + 1e-7)


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
    "percentage": (
        MeanAbsolutePercentageError(),
        lambda y, z: (100 * np.abs(y - z) / np.maximum(np.abs(y), 1e-7)).mean(axis=1),
    ),
    "logarithmic": (
        MeanSquaredLogarithmicError(),
        lambda y, z: ((np.log(1 + np.maximum(z, 1e-7)) - np.log(1 + np.maximum(y, 1e-7))) ** 2).mean(axis=1),
    ),
    "log_cosh": (LogCosh(), lambda y, z: np.log(np.cosh(y - z)).mean(axis=1)),
    "hinge": (Hinge(), lambda y, z: np.maximum(1 - y * z, 0).mean(axis=1)),
    "squared_hinge": (SquaredHinge(), lambda y, z: (np.maximum(1 - y * z, 0) ** 2).mean(axis=1)),
    "categorical_hinge": (CategoricalHinge(), naive_categorical_hinge),
    "kl": (KLDivergence(), naive_kl),
    "poisson": (Poisson(), lambda y, z: (z - y * np.log(z + 1e-7)).mean(axis=1)),
    "cosine": (CosineSimilarity(), naive_cosine),
    "focal": (BinaryFocalCrossentropy(), naive_focal),
    "focal_balanced": (
        BinaryFocalCrossentropy(True, 0.3, 1.5),
        lambda y, z: naive_focal(y, z, 1.5, 0.3),
    ),
    "categorical_focal": (CategoricalFocalCrossentropy(), naive_categorical_focal),
    "categorical_focal_by_class": (
        CategoricalFocalCrossentropy([0.1, 0.2, 0.7], 1.0),
        lambda y, z: naive_categorical_focal(y, z, [0.1, 0.2, 0.7], 1.0),
    ),
    "generalized": (CategoricalGeneralizedCrossEntropy(), naive_generalized),
    "dice": (Dice(axis=-1), naive_tversky),
    "tversky": (Tversky(0.7, 0.2, axis=-1), lambda y, z: naive_tversky(y, z, 0.7, 0.2)),
    "function": (FunctionLoss(lambda y, p: (y - p) ** 4), lambda y, z: ((y - z) ** 4).mean(axis=1)),
}


def target_for(loss, rng):
    if loss.sparse:
        return rng.integers(0, UNITS, ROWS).astype(np.int32)
    if isinstance(loss, CategoricalCrossentropy | CategoricalFocalCrossentropy | CategoricalHinge):
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
def score(rng, loss):
    z = rng.normal(size=(ROWS, UNITS)).astype(np.float32)
    return 1 / (1 + np.exp(-z)) if loss in [CASES[name][0] for name in SHARES] else z


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


@jax.jit
def all_rows(targets, z, p):
    return {name: loss.rows(targets[name], p if name in SHARES else z) for name, (loss, _) in CASES.items()}


@settings(max_examples=25, deadline=None)
@given(z=arrays(np.float64, (ROWS, UNITS), elements=st.floats(-15, 15)), seed=st.integers(0, 99))
def test_all_match_the_textbook(z, seed):
    z = np.float32(z).astype(np.float64)
    p = np.float32(1 / (1 + np.exp(-z))).astype(np.float64)
    targets = {name: target_for(loss, np.random.default_rng(seed)) for name, (loss, _) in CASES.items()}
    found = all_rows(targets, np.float32(z), np.float32(p))
    for name, (loss, naive) in CASES.items():
        target = targets[name].astype(int if loss.sparse else float)
        expected = naive(target, p if name in SHARES else z)
        np.testing.assert_allclose(found[name], expected, rtol=2e-4, atol=1e-5, err_msg=name)


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


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("end", [-1e4, -200.0, -20.0, 0.0, 20.0, 200.0, 1e4])
def test_focal_losses_have_a_gradient_for_any_score(gamma, end):
    for loss in (BinaryFocalCrossentropy(gamma=gamma), CategoricalFocalCrossentropy(gamma=gamma)):
        for target in ([[0.0, 1.0]], [[1.0, 0.0]]):
            value, gradient = jax.value_and_grad(lambda z: loss.rows(jnp.array(target), z).sum())(  # noqa: B023
                jnp.array([[end, -end]])
            )
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


def test_a_sure_and_wrong_row_costs_a_focal_loss_what_it_costs_a_cross_entropy():
    # (1 - p)^2 is 1 there, so the slope in the score is 1.
    loss = BinaryFocalCrossentropy()
    assert float(loss.rows(jnp.array([[1.0]]), jnp.array([[-500.0]]))[0]) == 500.0


def test_a_wrong_label_costs_the_generalised_cross_entropy_no_more_than_one_in_q():
    loss = CategoricalGeneralizedCrossEntropy(0.25)
    value, gradient = jax.value_and_grad(lambda z: loss.rows(jnp.array([0]), z).sum())(
        jnp.array([[-1e4, 1e4]])
    )
    assert float(value) == 4.0
    assert np.isfinite(gradient).all()


def test_log_cosh_of_a_small_error_is_half_its_square():
    assert float(LogCosh()([[0.0]], [[1e-3]])) == pytest.approx(5e-7, rel=1e-3)
    assert (
        float(jax.grad(lambda z: LogCosh().rows(jnp.zeros((1, 1)), z).sum())(jnp.array([[-1e4]]))[0, 0]) == -1
    )


def test_cosine_similarity_knows_no_length():
    for size in (1e-3, 1.0, 1e15, 1e30):
        assert float(CosineSimilarity()([[0.0, 2.0]], [[3 * size, 4 * size]])) == pytest.approx(
            -0.8, rel=1e-5
        )
    gradient = jax.grad(lambda z: CosineSimilarity().rows(jnp.array([[1.0, 0.0]]), z).sum())(
        jnp.zeros((1, 2))
    )
    assert np.isfinite(gradient).all()


def test_yes_and_no_are_signs_for_a_hinge():
    assert (
        float(Hinge()([[1.0], [0.0]], [[0.5], [-2.0]]))
        == float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
        == 0.25
    )
    # One target that is neither keeps all of them as they are.
    np.testing.assert_allclose(losses_of(Hinge(), [[0.0], [0.5]], [[3.0], [1.0]]), [1.0, 0.5])


def losses_of(loss, target, prediction):
    return loss.rows_of_prediction(jnp.array(target), jnp.array(prediction))


def test_an_overlap_of_the_whole_batch_is_the_same_for_every_row():
    target, prediction = [[1.0], [1.0], [0.0]], [[0.5], [1.0], [0.5]]
    # 1 - 2 · 1.5 / (2 + 2)
    np.testing.assert_allclose(losses_of(Dice(), target, prediction), [0.25] * 3, rtol=1e-6)
    np.testing.assert_allclose(
        Dice(reduction="sum").rows(jnp.array(target), jnp.array(prediction)).sum(), 0.25
    )
    assert float(Dice(reduction="sum")(target, prediction)) == pytest.approx(0.25)


def test_further_axes_are_averaged_down_to_rows(loss, rng):
    score = jnp.asarray(rng.random((2, 3, UNITS)), jnp.float32)
    target = jnp.asarray(target_for(loss, rng)).reshape((2, 3) if loss.sparse else (2, 3, UNITS))
    flat = target.reshape(-1) if loss.sparse else target.reshape(6, UNITS)
    expected = loss.rows(flat, score.reshape(6, UNITS)).reshape(2, 3).mean(axis=1)
    np.testing.assert_allclose(loss.rows(target, score), expected, rtol=1e-5)
