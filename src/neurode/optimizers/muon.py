"""Muon: steps that turn a matrix without favouring any direction."""

import re
from dataclasses import KW_ONLY
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from neurode.optimizers.adam import corrected_rate
from neurode.optimizers.optimizer import Optimizer, Scalar, Step, Weights, map_with_path, zeros_of
from neurode.records import record


@record
class Muon(Optimizer):
    r"""Momentum whose matrix $M = U S V^\top$ is brought near $U V^\top$; Adam for all that is not a matrix.

    $M \leftarrow \mu M + g$, $X = g + \mu M$, $w \leftarrow w - \eta \, 0.2 \sqrt{\max(n, m)} \, N(X)$, where
    $N$ repeats $X \leftarrow a X + (b A + c A^2) X$ with $A = X X^\top$ on $X / |X|$.

    Args:
        learning_rate: $\eta$. The options that all optimisers have are described in `Optimizer`.
        adam_beta_1: `beta_1` of Adam.
        adam_beta_2: `beta_2` of Adam.
        adam_weight_decay: Decay of the weights that Adam trains; `weight_decay` is that of the others.
        epsilon: `epsilon` of Adam.
        exclude_layers: Patterns of `layer/weight` names that Adam trains, such as the output layer's.
        exclude_embeddings: Whether Adam trains all weights with "embedding" in their name.
        muon_a: $a$.
        muon_b: $b$.
        muon_c: $c$.
        adam_lr_ratio: Adam's learning rate in units of $\eta$.
        momentum: $\mu$.
        ns_steps: How often $N$ repeats.
        nesterov: Whether $X$ is $g + \mu M$, not $M$.
        rms_rate: The 0.2 of the formula, with which $\eta$ can be that of Adam. None leaves out the whole
            factor.

    Example:
        >>> rule, weights = Muon(rms_rate=None, ns_steps=20), {"kernel": jnp.ones((2, 2))}
        >>> gradient = {"kernel": jnp.array([[4.0, 0.0], [0.0, -1.0]])}
        >>> change = rule.update(gradient, rule.init(weights), weights, jnp.array(1.0), jnp.array(1))[0]
        >>> jnp.sign(jnp.diag(change["kernel"])).tolist()
        [-1.0, 1.0]

    References:
        Jordan et al. (2024), [Muon](https://kellerjordan.github.io/posts/muon/), algorithm 2.
        Liu et al. (2025), [Muon is Scalable for LLM Training](https://arxiv.org/abs/2502.16982), eq. 4.
    """

    adam_beta_1: float | int = 0.9
    adam_beta_2: float | int = 0.999
    adam_weight_decay: float | int | None = 0.004
    epsilon: float | int = 1e-7
    _: KW_ONLY
    weight_decay: float | int | None = 0.004
    exclude_layers: tuple[str, ...] | list | None = None
    exclude_embeddings: bool = True
    muon_a: float | int = 3.4445
    muon_b: float | int = -4.7750
    muon_c: float | int = 2.0315
    adam_lr_ratio: float | int = 1
    momentum: float | int = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | int | None = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "exclude_layers", tuple(self.exclude_layers or ()))

    @property
    def elementwise(self) -> bool:
        return False

    def decay_of(self, path: str, weight: Array) -> float | int | None:
        decay = self.adam_weight_decay if self.uses_adam(path, weight) else self.weight_decay
        return None if self.is_spared_decay(path) else decay

    def uses_adam(self, path: str, weight: Array) -> bool:
        """Whether Adam trains this array of weights, which `path` names as `layer/weight`."""
        excluded = any(re.search(pattern, path) for pattern in self.exclude_layers or ())
        return weight.ndim != 2 or excluded or (self.exclude_embeddings and "embedding" in path.lower())

    def init(self, weights: Weights) -> Any:
        def square(path: str, weight: Array) -> Array:
            return jnp.zeros(weight.shape if self.uses_adam(path, weight) else ())

        return {"mean": zeros_of(weights), "square": map_with_path(square, weights)}

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        beta_1, beta_2 = self.adam_beta_1, self.adam_beta_2
        adam_rate = corrected_rate(learning_rate * self.adam_lr_ratio, beta_1, beta_2, step)

        def mean_of(path: str, old: Array, g: Array) -> Array:
            return old + (1 - beta_1) * (g - old) if self.uses_adam(path, g) else self.momentum * old + g

        def square_of(path: str, old: Array, g: Array) -> Array:
            return old + (1 - beta_2) * (jnp.square(g) - old) if self.uses_adam(path, g) else old

        def change(path: str, g: Array, mean: Array, square: Array) -> Array:
            if self.uses_adam(path, g):
                return -adam_rate * mean / (jnp.sqrt(square) + self.epsilon)
            turned = self._orthogonal(g + self.momentum * mean if self.nesterov else mean)
            return -learning_rate * turned * self._length(g)

        mean = map_with_path(mean_of, state["mean"], gradient)
        square = map_with_path(square_of, state["square"], gradient)
        return map_with_path(change, gradient, mean, square), {"mean": mean, "square": square}

    def _length(self, matrix: Array) -> float | int:
        return 1 if self.rms_rate is None else self.rms_rate * max(matrix.shape) ** 0.5

    def _orthogonal(self, x: Array) -> Array:
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            gram = x @ x.T
            x = self.muon_a * x + (self.muon_b * gram + self.muon_c * gram @ gram) @ x
        return x.T if tall else x
