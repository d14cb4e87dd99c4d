"""Weights and activations, layer by layer: a row of the figure each, all on one axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import DASHES, elided, figure_style, new_axes, palette, text_width
from neurode.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 60

FEWEST = 12
"""So few values are drawn one by one: a histogram of a single bias is a block that says nothing."""

SHOWN = 0.998
"""The middle share of the values that the axis spans, so that one far value does not squeeze all others."""

UNEVEN = 12
"""Where the widest layer spans so many times the narrowest, each is drawn in units of its own spread."""

LONGEST_NAME = 22
TALLEST = 0.8
ROW_INCHES = 0.5


@dataclass(frozen=True, eq=False)
class _Row:
    """A layer: what is written beside it, and its values by series."""

    name: str
    note: str
    values: dict[str, np.ndarray]


def draw_weight_histograms(layers: Mapping[str, Mapping[str, Any]], ax: "Axes | None" = None) -> "Axes":
    """Draws how the weights of each layer lie, and beside its name how far they spread.

    Args:
        layers: The name of each layer, from the input up, and its arrays by name, such as
            `{"dense": {"kernel": …, "bias": …}}`. A layer without arrays is left out.
        ax: Where to draw; a new figure unless given.

    Raises:
        ArgumentError: There is no weight at all.

    Example:
        >>> axes = draw_weight_histograms({"dense": {"kernel": np.ones((3, 2)), "bias": np.zeros(2)}})
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['dense\\n8 values, spread 0.433']
    """
    rows = []
    for name, arrays in layers.items():
        values = {kind: np.asarray(array, dtype=np.float64).ravel() for kind, array in arrays.items()}
        filled = {kind: array for kind, array in values.items() if array.size}
        if filled:
            together = np.concatenate(list(filled.values()))
            rows.append(_Row(name, _weight_note(together), filled))
    if not rows:
        raise ArgumentError("there are no weights to draw", hint="build or fit the network first")
    return _draw_rows(rows, "weight", ax)


def draw_activation_histograms(
    layers: Mapping[str, Any],
    dead: Mapping[str, float | int] | None = None,
    saturated: Mapping[str, float | int] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws how the outputs of each layer lie over some rows; zeros are told, not drawn.

    Args:
        layers: The name of each layer, from the input up, and its outputs, `(rows, units)`.
        dead: The share of units that are dead, by layer, for those that are looked at.
        saturated: The share of units that are saturated, by layer.
        ax: Where to draw; a new figure unless given.

    Raises:
        ArgumentError: There is no output at all.

    Example:
        >>> outputs = {"dense": np.array([[0.0, 0.5], [0.0, 1.5]])}
        >>> axes = draw_activation_histograms(outputs, dead={"dense": 0.5})
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['dense\\n2 units, spread 0.5\\n50 % zeros, 50 % dead']
    """
    rows = []
    for name, outputs in layers.items():
        array = np.asarray(outputs, dtype=np.float64)
        if array.size:
            note = _activation_note(array, (dead or {}).get(name), (saturated or {}).get(name))
            rows.append(_Row(name, note, {"output": array[array != 0]}))
    if not rows:
        raise ArgumentError("there are no activations to draw", hint="give the outputs of at least one row")
    return _draw_rows(rows, "output of a unit", ax)


def _weight_note(values: np.ndarray) -> str:
    return _joined([f"{values.size:,} value{'s' * (values.size > 1)}", _spread_text(values), _lost(values)])


def _activation_note(outputs: np.ndarray, dead: float | int | None, saturated: float | int | None) -> str:
    units = outputs.shape[-1] if outputs.ndim > 1 else 1
    zeros = float((outputs == 0).mean())
    shares = {"zeros": zeros, "dead": dead or 0, "saturated": saturated or 0}
    told = _joined([f"{_percent(share)} {what}" for what, share in shares.items() if share])
    sizes = _joined(
        [f"{units:,} unit{'s' * (units > 1)}", _spread_text(outputs[outputs != 0]), _lost(outputs)]
    )
    return f"{sizes}\n{told}" if told else sizes


def _spread_text(values: np.ndarray) -> str:
    return f"spread {_spread(values):.3g}" if np.isfinite(values).sum() > 1 else ""


