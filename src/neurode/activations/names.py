"""Activations by name, and as configurations."""

from collections.abc import Callable, Mapping
from typing import Any

from jaxtyping import Array

from neurode.activations.rectifiers import (
    celu,
    elu,
    gelu,
    hard_silu,
    leaky_relu,
    mish,
    relu,
    relu6,
    selu,
    silu,
    softplus,
    sparse_plus,
    squareplus,
)
from neurode.activations.shares import glu, log_softmax, softmax, sparsemax
from neurode.activations.sigmoids import (
    exponential,
    hard_shrink,
    hard_sigmoid,
    hard_tanh,
    linear,
    log_sigmoid,
    sigmoid,
    soft_shrink,
    softsign,
    sparse_sigmoid,
    tanh,
    tanh_shrink,
    threshold,
)
from neurode.errors import ArgumentError, UnknownNameError

Activation = Callable[[Array], Array]

ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "sparse_sigmoid": sparse_sigmoid,
    "log_sigmoid": log_sigmoid,
    "tanh": tanh,
    "hard_tanh": hard_tanh,
    "tanh_shrink": tanh_shrink,
    "relu": relu,
    "relu6": relu6,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "celu": celu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "swish": silu,
    "hard_silu": hard_silu,
    "hard_swish": hard_silu,
    "mish": mish,
    "softplus": softplus,
    "squareplus": squareplus,
    "sparse_plus": sparse_plus,
    "softsign": softsign,
    "soft_shrink": soft_shrink,
    "hard_shrink": hard_shrink,
    "exponential": exponential,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "sparsemax": sparsemax,
}
"""What a layer may have: one argument in, the same shape out."""

OTHERS: dict[str, Callable] = {"glu": glu, "threshold": threshold}
"""Functions with a name that no layer can have as they are: one halves an axis, one needs more arguments."""


def get(name: str | Activation | Mapping | None) -> Activation:
    """Returns the function called `name`; a callable is returned unchanged, `None` means linear.

    Raises:
        UnknownNameError: If no activation has this name.

    Example:
        >>> get("relu")([-1.0, 2.0])
        Array([0., 2.], dtype=float32)
    """
    if name is None:
        return linear
    if isinstance(name, Mapping):
        return deserialize(name)
    if callable(name):
        return name
    known = ACTIVATIONS | OTHERS
    if not isinstance(name, str) or name not in known:
        raise UnknownNameError("activation", name, known)
    return known[name]


def name_of(activation: str | Activation | Mapping | None) -> str:
    """The name of an activation, for configurations and pictures.

    Example:
        >>> name_of(get("tanh")), name_of(None)
        ('tanh', 'linear')
    """
    if isinstance(activation, str):
        return activation
    function = get(activation)
    return str(getattr(function, "__name__", type(function).__name__))


def serialized(activation: str | Activation | Mapping | None) -> str:
    """The name under which a built-in activation is written to a file.

    Raises:
        ArgumentError: If the activation is a function of the user's own, which no file can carry.
    """
    name, known = name_of(activation), ACTIVATIONS | OTHERS
    if name not in known or known[name] is not get(activation):
        raise ArgumentError(
            f"the activation {name!r} is a function of your own, which a file cannot carry",
            hint="save the weights with model.get_weights() and build the network from code",
        )
    return name


def serialize(activation: str | Activation | Mapping | None) -> str | dict[str, Any]:
    """The name of a built-in activation; for another function a dictionary that `deserialize` reads.

    Raises:
        ArgumentError: If the function has no name to be found by.

    Example:
        >>> serialize(get("relu"))
        'relu'
    """
    function, name, known = get(activation), name_of(activation), ACTIVATIONS | OTHERS
    if known.get(name) is function:
        return name
    if name == "<lambda>":
        raise ArgumentError(
            "an activation without a name cannot be found again",
            hint="write it as a function with `def`, and give it to `deserialize` in custom_objects",
        )
    return {"class_name": "function", "config": name, "registered_name": name}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Activation:
    """The activation of a name or of what `serialize` gave.

    Args:
        config: A name, or a dictionary with `config` (the name) or `registered_name`, as in Keras.
        custom_objects: Functions of the user's own, by name.

    Raises:
        UnknownNameError: If the name is not known.

    Example:
        >>> deserialize({"class_name": "function", "config": "relu"}) is relu
        True
    """
    if isinstance(config, Mapping):
        name = config.get("config")
        if not isinstance(name, str):
            name = config.get("registered_name") or config.get("class_name")
        config = str(name).rpartition(">")[2]
    own = dict(custom_objects or {})
    return own[config] if isinstance(config, str) and config in own else get(config)
