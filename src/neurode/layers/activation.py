"""An activation as a layer of its own."""

from jaxtyping import Array, Float

from neurode import activations
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, State


@record
class Activation(Layer):
    """Applies an activation to every unit.

    Args:
        activation: A name in `neurode.activations.ACTIVATIONS` or a function.

    Example:
        >>> import jax.numpy as jnp
        >>> Activation("relu").apply({}, {}, jnp.array([[-1.0, 2.0]]))[0]
        Array([[0., 2.]], dtype=float32)
    """

    activation: str | activations.Activation

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ..."], State]:
        return self.activation(x), state  # type: ignore[operator]
