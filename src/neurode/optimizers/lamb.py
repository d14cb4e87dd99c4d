"""Lamb: Adam whose steps are as long as the weights of a layer allow."""

from typing import Any

import jax
import optax

from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights
from neurode.records import record


@record
class Lamb(Optimizer):
    r"""Adam's step $u$ of each array of weights, made as long as the array.

    $w \leftarrow w - \eta \frac{|w|}{|u|} u$.
    For large batches. Where $|w|$ or $|u|$ is 0, the factor is 1.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_1: How slowly the mean of gradients forgets, in [0, 1).
        beta_2: How slowly the mean of squares forgets, in [0, 1).
        epsilon: Added to the root after the bias correction.

    Example:
        >>> import jax.numpy as jnp
        >>> rule, weights = Lamb(), {"bias": jnp.array([3.0, 4.0])}
        >>> gradient, state = {"bias": jnp.array([1.0, -1.0])}, rule.init(weights)
        >>> rule.update(gradient, state, weights, jnp.array(1.0), jnp.array(1))[0]["bias"].round()
        Array([-4.,  4.], dtype=float32)

    References:
        You et al. (2020), [Large Batch Optimization for Deep Learning](https://arxiv.org/abs/1904.00962),
        algorithm 2; its decay is taken off before, as in Keras.
    """

    beta_1: float | int = 0.9
    beta_2: float | int = 0.999
    epsilon: float | int = 1e-7

    @property
    def elementwise(self) -> bool:
        return False

    def init(self, weights: Weights) -> Any:
        return self._rule().init(weights)

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        scaled, state = self._rule().update(gradient, state, weights)
        return jax.tree.map(lambda u: -learning_rate * u, scaled), state

    def _rule(self) -> optax.GradientTransformation:
        adam = optax.scale_by_adam(self.beta_1, self.beta_2, self.epsilon)
        return optax.chain(adam, optax.scale_by_trust_ratio())
