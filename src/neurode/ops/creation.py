"""Ops that make arrays."""

from typing import Any

import jax.numpy as jnp

from neurode.ops.application import arrays, as_array, dtype_of, op, unary

unary(
    {
        "bartlett": (lambda x: jnp.bartlett(int(x)).astype("float32"), "A window of $x$ points: a triangle."),
        "blackman": (
            lambda x: jnp.blackman(int(x)).astype("float32"),
            "A window of $x$ points: three cosines.",
        ),
        "hamming": (
            lambda x: jnp.hamming(int(x)).astype("float32"),
            "A window of $x$ points that ends at 0.08.",
        ),
        "hanning": (
            lambda x: jnp.hanning(int(x)).astype("float32"),
            "A window of $x$ points: a cosine that ends at 0.",
        ),
    }
)


@op
def array(x: Any, dtype: Any = None) -> Any:
    """A new array of these numbers."""
    return jnp.array(x, dtype=dtype_of(dtype))


@op
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Zeros of this shape, float32 unless said otherwise."""
    return jnp.zeros(shape, dtype_of(dtype, "float32"))


@op
def ones(shape: Any, dtype: Any = None) -> Any:
    """Ones of this shape, float32 unless said otherwise."""
    return jnp.ones(shape, dtype_of(dtype, "float32"))


@op
def empty(shape: Any, dtype: Any = None) -> Any:
    """An array whose numbers nobody should read; here they are zeros."""
    return jnp.zeros(shape, dtype_of(dtype, "float32"))


@op
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """`fill_value` everywhere, float32 unless said otherwise."""
    return jnp.full(shape, as_array(fill_value), dtype_of(dtype, "float32"))


@op
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros of the shape and type of `x`."""
    return jnp.zeros_like(as_array(x), dtype_of(dtype))


@op
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones of the shape and type of `x`."""
    return jnp.ones_like(as_array(x), dtype_of(dtype))


@op
def empty_like(x: Any, dtype: Any = None) -> Any:
    """`empty` of the shape and type of `x`."""
    return jnp.zeros_like(as_array(x), dtype_of(dtype))


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """`fill_value` in the shape and type of `x`."""
    return jnp.full_like(as_array(x), fill_value, dtype_of(dtype))


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones on the `k`-th diagonal of `N` rows and `M` columns, zeros elsewhere."""
    return jnp.eye(N, M, k, dtype_of(dtype, "float32"))


@op
def identity(n: int, dtype: Any = None) -> Any:
    """The identity matrix of `n` rows."""
    return jnp.identity(n, dtype_of(dtype, "float32"))


@op
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones on and below the `k`-th diagonal, zeros above."""
    return jnp.tri(N, M, k, dtype_of(dtype, "float32"))


@op
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """From `start` (0 if alone) up to, not including, `stop`; whole numbers give int32, others float32.

    Example:
        >>> arange(3).tolist(), arange(1.0, 2.0, 0.5).tolist()
        ([0, 1, 2], [1.0, 1.5])
    """
    return jnp.arange(start, stop, step, dtype_of(dtype))


@op
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers at equal distances from `start` to `stop`; with `retstep`, the distance too."""
    return jnp.linspace(as_array(start), as_array(stop), num, endpoint, retstep, dtype_of(dtype), axis=axis)


@op
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float | int = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`base` to the powers that `linspace` gives."""
    return jnp.logspace(as_array(start), as_array(stop), num, endpoint, base, dtype_of(dtype), axis=axis)


@op
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers at equal ratios from `start` to `stop`."""
    return jnp.geomspace(as_array(start), as_array(stop), num, endpoint, dtype_of(dtype), axis=axis)


@op
def kaiser(x: Any, beta: float | int) -> Any:
    """A window of `x` points whose Bessel shape is narrower the larger `beta` is."""
    return jnp.kaiser(int(x), beta).astype("float32")


@op
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Powers of each number, one row each: Vandermonde's matrix."""
    return jnp.vander(as_array(x), N, increasing)


@op
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """The coordinates of a grid, one array for each axis."""
    return jnp.meshgrid(*arrays(x), indexing=indexing)
