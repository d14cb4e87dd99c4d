"""The functions of Keras's old `backend`, written `K`, for losses and metrics as tutorials have them.

`from neurode import backend as K` takes the place of `from keras import backend as K`. New code uses
`neurode.ops`.

Example:
    >>> from neurode import backend as K
    >>> K.mean(K.equal([1.0, 0.0], K.round([0.9, 0.8]))).item()
    0.5
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from neurode import ops
from neurode.errors import ArgumentError, ShapeError
from neurode.ops.precision import epsilon as epsilon
from neurode.ops.precision import floatx as floatx
from neurode.ops.precision import set_epsilon as set_epsilon
from neurode.ops.precision import set_floatx as set_floatx

_SAME = (
    "abs", "all", "any", "binary_crossentropy", "cast", "categorical_crossentropy", "cos", "dtype",
    "elu", "exp", "log", "logsumexp", "max", "mean", "min", "ndim", "ones", "ones_like", "prod",
    "reshape", "round", "shape", "sigmoid", "sign", "sin", "softmax", "softplus", "softsign",
    "sparse_categorical_crossentropy", "square", "stack", "std", "sum", "tanh", "transpose", "var",
    "zeros", "zeros_like",
)  # fmt: skip
"""What `K` and `ops` have in common, arguments included. A mean of whole numbers is a float here."""

_PAIRS = (
    "equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal",
)  # fmt: skip
"""Ops of two arrays, which `K` calls `x` and `y`."""


def _pair(name: str) -> Callable[..., Any]:
    def made(x: Any, y: Any) -> Any:
        return getattr(ops, name)(x, y)

    made.__name__, made.__doc__ = name, getattr(ops, name).__doc__
    return made


globals().update({name: getattr(ops, name) for name in _SAME} | {name: _pair(name) for name in _PAIRS})


def pow(x: Any, a: Any) -> Any:
    """$x^a$."""
    return ops.power(x, a)


def sqrt(x: Any) -> Any:
    r"""$\sqrt{\max(x, 0)}$."""
    return ops.sqrt(ops.maximum(x, 0.0))


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """The numbers, kept between the two; `None` leaves a side open."""
    return ops.clip(x, min_value, max_value)


def argmax(x: Any, axis: int = -1) -> Any:
    """The place of the largest."""
    return ops.argmax(x, axis=axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """The place of the smallest."""
    return ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Running sum."""
    return ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """Running product."""
    return ops.cumprod(x, axis=axis)


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Arrays joined along an axis that they have."""
    return ops.concatenate(tensors, axis=axis)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """A new axis of length 1."""
    return ops.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """Without this axis of length 1."""
    return ops.squeeze(x, axis)


def one_hot(indices: Any, num_classes: int) -> Any:
    """A last axis with 1 at the place of each whole number, 0 elsewhere."""
    return ops.one_hot(indices, num_classes)


def gather(reference: Any, indices: Any) -> Any:
    """The rows at these places."""
    return ops.take(reference, indices, axis=0)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether the target is among the `k` highest scores of its row."""
    return ops.in_top_k(targets, predictions, k)


def flatten(x: Any) -> Any:
    """All numbers in one axis."""
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """All numbers of each row in one axis."""
    return ops.reshape(x, (-1, math.prod(ops.shape(x)[1:])))


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """The axes in this order."""
    return ops.transpose(x, tuple(pattern))


def reverse(x: Any, axes: Any) -> Any:
    """Axes turned round."""
    return ops.flip(x, axes)


def tile(x: Any, n: Any) -> Any:
    """The whole array `n` times along each axis."""
    return ops.tile(x, n)


def repeat(x: Any, n: int) -> Any:
    """Each row of a matrix `n` times along a new second axis."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element `rep` times along an axis, one after the other."""
    return ops.repeat(x, rep, axis=axis)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: str = "int32") -> Any:
    """Numbers from `start` (0 if alone) up to, not including, `stop`."""
    return ops.arange(start, stop, step, dtype=dtype)


def eye(size: int, dtype: Any = None) -> Any:
    """The identity matrix."""
    return ops.eye(size, dtype=dtype)


