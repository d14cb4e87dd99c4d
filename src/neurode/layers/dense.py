"""Densely connected layer."""

from dataclasses import field
from typing import Any, ClassVar

import jax
import numpy as np
from jaxtyping import Array, Float

from neurode import activations
from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer, features_of
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class Dense(Layer):
    r"""Affine map followed by an activation: $y = \phi(xW + b)$.

    Args:
        units: Width of the output, at least 1.
        activation: $\phi$, a name in `neurode.activations.ACTIVATIONS` or a function.
        use_bias: Whether to add $b$. A normalisation layer placed right after this one subtracts $b$ again,
            so turn it off there.
        kernel_initializer: Draws $W$.
        bias_initializer: Draws $b$.
        kernel_regularizer: Adds a penalty on $W$ to the loss, such as `"l2"`.
        bias_regularizer: The same on $b$.
        activity_regularizer: The same on $y$, a mean over the rows of a batch.
        kernel_constraint: What $W$ is brought to after every step, such as `"non_neg"`.
        bias_constraint: The same for $b$.
        input_dim: Keras's old way to give the number of features to a first layer.

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
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    input_dim: int | None = field(default=None, kw_only=True)

    weight_names: ClassVar[tuple[str, ...]] = ("kernel", "bias")

    def __post_init__(self) -> None:
        if not isinstance(self.units, int | np.integer) or isinstance(self.units, bool) or self.units < 1:
            raise ArgumentError(f"Dense(units={self.units!r})", hint="units is a whole number, at least 1")
        object.__setattr__(self, "units", int(self.units))
        if self.input_dim is not None:
            object.__setattr__(self, "input_shape", (self.input_dim,))
            object.__setattr__(self, "input_dim", None)
        super().__post_init__()

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        features = features_of(self, input_shape)
        params = {"kernel": self.kernel_initializer.draw(key, (features, self.units))}
        if self.use_bias:
            params["bias"] = self.bias_initializer.draw(jax.random.fold_in(key, 1), (self.units,))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "rows ... features"],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows ... units"], State]:
        kernel = params["kernel"]
        if x.shape[-1] != kernel.shape[0]:
            raise ShapeError(f"{self.label} was built for {kernel.shape[0]} features, got {x.shape[-1]}")
        y = x @ kernel
        if self.use_bias:
            y = y + params["bias"].reshape(*[1] * (y.ndim - 1), self.units)
        return self.activation(y), state  # type: ignore[operator, misc]

    def output_shape(self, input_shape: Any) -> Shape:
        features_of(self, input_shape)
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["input_dim"]
        return config
