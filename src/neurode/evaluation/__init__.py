"""Judging a classifier: arrays in, records out. scikit-learn is loaded only to fit the baselines."""

from neurode.evaluation.baselines import Baseline, fit_baselines
from neurode.evaluation.comparison import Comparison
from neurode.evaluation.confusion import Confusion, count_confusion
from neurode.evaluation.curves import (
    PrecisionRecallCurve,
    RocCurve,
    ScoreHistogram,
    precision_recall_curve,
    roc_curve,
    score_histogram,
)
from neurode.evaluation.intervals import Interval
from neurode.evaluation.judgement import Evaluation, judge
from neurode.evaluation.metrics import measure
from neurode.evaluation.thresholds import Threshold, choose_threshold

__all__ = [
    "Baseline",
    "Comparison",
    "Confusion",
    "Evaluation",
    "Interval",
    "PrecisionRecallCurve",
    "RocCurve",
    "ScoreHistogram",
    "Threshold",
    "choose_threshold",
    "count_confusion",
    "fit_baselines",
    "judge",
    "measure",
    "precision_recall_curve",
    "roc_curve",
    "score_histogram",
]
