"""Pairs of a positive and a negative row that a score puts in the right order: what a ROC AUC counts."""

import numpy as np
from jaxtyping import Int


def pairs_of_rows(
    positive: np.ndarray, step: Int[np.ndarray, " rows"], n_positive: int, n_negative: int
) -> np.ndarray:
    """The pairs that each row has a rightly ordered part in, ties as halves; rows in rising order."""
    of_step = np.bincount(step, minlength=int(step.max()) + 1)
    # Steps count from the highest score down.
    positives = np.bincount(step[positive], minlength=len(of_step))
    negatives = of_step - positives
    above = positives.cumsum() - positives / 2
    below = n_negative - negatives.cumsum() + negatives / 2
    return np.where(positive, below[step], above[step])


def pairs_of_segments(
    codes: np.ndarray, positive: np.ndarray, step: np.ndarray, n_segments: int
) -> np.ndarray:
    """Pairs of a segment's own rows that are rightly ordered, ties as halves."""
    grouped = np.argsort(codes.astype(np.min_scalar_type(n_segments)), kind="stable")
    codes, positive, step = codes[grouped], positive[grouped], step[grouped]
    starts = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]) | (step[1:] != step[:-1])))
    ours = np.add.reduceat(positive, starts, dtype=np.int64)
    theirs = np.diff(np.append(starts, len(codes))) - ours
    segment = codes[starts]
    below = theirs.cumsum() - theirs / 2
    # What was counted before the segment began is not the segment's.
    all_negatives = np.bincount(segment, theirs, n_segments)
    below -= (all_negatives.cumsum() - all_negatives)[segment]
    return np.bincount(segment, ours * below, n_segments)
