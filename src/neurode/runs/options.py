"""Options of a run that cannot work, refused before a folder is made."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, NeurodeError, UnknownNameError
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.evaluation import choose_refer_band
from neurode.tables import BALANCES

OWN = {"random_state", "positive", "kinds"}
"""Parameters of the estimators that `train` has other names for."""

KNOWN = {
    "classification": set(inspect.signature(NeuralClassifier).parameters) - OWN,
    "regression": set(inspect.signature(NeuralRegressor).parameters) - OWN,
}
"""The settings of each task."""

_MOVING = ("balance", "class_weight", "base_rate")
"""Settings that move the threshold where none is given."""


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuses a setting that no network has.

    Raises:
        UnknownNameError: With the nearest name.
    """
    known = sorted(set().union(*KNOWN.values()))
    for name in settings:
        if name not in known:
            raise UnknownNameError("setting", name, known)


def check_for_task(settings: Mapping[str, Any], task: str) -> None:
    """Refuses a setting of the other task.

    Raises:
        ArgumentError: With its name and value.

    Example:
        >>> check_for_task({"calibration": "platt"}, "regression")
        Traceback (most recent call last):
        ...
        neurode.errors.ArgumentError: calibration='platt' with a target of numbers
        hint: leave it out, or train classes: task='classification' (--task classification)
    """
    targets = {"classification": "classes", "regression": "numbers"}
    (other,) = set(targets) - {task}
    for name, value in settings.items():
        if name not in KNOWN[task] | OWN:
            raise ArgumentError(
                f"{name}={value!r} with a target of {targets[task]}",
                hint=f"leave it out, or train {targets[other]}: task={other!r} (--task {other})",
            )


def check_decision(settings: Mapping[str, Any], n_classes: int) -> None:
    """Refuses what a classifier would only find out once it has learned.

    Raises:
        ArgumentError: A ratio without a way of balancing, a refer rule that cannot be read, or a threshold
            for other than two classes.
    """
    ratio, refer = settings.get("balance_ratio"), settings.get("refer")
    if ratio is not None and settings.get("balance") is None:
        raise ArgumentError(
            f"balance_ratio={ratio!r} without a way of balancing",
            available=f"ways: {', '.join(BALANCES)}",
            hint="add one: balance='downsample' (--balance downsample)",
        )
    threshold, cost = settings.get("threshold"), settings.get("cost")
    if threshold is not None and n_classes > 2:
        raise ArgumentError(
            f"threshold={threshold!r} with {n_classes} classes",
            hint="leave it out: with more than two classes the likeliest is the answer",
        )
    if refer is None or n_classes > 2:
        return
    # Only a fit knows where a rule, or balancing, puts the threshold.
    moves = isinstance(threshold, str) or any(settings.get(name) is not None for name in _MOVING)
    line = 0.5 if threshold is None or moves else float(threshold)
    codes, probability = np.array([0, 1]), np.array([[0.9, 0.1], [0.1, 0.9]])
    try:
        choose_refer_band(codes, probability, threshold=line, rule=refer, cost=cost)
    except NeurodeError as error:
        if not (moves and "does not lie in the refer band" in error.problem):
            raise
