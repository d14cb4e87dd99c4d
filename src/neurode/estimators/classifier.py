"""A classifier on raw tables, with scikit-learn's manners."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from neurode import optimizers
from neurode.callbacks import EarlyStopping
from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.layers import Activation, BatchNormalization, Dense, Dropout, Layer
from neurode.models import Sequential, table_network
from neurode.tables import (
    EncodedTarget,
    Encoding,
    Guards,
    Schema,
    encode_target,
    read_table,
    stratified_split,
)
from neurode.typing import Columns


class NeuralClassifier(ClassifierMixin, BaseEstimator):
    """A feed-forward network for classes, on the columns of a table as they are.

    Numbers, categories, flags, dates and gaps go in raw; encoding is part of the network. Two classes end in
    one sigmoid unit, more in a softmax.

    Args:
        hidden_layer_sizes: Units of each hidden layer; `()` is a single neuron, that is, logistic regression.
        activation: Of the hidden layers.
        dropout: Share of hidden units dropped in training, in [0, 1).
        batch_normalization: Whether each hidden layer is normalised.
        optimizer: A name, or an optimiser of `neurode.optimizers`.
        learning_rate: Step size; the optimiser's own if None.
        batch_size: Rows of a step; "auto" grows with the table from 32 to 512.
        epochs: Most epochs.
        early_stopping: Whether to stop when the loss on validation rows no longer falls, and to keep the best
            weights.
        patience: Epochs without a better loss before stopping.
        validation_fraction: Share of the rows held out for early stopping when `fit` is given no validation
            data.
        scaling: Of numbers: "robust", "standard", "min-max" or "quantile".
        one_hot_limit: Most codes of a category that is one-hot; beyond it is embedded.
        threshold: Probability from which on a row is called the second class. Only with two classes.
        positive: The class that counts as the second of two, whose probability the threshold looks at; the
            last in sorted order if None.
        kinds: Kind of columns where the inferred one is wrong: `{"zip": "category"}`.
        random_state: Seed of weights, order of rows and dropout. None draws a new one at each fit.
        verbose: 0 silent, 1 a bar, 2 a line an epoch.

    Attributes:
        classes_: The classes in order.
        threshold_: The threshold in force, None with more than two classes.
        schema_: What each column is.
        encoding_: The statistics of the training rows.
        model_: The network, a `Sequential`.
        history_: Loss and metrics of every epoch.
        best_epoch_: Number of the epoch whose weights were kept, from 1.
        feature_names_in_: Names of the columns of the table given to `fit`.
        n_features_in_: How many.

    Raises:
        TableError: If the table or the target cannot be learned from; the message says what is wrong with
            which column.

    Example:
        >>> frame = {"income": [20.0, 80.0, 30.0, 90.0] * 25, "grade": ["C", "A", "C", "A"] * 25}
        >>> classifier = NeuralClassifier(hidden_layer_sizes=(4,), epochs=20, random_state=0)
        >>> classifier = classifier.fit(frame, ["late", "paid", "late", "paid"] * 25)
        >>> classifier.predict({"income": [25.0], "grade": ["C"]})
        array(['late'], dtype='<U4')
    """

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (64, 32),
        *,
        activation: str = "relu",
        dropout: float = 0.1,
        batch_normalization: bool = False,
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        batch_size: int | str = "auto",
        epochs: int = 100,
        early_stopping: bool = True,
        patience: int = 10,
        validation_fraction: float = 0.15,
        scaling: str = "robust",
        one_hot_limit: int = 32,
        threshold: float = 0.5,
        positive: Any = None,
        kinds: Mapping[str, str] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.batch_normalization = batch_normalization
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.scaling = scaling
        self.one_hot_limit = one_hot_limit
        self.threshold = threshold
        self.positive = positive
        self.kinds = kinds
        self.random_state = random_state
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: tuple[Any, Any] | None = None,
        schema: Schema | None = None,
        callbacks: tuple = (),
    ) -> "NeuralClassifier":
        """Learns from a table.

        Args:
            X: The table: a frame of any library, a path, a dict of columns, or a 2-D array.
            y: One class a row. Rows without one are left out.
            sample_weight: Weight of each row in the loss.
            validation_data: `(X, y)` for early stopping, instead of a share of the rows.
            schema: What the columns are, where that is known already.
            callbacks: More callbacks for the fit.
        """
        frame = read_table(X)
        target = encode_target(y, getattr(y, "name", None) or "")
        if len(target.known) != frame.height:
            raise TableError(f"the table has {frame.height} rows, the target {len(target.known)}")
        weight = None if sample_weight is None else np.asarray(sample_weight, np.float32)[target.known]
        frame, seed = frame.filter(target.known), self._seed()
        classes, codes = order_classes(target, self.positive)
        self.classes_ = np.asarray(classes)
        self.feature_names_in_ = np.asarray(frame.columns, dtype=object)
        self.n_features_in_ = frame.width
        self.schema_ = schema or Schema.infer(frame, overrides=dict(self.kinds or {}))
        self.threshold_ = self._checked_threshold()
        train = np.arange(len(codes))
        if self.early_stopping and validation_data is None:
            fractions = (1 - self.validation_fraction, self.validation_fraction, 0.0)
            train, held_out, _ = stratified_split(codes, fractions=fractions, seed=seed, classes=classes)
            validation_data = (frame[held_out], self.classes_[codes[held_out]])
        self.encoding_ = Encoding.fit(frame[train], self.schema_, scaling=self.scaling)
        columns = self.encoding_.transform(frame[train])
        self.model_ = self._network(columns, seed)
        self._fit_network(
            columns, codes[train], None if weight is None else weight[train], validation_data, callbacks
        )
        return self

    def predict_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """The probability of each class, in the order of `classes_`.

        Raises:
            NotFittedError: If there is nothing to predict with yet.
            TableError: If the table lacks columns, or values cannot be read.
        """
        self._check_fitted()
        return self.probability(self.encoding_.transform(read_table(X)))

    def probability(self, columns: Columns) -> Float[np.ndarray, "rows classes"]:
        """The probability of each class for rows that `encoding_` has encoded already."""
        scores = self.model_.predict(columns)
        return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row.

        The second of two where its probability reaches the threshold, else the likeliest.
        """
        return self.decide(self.predict_proba(X))

    def decide(self, probability: Float[np.ndarray, "rows classes"]) -> np.ndarray:
        """The classes that these probabilities mean, by the threshold in force."""
        if self.threshold_ is None:
            return self.classes_[probability.argmax(axis=1)]
        return self.classes_[(probability[:, 1] >= self.threshold_).astype(int)]

    def guards(self, X: Any) -> Guards:
        """What in a new table training had not seen: levels, ranges, gaps, counted by column."""
        self._check_fitted()
        return self.encoding_.guards(read_table(X))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the classifier to one file, `name.neurode`, which `neurode.load` reads."""
        from neurode.estimators.saving import save_classifier

        save_classifier(self, path)

    def _network(self, columns: Columns, seed: int) -> Sequential:
        layers: list[Layer] = []
        for units in self.hidden_layer_sizes:
            if self.batch_normalization:
                layers += [Dense(units, use_bias=False), BatchNormalization(), Activation(self.activation)]
            else:
                layers.append(Dense(units, activation=self.activation))
            if self.dropout:
                layers.append(Dropout(self.dropout))
        two = len(self.classes_) == 2
        layers.append(
            Dense(1, "sigmoid", name="output") if two else Dense(len(self.classes_), "softmax", name="output")
        )
        return table_network(
            self.encoding_, columns, layers, one_hot_limit=self.one_hot_limit, name="classifier", seed=seed
        )

    def _fit_network(
        self, columns: Columns, codes: np.ndarray, weight: Any, validation_data: Any, callbacks: tuple
    ) -> None:
        optimizer = optimizers.get(self.optimizer)
        if self.learning_rate is not None:
            optimizer = type(optimizer)(**{**optimizer.get_config(), "learning_rate": self.learning_rate})
        two = len(self.classes_) == 2
        loss = "binary_crossentropy" if two else "sparse_categorical_crossentropy"
        self.model_.compile(optimizer, loss, metrics=["accuracy", "auc"])
        stopping = EarlyStopping(patience=self.patience, restore_best_weights=True)
        validation = None if validation_data is None else self._encoded(*validation_data)
        self.history_ = self.model_.fit(
            columns,
            codes,
            batch_size=auto_batch_size(len(codes)) if self.batch_size == "auto" else int(self.batch_size),
            epochs=self.epochs,
            verbose=self.verbose,
            sample_weight=weight,
            validation_data=validation,
            callbacks=[*([stopping] if self.early_stopping else []), *callbacks],
        )
        self.best_epoch_ = stopping.best_epoch + 1 if self.early_stopping else len(self.history_.epoch)

    def _encoded(self, X: Any, y: Any) -> tuple[Columns, np.ndarray]:
        labels = np.asarray(y)
        matches = labels[:, None] == self.classes_[None, :]
        if not matches.any(axis=1).all():
            strange = labels[~matches.any(axis=1)][0]
            raise TableError(
                f"the validation target has {strange!r}, which no training row has",
                available=f"classes: {', '.join(map(str, self.classes_))}",
            )
        return self.encoding_.transform(read_table(X)), matches.argmax(axis=1)

    def _checked_threshold(self) -> float | None:
        if not 0 <= self.threshold <= 1:
            raise ArgumentError(
                f"threshold={self.threshold!r}", hint="a threshold is a probability, from 0 to 1"
            )
        return float(self.threshold) if len(self.classes_) == 2 else None

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        random = self.random_state or np.random.RandomState()
        return int(random.randint(2**31))

    def _check_fitted(self) -> None:
        if not hasattr(self, "model_"):
            raise NotFittedError("this NeuralClassifier is not fitted yet", hint="call fit(X, y) first")
        check_is_fitted(self, "model_")


def order_classes(target: EncodedTarget, positive: Any = None) -> tuple[tuple, np.ndarray]:
    """The classes and the codes of the rows, with `positive` as the second of two.

    Raises:
        UnknownNameError: If `positive` is no class of the target.
        ArgumentError: If there are more than two classes.

    Example:
        >>> order_classes(encode_target(["bad", "good", "bad", "good"]), positive="bad")
        (('good', 'bad'), array([1, 0, 1, 0], dtype=int32))
    """
    if positive is None:
        return target.classes, target.codes
    words = list(map(str, target.classes))
    if str(positive) not in words:
        raise UnknownNameError("class", positive, words)
    if len(words) > 2:
        raise ArgumentError(
            f"positive={positive!r} with {len(words)} classes",
            hint="a positive class needs exactly two classes",
        )
    if words.index(str(positive)) == 1:
        return target.classes, target.codes
    return target.classes[::-1], 1 - target.codes


def auto_batch_size(rows: int) -> int:
    """Rows of a step by the size of the table: small tables need many steps, large ones long batches.

    Example:
        >>> auto_batch_size(700), auto_batch_size(21_000), auto_batch_size(1_000_000)
        (32, 256, 512)
    """
    for limit, batch_size in ((1_000, 32), (4_000, 64), (10_000, 128), (40_000, 256)):
        if rows <= limit:
            return batch_size
    return 512
