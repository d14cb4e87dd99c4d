"""A place that a metric of the user's own may assign to, inside a compiled program as well as outside."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from neurode.errors import ArgumentError


class Variable:
    """A number or array with Keras's `assign`, `assign_add` and `assign_sub`.

    It takes part in arithmetic like the array that it holds.

    Args:
        value: What it holds first. Shape and type stay.
        name: For the reader.

    Example:
        >>> count = Variable(np.float32(0), name="count")
        >>> count.assign_add(2)
        >>> float(count / 4)
        0.5
    """

    # NumPy's arrays leave the arithmetic to this class.
    __array_priority__ = 100

    def __init__(self, value: Any, name: str | None = None) -> None:
        self.value, self.initial, self.name = value, value, name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return tuple(np.shape(self.value))

    @property
    def dtype(self) -> Any:
        """The type of the value."""
        return self.value.dtype

    def assign(self, value: Any) -> None:
        """Replaces the value."""
        self.value = jnp.broadcast_to(jnp.asarray(_plain(value), self.dtype), self.shape)

    def assign_add(self, value: Any) -> None:
        """Adds to the value."""
        self.assign(self.value + _plain(value))

    def assign_sub(self, value: Any) -> None:
        """Takes from the value."""
        self.assign(self.value - _plain(value))

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array."""
        return np.asarray(self.value)

    def __jax_array__(self) -> Array:
        return jnp.asarray(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __float__(self) -> float:
        return float(self.value)

    def __repr__(self) -> str:
        return f"Variable({self.value!r}, name={self.name!r})"

    def __add__(self, other: Any) -> Any:
        return self.value + _plain(other)

    def __sub__(self, other: Any) -> Any:
        return self.value - _plain(other)

    def __mul__(self, other: Any) -> Any:
        return self.value * _plain(other)

    def __truediv__(self, other: Any) -> Any:
        return self.value / _plain(other)

    def __pow__(self, other: Any) -> Any:
        return self.value ** _plain(other)

    def __radd__(self, other: Any) -> Any:
        return other + self.value

    def __rsub__(self, other: Any) -> Any:
        return other - self.value

    def __rmul__(self, other: Any) -> Any:
        return other * self.value

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.value

    def __neg__(self) -> Any:
        return -self.value

    def __gt__(self, other: Any) -> Any:
        return self.value > _plain(other)

    def __lt__(self, other: Any) -> Any:
        return self.value < _plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= _plain(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= _plain(other)


def initial_value(shape: tuple[int, ...], initializer: Any, dtype: Any = None) -> np.ndarray:
    """What a variable holds first: zeros, ones, or what a function of shape and type makes.

    Example:
        >>> initial_value((2,), "ones").tolist()
        [1.0, 1.0]
    """
    dtype = jnp.dtype(dtype or "float32")
    if initializer in (None, "zeros") or type(initializer).__name__ == "Zeros":
        return np.zeros(shape, dtype)
    if initializer == "ones" or type(initializer).__name__ == "Ones":
        return np.ones(shape, dtype)
    if callable(initializer):
        return np.asarray(initializer(shape, dtype), dtype)
    raise ArgumentError(f"initializer={initializer!r}", available="initializers: 'zeros', 'ones', a function")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Variable) else value
