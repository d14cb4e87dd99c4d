"""The best of one rate that is left when another is asked for: points of a curve over thresholds."""

from dataclasses import field
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics import thresholds as points
from neurode.metrics.metric import Metric, ratio, spec


@spec
class OperatingPoint(Metric):
    """Base class: the largest `sought` rate over the thresholds at which the `given` rate is reached.

    Args:
        num_thresholds: How many thresholds are tried, in equal steps from 0 to 1; a single one is 0.5.
        class_id: Only this unit counts.
    """

    num_thresholds: int = field(default=200, kw_only=True)
    class_id: int | None = field(default=None, kw_only=True)
    given: ClassVar[str] = "recall"
    sought: ClassVar[str] = "precision"
    asked: ClassVar[str] = "recall"
    """The field with the rate that has to be reached."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= getattr(self, self.asked) <= 1:
            raise ArgumentError(f"{self.asked}={getattr(self, self.asked)}", hint="use a share from 0 to 1")
        if self.num_thresholds < 1:
            raise ArgumentError(f"num_thresholds={self.num_thresholds}", hint="use at least 1")

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        target, prediction = points.one_class(target, prediction, self.class_id)
        thresholds = [0.5] if self.num_thresholds == 1 else np.linspace(0, 1, self.num_thresholds)
        return points.counts(target, points.above(prediction, thresholds), weight[:, None])

    def read(self, state: dict[str, Array]) -> Array:
        hits, alarms = state["true_positives"], state["false_positives"]
        # One divisor a threshold: a shared one XLA turns into a product with its inverse, which can round a
        # rate of exactly what is asked to a little less.
        positives = hits + (state["positives"] - hits)
        negatives = alarms + (state["negatives"] - alarms)
        rates = {
            "precision": ratio(hits, hits + alarms),
            "recall": ratio(hits, positives),
            "specificity": ratio(state["negatives"] - alarms, negatives),
        }
        reached = rates[self.given] >= getattr(self, self.asked)
        return jnp.where(reached, rates[self.sought], 0).max()

    def _units_at_least(self) -> int:
        return (self.class_id or 0) + 1


@spec
class SensitivityAtSpecificity(OperatingPoint):
    """The best recall of positives at a specificity of at least `specificity`.

    Args:
        specificity: Share of negatives that has to be called negative, in [0, 1].
        num_thresholds: How many thresholds are tried.
        class_id: Only this unit counts.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    specificity: float | int
    default_name: ClassVar[str] = "sensitivity_at_specificity"
    given: ClassVar[str] = "specificity"
    sought: ClassVar[str] = "recall"
    asked: ClassVar[str] = "specificity"


@spec
class SpecificityAtSensitivity(OperatingPoint):
    """The best specificity at a recall of positives of at least `sensitivity`.

    Args:
        sensitivity: Share of positives that has to be called positive, in [0, 1].
        num_thresholds: How many thresholds are tried.
        class_id: Only this unit counts.

    Example:
        >>> metric = SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    sensitivity: float | int
    default_name: ClassVar[str] = "specificity_at_sensitivity"
    given: ClassVar[str] = "recall"
    sought: ClassVar[str] = "specificity"
    asked: ClassVar[str] = "sensitivity"


@spec
class PrecisionAtRecall(OperatingPoint):
    """The best precision at a recall of at least `recall`.

    Args:
        recall: Share of positives that has to be called positive, in [0, 1].
        num_thresholds: How many thresholds are tried.
        class_id: Only this unit counts.

    Example:
        >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    recall: float | int
    default_name: ClassVar[str] = "precision_at_recall"
    given: ClassVar[str] = "recall"
    sought: ClassVar[str] = "precision"
    asked: ClassVar[str] = "recall"


@spec
class RecallAtPrecision(OperatingPoint):
    """The best recall at a precision of at least `precision`.

    Args:
        precision: Share of what is called positive that has to be, in [0, 1].
        num_thresholds: How many thresholds are tried.
        class_id: Only this unit counts.

    Example:
        >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
        0.5
    """

    precision: float | int
    default_name: ClassVar[str] = "recall_at_precision"
    given: ClassVar[str] = "precision"
    sought: ClassVar[str] = "recall"
    asked: ClassVar[str] = "precision"
