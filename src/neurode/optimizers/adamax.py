"""Adamax: Adam with the largest gradient in the place of the root mean square."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, toward, zeros_of
from neurode.records import record


@record
class Adamax(Optimizer):
    r"""Steps in units of the largest gradient.

    $u \leftarrow \max(\beta_2 u, |g|)$, $w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \, m / (u + \epsilon)$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_1: How slowly the mean $m$ of gradients forgets, in [0, 1).
        beta_2: How slowly the largest gradient is forgotten, in [0, 1).
        epsilon: $\epsilon$, outside the maximum as in Keras; optax has it inside.

    Example:
        >>> rule, weights = Adamax(beta_1=0.0, epsilon=1.0), jnp.array([1.0])
        >>> rule.update(jnp.array([3.0]), rule.init(weights), weights, jnp.array(4.0), jnp.array(1))[0]
        Array([-3.], dtype=float32)

    References:
        Kingma and Ba (2015), [Adam](https://arxiv.org/abs/1412.6980), algorithm 2.
    """

    beta_1: float | int = 0.9
    beta_2: float | int = 0.999
    epsilon: float | int = 1e-7

    def init(self, weights: Weights) -> Any:
        return {"mean": zeros_of(weights), "largest": zeros_of(weights)}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        mean = toward(state["mean"], gradient, 1 - self.beta_1)
        largest = jax.tree.map(
            lambda u, g: jnp.maximum(self.beta_2 * u, jnp.abs(g)), state["largest"], gradient
        )
        rate = learning_rate / (1 - self.beta_1 ** step.astype(jnp.float32))
        change = jax.tree.map(lambda m, u: -rate * m / (u + self.epsilon), mean, largest)
        return change, {"mean": mean, "largest": largest}
