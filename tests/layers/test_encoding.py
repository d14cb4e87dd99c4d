import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtri

from neurode.errors import ArgumentError, ShapeError
from neurode.layers import TableEncoding
from neurode.layers.encoding import QUANTILES, embedding_width
from neurode.typing import Columns

NAN = np.nan


def columns(numbers, codes):
    rows = max(len(numbers), len(codes))
    return Columns(
        jnp.asarray(np.reshape(numbers, (rows, -1)), jnp.float32),
        jnp.asarray(np.reshape(codes, (rows, -1)), jnp.uint8),
    )


def encoded(layer, x, **state):
    params, start = jax.jit(lambda key: layer.init(key, layer.columns_shape))(jax.random.key(0))
    state = start | {name: jnp.asarray(value, jnp.float32) for name, value in state.items()}
    return np.asarray(jax.jit(layer.apply)(params, state, x)[0]), params


def test_numbers_are_shifted_and_scaled_and_gaps_are_filled_and_told():
    layer = TableEncoding(gaps=(True, False), cardinalities=(), scaling="standard")
    x = columns([[5.0, 1.0], [NAN, 3.0]], np.zeros((2, 0)))
    found, _ = encoded(layer, x, fill=[4.0, 0.0], shift=[3.0, 1.0], scale=[0.5, 2.0])
    # (5 - 3) / 2, (1 - 1) · 2, no gap; the gap becomes 4: (4 - 3) / 2, (3 - 1) · 2, a gap.
    assert found.tolist() == [[1.0, 0.0, 0.0], [0.5, 4.0, 1.0]]


@settings(max_examples=20, deadline=None)
@given(x=arrays(np.float64, (6, 1), elements=st.floats(-1e3, 1e3)))
def test_robust_scaling_is_bent_to_three(x):
    layer = TableEncoding(gaps=(False,), cardinalities=(), scaling="robust")
    found, _ = encoded(layer, columns(x, np.zeros((6, 0))), shift=[1.0], scale=[0.5])
    z = (np.float32(x).astype(float) - 1) / 2
    np.testing.assert_allclose(found, z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-4, atol=1e-5)
    assert np.abs(found).max() <= 3


def test_a_level_has_its_slot_missing_has_one_and_unseen_is_all_zeros():
    layer = TableEncoding(gaps=(), cardinalities=(4,))
    found, _ = encoded(layer, columns(np.zeros((4, 0)), [0, 1, 2, 3]))
    assert found.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_missing_without_training_rows_has_no_slot():
    layer = TableEncoding(gaps=(), cardinalities=(4, 3), category_gaps=(False, True))
    found, _ = encoded(layer, columns(np.zeros((2, 0)), [[0, 0], [3, 2]]))
    assert found.tolist() == [[0, 0, 1, 0], [0, 1, 0, 1]]
    assert layer.output_shape(layer.columns_shape) == (4,)


def test_a_wide_category_is_embedded_and_unseen_adds_nothing():
    layer = TableEncoding(gaps=(), cardinalities=(40,), one_hot_limit=32)
    found, params = encoded(layer, columns(np.zeros((3, 0)), [0, 1, 39]))
    table = np.asarray(params["embedding_0"])
    np.testing.assert_array_equal(found, [table[0], np.zeros(table.shape[1]), table[39]])
    assert table.shape == (40, embedding_width(40))


def test_an_embedding_without_gaps_gives_missing_nothing_either():
    layer = TableEncoding(gaps=(), cardinalities=(40,), category_gaps=(False,))
    found, _ = encoded(layer, columns(np.zeros((2, 0)), [0, 1]))
    assert not found.any()


def test_the_embedding_of_unseen_gets_no_gradient():
    layer = TableEncoding(gaps=(), cardinalities=(40,))
    params, state = layer.init(jax.random.key(0), layer.columns_shape)
    x = columns(np.zeros((3, 0)), [0, 1, 5])
    gradient = jax.jit(jax.grad(lambda p: layer.apply(p, state, x)[0].sum()))(params)["embedding_0"]
    assert np.flatnonzero(np.abs(gradient).sum(axis=1)).tolist() == [0, 5]


