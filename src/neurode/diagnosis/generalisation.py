"""Learning the rows by heart instead of what they have in common."""

import numpy as np

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence, Rows, counted
from neurode.diagnosis.finding import Finding
from neurode.diagnosis.inputs import features
from neurode.diagnosis.progress import SURE

RISE = 0.05
"""How far the validation loss has to rise above its lowest, as a share of a constant's loss."""

LEARNED = 0.05
"""Share of a constant's loss that has to be gone on the training rows to speak of learning."""

CARRIED_OVER = 0.005
"""Share of a constant's loss below which nothing of that is left on other rows."""

BY_CHANCE = 5.0
"""Divided by the rows, the share that the best of many epochs saves by chance: 1.3 standard errors."""

RULED_OUT = 0.2
"""A correlation of predictions and targets that validation rows have to rule out before they show that there
is none; of two equal classes, an area under the ROC curve of 0.61."""

GAP = 0.2
"""By how much validation rows have to be worse to speak of learning by heart, likewise."""

WEIGHTS_PER_ROW = 10
"""More weights than that for each row can hold every row by heart."""


def overfitting(evidence: Evidence) -> Finding | None:
    """The validation loss rises while the training loss falls, and the last weights were kept."""
    curve, scale = evidence.curve, evidence.scale
    if curve is None or scale is None or not curve.kept_last:
        return None
    loss, validation = curve.loss, curve.validation_loss
    if len(validation) != len(loss) or len(loss) < 5 or not np.isfinite(validation).all():
        return None
    best = int(validation.argmin())
    last = float(np.median(validation[-3:]))
    rise = last - float(validation[best])
    # What it goes up and down by from epoch to epoch is no rise.
    noise = float(np.median(np.abs(np.diff(validation))))
    still_falls = loss[-1] < loss[best]
    if not still_falls or rise < RISE * scale or rise < 3 * noise:
        return None
    return Finding(
        "overfitting",
        "warning",
        f"the validation loss rose from {validation[best]:.4g} in epoch {best + 1} to {last:.4g} in "
        f"epoch {len(loss)}, while the training loss fell from {loss[best]:.4g} to {loss[-1]:.4g}",
        "From there on the network learned its training rows by heart.",
        "EarlyStopping(patience=10, restore_best_weights=True), dropout, weight decay, or more rows",
    )


def memorised_labels(evidence: Evidence) -> Finding | None:
    """Something is learned of the training rows, and nothing of it holds for others, which could show it."""
    rows, others, curve = evidence.training, evidence.validation, evidence.curve
    if rows is None or others is None or min(rows.size, others.size) < LEAST_ROWS:
        return None
    if min(others.constant_loss, rows.constant_loss) <= 0 or not np.isfinite(rows.loss + others.loss):
        return None
    trained, reached, scale = rows.loss, others.loss, others.constant_loss
    if curve is not None:
        # Early stopping gives back weights of before; the curve tells how much lower it came. It is of all
        # rows, of which these may be a sample: only its differences hold for them.
        trained -= _lower(curve.loss, curve.kept)
        reached -= _lower(curve.validation_loss, curve.kept)
    much = trained <= (1 - LEARNED) * rows.constant_loss
    if not (much or _learned_more(rows, others)) or not _nothing_carried_over(others, reached):
        return None
    return Finding(
        "memorised labels",
        "severe" if much else "warning",
        f"the training loss fell to {trained:.4g}, of a constant's {rows.constant_loss:.4g}; on "
        f"{counted(others.size, 'validation row')} it stayed at {reached:.4g}, of {scale:.4g}",
        "What was learned holds for no other row, as if targets had been dealt out at random.",
        "a check that rows and targets were joined and sorted alike, and that validation rows are of the "
        "same kind",
    )


def _lower(losses: np.ndarray, kept: int | None) -> float:
    """How far the lowest loss of a curve lies below that of the weights that were kept."""
    place = len(losses) - 1 if kept is None else kept
    if not 0 <= place < len(losses) or not np.isfinite(losses).all():
        return 0.0
    return float(losses[place] - losses.min())


def _learned_more(rows: Rows, others: Rows) -> bool:
    """Whether training rows gained beyond chance, and by more than the others did."""
    gain, error = rows.gain
    (of_rows, rows_error), (of_others, others_error) = rows.hint, others.hint
    return gain > SURE * error and of_rows - of_others > 2 * float(np.hypot(rows_error, others_error))


def _nothing_carried_over(others: Rows, reached: float) -> bool:
    """Whether other rows show nothing of what was learned, and are enough to have shown it."""
    size = others.effective_size
    # A rare class tells little, however many the rows are.
    if size < 4 * LEAST_ROWS:
        return False
    if reached < (1 - max(CARRIED_OVER, BY_CHANCE / size)) * others.constant_loss:
        return False
    # An overconfident network loses more than a constant, and yet knows something.
    hint, error = others.hint
    sure = hint / error if error > 0 else 0.0
    return bool(sure <= 2 and (sure + 2) / np.sqrt(size) < RULED_OUT)


def unmeasured_validation(evidence: Evidence) -> Finding | None:
    """Validation rows without a finite loss, where training rows have one: nothing tells how good it is."""
    others, curve = evidence.validation, evidence.curve
    told = []
    if others is not None and (bad := int((~np.isfinite(others.losses)).sum())):
        told.append(f"{bad:,} of {counted(others.size, 'validation row')} have a loss that is not finite")
        if others.inputs is not None and (gaps := ~np.isfinite(others.inputs)).any():
            told[-1] += f", with NaN or infinity in {features(gaps.any(axis=0))}"
    if curve is not None and curve.epochs and np.isfinite(curve.loss).all():
        bad = int((~np.isfinite(curve.validation_loss)).sum())
        if bad:
            told.append(f"the validation loss of {bad:,} of {counted(curve.epochs, 'epoch')} is not finite")
    trains = evidence.training is None or np.isfinite(evidence.training.loss)
    if not told or not trains:
        return None
    return Finding(
        "validation cannot be measured",
        "warning",
        "; ".join(told),
        "A single NaN makes the mean NaN, so early stopping and every comparison have nothing to go by.",
        "those rows left out, their gaps filled, or the raw table in NeuralClassifier, which knows gaps",
    )


def too_few_rows(evidence: Evidence) -> Finding | None:
    """So many weights that they hold the training rows by heart, and do."""
    rows, others, n_rows = evidence.training, evidence.validation, evidence.n_rows
    if rows is None or others is None or n_rows is None or others.size < LEAST_ROWS:
        return None
    if evidence.n_weights < WEIGHTS_PER_ROW * n_rows or not np.isfinite(rows.loss + others.loss):
        return None
    gap, error = others.loss - rows.loss, float(np.hypot(others.error, rows.error))
    # The training rows are known by heart where next to nothing of their loss is left.
    if rows.loss > 0.1 * rows.constant_loss or gap < 3 * error or gap < GAP * others.constant_loss:
        return None
    return Finding(
        "too few rows",
        "warning",
        f"{evidence.n_weights:,} weights for {counted(n_rows, 'row')}; their loss is {rows.loss:.3g}, "
        f"that of validation rows {others.loss:.3g}",
        "The network has room to learn every row by heart, and did.",
        "fewer or smaller layers, dropout, weight decay, or more rows",
    )
