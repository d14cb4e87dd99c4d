"""A dense network in NumPy, as scikit-learn's perceptrons hold it: one matrix and one vector a layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

Weights = tuple[list[np.ndarray], list[np.ndarray]]
"""A matrix `(inputs, units)` for each layer, and a vector `(units,)` for each."""

ROWS_AT_ONCE = 4096
"""Rows that go through the network together: few enough for their activations to stay in the cache."""


@dataclass(frozen=True)
class Design:
    """The shape of a perceptron.

    Args:
        units: Features, then the units of each hidden layer, then outputs.
        activation: Of the hidden layers: "identity", "logistic", "tanh" or "relu".
        out_activation: Of the outputs: "identity", "logistic", "softmax" or "exp".

    Example:
        >>> Design((4, 8, 3), "relu", "softmax").shapes
        ((4, 8), (8, 3))
    """

    units: tuple[int, ...]
    activation: str
    out_activation: str

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """The shape of each layer's matrix."""
        return tuple(zip(self.units[:-1], self.units[1:]))


def initial_weights(design: Design, random: np.random.RandomState, dtype: Any = np.float64) -> Weights:
    r"""Weights and intercepts drawn from $[-b, b]$ with $b = \sqrt{6 / (\text{fan in} + \text{fan out})}$.

    With logistic units, whose slope is a quarter of the others', scikit-learn has 2 in place of 6. The draws
    come in its order too, so the same generator gives the same network.

    Args:
        design: The shape of the network.
        random: The generator; it moves on.
        dtype: Of the arrays.

    Example:
        >>> coefs, intercepts = initial_weights(Design((4, 2), "relu", "softmax"), np.random.RandomState(0))
        >>> coefs[0].shape, bool(abs(coefs[0]).max() <= 1)
        ((4, 2), True)

    References:
        Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks,
        equation 16.
    """
    coefs, intercepts = [], []
    for fan_in, fan_out in design.shapes:
        bound = np.sqrt((2.0 if design.activation == "logistic" else 6.0) / (fan_in + fan_out))
        coefs.append(random.uniform(-bound, bound, (fan_in, fan_out)).astype(dtype))
        intercepts.append(random.uniform(-bound, bound, fan_out).astype(dtype))
    return coefs, intercepts


def raw_scores(
    X: Any, coefs: Sequence[np.ndarray], intercepts: Sequence[np.ndarray], activation: str
) -> Float[np.ndarray, "rows outputs"]:
    """What the last layer gives before its activation.

    Args:
        X: Rows, dense or CSR; a sparse table is never densified here.
        coefs: The matrices of the layers.
        intercepts: Their vectors.
        activation: Of the hidden layers.

    Example:
        >>> coefs, intercepts = [np.eye(2), np.ones((2, 1))], [np.zeros(2), np.ones(1)]
        >>> raw_scores(np.array([[1.0, -2.0]]), coefs, intercepts, "relu")
        array([[2.]])
    """
    hidden = _hidden(activation)
    parts = []
    for start in range(0, X.shape[0], ROWS_AT_ONCE):
        values = X[start : start + ROWS_AT_ONCE]
        for number, (matrix, vector) in enumerate(zip(coefs, intercepts)):
            values = hidden(values) if number else values
            values = np.asarray(values @ matrix)
            values += vector
        parts.append(values)
    return np.concatenate(parts)


def activated(
    scores: Float[np.ndarray, "rows outputs"], out_activation: str
) -> Float[np.ndarray, "rows outputs"]:
    """The outputs that raw scores mean.

    Example:
        >>> activated(np.array([[0.0, np.log(3.0)]]), "softmax").round(2)
        array([[0.25, 0.75]])
    """
    if out_activation == "softmax":
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
    if out_activation == "logistic":
        return _hidden("logistic")(scores)
    return np.exp(scores) if out_activation == "exp" else scores


def log_probabilities(
    scores: Float[np.ndarray, "rows outputs"], out_activation: str
) -> Float[np.ndarray, "rows classes"]:
    """Logarithms of probabilities from raw scores, finite for any finite score.

    One logistic output stands for two classes.

    Example:
        >>> log_probabilities(np.array([[0.0, 1000.0]]), "softmax")
        array([[-1000.,     0.]])
    """
    if out_activation == "softmax":
        from scipy.special import log_softmax  # type: ignore[import-untyped]

        return log_softmax(scores, axis=1)
    yes = -np.logaddexp(0, -scores)
    return np.hstack([-np.logaddexp(0, scores), yes]) if scores.shape[1] == 1 else yes


def _hidden(name: str) -> Callable[[Any], Any]:
    if name == "logistic":
        from scipy.special import expit

        return expit
    functions: dict[str, Callable[[Any], Any]] = {
        "identity": lambda values: values,
        "tanh": np.tanh,
        "relu": lambda values: np.maximum(values, 0, out=values),
    }
    return functions[name]
