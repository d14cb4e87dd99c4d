"""RMSprop: steps in units of a running root mean square."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, zeros_of
from neurode.records import record


@record
class RMSprop(Optimizer):
    r"""Steps in units of a running root mean square.

    $v \leftarrow \rho v + (1 - \rho) g^2$, $w \leftarrow w - \eta g / \sqrt{v + \epsilon}$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        rho: $\rho$, how slowly the mean square forgets, in [0, 1).
        momentum: Share of the last step that is kept.
        epsilon: $\epsilon$, inside the root as in Keras.
        centered: Whether the mean gradient $m$ is taken off, so that the root is a standard deviation.

    Example:
        >>> rule, weights = RMSprop(rho=0.75, epsilon=0.0), jnp.array([1.0])
        >>> rule.update(jnp.array([3.0]), rule.init(weights), weights, jnp.array(0.5), jnp.array(1))[0]
        Array([-1.], dtype=float32)

    References:
        Hinton (2012), Neural Networks for Machine Learning, lecture 6e.
    """

    rho: float | int = 0.9
    momentum: float | int = 0.0
    epsilon: float | int = 1e-7
    centered: bool = False

    def init(self, weights: Weights) -> Any:
        zeros = zeros_of(weights)
        return {
            "square": zeros,
            "mean": zeros if self.centered else (),
            "velocity": zeros if self.momentum else (),
        }

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        rho = self.rho
        square = jax.tree.map(lambda old, g: rho * old + (1 - rho) * jnp.square(g), state["square"], gradient)
        mean, velocity, variance = state["mean"], state["velocity"], square
        if self.centered:
            mean = jax.tree.map(lambda old, g: rho * old + (1 - rho) * g, mean, gradient)
            variance = jax.tree.map(lambda v, m: v - jnp.square(m), square, mean)
        descent = jax.tree.map(
            lambda g, v: -learning_rate * g / jnp.sqrt(v + self.epsilon), gradient, variance
        )
        if self.momentum:
            velocity = descent = jax.tree.map(lambda v, d: self.momentum * v + d, velocity, descent)
        return descent, {"square": square, "mean": mean, "velocity": velocity}
