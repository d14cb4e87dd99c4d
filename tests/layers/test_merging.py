import jax.numpy as jnp
import numpy as np
import pytest

from neurode import layers
from neurode.errors import ArgumentError, ShapeError
from neurode.layers import Add, Concatenate, Dot, Input, Subtract

A = jnp.array([[1.0, 2.0], [3.0, 4.0]])
B = jnp.array([[5.0, -6.0], [7.0, 8.0]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("add", [[6, -4], [10, 12]]),
        ("subtract", [[-4, 8], [-4, -4]]),
        ("multiply", [[5, -12], [21, 32]]),
        ("average", [[3, -2], [5, 6]]),
        ("maximum", [[5, 2], [7, 8]]),
        ("minimum", [[1, -6], [3, 4]]),
        ("concatenate", [[1, 2, 5, -6], [3, 4, 7, 8]]),
        # 1·5 - 2·6 and 3·7 + 4·8.
        ("dot", [[-7], [53]]),
    ],
)
def test_values(name, expected):
    assert getattr(layers, name)([A, B]).tolist() == expected


def test_functions_work_on_places_in_a_network():
    x, y = Input((3,)), Input((3,))
    assert layers.add([x, y], name="sum").name == "sum"
    assert layers.concatenate([x, y, x]).shape == (None, 9)
    assert layers.dot([x, y], axes=1).shape == (None, 1)


def test_rows_of_fewer_axes_get_some_in_front():
    steps = jnp.ones((2, 3, 2))
    np.testing.assert_array_equal(Add()([A, steps]), A[:, None, :] + steps)
    assert Add().output_shape(((2,), (3, 2))) == (3, 2)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: Add()(A), ShapeError, "takes a list"),
        (lambda: Add()([A, A[:, :1].repeat(3, axis=1)]), ShapeError, r"\(2,\), \(3,\)"),
        (lambda: Subtract()([A, A, A]), ShapeError, "two inputs, got 3"),
        (lambda: Concatenate(axis=0)([A, A]), ShapeError, "that of the rows"),
        (lambda: Concatenate(axis=1)([jnp.ones((2, 3, 2)), jnp.ones((2, 3, 4))]), ShapeError, "joins along"),
        (lambda: Concatenate()([A, jnp.ones((2, 3, 2))]), ShapeError, "joins along"),
        (lambda: Dot(axes=1)([A, jnp.ones((2, 3))]), ShapeError, "multiplies along"),
        (lambda: Dot(axes=(1, 1, 1)), ArgumentError, "one for each"),
        (lambda: Dot(axes="last"), ArgumentError, "axes"),
    ],
)
def test_what_does_not_fit_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
