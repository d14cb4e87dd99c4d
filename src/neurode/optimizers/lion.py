"""Lion: steps of one size, in the direction of the sign."""

from typing import Any

import jax
import optax

from neurode.errors import ArgumentError
from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights
from neurode.records import record


@record
class Lion(Optimizer):
    r"""Steps of one size, by the sign: $w \leftarrow w - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g)$.

    $m$ is a running mean of gradients. Every weight moves by $\eta$, which is chosen 3 to 10 times smaller
    than Adam's.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_1: Share of the mean in the direction, in (0, 1].
        beta_2: How slowly the mean forgets, in [0, 1].

    Example:
        >>> import jax.numpy as jnp
        >>> rule, weights = Lion(), jnp.array([1.0, 1.0])
        >>> rule.update(jnp.array([3.0, -7.0]), rule.init(weights), weights, jnp.array(0.5), jnp.array(1))[0]
        Array([-0.5,  0.5], dtype=float32)

    References:
        Chen et al. (2023), [Symbolic Discovery of Optimization Algorithms](https://arxiv.org/abs/2302.06675),
        program 1.
    """

    beta_1: float | int = 0.9
    beta_2: float | int = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.beta_1 <= 1:
            raise ArgumentError(f"beta_1={self.beta_1!r}", hint="give a number above 0, up to 1")

    def init(self, weights: Weights) -> Any:
        return self._rule().init(weights)

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        sign, state = self._rule().update(gradient, state)
        return jax.tree.map(lambda u: -learning_rate * u, sign), state

    def _rule(self) -> optax.GradientTransformation:
        return optax.scale_by_lion(self.beta_1, self.beta_2)
