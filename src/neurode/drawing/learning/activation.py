"""Activation functions as curves: what they give, how steep they are, where they saturate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from neurode.drawing.legend import legend_above
from neurode.drawing.style import DASHES, elided, figure_style, new_axes, palette
from neurode.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 801
"""Of a curve. Their number is odd, so that there is one at 0, where many functions bend."""

SATURATED = 0.05
"""Slopes up to this share of the steepest one, or of 1 where that is less, count as flat."""

LEAST_WIDTH = 0.08
"""Of the picture. A flat place that is narrower is a minimum, no saturation."""

JUMP = 10
"""A difference so many times as steep as nineteen in twenty others is a jump, which has no slope."""

FAR = np.concatenate([-np.logspace(4, 0, 33), np.logspace(0, 4, 33)])
"""Where the ends of the range are looked for, beyond the picture."""

LONGEST_NAME = 24
PANELS_A_ROW = 4


class NoCurveError(ArgumentError):
    """The function looks at more than one weighted sum."""


@dataclass(frozen=True, eq=False)
class Curve:
    """An activation function, sampled.

    Attributes:
        name: Of the function.
        z: Weighted sums.
        values: What the function makes of them.
        slopes: Its derivative there.
        value_range: From where to where it goes, infinite where it has no end.
        slope_range: Likewise of the derivative.
        saturated: Whether it is nearly flat.
    """

    name: str
    z: Float[np.ndarray, " points"]
    values: Float[np.ndarray, " points"]
    slopes: Float[np.ndarray, " points"]
    value_range: tuple[float, float]
    slope_range: tuple[float, float]
    saturated: np.ndarray


def draw_activation(
    function: Callable[[Any], Any],
    name: str | None = None,
    derivative: Callable[[Any], Any] | None = None,
    limits: tuple[float | int, float | int] = (-5, 5),
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws an activation function with its derivative; the legend tells from where to where each goes.

    Shaded is where it saturates: where its slope is below 0.05, or below a twentieth of the steepest where
    that is less than 1, so that a unit learns little there.

    Args:
        function: Of an array of weighted sums, such as `neurode.activations.relu`.
        name: Of the function; its own if left out.
        derivative: Of the function; differences of neighbouring values if left out.
        limits: The weighted sums that are shown.
        ax: Where to draw; a new figure unless given.

    Raises:
        ArgumentError: If the function is not one of single numbers, or nowhere finite, or the limits are no
            interval.

    Example:
        >>> axes = draw_activation(np.abs)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['absolute: 0 … ∞', 'slope: −1 … 1']
    """
    curve = _sampled(function, name, derivative, limits)
    with figure_style():
        axes = ax or new_axes(4.2, 3)
        _draw_curve(
            axes, curve, f"{curve.name}: {_told(curve.value_range)}", f"slope: {_told(curve.slope_range)}"
        )
        axes.set(xlabel="weighted sum z", ylabel="activation")
        legend_above(axes)
    return axes


