"""A regressor on raw tables, with scikit-learn's manners."""

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from neurode.errors import ShapeError
from neurode.estimators.neural import NeuralEstimator
from neurode.estimators.targets import Target, read_numbers
from neurode.models import Model
from neurode.tables import Schema
from neurode.typing import Columns


class NeuralRegressor(RegressorMixin, NeuralEstimator):
    """A feed-forward network for one number or several, on the columns of a table as they are.

    Numbers, categories, flags, dates and gaps go in raw; encoding is part of the network. The network learns
    targets of mean 0 and deviation 1; predictions are in the target's own units.

    Args:
        hidden_layer_sizes: Units of each hidden layer; `()` is linear regression.
        activation: Of the hidden layers.
        dropout: Share of hidden units dropped in training, in [0, 1).
        batch_normalization: Whether each hidden layer is normalised.
        network: A network of your own instead: a `Sequential`, or a function of the tensor of features that
            returns the output tensor. Each fit begins with fresh weights.
        loss: "mse", "mae", "huber", "log_cosh", or a loss of `neurode.losses`, of standardised targets.
        optimizer: A name, or an optimiser of `neurode.optimizers`, which has a rate and a decay of its own.
        learning_rate: Step size of an optimiser that is named.
        weight_decay: Share of each weight that its step takes off, times the learning rate, as in AdamW.
        batch_size: Rows of a step; "auto" grows with the table from 32 to 512.
        epochs: Most epochs.
        early_stopping: Whether to stop when the loss on validation rows no longer falls, and to keep the best
            weights. Tables of fewer than 40 rows are learned whole.
        patience: Epochs without a better loss before stopping.
        validation_fraction: Share of the rows held out for early stopping when `fit` is given no validation
            data.
        scaling: Of numbers: "piecewise", "quantile", "robust", "standard" or "min-max".
        one_hot_limit: Most codes of a category that is one-hot; beyond it is embedded.
        kinds: Kind of columns where the inferred one is wrong: `{"zip": "category"}`.
        warm_start: Whether another `fit` goes on with the weights and the encoding of the last.
        random_state: Seed of weights, order of rows and dropout. None draws a new one at each fit.
        verbose: 0 silent, 1 a bar, 2 a line an epoch.

    Attributes:
        target_names_: Names of the targets, where they have any.
        target_mean_, target_scale_: Mean and standard deviation of each target in the training rows.
        schema_: What each column is.
        encoding_: The statistics of the training rows.
        profile_: How the training rows were spread, for `check`.
        model_: The network.
        history_: Loss and metrics of every epoch, of standardised targets.
        best_epoch_: Number of the epoch whose weights were kept, from 1.
        n_iter_: How many epochs there were.
        feature_names_in_: Names of the columns of the table given to `fit`; an array has none.
        n_features_in_: How many.

    Raises:
        TableError: If the table or the target cannot be learned from; the message says what is wrong with
            which column.

    Example:
        >>> area = np.linspace(20, 200, 200)
        >>> regressor = NeuralRegressor(hidden_layer_sizes=(8,), random_state=0)
        >>> regressor = regressor.fit({"area": area, "city": ["A", "B"] * 100}, 1000 * area)
        >>> abs(regressor.predict({"area": [100.0], "city": ["A"]})[0] - 100_000) < 5_000
        np.True_
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        *,
        activation: Any = "silu",
        dropout: Any = 0.0,
        batch_normalization: Any = False,
        network: Any = None,
        loss: Any = "mse",
        optimizer: Any = "adam",
        learning_rate: Any = 1e-3,
        weight_decay: Any = 0.1,
        batch_size: Any = "auto",
        epochs: Any = 100,
        early_stopping: Any = True,
        patience: Any = 16,
        validation_fraction: Any = 0.1,
        scaling: Any = "piecewise",
        one_hot_limit: Any = 32,
        kinds: Any = None,
        warm_start: Any = False,
        random_state: Any = None,
        verbose: Any = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.batch_normalization = batch_normalization
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.scaling = scaling
        self.one_hot_limit = one_hot_limit
        self.kinds = kinds
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        validation_data: tuple | None = None,
        schema: Schema | None = None,
        callbacks: tuple = (),
    ) -> "NeuralRegressor":
        """Learns from a table.

        Args:
            X: The table: a frame of any library, a path, a dict of columns, or a 2-D array.
            y: One number a row, or a column a target. Rows without one are left out.
            sample_weight: Weight of each row in the loss; a row of weight 0 is as good as no row.
            groups: The group of each row: the validation rows are whole groups.
            validation_data: `(X, y)` or `(X, y, sample_weight)` for early stopping, instead of a share of the
                rows.
            schema: What the columns are, where that is known already.
            callbacks: More callbacks for the network's fit.
        """
        self._check_settings()
        self._fit(X, y, sample_weight, groups, validation_data, schema, callbacks)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "NeuralRegressor":
        """One epoch more on these rows; the first call decides on columns and scaling.

        Args:
            X: A table as in `fit`, with the columns of the first call.
            y: One number a row, or a column a target.
            sample_weight: Weight of each row in the loss.
        """
        self._check_settings()
        fitted = hasattr(self, "model_")
        self._partial_fit(X, y, sample_weight, first=not fitted, goes_on=fitted)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The number of each row `(rows,)`, or `(rows, targets)` where there are several, as float64.

        Raises:
            NotFittedError: If there is nothing to predict with yet.
            TableError: If the table lacks columns, or values cannot be read.
        """
        return self.prediction(self._columns(X))

    def prediction(self, columns: Columns) -> np.ndarray:
        """The predictions for rows that `encoding_` has encoded already."""
        return self.meaning(self.outputs(columns))

    def meaning(self, scores: np.ndarray) -> np.ndarray:
        """The predictions that these outputs of the network stand for."""
        numbers = scores.astype(np.float64) * self.target_scale_ + self.target_mean_
        return numbers[:, 0] if self._is_flat else numbers

    # What NeuralEstimator asks for.

    def _read_target(self, y: Any, *, goes_on: bool) -> Target:
        target = read_numbers(y)
        if goes_on and target.values.shape[1] != len(self.target_mean_):
            raise ShapeError(
                f"y has {target.values.shape[1]} targets, the fitted network {len(self.target_mean_)}"
            )
        self._is_flat, self.target_names_ = target.is_flat, target.names
        return target

    def _read_validation(self, y: Any) -> Target:
        return read_numbers(y)

    def _outputs_wanted(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        return (len(self.target_mean_),), ("linear",)

    def _prepared(
        self, columns: Columns, values: np.ndarray, weight: np.ndarray | None, seed: int, *, goes_on: bool
    ) -> tuple[Columns, np.ndarray, np.ndarray | None]:
        if not goes_on:
            self.target_mean_ = np.average(values, axis=0, weights=weight)
            variance = np.average((values - self.target_mean_) ** 2, axis=0, weights=weight)
            self.target_scale_ = np.sqrt(variance)
        return columns, values, weight

    def _learned(self, values: np.ndarray) -> np.ndarray:
        # A target that never changes has no scale, and is predicted as it is.
        scale = np.where(self.target_scale_ > 0, self.target_scale_, 1.0)
        return ((values - self.target_mean_) / scale).astype(np.float32)

    def _compile(self, model: Model, optimizer: Any) -> None:
        model.compile(optimizer, self.loss, metrics=["r2_score"])

    def _scores(self, columns: Columns) -> dict[str, np.ndarray]:
        prediction = self.prediction(columns)
        if self._is_flat:
            return {"prediction": prediction}
        names = self.target_names_ or range(prediction.shape[1])
        return {f"prediction_{name}": prediction[:, place] for place, name in enumerate(names)}
