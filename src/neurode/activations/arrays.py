"""Numbers as activations want them: floating-point arrays."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float


def as_floats(x: Any) -> Float[Array, "..."]:
    """The numbers of an array, a list or a single number, as a floating-point array."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(jnp.float32)
