"""Activation functions by name.

Array in, array of the same shape out. A new one is one line in `ACTIVATIONS`.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, UnknownNameError

Activation = Callable[[Array], Array]


def linear(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The identity, $x$."""
    return x


def softmax(x: Float[Array, "... units"]) -> Float[Array, "... units"]:
    r"""Probabilities over the last axis, $e^{x_i} / \sum_j e^{x_j}$.

    Example:
        >>> softmax(jnp.array([[0.0, 0.0]]))
        Array([[0.5, 0.5]], dtype=float32)
    """
    return jax.nn.softmax(x, axis=-1)


def hard_sigmoid(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The sigmoid in three straight lines: 0 below -3, 1 above 3, $x / 6 + 1 / 2$ between."""
    return jnp.clip(x / 6 + 0.5, 0, 1)


def leaky_relu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """$x$ above 0, $0.2 x$ below (Keras's slope; other libraries use 0.01)."""
    return jax.nn.leaky_relu(x, 0.2)


def gelu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""$x \Phi(x)$ with the exact normal distribution function, as in Keras."""
    return jax.nn.gelu(x, approximate=False)


ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "sigmoid": jax.nn.sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "log_sigmoid": jax.nn.log_sigmoid,
    "tanh": jnp.tanh,
    "hard_tanh": jax.nn.hard_tanh,
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "leaky_relu": leaky_relu,
    "elu": jax.nn.elu,
    "celu": jax.nn.celu,
    "selu": jax.nn.selu,
    "gelu": gelu,
    "silu": jax.nn.silu,
    "swish": jax.nn.silu,
    "mish": jax.nn.mish,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "exponential": jnp.exp,
    "softmax": softmax,
    "log_softmax": jax.nn.log_softmax,
}


def get(name: str | Activation | None) -> Activation:
    """Returns the function called `name`; a callable is returned unchanged, `None` means linear.

    Raises:
        UnknownNameError: If no activation has this name.

    Example:
        >>> get("relu")(jnp.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """
    if name is None:
        return linear
    if callable(name):
        return name
    if name not in ACTIVATIONS:
        raise UnknownNameError("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]


def name_of(activation: str | Activation | None) -> str:
    """The name of an activation, for configurations and pictures.

    Example:
        >>> name_of(get("tanh")), name_of(None)
        ('tanh', 'linear')
    """
    if isinstance(activation, str):
        return activation
    function = get(activation)
    known = next((name for name, known in ACTIVATIONS.items() if known is function), None)
    return known or str(getattr(function, "__name__", type(function).__name__))


def serialized(activation: str | Activation | None) -> str:
    """The name under which a built-in activation is written to a file.

    Raises:
        ArgumentError: If the activation is a function of the user's own, which no file can carry.
    """
    name = name_of(activation)
    if name not in ACTIVATIONS or ACTIVATIONS[name] is not get(activation):
        raise ArgumentError(
            f"the activation {name!r} is a function of your own, which a file cannot carry",
            hint="save the weights with model.get_weights() and build the network from code",
        )
    return name
