"""Ends of a network that do not fit what is to be predicted."""

import numpy as np

from neurode.diagnosis.evidence import LEAST_ROWS, Evidence, counted
from neurode.diagnosis.finding import Finding

LARGEST_CLASS = 0.7
"""A class of that share can make a network call it always; below, the cause is another."""

REACH = {
    "sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0), "relu": (0.0, np.inf), "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf), "exponential": (0.0, np.inf),
}  # fmt: skip
"""What an activation can give."""

LEAST_TARGET = {"Poisson": 0.0, "MeanSquaredLogarithmicError": -1.0}
"""The lowest target for which a loss means anything."""


def one_class_for_all(evidence: Evidence) -> Finding | None:
    """Every row is called the same class, where one class is far more frequent."""
    rows = evidence.training
    if rows is None or rows.size < LEAST_ROWS:
        return None
    for called, actual in rows.calls:
        shares = np.unique(actual, return_counts=True)[1] / len(actual)
        if len(set(called.tolist())) > 1 or len(shares) < 2 or shares.max() < LARGEST_CLASS:
            continue
        return Finding(
            "one class for all",
            "warning",
            f"all of {counted(len(called), 'training row')} are called {called[0]}, which "
            f"{100 * np.mean(actual == called[0]):.0f} % are",
            "The rare class never gets the larger probability, so no row is ever called it.",
            'a threshold by prices or recall (threshold="f1", cost=), class_weight="balanced", or '
            'balance="downsample"',
        )
    return None


def missing_targets(evidence: Evidence) -> Finding | None:
    """NaN or infinite targets: the loss is lost, and every weight with it."""
    rows = evidence.training
    if rows is None:
        return None
    bad = sum(
        int((~np.isfinite(target).reshape(len(target), -1).all(axis=1)).sum()) for target in rows.targets
    )
    if not bad:
        return None
    return Finding(
        "missing targets",
        "severe",
        f"{counted(bad, 'target')} of {rows.size:,} rows are NaN or infinite",
        "A single one makes the loss NaN, and with it every weight.",
        "those rows left out; there is nothing to learn from them",
    )


def constant_targets(evidence: Evidence) -> Finding | None:
    """A target that is the same in every row: there is nothing to learn."""
    rows = evidence.training
    if rows is None or rows.size < LEAST_ROWS:
        return None
    for target in rows.targets:
        if (target == target[:1]).all():
            return Finding(
                "constant targets",
                "severe",
                f"{counted(rows.size, 'training row')} all have the same target",
                "A network can only learn to say that one thing, whatever it is given.",
                "rows of another kind, or a look at how the target was made",
            )
    return None


def wrong_output(evidence: Evidence) -> Finding | None:
    """A last activation that the loss cannot work with."""
    rows = evidence.training
    for number, (loss, activation) in enumerate(zip(evidence.losses, evidence.activations)):
        if loss is None:
            continue
        kind = type(loss).__name__
        prediction = None if rows is None else rows.predictions[number]
        target = None if rows is None else rows.targets[number]
        if activation == "softmax" and prediction is not None and prediction.shape[-1] == 1:
            return _wrong("severe", f"a softmax of 1 unit, with {kind}", "Alone, its share is always 1.",
                          'one unit with activation="sigmoid", or one unit for each class')  # fmt: skip
        if loss.link in ("sigmoid", "softmax") and not getattr(loss, "from_logits", False):
            if prediction is not None and (prediction.min() < 0 or prediction.max() > 1):
                return _wrong(
                    "severe",
                    f"predictions from {prediction.min():.3g} to {prediction.max():.3g}, with {kind}",
                    "That loss takes probabilities, from 0 to 1; outside of them its gradient is lost.",
                    f"activation={loss.link!r} in the last layer, or {kind}(from_logits=True)",
                )
            if loss.link == "softmax" and activation == "sigmoid":
                return _wrong(
                    "warning",
                    f"sigmoids with {kind}",
                    "Each class gets a probability of its own, and only that of the right one is trained.",
                    'activation="softmax" in the last layer',
                )
        is_squared = kind == "MeanSquaredError" and activation in ("sigmoid", "softmax")
        if is_squared and target is not None and np.isin(target, (0, 1)).all():
            return _wrong(
                "note",
                f"{activation} with {kind}, for targets of 0 and 1",
                "Where the network is sure and wrong, that loss has next to no gradient.",
                f'loss="{"binary" if prediction is None or prediction.shape[-1] == 1 else "categorical"}'
                '_crossentropy"',
            )
    return None


def targets_out_of_reach(evidence: Evidence) -> Finding | None:
    """Targets that the last activation cannot give, or that the loss has no meaning for."""
    rows = evidence.training
    if rows is None:
        return None
    for loss, activation, target in zip(evidence.losses, evidence.activations, rows.targets):
        kind = type(loss).__name__
        if loss is None or loss.sparse or "Hinge" in kind:
            continue
        low, high = REACH.get(activation, (-np.inf, np.inf))
        lowest = LEAST_TARGET.get(kind, -np.inf)
        outside = (target < max(low, lowest)) | (target > high)
        if not outside.any():
            continue
        reason = (
            f"{activation} gives {low:g} to {high:g}" if lowest <= low else f"{kind} takes {lowest:g} or more"
        )
        return Finding(
            "targets out of reach",
            # A few rows outside can be outliers; their loss stays, the others learn.
            "severe" if outside.mean() > 0.05 else "warning",
            f"{100 * outside.mean():.0f} % of the targets lie outside: they go from {target.min():.4g} to "
            f"{target.max():.4g}, {reason}",
            "No weights can bring the network to those targets.",
            'activation="linear" in the last layer, or targets scaled into that range',
        )
    return None


def _wrong(severity: str, evidence: str, meaning: str, advice: str) -> Finding:
    return Finding("output does not fit the loss", severity, evidence, meaning, advice)
