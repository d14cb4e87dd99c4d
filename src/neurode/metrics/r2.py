"""The share of the targets' spread that predictions explain."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics.metric import Metric, ratio, spec


@spec
class R2Score(Metric):
    r"""Coefficient of determination, $1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$.

    A target without spread leaves nothing to explain: 1 for a right prediction (Keras: NaN), else 0. Spreads
    are joined from means and squares, so that a mean far from 0 costs no digits; in Keras it does.

    Args:
        class_aggregation: How several units are joined: `"uniform_average"`, `"variance_weighted_average"`,
            or `None` for one value a unit.
        num_regressors: Features, $p$, for the adjusted value $1 - (1 - R^2)(n - 1) / (n - p - 1)$. There $n$
            is the number of rows (Keras: of rows times units). Without rows enough for it the value stays
            unadjusted.

    Example:
        >>> round(float(R2Score()([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])), 4)
        0.5

    References:
        Chan, Golub and LeVeque (1979), Updating Formulae, eq. 2.1: means and squares of two samples joined
        without cancellation.
    """

    class_aggregation: str | None = "uniform_average"
    num_regressors: int = 0
    default_name: ClassVar[str] = "r2_score"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ArgumentError(
                f"class_aggregation={self.class_aggregation!r}",
                available="aggregations: None, 'uniform_average', 'variance_weighted_average'",
            )
        if self.num_regressors < 0:
            raise ArgumentError(f"num_regressors={self.num_regressors}", hint="use 0 or more")

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        rows, weight = (weight != 0).sum().astype(jnp.float32), weight[:, None]
        total = weight.sum()
        mean = ratio((weight * target).sum(axis=0), total)
        return {
            "rows": rows,
            "weight": total,
            "mean": mean,
            "spread": (weight * jnp.square(target - mean[None, :])).sum(axis=0),
            "error": (weight * jnp.square(target - prediction)).sum(axis=0),
        }

    def merge(self, first: dict[str, Array], second: dict[str, Array]) -> dict[str, Array]:
        total = first["weight"] + second["weight"]
        share = ratio(second["weight"], total)
        gap = second["mean"] - first["mean"]
        return {
            "rows": first["rows"] + second["rows"],
            "weight": total,
            "mean": first["mean"] + share * gap,
            "spread": first["spread"] + second["spread"] + share * first["weight"] * jnp.square(gap),
            "error": first["error"] + second["error"],
        }

    def read(self, state: dict[str, Array]) -> Array:
        error, spread, rows = state["error"], state["spread"], state["rows"]
        score = jnp.where(spread == 0, (error == 0) * 1.0, 1 - ratio(error, spread))
        score = jnp.where(rows == 0, 0.0, score)
        if self.class_aggregation == "uniform_average":
            score = score.mean()
        elif self.class_aggregation == "variance_weighted_average":
            score = ratio((spread * score).sum(), spread.sum())
        if self.num_regressors:
            left = rows - self.num_regressors - 1
            score = jnp.where(left > 0, 1 - ratio((1 - score) * (rows - 1), left), score)
        return score
