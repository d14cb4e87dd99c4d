"""Ops of neural networks: activations, normalisations, cross-entropies."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.errors import ArgumentError, ShapeError
from neurode.ops.application import alias, as_array, axes, op, unary
from neurode.ops.precision import epsilon as smallest

unary(
    {
        "hard_sigmoid": (jax.nn.hard_sigmoid, "0 below -3, 1 above 3, $x / 6 + 1 / 2$ between."),
        "hard_silu": (jax.nn.hard_silu, "$x$ times `hard_sigmoid`."),
        "hard_tanh": (jax.nn.hard_tanh, "$x$ between -1 and 1, else the nearer of the two."),
        "log_sigmoid": (jax.nn.log_sigmoid, r"$\ln \sigma(x)$, finite for any finite $x$."),
        "relu": (jax.nn.relu, r"$\max(x, 0)$."),
        "relu6": (jax.nn.relu6, r"$\min(\max(x, 0), 6)$."),
        "selu": (
            jax.nn.selu,
            "`elu` scaled so that mean 0 and variance 1 stay (Klambauer et al., 2017, eq. 2).",
        ),
        "sigmoid": (jax.nn.sigmoid, r"$\sigma(x) = 1 / (1 + e^{-x})$."),
        "silu": (jax.nn.silu, r"$x \sigma(x)$."),
        "softplus": (jax.nn.softplus, r"$\ln(1 + e^x)$."),
        "softsign": (jax.nn.soft_sign, "$x / (1 + |x|)$."),
        "sparse_plus": (jax.nn.sparse_plus, "0 below -1, $x$ above 1, a parabola between."),
        "sparse_sigmoid": (jax.nn.sparse_sigmoid, "0 below -1, 1 above 1, a line between."),
        "tanh_shrink": (lambda x: x - jnp.tanh(x), r"$x - \tanh x$."),
    }
)
alias(hard_swish="hard_silu", swish="silu")


@op
def leaky_relu(x: Any, negative_slope: float | int = 0.2) -> Any:
    """$x$ above 0, `negative_slope` times $x$ below."""
    return jax.nn.leaky_relu(as_array(x), negative_slope)


@op
def elu(x: Any, alpha: float | int = 1.0) -> Any:
    r"""$x$ above 0, $\alpha (e^x - 1)$ below."""
    return jax.nn.elu(as_array(x), alpha)


@op
def celu(x: Any, alpha: float | int = 1.0) -> Any:
    r"""$x$ above 0, $\alpha (e^{x / \alpha} - 1)$ below."""
    return jax.nn.celu(as_array(x), alpha)


@op
def gelu(x: Any, approximate: bool = True) -> Any:
    r"""$x \Phi(x)$; by default the normal distribution function $\Phi$ is approximated by tanh."""
    return jax.nn.gelu(as_array(x), approximate)


@op
def glu(x: Any, axis: int = -1) -> Any:
    """The first half of an axis times the sigmoid of the second."""
    return jax.nn.glu(as_array(x), axis)


@op
def hard_shrink(x: Any, threshold: float | int = 0.5) -> Any:
    r"""$x$ where $|x|$ is above the threshold, else 0."""
    x = as_array(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@op
def soft_shrink(x: Any, threshold: float | int = 0.5) -> Any:
    """$x$ moved towards 0 by the threshold, and 0 where that passes 0."""
    x = as_array(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0.0))


@op
def squareplus(x: Any, b: float | int = 4) -> Any:
    r"""$(x + \sqrt{x^2 + b}) / 2$."""
    return jax.nn.squareplus(as_array(x), b)


@op
def threshold(x: Any, threshold: float | int, default_value: float | int) -> Any:
    """$x$ above the threshold, else `default_value`."""
    x = as_array(x)
    return jnp.where(x > threshold, x, default_value)


@op
def softmax(x: Any, axis: Any = -1) -> Any:
    r"""$e^{x_i} / \sum_j e^{x_j}$ over one axis, or several together.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    return jax.nn.softmax(as_array(x), axes(axis))