def test_ranks_become_normal_scores():
    layer = TableEncoding(gaps=(False,), cardinalities=(), scaling="quantile")
    grid = np.linspace(0, 100, QUANTILES)
    x = columns([0.0, 25.0, 50.0, 84.134, 100.0, 1e6, -1e6], np.zeros((7, 0)))
    found, _ = encoded(layer, x, quantiles=[grid])
    # The quartile, the middle, one standard deviation; the ends are kept within ±3.
    np.testing.assert_allclose(found[:, 0], [-3, -0.67449, 0, 1, 3, 3, -3], atol=2e-3)


@settings(max_examples=30, deadline=None)
@given(x=arrays(np.float64, (8, 1), elements=st.floats(-0.1, 1.1)))
def test_normal_scores_are_those_of_the_normal_distribution(x):
    layer = TableEncoding(gaps=(False,), cardinalities=(), scaling="quantile")
    # On a grid of equal steps the rank is the number itself.
    found, _ = encoded(layer, columns(x, np.zeros((8, 0))), quantiles=[np.linspace(0, 1, QUANTILES)])
    rank = np.clip(x, 0.00135, 0.99865)
    # At three deviations, a rank that is rounded to float32 moves the score by 0.0000135.
    np.testing.assert_allclose(found, ndtri(rank), atol=3e-5)


def test_a_value_that_repeats_gets_the_middle_of_its_ranks():
    layer = TableEncoding(gaps=(False,), cardinalities=(), scaling="quantile")
    # Half of the training rows are 0, the rest go up to 1: 0 has ranks 0 to 1/2, so the score of 1/4.
    grid = np.maximum(0, np.linspace(-1, 1, QUANTILES))
    found, _ = encoded(layer, columns([0.0, 1.0], np.zeros((2, 0))), quantiles=[grid])
    np.testing.assert_allclose(found[:, 0], [-0.67449, 3.0], atol=2e-3)


def test_each_feature_knows_its_column():
    layer = TableEncoding(gaps=(True, False), cardinalities=(4, 40))
    width = embedding_width(40)
    # Two numbers, the gap of the first, three slots of column 2, the embedding of column 3.
    expected = [0, 1, 0, 2, 2, 2, *[3] * width]
    assert layer.columns_of_features().tolist() == expected
    assert layer.output_shape(layer.columns_shape) == (len(expected),)


def test_another_table_is_refused_with_what_was_expected():
    layer = TableEncoding(gaps=(True, False), cardinalities=(4,))
    params, state = layer.init(jax.random.key(0), layer.columns_shape)
    with pytest.raises(ShapeError, match="table_encoding was built for 2 number and 1 category columns"):
        layer.apply(params, state, columns(np.zeros((2, 3)), np.zeros((2, 1))))
    with pytest.raises(ShapeError, match="was built for"):
        layer.init(jax.random.key(0), (3,))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gaps": (True,), "cardinalities": (), "scaling": "rank"}, "scaling='rank'"),
        ({"gaps": (), "cardinalities": ()}, "without columns"),
        ({"gaps": (), "cardinalities": (4, 5), "category_gaps": (True,)}, "1 category_gaps for 2"),
    ],
)
def test_settings_that_fit_nothing_are_named(settings, message):
    with pytest.raises(ArgumentError, match=message):
        TableEncoding(**settings)


def test_pieces_say_how_much_of_each_bin_lies_below():
    layer = TableEncoding(gaps=(False,), cardinalities=(), scaling="piecewise")
    grid = np.linspace(0, 80, QUANTILES)
    found, _ = encoded(layer, columns([25.0, -5.0, 90.0], np.zeros((3, 0))), quantiles=[grid])
    # Eight bins of ten: two are climbed and half of the third; below and above all there is nothing to add.
    np.testing.assert_allclose(found[:, 2:], [[1, 1, 0.5, 0, 0, 0, 0, 0], [0] * 8, [1] * 8], atol=1e-6)
    # Before them the bent number, at 25 / sqrt(1 + (25/3)²), and the normal score of the rank 25/80.
    np.testing.assert_allclose(found[0, :2], [2.97857, -0.48878], atol=1e-4)


def test_pieces_know_their_column():
    layer = TableEncoding(gaps=(True, False), cardinalities=(3,), scaling="piecewise")
    expected = [0, 1, 0, 1, *[0] * 8, *[1] * 8, 0, 2, 2]
    assert layer.columns_of_features().tolist() == expected
    assert layer.output_shape(layer.columns_shape) == (len(expected),)
