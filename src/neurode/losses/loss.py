"""What every loss is: a frozen record that gives one value a row, and how the values become one number.

A loss knows its link: the activation that turns raw scores into predictions. Where a network ends in that
activation, the engine takes it off and calls `rows(target, score)`, which is finite for any score; elsewhere
`rows_of_prediction`.
"""

import re
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError, listed
from neurode.losses.arrays import aligned, as_floats

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)
"""How the values of the rows become one number. The first two are the same."""


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """Base class. A subclass gives `call`; a cross-entropy also gives `rows`, from raw scores.

    A class of the user's own needs no decorator: it may have a plain `__init__` and keep what it likes in
    `self`. Such a loss equals only itself.

    Args:
        reduction: `"sum_over_batch_size"` and `"mean"` divide the sum of weighted values by their number,
            `"mean_with_sample_weight"` by the sum of the weights; `"sum"` does not divide. `"none"` or None
            keeps the values as they are, which serves calls by hand only.
        name: What the loss is called in logs; the class's name in small letters if left out.

    Example:
        >>> class Quartic(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ((y_true - y_pred) ** 4).mean(axis=-1)
        >>> float(Quartic(reduction="sum")([[0.0], [1.0]], [[1.0], [3.0]]))
        17.0
    """

    reduction: str | None = field(default=REDUCTIONS[0], kw_only=True)
    name: str | None = field(default=None, kw_only=True, compare=False)

    link: ClassVar[str] = "linear"
    sparse: ClassVar[bool] = False
    """Whether targets are class numbers `(rows,)` instead of one column a unit."""
    averages_units: ClassVar[bool] = False
    """Whether a row's value is the mean over its units, so that a vector may as well be a column."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # With a `call` of its own, a class no longer is what its parent's form for raw scores computes.
        if "call" in vars(cls) and "rows" not in vars(cls):
            cls.rows = Loss.rows  # type: ignore[method-assign]
            cls.link = vars(cls).get("link", Loss.link)

    def __post_init__(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise ArgumentError(
                f"a loss has no reduction {self.reduction!r}",
                available=f"reductions: {listed(REDUCTIONS)}",
            )
        if self.name is None:
            object.__setattr__(self, "name", self._default_name())

    @property
    def sees_batches(self) -> bool:
        """Whether the number depends on which rows share a batch: only the user's own batches give it."""
        return self._is_own or self.reduction not in ("sum_over_batch_size", "mean")

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """The values of predictions: one a row, one an entry before the last axis, or one for the batch."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, y_true, y_pred)")

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        """The loss of each row from raw scores."""
        return self.rows_of_prediction(target, score)

    def rows_of_prediction(
        self, target: Array, prediction: Float[Array, "rows ..."]
    ) -> Float[Array, " rows"]:
        """The loss of each row from predictions, that is, after the link; a mean over all further axes."""
        values, rows = jnp.asarray(self.call(target, prediction), jnp.float32), prediction.shape[0]
        if values.ndim == 0:
            # The value of a batch as a whole counts once, not once a row.
            return jnp.broadcast_to(values / rows if self.reduction == "sum" else values, (rows,))
        if values.shape[0] != rows:
            raise ShapeError(
                f"{type(self).__name__} gave {values.shape[0]} values for {rows} rows",
                hint="a loss gives one value a row, or a single value for the batch",
            )
        return values.reshape(rows, -1).mean(axis=-1)

    def reduce(
        self,
        values: Float[Array, "..."],
        weight: Float[Array, "..."] | None = None,
        mask: Float[Array, "..."] | None = None,
    ) -> Float[Array, "..."]:
        """One number from the values of all rows, as `reduction` says; arguments as in `mean`."""
        if self.reduction in ("sum_over_batch_size", "mean"):
            return mean(values, weight, mask)
        if self.reduction in ("none", None):
            return values if weight is None else values * weight
        weight = jnp.ones_like(values) if weight is None else weight
        if mask is not None:
            weight, values = weight * mask, jnp.where(mask > 0, values, 0)
        total = (values * weight).sum()
        if self.reduction == "sum":
            return total
        divisor = weight.sum()
        return jnp.where(divisor == 0, 0, total / jnp.where(divisor == 0, 1, divisor))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Float[Array, "..."]:
        target, prediction = jnp.asarray(y_true), as_floats(y_pred)
        if prediction.ndim == 0:
            raise ShapeError("y_pred is a single value, not rows")
        if not self.sparse:
            target, prediction = aligned(as_floats(target), prediction)
        if sample_weight is None:
            return self._reduced(self.call(target, prediction))
        weight = as_floats(sample_weight)
        if self.averages_units and weight.ndim and target.ndim == prediction.ndim == 1:
            target, prediction = target[:, None], prediction[:, None]
        return self._reduced(self.call(target, prediction), weight)

    def get_config(self) -> dict[str, Any]:
        """The settings as plain values, from which `from_config` makes an equal loss."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        """The loss with these settings.

        Example:
            >>> Loss.from_config({"reduction": "sum"})
            Loss(reduction='sum')
        """
        return cls(**config)

    @property
    def _is_own(self) -> bool:
        """Whether the class is a plain one of the user's own, of whose attributes no field tells."""
        return "__dataclass_fields__" not in vars(type(self))

    def _default_name(self) -> str:
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", type(self).__name__)
        return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()

    def _reduced(self, values: Any, weight: Array | None = None) -> Array:
        values = jnp.asarray(values, jnp.float32)
        if values.ndim == 0 and weight is None:
            return values
        if weight is not None:
            values, weight = aligned(values, weight)
            if values.ndim == 0:
                values = jnp.broadcast_to(values, weight.shape)
            # A weight of a row holds for all of the row.
            weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim if weight.ndim else 0))
            weight = jnp.broadcast_to(weight, values.shape)
        return self.reduce(values, weight)

    def _key(self) -> tuple:
        if self._is_own:
            return (id(self),)
        return (type(self), *(getattr(self, item.name) for item in fields(self) if item.compare))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loss) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        shown = [item for item in fields(self) if item.compare and getattr(self, item.name) != item.default]
        settings = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in shown)
        return f"{type(self).__name__}({settings})"


def mean(
    values: Float[Array, "..."],
    weight: Float[Array, "..."] | None = None,
    mask: Float[Array, "..."] | None = None,
) -> Float[Array, ""]:
    """Sum of weighted values over their number, which is Keras's `sum_over_batch_size`.

    Args:
        values: One loss a row.
        weight: Sample weights. They scale a row's loss and do not enter the divisor.
        mask: 1 for a real row, 0 for padding, which counts nowhere.

    Example:
        >>> float(mean(jnp.array([1.0, 2.0, 9.0]), mask=jnp.array([1.0, 1.0, 0.0])))
        1.5
    """
    if weight is not None:
        values = values * weight
    if mask is None:
        return values.mean()
    # `where`, because a padding row may well be infinite and 0 times infinity is not 0.
    return jnp.where(mask > 0, values, 0).sum() / jnp.maximum(mask.sum(), 1)
