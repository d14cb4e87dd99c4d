"""The figures of a classifier."""

import math
from collections.abc import Iterator

from neurode import drawing
from neurode.drawing.reliability import Reliability
from neurode.evaluation import Comparison, Evaluation
from neurode.reporting.figure import Figure, figure
from neurode.reporting.numbers import percent


def classification_figures(
    comparison: Comparison[Evaluation], reliability: Reliability | None
) -> Iterator[Figure]:
    """Ranking, decisions and, where there is a curve, whether probabilities are kept."""
    yield from _interval_figure(comparison)
    yield from _curve_figures(comparison)
    yield from _score_figure(comparison.network)
    yield _confusion_figure(comparison.network)
    if reliability is not None:
        yield _reliability_figure(comparison.network, reliability)


def _interval_figure(comparison: Comparison[Evaluation]) -> Iterator[Figure]:
    auc = {model.name: model.metrics["roc_auc"] for model in comparison.evaluations}
    known = {name: interval for name, interval in auc.items() if not math.isnan(interval.value)}
    if len(known) < 2:
        return
    points = {name: (interval.value, interval.lower, interval.upper) for name, interval in known.items()}
    axes = drawing.draw_intervals(points, "ROC AUC with its 95 % interval")
    label = "ROC AUC of each model: " + ", ".join(f"{name} {interval}" for name, interval in known.items())
    two = len(comparison.network.classes) == 2
    pair = "a positive row above a negative one" if two else "a row of a class above a row of the others"
    yield figure("intervals", axes, label, f"How often each model ranks {pair}.", wide=True)


def _curve_figures(comparison: Comparison[Evaluation]) -> Iterator[Figure]:
    ranked = [model for model in comparison.evaluations if model is comparison.network or _ranks(model)]
    roc = {model.name: model.roc for model in ranked if model.roc is not None}
    if roc:
        caption = "ROC curve: the share of positive rows found, against false alarms."
        yield figure("roc", drawing.draw_roc_curves(roc), f"ROC curves of {', '.join(roc)}", caption)
    purity = {model.name: model.precision_recall for model in ranked if model.precision_recall is not None}
    if purity:
        axes = drawing.draw_precision_recall_curves(purity)
        caption = "Precision against recall: how pure the calls stay as more are found."
        yield figure("pr", axes, f"Precision-recall curves of {', '.join(purity)}", caption)


def _score_figure(network: Evaluation) -> Iterator[Figure]:
    histogram = network.histogram
    if histogram is None:
        return
    axes = drawing.draw_score_histogram(histogram.edges, histogram.counts, network.classes, network.threshold)
    label = f"Histogram of the network's scores for {' and '.join(network.classes)}"
    yield figure("scores", axes, label, "How far the network’s scores hold the two classes apart.")


def _confusion_figure(network: Evaluation) -> Figure:
    confusion = network.confusion
    axes = drawing.draw_confusion_matrix(confusion.counts, confusion.labels)
    right = [
        f"{percent(float(rate))} of {label} called right"
        for rate, label in zip(confusion.rates.diagonal(), confusion.labels)
    ]
    return figure("confusion", axes, f"Confusion matrix: {', '.join(right)}", "What each class was called.")


def _reliability_figure(network: Evaluation, curve: Reliability) -> Figure:
    two = len(network.classes) == 2
    axes = drawing.draw_reliability(curve, network.classes[1] if two else "the likeliest class")
    label = f"Observed rate against promised probability, in {len(curve.counts)} bins"
    caption = "Promised against observed: on the line, probabilities mean what they say."
    return figure("reliability", axes, label, caption)


def _ranks(model: Evaluation) -> bool:
    """Whether a model tells rows apart; one score for all gives the line of guessing, drawn anyway."""
    return model.roc is not None and len(model.roc.threshold) > 2
