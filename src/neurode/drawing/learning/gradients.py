"""Gradients and updates, layer by layer, over time: whether learning reaches every layer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.learning.log_axis import log_ticks
from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import DASHES, figure_style, new_axes, palette
from neurode.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 400
"""A longer series is drawn as the greatest value of each of so many parts: what exploded stays seen."""

USUAL = (1e-4, 1e-2)
"""Between these ratios of update to weight a network usually learns well; 0.001 is the rule of thumb."""

LONGEST_NAME = 24


def draw_gradient_norms(norms: Mapping[str, Any], label: str = "epoch", ax: "Axes | None" = None) -> "Axes":
    """Draws the norm of each layer's gradient over time, on a logarithmic axis.

    Up to six layers are told apart. Of more, the first, the last, and those that end strongest and weakest
    are; the others stay grey. A triangle at the foot marks a norm of 0, a cross at the top one that is not
    finite.

    Args:
        norms: The name of each layer, from the input up, and its norms.
        label: What time is counted in: "epoch", "step".
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: The layers have series of different lengths.

    Example:
        >>> axes = draw_gradient_norms({"dense": [0.5, 0.2, 0.1], "dense_1": [1.0, 0.8, 0.7]})
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['dense', 'dense_1']
    """
    with figure_style():
        axes = _draw_series(norms, label, ax)
        axes.set_ylabel("norm of the gradient")
        legend_above(axes)
    return axes


def draw_update_ratios(ratios: Mapping[str, Any], label: str = "epoch", ax: "Axes | None" = None) -> "Axes":
    """Draws how large each layer's step is beside its weights, over time; the usual range is shaded.

    Args:
        ratios: The name of each layer and the norm of its update over that of its weights.
        label: What time is counted in.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: The layers have series of different lengths.

    Example:
        >>> axes = draw_update_ratios({"dense": [0.002, 0.001]})
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['dense', 'usual']
    """
    with figure_style():
        axes = _draw_series(ratios, label, ax)
        axes.axhspan(*USUAL, color=palette().green, alpha=0.13, linewidth=0, label="usual", zorder=0.5)
        label_axes(axes, y="size of a step over that of the weights")
        legend_above(axes)
    return axes


def _draw_series(series: Mapping[str, Any], label: str, ax: "Axes | None") -> "Axes":
    from matplotlib.ticker import MaxNLocator

    values = {name: np.asarray(line, dtype=np.float64) for name, line in series.items()}
    _check(values)
    axes = ax or new_axes(5.2, 3.4)
    times, starts = _parts(len(next(iter(values.values()))))
    shown = {name: _greatest(line, starts) for name, line in values.items()}
    named = _named(shown)
    for name, line in shown.items():
        if name not in named:
            axes.plot(times, _positive(line), color=palette().muted, linewidth=0.6, alpha=0.45, zorder=1.5)
    # What is said of a layer has room behind its name.
    names = elided_apart(list(named), max(letters_beside(ax, LONGEST_NAME + 12) - 12, 10))
    for place, (name, note) in enumerate(named.items()):
        gone = "" if np.isfinite(_positive(shown[name])).any() else "nothing above 0"
        _draw_line(axes, times, shown[name], place, _joined(names[place], note or gone))
    if len(shown) > len(named):
        others = len(shown) - len(named)
        axes.plot([], [], color=palette().muted, linewidth=0.6, label=f"{others} other{'s' * (others > 1)}")
    axes.set_yscale("log")
    low, high = _span(list(shown.values()))
    axes.set_ylim(low, high)
    log_ticks(axes.yaxis, low, high)
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(lambda time, place: f"{time:,.0f}")
    last = times[-1] if len(times) else 1
    room = 0.02 * (last - 1) or 0.5
    axes.set_xlim(1 - room, last + room)
    return axes


def _check(values: Mapping[str, np.ndarray]) -> None:
    if not values:
        raise ArgumentError("there is no layer to draw")
    for name, line in values.items():
        if line.ndim != 1:
            raise ShapeError(f"the values of {name!r} have shape {line.shape}, needed (times,)")
    lengths = {name: len(line) for name, line in values.items()}
    if len(set(lengths.values())) > 1:
        shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise ShapeError(
            f"{shortest!r} has {lengths[shortest]} values, {longest!r} has {lengths[longest]}",
            hint="give each layer one value for each time",
        )
    if not max(lengths.values()):
        raise ArgumentError("there is nothing to draw yet: no value was recorded")


def _parts(length: int) -> tuple[np.ndarray, np.ndarray]:
    """The time at which each part ends, from 1, and where in the series it begins."""
    n_parts = min(length, MOST_POINTS)
    ends = np.linspace(0, length, n_parts + 1).round().astype(np.int64)
    return ends[1:], ends[:-1]


def _greatest(line: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The greatest of each part; NaN and infinity are greater than any number."""
    known = np.where(np.isnan(line), np.inf, np.abs(line))
    return np.maximum.reduceat(known, starts)


def _positive(line: np.ndarray) -> np.ndarray:
    """The values that a logarithmic axis has a place for; the others are gaps."""
    return np.where((line > 0) & np.isfinite(line), line, np.nan)


def _named(shown: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The layers to tell apart, in their order, and what is said of each."""
    names = list(shown)
    if len(names) <= len(DASHES):
        return dict.fromkeys(names, "")
    ends = {name: float(line[-1]) for name, line in shown.items()}
    said: dict[str, list[str]] = {}
    for name, note in (
        (names[0], "first"),
        (names[-1], "last"),
        (max(names, key=ends.__getitem__), "strongest"),
        (min(names, key=ends.__getitem__), "weakest"),
    ):
        said.setdefault(name, []).append(note)
    return {name: ", ".join(said[name]) for name in names if name in said}


def _joined(name: str, note: str) -> str:
    return f"{name} ({note})" if note else name


def _draw_line(axes: "Axes", times: np.ndarray, line: np.ndarray, place: int, label: str) -> None:
    color = palette().series[place]
    known = _positive(line)
    axes.plot(
        times,
        known,
        color=color,
        linestyle=DASHES[place],
        linewidth=1.5,
        marker="o" if np.count_nonzero(np.isfinite(known)) == 1 else None,
        markersize=4,
        label=label,
        zorder=3 - 0.1 * place,
    )
    # What has no place on the axis is marked at its ends; layers are set apart so that none hides another.
    for found, marker, height in ((line == 0, "v", 0.02), (np.isinf(line), "x", 0.98)):
        if found.any():
            there = times[found]
            step = max(1, len(there) // 20)
            axes.plot(
                there[::step],
                np.full(len(there[::step]), height + (0.04 if height < 0.5 else -0.04) * place),
                linestyle="none",
                marker=marker,
                color=color,
                markersize=4.5,
                transform=axes.get_xaxis_transform(),
                clip_on=False,
            )


def _span(lines: Sequence[np.ndarray]) -> tuple[float, float]:
    """At least a decade, so that noise does not look like a change."""
    known = np.concatenate([_positive(line) for line in lines])
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if len(known) else (1e-3, 1.0)
    middle = (np.log10(low) + np.log10(high)) / 2
    half = max(0.55 * (np.log10(high) - np.log10(low)), 0.5)
    return float(10 ** (middle - half)), float(10 ** (middle + half))