def draw_activations(
    functions: Mapping[str, Callable[[Any], Any]],
    derivatives: Mapping[str, Callable[[Any], Any]] | None = None,
    limits: tuple[float | int, float | int] = (-5, 5),
    figure: Any = None,
) -> tuple["Axes", ...]:
    """Draws several activation functions side by side, each with its range below its name.

    A function that looks at all units of a row, such as softmax, has no curve; that is told in its place.

    Args:
        functions: The name of each and the function.
        derivatives: By name; differences of neighbouring values for those that are left out.
        limits: The weighted sums that are shown.
        figure: The figure or part of a figure to draw on; a new one unless given.

    Returns:
        Axes for each function.

    Raises:
        ArgumentError: If there is no function, one is nowhere finite, or the limits are no interval.

    Example:
        >>> axes = draw_activations({"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)})
        >>> axes[1].get_title("left")
        'relu\\n0 … ∞'
    """
    if not functions:
        raise ArgumentError("there is no function to draw", hint="give at least one, by name")
    from matplotlib.figure import Figure

    given = derivatives or {}
    curves = [_curve_or_name(function, name, given.get(name), limits) for name, function in functions.items()]
    n_columns = min(len(curves), PANELS_A_ROW)
    n_rows = -(-len(curves) // n_columns)
    with figure_style():
        sheet = figure or Figure(
            figsize=(max(3.8, 2.0 * n_columns), 0.4 + 1.95 * n_rows), layout="constrained"
        )
        found = []
        for place, curve in enumerate(curves):
            axes = sheet.add_subplot(n_rows, n_columns, place + 1)
            found.append(axes)
            if isinstance(curve, str):
                axes.set_axis_off()
                axes.set_title(f"{curve}\n")
                axes.text(0.5, 0.5, "looks at all\nunits of a row", ha="center", va="center", fontsize=8)
                continue
            axes.tick_params(labelcolor=palette().ink, color=palette().muted, labelsize=8)
            _draw_curve(axes, curve, "activation", "slope")
            axes.set_title(f"{curve.name}\n{_told(curve.value_range)}")
        signs = dict(pair[::-1] for axes in found for pair in zip(*axes.get_legend_handles_labels()))
        if signs:
            sheet.legend(signs.values(), signs.keys(), loc="outside upper left", ncols=3, handlelength=2.4)
    return tuple(found)


def _curve_or_name(function: Any, name: str, derivative: Any, limits: Any) -> Curve | str:
    try:
        return _sampled(function, name, derivative, limits)
    except NoCurveError:
        return elided(name, LONGEST_NAME)


def _sampled(
    function: Callable[[Any], Any],
    name: str | None,
    derivative: Callable[[Any], Any] | None,
    limits: tuple[float | int, float | int],
) -> Curve:
    low, high = limits
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ArgumentError(f"limits={limits!r}", hint="give the lowest and the highest weighted sum")
    shown = elided(name or getattr(function, "__name__", "f"), LONGEST_NAME)
    z = np.linspace(low, high, POINTS)
    values = _values(function, z, shown)
    slopes = _differences(values, z) if derivative is None else _values(derivative, z, f"slope of {shown}")
    ends = _values(function, FAR * max(1.0, abs(low), abs(high)), shown)
    far = FAR * max(1.0, abs(low), abs(high))
    steep = _far_slopes(function, far, shown) if derivative is None else _values(derivative, far, shown)
    return Curve(
        shown,
        z,
        values,
        slopes,
        _range(np.concatenate([ends, values]), ends),
        _range(np.concatenate([steep, slopes]), steep),
        _flat(slopes),
    )


def _differences(values: np.ndarray, z: np.ndarray) -> np.ndarray:
    slopes = np.gradient(values, z)
    steep = np.abs(slopes)
    # A quantile of no finite number is NaN, and nothing is larger than that.
    usual = np.nanquantile(np.where(np.isfinite(steep), steep, np.nan), 0.95)
    return np.where(steep > JUMP * usual, np.nan, slopes)


def _far_slopes(function: Callable[[Any], Any], far: np.ndarray, name: str) -> np.ndarray:
    """Slopes beyond the picture, by steps so long that single precision sees a difference."""
    beyond = far * 1.01
    steps = beyond.astype(np.float32).astype(np.float64) - far.astype(np.float32).astype(np.float64)
    with np.errstate(all="ignore"):
        ends = _values(function, beyond, name)
        slopes = (ends - _values(function, far, name)) / steps
    # What has left the numbers does not come back: two infinities have no difference.
    return np.where(np.isinf(ends), ends * np.sign(steps), slopes)


def _flat(slopes: np.ndarray) -> np.ndarray:
    """Whether each point lies in a flat place that is wide enough to be one."""
    steep = np.abs(slopes)
    steepest = steep[np.isfinite(steep)].max(initial=0)
    flat = steep <= SATURATED * min(1.0, steepest)
    turns = np.flatnonzero(np.diff(np.concatenate([[0], flat, [0]])))
    for begin, end in turns.reshape(-1, 2):
        if begin > 0 and end < len(slopes) and end - begin < LEAST_WIDTH * len(slopes):
            flat[begin:end] = False
    return flat


def _values(function: Callable[[Any], Any], z: np.ndarray, name: str) -> np.ndarray:
    # Networks compute in single precision, and so does what is asked here.
    numbers = z.astype(np.float32)
    with np.errstate(all="ignore"):
        values = np.asarray(function(numbers), dtype=np.float64)
        half = np.asarray(function(numbers[: len(z) // 2]), dtype=np.float64)
    alone = values.shape == z.shape and np.allclose(values[: len(half)], half, rtol=1e-4, equal_nan=True)
    if not alone:
        raise NoCurveError(
            f"{name} is no function of one weighted sum alone",
            hint="a function that looks at all units of a row, such as softmax, has no curve",
        )
    if not np.isfinite(values).any():
        raise ArgumentError(f"{name} is nowhere finite", hint="choose other limits")
    return values


def _range(values: np.ndarray, ends: np.ndarray) -> tuple[float, float]:
    """Least and largest value; infinite where the function still moves at the far ends."""
    known = values[~np.isnan(values)]
    low, high = float(known.min()), float(known.max())
    for far, before in ((ends[0], ends[8]), (ends[-1], ends[-9])):
        if np.isfinite(far) and abs(far - before) > 0.01 * max(1, abs(before)):
            low, high = (-np.inf, high) if far < before else (low, np.inf)
    return low, high


def _draw_curve(axes: "Axes", curve: Curve, label: str, slope_label: str) -> None:
    axes.axhline(0, color=palette().muted, linewidth=0.6)
    axes.axvline(0, color=palette().muted, linewidth=0.6)
    axes.plot(curve.z, curve.values, color=palette().blue, linewidth=1.8, label=label)
    axes.plot(
        curve.z,
        curve.slopes,
        color=palette().vermillion,
        linestyle=DASHES[1],
        linewidth=1.2,
        label=slope_label,
    )
    reach = max(abs(curve.z[0]), abs(curve.z[-1]))
    every = np.concatenate([curve.values, curve.slopes])
    every = every[np.isfinite(every)]
    # What leaves the square of the picture is cut, so that the bend near 0 can be seen.
    low, high = max(every.min(), -1.1 * reach), min(every.max(), 1.1 * reach)
    margin = 0.06 * max(high - low, 0.1)
    axes.set(xlim=(curve.z[0], curve.z[-1]), ylim=(low - margin, high + margin))
    axes.fill_between(
        curve.z,
        0,
        1,
        where=curve.saturated,
        transform=axes.get_xaxis_transform(),
        facecolor="none",
        edgecolor=palette().muted,
        alpha=0.45,
        hatch="////",
        linewidth=0,
        label="saturated" if curve.saturated.any() else None,
        zorder=0,
    )


def _told(ends: tuple[float, float]) -> str:
    return " … ".join(map(_number, ends))


def _number(value: float) -> str:
    """Three digits, with a minus as wide as a plus."""
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    rounded = round(value, 6)
    return f"{rounded if abs(rounded) > 1e-6 else 0:.3g}".replace("-", "−")
