"""Inputs that make learning hard: of very different sizes, constant, or not numbers at all."""

import numpy as np
from jaxtyping import Bool, Float

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence, counted
from neurode.diagnosis.finding import Finding
from neurode.errors import listed

LARGE = 100.0
"""A weight's gradient grows with its input. At a hundred times the usual size of 1 it is ten thousand times
as sensitive to a step."""

SPREAD = 1000.0
"""Where deviations differ by so much, a step that moves one weight leaves the other where it is."""


def missing_inputs(evidence: Evidence) -> Finding | None:
    """NaN or infinite inputs: every number that they touch is lost."""
    inputs = _inputs(evidence)
    if inputs is None or np.isfinite(inputs).all():
        return None
    bad = ~np.isfinite(inputs)
    rows = int(bad.any(axis=1).sum())
    return Finding(
        "missing inputs",
        "severe",
        f"{counted(rows, 'row')} of {len(inputs):,} have NaN or infinity, in {features(bad.any(axis=0))}",
        "A single NaN makes the loss NaN, and with it every weight.",
        "those rows left out, the gaps filled, or the raw table in NeuralClassifier, which knows gaps",
    )


def constant_inputs(evidence: Evidence) -> Finding | None:
    """Features that are the same in every row."""
    inputs = _inputs(evidence)
    if inputs is None or len(inputs) < LEAST_ROWS or not np.isfinite(inputs).all():
        return None
    constant = np.ptp(inputs, axis=0) == 0
    if not constant.any():
        return None
    return Finding(
        "constant inputs",
        "severe" if constant.all() else "note",
        f"{counted(len(inputs), 'row')} all have the same in {features(constant)}, of {inputs.shape[1]}",
        "A feature that never changes tells no rows apart.",
        "those columns left out, or a look at where they come from",
    )


def unscaled_inputs(evidence: Evidence) -> Finding | None:
    """Features that are huge or of very different sizes, taken as they are."""
    inputs = _inputs(evidence)
    if (
        inputs is None
        or not evidence.reads_inputs
        or len(inputs) < LEAST_ROWS
        or not np.isfinite(inputs).all()
    ):
        return None
    size = np.sqrt(np.mean(np.square(inputs, dtype=np.float64), axis=0))
    deviation = inputs.std(axis=0, dtype=np.float64)
    # A flag that is rarely set has a small deviation, and is no small number.
    measured = deviation[(deviation > 0) & ~_flags(inputs)]
    spread = measured.max() / measured.min() if measured.size else 1.0
    if size.max() < LARGE and spread < SPREAD:
        return None
    told = f"sizes from {size.min():.2g} to {size.max():.2g}"
    if measured.size > 1:
        told += f", deviations from {measured.min():.2g} to {measured.max():.2g}"
    return Finding(
        "unscaled inputs",
        "warning",
        f"{counted(inputs.shape[1], 'feature')} have {told}",
        "One learning rate cannot suit weights whose inputs differ so much: some jump, others stay.",
        "a Normalization layer, adapted to the training rows, in front of the network",
    )


def _inputs(evidence: Evidence) -> Float[np.ndarray, "rows features"] | None:
    rows = evidence.training
    return None if rows is None or rows.inputs is None else rows.inputs


def _flags(inputs: Float[np.ndarray, "rows features"]) -> Bool[np.ndarray, " features"]:
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    return ((inputs == low[None, :]) | (inputs == high[None, :])).all(axis=0)


def features(which: Bool[np.ndarray, " features"]) -> str:
    """Those features in words, by number."""
    numbers = np.flatnonzero(which)
    return f"{'feature' if len(numbers) == 1 else 'features'} {listed(numbers.tolist(), 5)}"
