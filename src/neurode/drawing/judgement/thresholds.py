"""What every threshold would give: metrics, and what they cost."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.legend import legend_above
from neurode.drawing.style import DASHES, figure_style, new_axes, palette
from neurode.drawing.wording import decimals_for, number_text, shorten_ticks
from neurode.errors import ArgumentError, UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METRICS = ("precision", "recall", "specificity", "f1", "approval_rate")

TITLES = {"f1": "F1", "mcc": "MCC"}
"""Metrics whose name is not that of the record with blanks."""

Band = tuple[float | int, float | int]
"""Between which probabilities a person decides."""


@runtime_checkable
class Thresholds(Protocol):
    """What the metrics of thresholds need to have: one entry a threshold, in falling order."""

    @property
    def threshold(self) -> np.ndarray: ...
    @property
    def metrics(self) -> Mapping[str, np.ndarray]: ...


@runtime_checkable
class Costs(Protocol):
    """What the costs of thresholds need to have: one entry a threshold, in falling order."""

    @property
    def threshold(self) -> np.ndarray: ...
    @property
    def mean_cost(self) -> np.ndarray | None: ...
    @property
    def cost_lower(self) -> np.ndarray | None: ...
    @property
    def cost_upper(self) -> np.ndarray | None: ...


def draw_thresholds(
    curve: Thresholds,
    metrics: Sequence[str] = METRICS,
    threshold: float | int | None = None,
    refer_band: Band | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws metrics against the threshold, the chosen one marked.

    Args:
        curve: Such as `evaluation.threshold_curve` gives.
        metrics: Which of them, six at most.
        threshold: The chosen one.
        refer_band: Between which probabilities a person decides.
        ax: Where to draw; a new figure unless given.

    Raises:
        UnknownNameError: There is no such metric.

    Example:
        >>> from types import SimpleNamespace
        >>> curve = SimpleNamespace(
        ...     threshold=np.array([0.9, 0.5, 0.1]), metrics={"recall": np.array([0.0, 0.6, 1.0])}
        ... )
        >>> axes = draw_thresholds(curve, ["recall"], threshold=0.5)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['recall', 'threshold 0.5']
    """
    unknown = [name for name in metrics if name not in curve.metrics]
    if unknown:
        raise UnknownNameError("metric", unknown[0], list(curve.metrics))
    if not 1 <= len(metrics) <= len(DASHES):
        raise ArgumentError(f"{len(metrics)} metrics in one figure", hint=f"give 1 to {len(DASHES)}")
    with figure_style():
        axes = ax or new_axes(5.2, 3.4)
        rising = _rising(curve.threshold)
        for place, name in enumerate(metrics):
            _draw_line(axes, rising, _known(curve.metrics, name)[::-1], name, place)
        _mark(axes, threshold, refer_band)
        axes.set(xlabel="threshold", ylabel="share", ylim=(-0.02, 1.02), xlim=_span(rising))
        if any(np.nanmin(curve.metrics[name], initial=0) < 0 for name in metrics):
            axes.set(ylim=(-1.02, 1.02), ylabel="value")
        legend_above(axes)
    return axes


