"""scikit-learn's MLPRegressor, on neurode's engine."""

from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import column_or_1d, validate_data

from neurode.errors import ArgumentError
from neurode.estimators.mlp.network import activated
from neurode.estimators.mlp.perceptron import MultilayerPerceptron


class MLPRegressor(RegressorMixin, MultilayerPerceptron):
    r"""A multi-layer perceptron for numbers: a drop-in for scikit-learn's estimator of this name.

    The same `random_state` gives the weights, held-out rows and orders of rows that it gives in scikit-learn
    1.9, so that a fit agrees up to rounding. Solvers "sgd" and "adam" compute in single precision, "lbfgs" in
    double. Weights have the precision of `X`, and predictions are made from `coefs_` and `intercepts_` as
    they are: what a person writes into them counts. A sparse `X` becomes dense as a whole when fitted; it
    stays sparse in predictions.

    Args:
        loss: "squared_error", or "poisson" for counts, with $\exp$ at the output.
        hidden_layer_sizes: Units of each hidden layer, or of the only one; `()` is a linear model.
        activation: Of the hidden layers: "identity", "logistic", "tanh" or "relu".
        solver: "adam", "sgd", or "lbfgs", which takes all rows at once and suits small tables.
        alpha: Strength of the penalty $\frac{\alpha}{2} \sum W^2$, divided by the sum of weights of a batch.
        batch_size: Rows of a step; "auto" is 200, or all if there are fewer.
        learning_rate: Of "sgd": "constant"; "invscaling" divides by $t^{p}$; "adaptive" divides by 5
            whenever it would stop, down to 1e-6.
        learning_rate_init: The learning rate to begin with, above 0.
        power_t: $p$ of "invscaling"; $t$ is the number of rows seen.
        max_iter: Most epochs, or iterations of "lbfgs".
        shuffle: Whether each epoch has an order of its own.
        random_state: Seed or generator of weights, held-out rows and orders.
        tol: Least fall of the loss, or rise of the score on held-out rows, that counts as better. For
            "lbfgs" the gradient below which it is done.
        verbose: Whether to print a line an epoch.
        warm_start: Whether `fit` goes on from the weights so far.
        momentum: Of "sgd", in [0, 1].
        nesterovs_momentum: Whether it looks one step ahead.
        early_stopping: Whether to hold out rows, to stop when $R^2$ on them no longer rises, and to keep the
            best weights.
        validation_fraction: Share of the rows held out, in [0, 1).
        beta_1: Of "adam": how slowly the mean of gradients forgets, in [0, 1).
        beta_2: How slowly the mean of their squares forgets, in [0, 1).
        epsilon: Added to the root of the latter, above 0.
        n_iter_no_change: Epochs in a row that may be no better; infinity never stops.
        max_fun: Most looks at the loss with "lbfgs".

    Attributes:
        coefs_: The matrix `(inputs, units)` of each layer.
        intercepts_: The vector `(units,)` of each layer.
        loss_: The last loss, the penalty included: half the mean squared error or half the deviance.
        best_loss_: The lowest so far; None with early stopping.
        loss_curve_: The loss of each epoch.
        validation_scores_: $R^2$ on held-out rows after each epoch, or None.
        best_validation_score_: The highest so far, or None.
        validation_loss_curve_: The loss on held-out rows after each epoch without the penalty, or None.
            scikit-learn has no such attribute.
        n_iter_: Epochs of the last fit.
        t_: Rows seen.
        n_layers_: Layers, that of the inputs included.
        n_outputs_: Targets.
        out_activation_: "identity" or "exp".
        n_features_in_: Columns of `X`.
        feature_names_in_: Their names, if `X` had any.

    Example:
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> regressor = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=0)
        >>> bool(regressor.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.99)
        True
    """

    # By scikit-learn's rule a constructor takes anything; `fit` is what checks.
    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        power_t: Any = 0.5,
        max_iter: Any = 200,
        shuffle: Any = True,
        random_state: Any = None,
        tol: Any = 1e-4,
        verbose: Any = False,
        warm_start: Any = False,
        momentum: Any = 0.9,
        nesterovs_momentum: Any = True,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-8,
        n_iter_no_change: Any = 10,
        max_fun: Any = 15000,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """Learns from rows.

        Args:
            X: Rows of numbers without gaps: an array, a frame or a sparse matrix.
            y: One number a row, or one column a target.
            sample_weight: Weight of each row, at least 0.

        Raises:
            ArgumentError: If an argument is outside its range, or weights became infinite.
        """
        return self._fit(X, y, sample_weight, partial=False)

    @available_if(lambda self: self._has_batches())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """One epoch on these rows, from the weights and the optimiser's state so far.

        Args:
            X: Rows as in `fit`.
            y: Numbers as in `fit`.
            sample_weight: Weight of each row, at least 0.
        """
        return self._fit(X, y, sample_weight, partial=True)

    def predict(self, X: Any) -> Float[np.ndarray, "..."]:
        """The expected number of each row `(rows,)`, or one column a target."""
        predicted = activated(self._raw_scores(X), self.out_activation_)
        return predicted.ravel() if predicted.shape[1] == 1 else predicted

    def _validated(self, X: Any, y: Any, *, partial: bool, reset: bool) -> tuple[Any, np.ndarray]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        y = np.asarray(y, np.float64)
        if self.loss == "poisson" and y.min() < 0:
            raise ArgumentError(f"loss='poisson' with a target of {y.min():g}", hint="counts are at least 0")
        return X, y[:, None] if y.ndim == 1 else y

    def _out_activation(self) -> str:
        return "exp" if self.loss == "poisson" else "identity"
