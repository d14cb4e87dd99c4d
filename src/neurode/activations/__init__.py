"""Activation functions by name: Keras's list.

Array in, array of the same shape out (`glu` alone halves an axis). Lists and NumPy arrays are taken too.
is a function and one line in `ACTIVATIONS`.
"""

from neurode.activations.names import (
    ACTIVATIONS,
    OTHERS,
    Activation,
    deserialize,
    get,
    name_of,
    serialize,
    serialized,
)
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

swish, hard_swish = silu, hard_silu

__all__ = [
    "ACTIVATIONS",
    "OTHERS",
    "Activation",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "name_of",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "serialized",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
