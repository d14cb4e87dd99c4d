"""Densely connected layer."""

from dataclasses import dataclass
from typing import Any, ClassVar

from jaxtyping import Array, Float

from neurode import activations, initializers
from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer, one_axis
from neurode.layers.randomness import Randomness
from neurode.typing import Params, Shape, State


@dataclass(frozen=True)
class Dense(Layer):
    r"""Affine map followed by an activation: $y = \phi(xW + b)$.

    Args:
        units: Width of the output, at least 1.
        activation: $\phi$, a name in `neurode.activations.ACTIVATIONS` or a function.
        use_bias: Whether to add $b$. A normalisation layer placed right after this one subtracts $b$ again,
            so turn it off there.
        kernel_initializer: Draws $W$.
        bias_initializer: Draws $b$.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> layer = Dense(3, activation="relu")
        >>> params, state = layer.init(jax.random.key(0), (4,))
        >>> jax.tree.map(jnp.shape, params)
        {'bias': (3,), 'kernel': (4, 3)}
        >>> layer.apply(params, state, jnp.ones((2, 4)))[0].shape
        (2, 3)

    References:
        Glorot and Bengio (2010), eq. 16: the default kernel.
    """

    units: int
    activation: str | activations.Activation | None = None
    use_bias: bool = True
    kernel_initializer: str | initializers.Initializer = "glorot_uniform"
    bias_initializer: str | initializers.Initializer = "zeros"

    weight_names: ClassVar[tuple[str, ...]] = ("kernel", "bias")

    def __post_init__(self) -> None:
        if not isinstance(self.units, int) or isinstance(self.units, bool) or self.units < 1:
            raise ArgumentError(f"Dense(units={self.units!r})", hint="units is a whole number, at least 1")
        activations.get(self.activation)
        if self.activation is None:
            # One name for one thing: equal layers share a compiled program, also after a trip through a file.
            object.__setattr__(self, "activation", "linear")
        initializers.get(self.kernel_initializer)
        initializers.get(self.bias_initializer)

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        features = one_axis(self, input_shape)
        params = {"kernel": initializers.get(self.kernel_initializer)(key, (features, self.units))}
        if self.use_bias:
            params["bias"] = initializers.get(self.bias_initializer)(key, (self.units,))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "rows features"],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows units"], State]:
        kernel = params["kernel"]
        if x.shape[-1] != kernel.shape[0]:
            raise ShapeError(f"{self.label} was built for {kernel.shape[0]} features, got {x.shape[-1]}")
        y = x @ kernel
        if self.use_bias:
            y = y + params["bias"][None, :]
        return activations.get(self.activation)(y), state

    def output_shape(self, input_shape: Any) -> Shape:
        one_axis(self, input_shape)
        return (self.units,)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "activation": activations.serialized(self.activation),
            "kernel_initializer": initializers.serialized(self.kernel_initializer),
            "bias_initializer": initializers.serialized(self.bias_initializer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        drawn = {
            key: initializers.get(value)
            for key, value in config.items()
            if key.endswith("_initializer") and isinstance(value, dict)
        }
        return super().from_config(config | drawn)
