"""How well predicted probabilities and counts fit, each the mean of a likelihood loss over rows."""

from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from neurode import losses
from neurode.metrics.means import LossMean, RowMean
from neurode.metrics.metric import spec
from neurode.metrics.regression import last_axis


@spec
class BinaryCrossentropy(RowMean):
    """Negative log-likelihood of yes/no targets, in nats, averaged over units.

    Args:
        from_logits: Whether predictions are raw scores instead of probabilities.
        label_smoothing: Share by which targets are moved towards 1/2, in [0, 1].

    Example:
        >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.2], [0.9]])), 4)
        0.1643
    """

    from_logits: bool = False
    label_smoothing: float | int = 0
    default_name: ClassVar[str] = "binary_crossentropy"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        loss = losses.BinaryCrossentropy(
            from_logits=self.from_logits, label_smoothing=float(self.label_smoothing)
        )
        return loss.rows_of_prediction(target, prediction)


@spec
class CategoricalCrossentropy(RowMean):
    """Negative log-likelihood of one class out of several, in nats (targets one-hot).

    Args:
        from_logits: Whether predictions are raw scores instead of probabilities.
        label_smoothing: Share by which targets are moved towards the uniform distribution, in [0, 1].
        axis: The axis of classes, the last one.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    label_smoothing: float | int = 0
    axis: int = -1
    default_name: ClassVar[str] = "categorical_crossentropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        last_axis(self.axis)

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        loss = losses.CategoricalCrossentropy(
            from_logits=self.from_logits, label_smoothing=float(self.label_smoothing)
        )
        return loss.rows_of_prediction(target, prediction)


@spec
class SparseCategoricalCrossentropy(RowMean):
    """Negative log-likelihood of one class out of several, in nats (targets are class numbers).

    Args:
        from_logits: Whether predictions are raw scores instead of probabilities.
        ignore_class: Rows of this class count nowhere. (Keras leaves them out of the sum alone, so that
            without sample weights they pull the mean towards 0.)
        axis: The axis of classes, the last one.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1
    default_name: ClassVar[str] = "sparse_categorical_crossentropy"
    sparse: ClassVar[Any] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        last_axis(self.axis)

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        loss = losses.SparseCategoricalCrossentropy(from_logits=self.from_logits)
        return loss.rows_of_prediction(target, prediction)

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        if self.ignore_class is not None:
            ignored = target == self.ignore_class
            target, weight = jnp.where(ignored, 0, target), jnp.where(ignored, 0, weight)
        return super().measure(target, prediction, weight)


@spec
class KLDivergence(LossMean):
    r"""Kullback-Leibler divergence of predicted from true probabilities, $\sum_c y_c \log(y_c / p_c)$.

    It is in nats.

    Example:
        >>> round(float(KLDivergence()([[0.0, 1.0]], [[0.25, 0.75]])), 4)
        0.2877
    """

    default_name: ClassVar[str] = "kl_divergence"
    loss: ClassVar[str] = "kl_divergence"


@spec
class Poisson(LossMean):
    r"""Negative log-likelihood of counts, $\hat y - y \log \hat y$, without the term that no network changes.

    Example:
        >>> round(float(Poisson()([[1.0]], [[1.0]])), 4)
        1.0
    """

    default_name: ClassVar[str] = "poisson"
    loss: ClassVar[str] = "poisson"
