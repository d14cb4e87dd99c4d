"""Curves: how training went, how models rank, how scores lie."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.style import (
    BLUE,
    DASHES,
    INK,
    MUTED,
    SERIES,
    VERMILLION,
    elided,
    figure_style,
    new_axes,
)
from neurode.errors import ArgumentError, UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 32


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


def draw_history(
    history: Mapping[str, Sequence[float]],
    metric: str = "loss",
    best_epoch: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws one metric over the epochs, for training rows and, where there is one, for validation rows.

    Args:
        history: A list for each metric, one value an epoch; validation as `val_` and the name.
        metric: Which one.
        best_epoch: The epoch whose weights were kept, from 1; it is marked.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> axes = draw_history({"loss": [0.7, 0.5], "val_loss": [0.7, 0.6]}, best_epoch=2)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['training', 'validation', 'kept: epoch 2']
    """
    if metric not in history and f"val_{metric}" not in history:
        raise UnknownNameError("metric", metric, [name for name in history if not name.startswith("val_")])
    from matplotlib.ticker import MaxNLocator

    with figure_style():
        axes = ax or new_axes(4.2, 3)
        lines = [
            (metric, "training", VERMILLION, DASHES[1]),
            (f"val_{metric}", "validation", BLUE, DASHES[0]),
        ]
        for name, label, color, dash in lines:
            values = np.asarray(history.get(name, ()), dtype=np.float64)
            if len(values):
                epochs = np.arange(1, len(values) + 1)
                # One epoch is a point, not a line.
                marker = "o" if len(values) == 1 else None
                axes.plot(epochs, values, color=color, linestyle=dash, label=label, marker=marker, ms=4)
        if best_epoch is not None:
            _mark_epoch(axes, history.get(f"val_{metric}", history.get(metric, ())), best_epoch)
        axes.set(xlabel="epoch", ylabel=metric.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        n_epochs = max(len(history.get(name, ())) for name in (metric, f"val_{metric}"))
        axes.set_xlim(0.5, n_epochs + 0.5)
        _legend_above(axes, columns=3)
    return axes


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
        axes = _unit_square(ax, len(curves))
        for place, (name, curve) in enumerate(curves.items()):
            _draw_ranked(axes, place, name, curve.false_positive_rate, curve.true_positive_rate)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), label="guessing")
        axes.set(xlabel="false-positive rate", ylabel="true-positive rate")
        _legend_above(axes, columns=1)
    return axes


def draw_precision_recall_curves(curves: Mapping[str, PrecisionRecall], ax: "Axes | None" = None) -> "Axes":
    """Draws precision against recall of each model, the first one (the network) on top.

    Args:
        curves: The name of each model and its curve.
        ax: Where to draw; a new figure unless given.
    """
    with figure_style():
        axes = _unit_square(ax, len(curves))
        for place, (name, curve) in enumerate(curves.items()):
            _draw_ranked(axes, place, name, curve.recall, curve.precision)
        prevalence = next((curve.prevalence for curve in curves.values()), 0.0)
        axes.axhline(prevalence, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), label="guessing")
        axes.set(xlabel="recall", ylabel="precision")
        _legend_above(axes, columns=1)
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
        axes = ax or new_axes(4.2, 3)
        for share, label, color, dash in zip(_shares(counts), labels, SERIES, DASHES):
            name = elided(label, LONGEST_NAME)
            axes.stairs(share, edges, fill=True, color=color, alpha=0.22, linewidth=0)
            axes.stairs(share, edges, color=color, linestyle=dash, linewidth=1.3, label=name)
        if threshold is not None:
            axes.axvline(threshold, color=INK, linewidth=1, label=f"threshold {threshold:.3g}")
        axes.set(xlabel=f"probability of {elided(labels[-1], LONGEST_NAME)}", ylabel="share of the class")
        axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
        axes.yaxis.set_major_formatter(_percent)
        _legend_above(axes, columns=3 if sum(map(len, labels)) < 24 else 1)
    return axes


def _mark_epoch(axes: "Axes", values: Sequence[float], best_epoch: int) -> None:
    label = f"kept: epoch {best_epoch}"
    axes.axvline(best_epoch, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    if 1 <= best_epoch <= len(values):
        axes.plot(best_epoch, values[best_epoch - 1], "o", color=INK, markersize=5, label=label, zorder=4)


def _unit_square(ax: "Axes | None", n_curves: int) -> "Axes":
    axes = ax or new_axes(4.2, 3.9 + 0.16 * n_curves)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.set_yticks(np.linspace(0, 1, 6))
    return axes


def _draw_ranked(axes: "Axes", place: int, name: str, x: np.ndarray, y: np.ndarray) -> None:
    style = place % len(SERIES)
    axes.plot(
        x,
        y,
        color=SERIES[style],
        linestyle=DASHES[style],
        linewidth=1.9 if place == 0 else 1.2,
        label=elided(name, LONGEST_NAME),
        zorder=3 - 0.1 * place,
    )


def _legend_above(axes: "Axes", columns: int) -> None:
    # Above the axes a legend never lies on a curve.
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderaxespad=0.3,
        handlelength=2.4,
        borderpad=0,
    )


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _percent(share: float, place: float | int | None) -> str:
    return f"{100 * share:g} %"
