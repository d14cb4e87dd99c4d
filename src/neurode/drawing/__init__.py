"""Figures for people: plain records in, matplotlib axes out. The first figure loads matplotlib."""

from neurode.drawing.curves import (
    draw_history,
    draw_precision_recall_curves,
    draw_roc_curves,
    draw_score_histogram,
)
from neurode.drawing.intervals import draw_intervals
from neurode.drawing.matrices import draw_confusion_matrix
from neurode.drawing.network import draw_network
from neurode.drawing.style import figure_style

__all__ = [
    "draw_confusion_matrix",
    "draw_history",
    "draw_intervals",
    "draw_network",
    "draw_precision_recall_curves",
    "draw_roc_curves",
    "draw_score_histogram",
    "figure_style",
]
