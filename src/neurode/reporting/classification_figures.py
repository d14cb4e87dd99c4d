"""The figures of a classifier."""

import math
from collections.abc import Iterator

from neurode import drawing
from neurode.drawing.judgement.gains import draw_gains, draw_ks
from neurode.drawing.judgement.reliability import Reliability
from neurode.drawing.judgement.thresholds import draw_costs, draw_thresholds
from neurode.evaluation import Comparison, Evaluation
from neurode.reporting.figure import Figure, figure
from neurode.reporting.money import PER_ROWS
from neurode.reporting.numbers import percent
from neurode.reporting.record import ReportRecord


def classification_figures(record: ReportRecord) -> Iterator[Figure]:
    """Ranking, decisions and, where there is a curve, whether probabilities are kept."""
    comparison, reliability = record.comparison, record.reliability
    yield from _interval_figure(comparison)
    yield from _curve_figures(comparison)
    yield from _gains_figures(record)
    yield from _score_figure(comparison.network)
    yield from _threshold_figures(record)
    yield _confusion_figure(comparison.network, record.referral is not None)
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


def _gains_figures(record: ReportRecord) -> Iterator[Figure]:
    classes = record.comparison.network.classes
    if record.gains is not None:
        first = record.gains.table
        axes = draw_gains({record.comparison.network.name: record.gains})
        label = (
            f"Gains curve: the highest {percent(float(first.cumulative_rows[0]))} of the scores hold "
            f"{percent(float(first.cumulative_found[0]))} of ‘{classes[1]}’"
        )
        caption = (
            f"Gains: how much of ‘{classes[1]}’ is found if rows are looked at from the highest score down."
        )
        yield figure("gains", axes, label, caption)
    if record.ks is not None:
        axes = draw_ks(record.ks, classes)
        label = f"Distributions of the scores of {' and '.join(classes)}, KS {record.ks.statistic:.3f}"
        caption = "KS: where the scores of the two classes are farthest apart."
        yield figure("ks", axes, label, caption)


def _threshold_figures(record: ReportRecord) -> Iterator[Figure]:
    curve, line = record.thresholds, record.comparison.network.threshold
    if curve is None:
        return
    referred = record.refer_band
    band = (referred.low, referred.high) if referred is not None and referred.low < referred.high else None
    axes = draw_thresholds(curve, threshold=line, refer_band=band)
    caption = "What other thresholds would give on the test rows."
    yield figure("thresholds", axes, "Metrics of the decisions against the threshold", caption)
    if curve.prices is not None:
        axes = draw_costs(curve, line, band, per=PER_ROWS)
        cheapest = curve.cheapest
        label = f"Cost of {PER_ROWS:,} rows against the threshold" + (
            "" if cheapest is None else f", least at {curve.threshold[cheapest]:.3g}"
        )
        caption = (
            f"What {PER_ROWS:,} rows cost at other thresholds, with the 95 % band. The least is found "
            "on these very test rows, which flatters it: elsewhere that threshold costs more on average."
        )
        if record.referral is not None:
            caption += " Nobody is referred here."
        yield figure("costs", axes, label, caption)


def _score_figure(network: Evaluation) -> Iterator[Figure]:
    histogram = network.histogram
    if histogram is None:
        return
    axes = drawing.draw_score_histogram(histogram.edges, histogram.counts, network.classes, network.threshold)
    label = f"Histogram of the network's scores for {' and '.join(network.classes)}"
    yield figure("scores", axes, label, "How far the network’s scores hold the two classes apart.")


def _confusion_figure(network: Evaluation, refers: bool) -> Figure:
    confusion = network.confusion
    axes = drawing.draw_confusion_matrix(confusion.counts, confusion.labels)
    right = [
        f"{percent(float(rate))} of {label} called right"
        for rate, label in zip(confusion.rates.diagonal(), confusion.labels)
    ]
    caption = "What each class was called" + (
        " by the threshold alone, referred rows among them." if refers else "."
    )
    return figure("confusion", axes, f"Confusion matrix: {', '.join(right)}", caption)


def _reliability_figure(network: Evaluation, curve: Reliability) -> Figure:
    two = len(network.classes) == 2
    axes = drawing.draw_reliability(curve, network.classes[1] if two else "the likeliest class")
    label = f"Observed rate against promised probability, in {len(curve.counts)} bins"
    caption = "Promised against observed: on the line, probabilities mean what they say."
    return figure("reliability", axes, label, caption)


def _ranks(model: Evaluation) -> bool:
    """Whether a model tells rows apart; one score for all gives the line of guessing, drawn anyway."""
    return model.roc is not None and len(model.roc.threshold) > 2
