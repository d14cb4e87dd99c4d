"""Adafactor: Adam's scale from the sums of rows and columns, which takes less memory."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights
from neurode.records import record


@record
class Adafactor(Optimizer):
    r"""The mean square of a matrix from its rows and columns: $v_{ij} = r_i c_j / \bar r$.

    $u = g / \sqrt v$, $w \leftarrow w - \max(\epsilon_2, \mathrm{rms}(w)) \min(\eta, t^{-1/2}) \,
    u / \max(1, \mathrm{rms}(u) / d)$. $r$ and $c$ are running means of $g^2 + \epsilon_1$ with
    $\beta_2 = 1 - t^p$; arrays of one axis keep all of $v$.

    The product $v$ is never formed: for a row and a column without gradient it is too small for 32 bits, and
    Keras 3.15 then divides 0 by 0. optax factors the two longest axes; here, as in Keras, it is the last two.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_2_decay: $p$, below 0.
        epsilon_1: $\epsilon_1$.
        epsilon_2: $\epsilon_2$, the least size that weights are taken to have.
        clip_threshold: $d$, the largest root mean square of $u$.
        relative_step: Kept for Keras's sake, where it has no effect either: the rate is always limited by
            $t^{-1/2}$.

    Example:
        >>> rule, weights = Adafactor(), {"bias": jnp.array([3.0, 3.0])}
        >>> gradient, state = {"bias": jnp.array([1.0, -1.0])}, rule.init(weights)
        >>> rule.update(gradient, state, weights, jnp.array(0.5), jnp.array(1))[0]["bias"]
        Array([-1.5,  1.5], dtype=float32)

    References:
        Shazeer and Stern (2018), [Adafactor](https://arxiv.org/abs/1804.04235), algorithms 4 and 5.
    """

    beta_2_decay: float | int = -0.8
    epsilon_1: float | int = 1e-30
    epsilon_2: float | int = 1e-3
    clip_threshold: float | int = 1.0
    relative_step: bool = True

    @property
    def elementwise(self) -> bool:
        return False

    def init(self, weights: Weights) -> Any:
        # A matrix keeps its rows and columns, any other array its squares; what is not kept is one 0.
        row = jax.tree.map(lambda w: jnp.zeros(w.shape[:-1] if w.ndim > 1 else ()), weights)
        column = jax.tree.map(
            lambda w: jnp.zeros((*w.shape[:-2], w.shape[-1]) if w.ndim > 1 else ()), weights
        )
        square = jax.tree.map(lambda w: jnp.zeros(() if w.ndim > 1 else w.shape), weights)
        return {"row": row, "column": column, "square": square}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        t = step.astype(jnp.float32)
        fresh = t**self.beta_2_decay
        mixed = lambda old, new: (1 - fresh) * old + fresh * new  # noqa: E731
        regular = lambda g: jnp.square(g) + self.epsilon_1  # noqa: E731

        def along(axis: int) -> Any:
            return lambda old, g: mixed(old, jnp.mean(regular(g), axis)) if g.ndim > 1 else old

        row = jax.tree.map(along(-1), state["row"], gradient)
        column = jax.tree.map(along(-2), state["column"], gradient)
        square = jax.tree.map(
            lambda old, g: old if g.ndim > 1 else mixed(old, regular(g)), state["square"], gradient
        )
        rate = jnp.minimum(learning_rate, 1 / jnp.sqrt(t))

        def change(g: Array, w: Array, r: Array, c: Array, v: Array) -> Array:
            if g.ndim > 1:
                share = r / jnp.mean(r, -1, keepdims=True)
                unit = g / jnp.sqrt(share)[..., :, None] / jnp.sqrt(c)[..., None, :]
            else:
                unit = g / jnp.sqrt(v)
            unit = unit / jnp.maximum(1.0, _rms(unit) / self.clip_threshold)
            return -jnp.maximum(self.epsilon_2, _rms(w)) * rate * unit

        changes = jax.tree.map(change, gradient, weights, row, column, square)
        return changes, {"row": row, "column": column, "square": square}


def _rms(x: Array) -> Array:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
