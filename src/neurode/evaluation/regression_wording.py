"""A comparison of predicted numbers in words: the conclusion as sentences, the numbers as a table."""

import math
from typing import TYPE_CHECKING

from neurode.evaluation.intervals import LEAST_ROWS, Interval
from neurode.evaluation.regression_judgement import RegressionEvaluation
from neurode.evaluation.wording import (
    LABEL_WIDTH,
    NAME_WIDTH,
    TITLES,
    WIDTH,
    marked,
    percent,
    quantity,
    shortened,
    too_few,
    verdict,
    wrapped,
)

if TYPE_CHECKING:
    from neurode.evaluation.comparison import Comparison

MAIN = ("r2", "mae", "rmse")
"""The metrics of the first table; as many as fit get their interval."""

OTHERS = ("median_absolute_error", "mape", "spearman")
"""The other metrics, value alone."""

IN_UNITS = frozenset({"mae", "rmse", "median_absolute_error"})
"""The metrics in the units of the target."""

MOST_TARGETS = 12
"""More targets than these are counted instead of printed; JSON holds them all."""


def conclude(comparison: "Comparison[RegressionEvaluation]") -> str:
    """The result in sentences: how much is explained, whether that beats the best baseline, how far off."""
    network = comparison.network
    r2 = network.metrics["r2"]
    if math.isnan(r2.value):
        same = "The target is the same in all test rows, so what is explained of it cannot be judged."
        return f"{same} {_miss(network)}".strip()
    # A baseline that says the same of every row is not worth a mention: it explains nothing.
    rivals = [each for each in comparison.baselines if not math.isnan(each.metrics["spearman"].value)]
    first = _explained(network)
    if rivals:
        first += ", against " + " and ".join(
            f"{_points(each.metrics['r2'].value)} for {each.name}" for each in rivals
        )
    else:
        first += "; their mean alone would explain nothing"
    few = too_few(network.n_rows) if network.n_rows < LEAST_ROWS else ""
    parts = [first + ".", verdict(comparison, rivals, "r2") if rivals else "", few, _miss(network)]
    return " ".join(part for part in parts if part)


def as_text(comparison: "Comparison[RegressionEvaluation]") -> str:
    """The whole comparison as lines of at most 100 characters.

    Example:
        >>> from neurode.evaluation import Comparison, judge_regression
        >>> network = judge_regression("network", [1, 2, 3, 4], [1.5, 2, 3, 5], ["price"], n_resamples=0)
        >>> print(Comparison(network))
        model                        R²     MAE    RMSE   fit s
        * network                 0.750  0.3750  0.5590       -
        <BLANKLINE>
        model                     median absolute error    MAPE  Spearman
        * network                                0.2500  18.8 %     1.000
        * the network; 4 test rows; errors are in the units of price
    """
    parts = [
        _main_table(comparison),
        _other_table(comparison) + "\n" + _footnote(comparison.network),
    ]
    if len(comparison.network.by_target) > 1:
        parts.append(_target_table(comparison.network))
    return "\n\n".join(parts)


def metric_text(metric: str, value: float, like: float | None = None) -> str:
    """A metric as people write it: errors with the digits that count, shares in percent.

    Example:
        >>> metric_text("r2", 0.91234), metric_text("mae", 1234.5), metric_text("mape", 0.1234)
        ('0.912', '1,234', '12.3 %')
    """
    if math.isnan(value):
        return "n/a"
    if metric == "mape" and abs(value) < 10:
        return percent(value)
    if metric in IN_UNITS or abs(value) >= 1000:
        return quantity(value, like if metric in IN_UNITS else None)
    # What rounds to zero has no sign.
    return f"{round(value, 3) + 0.0:.3f}"


def interval_text(metric: str, interval: Interval) -> str:
    """A metric with its interval, all at the precision of the value."""
    value = metric_text(metric, interval.value)
    if math.isnan(interval.lower):
        return value
    ends = (metric_text(metric, end, interval.value) for end in (interval.lower, interval.upper))
    return f"{value} [{', '.join(ends)}]"


