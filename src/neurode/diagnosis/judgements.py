"""What the test rows of a run say: a baseline that is better, probabilities that do not hold."""

import numpy as np

from neurode.diagnosis.evidence import Evidence, counted
from neurode.diagnosis.finding import Finding
from neurode.evaluation import Interval, count_confusion

LEAST_OF_A_CLASS = 10
"""Fewer rows of a class can go without a call by chance."""

MOST_NAMED = 3

OFF = 0.03
"""Three points: probabilities that miss by less serve most decisions."""


NOTHING = {"r2": 0.0, "roc_auc": 0.5}
"""What a model comes to that says the same of every row."""


def better_baseline(evidence: Evidence) -> Finding | None:
    """The strongest baseline, where it beats the network beyond the interval of their difference."""
    for judgement in evidence.judgements:
        comparison = judgement.comparison
        metrics = comparison.network.metrics
        metric, title = ("r2", "R²") if "r2" in metrics else ("roc_auc", "ROC AUC")
        # NaN where it cannot be told compares as False.
        better = [each for each in comparison.baselines if comparison.difference(metric, each).upper < 0]
        if not better:
            continue
        strongest = max(better, key=lambda each: each.metrics[metric].value)
        reached = strongest.metrics[metric]
        knows_something = reached.lower > NOTHING[metric]
        return Finding(
            "a baseline is better",
            "warning",
            f"{title} {Interval(metrics[metric].value)}, {Interval(reached.value)} for {strongest.name}; "
            f"the difference is {comparison.difference(metric, strongest)}",
            "What is in the columns can be learned, and this network has not learned it."
            if knows_something
            else "Even what tells rows apart no better than chance does better: what this network learned "
            "does not hold for other rows.",
            "what else is found here first; then more epochs, another learning rate, or the baseline"
            if knows_something
            else "what else is found here first; then more epochs, other columns, or more rows",
        )
    return None


def class_never_called(evidence: Evidence) -> Finding | None:
    """Of several classes, one that no test row is called, or else no training row."""
    tables = [
        (judgement.comparison.network.confusion, "test row")
        for judgement in evidence.judgements
        if hasattr(judgement.comparison.network, "confusion")
    ]
    for called, actual in () if evidence.training is None else evidence.training.calls:
        if len(np.unique(actual)) < 3:
            # Of two classes, "refer" may stand among the calls.
            continue
        names, codes = np.unique(np.concatenate([actual, called]), return_inverse=True)
        tables.append(
            (
                count_confusion(codes[: len(actual)], codes[len(actual) :], tuple(map(str, names))),
                "training row",
            )
        )
    for confusion, kind in tables:
        if len(confusion.labels) < 3:
            continue
        rows, calls = confusion.counts.sum(axis=1), confusion.counts.sum(axis=0)
        never = np.flatnonzero((rows >= LEAST_OF_A_CLASS) & (calls == 0))
        if not len(never):
            continue
        never = never[np.argsort(-rows[never], kind="stable")]
        told = ", ".join(
            f"‘{confusion.labels[place]}’ (0 of {rows[place]:,})" for place in never[:MOST_NAMED]
        )
        more = f" and {len(never) - MOST_NAMED} more" if len(never) > MOST_NAMED else ""
        return Finding(
            "a class is never called",
            "warning",
            f"none of {counted(int(rows.sum()), kind)} is called {told}{more}",
            "Its rows are all given to other classes: it is rare, or the columns hardly tell it apart.",
            'class_weight="balanced", more rows of it, or fewer classes',
        )
    return None


def poor_calibration(evidence: Evidence) -> Finding | None:
    """Probabilities that differ from what happens, by more than chance."""
    for judgement in evidence.judgements:
        curve = judgement.reliability
        if curve is None:
            continue
        filled = curve.counts > 0
        promised, seen, counts = (
            values[filled] for values in (curve.mean_probability, curve.observed_rate, curve.counts)
        )
        missed = float(np.average(np.abs(promised - seen), weights=counts))
        # By chance alone the error comes to 0.4 √(bins / rows); twice that is a rare chance.
        if missed < max(OFF, 0.8 * np.sqrt(len(counts) / counts.sum())):
            continue
        return Finding(
            "probabilities are off",
            "warning",
            f"they miss the observed rates by {100 * missed:.1f} points on average: "
            f"{100 * np.average(promised, weights=counts):.1f} % promised, "
            f"{100 * np.average(seen, weights=counts):.1f} % seen",
            "A probability of 30 % should come true in 30 of 100 rows; prices and thresholds rely on it.",
            'calibration="platt" or "isotonic", and base_rate="training" where classes are balanced',
        )
    return None
