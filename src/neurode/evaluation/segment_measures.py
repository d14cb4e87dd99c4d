"""What is measured of each segment of rows: a few sums over rows a column, from which everything follows."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from neurode.evaluation.chance import (
    auc_interval,
    auc_variance,
    mean_p_value,
    sum_p_value,
    welch,
)
from neurode.evaluation.decisions import Counts, accuracy, precision, ratio, recall
from neurode.evaluation.ranking import rank
from neurode.evaluation.reliability import wilson_interval
from neurode.evaluation.segment_pairs import pairs_of_rows, pairs_of_segments

LEAST_OF_A_CLASS = 10
"""Rows of either class that a ROC AUC has to come from before it is compared with others."""

Measure = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Value and ends of the 95 % interval, one entry a segment."""


class Comparison(NamedTuple):
    """One entry a segment: what was found, what it is held against, and how likely chance does that."""

    value: np.ndarray
    expected: np.ndarray
    p_value: np.ndarray


class Measured(NamedTuple):
    """Each segment of a column, one entry a segment in every array.

    Attributes:
        n_rows: How many rows.
        observed: What was there: the rate, the mean, the share called rightly.
        predicted: What was promised of it.
        metrics: How well the rows were told.
        promised: What was observed against what was promised, by metric.
        elsewhere: A metric of the segment against that of all other rows.
    """

    n_rows: np.ndarray
    observed: Measure
    predicted: np.ndarray
    metrics: dict[str, Measure]
    promised: dict[str, Comparison]
    elsewhere: dict[str, Comparison]


Measurer = Callable[[np.ndarray, int], Measured]
"""From the segment of each row, and how many there are, to what is measured."""


def two_class_measurer(target: np.ndarray, score: np.ndarray, threshold: float | int) -> Measurer:
    """The rate and its promise, the ROC AUC, and the decisions at the threshold."""
    ranking = rank(target == 1, score)
    # Rows are kept in rising order, so that each segment's rows are in order without a sort of their own.
    order = ranking.order[::-1]
    positive, score = target[order] == 1, score[order].astype(np.float64)
    called = target[order] + 2 * (score >= threshold)
    step = np.repeat(np.arange(len(ranking.last)), np.diff(np.append(-1, ranking.last)))[::-1]
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    won = pairs_of_rows(positive, step, n_positive, n_negative)
    uncertainty = score * (1 - score)

    def measure(codes: np.ndarray, n_segments: int) -> Measured:
        codes = codes[order]
        cases = np.bincount(codes * 4 + called, minlength=4 * n_segments).reshape(n_segments, 4).T
        counts = Counts(cases[3], cases[2], cases[0], cases[1])
        ours, theirs = cases[1] + cases[3], cases[0] + cases[2]
        n_rows = ours + theirs
        predicted, doubt = (np.bincount(codes, each, n_segments) for each in (score, uncertainty))
        observed = ratio(ours, n_rows)
        within = pairs_of_segments(codes, positive, step, n_segments)
        auc = ratio(within, ours * theirs)
        # Pairs of the others: all, less those with a row of the segment on either side.
        touched = np.bincount(codes, won, n_segments) - within
        rest = ratio(won[positive].sum() - touched, (n_positive - ours) * (n_negative - theirs))
        return Measured(
            n_rows,
            (observed, *wilson_interval(observed, n_rows)),
            ratio(predicted, n_rows),
            {"roc_auc": (auc, *auc_interval(auc, ours, theirs)), **_shares(counts)},
            {
                "observed_rate": Comparison(
                    observed, ratio(predicted, n_rows), sum_p_value(ours - predicted, doubt)
                )
            },
            {"roc_auc": _compare_auc(auc, rest, ours, theirs, n_positive, n_negative)},
        )

    return measure


def many_class_measurer(target: np.ndarray, probability: np.ndarray) -> Measurer:
    """The share of rows whose likeliest class is right, and what its probability promised."""
    hit = probability.argmax(axis=1) == target
    confidence = probability.max(axis=1).astype(np.float64)
    uncertainty = confidence * (1 - confidence)
    all_rows, all_hits = len(target), np.count_nonzero(hit)
    hit_rate = all_hits / all_rows

    def measure(codes: np.ndarray, n_segments: int) -> Measured:
        n_rows = np.bincount(codes, minlength=n_segments)
        hits = np.bincount(codes[hit], minlength=n_segments)
        predicted, doubt = (np.bincount(codes, each, n_segments) for each in (confidence, uncertainty))
        observed = ratio(hits, n_rows)
        right: Measure = (observed, *wilson_interval(observed, n_rows))
        promised = ratio(predicted, n_rows)
        # Hits in a draw of so many rows without replacement: the others are what is left.
        drawn = n_rows * hit_rate * (1 - hit_rate) * ratio(all_rows - n_rows, all_rows - 1)
        return Measured(
            n_rows,
            right,
            promised,
            {"accuracy": right},
            {"confidence": Comparison(observed, promised, sum_p_value(hits - predicted, doubt))},
            {
                "accuracy": Comparison(
                    observed,
                    ratio(all_hits - hits, all_rows - n_rows),
                    sum_p_value(hits - n_rows * hit_rate, drawn),
                )
            },
        )

    return measure


