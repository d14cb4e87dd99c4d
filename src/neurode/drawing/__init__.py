"""Figures for people: plain records in, matplotlib axes out. The first figure loads matplotlib."""

from neurode.drawing.curves import (
    draw_history,
    draw_precision_recall_curves,
    draw_roc_curves,
    draw_score_histogram,
)
from neurode.drawing.intervals import draw_intervals
from neurode.drawing.layer_card import LayerBox
from neurode.drawing.layer_graph import draw_layer_graph, save_layer_graph
from neurode.drawing.matrices import draw_confusion_matrix, draw_correlations
from neurode.drawing.network import draw_network
from neurode.drawing.reliability import draw_reliability
from neurode.drawing.residuals import draw_predictions, draw_residual_histogram, draw_residuals
from neurode.drawing.saving import save_figure
from neurode.drawing.style import figure_style

__all__ = [
    "LayerBox",
    "draw_confusion_matrix",
    "draw_correlations",
    "draw_history",
    "draw_intervals",
    "draw_layer_graph",
    "draw_network",
    "draw_precision_recall_curves",
    "draw_predictions",
    "draw_reliability",
    "draw_residual_histogram",
    "draw_residuals",
    "draw_roc_curves",
    "draw_score_histogram",
    "figure_style",
    "save_figure",
    "save_layer_graph",
]
