"""Whether anything was learned, and whether there was time to."""

import numpy as np

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence, counted
from neurode.diagnosis.finding import Finding

SURE = 3.0
"""Standard errors by which a mean has to differ: by chance that happens once in 700 times."""

HARDLY = 0.05
"""A loss that is lower by a larger share is learning, even where few rows leave it unsure."""

WORTHWHILE, MUCH = 0.02, 0.05
"""What the last fifth of the epochs brought, as a share of a constant's loss: worth a note, or a warning."""


def no_better_than_a_constant(evidence: Evidence) -> Finding | None:
    """The network is no better on its own training rows than one number for all of them."""
    rows = evidence.training
    if rows is None or rows.size < LEAST_ROWS:
        return None
    gain, error = rows.gain
    # A target that never changes has a constant that is perfect.
    if not np.isfinite(rows.loss) or rows.constant_loss <= 0:
        return None
    if gain > SURE * error or gain > HARDLY * rows.constant_loss:
        return None
    return Finding(
        "no better than a constant",
        "severe",
        f"a loss of {rows.loss:.4g} on {counted(rows.size, 'training row')}; "
        f"the best constant has {rows.constant_loss:.4g}",
        "The network has found nothing in the columns that tells rows apart.",
        "what else is found here first; then a check that rows and targets belong together, other columns, "
        "or a larger network",
    )


def stopped_too_early(evidence: Evidence) -> Finding | None:
    """The loss still falls when the epochs are used up."""
    curve, scale = evidence.curve, evidence.scale
    if curve is None or scale is None or not curve.planned or curve.was_interrupted:
        return None
    is_validated = len(curve.validation_loss) == curve.epochs
    loss = curve.validation_loss if is_validated else curve.loss
    if curve.epochs < max(5, curve.planned) or not np.isfinite(loss).all():
        return None
    window = max(1, len(loss) // 10)
    before, last = loss[-2 * window - 1 : -window].mean(), loss[-window:].mean()
    recent = len(loss) - 1 - int(loss.argmin()) <= window
    gained = 2 * (before - last)
    if not recent or gained < WORTHWHILE * scale:
        return None
    kind = "validation loss" if is_validated else "loss"
    return Finding(
        "stopped too early",
        "warning" if gained >= MUCH * scale else "note",
        f"the {kind} still fell in the last of {curve.epochs} epochs, to {loss[-1]:.4g}",
        "More epochs may make the network better, at no cost but time.",
        f"epochs={2 * curve.planned}, with early stopping on validation rows",
    )
