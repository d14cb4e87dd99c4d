"""Figures for people: plain records in, matplotlib axes out. The first figure loads matplotlib."""

from neurode.drawing.boundaries.boundary import draw_decision_boundary
from neurode.drawing.boundaries.grid import BoundaryGrid, boundary_grid, category_axis, number_axis
from neurode.drawing.boundaries.rows import BoundaryRows
from neurode.drawing.explanations.beeswarm import draw_beeswarm
from neurode.drawing.explanations.dependence import draw_dependence
from neurode.drawing.explanations.importance import draw_importance
from neurode.drawing.explanations.interaction import draw_interaction
from neurode.drawing.explanations.waterfall import draw_waterfall
from neurode.drawing.glass_box.passes import draw_trace
from neurode.drawing.judgement.curves import (
    draw_precision_recall_curves,
    draw_roc_curves,
    draw_score_histogram,
)
from neurode.drawing.judgement.gains import draw_gains, draw_ks, draw_lift
from neurode.drawing.judgement.intervals import draw_intervals
from neurode.drawing.judgement.matrices import draw_confusion_matrix, draw_correlations
from neurode.drawing.judgement.reliability import draw_reliability
from neurode.drawing.judgement.residuals import draw_predictions, draw_residual_histogram, draw_residuals
from neurode.drawing.judgement.thresholds import draw_costs, draw_thresholds
from neurode.drawing.layer_graphs.card import LayerBox
from neurode.drawing.layer_graphs.graph import draw_layer_graph, save_layer_graph
from neurode.drawing.learning.activation import draw_activation, draw_activations
from neurode.drawing.learning.gradients import draw_gradient_norms, draw_update_ratios
from neurode.drawing.learning.histograms import draw_activation_histograms, draw_weight_histograms
from neurode.drawing.learning.history import draw_histories, draw_history
from neurode.drawing.networks.network import draw_network
from neurode.drawing.saving import save_figure
from neurode.drawing.style import figure_style

__all__ = [
    "BoundaryGrid",
    "BoundaryRows",
    "LayerBox",
    "boundary_grid",
    "category_axis",
    "draw_activation",
    "draw_activation_histograms",
    "draw_activations",
    "draw_beeswarm",
    "draw_confusion_matrix",
    "draw_correlations",
    "draw_costs",
    "draw_decision_boundary",
    "draw_dependence",
    "draw_gains",
    "draw_gradient_norms",
    "draw_histories",
    "draw_history",
    "draw_importance",
    "draw_interaction",
    "draw_intervals",
    "draw_ks",
    "draw_layer_graph",
    "draw_lift",
    "draw_network",
    "draw_precision_recall_curves",
    "draw_predictions",
    "draw_reliability",
    "draw_residual_histogram",
    "draw_residuals",
    "draw_roc_curves",
    "draw_score_histogram",
    "draw_thresholds",
    "draw_trace",
    "draw_update_ratios",
    "draw_waterfall",
    "draw_weight_histograms",
    "figure_style",
    "number_axis",
    "save_figure",
    "save_layer_graph",
]
