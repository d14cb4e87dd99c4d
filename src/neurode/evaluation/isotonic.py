"""Isotonic calibration: the rising curve, of whatever shape, that fits the observed rates best."""

import numpy as np

from neurode.errors import FileError
from neurode.evaluation import stored
from neurode.evaluation.log_odds import normalised

FEW_ROWS = 200
"""Below this many rows the steps of the curve follow single rows."""

TILT = 1e-6
"""Share of the raw probability that is mixed in, to keep rows in order where the curve is flat."""


def fit(target: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> tuple[dict, tuple[str, ...]]:
    r"""The corners of the curve of the positive class, or of every class against the rest.

    The curve minimises $\sum w (y - f(p))^2$ over rising $f$; between corners it is a straight line, beyond
    the first and last it is level.

    References:
        Zadrozny, Elkan (2002), [Transforming classifier scores into accurate multiclass probability
        estimates](https://doi.org/10.1145/775047.775151), §3: isotonic regression of each class, and the
        division by the sum. The tilt is ours.
    """
    from sklearn.isotonic import IsotonicRegression

    scores, rates, notes = [], [], []
    if len(target) < FEW_ROWS:
        notes.append(
            f"isotonic calibration follows single rows when it has only {len(target)}; platt needs fewer"
        )
    for code in _codes(probability.shape[1]):
        column, positive = probability[:, code], target == code
        if positive.any():
            curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
            curve.fit(column, positive.astype(np.float64), weight)
            corners, heights = curve.X_thresholds_, curve.y_thresholds_
        else:
            notes.append(f"class {code} has no validation rows, so its probability is not calibrated")
            corners = heights = np.array([0.0, 1.0])
        scores.append(tuple(corners.tolist()))
        rates.append(tuple(heights.tolist()))
    return {"scores": tuple(scores), "rates": tuple(rates)}, tuple(notes)


def apply(parameters: dict, probability: np.ndarray) -> np.ndarray:
    """The calibrated probabilities, in the order of the raw ones."""
    columns = []
    codes = _codes(probability.shape[1])
    for code, scores, rates in zip(codes, parameters["scores"], parameters["rates"]):
        column = probability[:, code]
        columns.append((1 - TILT) * np.interp(column, scores, rates) + TILT * column)
    return normalised(columns, probability)


def check(document: object, owner: str, n_classes: int) -> dict:
    """The parameters from a JSON document: scores rise, and rates do not fall."""
    values = stored.fields(document, owner, {"scores", "rates"})
    scores, rates = (stored.items(values[name], f"{owner}.{name}", _numbers) for name in ("scores", "rates"))
    stored.same_length(owner, len(_codes(n_classes)), scores, rates)
    for corners, heights in zip(scores, rates):
        stored.same_length(owner, max(1, len(corners)), corners, heights)
        if (np.diff(corners) <= 0).any() or (np.diff(heights) < 0).any():
            raise FileError(f"{owner} has a curve that falls")
    return {"scores": scores, "rates": rates}


def _codes(n_classes: int) -> tuple[int, ...]:
    return (1,) if n_classes == 2 else tuple(range(n_classes))


def _numbers(value: object, owner: str) -> tuple[float, ...]:
    return stored.items(value, owner, stored.number, 0.0, 1.0)
