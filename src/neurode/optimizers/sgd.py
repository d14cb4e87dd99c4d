"""Stochastic gradient descent."""

from typing import Any

import jax

from neurode.optimizers.optimizer import Optimizer, Rate, Scalar, Step, Weights, check_share, zeros_of
from neurode.records import record


@record
class SGD(Optimizer):
    r"""Stochastic gradient descent: $v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        momentum: $\mu$, the share of the last step that is kept, in [0, 1].
        nesterov: Whether to look one step ahead: $w \leftarrow w + \mu v - \eta g$.

    Example:
        >>> import jax.numpy as jnp
        >>> SGD(0.5).update(jnp.array([1.0]), (), jnp.array([0.0]), jnp.array(0.5), jnp.array(1))[0]
        Array([-0.5], dtype=float32)

    References:
        Sutskever et al. (2013), On the importance of initialization and momentum, eq. 1-4.
    """

    learning_rate: Rate = 0.01
    momentum: float | int = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("momentum", self.momentum)

    def init(self, weights: Weights) -> Any:
        return zeros_of(weights) if self.momentum else ()

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        descent = jax.tree.map(lambda g: -learning_rate * g, gradient)
        if not self.momentum:
            return descent, state
        carried = lambda velocity, descent: self.momentum * velocity + descent  # noqa: E731
        velocity = jax.tree.map(carried, state, descent)
        return (jax.tree.map(carried, velocity, descent) if self.nesterov else velocity), velocity
