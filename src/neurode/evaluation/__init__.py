"""Judging a model: arrays in, records out. scikit-learn is loaded only to fit."""

from neurode.evaluation.baselines import Baseline, fit_baselines
from neurode.evaluation.calibration import CALIBRATIONS, Calibrator, fit_calibrator
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
from neurode.evaluation.decision import Decision
from neurode.evaluation.decision_fit import deployment_weights, fit_decision
from neurode.evaluation.gains import GainsCurve, GainsTable, KsCurve, gains_curve, ks_curve
from neurode.evaluation.intervals import Interval
from neurode.evaluation.judgement import Evaluation, judge
from neurode.evaluation.metrics import measure
from neurode.evaluation.prices import Cost, Prices
from neurode.evaluation.priors import correct_priors, focal_posterior
from neurode.evaluation.refer import ReferBand, choose_refer_band, decide
from neurode.evaluation.regression import measure_regression
from neurode.evaluation.regression_baselines import RegressionBaseline, fit_regression_baselines
from neurode.evaluation.regression_judgement import RegressionEvaluation, TargetEvaluation, judge_regression
from neurode.evaluation.reliability import CalibrationCurve, calibration_curve, calibration_error
from neurode.evaluation.residuals import (
    Deciles,
    Density,
    ResidualHistogram,
    errors_by_decile,
    prediction_density,
    residual_density,
    residual_histogram,
)
from neurode.evaluation.segment_columns import SegmentColumn, category_segments, number_segments
from neurode.evaluation.segment_records import Segment, SegmentFinding, Segments
from neurode.evaluation.segments import regression_segments, segments
from neurode.evaluation.threshold_bands import ThresholdBand, threshold_band
from neurode.evaluation.threshold_curves import ThresholdCurve, threshold_curve
from neurode.evaluation.thresholds import Threshold, choose_threshold

__all__ = [
    "CALIBRATIONS",
    "Baseline",
    "CalibrationCurve",
    "Calibrator",
    "Comparison",
    "Confusion",
    "Cost",
    "Deciles",
    "Decision",
    "Density",
    "Evaluation",
    "GainsCurve",
    "GainsTable",
    "Interval",
    "KsCurve",
    "PrecisionRecallCurve",
    "Prices",
    "ReferBand",
    "RegressionBaseline",
    "RegressionEvaluation",
    "ResidualHistogram",
    "RocCurve",
    "ScoreHistogram",
    "Segment",
    "SegmentColumn",
    "SegmentFinding",
    "Segments",
    "TargetEvaluation",
    "Threshold",
    "ThresholdBand",
    "ThresholdCurve",
    "calibration_curve",
    "calibration_error",
    "category_segments",
    "choose_refer_band",
    "choose_threshold",
    "correct_priors",
    "count_confusion",
    "decide",
    "deployment_weights",
    "errors_by_decile",
    "fit_baselines",
    "fit_calibrator",
    "fit_decision",
    "fit_regression_baselines",
    "focal_posterior",
    "gains_curve",
    "judge",
    "judge_regression",
    "ks_curve",
    "measure",
    "measure_regression",
    "number_segments",
    "precision_recall_curve",
    "prediction_density",
    "regression_segments",
    "residual_density",
    "residual_histogram",
    "roc_curve",
    "score_histogram",
    "segments",
    "threshold_band",
    "threshold_curve",
]
