"""How a fit went: loss and metrics over the epochs, training against validation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.learning.log_axis import log_ticks
from neurode.drawing.legend import legend_above
from neurode.drawing.style import DASHES, elided, figure_style, new_axes, palette
from neurode.drawing.wording import shorten_ticks
from neurode.errors import ArgumentError, UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 26

WIDE_RANGE = 100
"""From this ratio of the largest value to the smallest on, values are drawn on a logarithmic axis."""

MANY_EPOCHS = 200
"""From here on lines are thin, so that their dashes can be seen."""

MOST_PANELS_A_ROW = 3


def draw_history(
    history: Mapping[str, Sequence[Any]],
    metric: str = "loss",
    best_epoch: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws one metric over the epochs, for training rows and, where there is one, for validation rows.

    Epochs whose value is no finite number are marked at the lower edge. Positive values that differ a
    hundredfold get a logarithmic axis.

    Args:
        history: A list for each metric, one value an epoch; validation as `val_` and the name. A metric may
            have several values an epoch, one for each class: a line each.
        metric: Which one.
        best_epoch: The epoch whose weights were kept, from 1; it is marked.
        ax: Where to draw; a new figure unless given.

    Raises:
        UnknownNameError: If there is no such metric.

    Example:
        >>> axes = draw_history({"loss": [0.7, 0.5], "val_loss": [0.7, 0.6]}, best_epoch=2)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['training', 'validation', 'kept: epoch 2']
    """
    if metric not in history and f"val_{metric}" not in history:
        raise UnknownNameError("metric", metric, metrics_of(history))
    with figure_style():
        axes = ax or new_axes(4.2, 3)
        _draw_lines(axes, history, metric, best_epoch)
        axes.set(xlabel="epoch", ylabel=_words(metric))
        legend_above(axes)
    return axes


