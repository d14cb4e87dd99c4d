"""Area under a curve over thresholds, from counts that stream."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics import thresholds as points
from neurode.metrics.metric import Metric, ratio, spec

EPSILON = 1e-7
CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "majoring", "minoring")


@spec
class AUC(Metric):
    """Area under the ROC or precision-recall curve, from counts at fixed thresholds, as in Keras.

    The curve is read at `num_thresholds` points, so the value is within about 1 / `num_thresholds` of the
    exact area (`neurode.evaluation` computes that one).

    Args:
        num_thresholds: Points of the curve, at least 2, in equal steps from just below 0 to just above 1.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"` (precision gain over recall gain).
        summation_method: Height between two points: `"interpolation"` for the middle (for PR, the curve
            that counts between the points would draw), `"majoring"` for the higher, `"minoring"` for the
            lower.
        thresholds: Points of your own between 0 and 1, instead of equal steps.
        multi_label: Whether each unit has a curve of its own, whose areas are averaged.
        num_labels: Units, for Keras's sake; only with `multi_label`.
        label_weights: One a unit: of its area with `multi_label`, else of its cells.
        from_logits: Whether predictions are raw scores, which a sigmoid turns into probabilities.

    Example:
        >>> round(float(AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])), 3)
        0.75

    References:
        Davis and Goadrich (2006), The Relationship Between Precision-Recall and ROC Curves, for the
        interpolation of PR.
        Flach and Kull (2015), Precision-Recall-Gain Curves, eq. 2, for the gains.
    """

    num_thresholds: int = 200
    curve: str = "ROC"
    summation_method: str = "interpolation"
    thresholds: Any = None
    multi_label: bool = False
    num_labels: int | None = None
    label_weights: Any = None
    from_logits: bool = False
    default_name: ClassVar[str] = "auc"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.curve not in (*CURVES, *map(str.lower, CURVES)):
            raise ArgumentError(f"curve={self.curve!r}", available="curves: 'ROC', 'PR', 'PRGAIN'")
        if self.summation_method.lower() not in SUMMATIONS:
            raise ArgumentError(
                f"summation_method={self.summation_method!r}",
                available="methods: 'interpolation', 'majoring', 'minoring'",
            )
        if self.thresholds is None and self.num_thresholds < 2:
            raise ArgumentError(f"num_thresholds={self.num_thresholds}", hint="use at least 2")
        if self.num_labels and not self.multi_label:
            raise ArgumentError(f"num_labels={self.num_labels}", hint="it is for multi_label=True only")
        object.__setattr__(self, "curve", self.curve.upper())
        object.__setattr__(self, "summation_method", self.summation_method.lower())
        if self.thresholds is not None:
            inner = tuple(sorted(points.checked(list(self.thresholds)) if len(self.thresholds) else ()))
            object.__setattr__(self, "thresholds", inner)
            object.__setattr__(self, "num_thresholds", len(inner) + 2)
        if self.label_weights is not None:
            weights = tuple(float(weight) for weight in self.label_weights)
            object.__setattr__(self, "label_weights", weights)

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        if self.from_logits:
            prediction = jax.nn.sigmoid(prediction)
        called, weight = self._called(prediction), weight[:, None]
        if not self.multi_label:
            if self.label_weights is not None:
                weight = weight * jnp.float32(self.label_weights)[None, :]
            return points.counts(target, called, weight)
        weight = jnp.broadcast_to(weight, target.shape)
        each_unit = jax.vmap(lambda *unit: points.counts(*(part[:, None] for part in unit)), in_axes=1)
        return each_unit(target, called, weight)

    def _called(self, prediction: Array) -> Array:
        if self.thresholds is None:
            thresholds = np.linspace(0, 1, self.num_thresholds)
        else:
            thresholds = np.array([0.0, *self.thresholds, 1.0])
        if not points.evenly_spaced(thresholds.tolist()):
            thresholds = np.r_[-EPSILON, thresholds[1:-1], 1 + EPSILON]
        return points.above(prediction, thresholds, all_above_first=True)

    def read(self, state: dict[str, Array]) -> Array:
        if not self.multi_label:
            return self._area(state)
        areas = jax.vmap(self._area)(state)
        if self.label_weights is None:
            return areas.mean()
        shares = jnp.float32(self.label_weights)
        return ratio((areas * shares).sum(), shares.sum())

    def _area(self, state: dict[str, Array]) -> Array:
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolated(state)
        x, y = self._curve(state)
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "majoring": jnp.maximum(y[:-1], y[1:]),
            "minoring": jnp.minimum(y[:-1], y[1:]),
        }
        return ((x[:-1] - x[1:]) * heights[self.summation_method]).sum()

    def _curve(self, state: dict[str, Array]) -> tuple[Array, Array]:
        hits, alarms = state["true_positives"], state["false_positives"]
        recall = ratio(hits, state["positives"])
        if self.curve == "ROC":
            return ratio(alarms, state["negatives"]), recall
        if self.curve == "PR":
            return recall, ratio(hits, hits + alarms)
        odds = ratio(state["positives"], state["negatives"])
        recall_gain = jnp.where(hits == 0, 0, 1 - odds * ratio(state["positives"] - hits, hits))
        precision_gain = jnp.where(hits == 0, 1, 1 - odds * ratio(alarms, hits))
        return jnp.maximum(recall_gain, 0), precision_gain

    def _units_at_least(self) -> int:
        return len(self.label_weights) if self.label_weights is not None else self.num_labels or 1


def _interpolated(state: dict[str, Array]) -> Array:
    """The area of PR: between two points true positives are linear in the number that is called positive."""
    hits = state["true_positives"]
    called = hits + state["false_positives"]
    gained = hits[:-1] - hits[1:]
    slope = ratio(gained, jnp.maximum(called[:-1] - called[1:], 0))
    intercept = hits[1:] - slope * called[1:]
    both = (called[:-1] > 0) & (called[1:] > 0)
    growth = jnp.where(both, ratio(called[:-1], jnp.maximum(called[1:], 0)), 1.0)
    area = slope * (gained + intercept * jnp.log(growth))
    return ratio(area, state["positives"]).sum()
