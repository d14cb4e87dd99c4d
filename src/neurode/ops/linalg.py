"""Ops of linear algebra."""

from typing import Any

import jax.numpy as jnp
import jax.scipy as jsp

from neurode.errors import ShapeError
from neurode.ops.application import arrays, as_array, axes, binary, op, unary

unary(
    {
        "det": (jnp.linalg.det, "Determinant."),
        "eigh": (
            lambda x: tuple(jnp.linalg.eigh(x)),
            "Eigenvalues, rising, and eigenvectors of a symmetric matrix.",
        ),
        "inv": (jnp.linalg.inv, "Inverse of a matrix."),
        "logdet": (lambda x: jnp.linalg.slogdet(x)[1], "Logarithm of the size of the determinant."),
        "lu_factor": (
            lambda x: jsp.linalg.lu_factor(x),
            "Lower and upper triangle in one matrix, and the pivots.",
        ),
        "slogdet": (lambda x: tuple(jnp.linalg.slogdet(x)), "Sign and logarithm of the determinant."),
    }
)

binary(
    {
        "dot": (jnp.dot, "Sum of products of the last axis of `x1` and the last but one of `x2`."),
        "inner": (jnp.inner, "Sum of products of the last axes."),
        "kron": (jnp.kron, "Every number of `x1` times the whole of `x2`: Kronecker's product."),
        "matmul": (jnp.matmul, "Matrix product; further axes broadcast."),
        "outer": (jnp.outer, "Every number of `x1` times every number of `x2`."),
        "vdot": (jnp.vdot, "Sum of products of all numbers."),
    }
)


@op
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Sum of products over the last axes of `x1` and the first of `x2`, or over named ones."""
    return jnp.tensordot(as_array(x1), as_array(x2), axes)


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sums of products in Einstein's notation.

    Example:
        >>> einsum("ij,j->i", [[1.0, 2.0]], [3.0, 4.0]).tolist()
        [11.0]
    """
    return jnp.einsum(subscripts, *arrays(operands), **kwargs)


@op
def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The vector at right angles to two vectors."""
    return jnp.cross(as_array(x1), as_array(x2), axisa, axisb, axisc, axis)


@op
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Sum of a diagonal."""
    return jnp.trace(as_array(x), offset, axis1, axis2)


@op
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    r"""The norm, $\sqrt{\sum x^2}$ unless `ord` says otherwise.

    Example:
        >>> float(norm([3.0, 4.0])), float(norm([3.0, 4.0], ord=1))
        (5.0, 7.0)
    """
    return jnp.linalg.norm(as_array(x), ord, axes(axis), keepdims)


@op
def cdist(x: Any, y: Any) -> Any:
    """Euclidean distance of every row of `x` to every row of `y`."""
    x, y = as_array(x), as_array(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ShapeError(f"cdist takes rows of equal width, not arrays of shapes {x.shape} and {y.shape}")
    return jnp.sqrt(jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), axis=-1))


@op
def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangular square root $L$ of a positive definite matrix, $L L^T$; NaN where it is not one."""
    return jnp.linalg.cholesky(as_array(x), upper=upper)


@op
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of a matrix whose triangular square root is given."""
    x = as_array(x)
    root = jsp.linalg.solve_triangular(x, jnp.eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    return root @ root.T if upper else root.T @ root


@op
def solve(a: Any, b: Any) -> Any:
    """The $x$ of $a x = b$."""
    return jnp.linalg.solve(as_array(a), as_array(b))


@op
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The $x$ of $a x = b$ for a triangular $a$."""
    return jsp.linalg.solve_triangular(as_array(a), as_array(b), lower=lower)


@op
def lstsq(a: Any, b: Any, rcond: float | int | None = None) -> Any:
    r"""The shortest $x$ that minimises $\|a x - b\|$."""
    return jnp.linalg.lstsq(as_array(a), as_array(b), rcond)[0]


@op
def pinv(x: Any, rcond: float | int | None = None) -> Any:
    """The pseudo-inverse of Moore and Penrose."""
    return jnp.linalg.pinv(as_array(x), rcond)


@op
def matrix_rank(x: Any, tol: float | int | None = None) -> Any:
    """How many singular values are above `tol`."""
    return jnp.linalg.matrix_rank(as_array(x), tol).astype("int32")


@op
def qr(x: Any, mode: str = "reduced") -> Any:
    """An orthogonal and an upper triangular matrix whose product is `x`."""
    return tuple(jnp.linalg.qr(as_array(x), mode))


@op
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular values between the two orthogonal matrices, or alone."""
    parts = jnp.linalg.svd(as_array(x), full_matrices, compute_uv)
    return tuple(parts) if compute_uv else parts