def draw_costs(
    curve: Costs,
    threshold: float | int | None = None,
    refer_band: Band | None = None,
    *,
    per: int = 1,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the cost against the threshold with its 95 % band, the cheapest and the chosen one marked.

    Args:
        curve: Such as `evaluation.threshold_curve` gives with prices.
        threshold: The chosen one.
        refer_band: Between which probabilities a person decides.
        per: For how many rows the cost is told.
        ax: Where to draw; a new figure unless given.

    Raises:
        ArgumentError: The curve was made without prices.

    Example:
        >>> from types import SimpleNamespace
        >>> cost = np.array([0.5, 0.2, 0.9])
        >>> curve = SimpleNamespace(
        ...     threshold=np.array([0.9, 0.5, 0.1]),
        ...     mean_cost=cost, cost_lower=cost - 0.1, cost_upper=cost + 0.1,
        ... )
        >>> axes = draw_costs(curve, threshold=0.4, per=1000)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['cost', '95 % interval', 'least: 200 at 0.5', 'threshold 0.4']
    """
    if curve.mean_cost is None:
        raise ArgumentError("the curve has no costs", hint="threshold_curve(…, cost={…}) counts them")
    with figure_style():
        axes = ax or new_axes(5.2, 3.4)
        rising = _rising(curve.threshold)
        cost = per * np.asarray(curve.mean_cost, dtype=np.float64)[::-1]
        axes.plot(rising, cost, color=palette().blue, linewidth=1.6, label="cost")
        if curve.cost_lower is not None and curve.cost_upper is not None:
            lower, upper = (per * np.asarray(end)[::-1] for end in (curve.cost_lower, curve.cost_upper))
            axes.fill_between(
                rising, lower, upper, color=palette().blue, alpha=0.18, linewidth=0, label="95 % interval"
            )
        # Among equals the highest threshold, as it would be chosen.
        least = len(cost) - 1 - int(np.argmin(cost[::-1]))
        axes.plot(
            rising[least],
            cost[least],
            "D",
            color=palette().green,
            markersize=6,
            zorder=4,
            label=f"least: {number_text(float(cost[least]), decimals_for(cost))} at {rising[least]:.3g}",
        )
        _mark(axes, threshold, refer_band)
        axes.set(xlabel="threshold", ylabel="cost of a row" if per == 1 else f"cost of {per:,} rows")
        axes.set_xlim(_span(rising))
        shorten_ticks(axes.yaxis)
        legend_above(axes, beside=0.3)
    return axes


def _rising(falling: np.ndarray) -> np.ndarray:
    """The thresholds from low to high, the one that calls nobody positive close to the highest score.

    Any threshold above all scores does that; the middle of the gap up to 1 would squeeze all others.
    """
    rising = np.array(falling[::-1], dtype=np.float64)
    if len(rising) > 2:
        rising[-1] = min(rising[-1], rising[-2] + 0.04 * (rising[-2] - rising[0]))
    return rising


def _known(metrics: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """A metric, without the precision of no calls at all, which falls to 0 by definition alone."""
    values = np.asarray(metrics[name], dtype=np.float64)
    if name != "precision" or "approval_rate" not in metrics:
        return values
    return np.where(np.asarray(metrics["approval_rate"]) < 1, values, np.nan)


def _draw_line(axes: "Axes", x: np.ndarray, y: np.ndarray, name: str, place: int) -> None:
    # A single point makes no line.
    alone = np.count_nonzero(np.isfinite(y)) == 1
    axes.plot(
        x,
        y,
        color=palette().series[place],
        linestyle=DASHES[place],
        linewidth=1.5,
        marker="o" if alone else None,
        markersize=4,
        label=_title(name),
    )


def _mark(axes: "Axes", threshold: float | int | None, refer_band: Band | None) -> None:
    if refer_band is not None:
        low, high = refer_band
        axes.axvspan(
            low,
            high,
            facecolor=palette().orange,
            alpha=0.16,
            hatch="///",
            edgecolor=palette().orange,
            linewidth=0,
            label=f"a person decides: {low:.3g} to {high:.3g}",
            zorder=0.5,
        )
    if threshold is not None:
        axes.axvline(threshold, color=palette().ink, linewidth=1, label=f"threshold {threshold:.3g}")


def _span(rising: np.ndarray) -> tuple[float, float]:
    """The axis ends where the thresholds do: probabilities of a rare event are all small."""
    low, high = float(rising[0]), float(rising[-1])
    if high - low > 0.8:
        return -0.01, max(1.01, high)
    room = 0.02 * (high - low) or 0.05
    return low - room, high + room


def _title(metric: str) -> str:
    return TITLES.get(metric, metric.replace("_", " "))
