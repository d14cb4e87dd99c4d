"""A perceptron as the engine trains it: layers, the penalty on their weights, and the way there and back."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.estimators.mlp.network import Design, Weights
from neurode.layers import Dense, Graph
from neurode.layers.graph import Node, Outcome
from neurode.models.data import to_rows
from neurode.records import record
from neurode.training import predictor
from neurode.typing import Params, State

ACTIVATIONS = {
    "identity": "linear",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
    "exp": "exponential",
}
"""What the engine calls the activations that scikit-learn names."""


@record
class PenalizedNetwork(Graph):
    r"""Dense layers whose loss on a batch has $\frac{\alpha}{2} \sum W^2 / \sum w$ added to it.

    The sum of weights $w$ of the batch is the number of its rows where they have none. $\alpha$ is part of
    the state: fits with other penalties share one compiled program.

    Example:
        >>> penalized(Design((2, 3, 1), "relu", "logistic"), weighted=True).inputs
        ('input', 'weight')
    """

    def run(
        self, params: Params, state: State, x: Any, *, train: bool = False, key: Any = None, mask: Any = None
    ) -> Outcome:
        outcome = super().run(params, state, x, train=train, key=key, mask=mask)
        squares = sum((own["kernel"] ** 2).sum() for own in params.values())
        # The engine divides what is added here by the number of rows.
        penalty = 0.5 * state["penalty"]["alpha"] * squares
        if len(self.inputs) > 1:
            weight = x[1] if mask is None else x[1] * mask
            count, total = (weight.shape[0] if mask is None else mask.sum()), weight.sum()
            # A batch without weight has nothing to say, not even about the size of the weights.
            penalty = penalty * count * (total > 0) / (total + (total == 0))
        return outcome._replace(penalty=penalty)


def penalized(design: Design, *, weighted: bool) -> PenalizedNetwork:
    """The layers of a perceptron; with weights, the network takes `(rows, weight of each row)`."""
    inputs = ("input", "weight") if weighted else ("input",)
    nodes = _nodes(design, ACTIVATIONS[design.out_activation], len(inputs))
    return PenalizedNetwork(inputs=inputs, nodes=nodes, outputs=(len(inputs) + len(nodes) - 1,))


def scorer(design: Design) -> Callable[[Params, Any], Float[np.ndarray, "rows outputs"]]:
    """The compiled function from the engine's weights and rows to raw scores.

    While the engine trains, its threads and those of NumPy's matrix products would wait for each other.

    Example:
        >>> params = to_params(([np.ones((2, 1))], [np.zeros(1)]))
        >>> scorer(Design((2, 1), "relu", "logistic"))(params, np.ones((1, 2), np.float32))
        array([[2.]], dtype=float32)
    """
    nodes = _nodes(design, "linear", 1)
    predict = predictor(Graph(nodes=nodes, outputs=(len(nodes),)))
    return lambda params, rows: np.asarray(predict(params, {}, rows))


def _nodes(design: Design, last: str, inputs: int) -> tuple[Node, ...]:
    names = [ACTIVATIONS[design.activation]] * (len(design.units) - 2) + [last]
    given = [0, *range(inputs, inputs + len(names) - 1)]
    layers = (
        Dense(units, activation=name).as_layer(f"dense_{i}")
        for i, (units, name) in enumerate(zip(design.units[1:], names))
    )
    return tuple(Node(layer, (value,)) for layer, value in zip(layers, given))


def to_params(weights: Weights) -> Params:
    """The weights as the engine's layers name them, in single precision."""
    return {
        f"dense_{i}": {"kernel": np.asarray(matrix, np.float32), "bias": np.asarray(vector, np.float32)}
        for i, (matrix, vector) in enumerate(zip(*weights))
    }


def to_weights(params: Params, dtype: Any = np.float32) -> Weights:
    """The engine's weights as lists of matrices and vectors.

    Example:
        >>> params = to_params(([np.ones((2, 1))], [np.zeros(1)]))
        >>> to_weights(params, np.float64)[0][0].dtype
        dtype('float64')
    """
    layers = [params[f"dense_{i}"] for i in range(len(params))]
    kept = [[np.asarray(layer[name]).astype(dtype) for layer in layers] for name in ("kernel", "bias")]
    return kept[0], kept[1]


def on_device(X: Float[np.ndarray, "rows features"], y: np.ndarray) -> Any:
    """The rows where the engine computes, which may be this array itself."""
    return to_rows(X, (y,), (None,)).x


def on_host(tree: Any) -> Any:
    """A tree of the device's arrays as NumPy's."""
    if isinstance(tree, dict):
        return {name: on_host(part) for name, part in tree.items()}
    if isinstance(tree, tuple | list):
        return type(tree)(map(on_host, tree))
    return np.array(tree)
