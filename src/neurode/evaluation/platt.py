r"""Platt's calibration: a straight line through log-odds, $q = \sigma(a \cdot \mathrm{logit}(p) + b)$."""

import numpy as np

from neurode.evaluation import stored
from neurode.evaluation.log_odds import normalised, one_against_rest, sigmoid

LEAST_SLOPE = 1e-6
"""A slope of 0 would put all rows on one probability and lose their order."""

MOST_STEPS = 100


def fit(target: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> tuple[dict, tuple[str, ...]]:
    """Slope and intercept of the positive class, or of every class against the rest."""
    slopes, intercepts, notes = [], [], []
    for code, score in one_against_rest(probability):
        positive = target == code
        if not positive.any():
            notes.append(f"class {code} has no validation rows, so its probability is not calibrated")
            slope, intercept = 1.0, 0.0
        else:
            slope, intercept = fit_sigmoid(score, positive, weight)
        if slope == LEAST_SLOPE:
            notes.append(f"the probability of class {code} does not rank the validation rows")
        slopes.append(slope)
        intercepts.append(intercept)
    return {"slope": tuple(slopes), "intercept": tuple(intercepts)}, tuple(notes)


def apply(parameters: dict, probability: np.ndarray) -> np.ndarray:
    """The calibrated probabilities."""
    pairs = zip(one_against_rest(probability), parameters["slope"], parameters["intercept"])
    return normalised(
        [sigmoid(slope * score + intercept) for (_, score), slope, intercept in pairs], probability
    )


def check(document: object, owner: str, n_classes: int) -> dict:
    """The parameters from a JSON document."""
    values = stored.fields(document, owner, {"slope", "intercept"})
    curves = 1 if n_classes == 2 else n_classes
    slope = stored.items(values["slope"], f"{owner}.slope", stored.number, LEAST_SLOPE)
    intercept = stored.items(values["intercept"], f"{owner}.intercept", stored.number)
    stored.same_length(owner, curves, slope, intercept)
    return {"slope": slope, "intercept": intercept}


def fit_sigmoid(score: np.ndarray, positive: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    r"""Slope and intercept by maximum likelihood, on targets that are never quite 0 or 1.

    The target of a positive row is $(N_+ + 1) / (N_+ + 2)$, that of a negative one $1 / (N_- + 2)$, so that
    perfectly ranked rows have a finite answer. The slope stays above 0: a score that ranks rows backwards has
    nothing to say, and its probabilities become nearly the base rate.

    Args:
        score: Log-odds.
        positive: Whether the row is of the class.
        weight: What each row counts for.

    References:
        Platt (1999), Probabilistic outputs for support vector machines, §2.2, for the targets; Lin, Lin, Weng
        (2007), [A note on Platt's probabilistic outputs](https://doi.org/10.1007/s10994-007-5018-6),
        algorithm 1: Newton's steps, halved until the likelihood rises. Ours steps in centred scores.
    """
    ours, others = weight[positive].sum(), weight[~positive].sum()
    target = np.where(positive, (ours + 1) / (ours + 2), 1 / (others + 2))
    centre = np.average(score, weights=weight)
    spread = np.ptp(score)
    if spread == 0:
        # One score for all rows: a slope of 1 moves it and leaves the order of other rows as it is.
        return 1.0, _fit_intercept(score, target, weight, 1.0)
    slope, intercept = _newton((score - centre) / spread, target, weight)
    slope /= spread
    if slope > LEAST_SLOPE:
        return float(slope), float(intercept - slope * centre)
    return LEAST_SLOPE, _fit_intercept(score, target, weight, LEAST_SLOPE)


def _newton(score: np.ndarray, target: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    rate = np.average(target, weights=weight)
    slope, intercept = 0.0, float(np.log(rate / (1 - rate)))
    loss = _loss(slope * score + intercept, target, weight)
    for _ in range(MOST_STEPS):
        chance = sigmoid(slope * score + intercept)
        error, curvature = weight * (chance - target), weight * chance * (1 - chance)
        gradient = np.array([error @ score, error.sum()])
        mixed = curvature @ score
        hessian = np.array([[curvature @ score**2, mixed], [mixed, curvature.sum()]])
        # A whisker on the diagonal: rows that are all certain have no curvature left.
        step = np.linalg.solve(hessian + 1e-12 * np.eye(2), gradient)
        if gradient @ step < 1e-18 * weight.sum():
            break
        size = 1.0
        while size > 1e-10:
            trial = slope - size * step[0], intercept - size * step[1]
            trial_loss = _loss(trial[0] * score + trial[1], target, weight)
            if trial_loss <= loss - 1e-4 * size * (gradient @ step):
                break
            size /= 2
        else:
            break
        (slope, intercept), loss = trial, trial_loss
    return slope, intercept


def _fit_intercept(score: np.ndarray, target: np.ndarray, weight: np.ndarray, slope: float) -> float:
    """The intercept at which the mean probability is the mean target, by halving the interval."""
    wanted, moved = np.average(target, weights=weight), slope * score
    ends = np.log(wanted / (1 - wanted)) - np.array([moved.max(), moved.min()])
    for _ in range(MOST_STEPS):
        middle = ends.mean()
        too_low = np.average(sigmoid(moved + middle), weights=weight) < wanted
        ends[0 if too_low else 1] = middle
    return float(ends.mean())


def _loss(odds: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    return float(weight @ (np.logaddexp(0, odds) - target * odds))
