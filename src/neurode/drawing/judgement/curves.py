"""Curves: how models rank rows, how scores lie."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.labels import label_axes
from neurode.drawing.legend import legend_above, legend_height
from neurode.drawing.names import elided_apart
from neurode.drawing.style import DASHES, elided, figure_style, new_axes, palette
from neurode.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 32

MOST_FILLED = 3
"""Up to this many classes their areas are filled."""


@runtime_checkable
class Roc(Protocol):
    """What a ROC curve needs to have."""

    @property
    def false_positive_rate(self) -> np.ndarray: ...
    @property
    def true_positive_rate(self) -> np.ndarray: ...


@runtime_checkable
class PrecisionRecall(Protocol):
    """What a precision-recall curve needs to have."""

    @property
    def recall(self) -> np.ndarray: ...
    @property
    def precision(self) -> np.ndarray: ...
    @property
    def prevalence(self) -> float: ...


def draw_roc_curves(curves: Mapping[str, Roc], ax: "Axes | None" = None) -> "Axes":
    """Draws the ROC curve of each model, the first one (the network) on top.

    Args:
        curves: The name of each model and its curve.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> from types import SimpleNamespace
        >>> rates = np.array([0.0, 0.2, 1.0])
        >>> curve = SimpleNamespace(false_positive_rate=rates, true_positive_rate=rates**0.5)
        >>> draw_roc_curves({"network": curve}).get_xlabel()
        'false-positive rate'
    """
    with figure_style():
        axes = _unit_square(ax, curves)
        for place, (name, curve) in enumerate(zip(elided_apart(list(curves), LONGEST_NAME), curves.values())):
            _draw_ranked(axes, place, name, curve.false_positive_rate, curve.true_positive_rate)
        axes.plot(
            [0, 1], [0, 1], color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)), label="guessing"
        )
        axes.set(xlabel="false-positive rate", ylabel="true-positive rate")
        legend_above(axes, most=2)
    return axes


def draw_precision_recall_curves(curves: Mapping[str, PrecisionRecall], ax: "Axes | None" = None) -> "Axes":
    """Draws precision against recall of each model, the first one (the network) on top.

    Args:
        curves: The name of each model and its curve.
        ax: Where to draw; a new figure unless given.
    """
    with figure_style():
        axes = _unit_square(ax, curves)
        for place, (name, curve) in enumerate(zip(elided_apart(list(curves), LONGEST_NAME), curves.values())):
            _draw_ranked(axes, place, name, curve.recall, curve.precision)
        prevalence = next((curve.prevalence for curve in curves.values()), 0.0)
        axes.axhline(
            prevalence, color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)), label="guessing"
        )
        axes.set(xlabel="recall", ylabel="precision")
        legend_above(axes, most=2)
    return axes


def draw_score_histogram(
    edges: np.ndarray,
    counts: np.ndarray,
    labels: Sequence[str],
    threshold: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws how the scores of each class lie, as shares of that class, so that a rare class stays visible.

    Args:
        edges: Of the bins.
        counts: `(classes, bins)`.
        labels: One name a class.
        threshold: Where positive calls begin.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> edges, counts = np.array([0, 0.5, 1]), np.array([[8, 2], [1, 4]])
        >>> axes = draw_score_histogram(edges, counts, ["paid", "default"], threshold=0.4)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['paid', 'default', 'threshold 0.4']
    """
    counts = np.asarray(counts)
    if len(counts) != len(labels):
        raise ArgumentError(f"{len(counts)} rows of counts for {len(labels)} labels")
    with figure_style():
        names = elided_apart(labels, LONGEST_NAME)
        axes = ax or new_axes(4.2, 2.7 + legend_height([*names, "threshold 0.999"], 4.2))
        colors = palette().series
        for place, (share, name) in enumerate(zip(_shares(counts), names)):
            # Beyond six classes a colour comes again, with another dash.
            color = colors[place % len(colors)]
            dash = DASHES[(place + place // len(colors)) % len(DASHES)]
            if len(names) <= MOST_FILLED:
                axes.stairs(share, edges, fill=True, color=color, alpha=0.22, linewidth=0)
            axes.stairs(share, edges, color=color, linestyle=dash, linewidth=1.3, label=name)
        if threshold is not None:
            axes.axvline(threshold, color=palette().ink, linewidth=1, label=f"threshold {threshold:.3g}")
        label_axes(axes, f"probability of {elided(labels[-1], LONGEST_NAME)}", "share of the class")
        axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
        axes.yaxis.set_major_formatter(_percent)
        legend_above(axes)
    return axes


def _unit_square(ax: "Axes | None", curves: Mapping[str, object]) -> "Axes":
    labels = [*elided_apart(list(curves), LONGEST_NAME), "guessing"]
    axes = ax or new_axes(4.2, 4.05 + legend_height(labels, 4.2, most=2))
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.set_yticks(np.linspace(0, 1, 6))
    return axes


def _draw_ranked(axes: "Axes", place: int, name: str, x: np.ndarray, y: np.ndarray) -> None:
    style = place % len(palette().series)
    n_points = int((np.isfinite(x) & np.isfinite(y)).sum())
    axes.plot(
        x,
        y,
        color=palette().series[style],
        linestyle=DASHES[style],
        # One point is no line, and none is told in words.
        marker="o" if n_points == 1 else None,
        markersize=5,
        linewidth=1.9 if place == 0 else 1.2,
        label=name + ("" if n_points else " (no curve)"),
        zorder=3 - 0.1 * place,
    )


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _percent(share: float, place: float | int | None) -> str:
    return f"{100 * share:g} %"