def _lost(values: np.ndarray) -> str:
    count = int(np.count_nonzero(~np.isfinite(values)))
    return f"{count:,} not finite" if count else ""


def _joined(parts: Sequence[str]) -> str:
    return ", ".join(part for part in parts if part)


def _percent(share: float | int) -> str:
    """A share as a whole percent, never rounded to nothing or to all."""
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def _draw_rows(rows: list[_Row], label: str, ax: "Axes | None") -> "Axes":
    with figure_style():
        axes = ax or new_axes(5.6, 0.9 + ROW_INCHES * len(rows))
        units = _units(rows)
        spans = np.array([_span(row) for row in rows]) / units[:, None]
        low, high = float(spans[:, 0].min()), float(spans[:, 1].max())
        room = 0.04 * (high - low) or 0.5
        edges = np.linspace(low - room, high + room, BINS + 1)
        kinds = list(dict.fromkeys(kind for row in rows for kind in row.values))
        for place, row in enumerate(rows):
            # The first layer is on top: a network is read from its input.
            base = len(rows) - 1 - place
            axes.axhline(base, color=palette().grid, linewidth=0.8, zorder=0.9)
            for kind, values in row.values.items():
                _draw_series(axes, values / units[place], edges, base, kinds.index(kind) % len(DASHES))
        _name_series(axes, kinds)
        axes.axvline(0, color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.95)
        in_spreads = "" if (units == 1).all() else ", in spreads of its layer"
        axes.set(xlim=(edges[0], edges[-1]), ylim=(-0.12, len(rows)), xlabel=label + in_spreads)
        short = elided_apart([row.name for row in rows], LONGEST_NAME)
        names = [f"{name}\n{row.note}" for name, row in zip(short, rows)]
        axes.set_yticks(np.arange(len(rows))[::-1] + 0.3, names, fontsize=7.5, linespacing=1.3)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        lines = "\n".join(names).split("\n")
        legend_above(axes, beside=max(text_width(line, 7.5) for line in lines) - 0.4)
    return axes


def _draw_series(axes: "Axes", values: np.ndarray, edges: np.ndarray, base: int, style: int) -> None:
    known = np.clip(values[np.isfinite(values)], edges[0], edges[-1])
    color = palette().series[style]
    if 0 < len(known) <= FEWEST:
        height = TALLEST if style == 0 else 0.6 * TALLEST
        axes.vlines(
            known, base, base + height, color=color, linestyle=DASHES[style], linewidth=1.3, alpha=0.8
        )
        return
    counts = np.histogram(known, edges)[0]
    if not counts.any():
        return
    # Empty bins at either end would draw a line along the whole row.
    first, last = np.flatnonzero(counts)[[0, -1]]
    counts, edges = counts[first : last + 1], edges[first : last + 2]
    heights = base + TALLEST * counts / counts.max()
    if style == 0:
        axes.stairs(heights, edges, baseline=base, fill=True, color=color, alpha=0.4, linewidth=0)
    axes.stairs(heights, edges, baseline=base, color=color, linestyle=DASHES[style], linewidth=1)


def _name_series(axes: "Axes", kinds: list[str]) -> None:
    """A legend where there is more than one kind of values."""
    for place, kind in enumerate(kinds if len(kinds) > 1 else []):
        style = place % len(DASHES)
        axes.plot(
            [], [], color=palette().series[style], linestyle=DASHES[style], label=elided(kind, LONGEST_NAME)
        )


def _span(row: _Row) -> tuple[float, float]:
    values = np.concatenate(list(row.values.values()))
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.quantile(known, [(1 - SHOWN) / 2, (1 + SHOWN) / 2], method="nearest")
    return min(float(low), 0.0), max(float(high), 0.0)


def _units(rows: list[_Row]) -> np.ndarray:
    """What a step of the axis is for each layer: 1, or the layer's spread where one axis cannot show all."""
    widths = np.array([max(map(abs, _span(row))) for row in rows])
    filled = widths[widths > 0]
    if not len(filled) or filled.max() <= UNEVEN * filled.min():
        return np.ones(len(rows))
    spreads = np.array([_spread(np.concatenate(list(row.values.values()))) for row in rows])
    return np.where(spreads > 0, spreads, np.where(widths > 0, widths, 1.0))


def _spread(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.std()) if len(known) else 0.0
