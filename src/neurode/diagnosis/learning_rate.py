"""Steps that are too large or too small, seen in the loss and in what a step does to the weights."""

import numpy as np

from neurode.diagnosis.evidence import Evidence
from neurode.diagnosis.finding import Finding
from neurode.diagnosis.progress import HARDLY
from neurode.diagnosis.units import usual_size

TOO_LARGE = 0.1
"""A step changes about a thousandth of a kernel where learning goes well (Karpathy's rule of thumb); a tenth
is a hundred times that."""

TOO_SMALL = 1e-4
"""A tenth of that rule's thousandth: the weights hardly move."""

SWING = 0.1
"""The loss of an epoch is a mean over all its steps. Where it goes up and down by a tenth of what a constant
prediction costs, that is no noise of small batches."""

ABOVE = 0.01
"""By this share a constant's loss has to be missed to count, and a loss has to fall."""

LEAST_EPOCHS = 5
"""Fewer say nothing about how a curve goes on."""


def learning_rate_too_high(evidence: Evidence) -> Finding | None:
    """The loss rises, jumps or ends; or every step throws the weights about."""
    signs = (_diverged, _rises, _swings, _hovers, _large_steps, _oversized)
    told = next((words for sign in signs if (words := sign(evidence))), None)
    if told is None:
        return None
    return Finding(
        "learning rate too high",
        "severe",
        told,
        "Each step goes past the valley that it aims for, so the loss does not settle.",
        "a learning rate of a tenth, or ReduceLROnPlateau among the callbacks",
    )


def learning_rate_too_low(evidence: Evidence) -> Finding | None:
    """The loss falls in a straight line, and steps hardly change the weights."""
    curve, scale = evidence.curve, evidence.scale
    if curve is None or scale is None or curve.epochs < LEAST_EPOCHS or not curve.kept_last:
        return None
    step = _typical(evidence)
    loss = curve.loss
    if step is None or step > TOO_SMALL or not np.isfinite(loss).all():
        return None
    third = max(1, len(loss) // 3)
    first, last = loss[0] - loss[third], loss[-1 - third] - loss[-1]
    # A curve that has come to its end is flat there; one that has hardly begun is straight.
    is_straight = last > 0 and last >= 0.5 * first
    if not is_straight or not _falls_steadily(loss):
        return None
    return Finding(
        "learning rate too low",
        "warning",
        f"a step changes {step:.1g} of a kernel, and the loss still falls as fast as at first: "
        f"{loss[0]:.4g} to {loss[-1]:.4g} in {len(loss)} epochs",
        "The network is on its way but hardly moves; about a thousandth of a kernel a step is usual.",
        "a learning rate ten times as high",
    )


def _falls_steadily(loss: np.ndarray) -> bool:
    """Whether four of five epochs are better than the one before; noise makes that half of them."""
    return bool(np.mean(np.diff(loss) < 0) >= 0.8)


def _diverged(evidence: Evidence) -> str | None:
    curve = evidence.curve
    if curve is None:
        return None
    if curve.planned and not curve.epochs and not curve.was_interrupted:
        return "the loss was no longer finite before the first epoch ended"
    if curve.epochs and not np.isfinite(curve.loss[-1]):
        return f"the loss is {curve.loss[-1]} after {curve.epochs} epochs"
    return None


def _rises(evidence: Evidence) -> str | None:
    """Whether all of the last third is worse than the first epoch, which began with weights as drawn."""
    curve, scale = evidence.curve, evidence.scale
    if curve is None or scale is None or curve.epochs < LEAST_EPOCHS:
        return None
    loss = curve.loss
    lowest = float(loss[-max(1, len(loss) // 3) :].min())
    if lowest <= loss[0] + 0.05 * scale:
        return None
    return f"the loss rises, from {loss[0]:.4g} in the first epoch to {loss[-1]:.4g} in the last"


def _swings(evidence: Evidence) -> str | None:
    curve, scale = evidence.curve, evidence.scale
    if curve is None or scale is None or curve.epochs < LEAST_EPOCHS:
        return None
    # The first fall is steep in any fit.
    changes = np.diff(curve.loss[curve.epochs // 3 :])
    rises = changes[changes > 0]
    if len(rises) < max(2, len(changes) / 4) or np.median(np.abs(changes)) < SWING * scale:
        return None
    return (
        f"the loss goes up and down by {np.median(np.abs(changes)):.2g} from epoch to epoch; "
        f"a constant prediction has {scale:.2g}"
    )


def _hovers(evidence: Evidence) -> str | None:
    """Whether the loss stays above a constant's, which the bias of the output alone would reach."""
    curve, rows = evidence.curve, evidence.training
    if curve is None or rows is None or curve.epochs < 2 * LEAST_EPOCHS or rows.constant_loss <= 0:
        return None
    third = curve.epochs // 3
    middle, last = curve.loss[third : 2 * third].mean(), curve.loss[-third:].mean()
    # Steps that are too small come down to it slowly, but without fail; here nothing comes down.
    falls = last < (1 - ABOVE) * middle or _falls_steadily(curve.loss)
    if falls or not last > (1 + ABOVE) * rows.constant_loss:
        return None
    # The weights that were kept tell as much: a loss with class weights is of another size.
    if not rows.loss > rows.constant_loss:
        return None
    return f"the loss stays at {last:.4g}, above the {rows.constant_loss:.4g} of a constant prediction"


def _large_steps(evidence: Evidence) -> str | None:
    step = _typical(evidence)
    if step is None or step < TOO_LARGE:
        return None
    return f"a step changes {100 * step:.0f} % of a kernel; about 0.1 % is usual"


def _oversized(evidence: Evidence) -> str | None:
    """Whether one step is longer than a usual weight, and nothing was learned."""
    step, rows, kernels = evidence.step_size, evidence.training, evidence.kernels
    if step is None or rows is None or not kernels or rows.gain[0] > HARDLY * rows.constant_loss:
        return None
    usual = max(usual_size(kernel) for kernel in kernels.values())
    if step < usual:
        return None
    return f"each step moves a weight by up to {step:.2g}; {usual:.2g} is a usual weight to begin with"


def _typical(evidence: Evidence) -> float | None:
    """The median over the layers of what a step changes."""
    return float(np.median(list(evidence.updates.values()))) if evidence.updates else None