def draw_histories(
    history: Mapping[str, Sequence[Any]],
    metrics: Sequence[str] | None = None,
    best_epoch: int | None = None,
    figure: Any = None,
) -> tuple["Axes", ...]:
    """Draws every metric in axes of its own, the loss first.

    Args:
        history: As for `draw_history`.
        metrics: Which ones; all if left out.
        best_epoch: The epoch whose weights were kept, from 1.
        figure: The figure or part of a figure to draw on; a new one unless given.

    Returns:
        Axes for each metric.

    Raises:
        UnknownNameError: If there is no such metric.
        ArgumentError: If there is nothing to draw.

    Example:
        >>> several = draw_histories({"auc": [0.6, 0.7], "loss": [0.7, 0.5], "val_auc": [0.6, 0.65]})
        >>> [axes.get_title("left") for axes in several]
        ['loss', 'auc']
    """
    known = metrics_of(history)
    chosen = known if metrics is None else list(metrics)
    for metric in chosen:
        if metric not in known:
            raise UnknownNameError("metric", metric, known)
    if not chosen:
        raise ArgumentError("the history has no metric", hint="fit for one epoch at least")
    from matplotlib.figure import Figure

    n_columns = 2 if len(chosen) == 4 else min(len(chosen), MOST_PANELS_A_ROW)
    n_rows = -(-len(chosen) // n_columns)
    with figure_style():
        sheet = figure or Figure(
            figsize=(max(4.2, 2.9 * n_columns), 0.35 + 2.3 * n_rows), layout="constrained"
        )
        found = []
        for place, metric in enumerate(chosen):
            axes = sheet.add_subplot(n_rows, n_columns, place + 1)
            axes.tick_params(labelcolor=palette().ink, color=palette().muted, labelsize=8)
            _draw_lines(axes, history, metric, best_epoch)
            axes.set_title(_words(metric))
            if place + n_columns >= len(chosen):
                axes.set_xlabel("epoch")
            found.append(axes)
        signs = dict(pair[::-1] for axes in found for pair in zip(*axes.get_legend_handles_labels()))
        if signs:
            sheet.legend(signs.values(), signs.keys(), loc="outside upper left", ncols=4, handlelength=2.4)
    return tuple(found)


def metrics_of(history: Mapping[str, Any]) -> list[str]:
    """The metrics of a history, the loss first.

    Example:
        >>> metrics_of({"auc": [0.5], "loss": [0.7], "val_loss": [0.7]})
        ['loss', 'auc']
    """
    names = dict.fromkeys(name.removeprefix("val_") for name in history)
    return sorted(names, key=lambda name: name != "loss")


def _draw_lines(
    axes: "Axes", history: Mapping[str, Sequence[Any]], metric: str, best_epoch: int | None
) -> None:
    from matplotlib.ticker import MaxNLocator

    lines = [
        (metric, "training", palette().vermillion, DASHES[1]),
        (f"val_{metric}", "validation", palette().blue, DASHES[0]),
    ]
    curves = {name: _curves(history[name]) for name, *_ in lines if len(history.get(name, ()))}
    for name, label, color, dash in lines:
        for place, values in enumerate(curves.get(name, ())):
            _draw_line(axes, values, "" if place else label, color, dash)
    if best_epoch is not None:
        _mark_epoch(axes, curves.get(f"val_{metric}", curves.get(metric, [])), best_epoch)
    spoilt = sorted(
        {e + 1 for values in curves.values() for v in values for e in np.flatnonzero(~np.isfinite(v))}
    )
    if spoilt:
        axes.plot(
            spoilt,
            np.zeros(len(spoilt)),
            "x",
            color=palette().ink,
            markersize=5,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            label="not finite",
        )
    every = np.concatenate([values for several in curves.values() for values in several] or [np.ones(1)])
    every = every[np.isfinite(every)]
    if not len(every):
        axes.set_yticks([])
    elif every.min() > 0 and every.max() > WIDE_RANGE * every.min() and _is_unbounded(metric, every):
        axes.set_yscale("log")
        log_ticks(axes.yaxis, *axes.get_ylim())
    else:
        shorten_ticks(axes.yaxis)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    n_epochs = max((len(values) for several in curves.values() for values in several), default=1)
    axes.set_xlim(0.5, n_epochs + 0.5)


def _is_unbounded(metric: str, values: np.ndarray) -> bool:
    """Whether a ratio of two values means something: shares are compared by their difference."""
    return metric in ("loss", "learning_rate") or bool(values.max() > 1)


def _curves(values: Sequence[Any]) -> list[np.ndarray]:
    """A line for each value that an epoch has."""
    array = np.asarray(values, dtype=np.float64)
    return list(array.reshape(len(array), -1).T)


def _draw_line(axes: "Axes", values: np.ndarray, label: str, color: str, dash: Any) -> None:
    finite = np.isfinite(values)
    # A value between two that are none is a point, not a line.
    before, after = np.roll(finite, 1), np.roll(finite, -1)
    before[0] = after[-1] = False
    alone = np.flatnonzero(finite & ~before & ~after)
    axes.plot(
        np.arange(1, len(values) + 1),
        np.where(finite, values, np.nan),
        color=color,
        linestyle=dash,
        label=label or None,
        marker="o" if len(alone) else None,
        markevery=list(alone),
        markersize=4,
        linewidth=1.4 if len(values) <= MANY_EPOCHS else 0.8,
    )


def _mark_epoch(axes: "Axes", curves: list[np.ndarray], best_epoch: int) -> None:
    label: str | None = f"kept: epoch {best_epoch:,}"
    line = axes.axvline(best_epoch, color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)))
    for values in curves:
        if 1 <= best_epoch <= len(values) and np.isfinite(values[best_epoch - 1]):
            place = (best_epoch, values[best_epoch - 1])
            axes.plot(*place, "o", color=palette().ink, ms=5, label=label, zorder=4, clip_on=False)
            label = None
    if label:
        line.set_label(label)


def _words(metric: str) -> str:
    return elided(metric.replace("_", " "), LONGEST_NAME)
