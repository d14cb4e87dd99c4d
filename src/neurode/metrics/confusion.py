"""Right and wrong calls: counts, precision, recall."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics import thresholds as points
from neurode.metrics.metric import Metric, ratio, spec

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


@spec
class Confusion(Metric):
    """Base class of metrics read off weighted counts of true and false positives and negatives.

    A target other than 0 is positive. All cells of rows and units count alike.

    Args:
        thresholds: A prediction above it is positive; from 0 to 1, `None` for 0.5. A list gives a value for
            each.
    """

    thresholds: Any = None
    counted: ClassVar[tuple[str, ...]] = COUNTS
    """The counts that the value needs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "thresholds", points.checked(self.thresholds))

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        return self._counts(target, prediction, weight, 0.5)

    def _counts(self, target: Array, prediction: Array, weight: Array, default: float) -> dict[str, Array]:
        thresholds = default if self.thresholds is None else self.thresholds
        if isinstance(thresholds, tuple) and len(thresholds) > 1:
            found = points.counts(target, points.above(prediction, thresholds), weight[:, None])
            found["true_negatives"] = found["negatives"] - found["false_positives"]
            found["false_negatives"] = found["positives"] - found["true_positives"]
            return {name: found[name] for name in self.counted}
        called = prediction > (thresholds[0] if isinstance(thresholds, tuple) else thresholds)
        positive = target != 0
        cells = {
            "true_positives": positive & called,
            "false_positives": ~positive & called,
            "true_negatives": ~positive & ~called,
            "false_negatives": positive & ~called,
        }
        return {name: jnp.where(cells[name], weight[:, None], 0).sum() for name in self.counted}


@spec
class Count(Confusion):
    """Base class of metrics that are one of the counts."""

    def read(self, state: dict[str, Array]) -> Array:
        return state[self.counted[0]]


@spec
class TruePositives(Count):
    """How many positives are called so, weighted.

    Example:
        >>> float(TruePositives()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        1.0
    """

    default_name: ClassVar[str] = "true_positives"
    counted: ClassVar[tuple[str, ...]] = ("true_positives",)


@spec
class FalsePositives(Count):
    """How many negatives are called positive, weighted.

    Example:
        >>> float(FalsePositives()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        1.0
    """

    default_name: ClassVar[str] = "false_positives"
    counted: ClassVar[tuple[str, ...]] = ("false_positives",)


@spec
class TrueNegatives(Count):
    """How many negatives are called so, weighted.

    Example:
        >>> float(TrueNegatives()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        0.0
    """

    default_name: ClassVar[str] = "true_negatives"
    counted: ClassVar[tuple[str, ...]] = ("true_negatives",)


@spec
class FalseNegatives(Count):
    """How many positives are called negative, weighted.

    Example:
        >>> float(FalseNegatives()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        2.0
    """

    default_name: ClassVar[str] = "false_negatives"
    counted: ClassVar[tuple[str, ...]] = ("false_negatives",)


@spec
class Share(Confusion):
    """Base class of precision and recall.

    Args:
        top_k: Only the `top_k` largest predictions of a row can be positive, the earlier of equal ones;
            without `thresholds` all of them are.
        class_id: Only this unit counts.
    """

    top_k: int | None = None
    class_id: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.top_k is not None and self.top_k < 1:
            raise ArgumentError(f"top_k={self.top_k}", hint="use at least 1")

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        if self.top_k is not None:
            units = prediction.shape[-1]
            best = jax.lax.top_k(prediction, min(self.top_k, units))[1]
            prediction = jnp.where(jax.nn.one_hot(best, units).sum(axis=1) > 0, prediction, -jnp.inf)
        target, prediction = points.one_class(target, prediction, self.class_id)
        return self._counts(target, prediction, weight, 0.5 if self.top_k is None else -np.inf)

    def read(self, state: dict[str, Array]) -> Array:
        return ratio(state["true_positives"], state["true_positives"] + state[self.counted[1]])

    def _units_at_least(self) -> int:
        return (self.class_id or 0) + 1


@spec
class Precision(Share):
    """Of what is called positive, the share that is; 0 where nothing is called positive.

    Args:
        thresholds: A prediction above it is positive; from 0 to 1, `None` for 0.5. A list gives a value for
            each.
        top_k: Only the `top_k` largest predictions of a row can be positive.
        class_id: Only this unit counts.

    Example:
        >>> float(Precision()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        0.5
        >>> Precision(thresholds=[0.5, 0.8])([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]).tolist()
        [0.5, 1.0]
    """

    default_name: ClassVar[str] = "precision"
    counted: ClassVar[tuple[str, ...]] = ("true_positives", "false_positives")


@spec
class Recall(Share):
    """Of the positives, the share that is called so; 0 where there is none.

    Args:
        thresholds: A prediction above it is positive; from 0 to 1, `None` for 0.5. A list gives a value for
            each.
        top_k: Only the `top_k` largest predictions of a row can be positive.
        class_id: Only this unit counts.

    Example:
        >>> round(float(Recall()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1])), 4)
        0.3333
    """

    default_name: ClassVar[str] = "recall"
    counted: ClassVar[tuple[str, ...]] = ("true_positives", "false_negatives")
