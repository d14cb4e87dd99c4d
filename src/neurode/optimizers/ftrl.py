"""FTRL-proximal: for wide, sparse, linear models."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.errors import ArgumentError
from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, zeros_of
from neurode.records import record


@record
class Ftrl(Optimizer):
    r"""Follow the regularized leader: the weights that would have been best so far, many of them exactly 0.

    $n' = n + g^2$, $z \leftarrow z + g - \frac{n'^{-p} - n^{-p}}{\eta} w$,
    $w \leftarrow \frac{\mathrm{clip}(z, -l_1, l_1) - z}{n'^{-p} / \eta + 2 l_2 + \beta / \eta}$.

    The first step all but forgets the weights it begins with. A learning rate of 0, where schedules may end,
    moves nothing here; in Keras 3.15 it divides by 0. optax has no such rule.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        learning_rate_power: $p$, at most 0; 0 keeps the rate the same throughout.
        initial_accumulator_value: $n$ before the first step, at least 0.
        l1_regularization_strength: $l_1$, at least 0: how many weights are 0.
        l2_regularization_strength: $l_2$, at least 0.
        l2_shrinkage_regularization_strength: $s$, at least 0: adds $2 s w$ to the gradient in
            $z$, not in $n$.
        beta: $\beta$, a start for the root.

    Example:
        >>> rule, weights = Ftrl(initial_accumulator_value=0.0), jnp.array([0.0])
        >>> rule.update(jnp.array([2.0]), rule.init(weights), weights, jnp.array(0.5), jnp.array(1))[0]
        Array([-0.5], dtype=float32)

    References:
        McMahan et al. (2013), Ad Click Prediction: a View from the Trenches, algorithm 1.
    """

    learning_rate_power: float | int = -0.5
    initial_accumulator_value: float | int = 0.1
    l1_regularization_strength: float | int = 0.0
    l2_regularization_strength: float | int = 0.0
    l2_shrinkage_regularization_strength: float | int = 0.0
    beta: float | int = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.learning_rate_power <= 0:
            raise ArgumentError(f"learning_rate_power={self.learning_rate_power!r}", hint="give 0 or less")
        strengths = [f"{kind}_regularization_strength" for kind in ("l1", "l2", "l2_shrinkage")]
        for name in ("initial_accumulator_value", *strengths):
            if not getattr(self, name) >= 0:
                raise ArgumentError(f"{name}={getattr(self, name)!r}", hint="give 0 or more")

    def init(self, weights: Weights) -> Any:
        start = self.initial_accumulator_value
        squares = jax.tree.map(lambda w: jnp.full_like(w, start), weights)
        return {"squares": squares, "linear": zeros_of(weights)}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        moves = learning_rate > 0
        rate = jnp.where(moves, learning_rate, 1.0)
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        shrinkage, power = 2 * self.l2_shrinkage_regularization_strength, -self.learning_rate_power

        def linear_of(z: Any, g: Any, w: Any, old: Any, new: Any) -> Any:
            return z + (g + shrinkage * w - (new**power - old**power) / rate * w)

        def change_of(z: Any, w: Any, new: Any) -> Any:
            best = (jnp.clip(z, -l1, l1) - z) / ((new**power + self.beta) / rate + 2 * l2)
            return jnp.where(moves, best - w, 0.0)

        old = state["squares"]
        squares = jax.tree.map(lambda n, g: n + jnp.square(g), old, gradient)
        linear = jax.tree.map(linear_of, state["linear"], gradient, weights, old, squares)
        change = jax.tree.map(change_of, linear, weights, squares)
        following = {"squares": squares, "linear": linear}
        return change, jax.tree.map(lambda new, old: jnp.where(moves, new, old), following, state)
