"""The figures of a report: which ones, and what is said of each in words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from neurode import drawing
from neurode.evaluation import Comparison, Evaluation
from neurode.reporting.numbers import count, decimal, percent
from neurode.reporting.record import NetworkRecord, ReportRecord
from neurode.reporting.svg import inline_svg


@dataclass(frozen=True)
class Figure:
    """A picture with its caption.

    Attributes:
        name: Unique on the page, and in the group that the page asks for.
        svg: The picture.
        caption: What to see in it.
        wide: Whether it takes the whole width of the page.
    """

    name: str
    svg: str
    caption: str
    wide: bool = False


def draw_figures(record: ReportRecord) -> dict[str, Figure]:
    """Every figure that the record has data for, by name."""
    everything = (
        *_interval_figure(record.comparison),
        *_curve_figures(record.comparison),
        *_score_figure(record.comparison.network),
        _confusion_figure(record.comparison.network),
        *_training_figures(record),
        *(() if record.network is None else _network_figure(record.network)),
    )
    return {figure.name: figure for figure in everything}


def _interval_figure(comparison: Comparison) -> Iterator[Figure]:
    auc = {model.name: model.metrics["roc_auc"] for model in comparison.evaluations}
    known = {name: interval for name, interval in auc.items() if not math.isnan(interval.value)}
    if len(known) < 2:
        return
    points = {name: (interval.value, interval.lower, interval.upper) for name, interval in known.items()}
    axes = drawing.draw_intervals(points, "ROC AUC with its 95 % interval")
    label = "ROC AUC of each model: " + ", ".join(f"{name} {interval}" for name, interval in known.items())
    two = len(comparison.network.classes) == 2
    pair = "a positive row above a negative one" if two else "a row of a class above a row of the others"
    yield _figure("auc", axes, label, f"How often each model ranks {pair}.", wide=True)


def _curve_figures(comparison: Comparison) -> Iterator[Figure]:
    ranked = [model for model in comparison.evaluations if model is comparison.network or _ranks(model)]
    roc = {model.name: model.roc for model in ranked if model.roc is not None}
    if roc:
        caption = "ROC curve: the share of positive rows found, against false alarms."
        yield _figure("roc", drawing.draw_roc_curves(roc), f"ROC curves of {', '.join(roc)}", caption)
    purity = {model.name: model.precision_recall for model in ranked if model.precision_recall is not None}
    if purity:
        axes = drawing.draw_precision_recall_curves(purity)
        caption = "Precision against recall: how pure the calls stay as more are found."
        yield _figure("pr", axes, f"Precision-recall curves of {', '.join(purity)}", caption)


def _score_figure(network: Evaluation) -> Iterator[Figure]:
    histogram = network.histogram
    if histogram is None:
        return
    axes = drawing.draw_score_histogram(histogram.edges, histogram.counts, network.classes, network.threshold)
    label = f"Histogram of the network's scores for {' and '.join(network.classes)}"
    yield _figure("scores", axes, label, "How far the network’s scores hold the two classes apart.")


def _confusion_figure(network: Evaluation) -> Figure:
    confusion = network.confusion
    axes = drawing.draw_confusion_matrix(confusion.counts, confusion.labels)
    right = [
        f"{percent(float(rate))} of {label} called right"
        for rate, label in zip(confusion.rates.diagonal(), confusion.labels)
    ]
    return _figure("confusion", axes, f"Confusion matrix: {', '.join(right)}", "What each class was called.")


def _training_figures(record: ReportRecord) -> Iterator[Figure]:
    for place, metric in enumerate(name for name in record.history if not name.startswith("val_")):
        values = record.history[metric]
        if not len(values):
            continue
        axes = drawing.draw_history(record.history, metric, record.best_epoch)
        words = metric.replace("_", " ")
        ends = f"from {decimal(values[0])} to {decimal(values[-1])} in training"
        label = f"{words} over {len(values)} epochs, {ends}"
        yield _figure(f"history-{place}", axes, label, f"{words.capitalize()} by epoch.")


def _network_figure(network: NetworkRecord) -> Iterator[Figure]:
    axes = drawing.draw_network(
        network.layer_sizes,
        network.weights,
        network.input_names,
        network.activations,
        network.output_names,
    )
    sizes = ", ".join(map(count, network.layer_sizes))
    caption = "The network: table columns on the left, its answer on the right."
    if network.weights is not None:
        caption += " Solid blue links are positive weights, dashed red ones negative; thick means strong."
    yield _figure("network", axes, f"Network with layers of {sizes} neurons", caption, wide=True)


def _figure(name: str, axes: Any, label: str, caption: str, wide: bool = False) -> Figure:
    return Figure(name, inline_svg(axes.figure, f"figure-{name}", label), caption, wide)


def _ranks(model: Evaluation) -> bool:
    """Whether a model tells rows apart; one score for all gives the line of guessing, drawn anyway."""
    return model.roc is not None and len(model.roc.threshold) > 2
