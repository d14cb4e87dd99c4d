"""How much of the event lies among the rows of the highest scores: gains, lift, KS."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.labels import label_axes
from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import DASHES, elided, figure_style, new_axes, palette
from neurode.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 32

GUESSING = (0, (1, 2))
"""The dash of what chance would give."""


@runtime_checkable
class Gains(Protocol):
    """What a gains curve needs to have."""

    @property
    def depth(self) -> np.ndarray: ...
    @property
    def found(self) -> np.ndarray: ...
    @property
    def base_rate(self) -> float: ...


@runtime_checkable
class Parts(Protocol):
    """What lift by parts needs to have: one entry a part, the highest scores first."""

    @property
    def rate(self) -> np.ndarray: ...
    @property
    def lower(self) -> np.ndarray: ...
    @property
    def upper(self) -> np.ndarray: ...
    @property
    def cumulative_rows(self) -> np.ndarray: ...
    @property
    def cumulative_lift(self) -> np.ndarray: ...


@runtime_checkable
class Distributions(Protocol):
    """What a KS figure needs to have: shares of both classes with at most each score."""

    @property
    def score(self) -> np.ndarray: ...
    @property
    def negative(self) -> np.ndarray: ...
    @property
    def positive(self) -> np.ndarray: ...
    @property
    def statistic(self) -> float: ...
    @property
    def place(self) -> int: ...


def draw_gains(curves: Mapping[str, Gains], ax: "Axes | None" = None) -> "Axes":
    """Draws the share of the event found against the share of rows looked at, the first model on top.

    Args:
        curves: The name of each model and its curve, such as `evaluation.gains_curve` gives.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> from types import SimpleNamespace
        >>> curve = SimpleNamespace(
        ...     depth=np.array([0, 0.5, 1]), found=np.array([0, 0.8, 1.0]), base_rate=0.25
        ... )
        >>> axes = draw_gains({"network": curve})
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['network', 'perfect', 'guessing']
    """
    if not curves:
        raise ArgumentError("there is no curve to draw")
    with figure_style():
        axes = ax or new_axes(4.2, 3.9 + 0.16 * len(curves))
        names = elided_apart(list(curves), LONGEST_NAME)
        for place, (name, curve) in enumerate(zip(names, curves.values())):
            style = place % len(DASHES)
            axes.plot(
                curve.depth,
                curve.found,
                color=palette().series[style],
                linestyle=DASHES[style],
                linewidth=1.9 if place == 0 else 1.2,
                label=name,
                zorder=3 - 0.1 * place,
            )
        base_rate = next(iter(curves.values())).base_rate
        muted: dict[str, Any] = {"color": palette().muted, "linewidth": 0.9}
        axes.plot([0, base_rate, 1], [0, 1, 1], linestyle=(0, (6, 2)), label="perfect", **muted)
        axes.plot([0, 1], [0, 1], linestyle=GUESSING, label="guessing", **muted)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xticks(np.linspace(0, 1, 6))
        axes.set_yticks(np.linspace(0, 1, 6))
        label_axes(axes, "share of rows, highest scores first", "share of the event found")
        legend_above(axes, most=1)
    return axes


def draw_lift(table: Parts, base_rate: float | int, ax: "Axes | None" = None) -> "Axes":
    """Draws how many times the usual rate each part of the rows has, the highest scores first.

    Args:
        table: Parts of the rows, such as `evaluation.gains_curve(…).table`.
        base_rate: The rate of all rows.
        ax: Where to draw; a new figure unless given.

    Raises:
        ArgumentError: The event never occurs.

    Example:
        >>> from types import SimpleNamespace
        >>> rate = np.array([0.4, 0.1])
        >>> table = SimpleNamespace(
        ...     rate=rate, lower=rate - 0.1, upper=rate + 0.1,
        ...     cumulative_rows=np.array([0.5, 1]), cumulative_lift=np.array([1.6, 1]),
        ... )
        >>> axes = draw_lift(table, 0.25)
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['95 % interval', 'all rows so far', 'guessing', 'one group of rows']
    """
    if not base_rate > 0:
        raise ArgumentError(f"base_rate={base_rate}", hint="there is no lift over a rate of 0")
    with figure_style():
        axes = ax or new_axes(5.2, 3.2)
        ends = 100 * np.asarray(table.cumulative_rows)
        starts = np.append(0.0, ends[:-1])
        lift, lower, upper = (np.asarray(rate) / base_rate for rate in (table.rate, table.lower, table.upper))
        middle = (starts + ends) / 2
        axes.bar(
            middle,
            lift,
            0.86 * (ends - starts),
            color=palette().blue,
            alpha=0.4,
            linewidth=0,
            label="one group of rows",
        )
        axes.vlines(middle, lower, upper, color=palette().blue, linewidth=1.4, label="95 % interval")
        axes.plot(
            ends,
            table.cumulative_lift,
            "o",
            color=palette().vermillion,
            linestyle=DASHES[1],
            linewidth=1.2,
            markersize=4,
            label="all rows so far",
        )
        axes.axhline(1, color=palette().ink, linewidth=0.9, linestyle=GUESSING, label="guessing")
        axes.set(xlabel="rows, highest scores first", ylabel="rate over the usual rate")
        axes.set(xlim=(-1, 101), ylim=(0, None))
        axes.xaxis.set_major_formatter(lambda share, place: f"{share:g} %")
        axes.grid(visible=False, axis="x")
        legend_above(axes)
    return axes


def draw_ks(
    curve: Distributions, labels: Sequence[str] = ("negative", "positive"), ax: "Axes | None" = None
) -> "Axes":
    """Draws how the scores of both classes are distributed, and where they are farthest apart.

    Args:
        curve: Such as `evaluation.ks_curve` gives.
        labels: The names of the negative and of the positive class.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> from types import SimpleNamespace
        >>> curve = SimpleNamespace(
        ...     score=np.array([0.1, 0.4, 0.8]), negative=np.array([0.5, 0.9, 1.0]),
        ...     positive=np.array([0.1, 0.3, 1.0]), statistic=0.6, place=1,
        ... )
        >>> axes = draw_ks(curve, ["paid", "default"])
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['paid', 'default', 'KS 0.600 at 0.4']
    """
    if len(labels) != 2:
        raise ArgumentError(f"{len(labels)} labels for two classes")
    with figure_style():
        axes = ax or new_axes(4.6, 3.4)
        score = np.asarray(curve.score, dtype=np.float64)
        room = 0.03 * (score[-1] - score[0]) or 0.05
        x = np.concatenate([[score[0] - room], score, [score[-1] + room]])
        for place, (share, label) in enumerate(
            zip((curve.negative, curve.positive), elided_apart(labels, LONGEST_NAME))
        ):
            axes.step(
                x,
                np.concatenate([[0.0], share, [1.0]]),
                where="post",
                color=palette().series[place],
                linestyle=DASHES[place],
                linewidth=1.5,
                label=label,
            )
        there = score[curve.place]
        ends = sorted([curve.negative[curve.place], curve.positive[curve.place]])
        axes.plot(
            [there, there],
            ends,
            color=palette().ink,
            linewidth=1.6,
            marker="_",
            markersize=9,
            markeredgewidth=1.6,
            label=f"KS {curve.statistic:.3f} at {there:.3g}",
        )
        label_axes(axes, f"score of {elided(labels[1], LONGEST_NAME)}", "share with at most this score")
        axes.set(xlim=(x[0], x[-1]), ylim=(-0.02, 1.02))
        axes.yaxis.set_major_formatter(lambda share, place: f"{100 * share:.0f} %")
        legend_above(axes, beside=0.25)
    return axes
