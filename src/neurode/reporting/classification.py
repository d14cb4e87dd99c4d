"""The report of a classifier: how it ranks, what it decides, and whether its probabilities are kept."""

from dataclasses import dataclass

import numpy as np

from neurode.drawing.judgement.reliability import Reliability
from neurode.evaluation import Comparison, Evaluation
from neurode.evaluation.chance import share_deviation
from neurode.evaluation.intervals import LEAST_ROWS
from neurode.evaluation.wording import TITLES
from neurode.reporting import numbers
from neurode.reporting.money import PER_ROWS, bills
from neurode.reporting.numbers import percent
from neurode.reporting.record import ReportRecord
from neurode.reporting.tables import leads, metric_table, span
from neurode.reporting.view import Headline, Section, View

MODELS = {
    True: ("roc_auc", "pr_auc", "ks", "gini", "brier", "log_loss"),
    False: ("roc_auc", "accuracy", "balanced_accuracy", "macro_f1", "log_loss"),
}
"""The metrics of the first table, for two classes and for more."""

DECISIONS = ("accuracy", "precision", "recall", "specificity", "f1")
"""The metrics of the table of decisions, which depend on the threshold."""

REACHED = ("precision", "recall", "approval_rate", "mean_cost")
"""What is told of the many metrics that a threshold reaches on the validation rows."""


@dataclass(frozen=True)
class Calibration:
    """How well probabilities are kept.

    Attributes:
        error: Expected calibration error: how far the observed rate is from the promised one, on average.
        by_chance: The error that a perfectly calibrated model would be expected to have on these bins.
        n_kept: Bins of 10 rows and more whose 95 % interval holds what was promised.
        n_telling: Bins of 10 rows and more: the interval of fewer holds nearly anything.
        bins: Of each bin with rows: how many, what was promised, what was observed, and its interval.
    """

    error: float
    by_chance: float
    n_kept: int
    n_telling: int
    bins: list[tuple[str, str, str, str]]


def classification_view(record: ReportRecord, comparison: Comparison[Evaluation]) -> View:
    """What the page says of a classifier."""
    two = len(comparison.network.classes) == 2
    lines = [line for line in record.decision.splitlines() if line.strip()]
    asked = [
        (comparison.network.roc is not None, Section("ranking", "How it ranks")),
        (True, Section("decisions", "Threshold and money" if two else "What it decides")),
        (record.reliability or record.decision, Section("calibration", "Whether its probabilities are kept")),
    ]
    return View(
        sections=tuple(section for is_there, section in asked if is_there),
        headlines=_headlines(record, comparison.network),
        models=metric_table(comparison, MODELS[two]),
        leading=TITLES["roc_auc"],
        leads=leads(comparison, "roc_auc"),
        details={
            "decisions": metric_table(comparison, DECISIONS) if two else None,
            "probabilities": lines[:2],
            "calls": lines[2:],
            "reached": _reached(comparison),
            "bills": bills(record) if two else [],
            "referral": referral_rows(record),
            "per_rows": PER_ROWS,
            "tenths": _tenths(record),
            "calibration": None if record.reliability is None else summarize(record.reliability),
        },
    )


def summarize(curve: Reliability) -> Calibration:
    """What the curve says in numbers.

    Example:
        >>> from types import SimpleNamespace
        >>> curve = SimpleNamespace(mean_probability=np.array([0.1, 0.5]), counts=np.array([100, 100]),
        ...                         observed_rate=np.array([0.12, 0.7]), lower=np.array([0.07, 0.6]),
        ...                         upper=np.array([0.2, 0.78]))
        >>> summary = summarize(curve)
        >>> round(summary.error, 2), summary.n_kept, summary.bins[0]
        (0.11, 1, ('100', '10.0 %', '12.0 %', '7.0 % – 20.0 %'))
    """
    filled = np.asarray(curve.counts) > 0
    parts = (curve.counts, curve.mean_probability, curve.observed_rate, curve.lower, curve.upper)
    counts, mean, rate, lower, upper = (np.asarray(values)[filled] for values in parts)
    weight = counts / counts.sum()
    telling = counts >= LEAST_ROWS
    return Calibration(
        error=float(weight @ np.abs(rate - mean)),
        by_chance=float(weight @ share_deviation(mean, counts)),
        n_kept=int(np.count_nonzero(telling & (lower <= mean) & (mean <= upper))),
        n_telling=int(np.count_nonzero(telling)),
        bins=[
            (numbers.count(rows), percent(promised), percent(observed), f"{percent(low)} – {percent(high)}")
            for rows, promised, observed, low, high in zip(
                *(values.tolist() for values in (counts, mean, rate, lower, upper))
            )
        ],
    )


def _headlines(record: ReportRecord, network: Evaluation) -> list[Headline]:
    auc = network.metrics["roc_auc"]
    found = [(numbers.decimal(auc.value), "ROC AUC", span("roc_auc", auc))]
    if network.threshold is not None:
        found += _headlines_of_calls(record, network, network.threshold)
    else:
        found.append((percent(network.metrics["accuracy"].value), "of rows called right", "accuracy"))
    return found


def _headlines_of_calls(record: ReportRecord, network: Evaluation, threshold: float) -> list[Headline]:
    """What is found and how much of it rightly, by what is done in use: with referral where there is one."""
    positive, referral = network.classes[1], record.referral
    if referral is None:
        (_, alarms), (missed, caught) = network.confusion.counts.tolist()
        found, where = "found", f"threshold {threshold:.3g}"
    else:
        (_, alarms, _), (missed, caught, left) = referral.tolist()
        missed += left
        found = "found by the network alone"
        where = f"{percent(float(referral[:, 2].sum() / referral.sum()))} of rows go to a person"
    return [
        (_share(caught, caught + missed), f"of ‘{positive}’ {found}", where),
        (_share(caught, caught + alarms), "of its calls right", f"rows called ‘{positive}’"),
    ]


def _share(part: int, whole: int) -> str:
    """A share in percent; of nothing there is none."""
    return percent(part / whole if whole else None)


def referral_rows(record: ReportRecord) -> list[tuple[str, ...]]:
    """Of each class: its name, the rows called no, called yes and referred, each with its share, and all.

    Args:
        record: Of the run; nothing where nobody is referred.
    """
    network, referral = record.comparison.network, record.referral
    if referral is None or not isinstance(network, Evaluation):
        return []
    return [
        (
            label,
            *(f"{numbers.count(rows)} ({_share(rows, sum(counts))})" for rows in counts),
            numbers.count(sum(counts)),
        )
        for label, counts in zip(network.classes, referral.tolist())
    ]


def _reached(comparison: Comparison[Evaluation]) -> list[tuple[str, str]]:
    """What the threshold gives on the validation rows, by name."""
    if comparison.threshold is None:
        return []
    reached = comparison.threshold.reached
    return [
        (TITLES.get(name, name.replace("_", " ")), numbers.decimal(reached[name]))
        for name in REACHED
        if name in reached
    ]


def _tenths(record: ReportRecord) -> list[tuple[str, ...]]:
    """Rows, lowest score, promised and observed rate, lift and share found of each part."""
    if record.gains is None:
        return []
    table = record.gains.table
    parts = (
        table.n_rows, table.lowest_score, table.mean_score, table.rate, table.lift, table.cumulative_found,
    )  # fmt: skip
    return [
        (
            numbers.count(int(rows)), numbers.decimal(score), percent(promised), percent(rate),
            f"{lift:.2f}", percent(found),
        )
        for rows, score, promised, rate, lift, found in zip(*(values.tolist() for values in parts))
    ]  # fmt: skip
