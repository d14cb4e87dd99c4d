"""What both perceptrons share: a fit from arguments to attributes, and raw scores."""

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from neurode.errors import ArgumentError, ShapeError
from neurode.estimators.mlp.descent import Progress, Settings, descend, rule_of
from neurode.estimators.mlp.engine import on_device, to_weights
from neurode.estimators.mlp.network import Design, Weights, initial_weights, raw_scores
from neurode.estimators.mlp.parameters import STOCHASTIC, check_parameters, layer_sizes
from neurode.estimators.mlp.quasi_newton import minimize
from neurode.estimators.mlp.rows import Table, dense, row_weights, rows_of_step, single_precision, split
from neurode.estimators.mlp.stopping import HeldOut, Stopping

RECORD = (
    "loss_curve_", "best_loss_", "validation_scores_", "best_validation_score_", "validation_loss_curve_",
    "_no_improvement_count", "_optimizer",
)  # fmt: skip
"""Attributes of fits by batches, which a fit that begins anew forgets."""


class MultilayerPerceptron(BaseEstimator):
    """Base class of `MLPClassifier` and `MLPRegressor`, whose docstrings say what the arguments mean."""

    hidden_layer_sizes: Any
    activation: str
    solver: str
    alpha: float | int
    batch_size: int | str
    learning_rate_init: float | int
    max_iter: int
    shuffle: bool
    random_state: Any
    warm_start: bool
    early_stopping: bool
    validation_fraction: float | int

    def _fit(self, X: Any, y: Any, sample_weight: Any, *, partial: bool) -> Any:
        check_parameters(self.get_params(deep=False))
        hidden = layer_sizes(self.hidden_layer_sizes)
        is_first = not hasattr(self, "coefs_") or not (self.warm_start or partial)
        X, y = self._validated(X, y, partial=partial, reset=is_first)
        table = Table(X, y, row_weights(sample_weight, X))
        if partial and self.early_stopping:
            raise ArgumentError(
                "partial_fit does not support early_stopping=True",
                hint="one pass over the rows has nothing to stop",
            )
        random = check_random_state(self.random_state)
        design = Design((X.shape[1], *hidden, y.shape[1]), self.activation, self._out_activation())
        self._begin(design, random, X.dtype, is_first=is_first)
        if self.solver in STOCHASTIC:
            self._begin_record()
            self._solve_by_batches(design, table, random, partial=partial)
        else:
            self._solve_at_once(design, table)
        return self

    def _begin(self, design: Design, random: np.random.RandomState, dtype: Any, *, is_first: bool) -> None:
        """Sets the shape of the network, and its first weights if there are none to go on from."""
        self.n_outputs_, self.n_layers_ = design.units[-1], len(design.units)
        self.out_activation_ = design.out_activation
        if is_first:
            self.coefs_, self.intercepts_ = initial_weights(design, random, dtype)
            self.n_iter_ = self.t_ = 0
            for name in RECORD:
                self.__dict__.pop(name, None)
        found = tuple(np.shape(matrix) for matrix in self.coefs_)
        if found != design.shapes:
            raise ShapeError(
                f"the weights so far have shapes {found}, this fit needs {design.shapes}",
                hint="set warm_start=False to begin anew",
            )

    def _begin_record(self) -> None:
        """Sets what a fit by batches counts on; what is there goes on."""
        known = self.__dict__
        for name, start in (("loss_curve_", []), ("_no_improvement_count", 0), ("t_", 0)):
            known.setdefault(name, start)
        if self.early_stopping and known.get("validation_scores_") is None:
            self.validation_scores_: list[float] | None = []
            self.validation_loss_curve_: list[float] | None = []
            self.best_validation_score_: float | None = -np.inf
            self.best_loss_: float | None = None
        elif not self.early_stopping and known.get("best_loss_") is None:
            self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None
            self.best_loss_ = np.inf

    def _solve_by_batches(
        self, design: Design, table: Table, random: np.random.RandomState, *, partial: bool
    ) -> None:
        held_out = None
        if self.early_stopping:
            # As in scikit-learn: of two classes, and only then, both parts get their share.
            by_class = design.out_activation == "logistic" and design.units[-1] == 1
            table, rest = split(table, self.validation_fraction, random, by_class=by_class)
            held_out = HeldOut(on_device(single_precision(rest.X), rest.y), rest.y, rest.weight)
        table = self._with_class_weight(table, partial=partial)
        rule = rule_of(self.get_params(deep=False))
        known = self.__dict__.get("_optimizer")
        if not partial or known is None or known.rule != rule:
            self._optimizer = Progress(rule, self.learning_rate_init)
        settings = Settings(
            self.alpha,
            rows_of_step(self.batch_size, len(table.y)),
            1 if partial else self.max_iter,
            random if self.shuffle else None,
        )
        self.n_iter_ = 0
        stopping = Stopping(self, design, len(table.y), held_out)
        start = (self.coefs_, self.intercepts_)
        reached, self._optimizer, interrupted = descend(
            design, start, table._replace(X=single_precision(table.X)), settings, self._optimizer, stopping
        )
        if held_out is not None:
            reached = start if stopping.best is None else to_weights(stopping.best)
        self._keep(reached)
        self._tell_how_it_ended(stopping, interrupted=interrupted, partial=partial)

    def _tell_how_it_ended(self, stopping: Stopping, *, interrupted: bool, partial: bool) -> None:
        if interrupted:
            warnings.warn("the fit was interrupted; it keeps the weights so far", stacklevel=5)
        elif stopping.diverged and stopping.held_out is None:
            raise _not_finite()
        elif stopping.diverged:
            warnings.warn(
                f"the loss became infinite or NaN in epoch {self.n_iter_}; the best weights before it are "
                "kept\nhint: scale the columns of X, or lower learning_rate_init",
                ConvergenceWarning,
                stacklevel=5,
            )
        elif self.n_iter_ == self.max_iter and not partial and not stopping.has_stopped:
            warnings.warn(
                f"Stochastic Optimizer: the fit has not converged after max_iter={self.max_iter} epochs\n"
                "hint: raise max_iter, or tol to call it converged earlier",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _solve_at_once(self, design: Design, table: Table) -> None:
        table = self._with_class_weight(table, partial=False)
        start = (self.coefs_, self.intercepts_)
        found = minimize(design, start, table._replace(X=dense(table.X)), self.get_params(deep=False))
        self.n_iter_, self.loss_ = found.steps, found.loss
        self._keep(found.weights)
        if not found.converged:
            warnings.warn(
                f"lbfgs has not converged after {found.steps} iterations: {found.message}\n"
                "hint: raise max_iter or max_fun, or scale the columns of X",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _keep(self, weights: Weights) -> None:
        """Sets the weights, in the precision that they had; those that are not finite are refused."""
        if not all(np.isfinite(array).all() for group in weights for array in group):
            raise _not_finite()
        dtype = self.coefs_[0].dtype
        self.coefs_, self.intercepts_ = ([array.astype(dtype) for array in group] for group in weights)

    def _raw_scores(self, X: Any) -> Float[np.ndarray, "rows outputs"]:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        return raw_scores(X, self.coefs_, self.intercepts_, self.activation)

    def _validated(self, X: Any, y: Any, *, partial: bool, reset: bool) -> tuple[Any, np.ndarray]:
        """Rows of numbers, dense or CSR, and targets with one column an output."""
        raise NotImplementedError

    def _out_activation(self) -> str:
        raise NotImplementedError

    def _with_class_weight(self, table: Table, *, partial: bool) -> Table:
        """The training rows with all that weighs them."""
        return table

    def _has_batches(self) -> bool:
        if self.solver not in STOCHASTIC:
            raise AttributeError(f"partial_fit goes with 'sgd' and 'adam', not with solver={self.solver!r}")
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _not_finite() -> ArgumentError:
    return ArgumentError(
        "Solver produced non-finite parameter weights. The input data may contain large values and need to "
        "be preprocessed.",
        hint="scale the columns of X, for example with StandardScaler, or lower learning_rate_init",
    )
