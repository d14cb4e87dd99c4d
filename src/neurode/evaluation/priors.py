"""Priors: probabilities of a model that learned from shifted classes or by focal loss, made honest again."""

from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError


def correct_priors(probability: Any, trained_on: Any, base_rates: Any) -> np.ndarray:
    r"""The probabilities where classes are as frequent as `base_rates`, from a model that saw `trained_on`.

    $$p'(c \mid x) = \frac{p(c \mid x)\, \pi'_c / \pi_c}{\sum_k p(k \mid x)\, \pi'_k / \pi_k}$$

    Exact where the model's probabilities are right for the rows it learned from, and the rows of a class are
    alike in both worlds: so it is for weights and for rows drawn class by class, and nearly so for SMOTE.
    Probabilities of 0 and 1 stay as they are.

    Args:
        probability: `(rows, classes)`, rows that sum to 1.
        trained_on: The share $\pi_c$ of each class that training saw, weights counted:
            `Balanced.class_rates`. Counts will do, or any multiple.
        base_rates: The share $\pi'_c$ of each class where the model is used, or a multiple of it. A class
            that is neither in training nor in use is 0 in both.

    Returns:
        float64 `(rows, classes)`, rows that sum to 1.

    Raises:
        ShapeError: The shapes do not fit each other.
        ArgumentError: A rate is negative, not finite, or 0 in one of the two only.

    Example:
        >>> correct_priors([[0.5, 0.5], [0, 1]], [0.5, 0.5], [0.95, 0.05]).round(4).tolist()
        [[0.95, 0.05], [0.0, 1.0]]

    References:
        Elkan (2001), The Foundations of Cost-Sensitive Learning, theorem 2. Saerens, Latinne and Decaestecker
        (2002), Adjusting the Outputs of a Classifier to New a Priori Probabilities, equation 2.4.
    """
    probability = _check_probability(probability)
    trained, base = (_check_rates(rates, probability.shape[1]) for rates in (trained_on, base_rates))
    one_sided = np.flatnonzero((trained > 0) != (base > 0))
    if one_sided.size:
        code = int(one_sided[0])
        raise ArgumentError(
            f"class {code} has rate {trained[code]:g} in training and {base[code]:g} in use",
            hint="a class that training never saw, or that never occurs, cannot be corrected; leave it out",
        )
    # Rates of 0 in both worlds stand for a class that is not touched.
    odds = np.divide(base, trained, out=np.ones_like(base), where=trained > 0)
    return _normalised(probability * (odds / odds.max()))


def focal_posterior(probability: Any, gamma: float | int) -> np.ndarray:
    r"""The class probabilities that a network trained by focal loss means by what it says.

    The focal loss $-(1 - p_y)^\gamma \log p_y$ is least not where $p$ is the true posterior $\eta$, but at
    another $p$ with the same order, mostly a flatter one. From that $p$ the posterior follows:

    $$\eta_c = \frac{h(p_c)}{\sum_k h(p_k)}, \quad
    h(v) = \frac{v}{(1 - v)^\gamma - \gamma (1 - v)^{\gamma - 1} v \log v}$$

    $h$ rises with $v$: the classes of a row keep their order, and with two classes so do the rows.
    Where the loss also weighed the classes (`alpha`), go on with `correct_priors`: `trained_on` is then the
    class rates times those weights.

    Args:
        probability: `(rows, classes)`, what the network gives; rows that sum to 1.
        gamma: The loss's $\gamma \ge 0$. 0 changes nothing.

    Returns:
        float64 `(rows, classes)`, rows that sum to 1.

    Raises:
        ArgumentError: Gamma is negative.

    Example:
        >>> focal_posterior([[0.7, 0.3], [0.5, 0.5], [1.0, 0.0]], 2.0).round(3).tolist()
        [[0.906, 0.094], [0.5, 0.5], [1.0, 0.0]]

    References:
        Charoenphakdee et al. (2021), On Focal Loss for Class-Posterior Probability Estimation: A Theoretical
        Perspective: the closed form $\Psi^\gamma$.
    """
    probability = _check_probability(probability)
    if not (gamma >= 0 and np.isfinite(gamma)):
        raise ArgumentError(f"gamma={gamma} is below 0 or not finite", hint="give the gamma of the loss")
    miss = _others(probability)
    certain = miss == 0
    miss[certain] = 1
    logarithm = np.log(np.where(probability > 0, probability, 1))
    np.log1p(-miss, out=logarithm, where=(probability > 0.5) & ~certain)
    # In logarithms: near 1 the power of what is missing is too small to divide by.
    score = logarithm - (gamma - 1) * np.log(miss) - np.log(miss - gamma * probability * logarithm)
    score[probability == 0] = -np.inf
    score[certain.any(axis=1)] = np.where(certain[certain.any(axis=1)], 0, -np.inf)
    return _normalised(np.exp(score - score.max(axis=1, keepdims=True)))


def _others(probability: np.ndarray) -> np.ndarray:
    """What the other classes of a row sum to: 1 - p without rounding where p is all but 1."""
    before, after = np.zeros_like(probability), np.zeros_like(probability)
    before[:, 1:] = np.cumsum(probability[:, :-1], axis=1)
    after[:, :-1] = np.cumsum(probability[:, :0:-1], axis=1)[:, ::-1]
    return before + after


def _normalised(mass: np.ndarray) -> np.ndarray:
    return mass / mass.sum(axis=1, keepdims=True)


def _check_probability(probability: Any) -> np.ndarray:
    probability = np.asarray(probability, np.float64)
    if probability.ndim != 2 or probability.shape[1] < 2:
        raise ShapeError(
            f"probability has shape {probability.shape}, needed (rows, classes)",
            hint="for two classes give both columns, as predict_proba does",
        )
    totals = probability.sum(axis=1)
    if not ((probability >= 0).all() and np.allclose(totals, 1, atol=1e-3)):
        raise ArgumentError(
            "probability has rows that are negative or do not sum to 1",
            available=f"sums: {totals.min():.4g} to {totals.max():.4g}",
            hint="give what predict_proba gives, one column a class",
        )
    return _normalised(probability)


def _check_rates(rates: Any, n_classes: int) -> np.ndarray:
    rates = np.asarray(rates, np.float64)
    if rates.shape != (n_classes,):
        raise ShapeError(f"class rates have shape {rates.shape}, but there are {n_classes} classes")
    if not (np.isfinite(rates).all() and (rates >= 0).all() and rates.any()):
        raise ArgumentError(f"{rates.tolist()} are no class rates", hint="give the share of each class")
    return rates / rates.sum()
