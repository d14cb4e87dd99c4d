"""Watching one quantity of the logs: what counts as better, and where to look it up."""

import math
import re
import warnings
from collections.abc import Iterable
from typing import Any

from neurode.callbacks.callback import Callback, Logs
from neurode.errors import ArgumentError, listed

RISING = re.compile(
    r"accuracy|(^|_)acc(_|$)|auc|precision|recall|f1|f_?beta|r2|io_?u|similarity|sensitivity|specificity"
    r"|correlation",
    re.IGNORECASE,
)
"""Parts of names of quantities that should rise."""

FALLING = re.compile(
    r"loss|error|entropy|(^|_)(mse|rmse|mae|mape|msle|kld|nll)(_|$)|hinge|poisson|divergence|log_?cosh|brier"
    r"|deviance",
    re.IGNORECASE,
)
"""Parts of names of quantities that should fall."""


class MonitorCallback(Callback):
    """Base class of callbacks that watch one quantity.

    `a` is better than `b` if `a + min_delta < b`, or `a - min_delta > b` for a quantity that should rise. The
    comparison is in double precision; Keras rounds both sides to single precision first and so misses a
    `min_delta` that is below the resolution of the quantity. NaN is never better. In Keras a NaN that comes
    first is the best value for ever.

    Args:
        monitor: Name of a quantity of the history.
        mode: `"min"`, `"max"`, or `"auto"` by the name of the metric.
        baseline: The best value to begin with, or None.
        min_delta: Least change that counts as better, in units of the quantity. Its sign does not matter.

    Attributes:
        best: The best value met, or None.

    Example:
        >>> MonitorCallback("val_auc").is_improvement(0.8, 0.7, {})
        True
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | int | None = None,
        min_delta: float | int = 0,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"mode={mode!r} is unknown, so 'auto' is used; give 'min' or 'max' to be sure", stacklevel=3
            )
            mode = "auto"
        self.monitor, self.mode, self.best, self.min_delta = monitor, mode, baseline, abs(min_delta)

    def value_in(self, logs: Logs, epoch: int, consequence: str) -> Any:
        """The watched quantity, or None with a warning that says what comes of it.

        There is no warning for an epoch that is not validated by plan (`validation_freq`).

        Raises:
            ArgumentError: If the quantity has one value a unit.
        """
        value = logs.get(self.monitor)
        if value is None and not self.left_out_by_plan(epoch):
            warnings.warn(
                f"the logs have no quantity named {self.monitor!r}, so {consequence}; "
                f"there are: {listed(logs) or 'none'}",
                stacklevel=3,
            )
        elif isinstance(value, list):
            raise ArgumentError(
                f"monitor={self.monitor!r} has one value a unit and cannot be compared",
                hint="watch a metric with one value, such as an average over units",
            )
        return value

    def is_improvement(self, value: float | int, than: float | int | None, logs: Logs) -> bool:
        """Whether `value` is better than the other; anything is better than None, except NaN."""
        rising = self.rises(logs)
        if than is None or math.isnan(than):
            return not math.isnan(value)
        return value - self.min_delta > than if rising else value + self.min_delta < than

    def rises(self, logs: Logs) -> bool:
        """Whether the quantity should rise.

        Raises:
            ArgumentError: If the mode is `"auto"` and the name tells nothing.
        """
        if self.mode != "auto":
            return self.mode == "max"
        rising = direction_of(self.monitor, getattr(self.model, "metrics", ()))
        if rising is None:
            raise ArgumentError(
                f"monitor={self.monitor!r} does not tell whether it should rise or fall",
                available=f"quantities: {listed(logs)}" if logs else "",
                hint=f"give {type(self).__name__} mode='max' or mode='min'",
            )
        return rising

    def left_out_by_plan(self, epoch: int) -> bool:
        """Whether the quantity is one of validation and the epoch is not validated."""
        every = (self.params or {}).get("validation_freq", 1)
        if not self.monitor.startswith("val_"):
            return False
        return bool((epoch + 1) % every) if isinstance(every, int) else epoch + 1 not in every


def direction_of(monitor: str, metrics: Iterable[Any] = ()) -> bool | None:
    """Whether a quantity should rise, None if neither its name nor its metric's class tells.

    Example:
        >>> direction_of("val_auc"), direction_of("val_mae"), direction_of("profit")
        (True, False, None)
    """
    name = monitor.removeprefix("val_")
    if name.endswith("loss"):
        return False
    kinds = [type(metric).__name__ for metric in metrics if getattr(metric, "name", None) == name]
    for text in (name, *kinds):
        if RISING.search(text):
            return True
        if FALLING.search(text):
            return False
    return None
