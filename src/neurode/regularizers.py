"""Regularizers: a penalty on weights or outputs that is added to the loss, with Keras's names."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError
from neurode.identifiers import Configured, Vocabulary


class Regularizer(Configured):
    """Array in, one number out. One of your own defines `__call__(x)`."""

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        return 0.0


@dataclass(frozen=True)
class L1(Regularizer):
    r"""$l_1 \sum |x|$, which pulls small weights to 0. At 0 its slope counts as $l_1$, as in Keras on JAX.

    Args:
        l1: The factor, at least 0.

    Example:
        >>> float(L1(0.5)(jnp.array([1.0, -3.0])))
        2.0
    """

    l1: float | int | None = 0.01

    def __post_init__(self) -> None:
        _set_factor(self, "l1", 0.01)

    def __call__(self, x: Any) -> Float[Array, ""]:
        return (self.l1 or 0.0) * jnp.sum(jnp.abs(jnp.asarray(x)))


@dataclass(frozen=True)
class L2(Regularizer):
    r"""$l_2 \sum x^2$, weight decay through the loss.

    Args:
        l2: The factor, at least 0. There is no half in the formula.

    Example:
        >>> float(L2(0.5)(jnp.array([1.0, -3.0])))
        5.0
    """

    l2: float | int | None = 0.01

    def __post_init__(self) -> None:
        _set_factor(self, "l2", 0.01)

    def __call__(self, x: Any) -> Float[Array, ""]:
        return (self.l2 or 0.0) * jnp.sum(jnp.square(jnp.asarray(x)))


@dataclass(frozen=True)
class L1L2(Regularizer):
    r"""$l_1 \sum |x| + l_2 \sum x^2$.

    Args:
        l1: The factor of the absolute values, at least 0.
        l2: The factor of the squares, at least 0. Both are 0 unless given.

    Example:
        >>> float(L1L2(l1=0.5, l2=0.5)(jnp.array([1.0, -3.0])))
        7.0
    """

    l1: float | int | None = 0.0
    l2: float | int | None = 0.0

    def __post_init__(self) -> None:
        _set_factor(self, "l1", 0.0)
        _set_factor(self, "l2", 0.0)

    def __call__(self, x: Any) -> Float[Array, ""]:
        return L1(self.l1)(x) + L2(self.l2)(x)


@dataclass(frozen=True)
class OrthogonalRegularizer(Regularizer):
    r"""`factor` times the mean $|\cos|$ of the angle between two different rows (or columns) of a matrix.

    $$\text{factor} \cdot \frac{2}{n (n - 1)} \sum_{i < j} \frac{|x_i \cdot x_j|}{\|x_i\| \|x_j\|}$$

    A row of zeros is at right angles to all and passes no gradient. A single row has no pair and
    costs 0. Keras gives NaN for both the gradient and the single row.

    Args:
        factor: At least 0.
        mode: `"rows"` or `"columns"`.

    Example:
        >>> float(OrthogonalRegularizer(1.0)(jnp.array([[1.0, 0.0], [0.0, 2.0]])))
        0.0
        >>> float(OrthogonalRegularizer(1.0)(jnp.array([[1.0, 0.0], [2.0, 0.0]])))
        1.0
    """

    factor: float | int = 0.01
    mode: str = "rows"

    def __post_init__(self) -> None:
        _set_factor(self, "factor", 0.01)
        if self.mode not in ("rows", "columns"):
            raise ArgumentError(f"OrthogonalRegularizer(mode={self.mode!r})", available="mode: rows, columns")

    def __call__(self, x: Any) -> Float[Array, ""]:
        x = jnp.asarray(x)
        if x.ndim != 2:
            raise ShapeError(f"OrthogonalRegularizer takes a matrix, not an array of shape {x.shape}")
        rows = x if self.mode == "rows" else x.T
        squares = jnp.sum(rows * rows, axis=1, keepdims=True)
        inverse = jnp.where(squares > 0, jax.lax.rsqrt(jnp.where(squares > 0, squares, 1.0)), 0.0)
        directions = rows * inverse
        cosines = directions @ directions.T
        n = len(rows)
        apart = cosines * (1 - jnp.eye(n, dtype=x.dtype))
        return self.factor * jnp.sum(jnp.abs(apart)) / max(n * (n - 1), 1)


@dataclass(frozen=True)
class Function(Regularizer):
    """A function of the user's own, array to number."""

    function: Callable[..., Any]

    def __call__(self, x: Any) -> Any:
        return self.function(x)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

REGULARIZERS: dict[str, Callable[[], Regularizer]] = {
    "l1": L1,
    "l2": L2,
    # By its name alone, Keras documents 0.01 for both; as a class, both are 0 unless given.
    "l1_l2": lambda: L1L2(0.01, 0.01),
    "orthogonal_regularizer": OrthogonalRegularizer,
}
"""What each name stands for. The names of the classes are understood too."""

_KINDS = (L1, L2, L1L2, OrthogonalRegularizer)
_VOCABULARY = Vocabulary(
    "regularizer",
    REGULARIZERS | {"l1l2": L1L2} | {kind.__name__: kind for kind in _KINDS},
    Regularizer,
    Function,
)


def get(identifier: Any) -> Regularizer | None:
    """The regularizer that a name, a class, a configuration or a function means; `None` stays `None`.

    Raises:
        UnknownNameError: If no regularizer has this name.

    Example:
        >>> get("l2"), get(None)
        (L2(l2=0.01), None)
    """
    return None if identifier is None else _VOCABULARY.get(identifier)


def serialize(regularizer: Any) -> dict[str, Any]:
    """The configuration of a regularizer.

    Example:
        >>> serialize(L1(0.1))
        {'class_name': 'L1', 'config': {'l1': 0.1}}
    """
    return _VOCABULARY.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Regularizer:
    """The regularizer of a configuration; `custom_objects` names classes or functions of your own."""
    return _VOCABULARY.deserialize(config, custom_objects)


def serialized(regularizer: Any) -> str | dict[str, Any] | None:
    """The regularizer as JSON for a file; a name stays a name and `None` stays `None`.

    Raises:
        ArgumentError: If it is a function or class of the user's own, which no file can carry.
    """
    return None if regularizer is None else _VOCABULARY.serialized(regularizer)


def _set_factor(regularizer: Regularizer, name: str, default: float) -> None:
    value = getattr(regularizer, name)
    value = default if value is None else value
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ArgumentError(
            f"{type(regularizer).__name__}({name}={value!r})", hint=f"{name} is a finite number, at least 0"
        )
    object.__setattr__(regularizer, name, float(value))
