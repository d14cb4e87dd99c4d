"""The figures of a predictor of numbers."""

from collections.abc import Iterator

from neurode import drawing
from neurode.evaluation import Comparison, RegressionEvaluation, TargetEvaluation
from neurode.evaluation.regression_wording import interval_text, metric_text
from neurode.reporting.figure import Figure, figure
from neurode.reporting.numbers import count
from neurode.reporting.regression import MOST_TARGETS

LEAST_R2 = -1.0
"""Models that explain less are not drawn beside the others."""


def regression_figures(comparison: Comparison[RegressionEvaluation]) -> Iterator[Figure]:
    """R² of all models, and for the first few targets where the network misses."""
    yield from _interval_figure(comparison)
    for place, target in enumerate(comparison.network.by_target[:MOST_TARGETS]):
        yield from _target_figures(place, target)


def _interval_figure(comparison: Comparison[RegressionEvaluation]) -> Iterator[Figure]:
    known = {
        model.name: model.metrics["r2"]
        for model in comparison.evaluations
        # A model that is far off would squeeze all others; its number is in the table.
        if model.metrics["r2"].value > LEAST_R2
    }
    if len(known) < 2:
        return
    # What rounds to zero has no sign: the mean has a little less than 0.
    points = {name: (round(each.value, 3) + 0.0, each.lower, each.upper) for name, each in known.items()}
    axes = drawing.draw_intervals(points, "R² with its 95 % interval")
    label = "R² of each model: " + ", ".join(
        f"{name} {interval_text('r2', r2)}" for name, r2 in known.items()
    )
    caption = "The share of the variance that each model explains: 1 is perfect, 0 is saying the mean."
    yield figure("intervals", axes, label, caption, wide=True)


def _target_figures(place: int, target: TargetEvaluation) -> Iterator[Figure]:
    name, histogram = target.name, target.histogram
    spearman = metric_text("spearman", target.metrics["spearman"].value)
    yield figure(
        f"predicted-{place}",
        drawing.draw_predictions(target.predicted, name),
        f"Predicted against actual {name}, rank correlation {spearman}",
        "Predicted against actual: darker cells hold more rows." + _outside(target.predicted.n_outside),
    )
    bias = metric_text(
        "mae", float(target.deciles.residual @ target.deciles.n_rows / target.deciles.n_rows.sum())
    )
    yield figure(
        f"residuals-{place}",
        drawing.draw_residuals(target.residuals, target.deciles, name),
        f"Residuals against predicted {name}, {bias} on average",
        "What is missed, from low to high predictions: above the line the network said too little."
        + _outside(target.residuals.n_outside),
    )
    yield figure(
        f"missed-{place}",
        drawing.draw_residual_histogram(histogram.edges, histogram.counts),
        f"Histogram of the residuals of {name}",
        "How many rows are missed by how much." + _outside(histogram.n_outside),
    )


def _outside(n_rows: int) -> str:
    if not n_rows:
        return ""
    return f" {count(n_rows)} far {'row lies' if n_rows == 1 else 'rows lie'} outside the figure."