def _explained(network: RegressionEvaluation) -> str:
    r2 = network.metrics["r2"]
    many = len(network.targets)
    what = f"‘{network.targets[0]}’" if many == 1 else f"{many} targets on average"
    found = f"{_points(r2.value)} of the variance of {what}"
    if not math.isnan(r2.lower):
        found += f" (95 % interval {_points(r2.lower, '')} to {_points(r2.upper, '')})"
    if r2.value <= 0:
        return f"The network is no better than the mean of the test rows: it explains {found}"
    return f"The network explains {found}"


def _points(share: float, sign: str = " %") -> str:
    # What rounds to zero has no sign.
    return f"{round(100 * share, 1) + 0.0:.1f}".replace("-", "−") + sign


def _miss(network: RegressionEvaluation) -> str:
    """How far off it is, where one unit says it."""
    if len(network.targets) > 1:
        return ""
    mean, median = network.metrics["mae"].value, network.metrics["median_absolute_error"].value
    return (
        f"It is off by {quantity(mean)} on average, and by {quantity(median)} or less for half of the rows."
    )


def _main_table(comparison: "Comparison[RegressionEvaluation]") -> str:
    models = comparison.evaluations
    columns = {name: _column(name, [m.metrics[name] for m in models], whole=False) for name in MAIN}
    for name in MAIN:
        whole = _column(name, [m.metrics[name] for m in models], whole=True)
        if NAME_WIDTH + sum(len(cells[0]) for cells in {**columns, name: whole}.values()) + 8 > WIDTH:
            break
        columns[name] = whole
    seconds = ["fit s", *("-" if m.fit_seconds is None else f"{m.fit_seconds:.2f}" for m in models)]
    return _lines(comparison, [*columns.values(), [text.rjust(8) for text in seconds]])


def _other_table(comparison: "Comparison[RegressionEvaluation]") -> str:
    models = comparison.evaluations
    return _lines(
        comparison, [_column(name, [m.metrics[name] for m in models], whole=False) for name in OTHERS]
    )


def _lines(comparison: "Comparison[RegressionEvaluation]", columns: list[list[str]]) -> str:
    names = ["model".ljust(NAME_WIDTH), *(marked(model, comparison) for model in comparison.evaluations)]
    return "\n".join("".join(cells) for cells in zip(names, *columns))


def _column(name: str, intervals: list[Interval], *, whole: bool) -> list[str]:
    """Title and cells of one width, with the intervals or without."""
    cells = [TITLES[name]]
    cells += [interval_text(name, each) if whole else metric_text(name, each.value) for each in intervals]
    width = max(map(len, cells)) + 2
    return [cell.rjust(width) for cell in cells]


def _target_table(network: RegressionEvaluation) -> str:
    """The network's metrics of each target alone."""
    shown = network.by_target[:MOST_TARGETS]
    columns = [
        _column(name, [target.metrics[name] for target in shown], whole=False) for name in MAIN + OTHERS
    ]
    names = ["network, by target".ljust(NAME_WIDTH)]
    names += ["  " + shortened(each.name, NAME_WIDTH - 4).ljust(NAME_WIDTH - 2) for each in shown]
    lines = [name + "".join(cells) for name, *cells in zip(names, *columns)]
    more = len(network.by_target) - len(shown)
    return "\n".join(lines + ([f"  … {more} more"] if more else []))


def _footnote(network: RegressionEvaluation) -> str:
    parts = ["* the network", f"{network.n_rows:,} test rows"]
    if network.resampled:
        parts.append(f"95 % intervals from {network.n_resamples:,} resamples")
    if len(network.targets) == 1:
        parts.append(f"errors are in the units of {shortened(network.targets[0], LABEL_WIDTH)}")
    else:
        parts.append(f"means over {len(network.targets)} targets, each in its own units")
    return wrapped(parts)
