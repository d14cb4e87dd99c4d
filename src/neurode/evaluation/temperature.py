r"""Temperature scaling: one number for how sure the model may be, $q = \mathrm{softmax}(\log p / T)$."""

import numpy as np

from neurode.evaluation import stored
from neurode.evaluation.log_odds import LEAST

LOWEST, HIGHEST = 0.05, 20.0
"""Rows that are all right would ask for a temperature of 0, rows at random for an infinite one."""

MOST_STEPS = 100


def fit(target: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> tuple[dict, tuple[str, ...]]:
    r"""The temperature of least log loss.

    In $\beta = 1 / T$ the loss is convex; its slope is $\sum w (E_\beta[\log p] - \log p_y)$, whose zero is
    found by Newton's steps, or by halving the interval where a step leaves it.

    References:
        Guo, Pleiss, Sun, Weinberger (2017), [On calibration of modern neural
        networks](https://proceedings.mlr.press/v70/guo17a.html), equation 9.
    """
    logits = np.log(np.maximum(probability, LEAST))
    own = logits[np.arange(len(target)), target]
    low, high = 1 / HIGHEST, 1 / LOWEST
    if _slope(low, logits, own, weight)[0] >= 0:
        low = high = low
    elif _slope(high, logits, own, weight)[0] <= 0:
        low = high = high
    beta = min(max(1.0, low), high)
    for _ in range(MOST_STEPS):
        if high - low <= 1e-14 * high:
            break
        slope, curvature = _slope(beta, logits, own, weight)
        low, high = (low, beta) if slope > 0 else (beta, high)
        step = slope / curvature if curvature > 0 else np.inf
        if abs(step) <= 1e-13 * beta:
            break
        beta = beta - step if low < beta - step < high else (low + high) / 2
    note = "the validation rows ask for a temperature beyond the limits of {:g} to {:g}"
    at_limit = beta in (1 / HIGHEST, 1 / LOWEST)
    return {"temperature": (float(1 / beta),)}, (note.format(LOWEST, HIGHEST),) if at_limit else ()


def apply(parameters: dict, probability: np.ndarray) -> np.ndarray:
    """The calibrated probabilities."""
    (temperature,) = parameters["temperature"]
    return _softmax(np.log(np.maximum(probability, LEAST)) / temperature)


def check(document: object, owner: str, n_classes: int) -> dict:
    """The parameters from a JSON document."""
    values = stored.fields(document, owner, {"temperature"})
    temperature = stored.items(values["temperature"], f"{owner}.temperature", stored.number, LOWEST, HIGHEST)
    stored.same_length(owner, 1, temperature)
    return {"temperature": temperature}


def _slope(beta: float, logits: np.ndarray, own: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """First and second derivative of the log loss."""
    chance = _softmax(beta * logits)
    mean = (chance * logits).sum(axis=1)
    variance = (chance * np.square(logits - mean[:, None])).sum(axis=1)
    return float(weight @ (mean - own)), float(weight @ variance)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
