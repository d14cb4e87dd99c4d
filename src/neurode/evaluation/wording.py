"""A comparison in words: the conclusion as a sentence, the numbers as a table of fixed width."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.evaluation.confusion import Confusion
from neurode.evaluation.intervals import Interval
from neurode.evaluation.judgement import Evaluation

if TYPE_CHECKING:
    from neurode.evaluation.comparison import Comparison

WIDTH = 100
"""Characters of a line."""

NAME_WIDTH = 24
LABEL_WIDTH = 20
MOST_CLASSES = 10
"""A larger confusion matrix is named instead of printed; the report draws it."""

TITLES = {
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "ks": "KS",
    "gini": "Gini",
    "brier": "Brier",
    "log_loss": "log loss",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "f1": "F1",
    "r2": "R²",
    "mae": "MAE",
    "rmse": "RMSE",
    "median_absolute_error": "median absolute error",
    "mape": "MAPE",
    "spearman": "Spearman",
}
"""What people call each metric."""

MAIN = {True: ("roc_auc", "pr_auc", "brier"), False: ("roc_auc", "accuracy", "macro_f1")}
"""The metrics that get an interval in the table, for two classes and for more."""

OTHERS = {
    True: ("accuracy", "precision", "recall", "specificity", "f1", "ks", "gini", "log_loss"),
    False: ("balanced_accuracy", "log_loss"),
}
"""The other metrics, value alone."""


def conclude(comparison: "Comparison[Evaluation]") -> str:
    """The result in two sentences: what the ROC AUC says, and whether it beats the best baseline."""
    network = comparison.network
    auc = network.metrics["roc_auc"]
    if math.isnan(auc.value):
        return "The test rows are all of one class, so no ranking of them can be judged."
    opening = _meaning_of_auc(network.classes)
    first = f"The network {opening} {percent(auc.value)} of the time"
    if not math.isnan(auc.lower):
        first += f" (95 % interval {100 * auc.lower:.1f} to {100 * auc.upper:.1f})"
    rivals = [model for model in comparison.baselines if not math.isnan(model.metrics["roc_auc"].value)]
    # A baseline that ranks nothing is not worth a mention: 50 % is what everybody knows guessing gives.
    rivals = [model for model in rivals if model.metrics["roc_auc"].value != 0.5]
    if not rivals:
        return f"{first}; guessing would be 50 %.{_scarcity(network)}"
    against = " and ".join(f"{percent(m.metrics['roc_auc'].value)} for {m.name}" for m in rivals)
    return f"{first}, against {against}. {verdict(comparison, rivals, 'roc_auc')}{_scarcity(network)}"


def verdict(comparison: "Comparison", rivals: Sequence[Any], metric: str) -> str:
    """Whether the network beats the strongest of its rivals, in points of a metric that is a share."""
    strongest = max(rivals, key=lambda model: model.metrics[metric].value)
    gap = comparison.difference(metric, strongest)
    if math.isnan(gap.lower):
        return f"The gap to {strongest.name} is {signed(100 * gap.value, 1)} points."
    lower, upper = signed(100 * gap.lower, 1), signed(100 * gap.upper, 1)
    points = f"{signed(100 * gap.value, 1)} points, 95 % interval {lower} to {upper}"
    if gap.lower > 0:
        return f"It beats the strongest baseline, {strongest.name}, beyond chance ({points})."
    if gap.upper < 0:
        return f"It does worse than the strongest baseline, {strongest.name}, beyond chance ({points})."
    return f"Its gap to the strongest baseline, {strongest.name}, is within chance ({points})."


def _scarcity(network: Evaluation) -> str:
    """That a class has too few rows to tell a difference from chance, where that is so."""
    if network.scarce is None:
        return ""
    name, rows = network.scarce
    return f" {too_few(rows, f' of ‘{name}’')}"


def as_text(comparison: "Comparison[Evaluation]") -> str:
    """The whole comparison as lines of at most 100 characters.

    Example:
        >>> from neurode.evaluation import Comparison, judge
        >>> half = np.full((4, 2), 0.5)
        >>> print(Comparison(judge("network", [0, 1, 0, 1], half, ["no", "yes"], n_resamples=0)))
        model                                  ROC AUC                PR AUC                 Brier   fit s
        * network                                0.500                 0.500                 0.250       -
        <BLANKLINE>
        model                    accuracy precision recall specificity    F1    KS  Gini log loss
        * network                   0.500     0.500  1.000       0.000 0.667 0.000 0.000    0.693
        * the network; 4 test rows; a row is called yes when its probability is at least 0.5
        <BLANKLINE>
        network                             called no           called yes
        actually no                       0     0.0 %          2   100.0 %
        actually yes                      0     0.0 %          2   100.0 %
    """
    two = len(comparison.network.classes) == 2
    parts = [
        _main_table(comparison, MAIN[two]),
        _other_table(comparison, OTHERS[two]) + "\n" + _footnote(comparison.network),
        _confusion_table(comparison.network.confusion),
    ]
    if comparison.threshold is not None:
        parts.append(_threshold_line(comparison))
    return "\n\n".join(parts)


def _meaning_of_auc(classes: tuple[str, ...]) -> str:
    if len(classes) == 2:
        return f"ranks a random row of ‘{classes[1]}’ above a random row of ‘{classes[0]}’"
    return "ranks a random row of a class above a random row of the others"


def _main_table(comparison: "Comparison", metrics: tuple[str, ...]) -> str:
    heading = "model".ljust(NAME_WIDTH) + "".join(TITLES[name].rjust(22) for name in metrics) + "   fit s"
    lines = [heading]
    for model in comparison.evaluations:
        seconds = "-" if model.fit_seconds is None else f"{model.fit_seconds:.2f}"
        cells = "".join(str(model.metrics[name]).rjust(22) for name in metrics)
        lines.append(marked(model, comparison) + cells + seconds.rjust(8))
    return "\n".join(lines)


def _other_table(comparison: "Comparison", metrics: tuple[str, ...]) -> str:
    widths = [max(5, len(TITLES[name])) for name in metrics]
    heading = " ".join(TITLES[name].rjust(width) for name, width in zip(metrics, widths))
    lines = ["model".ljust(NAME_WIDTH) + " " + heading]
    for model in comparison.evaluations:
        values = [str(Interval(model.metrics[name].value)) for name in metrics]
        cells = " ".join(value.rjust(width) for value, width in zip(values, widths))
        lines.append(marked(model, comparison) + " " + cells)
    return "\n".join(lines)


def marked(model: Any, comparison: "Comparison") -> str:
    """The name of a model in its column, with a star before the network's."""
    mark = "* " if model is comparison.network else "  "
    return mark + shortened(model.name, NAME_WIDTH - 2).ljust(NAME_WIDTH - 2)


