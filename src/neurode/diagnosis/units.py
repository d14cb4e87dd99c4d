"""Units that learn nothing: dead, saturated, all alike, or without weight."""

from collections.abc import Callable

import numpy as np

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence, counted
from neurode.diagnosis.finding import Finding
from neurode.glass_box.vitals import LayerVitals

MANY_DEAD = 2 / 3
"""Where networks learn well, at most a fifth of a layer's rectifiers are dead, though half of a layer of four
may be by chance. Beyond this share it works as one of a third of its width."""

MANY_SATURATED = 0.5
"""From here on, most of a layer's units hardly learn any more."""

NOTHING = 0.01
"""A kernel of this share of the usual first draw is as good as none: its layer gives a constant."""

ALIKE = 1e-5
"""Columns of a kernel that differ by a smaller share than this are equal but for rounding."""


def dead_units(evidence: Evidence) -> Finding | None:
    """Rectifiers that are flat on every row: nothing gets through, nothing comes back."""
    return _flat_units(
        evidence, "dead units", lambda layer: layer.dead, MANY_DEAD,
        verb="let nothing through",
        meaning="A unit that is flat on every row has no gradient, so it never learns again.",
        advice='a lower learning rate, activation="silu" or "leaky_relu", or inputs scaled to around 0',
    )  # fmt: skip


def saturated_units(evidence: Evidence) -> Finding | None:
    """Sigmoids and the like at one of their ends."""
    return _flat_units(
        evidence, "saturated units", lambda layer: layer.saturated, MANY_SATURATED,
        verb="are at one of their ends",
        meaning="At its ends such an activation is flat, so hardly any gradient comes back through it.",
        advice='inputs scaled to around 0, smaller first weights, or activation="silu"',
    )  # fmt: skip


def identical_units(evidence: Evidence) -> Finding | None:
    """Units of a layer with the same weights: they get the same gradient, and stay the same."""
    alike = [
        f"{name}: {counted(kernel.shape[1], 'unit')}"
        for name, kernel in evidence.kernels.items()
        if kernel.shape[1] > 1
        and np.abs(kernel).max() > 0
        and np.ptp(kernel, axis=1).max() <= ALIKE * np.abs(kernel).max()
    ]
    if not alike:
        return None
    return Finding(
        "identical units",
        "severe",
        f"all units have the same weights in {', '.join(alike)}",
        "Units that begin alike get the same gradient and stay alike, so the layer is worth a single unit.",
        'a random kernel_initializer: "glorot_uniform" or "he_normal"',
    )


def weights_near_zero(evidence: Evidence) -> Finding | None:
    """Kernels that decay has eaten up, or that began at zero and never left."""
    gone = []
    for name, kernel in evidence.kernels.items():
        size = float(np.sqrt(np.mean(np.square(kernel, dtype=np.float64))))
        usual = usual_size(kernel)
        if size < NOTHING * usual:
            gone.append(f"{name}: {size:.2g} where {usual:.2g} is usual")
    if not gone:
        return None
    return Finding(
        "weights near zero",
        "severe",
        f"size of a weight in {', '.join(gone)}",
        "A layer without weights gives the same for every row, and passes no gradient on to those before it.",
        "less weight decay or a weaker regularizer; a random kernel_initializer if it was zeros",
    )


def usual_size(kernel: np.ndarray) -> float:
    r"""The deviation that a kernel of this shape is drawn with, $\sqrt{2 / (n_{in} + n_{out})}$.

    Example:
        >>> usual_size(np.zeros((3, 5)))
        0.5

    References:
        Glorot and Bengio (2010), equation 12.
    """
    return float(np.sqrt(2 / sum(kernel.shape)))


def _flat_units(
    evidence: Evidence,
    name: str,
    share_of: Callable[[LayerVitals], float],
    many: float | int,
    *,
    verb: str,
    meaning: str,
    advice: str,
) -> Finding | None:
    if evidence.training is None or evidence.training.size < LEAST_ROWS:
        return None
    ill = [layer for layer in evidence.layers if share_of(layer) >= many]
    if not ill:
        return None
    told = [
        f"{layer.name}: {round(share_of(layer) * layer.flat.size)} of {layer.flat.size} {layer.activation} "
        "units"
        for layer in ill
        if layer.flat is not None
    ]
    # A layer that lets nothing through cuts off all that lies before it.
    severity = "severe" if any(share_of(layer) == 1 for layer in ill) else "warning"
    rows = counted(evidence.training.size, "training row")
    return Finding(name, severity, f"{', '.join(told)} {verb} on {rows}", meaning, advice)
