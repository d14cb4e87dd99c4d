"""The report of a classifier: how it ranks, what it decides, and whether its probabilities are kept."""

from dataclasses import dataclass

import numpy as np

from neurode.drawing.reliability import Reliability
from neurode.evaluation import Comparison, Evaluation
from neurode.evaluation.wording import TITLES
from neurode.reporting import numbers
from neurode.reporting.numbers import percent
from neurode.reporting.record import ReportRecord
from neurode.reporting.tables import leads, metric_table, span
from neurode.reporting.view import Headline, View

MODELS = {
    True: ("roc_auc", "pr_auc", "ks", "gini", "brier", "log_loss"),
    False: ("roc_auc", "accuracy", "balanced_accuracy", "macro_f1", "log_loss"),
}
"""The metrics of the first table, for two classes and for more."""

DECISIONS = ("accuracy", "precision", "recall", "specificity", "f1")
"""The metrics of the table of decisions, which depend on the threshold."""


@dataclass(frozen=True)
class Calibration:
    """How well probabilities are kept.

    Attributes:
        error: Expected calibration error: how far the observed rate is from the promised one, on average.
        by_chance: The error that a perfectly calibrated model would be expected to have on these bins.
        n_kept: Bins whose 95 % interval holds what was promised.
        bins: Of each bin with rows: how many, what was promised, what was observed, and its interval.
    """

    error: float
    by_chance: float
    n_kept: int
    bins: list[tuple[str, str, str, str]]


def classification_view(record: ReportRecord, comparison: Comparison[Evaluation]) -> View:
    """What the page says of a classifier."""
    two = len(comparison.network.classes) == 2
    return View(
        template="classification.html",
        headlines=_headlines(record, comparison.network),
        models=metric_table(comparison, MODELS[two]),
        leading=TITLES["roc_auc"],
        leads=leads(comparison, "roc_auc"),
        details={
            "decisions": metric_table(comparison, DECISIONS) if two else None,
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
    # The mean size of a normal deviation is its standard deviation times the root of 2 / pi.
    chance = np.sqrt(2 / np.pi * mean * (1 - mean) / counts)
    return Calibration(
        error=float(weight @ np.abs(rate - mean)),
        by_chance=float(weight @ chance),
        n_kept=int(np.count_nonzero((lower <= mean) & (mean <= upper))),
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
        recall, precision = network.metrics["recall"].value, network.metrics["precision"].value
        positive = network.classes[1]
        found.append((percent(recall), f"of ‘{positive}’ found", f"threshold {network.threshold:.3g}"))
        found.append((percent(precision), "of its calls right", f"rows called ‘{positive}’"))
    else:
        found.append((percent(network.metrics["accuracy"].value), "of rows called right", "accuracy"))
    return found
