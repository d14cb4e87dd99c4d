"""Optimisers with Keras's names, constants and update rules, as pure functions on one flat vector of weights.

The learning rate is an argument of `update`, not part of the compiled program: another rate does not trace
again. optax is underneath where its mathematics equals Keras's.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from neurode.errors import ArgumentError, UnknownNameError

Vector = Float[Array, " weights"]
Scalar = Float[Array, ""]


@dataclass(frozen=True)
class Optimizer:
    """Base class. `init` makes the state, `update` gives what is added to the weights.

    Args:
        learning_rate: Size of a step, above 0.
    """

    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        if not 0 <= float(self.learning_rate) < float("inf"):
            raise ArgumentError(
                f"learning_rate={self.learning_rate!r}", hint="give a positive number such as 0.001"
            )

    def init(self, weights: Vector) -> Any:
        """The state before the first step."""
        return ()

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        """What is added to the weights at step number `step`, counted from 1, and the next state."""
        raise NotImplementedError

    def without_learning_rate(self) -> "Optimizer":
        """The rule alone, which is what a compiled program depends on."""
        return replace(self, learning_rate=0.0)

    def get_config(self) -> dict[str, Any]:
        """The settings by name, as they are written to a file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Stochastic gradient descent: $v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$.

    Args:
        learning_rate: $\eta$.
        momentum: $\mu$, the share of the last step that is kept, in [0, 1].
        nesterov: Whether to look one step ahead: $w \leftarrow w + \mu v - \eta g$.

    Example:
        >>> SGD(0.5).update(jnp.array([1.0]), (), jnp.array([0.0]), jnp.array(0.5), jnp.array(1))[0]
        Array([-0.5], dtype=float32)

    References:
        Sutskever et al. (2013), On the importance of initialization and momentum, eq. 1-4.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.momentum <= 1:
            raise ArgumentError(f"momentum={self.momentum!r}", hint="give a number from 0 to 1")

    def init(self, weights: Vector) -> Any:
        return jnp.zeros_like(weights) if self.momentum else ()

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        descent = -learning_rate * gradient
        if not self.momentum:
            return descent, state
        velocity = self.momentum * state + descent
        return (self.momentum * velocity + descent if self.nesterov else velocity), velocity


@dataclass(frozen=True)
class Adagrad(Optimizer):
    r"""Steps shrink with the sum of squared gradients.

    $G \leftarrow G + g^2$, $w \leftarrow w - \eta g / \sqrt{G + \epsilon}$.

    Args:
        learning_rate: $\eta$.
        initial_accumulator_value: $G$ before the first step.
        epsilon: $\epsilon$.

    References:
        Duchi, Hazan and Singer (2011), Adaptive Subgradient Methods, figure 1.
    """

    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def init(self, weights: Vector) -> Any:
        return self._rule().init(weights)

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        scaled, state = self._rule().update(gradient, state)
        return -learning_rate * scaled, state

    def _rule(self) -> optax.GradientTransformation:
        return optax.scale_by_rss(self.initial_accumulator_value, self.epsilon)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    r"""Steps in units of a running root mean square.

    $v \leftarrow \rho v + (1 - \rho) g^2$, $w \leftarrow w - \eta g / \sqrt{v + \epsilon}$.

    Args:
        learning_rate: $\eta$.
        rho: $\rho$, how slowly the mean square forgets, in [0, 1).
        momentum: Share of the last step that is kept.
        epsilon: $\epsilon$, inside the root as in Keras.
        centered: Whether the mean gradient is taken off, so that the root is a standard deviation.

    References:
        Hinton (2012), Neural Networks for Machine Learning, lecture 6e.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def init(self, weights: Vector) -> Any:
        zeros = jnp.zeros_like(weights)
        return {
            "square": zeros,
            "mean": zeros if self.centered else (),
            "velocity": zeros if self.momentum else (),
        }

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        square = self.rho * state["square"] + (1 - self.rho) * jnp.square(gradient)
        mean, velocity, variance = state["mean"], state["velocity"], square
        if self.centered:
            mean = self.rho * mean + (1 - self.rho) * gradient
            variance = square - jnp.square(mean)
        descent = -learning_rate * gradient / jnp.sqrt(variance + self.epsilon)
        if self.momentum:
            velocity = descent = self.momentum * velocity + descent
        return descent, {"square": square, "mean": mean, "velocity": velocity}


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Running means of the gradient and its square:
    $w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \, m / (\sqrt{v} + \epsilon)$.

    Args:
        learning_rate: $\eta$.
        beta_1: How slowly the mean of gradients forgets, in [0, 1).
        beta_2: How slowly the mean of squares forgets, in [0, 1).
        epsilon: $\epsilon$, added before the bias correction as in Keras ("epsilon hat"), which is why
            optax's rule is not used.

    References:
        Kingma and Ba (2015), [Adam](https://arxiv.org/abs/1412.6980), the last form of section 2.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def init(self, weights: Vector) -> Any:
        return {"mean": jnp.zeros_like(weights), "square": jnp.zeros_like(weights)}

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        mean = state["mean"] + (1 - self.beta_1) * (gradient - state["mean"])
        square = state["square"] + (1 - self.beta_2) * (jnp.square(gradient) - state["square"])
        t = step.astype(jnp.float32)
        rate = learning_rate * jnp.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        return -rate * mean / (jnp.sqrt(square) + self.epsilon), {"mean": mean, "square": square}


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam with decay apart from the gradient: each step also takes $\eta \lambda w$ off the weights.

    Args:
        weight_decay: $\lambda$, on every weight as in Keras.

    References:
        Loshchilov and Hutter (2019), [Decoupled Weight Decay
        Regularization](https://arxiv.org/abs/1711.05101), algorithm 2.
    """

    weight_decay: float = 0.004

    def update(
        self, gradient: Vector, state: Any, weights: Vector, learning_rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Vector, Any]:
        descent, state = super().update(gradient, state, weights, learning_rate, step)
        return descent - learning_rate * self.weight_decay * weights, state


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def get(optimizer: str | Optimizer | type[Optimizer]) -> Optimizer:
    """Returns the optimiser called `optimizer`, case ignored, with its defaults; one is returned unchanged.

    Raises:
        UnknownNameError: If no optimiser has this name.

    Example:
        >>> get("adam").learning_rate
        0.001
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        return optimizer()
    if str(optimizer).lower() not in OPTIMIZERS:
        raise UnknownNameError("optimizer", optimizer, OPTIMIZERS)
    return OPTIMIZERS[str(optimizer).lower()]()
