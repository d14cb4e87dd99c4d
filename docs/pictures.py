"""Draws the picture that the README shows, from a run on the embedded table: `make docs`."""

import tempfile
from pathlib import Path

from matplotlib.figure import Figure

import neurode
from neurode.drawing import draw_history, draw_network, draw_roc_curves, draw_score_histogram, figure_style
from neurode.utils import network_arguments

HERE = Path(__file__).parent


def main() -> None:
    run = neurode.train("credit_default", output=tempfile.mkdtemp(), seed=0)
    evaluation = run.evaluation
    with figure_style():
        figure = Figure(figsize=(13, 10.4), layout="constrained", facecolor="white")
        axes = figure.subplot_mosaic(
            [["text", "text"], ["network", "roc"], ["history", "scores"]], height_ratios=[1.25, 1.3, 1]
        )
        command = "$ neurode train credit_default\n\n"
        axes["text"].text(
            0.17, 1, command + str(evaluation), family="monospace", fontsize=8.6, va="top", ha="left"
        )
        axes["text"].set_axis_off()
        draw_network(**network_arguments(run.model), ax=axes["network"])
        draw_roc_curves(
            {each.name: each.roc for each in evaluation.evaluations if each.name != "majority"},
            ax=axes["roc"],
        )
        draw_history(run.history.history, "loss", run.model.best_epoch_, ax=axes["history"])
        histogram = evaluation.network.histogram
        draw_score_histogram(
            histogram.edges,
            histogram.counts,
            evaluation.network.classes,
            evaluation.network.threshold,
            ax=axes["scores"],
        )
        figure.savefig(HERE / "run.png", dpi=110)


if __name__ == "__main__":
    main()