@op
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, finite for any finite score."""
    return jax.nn.log_softmax(as_array(x), axes(axis))


@op
def sparsemax(x: Any, axis: int = -1) -> Any:
    r"""The nearest probabilities to the scores, many of them exactly 0: $\max(x - \tau, 0)$ with sum 1.

    Keras's own falls short of 1 wherever more than one score is kept.

    Example:
        >>> sparsemax([0.5, 0.25, -2.0]).tolist()
        [0.625, 0.375, 0.0]

    References:
        Martins and Astudillo (2016), arXiv 1602.02068, algorithm 1.
    """
    x = jnp.moveaxis(as_array(x), axis, -1)
    falling = -jnp.sort(-x, axis=-1)
    excess = jnp.cumsum(falling, axis=-1) - 1
    ranks = jnp.arange(1, x.shape[-1] + 1)
    kept = jnp.sum(falling * ranks > excess, axis=-1, keepdims=True)
    tau = jnp.take_along_axis(excess, kept - 1, axis=-1) / kept
    return jnp.moveaxis(jnp.maximum(x - tau, 0.0), -1, axis)


@op
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | int | None = None) -> Any:
    r"""$x / \max(\|x\|, \epsilon)$ along an axis; zeros stay zeros and, unlike in Keras, pass no NaN back.

    Example:
        >>> print(normalize([3.0, 4.0]))
        [0.6 0.8]
    """
    if not isinstance(order, int) or order < 1:
        raise ArgumentError(f"normalize(order={order!r})", hint="order is a whole number, at least 1")
    x = jnp.atleast_1d(as_array(x))
    least = smallest() if epsilon is None else epsilon
    if order != 2:
        return x / jnp.maximum(jnp.linalg.norm(x, order, axes(axis), keepdims=True), least)
    squares = jnp.sum(jnp.square(x), axis=axes(axis), keepdims=True)
    # The square root of 0 has no gradient, so that a row of zeros takes another number through it.
    inverse = jax.lax.rsqrt(jnp.where(squares > 0, squares, 1.0))
    return x * jnp.where(squares > 0, jnp.minimum(inverse, 1 / least), 1 / least)


@op
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | int | None = None) -> Any:
    r"""$x / \sqrt{\overline{x^2} + \epsilon}$ times `scale`.

    References:
        Zhang and Sennrich (2019), arXiv 1910.07467, eq. 4.
    """
    x = jnp.atleast_1d(as_array(x))
    mean = jnp.mean(jnp.square(x), axis=axes(axis), keepdims=True)
    normal = x * jax.lax.rsqrt(mean + (smallest() if epsilon is None else epsilon))
    return normal if scale is None else normal * as_array(scale)


@op
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | int | None = None
) -> Any:
    r"""$\gamma (x - \bar x) / \sqrt{\text{var} + \epsilon} + \beta$ along an axis of each row.

    References:
        Ba et al. (2016), arXiv 1607.06450, eq. 4.
    """
    x = as_array(x)
    over = (axis,) if isinstance(axis, int) else tuple(axis)
    shape = [n if i in over or i - x.ndim in over else 1 for i, n in enumerate(x.shape)]
    mean, variance = jnp.mean(x, over, keepdims=True), jnp.var(x, over, keepdims=True)
    inverse = jax.lax.rsqrt(variance + (smallest() if epsilon is None else epsilon))
    inverse = inverse if gamma is None else inverse * as_array(gamma).reshape(shape)
    shift = -mean * inverse if beta is None else as_array(beta).reshape(shape) - mean * inverse
    return x * inverse + shift


@op
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float | int = 1e-3,
) -> Any:
    r"""$(x - \text{mean}) / \sqrt{\text{variance} + \epsilon}$ times `scale` plus `offset`, all along `axis`.

    References:
        Ioffe and Szegedy (2015), arXiv 1502.03167, algorithm 2.
    """
    x, mean = as_array(x), as_array(mean)
    shape = [1] * x.ndim
    shape[axis] = len(mean)
    inverse = jax.lax.rsqrt(as_array(variance).reshape(shape) + epsilon)
    inverse = inverse if scale is None else inverse * as_array(scale).reshape(shape)
    shift = -mean.reshape(shape) * inverse
    return x * inverse + (shift if offset is None else shift + as_array(offset).reshape(shape))


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    r"""$-t \ln p - (1 - t) \ln(1 - p)$, number by number, in nats.

    Args:
        target: $t$, from 0 to 1.
        output: $p$, kept `epsilon` away from 0 and 1; with `from_logits`, the score whose sigmoid is $p$.
        from_logits: Whether `output` is a score, for which nothing has to be cut.
    """
    target, output = as_array(target), as_array(output)
    if target.shape != output.shape:
        raise ShapeError(f"target and output differ in shape: {target.shape} and {output.shape}")
    if from_logits:
        return -target * jax.nn.log_sigmoid(output) - (1.0 - target) * jax.nn.log_sigmoid(-output)
    output = _inside(output)
    return -(target * jnp.log(output) + (1.0 - target) * jnp.log(1.0 - output))


@op
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    r"""$-\sum_i t_i \ln p_i$ along `axis`, in nats; probabilities are first made to sum to 1."""
    target, output = as_array(target), as_array(output)
    if target.shape != output.shape:
        raise ShapeError(f"target and output differ in shape: {target.shape} and {output.shape}")
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


@op
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    r"""$-\ln p_t$ for whole numbers $t$ that name the class, in nats; one outside costs 0, as in Keras."""
    target, output = as_array(target).astype("int32"), as_array(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    if target.shape != output.shape[:-1]:
        raise ShapeError(f"target of shape {target.shape} does not fit output of shape {output.shape}")
    hot = jax.nn.one_hot(target, output.shape[axis], axis=axis)
    return -jnp.sum(hot * _log_probabilities(output, from_logits, axis), axis=axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(output, axis=axis)
    return jnp.log(_inside(output / jnp.sum(output, axis=axis, keepdims=True)))


def _inside(probability: Any) -> Any:
    return jnp.clip(probability, smallest(), 1.0 - smallest())
