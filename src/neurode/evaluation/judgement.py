"""What there is to say about one classifier on rows that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurode.errors import ShapeError
from neurode.evaluation.confusion import Confusion, count_confusion
from neurode.evaluation.curves import (
    PrecisionRecallCurve,
    RocCurve,
    ScoreHistogram,
    precision_recall_curve,
    roc_curve,
    score_histogram,
)
from neurode.evaluation.inputs import check_rows
from neurode.evaluation.intervals import LEAST_ROWS, Interval, bootstrap, percentile_interval, tellable
from neurode.evaluation.metrics import MADE_OF, MEANS_OVER_CLASSES, Measured, measurer


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A classifier on test rows.

    Attributes:
        name: Of the model, for people.
        classes: The name of each class; of two, the second is the positive one.
        metrics: Each metric with its 95 % interval; without, where fewer than 10 rows decide it.
        confusion: Actual against predicted classes.
        n_rows: How many rows it was judged on.
        threshold: A row is called positive when `probability >= threshold`; None with more than two classes,
            where the most probable class is the answer.
        roc: The ROC curve. Like the next two: None unless there are two classes and rows of both.
        precision_recall: The precision-recall curve.
        histogram: How the scores of both classes lie.
        fit_seconds: What training took.
        n_resamples: How many draws the intervals come from, without the dropped ones.
        n_dropped: Draws that missed a class, and so could not be judged.
        resampled: Each metric that has an interval in each draw, NaN in dropped ones, for paired differences.
    """

    name: str
    classes: tuple[str, ...]
    metrics: dict[str, Interval]
    confusion: Confusion
    n_rows: int
    threshold: float | None = None
    roc: RocCurve | None = None
    precision_recall: PrecisionRecallCurve | None = None
    histogram: ScoreHistogram | None = None
    fit_seconds: float | None = None
    n_resamples: int = 0
    n_dropped: int = 0
    resampled: Measured = field(default_factory=dict, repr=False)

    @property
    def scarce(self) -> tuple[str, int] | None:
        """The rarest class of the rows and how many it has, where these are too few to tell; or None."""
        rows_of = self.confusion.counts.sum(axis=1)
        rows, name = min((int(n), name) for n, name in zip(rows_of, self.classes) if n)
        return (name, rows) if rows < LEAST_ROWS else None


def judge(
    name: str,
    target: Any,
    probability: Any,
    classes: Sequence[str],
    threshold: float | int | None = None,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    fit_seconds: float | None = None,
) -> Evaluation:
    """Measures a classifier, with intervals by bootstrap.

    A metric that a class of fewer than 10 rows decides has no interval: resamples would repeat those rows.

    Args:
        name: Of the model, for people.
        target: The class code of each row, from 0.
        probability: `(rows, classes)`.
        classes: The name of each class; of two, the second is the positive one.
        threshold: For two classes; 0.5 unless given. Choose it on validation rows, never on these.
        n_resamples: Draws for the intervals; 0 for none.
        seed: Models judged with one seed on the same rows see the same draws.
        fit_seconds: Carried along for the comparison.

    Example:
        >>> target = np.arange(200) % 2
        >>> chance = np.where(np.arange(200) % 10 < 8, 0.2 + 0.6 * target, 0.5)
        >>> result = judge("network", target, np.column_stack([1 - chance, chance]), ["paid", "default"])
        >>> print(result.metrics["accuracy"])
        0.900 [0.855, 0.940]
        >>> result.confusion.counts
        array([[ 80,  20],
               [  0, 100]])
    """
    target, probability = check_rows(target, probability)
    if len(classes) != probability.shape[1]:
        raise ShapeError(f"{len(classes)} class names for {probability.shape[1]} columns of probability")
    two = probability.shape[1] == 2
    line = (0.5 if threshold is None else float(threshold)) if two else None
    evaluate = measurer(target, probability, line or 0.0)
    values = evaluate(np.ones((1, len(target)), dtype=np.int64))
    resampled = bootstrap(evaluate, target, n_resamples=n_resamples, seed=seed)
    predicted = (probability[:, 1] >= line).astype(np.int64) if two else probability.argmax(axis=1)
    rows_of = np.bincount(target, minlength=probability.shape[1]).tolist()
    present = [place for place, rows in enumerate(rows_of) if rows]
    told = tellable(resampled.values, rows_of, MADE_OF if two else dict.fromkeys(MEANS_OVER_CLASSES, present))
    drawable = two and len(np.unique(target)) == 2
    return Evaluation(
        name=name,
        classes=tuple(map(str, classes)),
        metrics={
            metric: percentile_interval(float(value[0]), told.get(metric)) for metric, value in values.items()
        },
        confusion=count_confusion(target, predicted, tuple(map(str, classes))),
        n_rows=len(target),
        threshold=line,
        roc=roc_curve(target, probability) if drawable else None,
        precision_recall=precision_recall_curve(target, probability) if drawable else None,
        histogram=score_histogram(target, probability) if drawable else None,
        fit_seconds=fit_seconds,
        n_resamples=n_resamples - resampled.n_dropped,
        n_dropped=resampled.n_dropped,
        resampled=told,
    )
