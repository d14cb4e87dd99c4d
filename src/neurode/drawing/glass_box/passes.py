"""One pass through a network, drawn: what each layer summed up and gave on, and what the loss says of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.style import bare_axes, elided, figure_style, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@runtime_checkable
class InputRecord(Protocol):
    """An input of the network: names of its columns, values `(rows, …)` and their gradient."""

    name: str
    columns: tuple[str, ...]
    value: np.ndarray
    gradient: np.ndarray | None


@runtime_checkable
class LayerRecord(Protocol):
    """One use of a layer: weighted sums, what it gives on, and the gradient of both."""

    name: str
    use: int
    kind: str
    activation: str | None
    trainable: bool
    sources: tuple[str, ...]
    input: Any
    z: np.ndarray | None
    a: np.ndarray
    gradient_z: np.ndarray | None
    gradient_a: np.ndarray | None
    weights: Mapping[str, np.ndarray]


@runtime_checkable
class TraceRecord(Protocol):
    """One pass; `neurode.trace` makes such a record."""

    name: str
    training: bool
    inputs: Sequence[Any]
    layers: Sequence[Any]
    predictions: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    loss: float | None
    penalty: float | None
    gradients: Mapping[str, np.ndarray]
    steps: Mapping[str, np.ndarray]
    check: Any


MOST_LAYERS = 12
"""Layers drawn; of more the first and the last ones."""

MOST_NUMBERS = 4
"""Values of a strip that are written as numbers."""

LINE = 0.78
"""Inches that a layer takes."""

NAMES, STRIP, GAP = 2.05, 1.5, 0.22
"""Inches for what a layer is called, for a strip, and between strips."""


def draw_trace(record: TraceRecord, ax: "Axes | None" = None) -> "Axes":
    """Draws one pass through a network: forward down the left side, backward up the right side.

    A row of a network of a few dense units is drawn as neurons with every number on its link. Otherwise each
    layer is a line with strips of its units: bars up are positive and blue, bars down negative and
    vermillion, each strip in a scale of its own. Of several rows a bar is the mean and the line through it
    goes from the least to the greatest.

    Args:
        record: What `neurode.trace` found.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> import neurode
        >>> from neurode.layers import Dense, Input
        >>> model = neurode.Sequential([Input((2,)), Dense(40, "relu"), Dense(1, "sigmoid")])
        >>> axes = draw_trace(neurode.trace(model, [[1.0, 2.0]]))
        >>> [text.get_text() for text in axes.texts][:2]
        ['1 row through sequential, in use', 'z']
    """
    from neurode.drawing.glass_box.neurons import draw_neurons, is_small

    with figure_style():
        if is_small(record):
            return draw_neurons(record, ax)
        return _draw_strips(record, ax)


def heading(record: TraceRecord) -> str:
    """What the figure shows, as one line."""
    count = len(record.inputs[0].value)
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    return f"{rows} through {elided(record.name, 20)}, {'in training' if record.training else 'in use'}"


def outcome(record: TraceRecord) -> str:
    """Predictions, targets and the loss, as lines."""
    lines = []
    for name, prediction in list(record.predictions.items())[:4]:
        target = record.targets.get(name)
        told = f"prediction {_listed(prediction)}"
        lines += [told if len(record.predictions) == 1 else f"{elided(name, 20)}: {told}"]
        lines += [] if target is None else [f"target {_listed(target)}"]
    if len(record.predictions) > 4:
        lines.append(f"{len(record.predictions) - 4} more outputs")
    if record.loss is not None:
        penalty = f", {number(record.penalty)} of it penalties" if record.penalty else ""
        lines.append(f"loss L = {number(record.loss)}{penalty}")
    if record.check is not None and record.check.arrays:
        worst = max(array.difference for array in record.check.arrays)
        verdict = "agree" if record.check.agrees else "DISAGREE"
        lines.append(f"gradients {verdict} with finite differences (largest relative difference {worst:.0e})")
    return "\n".join(lines)


def number(value: Any) -> str:
    """A number to three digits, with a minus as wide as a plus.

    Example:
        >>> number(0.12345), number(-12.0), number(-0.0000321), number("A"), number(float("nan"))
        ('0.123', '−12', '−3.2e-5', 'A', 'missing')
    """
    if not isinstance(value, int | float | np.number):
        return elided(value, 12)
    if np.isnan(value):
        return "missing"
    value = float(value)
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    if len(text.lstrip("-")) > 7:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return "0" if text == "-0" else text.replace("-", "−", 1) if value < 0 else text


def _listed(values: np.ndarray, most: int = 4) -> str:
    flat = np.asarray(values).reshape(-1)
    more = f", … {len(flat) - most:,} more" if len(flat) > most else ""
    return ", ".join(number(value) for value in flat[:most]) + more


def _draw_strips(record: TraceRecord, ax: "Axes | None") -> "Axes":
    has_loss = record.loss is not None
    lines = [*record.inputs, *record.layers]
    shown = _kept(lines)
    is_batch = len(record.inputs[0].value) > 1
    end = outcome(record) + ("\nbars: means of the rows; thin lines: least to greatest" if is_batch else "")
    width = NAMES + (4 if has_loss else 2) * (STRIP + GAP) + 0.1
    below = 0.3 + 0.16 * (end.count("\n") + 1)
    height = 0.62 + LINE * len(shown) + below
    axes = ax or bare_axes(width, height)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(-height, 0)
    axes.text(0.1, -0.2, heading(record), fontsize=9, fontweight="bold", va="center")
    _draw_heads(axes, has_loss)
    for place, line in enumerate(shown):
        top = -0.62 - LINE * place
        if line is None:
            hidden = len(lines) - len(shown) + 1
            axes.text(0.2, top - LINE / 2, f"… {hidden} more layers", va="center", color=palette().muted)
            continue
        _draw_frame(axes, top, width)
        draw = _draw_layer if hasattr(line, "kind") else _draw_input
        draw(axes, line, top, record)
    axes.text(0.1, -0.62 - LINE * len(shown) - 0.12, end, fontsize=8, va="top", linespacing=1.4)
    return axes


def _kept(lines: list[Any]) -> list[Any]:
    """The lines that are drawn, None for a gap."""
    if len(lines) <= MOST_LAYERS:
        return lines
    head = MOST_LAYERS // 2
    return [*lines[:head], None, *lines[-(MOST_LAYERS - head - 1) :]]


def _left(strip: int) -> float:
    return NAMES + strip * (STRIP + GAP)


def _draw_heads(axes: "Axes", has_loss: bool) -> None:
    heads = ["z", "a", *(("∂L/∂a", "∂L/∂z") if has_loss else ())]
    for strip, head in enumerate(heads):
        axes.text(_left(strip), -0.47, head, fontsize=8, fontweight="bold", va="center")
    ways = ["forward ↓", *(["backward ↑"] if has_loss else [])]
    for side, way in enumerate(ways):
        right = _left(2 * side + 1) + STRIP
        axes.text(right, -0.47, way, fontsize=8, ha="right", va="center", color=palette().muted)


def _draw_frame(axes: "Axes", top: float, width: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (0.08, top - LINE + 0.06),
            width - 0.16,
            LINE - 0.1,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="none",
            edgecolor=palette().grid,
            linewidth=0.8,
        )
    )


def _draw_name(axes: "Axes", top: float, name: str, lines: Sequence[str]) -> None:
    axes.text(0.18, top - 0.15, elided(name, 24), fontsize=8, fontweight="bold", va="center")
    for place, line in enumerate(lines):
        axes.text(
            0.18, top - 0.3 - 0.14 * place, elided(line, 34), fontsize=7, va="center", color=palette().muted
        )


def _draw_input(axes: "Axes", record: InputRecord, top: float, trace: TraceRecord) -> None:
    size = "×".join(map(str, record.value.shape[1:]))
    _draw_name(axes, top, record.name, [f"input · {size or 1} value{'' if size in ('', '1') else 's'}"])
    if record.value.dtype == object:
        # The columns of a table have no common scale: they are told in words.
        flat = record.value[0]
        slope = np.zeros(len(flat)) if record.gradient is None else np.abs(np.nan_to_num(record.gradient[0]))
        first = np.sort(np.argsort(-slope, kind="stable")[:4])
        words = [f"{elided(record.columns[i], 22)} = {number(flat[i])}" for i in first]
        more = [f"… {len(flat) - len(first)} more"] if len(flat) > len(first) else []
        told = "\n".join([*words, *more]) if len(record.value) == 1 else "columns of a table"
        axes.text(_left(0), top - LINE / 2 + 0.02, told, fontsize=6.5, va="center", linespacing=1.25)
    else:
        _draw_strip(axes, _left(1), top, record.value)
    if record.gradient is not None:
        _draw_strip(axes, _left(2), top, record.gradient)


def _draw_layer(axes: "Axes", record: LayerRecord, top: float, trace: TraceRecord) -> None:
    size = "×".join(map(str, record.a.shape[1:])) or "1"
    kind = " · ".join(filter(None, [record.kind, record.activation, size]))
    lines = [kind]
    paths = [f"{record.name}/{weight}" for weight in record.weights]
    trained = [path for path in paths if path in trace.gradients]
    if trained:
        gradient, step = (
            number(max(float(np.abs(arrays[path]).max(initial=0)) for path in trained))
            for arrays in (trace.gradients, trace.steps)
        )
        lines += [f"∂L/∂w up to {gradient}, step {step}"]
    elif paths and trace.loss is not None and not record.trainable:
        lines += ["frozen: no gradient"]
    _draw_name(axes, top, record.name + (f" (use {record.use})" if record.use > 1 else ""), lines)
    values = (record.z, record.a, record.gradient_a, record.gradient_z)
    for strip, value in enumerate(values):
        if value is not None:
            _draw_strip(axes, _left(strip), top, value)


def _draw_strip(axes: "Axes", left: float, top: float, value: np.ndarray) -> None:
    """The units of a layer as bars around zero, and their numbers or their range below."""
    from matplotlib.collections import LineCollection

    flat = np.asarray(value, np.float64).reshape(len(value), -1)
    flat, count = np.where(np.isfinite(flat), flat, np.nan), flat.shape[1]
    known = ~np.isnan(flat).all(axis=0)
    flat = flat[:, known]
    if not flat.shape[1]:
        return
    means, low, high = (reduce(flat, axis=0) for reduce in (np.nanmean, np.nanmin, np.nanmax))
    scale = max(np.abs([low, high]).max(), np.finfo(float).tiny)
    middle, half = top - 0.29, 0.19
    centers = left + STRIP * (np.flatnonzero(known) + 0.5) / count
    axes.plot([left, left + STRIP], [middle, middle], color=palette().muted, linewidth=0.5)
    heights = middle + half * np.stack([low, high, means]) / scale
    width = float(np.clip(0.7 * STRIP * 72 / count, 0.4, 14))
    if len(flat) > 1:
        spans = np.stack([np.stack([centers, heights[0]], 1), np.stack([centers, heights[1]], 1)], 1)
        axes.add_collection(
            LineCollection(list(spans), colors=palette().muted, linewidths=min(width, 0.8), capstyle="butt")
        )
    for sign, color in ((means > 0, palette().blue), (means < 0, palette().vermillion)):
        ends = np.stack([np.full_like(centers, middle), heights[2]], 1)
        bars = np.stack([np.stack([centers, centers], 1), ends], 2)[sign]
        axes.add_collection(LineCollection(list(bars), colors=color, linewidths=width, capstyle="butt"))
    below = top - 0.58
    if flat.shape[1] <= MOST_NUMBERS and len(flat) == 1:
        for center, mean in zip(centers, means):
            axes.text(center, below, number(mean), fontsize=6.5, ha="center", va="center")
        return
    zeros = (flat == 0).mean()
    told = f"{number(low.min())} … {number(high.max())}" + (f", {zeros:.0%} zero" if zeros >= 0.005 else "")
    axes.text(left, below, told, fontsize=6.5, va="center")
