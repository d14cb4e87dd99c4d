"""Nadam: Adam that looks one step of its momentum ahead."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, toward, zeros_of
from neurode.records import record


@record
class Nadam(Optimizer):
    r"""Adam with Nesterov momentum that warms up.

    $\mu_t = \beta_1 (1 - \frac{1}{2} 0.96^t)$,
    $P_t = \prod_{i \le t} \mu_i$,
    $\hat m = \frac{\mu_{t+1} m}{1 - P_{t+1}} + \frac{(1 - \mu_t) g}{1 - P_t}$,
    $w \leftarrow w - \eta \hat m / (\sqrt{v / (1 - \beta_2^t)} + \epsilon)$.

    optax's rule has a constant $\mu$, so it is not used.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_1: How slowly the mean $m$ of gradients forgets, in [0, 1).
        beta_2: How slowly the mean $v$ of squares forgets, in [0, 1).
        epsilon: $\epsilon$, added after the bias correction.

    Example:
        >>> rule, weights = Nadam(beta_1=0.0), jnp.array([1.0])
        >>> state, rate, step = rule.init(weights), jnp.array(0.5), jnp.array(1)
        >>> rule.update(jnp.array([3.0]), state, weights, rate, step)[0].round(4)
        Array([-0.5], dtype=float32)

    References:
        Dozat (2016), Incorporating Nesterov Momentum into Adam, algorithm 8.
    """

    beta_1: float | int = 0.9
    beta_2: float | int = 0.999
    epsilon: float | int = 1e-7

    def init(self, weights: Weights) -> Any:
        return {"mean": zeros_of(weights), "square": zeros_of(weights), "product": jnp.ones(())}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        t = step.astype(jnp.float32)
        momentum, following = (self.beta_1 * (1 - 0.5 * 0.96**at) for at in (t, t + 1))
        product = state["product"] * momentum
        mean = toward(state["mean"], gradient, 1 - self.beta_1)
        square = toward(state["square"], jax.tree.map(jnp.square, gradient), 1 - self.beta_2)
        ahead, now = following / (1 - product * following), (1 - momentum) / (1 - product)
        seen = 1 - self.beta_2**t

        def change(m: Any, v: Any, g: Any) -> Any:
            return -learning_rate * (ahead * m + now * g) / (jnp.sqrt(v / seen) + self.epsilon)

        changes = jax.tree.map(change, mean, square, gradient)
        return changes, {"mean": mean, "square": square, "product": product}
