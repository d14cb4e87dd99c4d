"""The figures of a report: which ones, and what is said of each in words."""

from collections.abc import Iterator

from neurode import drawing
from neurode.evaluation import RegressionEvaluation
from neurode.reporting.classification_figures import classification_figures
from neurode.reporting.explanation_figures import explanation_figures
from neurode.reporting.figure import Figure, figure
from neurode.reporting.numbers import count, decimal
from neurode.reporting.record import NetworkRecord, ReportRecord
from neurode.reporting.regression_figures import regression_figures


def draw_figures(record: ReportRecord) -> dict[str, Figure]:
    """Every figure that the record has data for, by name."""
    judged = (
        regression_figures(record.comparison)
        if isinstance(record.comparison.network, RegressionEvaluation)
        else classification_figures(record)
    )
    everything = (
        *judged,
        *_training_figures(record),
        *explanation_figures(record),
        *(
            ()
            if record.network is None or not record.network.layer_sizes
            else _network_figure(record.network)
        ),
    )
    return {each.name: each for each in everything}


def _training_figures(record: ReportRecord) -> Iterator[Figure]:
    names = [name for name in record.history if not name.startswith("val_")]
    # What was minimised comes first, the size of the steps last.
    names.sort(key=lambda name: (name != "loss", name == "learning_rate"))
    for place, metric in enumerate(names):
        values = record.history[metric]
        if not len(values):
            continue
        axes = drawing.draw_history(record.history, metric, record.best_epoch)
        words = metric.replace("_", " ")
        ends = f"from {decimal(values[0])} to {decimal(values[-1])} in training"
        label = f"{words} over {len(values)} epochs, {ends}"
        yield figure(f"history-{place}", axes, label, f"{words.capitalize()} by epoch.")


def _network_figure(network: NetworkRecord) -> Iterator[Figure]:
    axes = drawing.draw_network(
        network.layer_sizes,
        network.weights,
        network.input_names,
        network.activations,
        network.output_names,
        biases=network.biases,
        dropouts=network.dropouts,
        input_groups=network.input_groups,
    )
    sizes = ", ".join(map(count, network.layer_sizes))
    caption = "The network: table columns on the left, its answer on the right."
    if network.weights is not None:
        caption += " Solid blue links are positive weights, dashed red ones negative; thick means strong."
    yield figure("network", axes, f"Network with layers of {sizes} neurons", caption, wide=True)
