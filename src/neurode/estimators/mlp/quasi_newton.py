"""Solver "lbfgs": SciPy's L-BFGS-B on all rows at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.estimators.mlp.engine import ACTIVATIONS
from neurode.estimators.mlp.losses import mean_loss
from neurode.estimators.mlp.network import Design, Weights, raw_scores
from neurode.estimators.mlp.rows import Table


@dataclass(frozen=True)
class Minimum:
    """Where the solver stopped.

    Args:
        weights: The weights, in double precision.
        loss: The loss there, the penalty included.
        steps: Iterations.
        converged: Whether it stopped because nothing changes any more.
        message: Why it stopped, in SciPy's words.
    """

    weights: Weights
    loss: float
    steps: int
    converged: bool
    message: str


def minimize(
    design: Design,
    weights: Weights,
    table: Table,
    parameters: dict[str, Any],
) -> Minimum:
    """Lowers the loss of the network until its gradient is below `tol`, or a limit is reached.

    Args:
        design: The shape of the network.
        weights: Where to begin.
        table: The rows, dense.
        parameters: The estimator's `alpha`, `tol`, `max_iter`, `max_fun` and `verbose`.

    References:
        Zhu, Byrd, Lu and Nocedal (1997), Algorithm 778: L-BFGS-B.
    """
    import scipy.optimize  # type: ignore[import-untyped]

    from neurode.training.lbfgs import value_and_gradient

    names = ACTIVATIONS[design.activation], ACTIVATIONS[design.out_activation]
    X, y, weight = table
    function = value_and_gradient(design.shapes, *names, X, y, weight, alpha=parameters["alpha"])
    steps = 0

    def say(intermediate_result: Any) -> None:
        nonlocal steps
        steps += 1
        print(f"Iteration {steps}, loss = {intermediate_result.fun:.8f}")

    start = np.concatenate([array.ravel() for group in weights for array in group]).astype(np.float64)
    found = scipy.optimize.minimize(
        function,
        start,
        method="L-BFGS-B",
        jac=True,
        callback=say if parameters["verbose"] else None,
        options={
            "maxfun": parameters["max_fun"],
            "maxiter": parameters["max_iter"],
            "gtol": parameters["tol"],
        },
    )
    reached = _unpacked(found.x, design)
    loss = _reported(design, reached, table, parameters["alpha"])
    steps_taken = min(int(found.nit), parameters["max_iter"])
    return Minimum(reached, loss, steps_taken, found.status == 0, str(found.message))


def _reported(design: Design, weights: Weights, table: Table, alpha: float | int) -> float:
    """The loss as scikit-learn reports it: the mean of squared errors over outputs, not their sum."""
    with np.errstate(over="ignore", invalid="ignore"):
        scores = raw_scores(table.X, *weights, design.activation).astype(np.float64)
        squares = sum(float(np.square(matrix).sum()) for matrix in weights[0])
        total = len(table.y) if table.weight is None else float(table.weight.sum())
        loss = mean_loss(table.y, scores, design.out_activation, table.weight)
        return loss + 0.5 * alpha * squares / total


def _unpacked(vector: Float[np.ndarray, " weights"], design: Design) -> Weights:
    sizes = [inputs * units for inputs, units in design.shapes] + list(design.units[1:])
    parts = np.split(vector, np.cumsum(sizes)[:-1])
    matrices = [part.reshape(shape) for part, shape in zip(parts, design.shapes)]
    return matrices, parts[len(design.shapes) :]
