"""A loss called by hand: what it takes, and how rows become one number."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode import losses
from neurode.errors import ArgumentError, ShapeError
from neurode.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    mean,
)

TARGET, PREDICTION = [[0.0], [0.0], [0.0]], [[1.0], [2.0], [3.0]]
"""Squared errors of 1, 4 and 9."""


def test_vectors_are_columns():
    assert float(MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]])) == 2.0
    assert float(MeanSquaredError()([[1.0], [2.0]], [1.0, 4.0])) == 2.0
    assert float(SparseCategoricalCrossentropy()([[1]], [[0.25, 0.75]])) == pytest.approx(np.log(4 / 3))


def test_two_vectors_are_one_row():
    # 0.5 log(0.5 / 0.25) + 0.5 log(0.5 / 0.75), not a half of it.
    assert float(KLDivergence()([0.5, 0.5], [0.25, 0.75])) == pytest.approx(0.1438, abs=1e-4)
    assert MeanSquaredError(reduction="none")([1.0, 2.0], [1.0, 4.0]).shape == ()


def test_weights_of_two_vectors_belong_to_their_numbers():
    # Keras averages the vector first and gives (4 + 0) / 2 * (0 + 1) / 2 = 1.
    assert float(MeanSquaredError()([0.0, 0.0], [2.0, 0.0], sample_weight=[0.0, 1.0])) == 0.0


@pytest.mark.parametrize(
    ("reduction", "weight", "expected"),
    [
        ("sum_over_batch_size", None, 14 / 3),
        ("mean", None, 14 / 3),
        ("sum", None, 14),
        ("mean_with_sample_weight", None, 14 / 3),
        ("none", None, [1, 4, 9]),
        (None, None, [1, 4, 9]),
        ("sum_over_batch_size", [2, 1, 0], 6 / 3),
        ("mean", [2, 1, 0], 6 / 3),
        ("sum", [2, 1, 0], 6),
        ("mean_with_sample_weight", [2, 1, 0], 6 / 3),
        ("mean_with_sample_weight", [1, 1, 0], 5 / 2),
        ("mean_with_sample_weight", [0, 0, 0], 0),
        ("none", [2, 1, 0], [2, 4, 0]),
        ("sum", 2, 28),
    ],
)
def test_rows_become_one_number(reduction, weight, expected):
    loss = MeanSquaredError(reduction=reduction)
    np.testing.assert_allclose(loss(TARGET, PREDICTION, weight), expected, rtol=1e-6)
    if weight is not None and np.ndim(weight):
        column = loss(TARGET, PREDICTION, np.array(weight)[:, None])
        np.testing.assert_allclose(np.ravel(column), np.ravel(expected), rtol=1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
def test_a_masked_row_counts_nowhere_however_rows_are_reduced(reduction):
    loss = MeanSquaredError(reduction=reduction)
    values, weight = jnp.array([1.0, 4.0, jnp.inf]), jnp.array([2.0, 1.0, 5.0])
    mask = jnp.array([1.0, 1.0, 0.0])
    for given_weight in (None, weight):
        short = None if given_weight is None else given_weight[:2]
        expected = loss.reduce(values[:2], short)
        np.testing.assert_allclose(loss.reduce(values, given_weight, mask), expected, rtol=1e-6)
    assert np.isfinite(jax.grad(lambda v: loss.reduce(v, weight, mask))(values)).all()


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


def test_rows_of_an_ignored_class_count_nowhere():
    loss, plain = SparseCategoricalCrossentropy(ignore_class=-1), SparseCategoricalCrossentropy()
    p = [[0.25, 0.75], [0.5, 0.5], [0.9, 0.1]]
    assert float(loss([1, -1, 0], p)) == pytest.approx(float(plain([1, 0], [p[0], p[2]])))
    assert float(loss([1, -1, 0], p, [1, 5, 2])) == pytest.approx(float(plain([1, 0], [p[0], p[2]], [1, 2])))
    assert float(loss([-1, -1, -1], p)) == 0.0
    values = SparseCategoricalCrossentropy(ignore_class=-1, reduction="none")([1, -1, 0], p)
    assert values[1] == 0.0
    rows = loss.rows(jnp.array([1, -1, 0]), jnp.log(jnp.array(p)))
    mask = jnp.array([1.0, 1.0, 0.0])
    assert float(loss.reduce(rows, None, mask)) == pytest.approx(-np.log(0.75), rel=1e-5)
    gradient = jax.grad(lambda z: loss.reduce(loss.rows(jnp.array([1, -1, 0]), z)))(jnp.log(jnp.array(p)))
    assert gradient[1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("loss", "target", "prediction", "message"),
    [
        (CategoricalCrossentropy(), [1, 0], [[0.5, 0.5], [0.5, 0.5]], "sparse_categorical_crossentropy"),
        (
            BinaryCrossentropy(),
            [[1.0], [0.0]],
            [[0.5], [0.5], [0.5]],
            r"y_true of shape \(2, 1\) does not fit",
        ),
        (MeanAbsoluteError(), [1.0, 2.0, 3.0], [[1.0, 2.0]] * 3, r"does not fit y_pred of shape \(3, 2\)"),
        (MeanAbsoluteError(), 1.0, 2.0, "a single value"),
    ],
    ids=["class numbers", "rows", "vector", "single"],
)
def test_shapes_that_do_not_fit_are_refused(loss, target, prediction, message):
    with pytest.raises(ShapeError, match=message):
        loss(target, prediction)


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ArgumentError, match="has no reduction 'average'"):
        MeanSquaredError(reduction="average")


def test_a_target_of_one_column_serves_all_units():
    # As in Keras: each unit is compared with the same number.
    assert float(losses.mean_absolute_error([[1.0]], [[1.0, 3.0]])[0]) == 1.0