def _footnote(network: Evaluation) -> str:
    parts = ["* the network", f"{network.n_rows:,} test rows"]
    if network.resampled:
        parts.append(f"95 % intervals from {network.n_resamples:,} resamples")
    if network.scarce is not None and network.resampled:
        name, rows = network.scarce
        few = f"{rows} row{'' if rows == 1 else 's'} of {shortened(name, LABEL_WIDTH)}"
        parts.append(f"no interval where {few} {'decides' if rows == 1 else 'decide'}")
    if network.n_dropped:
        parts.append(f"{network.n_dropped:,} dropped that missed a class")
    if network.threshold is not None:
        called = shortened(network.classes[1], LABEL_WIDTH)
        parts.append(f"a row is called {called} when its probability is at least {network.threshold:.4g}")
    return wrapped(parts)


def wrapped(parts: list[str]) -> str:
    """The parts of a footnote on as few lines as hold them."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 2 <= WIDTH:
            lines[-1] += "; " + part
        else:
            lines[-1] += ";"
            lines.append("  " + part)
    return "\n".join(lines)


def _confusion_table(confusion: Confusion) -> str:
    n_classes = len(confusion.labels)
    if n_classes > MOST_CLASSES:
        right = int(np.trace(confusion.counts))
        return f"confusion matrix of {n_classes} classes: {right:,} of {confusion.counts.sum():,} rows right"
    room = (WIDTH - NAME_WIDTH - 2) // n_classes
    with_rates = room >= 18
    width = min(21, room) if with_rates else min(10, room)
    cell = _count_and_rate if with_rates else _count_alone
    names = [shortened(f"called {label}" if with_rates else label, width - 1) for label in confusion.labels]
    lines = ["network".ljust(NAME_WIDTH) + "".join(name.rjust(width) for name in names)]
    for label, counts, rates in zip(confusion.labels, confusion.counts, confusion.rates):
        cells = "".join(cell(int(count), float(rate), width) for count, rate in zip(counts, rates))
        lines.append(shortened(f"actually {label}", NAME_WIDTH - 1).ljust(NAME_WIDTH) + cells)
    return "\n".join(lines)


def _count_and_rate(count: int, rate: float, width: int) -> str:
    share = "n/a" if math.isnan(rate) else f"{100 * rate:.1f} %"
    return f"{count:,}".rjust(width - 10) + share.rjust(10)


def _count_alone(count: int, rate: float, width: int) -> str:
    return f"{count:,}".rjust(width)


def _threshold_line(comparison: "Comparison") -> str:
    threshold = comparison.threshold
    assert threshold is not None
    reached = ", ".join(
        f"{TITLES.get(name, name.replace('_', ' '))} {threshold.reached[name]:.3f}"
        for name in ("precision", "recall", "approval_rate")
        if name in threshold.reached
    )
    return (
        f"threshold {threshold.value:.4g} by the rule {threshold.rule}\n  on the validation rows: {reached}"
    )


def too_few(rows: int, kind: str = "") -> str:
    """A sentence that so few rows say nothing about chance.

    Example:
        >>> too_few(1, " of ‘late’")
        '1 row of ‘late’ is too few to tell whether that is chance.'
    """
    count = f"1 row{kind} is" if rows == 1 else f"{rows} rows{kind} are"
    return f"{count} too few to tell whether that is chance."


def percent(share: float) -> str:
    """A share in percent.

    Example:
        >>> percent(0.9114)
        '91.1 %'
    """
    # What rounds to zero has no sign.
    return f"{round(100 * share, 1) + 0.0:.1f} %"


def quantity(value: float | int, like: float | int | None = None) -> str:
    """A number of any size with four digits that count, thousands apart.

    Args:
        value: The number.
        like: Decimals are as fine as for this one, as for the ends of an interval; `value` unless given.

    Example:
        >>> [quantity(value) for value in (12345.678, 33.3333, 0.00123456, 0, 1.5e-9)]
        ['12,346', '33.33', '0.001235', '0', '1.500e-09']
        >>> quantity(9.87654, like=33.3333)
        '9.88'
    """
    size = abs(value if like is None else like)
    if math.isnan(value):
        return "n/a"
    if value == 0:
        return "0"
    if max(size, abs(value)) >= 1e9 or size < 1e-4:
        return f"{value:.3e}"
    return f"{value:,.{max(0, 3 - math.floor(math.log10(size)))}f}"


def signed(value: float, decimals: int) -> str:
    """A difference with its sign; what rounds to zero has none.

    Example:
        >>> signed(0.34, 1), signed(-1.25, 1), signed(-0.01, 1)
        ('+0.3', '−1.2', '0.0')
    """
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else text[1:]


def shortened(text: str, width: int) -> str:
    """The text in so many characters, the middle left out where it is longer.

    Example:
        >>> shortened("a_very_long_column_name", 12)
        'a_very…_name'
    """
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return text[: width - 1 - tail] + "…" + (text[-tail:] if tail else "")
