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
from neurode.evaluation.threshold_bands import ThresholdBand, threshold_band
from neurode.evaluation.thresholds import Threshold, ThresholdCurve, choose_threshold, threshold_curve

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
    "Interval",
    "PrecisionRecallCurve",
    "Prices",
    "ReferBand",
    "RegressionBaseline",
    "RegressionEvaluation",
    "ResidualHistogram",
    "RocCurve",
    "ScoreHistogram",
    "TargetEvaluation",
    "Threshold",
    "ThresholdBand",
    "ThresholdCurve",
    "calibration_curve",
    "calibration_error",
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
    "judge",
    "judge_regression",
    "measure",
    "measure_regression",
    "precision_recall_curve",
    "prediction_density",
    "residual_density",
    "residual_histogram",
    "roc_curve",
    "score_histogram",
    "threshold_band",
    "threshold_curve",
]