def number_measurer(target: np.ndarray, prediction: np.ndarray) -> Measurer:
    """The mean, its promise, the mean residual and the mean absolute error."""
    residual = target - prediction
    size = np.abs(residual)
    all_rows, mean_size = len(target), size.mean()
    largest_miss, largest_size = size.max(), np.abs(size - mean_size).max()
    spread, size_spread = residual.var(), size.var()

    def measure(codes: np.ndarray, n_segments: int) -> Measured:
        n_rows = np.bincount(codes, minlength=n_segments)
        mean, mean_variance = _moments(codes, target, n_rows)
        bias, bias_variance = _moments(codes, residual, n_rows)
        mae, variance = _moments(codes, size, n_rows)
        others = all_rows - n_rows
        rest, rest_variance = _of_the_others(size, n_rows, mae, variance)
        error, degrees = welch(variance, n_rows, rest_variance, others)
        # Student's p-values are too small where errors are skewed, those of a draw from all rows where the
        # segment spreads wider than they do. The larger one holds in both cases.
        bias_p = np.fmax(
            mean_p_value(bias, np.sqrt(ratio(bias_variance, n_rows)), n_rows - 1),
            _bounded_p_value(n_rows * bias, n_rows * spread, largest_miss),
        )
        drawn = n_rows * size_spread * ratio(others, all_rows - 1)
        mae_p = np.fmax(
            mean_p_value(mae - rest, error, degrees),
            _bounded_p_value(n_rows * (mae - mean_size), drawn, largest_size),
        )
        return Measured(
            n_rows,
            (mean, *_student_interval(mean, mean_variance, n_rows)),
            mean - bias,
            {
                "mae": (mae, *_student_interval(mae, variance, n_rows)),
                "bias": (bias, *_student_interval(bias, bias_variance, n_rows)),
            },
            {"bias": Comparison(bias, np.zeros(n_segments), bias_p)},
            {"mae": Comparison(mae, rest, mae_p)},
        )

    return measure


def _compare_auc(
    auc: np.ndarray, rest: np.ndarray, ours: np.ndarray, theirs: np.ndarray, n_positive: int, n_negative: int
) -> Comparison:
    """The segment's ROC AUC against that of the others, were both that of the others."""
    from scipy.special import ndtr  # type: ignore[import-untyped]

    other_rows = (n_positive - ours, n_negative - theirs)
    variance = auc_variance(rest, ours, theirs) + auc_variance(rest, *other_rows)
    fewest = np.minimum.reduce([ours, theirs, *other_rows])
    z = np.abs(ratio(auc - rest, np.sqrt(variance), undefined=0.0))
    return Comparison(auc, rest, np.where(fewest < LEAST_OF_A_CLASS, np.nan, 2 * ndtr(-z)))


def _shares(counts: Counts) -> dict[str, Measure]:
    """Metrics that are shares of rows; NaN, not 0, where there is no row to share out."""
    called = counts.true_positive + counts.false_positive
    rows = called + counts.true_negative + counts.false_negative
    measured = {}
    for name, metric, of in (
        ("accuracy", accuracy, rows),
        ("recall", recall, counts.true_positive + counts.false_negative),
        ("precision", precision, called),
    ):
        value = np.where(of > 0, metric(counts), np.nan)
        measured[name] = (value, *wilson_interval(value, of))
    return measured


def _moments(codes: np.ndarray, values: np.ndarray, n_rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each segment, the variance NaN for a row alone."""
    mean = ratio(np.bincount(codes, values, len(n_rows)), n_rows)
    squares = np.bincount(codes, (values - mean[codes]) ** 2, len(n_rows))
    return mean, ratio(squares, np.maximum(n_rows - 1, 0))


def _of_the_others(
    values: np.ndarray, n_rows: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of all rows but the segment's, by taking the segment's out of all of them."""
    middle = values.mean()
    others = len(values) - n_rows
    shift = np.where(n_rows > 0, mean - middle, 0.0)
    squares = np.where(n_rows > 1, variance, 0.0) * (n_rows - 1) + n_rows * shift**2
    away = ratio(-n_rows * shift, others)
    left = ((values - middle) ** 2).sum() - squares - others * away**2
    return middle + away, ratio(np.maximum(left, 0.0), np.maximum(others - 1, 0))


def _bounded_p_value(excess: np.ndarray, variance: np.ndarray, largest: float) -> np.ndarray:
    """That of a sum of numbers, none larger than so much: as if each were an event of that size."""
    return sum_p_value(excess / largest, variance / largest**2) if largest > 0 else np.ones(len(excess))


def _student_interval(
    mean: np.ndarray, variance: np.ndarray, n_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import stdtrit

    half = stdtrit(np.maximum(n_rows - 1, 1), 0.975) * np.sqrt(ratio(variance, n_rows))
    return mean - half, mean + half
