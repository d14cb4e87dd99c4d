"""The gallery's table: the name of each figure, what is said of it, and how it is drawn."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from material import Material, random_network

import neurode
from neurode import activations, drawing, evaluation, explain
from neurode.utils import layer_boxes, network_arguments


class Picture(NamedTuple):
    """A figure of the gallery. `draw` returns axes, or several on one figure."""

    name: str
    says: str
    draw: Callable[[Material], Any]


def _trace(m):
    net = neurode.Sequential(
        [neurode.Input((2,)), neurode.layers.Dense(3, "tanh"), neurode.layers.Dense(1, "sigmoid")], seed=1
    )
    net.compile("sgd", "binary_crossentropy")
    return drawing.draw_trace(neurode.trace(net, [[0.5, -1.0]], [1.0]))


def _wide_trace(m):
    x, label, net, _ = m.moons
    return drawing.draw_trace(neurode.trace(net, x[:32], label[:32]))


def _weights(m):
    layers = [layer for layer in m.run.model.model_.layers if layer.trainable_weights]
    return drawing.draw_weight_histograms(
        {layer.name: {each.name: each.numpy() for each in layer.trainable_weights} for layer in layers}
    )


def _units(m):
    x, _, net, vitals = m.moons
    record = neurode.trace(net, x)
    values = {layer.name: layer.a for layer in record.layers if layer.kind == "Dense"}
    last = {
        kind: {name: shares[-1] for name, shares in vitals.history[kind].items()}
        for kind in ("dead", "saturated")
    }
    return drawing.draw_activation_histograms(values, last["dead"], last["saturated"])


def _boundary(m):
    x, label, net, _ = m.moons
    grid = drawing.boundary_grid(
        lambda rows: net.predict(rows, verbose=0)[:, 0],
        drawing.number_axis("first feature", x[:, 0]),
        drawing.number_axis("second feature", x[:, 1]),
    )
    return drawing.draw_decision_boundary(grid, drawing.BoundaryRows(x[:, 0], x[:, 1], label), m.classes)


def _importance(m):
    found = m.explanation
    values = found.values[:, :, 0]
    return drawing.draw_importance(found.columns, np.abs(values).mean(axis=0), values=values)


def _permuted(m):
    target = neurode.datasets.load_credit_default().gather_every(10)["default_payment_next_month"]
    found = explain.permutation_importance(m.run.model, m.rows, target, seed=0)
    mean, spread = found.drops.mean(axis=1), found.drops.std(axis=1, ddof=1)
    ends = np.column_stack([mean - spread, mean + spread])
    return drawing.draw_importance(found.columns, mean, ends, f"what shuffling costs of the {found.metric}")


def _waterfall(m):
    found = m.explanation
    row = int(found.predictions[:, 0].argmax())
    values = dict(zip(found.data.columns, found.data.row(row)))
    return drawing.draw_waterfall(
        found.columns,
        found.values[row, :, 0],
        float(found.base_values[0]),
        values,
        "probability of default",
        0.5,
    )


def _dependence(column):
    def draw(m):
        found = explain.partial_dependence(m.run.model, m.rows, column, max_rows=300)
        curves = found.individual[:60, :, 0]
        return drawing.draw_dependence(
            column,
            found.grid,
            found.average[:, 0],
            curves,
            m.rows[column].to_list(),
            "probability of default",
        )

    return draw


def _interaction(m):
    found = explain.interaction(m.run.model, m.rows, "pay_0", "limit_bal", n_points=6)
    return drawing.draw_interaction(
        *found.columns, found.first_grid, found.second_grid, found.average[:, :, 0], "probability of default"
    )


def _confusion(n_classes, name):
    def draw(m):
        generator = np.random.default_rng(0)
        counts = 900 * np.eye(n_classes, dtype=int) + generator.integers(0, 40, (n_classes, n_classes))
        return drawing.draw_confusion_matrix(counts, [name.format(i) for i in range(n_classes)])

    return draw


def _correlations(n_columns, name):
    def draw(m):
        generator = np.random.default_rng(0)
        common = generator.normal(size=(200, 4)) @ generator.normal(size=(4, n_columns))
        matrix = np.corrcoef((common + 2 * generator.normal(size=common.shape)).T)
        return drawing.draw_correlations([name.format(i) for i in range(n_columns)], matrix)

    return draw


def _long_history(m):
    generator, epochs = np.random.default_rng(0), np.arange(1000)
    loss = np.exp(-epochs / 250) + 0.2 + generator.normal(0, 0.01, 1000)
    history = {"loss": list(loss), "val_loss": list(loss + 0.1 + epochs / 8000)}
    return drawing.draw_history(history, best_epoch=int(np.argmin(history["val_loss"])) + 1)


def _models(m):
    return {each.name: each for each in m.run.evaluation.evaluations if each.name != "majority"}


def _intervals(m):
    found = {each.name: each.metrics["roc_auc"] for each in m.run.evaluation.evaluations}
    return drawing.draw_intervals(
        {name: (auc.value, auc.lower, auc.upper) for name, auc in found.items()},
        "ROC AUC with its 95 % interval",
    )


CHOSEN = ("relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "sigmoid", "tanh")

SECTIONS: dict[str, list[Picture]] = {
    "The network": [
        Picture("network", "Neurons and weighted links of the default network on the embedded table: a circle for each column of the table, a dozen neurons a layer, and what is hidden.", lambda m: drawing.draw_network(**network_arguments(m.run.model))),
        Picture("network-small", "A small network: levels of a column in a bracket, biases as weights of a unit that is always 1, dropout, Σ and f.", lambda m: drawing.draw_network(**network_arguments(m.small))),
        Picture("layers", "The layers of a model with two inputs, and what feeds what.", lambda m: drawing.draw_layer_graph(layer_boxes(m.branching), show_shapes=True, show_layer_names=True, show_layer_activations=True, show_trainable=True)),
        Picture("activation", "An activation function, its derivative, its range, and where it saturates.", lambda m: drawing.draw_activation(activations.get("tanh"), "tanh")),
        Picture("activations", "Several activation functions side by side.", lambda m: drawing.draw_activations({name: activations.get(name) for name in CHOSEN})),
        Picture("weights", "How the weights of each layer lie.", _weights),
        Picture("units", "How the outputs of each layer lie, and which units are dead or saturated.", _units),
        Picture("boundary", "What a network says of two features, with the rows that it learned from.", _boundary),
        Picture("glass-box", "One row through a small network and back: every number of the pass.", _trace),
        Picture("glass-box-wide", "Several rows through a wider network: a strip of bars for each layer.", _wide_trace),
    ],
    "Training": [
        Picture("history", "Loss by epoch, on training and validation rows, with the epoch that was kept.", lambda m: drawing.draw_history(m.run.history.history, "loss", m.run.model.best_epoch_)),
        Picture("histories", "Every metric, as `neurode.live.LivePlot` redraws them while a network learns.", lambda m: drawing.draw_histories(m.run.history.history, best_epoch=m.run.model.best_epoch_)),
        Picture("gradients", "The length of each layer's gradient over the epochs.", lambda m: drawing.draw_gradient_norms(m.moons[3].gradient_norms)),
        Picture("updates", "How large a step is beside the weights that it changes.", lambda m: drawing.draw_update_ratios(m.moons[3].history["kernel_update"])),
    ],
    "Judgement": [
        Picture("intervals", "The network beside its baselines, with intervals.", _intervals),
        Picture("roc", "ROC curves.", lambda m: drawing.draw_roc_curves({name: each.roc for name, each in _models(m).items()})),
        Picture("precision-recall", "Precision against recall.", lambda m: drawing.draw_precision_recall_curves({name: each.precision_recall for name, each in _models(m).items()})),
        Picture("confusion", "What each class was called, in counts and in shares.", lambda m: drawing.draw_confusion_matrix(m.network.confusion.counts, m.classes)),
        Picture("calibration", "Whether promised probabilities are kept.", lambda m: drawing.draw_reliability(evaluation.calibration_curve(*m.scores), "default")),
        Picture("scores", "How the scores of each class lie, and the threshold.", lambda m: drawing.draw_score_histogram(m.network.histogram.edges, m.network.histogram.counts, m.classes, m.network.threshold)),
        Picture("ks", "Where the scores of both classes are farthest apart.", lambda m: drawing.draw_ks(evaluation.ks_curve(*m.scores), m.classes)),
        Picture("predictions", "Predicted against actual numbers, the darker the more rows.", lambda m: drawing.draw_predictions(evaluation.prediction_density(*m.limits), "credit limit")),
        Picture("residuals", "What a prediction missed, by prediction.", lambda m: drawing.draw_residuals(evaluation.residual_density(*m.limits), evaluation.errors_by_decile(*m.limits), "credit limit")),
        Picture("residual-histogram", "How many rows were missed by how much.", lambda m: drawing.draw_residual_histogram(*_edges(m))),
    ],
    "Decisions": [
        Picture("thresholds", "Metrics against the threshold.", lambda m: drawing.draw_thresholds(m.thresholds, threshold=m.network.threshold)),
        Picture("costs", "What each threshold costs, where a missed default costs five times a false alarm.", lambda m: drawing.draw_costs(m.thresholds, m.network.threshold, per=1000)),
        Picture("gains", "The share of defaults found among the rows with the highest scores.", lambda m: drawing.draw_gains({"network": m.gains})),
        Picture("lift", "How many times the usual rate each tenth of the rows has.", lambda m: drawing.draw_lift(m.gains.table, m.gains.base_rate)),
    ],
    "Explanations": [
        Picture("importance", "The columns that move predictions most.", _importance),
        Picture("importance-permuted", "What shuffling a column costs, with the spread over five shuffles.", _permuted),
        Picture("beeswarm", "What each column adds to the prediction of each row.", lambda m: drawing.draw_beeswarm(m.explanation.columns, m.explanation.values[:, :, 0], m.explanation.data)),
        Picture("waterfall", "One row: from the usual prediction to its own, column by column.", _waterfall),
        Picture("dependence", "The prediction over the values of a number, on average and for single rows.", _dependence("limit_bal")),
        Picture("dependence-levels", "The same for the levels of a category.", _dependence("education")),
        Picture("interaction", "The mean prediction at each pair of two columns' values.", _interaction),
    ],
    "Data": [
        Picture("correlations", "Which columns of the table move together.", lambda m: drawing.draw_correlations(m.correlations.names, m.correlations.matrix)),
    ],
    "At the edges": [
        Picture("network-1", "One input, one unit.", lambda m: drawing.draw_network(**random_network(1, 1))),
        Picture("network-12", "A dozen inputs and units, two classes, long names.", lambda m: drawing.draw_network(**random_network(12, 12, 2))),
        Picture("network-64", "64 units a layer.", lambda m: drawing.draw_network(**random_network(23, 64, 64, 1))),
        Picture("network-512", "Eight layers from 512 units on, 200 inputs, 30 classes.", lambda m: drawing.draw_network(**random_network(200, 512, 512, 256, 128, 64, 32, 16, 8, 30))),
        Picture("network-columns", "200 columns of several features each.", lambda m: drawing.draw_network(**random_network(800, 64, 1), input_groups=[f"column number {i // 4}" for i in range(800)])),
        Picture("history-1", "A fit of one epoch.", lambda m: drawing.draw_history({"loss": [0.7], "val_loss": [0.71]}, best_epoch=1)),
        Picture("history-1000", "A fit of 1,000 epochs.", _long_history),
        Picture("history-nan", "A loss that was no number now and then.", lambda m: drawing.draw_history({"loss": [0.7, 0.6, np.nan, 0.5, np.nan, 0.4, 0.35]}, best_epoch=7)),
        Picture("confusion-30", "30 classes with long names.", _confusion(30, "a class of quite a name {}")),
        Picture("correlations-5", "Five columns.", _correlations(5, "{}")),
        Picture("correlations-200", "200 columns.", _correlations(200, "column number {}")),
    ],
}  # fmt: skip


def _edges(m):
    found = evaluation.residual_histogram(*m.limits)
    return found.edges, found.counts
