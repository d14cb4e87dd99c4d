"""A trace as text: each weighted sum written out where it is short, its largest terms where it is long."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.glass_box.record import InputPass, LayerPass, Trace

MOST_UNITS = 8
"""Units of a layer that are written out."""

MOST_TERMS = 4
"""Terms of a weighted sum that are written out."""

MOST_WEIGHTS = 12
"""Numbers of an array of weights that are written out."""


def text_of(trace: Trace) -> str:
    """The trace as lines of text: of one row every sum, of several what each layer gave on the whole."""
    rows = f"{trace.n_rows:,} row{'s' if trace.n_rows > 1 else ''}"
    parts = [[f"{rows} through {trace.name}, {'in training' if trace.training else 'in use'}"]]
    if trace.illness is not None:
        parts[0].append(f"warning: {trace.illness}")
    if trace.n_rows == 1:
        parts += [_input_lines(part) for part in trace.inputs]
        parts += [_layer_lines(layer) for layer in trace.layers]
    else:
        parts.append(_summary_lines(trace))
    parts.append(_end_lines(trace))
    if trace.loss is not None:
        parts.append(_weight_lines(trace))
    if trace.check is not None:
        parts.append([str(trace.check)])
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def number(value: Any) -> str:
    """A number to four digits, a word as it is.

    Example:
        >>> number(0.123456), number(-12), number("A")
        ('0.1235', '-12', 'A')
    """
    if isinstance(value, str):
        return value
    text = f"{float(value):.4g}"
    return "0" if text == "-0" else text


def weighted_sum(inputs: np.ndarray, weights: np.ndarray, bias: float | None, most: int = MOST_TERMS) -> str:
    """The terms of `inputs · weights + bias`, of many the largest and what the others come to.

    Example:
        >>> weighted_sum(np.array([1.0, 2.0]), np.array([0.5, -0.25]), 0.1)
        '1 × 0.5 + 2 × -0.25 + 0.1'
        >>> weighted_sum(np.array([1.0, 2.0, 3.0]), np.array([0.5, 4.0, 0.25]), None, most=1)
        '2 × 4 + 2 more (1.25)'
    """
    terms = inputs * weights
    shown = np.arange(len(terms))
    if len(terms) > most:
        shown = np.sort(np.argsort(-np.abs(terms), kind="stable")[:most])
    parts = [f"{number(inputs[i])} × {number(weights[i])}" for i in shown]
    if len(shown) < len(terms):
        rest = np.delete(terms, shown)
        parts.append(f"{len(rest):,} more ({number(rest.sum())})")
    return " + ".join([*parts, *([] if bias is None else [number(bias)])])


def _input_lines(part: InputPass) -> list[str]:
    value = part.value.reshape(-1)
    slope = None if part.gradient is None else part.gradient.reshape(-1)
    names = part.columns if len(part.columns) == len(value) else [str(i) for i in range(len(value))]
    shown = _shown(len(value), slope)
    gradients = ["" if slope is None else _gradient("x", slope[i]) for i in shown]
    # Only an input may have gaps; anywhere else what is not a number is an illness, and is told as it is.
    words = ["missing" if value[i] != value[i] else number(value[i]) for i in shown]
    rows = [[names[i], word, gradient] for i, word, gradient in zip(shown, words, gradients)]
    return [f"input {part.name}", *_aligned(rows), *_more(len(value) - len(shown), "column")]


def _layer_lines(layer: LayerPass) -> list[str]:
    a = layer.a.reshape(-1)
    shown = _shown(len(a), _flat(layer.gradient_z, layer.gradient_a))
    lines = [_title(layer), *_aligned([_unit(layer, int(i)) for i in shown])]
    if len(shown) < len(a):
        rest = np.delete(a, shown)
        lines.append(f"  {len(rest):,} more: a {_range(rest)}, {_zeros(rest)}")
    return lines


def _title(layer: LayerPass) -> str:
    use = f" (use {layer.use})" if layer.use > 1 else ""
    size = "×".join(map(str, layer.a.shape[1:])) or "1"
    kind = ", ".join(filter(None, [layer.kind, layer.activation, f"{size} unit{'' if size == '1' else 's'}"]))
    frozen = "" if layer.trainable or not layer.weights else ", frozen: it has no gradient"
    return f"{layer.name}{use}: {kind}, from {' and '.join(layer.sources)}{frozen}"


def _unit(layer: LayerPass, unit: int) -> list[str]:
    names = layer.units
    name = names[unit] if names is not None and unit < len(names) else str(unit)
    return [
        name,
        _forward(layer, unit),
        *(
            _gradient(sign, value.reshape(-1)[unit])
            for sign, value in (("a", layer.gradient_a), ("z", layer.gradient_z))
            if value is not None
        ),
    ]


def _forward(layer: LayerPass, unit: int) -> str:
    a = f"a {number(layer.a.reshape(-1)[unit])}"
    if layer.z is None:
        return a
    z = f"z {number(layer.z.reshape(-1)[unit])}"
    kernel, bias = layer.weights.get("kernel"), layer.weights.get("bias")
    # A row that is a vector: each unit is one sum.
    if kernel is not None and kernel.ndim == 2 and layer.z.ndim == 2 and np.ndim(layer.input) == 2:
        own = None if bias is None else float(bias[unit])
        z = f"{weighted_sum(layer.input[0], kernel[:, unit], own)} = {z}"
    return f"{z} → {a}"


def _summary_lines(trace: Trace) -> list[str]:
    rows = [["layer", "kind", "units", "z", "a", "zeros", "mean |∂L/∂z|", "mean |∂L/∂a|"]]
    for layer in trace.layers:
        rows.append(
            [
                layer.name + (f" (use {layer.use})" if layer.use > 1 else ""),
                " ".join(filter(None, [layer.kind, layer.activation])),
                "×".join(map(str, layer.a.shape[1:])) or "1",
                "" if layer.z is None else _range(layer.z),
                _range(layer.a),
                f"{(layer.a == 0).mean():.0%}",
                *(
                    "" if value is None else number(np.abs(value).mean())
                    for value in (layer.gradient_z, layer.gradient_a)
                ),
            ]
        )
    if trace.loss is None:
        rows = [row[:-2] for row in rows]
    return _aligned(rows, indent="")


def _end_lines(trace: Trace) -> list[str]:
    rows = []
    for name, prediction in trace.predictions.items():
        row = [f"prediction {name}", _values(prediction)]
        if name in trace.targets:
            row += [f"target {_values(trace.targets[name])}"]
        if name in trace.row_losses:
            row += [f"loss {_values(trace.row_losses[name])}"]
        rows.append(row)
    lines = _aligned(rows, indent="")
    if trace.loss is not None:
        penalty = f", {number(trace.penalty)} of it penalties" if trace.penalty else ""
        lines.append(f"loss {number(trace.loss)}{penalty}")
    return lines


def _weight_lines(trace: Trace) -> list[str]:
    lines = [f"step {trace.step:,} of {trace.optimizer}, learning rate {number(trace.learning_rate)}"]
    rows = [["weight", "value", "gradient", "step"]]
    for path, gradient in trace.gradients.items():
        weight, step = trace.weights[path], trace.steps[path]
        if gradient.size > MOST_WEIGHTS:
            size = "×".join(map(str, gradient.shape))
            rows.append([f"{path} ({size})", *(_range(part) for part in (weight, gradient, step))])
            continue
        for place in np.ndindex(gradient.shape):
            own = f"{path}[{', '.join(map(str, place))}]" if place else path
            rows.append([own, *(number(part[place]) for part in (weight, gradient, step))])
    lines += _aligned(rows)
    if trace.frozen:
        lines.append(f"  frozen, without a gradient: {', '.join(trace.frozen)}")
    return lines


def _gradient(sign: str, value: Any) -> str:
    return "" if np.isnan(value) else f"∂L/∂{sign} {number(value)}"


def _flat(*several: np.ndarray | None) -> np.ndarray | None:
    """The first of several that is there, as one axis."""
    return next((value.reshape(-1) for value in several if value is not None), None)


def _shown(count: int, slope: np.ndarray | None) -> np.ndarray:
    """What is written out of many: what the loss feels most, in the order of the layer."""
    if count <= MOST_UNITS or slope is None:
        return np.arange(min(count, MOST_UNITS))
    return np.sort(np.argsort(-np.abs(np.nan_to_num(slope)), kind="stable")[:MOST_UNITS])


def _more(count: int, what: str) -> list[str]:
    return [f"  {count:,} more {what}{'s' if count > 1 else ''}"] if count else []


def _range(values: np.ndarray) -> str:
    low, high = number(values.min()), number(values.max())
    return low if low == high else f"{low} … {high}"


def _zeros(values: np.ndarray) -> str:
    return f"{(values == 0).sum():,} of them 0"


def _values(values: np.ndarray, most: int = 4) -> str:
    flat = values.reshape(-1)
    more = f", … {len(flat) - most:,} more" if len(flat) > most else ""
    return ", ".join(number(value) for value in flat[:most]) + more


def _aligned(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    if not rows:
        return []
    count = max(map(len, rows))
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(len(row[i]) for row in full) for i in range(count)]
    return [
        (indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths))).rstrip() for row in full
    ]
