"""How ops are found, documented and applied. Their numbers are compared in `parity/test_ops.py`."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import ops
from neurode.errors import ArgumentError, ShapeError
from neurode.ops import application, precision
from neurode.ops.application import OPS


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_is_documented_under_its_name(name):
    function = getattr(ops, name)
    # Another name for an op is the same op.
    assert getattr(ops, function.__name__) is function
    assert function.__module__ == "neurode.ops"
    assert (function.__doc__ or "").strip()
    assert "args" not in inspect.signature(function).parameters


def test_the_module_lists_its_ops():
    assert dir(ops) == sorted(OPS)
    assert {"clip", "mean", "one_hot", "while_loop", "swish"} <= set(dir(ops))


def test_a_wrong_name_gets_a_hint():
    with pytest.raises(AttributeError, match="did you mean 'reduce_sum'|did you mean 'sum'"):
        ops.summ  # noqa: B018


def test_ranks_broadcast_where_the_setting_forbids_it():
    with pytest.raises(ValueError, match="rank_promotion"):
        jnp.ones((2, 3)) + jnp.ones(3)
    assert ops.add(jnp.ones((2, 3)), jnp.ones(3)).shape == (2, 3)
    assert ops.where(jnp.ones((2, 3)) > 0, jnp.ones(3), 0.0).shape == (2, 3)
    inside = jax.jit(jax.grad(lambda x: ops.sum(ops.multiply(x, ops.maximum(x, jnp.zeros(3))))))
    np.testing.assert_array_equal(inside(jnp.ones((2, 3))), np.full((2, 3), 2.0))


def test_a_compiled_program_holds_nothing_but_the_function():
    def lines(function):
        return str(jax.make_jaxpr(function)(jnp.ones((2, 3))))

    assert lines(lambda x: ops.sum(ops.exp(x), axis=1)) == lines(lambda x: jnp.sum(jnp.exp(x), axis=1))


def test_all_ops_pass_one_place(monkeypatch):
    seen = []

    def noting(name, function, args, kwargs):
        seen.append((name, args, kwargs))
        return function(*args, **kwargs)

    monkeypatch.setattr(application, "_applied", noting)
    ops.exp(1.0)
    ops.add(1.0, x2=2.0)
    ops.mean([1.0], axis=0)
    ops.clip([1.0], 0, x_max=1)
    ops.get_item(jnp.ones(2), 0)
    assert [name for name, *_ in seen] == ["exp", "add", "mean", "clip", "get_item"]
    assert seen[1][1:] == ((1.0,), {"x2": 2.0})
    assert seen[2][2] == {"axis": 0}


@pytest.mark.parametrize("x", [[1.0, 4.0], (1.0, 4.0), np.array([1.0, 4.0]), jnp.array([1.0, 4.0])], ids=type)
def test_lists_and_arrays_are_alike(x):
    assert ops.sqrt(x).tolist() == [1.0, 2.0]
    assert ops.sqrt(x).dtype == ops.concatenate([x, x]).dtype == jnp.float32


def test_wide_types_become_narrow_without_a_warning():
    assert ops.cast([1.5], "int64").dtype == jnp.int32
    assert ops.cast([1], "float64").dtype == ops.zeros(2, dtype=float).dtype == jnp.float32
    assert ops.convert_to_tensor(np.arange(3), dtype=np.int64).dtype == jnp.int32


def test_axes_may_be_a_list():
    x = jnp.arange(24.0).reshape(2, 3, 4)
    for name in ("sum", "max", "median", "logsumexp", "count_nonzero", "softmax", "norm"):
        np.testing.assert_allclose(OPS[name](x, axis=[0, 2]), OPS[name](x, axis=(0, 2)))
    assert ops.squeeze(x[:1, :, :1], axis=[0, 2]).shape == (3,)
    assert ops.expand_dims(x, [0, 1]).shape == (1, 1, 2, 3, 4)


def test_division_by_zero_is_zero_with_its_gradient():
    slope = jax.grad(lambda x: ops.sum(ops.divide_no_nan(1.0, x)))(jnp.array([0.0, 2.0]))
    np.testing.assert_allclose(slope, [0.0, -0.25])


def test_cross_entropies_of_scores_are_finite_and_of_probabilities_cut():
    scores = jnp.array([[200.0, -200.0]])
    assert ops.binary_crossentropy(jnp.array([[0.0, 1.0]]), scores, from_logits=True).tolist() == [
        [200.0, 200.0]
    ]
    assert float(ops.categorical_crossentropy([[0.0, 1.0]], scores, from_logits=True)[0]) == 400.0
    assert float(ops.binary_crossentropy([0.0], [1.0])[0]) == pytest.approx(-np.log(1.19209e-7), rel=1e-4)
    assert float(ops.sparse_categorical_crossentropy([1], [[1.0, 1.0]])[0]) == pytest.approx(np.log(2))


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match=r"\(1,\) and \(2,\)"):
        ops.binary_crossentropy([1.0], [0.5, 0.5])
    with pytest.raises(ShapeError, match=r"\(2,\).*\(1, 2\)"):
        ops.sparse_categorical_crossentropy([1, 0], [[0.5, 0.5]])
    with pytest.raises(ShapeError, match="differ in shape"):
        ops.categorical_crossentropy([1.0], [[0.5, 0.5]])
    with pytest.raises(ShapeError, match="equal width"):
        ops.cdist([[1.0]], [[1.0, 2.0]])
    with pytest.raises(ShapeError, match="takes a sequence"):
        ops.searchsorted([[1.0]], 1.0)


def test_wrong_arguments_are_named():
    with pytest.raises(ArgumentError, match="reduction='sub'"):
        ops.scatter_update([1.0], [[0]], [1.0], reduction="sub")
    with pytest.raises(ArgumentError, match="num_classes"):
        ops.multi_hot([0, 1])
    with pytest.raises(ArgumentError, match="order=0"):
        ops.normalize([1.0], order=0)


def test_functions_of_functions():
    doubled = ops.vectorize(lambda x: 2 * x)
    assert doubled(jnp.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    rooted = ops.custom_gradient(lambda x: (ops.sqrt(x), lambda upstream: 7.0 * upstream))
    assert (float(rooted(4.0)), float(jax.grad(rooted)(4.0))) == (2.0, 7.0)


def test_empty_arrays_have_their_shape_and_type():
    assert (ops.empty((2, 3)).shape, ops.empty(2, dtype="int32").dtype) == ((2, 3), jnp.int32)
    assert ops.empty_like(jnp.ones(3)).shape == (3,)


def test_epsilon_is_used_where_it_is_set(monkeypatch):
    monkeypatch.setattr(precision, "_settings", dict(precision._settings))
    precision.set_epsilon(0.25)
    assert precision.epsilon() == 0.25
    assert float(ops.binary_crossentropy([0.0], [1.0])[0]) == pytest.approx(-np.log(0.25))
    for wrong in (0.0, -1.0):
        with pytest.raises(ArgumentError, match="above 0"):
            precision.set_epsilon(wrong)


def test_floats_have_one_type():
    precision.set_floatx("float32")
    assert precision.floatx() == "float32"
    with pytest.raises(ArgumentError, match="'float16'"):
        precision.set_floatx("float16")
