"""What each penalty costs, what it does to a gradient, and what names stand for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode import regularizers
from neurode.errors import ArgumentError, DataTypeError, ShapeError, UnknownNameError
from neurode.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer, get

X = jnp.array([[1.0, -2.0], [0.0, 3.0]])
OBJECTS = [L1(0.1), L2(0.2), L1L2(0.1, 0.2), OrthogonalRegularizer(0.5, "columns")]


def slow_orthogonal(x, factor):
    """The definition: pair by pair in float64."""
    rows = np.asarray(x, np.float64)
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    cosines = [abs(rows[i] @ rows[j]) / np.linalg.norm(rows[i]) / np.linalg.norm(rows[j]) for i, j in pairs]
    return factor * np.mean(cosines)


def test_penalties_of_a_small_matrix():
    # Sizes 1 + 2 + 0 + 3 = 6, squares 1 + 4 + 0 + 9 = 14.
    assert float(L1(0.5)(X)) == 3.0
    assert float(L2(0.5)(X)) == 7.0
    assert float(L1L2(0.5, 0.25)(X)) == 6.5
    assert float(L1L2()(X)) == 0.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.floats(0.1, 10), min_size=3, max_size=3), min_size=2, max_size=4))
def test_the_orthogonal_penalty_is_the_mean_cosine(rows):
    x = jnp.array(rows) * jnp.array([1.0, -1.0, 1.0])[None, :]
    assert float(OrthogonalRegularizer(0.3)(x)) == pytest.approx(slow_orthogonal(x, 0.3), rel=1e-4)
    assert float(OrthogonalRegularizer(0.3, "columns")(x.T)) == pytest.approx(
        slow_orthogonal(x, 0.3), rel=1e-4
    )


def test_gradients_are_the_textbooks():
    np.testing.assert_allclose(jax.grad(L2(0.5))(X), X)
    # At 0 the slope of the absolute value is taken from the right, as JAX and so Keras take it.
    np.testing.assert_allclose(jax.grad(L1(0.5))(X), 0.5 * jnp.where(X >= 0, 1.0, -1.0))
    # A row of zeros has no direction: no gradient, and no NaN.
    assert np.isfinite(jax.grad(OrthogonalRegularizer())(jnp.array([[0.0, 0.0], [1.0, 2.0]]))).all()


def test_jit_agrees_with_eager():
    for regularizer in OBJECTS:
        np.testing.assert_allclose(jax.jit(regularizer)(X), regularizer(X), rtol=1e-6)


def test_names_classes_and_functions():
    assert get(None) is None
    assert get("l1") == get("L1") == get(L1) == regularizers.l1() == L1(0.01)
    assert get("l2") == regularizers.l2(0.01) == L2()
    assert get("l1_l2") == L1L2(0.01, 0.01)
    assert get("orthogonal_regularizer") == OrthogonalRegularizer()
    # Only the penalty that is given, as in Keras.
    assert regularizers.l1_l2(l2=0.1) == L1L2(0.0, 0.1)
    double = get(lambda x: 2 * jnp.sum(x))
    assert (isinstance(double, Regularizer), float(double(X))) == (True, 4.0)


@pytest.mark.parametrize("regularizer", OBJECTS, ids=repr)
def test_an_object_survives_its_configuration(regularizer):
    written = regularizers.serialize(regularizer)
    assert get(written) == regularizers.deserialize(written) == regularizer
    assert regularizers.serialized(regularizer) == written
    assert hash(get(written)) == hash(regularizer)


def test_what_is_ones_own_cannot_be_written():
    class Cubes(Regularizer):
        def __call__(self, x):
            return jnp.sum(x**3)

    assert (regularizers.serialized("l1"), regularizers.serialized(None)) == ("l1", None)
    assert isinstance(regularizers.deserialize({"class_name": "Cubes"}, {"Cubes": Cubes}), Cubes)
    for own in (Cubes(), jnp.sum):
        with pytest.raises(ArgumentError, match="of your own"):
            regularizers.serialized(own)


def test_wrong_arguments_are_named():
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ArgumentError, match="l2="):
            L2(wrong)
    with pytest.raises(ArgumentError, match="mode='row'"):
        OrthogonalRegularizer(mode="row")
    with pytest.raises(ShapeError, match=r"\(2,\)"):
        OrthogonalRegularizer()(jnp.ones(2))
    with pytest.raises(UnknownNameError, match="no regularizer named 'l3'"):
        get("l3")
    with pytest.raises(DataTypeError, match="0.1 is no regularizer"):
        get(0.1)
