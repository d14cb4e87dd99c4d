"""Correlations of targets and predictions along an axis."""

from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics.means import RowMean
from neurode.metrics.metric import ratio, spec


@spec
class Correlation(RowMean):
    """Base class of correlations, averaged over rows or over batches.

    Args:
        axis: -1 correlates the units of each row, and averages over rows. 0 correlates the rows of each batch
            unit by unit, and averages over units and batches, so that it depends on the batch size.
    """

    axis: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, bool) or self.axis not in (-2, -1, 0, 1):
            raise ArgumentError(f"axis={self.axis}", available="axes: 0 (rows), -1 (units)")

    def of_moments(self, moments: dict[str, Array]) -> Array:
        """The correlation from means, variances and the covariance of targets and predictions."""
        raise NotImplementedError

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        if self.axis in (-1, 1):
            return super().measure(target, prediction, weight)
        weight = jnp.broadcast_to(weight[:, None], target.shape)
        used = (weight != 0).any(axis=0).astype(jnp.float32)
        found = self.of_moments(moments(target.T, prediction.T, weight.T))
        return {"total": (found * used).sum(), "weight": used.sum()}

    def values(self, target: Array, prediction: Array) -> Float[Array, " rows"]:
        return self.of_moments(moments(target, prediction, jnp.ones_like(target)))


@spec
class PearsonCorrelation(Correlation):
    r"""Pearson's correlation, $\mathrm{cov}(y, \hat y) / (\sigma_y \sigma_{\hat y})$, in [-1, 1].

    It is 0 where targets or predictions have no spread (Keras: NaN), as with a network of one unit.

    Args:
        axis: -1 correlates the units of each row, and averages over rows. 0 correlates the rows of each batch
            unit by unit, and averages over units and batches, so that it depends on the batch size.

    Example:
        >>> round(float(PearsonCorrelation()([[0.0, 1.0, 2.0]], [[1.0, 2.0, 1.5]])), 4)
        0.5
    """

    default_name: ClassVar[str] = "pearson_correlation"

    def of_moments(self, moments: dict[str, Array]) -> Array:
        return ratio(moments["covariance"], jnp.sqrt(moments["target_variance"] * moments["variance"]))


@spec
class ConcordanceCorrelation(Correlation):
    r"""Lin's concordance, $2 \mathrm{cov}(y, p) / (\sigma_y^2 + \sigma_p^2 + (\bar y - \bar p)^2)$.

    Pearson's correlation, lowered by any difference in mean and spread; 0 where there is no spread at all.

    Args:
        axis: -1 correlates the units of each row, and averages over rows. 0 correlates the rows of each batch
            unit by unit, and averages over units and batches, so that it depends on the batch size.

    Example:
        >>> round(float(ConcordanceCorrelation()([[0.0, 1.0, 2.0]], [[1.0, 2.0, 1.5]])), 4)
        0.3077

    References:
        Lin (1989), A Concordance Correlation Coefficient to Evaluate Reproducibility, eq. 1.
    """

    default_name: ClassVar[str] = "concordance_correlation"

    def of_moments(self, moments: dict[str, Array]) -> Array:
        gap = jnp.square(moments["target_mean"] - moments["mean"])
        return ratio(2 * moments["covariance"], moments["target_variance"] + moments["variance"] + gap)


def moments(target: Array, prediction: Array, weight: Array) -> dict[str, Any]:
    """Weighted means, variances and the covariance along the last axis.

    Example:
        >>> found = moments(jnp.array([0.0, 2.0]), jnp.array([1.0, 2.0]), jnp.ones(2))
        >>> float(found["mean"]), float(found["covariance"])
        (1.5, 0.5)
    """
    total = weight.sum(axis=-1)

    def mean(values: Array) -> Array:
        # `where`, because a padding row may hold anything, and 0 times infinity is not 0.
        return ratio(jnp.where(weight != 0, weight * values, 0).sum(axis=-1), total)

    target_mean, prediction_mean = mean(target), mean(prediction)
    target_gap, gap = target - target_mean[..., None], prediction - prediction_mean[..., None]
    return {
        "target_mean": target_mean,
        "mean": prediction_mean,
        "target_variance": mean(jnp.square(target_gap)),
        "variance": mean(jnp.square(gap)),
        "covariance": mean(target_gap * gap),
    }
