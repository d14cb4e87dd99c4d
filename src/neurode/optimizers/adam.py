"""Adam and AdamW: running means of the gradient and of its square."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.errors import ArgumentError
from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, toward, zeros_of
from neurode.records import record


@record
class Adam(Optimizer):
    r"""Running means of the gradient and its square:
    $w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \, m / (\sqrt{v} + \epsilon)$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        beta_1: How slowly the mean of gradients forgets, in [0, 1).
        beta_2: How slowly the mean of squares forgets, in [0, 1).
        epsilon: $\epsilon$, added before the bias correction as in Keras ("epsilon hat"), which is why
            optax's rule is not used.
        amsgrad: Whether the largest $v$ so far is used, so that steps never grow again.

    Example:
        >>> rule, weights = Adam(), jnp.array([1.0])
        >>> state, rate, step = rule.init(weights), jnp.array(0.5), jnp.array(1)
        >>> rule.update(jnp.array([3.0]), state, weights, rate, step)[0].round(4)
        Array([-0.5], dtype=float32)

    References:
        Kingma and Ba (2015), [Adam](https://arxiv.org/abs/1412.6980), the last form of section 2.
        Reddi, Kale and Kumar (2018), [On the Convergence of Adam and
        Beyond](https://openreview.net/forum?id=ryQu7f-RZ), algorithm 2, for `amsgrad`.
    """

    beta_1: float | int = 0.9
    beta_2: float | int = 0.999
    epsilon: float | int = 1e-7
    amsgrad: bool = False

    def init(self, weights: Weights) -> Any:
        zeros = zeros_of(weights)
        return {"mean": zeros, "square": zeros, **({"largest": zeros} if self.amsgrad else {})}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        mean = toward(state["mean"], gradient, 1 - self.beta_1)
        square = toward(state["square"], jax.tree.map(jnp.square, gradient), 1 - self.beta_2)
        following, scale = {"mean": mean, "square": square}, square
        if self.amsgrad:
            scale = following["largest"] = jax.tree.map(jnp.maximum, state["largest"], square)
        rate = corrected_rate(learning_rate, self.beta_1, self.beta_2, step)
        change = jax.tree.map(lambda m, v: -rate * m / (jnp.sqrt(v) + self.epsilon), mean, scale)
        return change, following


def corrected_rate(learning_rate: Scalar, beta_1: float | int, beta_2: float | int, step: Step) -> Scalar:
    r"""$\eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$: makes up for means that begin at 0.

    Example:
        >>> corrected_rate(jnp.array(0.5), 0.0, 0.75, jnp.array(1))
        Array(0.25, dtype=float32)
    """
    t = step.astype(jnp.float32)
    return learning_rate * jnp.sqrt(1 - beta_2**t) / (1 - beta_1**t)


@record
class AdamW(Adam):
    r"""Adam with decay apart from the gradient: each step first takes $\eta \lambda w$ off the weights.

    Args:
        learning_rate: $\eta$. The other arguments are those of `Adam`.
        weight_decay: $\lambda$, on every weight as in Keras.

    Example:
        >>> rule, weights = AdamW(0.5, weight_decay=0.5), jnp.array([1.0])
        >>> state, rate, step = rule.start(weights), jnp.array(0.5), jnp.array(1)
        >>> rule.step(jnp.array([0.0]), state, weights, rate, step)[0]
        Array([0.75], dtype=float32)

    References:
        Loshchilov and Hutter (2019), [Decoupled Weight Decay
        Regularization](https://arxiv.org/abs/1711.05101), algorithm 2.
    """

    weight_decay: float | int | None = 0.004

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weight_decay is None:
            raise ArgumentError("weight_decay=None", hint="use Adam, which has no decay, or give a number")