def dot(x: Any, y: Any) -> Any:
    """Sum of products of the last axis of `x` and the last but one of `y`."""
    return ops.dot(x, y)


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """`dot` row by row.

    Args:
        x: Rows of one axis or more.
        y: As many rows.
        axes: The axis of each that is summed over, rows counted as axis 0; one number stands for both. By
            default the last of `x` and the last but one of `y`, or its only one.

    Example:
        >>> batch_dot([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [2.0, 2.0]]).tolist()
        [[3.0], [14.0]]
    """
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[0] != y.shape[0]:
        raise ShapeError(
            f"batch_dot takes as many rows of each, not arrays of shapes {x.shape} and {y.shape}"
        )
    first, second = (
        (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
        if axes is None
        else np.broadcast_to(axes, 2).tolist()
    )
    first, second = first % x.ndim, second % y.ndim
    if 0 in (first, second) or x.shape[first] != y.shape[second]:
        raise ShapeError(f"batch_dot over axes {first} and {second} of shapes {x.shape} and {y.shape}")
    made = ops.vectorized_map(lambda rows: ops.tensordot(*rows, axes=((first - 1,), (second - 1,))), (x, y))
    return made[:, None] if made.ndim == 1 else made


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """`then_expression` where the condition is true, else `else_expression`.

    Args:
        condition: One truth value, or one for each row or element.
        then_expression: A value, or a function without arguments that gives it.
        else_expression: The same.

    Example:
        >>> switch([True, False], [[1.0, 1.0], [2.0, 2.0]], 0.0).tolist()
        [[1.0, 1.0], [0.0, 0.0]]
    """
    condition = ops.cast(condition, "bool")
    if condition.ndim == 0 and callable(then_expression) and callable(else_expression):
        return ops.cond(condition, then_expression, else_expression)
    then, other = (e() if callable(e) else e for e in (then_expression, else_expression))
    axes = ops.ndim(then)
    if condition.ndim > axes:
        raise ShapeError(f"the condition has {condition.ndim} axes, more than the {axes} of the value")
    # A condition on rows holds for all that a row has.
    return ops.where(
        ops.reshape(condition, ops.shape(condition) + (1,) * (axes - condition.ndim)), then, other
    )


def relu(
    x: Any, alpha: float | int = 0.0, max_value: float | int | None = None, threshold: float | int = 0.0
) -> Any:
    r"""$x$ from `threshold` to `max_value`, $\alpha (x - \text{threshold})$ below, `max_value` above."""
    x = ops.convert_to_tensor(x)
    above = ops.where(ops.greater(x, threshold), x, 0.0)
    above = above if max_value is None else ops.clip(above, 0.0, max_value)
    return above if alpha == 0.0 else ops.subtract(above, alpha * ops.relu(ops.subtract(threshold, x)))


def hard_sigmoid(x: Any) -> Any:
    """0 below -2.5, 1 above 2.5, $0.2 x + 0.5$ between: the old slope; that of `ops.hard_sigmoid` is 1/6."""
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    r"""$x / \max(\|x\|, 10^{-6})$, over all numbers unless an axis is given."""
    return ops.normalize(x, axis=axis, epsilon=1e-6)


def stop_gradient(variables: Any) -> Any:
    """The same numbers, or list of arrays, through which no gradient passes."""
    if isinstance(variables, (list, tuple)):
        return [ops.stop_gradient(variable) for variable in variables]
    return ops.stop_gradient(variables)


def identity(x: Any) -> Any:
    """The same array."""
    return ops.convert_to_tensor(x)


def constant(value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array of these numbers, float32 unless said otherwise, spread over `shape`."""
    made = ops.convert_to_tensor(value, dtype or floatx())
    return made if shape is None else ops.broadcast_to(made, shape)


def variable(value: Any, dtype: Any = None) -> Any:
    """`constant`: an array, which `set_value` cannot change."""
    return constant(value, dtype)


def cast_to_floatx(x: Any) -> Any:
    """The numbers in float32; a NumPy array stays one."""
    return ops.cast(x, floatx()) if ops.is_tensor(x) else np.asarray(x, floatx())


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The lengths of the axes."""
    return tuple(ops.shape(x))


def count_params(x: Any) -> int:
    """How many numbers there are."""
    return math.prod(ops.shape(x))


def get_value(x: Any) -> Any:
    """The numbers as a NumPy array; what is no array is returned as it is."""
    if hasattr(x, "numpy"):
        return x.numpy()
    return np.array(x) if ops.is_tensor(x) else x


def set_value(x: Any, value: Any) -> None:
    """Gives something with `assign` another value.

    Raises:
        ArgumentError: If it has none, as an array or a number.
    """
    if not hasattr(x, "assign"):
        raise ArgumentError(
            f"set_value cannot change a {type(x).__name__}",
            hint="set the attribute that holds it, as in optimizer.learning_rate = 0.01",
        )
    x.assign(value)


def clear_session(free_memory: bool = True) -> None:
    """Does nothing: there is no session here, and a model that nobody holds is freed by Python."""


__all__ = sorted(
    {*_SAME, *_PAIRS, "epsilon", "floatx", "set_epsilon", "set_floatx"}
    | {
        name
        for name, made in globals().items()
        if getattr(made, "__module__", "") == __name__ and name[0] != "_"
    }
)


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"module 'neurode.backend' has no attribute {name!r}\nhint: look for it in neurode.ops"
    )
