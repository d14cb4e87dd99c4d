"""Adagrad and Adadelta: steps in units of the gradients seen so far."""

from typing import Any

import jax
import optax

from neurode.errors import ArgumentError
from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights
from neurode.records import record


@record
class Adagrad(Optimizer):
    r"""Steps shrink with the sum of squared gradients.

    $G \leftarrow G + g^2$, $w \leftarrow w - \eta g / \sqrt{G + \epsilon}$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        initial_accumulator_value: $G$ before the first step, at least 0.
        epsilon: $\epsilon$.

    Example:
        >>> import jax.numpy as jnp
        >>> rule, weights = Adagrad(initial_accumulator_value=7.0, epsilon=0.0), jnp.array([1.0])
        >>> rule.update(jnp.array([3.0]), rule.init(weights), weights, jnp.array(4.0), jnp.array(1))[0]
        Array([-3.], dtype=float32)

    References:
        Duchi, Hazan and Singer (2011), Adaptive Subgradient Methods, figure 1.
    """

    initial_accumulator_value: float | int = 0.1
    epsilon: float | int = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.initial_accumulator_value >= 0:
            raise ArgumentError(
                f"initial_accumulator_value={self.initial_accumulator_value!r}", hint="give 0 or more"
            )

    def init(self, weights: Weights) -> Any:
        return self._rule().init(weights)

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        scaled, state = self._rule().update(gradient, state)
        return jax.tree.map(lambda u: -learning_rate * u, scaled), state

    def _rule(self) -> optax.GradientTransformation:
        return optax.scale_by_rss(self.initial_accumulator_value, self.epsilon)


@record
class Adadelta(Optimizer):
    r"""Steps in units of the last steps, over the gradients in units of the last gradients.

    $u = g \sqrt{D + \epsilon} / \sqrt{G + \epsilon}$ with running means $G$ of $g^2$ and $D$ of $u^2$;
    $w \leftarrow w - \eta u$.

    Args:
        learning_rate: $\eta$; 1.0 is the paper's rule. The options that all optimisers have are described in
            `Optimizer`.
        rho: How slowly the means forget, in [0, 1).
        epsilon: $\epsilon$, which sets the size of the first steps.

    Example:
        >>> import jax.numpy as jnp
        >>> rule, weights = Adadelta(rho=0.75, epsilon=1.0), jnp.array([1.0])
        >>> state, rate, step = rule.init(weights), jnp.array(1.0), jnp.array(1)
        >>> rule.update(jnp.array([3.0]), state, weights, rate, step)[0].round()
        Array([-2.], dtype=float32)

    References:
        Zeiler (2012), [ADADELTA](https://arxiv.org/abs/1212.5701), algorithm 1.
    """

    rho: float | int = 0.95
    epsilon: float | int = 1e-7

    def init(self, weights: Weights) -> Any:
        return self._rule().init(weights)

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        scaled, state = self._rule().update(gradient, state)
        return jax.tree.map(lambda u: -learning_rate * u, scaled), state

    def _rule(self) -> optax.GradientTransformation:
        return optax.scale_by_adadelta(self.rho, self.epsilon)
