import json

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError
from neurode.layers import Dense, Graph, Normalization, Rescaling

DATA = np.array([[1.0, 10.0], [3.0, 10.0], [8.0, 10.0]])


def test_rescaling_values():
    assert Rescaling(2.0, offset=[1.0, -1.0])([[1, 2], [3, 4]]).tolist() == [[3, 3], [7, 7]]


@pytest.mark.parametrize(
    "data",
    [DATA, DATA.tolist(), jnp.asarray(DATA), pd.DataFrame(DATA), pl.DataFrame(DATA), [DATA[:1], DATA[1:]]],
    ids=lambda data: type(data).__module__,
)
def test_arrays_lists_frames_and_batches_adapt_alike(data):
    layer = Normalization()
    layer.adapt(data)
    # Mean 4 and variance (9 + 1 + 16) / 3; the other column has one value.
    np.testing.assert_allclose(layer.mean.numpy(), [4, 10])
    np.testing.assert_allclose(layer.variance.numpy(), [26 / 3, 0], atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(x=arrays(np.float64, (7, 3), elements=st.floats(-100, 100)), cut=st.integers(0, 7))
def test_any_cut_into_batches_gives_the_statistics_of_the_whole(x, cut):
    layer = Normalization()
    layer.adapt(iter([x[:cut], x[cut:]]))
    np.testing.assert_allclose(layer.mean.numpy(), x.mean(axis=0), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(layer.variance.numpy(), x.var(axis=0), rtol=1e-4, atol=1e-3)


def test_data_come_out_with_mean_zero_and_variance_one_and_back_again():
    x = np.random.default_rng(0).normal(5, 3, size=(100, 4))
    layer, inverse = Normalization(), Normalization(invert=True)
    layer.adapt(x)
    inverse.adapt(x)
    y = layer(x)
    np.testing.assert_allclose(y.mean(axis=0), np.zeros(4), atol=1e-5)
    np.testing.assert_allclose(y.std(axis=0), np.ones(4), rtol=1e-5)
    np.testing.assert_allclose(inverse(y), x, rtol=1e-4)


def test_a_single_column_has_one_mean():
    layer = Normalization(axis=None)
    layer.adapt(np.array([1.0, 3.0]))
    assert layer([1.0, 3.0]).tolist() == [-1.0, 1.0]


def test_adapting_again_forgets_the_first_data():
    layer = Normalization()
    layer.adapt(DATA)
    layer.adapt(DATA + 100)
    assert layer.mean.numpy().tolist() == [104, 110]


def test_before_adapt_it_says_so_and_inside_a_network_nothing_passes():
    layer = Normalization()
    with pytest.raises(NotFittedError, match="call layer.adapt"):
        layer(DATA)
    network = Graph.chain([layer, Dense(1)])
    y, _ = network.apply(*network.init(jax.random.key(0), (2,)), jnp.asarray(DATA, jnp.float32))
    assert np.isnan(y).all()


def test_networks_of_one_shape_are_one_whatever_the_data():
    first, second = Normalization(), Normalization()
    first.adapt(DATA)
    second.adapt(DATA * 2)
    assert first == second
    assert hash(first) == hash(second)


def test_config_has_keras_s_names_and_statistics_are_weights():
    layer = Normalization(axis=[1], mean=[1.0, 2.0], variance=[3.0, 4.0])
    config = json.loads(json.dumps(layer.get_config()))
    assert config["mean"] == [1.0, 2.0]
    assert Normalization.from_config(config) == layer
    adapted = Normalization()
    adapted.adapt(DATA)
    again = Normalization.from_config(json.loads(json.dumps(adapted.get_config())))
    again.build((None, 2))
    again.set_weights(adapted.get_weights())
    np.testing.assert_array_equal(again(DATA), adapted(DATA))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: Normalization().adapt(np.array([[1.0], [np.nan]])), ArgumentError, "has gaps"),
        (lambda: Normalization().adapt(np.zeros((0, 2))), ArgumentError, "has no rows"),
        (lambda: Normalization().adapt(np.zeros(3)), ShapeError, "takes rows of features"),
        (lambda: Normalization().adapt([["a"]]), DataTypeError, "rows of numbers"),
        (lambda: Normalization(axis=0).adapt(DATA), ShapeError, "that of the rows"),
        (lambda: Normalization(axis=3).adapt(DATA), ShapeError, "axis"),
        (lambda: Normalization(mean=1.0), ArgumentError, "give both"),
        (lambda: Normalization(mean=[1.0], variance=1.0), ArgumentError, "give both"),
        (lambda: Normalization(mean=[[1.0]], variance=[[1.0]]), ArgumentError, "more axes"),
        (lambda: Normalization(mean=1.0, variance=1.0).adapt(DATA), ArgumentError, "was given its mean"),
        (
            lambda: Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0])(np.ones((2, 3))),
            ShapeError,
            "statistics",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_other_features_than_before_are_named():
    layer = Normalization()
    layer.adapt(DATA)
    with pytest.raises(ShapeError, match="was built for"):
        layer.adapt(np.ones((3, 5)))
