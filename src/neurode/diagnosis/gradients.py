"""Gradients that die out or blow up on their way back through the layers."""

import math

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence
from neurode.diagnosis.finding import Finding
from neurode.glass_box.vitals import LayerVitals

MUCH = 1e3
"""With a thousandth of the signal, the first layer takes a thousand steps for one of the last."""


def vanishing_gradients(evidence: Evidence) -> Finding | None:
    """Hardly anything of the loss arrives at the first layer."""
    ends = _ends(evidence)
    if ends is None or _broken(evidence):
        return None
    (first, arriving), (last, leaving) = ends
    if not leaving > 0 or arriving * MUCH > leaving:
        return None
    return Finding(
        "vanishing gradients",
        "severe",
        f"the signal is {arriving:.2g} at {first} and {leaving:.2g} at {last}",
        "The first layers get next to no gradient, so they stay as they were drawn.",
        'fewer layers, activation="silu" or "relu" with "he_normal" kernels, BatchNormalization, or '
        "connections that skip layers",
    )


def exploding_gradients(evidence: Evidence) -> Finding | None:
    """The signal grows from layer to layer, or is no longer a number."""
    if broken := _broken(evidence):
        return _exploding(f"the gradient of {', '.join(layer.name for layer in broken)} is not finite")
    ends = _ends(evidence)
    if ends is None:
        return None
    (first, arriving), (last, leaving) = ends
    if not leaving > 0 or arriving < MUCH * leaving:
        return None
    return _exploding(f"the signal is {arriving:.2g} at {first} and {leaving:.2g} at {last}")


def _exploding(evidence: str) -> Finding:
    return Finding(
        "exploding gradients",
        "severe",
        evidence,
        "A step that suits the last layer throws the first ones far off.",
        "smaller first weights, scaled inputs and targets, a lower learning rate, or clipnorm=1.0 in the "
        "optimizer",
    )


def _broken(evidence: Evidence) -> list[LayerVitals]:
    return [
        layer
        for layer in evidence.layers
        if any(
            value is not None and not math.isfinite(value) for value in (layer.gradient_norm, layer.signal)
        )
    ]


def _ends(evidence: Evidence) -> tuple[tuple[str, float], tuple[str, float]] | None:
    """Name and signal of the first and of the last layer with a kernel."""
    if evidence.training is not None and evidence.training.size < LEAST_ROWS:
        return None
    known = [
        (layer.name, layer.signal)
        for layer in evidence.layers
        if layer.name in evidence.kernels and layer.signal is not None
    ]
    return (known[0], known[-1]) if len(known) > 1 else None
