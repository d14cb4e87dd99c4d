"""Constraints: what weights are put back to after each step, with Keras's names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.identifiers import Configured, Vocabulary
from neurode.ops.precision import epsilon


class Constraint(Configured):
    """Weights in, the nearest allowed weights out. One of your own defines `__call__(w)`."""

    def __call__(self, w: Any) -> Any:
        """The allowed weights."""
        return w


@dataclass(frozen=True)
class NonNeg(Constraint):
    """Weights below 0 become 0."""

    def __call__(self, w: Any) -> Float[Array, "..."]:
        return jnp.maximum(jnp.asarray(w), 0.0)


@dataclass(frozen=True)
class MaxNorm(Constraint):
    """Weights whose norm along `axis` is above `max_value` are shortened to it.

    Args:
        max_value: The longest norm.
        axis: The axis, or axes, of one weight vector: 0 for the weights into each unit of a dense layer.

    Example:
        >>> MaxNorm(1.0)(jnp.array([3.0, 4.0])).round(3) == jnp.array([0.6, 0.8])
        Array([ True,  True], dtype=bool)
    """

    max_value: float | int = 2
    axis: int | Sequence[int] = 0

    def __post_init__(self) -> None:
        _freeze_axis(self)

    def __call__(self, w: Any) -> Float[Array, "..."]:
        w = jnp.asarray(w)
        norms = _norms(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (epsilon() + norms))


@dataclass(frozen=True)
class UnitNorm(Constraint):
    """Weights are scaled to norm 1 along `axis`, which is as in `MaxNorm`.

    Example:
        >>> print(UnitNorm()(jnp.array([3.0, 4.0])))
        [0.6 0.8]
    """

    axis: int | Sequence[int] = 0

    def __post_init__(self) -> None:
        _freeze_axis(self)

    def __call__(self, w: Any) -> Float[Array, "..."]:
        w = jnp.asarray(w)
        return w / (epsilon() + _norms(w, self.axis))


@dataclass(frozen=True)
class MinMaxNorm(Constraint):
    """Weights are scaled so that their norm along `axis` lies between `min_value` and `max_value`.

    Args:
        min_value: The shortest norm.
        max_value: The longest norm.
        rate: The part of the way that one step goes, from 0 to 1.
        axis: As in `MaxNorm`.

    Example:
        >>> print(MinMaxNorm(1.0, 2.0, rate=0.5)(jnp.array([3.0, 4.0])))
        [2.1 2.8]
    """

    min_value: float | int = 0.0
    max_value: float | int = 1.0
    rate: float | int = 1.0
    axis: int | Sequence[int] = 0

    def __post_init__(self) -> None:
        _freeze_axis(self)

    def __call__(self, w: Any) -> Float[Array, "..."]:
        w = jnp.asarray(w)
        norms = _norms(w, self.axis)
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (epsilon() + norms))


@dataclass(frozen=True)
class Function(Constraint):
    """A function of the user's own, weights to weights."""

    function: Callable[..., Any]

    def __call__(self, w: Any) -> Any:
        return self.function(w)


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

CONSTRAINTS: dict[str, type[Constraint]] = {
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
}
"""What each name stands for. The names of the classes are understood too."""

_VOCABULARY = Vocabulary(
    "constraint", CONSTRAINTS | {kind.__name__: kind for kind in CONSTRAINTS.values()}, Constraint, Function
)


def get(identifier: Any) -> Constraint | None:
    """The constraint that a name, a class, a configuration or a function means; `None` stays `None`.

    Raises:
        UnknownNameError: If no constraint has this name.

    Example:
        >>> get("non_neg"), get({"class_name": "MaxNorm", "config": {"max_value": 3}})
        (NonNeg(), MaxNorm(max_value=3, axis=0))
    """
    return None if identifier is None else _VOCABULARY.get(identifier)


def serialize(constraint: Any) -> dict[str, Any]:
    """The configuration of a constraint.

    Example:
        >>> serialize(UnitNorm())
        {'class_name': 'UnitNorm', 'config': {'axis': 0}}
    """
    return _VOCABULARY.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Constraint:
    """The constraint of a configuration; `custom_objects` names classes or functions of your own."""
    return _VOCABULARY.deserialize(config, custom_objects)


def serialized(constraint: Any) -> str | dict[str, Any] | None:
    """The constraint as JSON for a file; a name stays a name and `None` stays `None`.

    Raises:
        ArgumentError: If it is a function or class of the user's own, which no file can carry.
    """
    return None if constraint is None else _VOCABULARY.serialized(constraint)


def _norms(w: Array, axis: int | Sequence[int]) -> Array:
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


def _freeze_axis(constraint: Any) -> None:
    """A list of axes, as Keras and JSON write it, becomes a tuple: a record has to be hashable."""
    if not isinstance(constraint.axis, int):
        object.__setattr__(constraint, "axis", tuple(constraint.axis))
