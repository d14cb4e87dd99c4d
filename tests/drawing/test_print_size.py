"""Figures in axes of someone else, 3.3 inches wide, under a title of someone else."""

import numpy as np
import pytest

from neurode import drawing
from neurode.activations import ACTIVATIONS
from neurode.drawing.style import PALETTES
from neurode.evaluation import calibration_curve, gains_curve, ks_curve

LONG = [f"months since the most recent record of the applicant {i}" for i in range(8)]
GENERATOR = np.random.default_rng(0)
SCORES = GENERATOR.random(300)
TARGET = (GENERATOR.random(300) < SCORES).astype(int)
BOTH = np.column_stack([1 - SCORES, SCORES])
ROWS = GENERATOR.normal(size=(30, 8))
MEANS = np.linspace(0.1, 0.8, 8)

FIGURES = {
    "beeswarm": lambda ax: drawing.draw_beeswarm(LONG, ROWS, ROWS, ax=ax),
    "confusion": lambda ax: drawing.draw_confusion_matrix(np.full((5, 5), 12345), LONG[:5], ax=ax),
    "confusion of 12": lambda ax: drawing.draw_confusion_matrix(
        np.full((12, 12), 99999), [f"class {i}" for i in range(12)], ax=ax
    ),
    "correlations": lambda ax: drawing.draw_correlations(LONG, np.corrcoef(ROWS.T), ax=ax),
    "dependence": lambda ax: drawing.draw_dependence(
        LONG[0], [*range(7), None], MEANS, np.stack([MEANS] * 5), range(7), LONG[1], ax
    ),
    "levels": lambda ax: drawing.draw_dependence(
        "grade", LONG, MEANS, np.stack([MEANS, MEANS + 0.1]), LONG, LONG[1], ax
    ),
    "gradients": lambda ax: drawing.draw_gradient_norms(dict(zip(LONG, np.exp(ROWS.T))), ax=ax),
    "history": lambda ax: drawing.draw_history({"loss": [3e-7, 1e-7], "val_loss": [3e-7, 2e-7]}, ax=ax),
    "importance": lambda ax: drawing.draw_importance(LONG, MEANS, ax=ax),
    "interaction": lambda ax: drawing.draw_interaction(
        LONG[0], LONG[1], LONG[:3], LONG[:3], np.eye(3), ax=ax
    ),
    "intervals": lambda ax: drawing.draw_intervals(dict.fromkeys(LONG[:4], (0.5, 0.4, 0.6)), LONG[1], ax),
    "ks": lambda ax: drawing.draw_ks(ks_curve(TARGET, BOTH), LONG[:2], ax=ax),
    "lift": lambda ax: drawing.draw_lift(gains_curve(TARGET, BOTH).table, 0.5, ax=ax),
    "reliability": lambda ax: drawing.draw_reliability(calibration_curve(TARGET, BOTH), LONG[0], ax=ax),
    "waterfall": lambda ax: drawing.draw_waterfall(
        LONG[:5], MEANS[:5] - 0.3, 0.3, dict.fromkeys(LONG, "a level"), LONG[1], 0.5, ax=ax
    ),
    "activation": lambda ax: drawing.draw_activation(ACTIVATIONS["tanh"], LONG[0], ax=ax),
}


@pytest.fixture(params=["light", "dark"])
def axes(request):
    from matplotlib.figure import Figure

    with drawing.figure_style(request.param):
        figure = Figure(figsize=(3.3, 2.6), layout="constrained", facecolor=PALETTES[request.param].paper)
        yield figure.add_subplot()


def words(axes):
    """What stands around the axes, by what it is."""
    legend, (x, y) = axes.get_legend(), axes.get_position().size
    assert min(x, y) > 0.15, "the words leave no room for the figure"
    several = {"x label": axes.xaxis.label, "y label": axes.yaxis.label, "title": axes.title}
    if legend is not None:
        several["legend"] = legend
    return {name: each.get_window_extent() for name, each in several.items()}


@pytest.mark.parametrize("name", FIGURES)
def test_words_are_neither_cut_nor_on_each_other(name, axes):
    FIGURES[name](axes)
    axes.set_title("A title of mine", loc="center")
    axes.figure.draw_without_rendering()
    paper, found = axes.figure.bbox, words(axes)
    found |= {
        f"{side} tick {i}": tick.get_window_extent()
        for side, axis in (("x", axes.xaxis), ("y", axes.yaxis))
        for i, (tick, place) in enumerate(zip(axis.get_ticklabels(), axis.get_ticklocs()))
        if min(axis.get_view_interval()) <= place <= max(axis.get_view_interval())
    }
    found |= {f"text {i}": text.get_window_extent() for i, text in enumerate(axes.texts)}
    cut = [
        each for each, box in found.items()
        if box.x0 < -1.5 or box.y0 < -1.5 or box.x1 > paper.x1 + 1.5 or box.y1 > paper.y1 + 1.5
    ]  # fmt: skip
    assert not cut
    clash = [
        (one, other) for one, box in found.items() for other, beside in found.items()
        if one < other and box.width * box.height > 0
        and min(box.x1, beside.x1) - max(box.x0, beside.x0) > 2
        and min(box.y1, beside.y1) - max(box.y0, beside.y0) > 2
    ]  # fmt: skip
    assert not clash


def test_tiny_losses_have_no_factor_at_the_end_of_the_axis(axes):
    FIGURES["history"](axes)
    axes.figure.draw_without_rendering()
    assert axes.yaxis.get_offset_text().get_text() == ""
    assert "2·10⁻⁷" in [tick.get_text() for tick in axes.get_yticklabels()]
