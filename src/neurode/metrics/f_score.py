"""F-scores: precision and recall in one number."""

from dataclasses import field
from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics.metric import Metric, ratio, spec


@spec
class FBetaScore(Metric):
    r"""Weighted harmonic mean of precision and recall, $(1 + \beta^2) P R / (\beta^2 P + R)$.

    Args:
        average: How the units' scores are joined: `"macro"`, `"micro"`, `"weighted"` (by positives), or
            `None` for one score a unit.
        beta: How many times as much recall counts as precision, above 0.
        threshold: A prediction above it is positive, in (0, 1]. `None` means the largest of several units,
            and 0.5 for a single unit. (Keras takes the largest there too, so that every row is positive and
            the score says nothing.)

    Example:
        >>> round(float(FBetaScore(beta=2.0)([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1])), 4)
        0.3571

    References:
        van Rijsbergen (1979), Information Retrieval, chapter 7.
    """

    average: str | None = None
    beta: float | int = 1.0
    threshold: float | int | None = None
    default_name: ClassVar[str] = "fbeta_score"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.average not in (None, "macro", "micro", "weighted"):
            raise ArgumentError(
                f"average={self.average!r}", available="averages: None, 'macro', 'micro', 'weighted'"
            )
        if self.beta <= 0:
            raise ArgumentError(f"beta={self.beta}", hint="use a number above 0")
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise ArgumentError(f"threshold={self.threshold}", hint="use a number above 0, up to 1")

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        if self.threshold is None and prediction.shape[-1] > 1:
            largest = prediction >= prediction.max(axis=-1, keepdims=True)
            # A row of zeros alone names no class.
            positive = (largest & (jnp.abs(prediction) > 1e-9)).astype(jnp.float32)
        else:
            threshold = 0.5 if self.threshold is None else self.threshold
            positive = (prediction > threshold).astype(jnp.float32)
        weight = weight[:, None]
        return {
            "true_positives": (weight * target * positive).sum(axis=0),
            "called": (weight * positive).sum(axis=0),
            "positives": (weight * target).sum(axis=0),
        }

    def read(self, state: dict[str, Array]) -> Array:
        if self.average == "micro":
            state = jax.tree.map(jnp.sum, state)
        square = self.beta**2
        score = ratio((1 + square) * state["true_positives"], state["called"] + square * state["positives"])
        if self.average == "weighted":
            return ratio((score * state["positives"]).sum(), state["positives"].sum())
        if self.average == "macro":
            return score.mean()
        return score.reshape(()) if score.size == 1 else score


@spec
class F1Score(FBetaScore):
    """Harmonic mean of precision and recall.

    Args:
        average: How the units' scores are joined: `"macro"`, `"micro"`, `"weighted"` (by positives), or
            `None` for one score a unit.
        threshold: A prediction above it is positive, in (0, 1]. `None` means the largest of several units,
            and 0.5 for a single unit, unlike Keras: see `FBetaScore`.

    Example:
        >>> round(float(F1Score()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1])), 4)
        0.4
    """

    beta: float | int = field(default=1.0, init=False)
    default_name: ClassVar[str] = "f1_score"
