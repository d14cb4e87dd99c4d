"""What the classifier and the regressor share: from rows to a fitted network, from new rows to outputs."""

import os
from copy import deepcopy
from typing import Any

import numpy as np
import polars as pl
import sklearn.exceptions
from sklearn.base import BaseEstimator

from neurode import errors, optimizers
from neurode.callbacks import Callback, EarlyStopping, History, ReduceLROnPlateau
from neurode.errors import ArgumentError, ShapeError, TableError
from neurode.estimators.network import auto_batch_size, build_network, hidden_layers
from neurode.estimators.rows import array_kinds, check_given, read_rows, row_weights
from neurode.estimators.targets import Target
from neurode.models import Model
from neurode.tables import Check, Encoding, Profile, Schema, check_table, read_table, split_rows
from neurode.typing import Columns

FEW_ROWS = 40
"""With fewer rows, none are held out: the few would say nothing."""


class NotFittedError(errors.NotFittedError, sklearn.exceptions.NotFittedError):
    """The estimator was asked for something that only `fit` can give; scikit-learn knows it by its name."""


class NeuralEstimator(BaseEstimator):
    """The shared part of `NeuralClassifier` and `NeuralRegressor`, which say what their target is."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = tags.input_tags.string = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def save(self, path: str | os.PathLike) -> None:
        """Writes the estimator to one file, `name.neurode`, which `neurode.load` reads.

        Raises:
            NotFittedError: If it is not fitted.
            FileError: If the file cannot be written.
        """
        from neurode.estimators.saving import save_estimator

        save_estimator(self, path)

    def check(self, X: Any) -> Check:
        """What a new table holds that training had not seen, column by column; prints as a table.

        Missing and retyped columns, unseen levels, values outside the training range, gaps, and how far each
        column has moved.
        """
        self._check_fitted()
        return check_table(self.encoding_, getattr(self, "profile_", None), read_table(X))

    def outputs(self, columns: Columns) -> np.ndarray:
        """What the network itself says of rows that `encoding_` has encoded, `(rows, units)`."""
        return self.model_.predict(columns)

    def network_rows(
        self, X: Any, y: Any = None, sample_weight: Any = None
    ) -> tuple[Columns, np.ndarray | None, np.ndarray | None]:
        """Rows as `model_` takes them: encoded columns, the target as it is learned, weights.

        Without `y` all rows come back, with it those that have a target.

        Raises:
            NotFittedError: If the estimator is not fitted.
        """
        self._check_fitted()
        if y is None:
            return self._columns(X), None, None
        columns, values, weight = self._encoded(X, y, sample_weight)
        return columns, self._learned(values), weight

    def _check_settings(self) -> None:
        """Refuses settings that no table could make sense of."""
        settings: dict[str, tuple[bool, str]] = {
            "epochs": (_is_whole(self.epochs, 1), "a whole number, 1 or more"),
            "patience": (_is_whole(self.patience, 0), "a whole number, 0 or more"),
            "batch_size": (self.batch_size == "auto" or _is_whole(self.batch_size, 1), '"auto" or 1 or more'),
            "one_hot_limit": (_is_whole(self.one_hot_limit, 1), "a whole number, 1 or more"),
            "dropout": (
                _is_number(self.dropout) and 0 <= self.dropout < 1,
                "a share of 0 or more, below 1",
            ),
            "early_stopping": (isinstance(self.early_stopping, bool | np.bool_), "True or False"),
            "weight_decay": (
                self.weight_decay is None or (_is_number(self.weight_decay) and self.weight_decay >= 0),
                "None, or 0 or more",
            ),
        }
        for name, (is_good, wanted) in settings.items():
            if not is_good:
                raise ArgumentError(f"{name}={getattr(self, name)!r}", hint=f"give {wanted}")

    # What the two kinds of estimator say for themselves.

    def _read_target(self, y: Any, *, goes_on: bool) -> Target:
        """The target; of a fit that goes on with another, in the terms of that one."""
        raise NotImplementedError

    def _read_validation(self, y: Any) -> Target:
        """A validation target, in the terms of the training target."""
        raise NotImplementedError

    def _outputs_wanted(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """How many units the output layer may have, and the activation of each."""
        raise NotImplementedError

    def _compile(self, model: Model, optimizer: Any) -> None:
        raise NotImplementedError

    def _learned(self, values: np.ndarray) -> np.ndarray:
        """The values as the network learns them."""
        return values

    def _prepared(
        self, columns: Columns, values: np.ndarray, weight: np.ndarray | None, seed: int, *, goes_on: bool
    ) -> tuple[Columns, np.ndarray, np.ndarray | None]:
        """The training rows, once they are balanced or measured."""
        return columns, values, weight

    def _weights_for_stopping(self, values: np.ndarray, weight: np.ndarray | None) -> np.ndarray | None:
        """What validation rows count for in the loss that ends training; nowhere else."""
        return weight

    def _needs_validation(self) -> bool:
        return bool(self.early_stopping)

    def _decide_by(self, validation: tuple[Columns, np.ndarray, np.ndarray | None] | None) -> None:
        """Settles what becomes of the network's outputs, as far as validation rows are asked."""

    # From rows to a fitted network.

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        groups: Any,
        validation_data: Any,
        schema: Schema | None,
        callbacks: Any,
    ) -> None:
        """Fits the network, and on the validation rows what becomes of its outputs."""
        warm, seed = bool(self.warm_start) and hasattr(self, "model_"), self._seed()
        frame, target, weight, groups = self._rows(X, y, sample_weight, groups, reset=not warm, goes_on=warm)
        # Parts, as in `_partial_fit`, would lose what each of them counts for.
        weight = None if weight is None else _of_mean_one(weight)
        values, train, held_out = target.values, np.arange(frame.height), np.arange(0)
        if validation_data is None and self._needs_validation():
            train, held_out = self._held_out(target, frame.height, groups, seed)
        if not warm:
            kinds = array_kinds(X, frame) | dict(self.kinds or {})
            self.schema_ = schema or Schema.infer(frame, overrides=kinds)
            self.encoding_ = Encoding.fit(frame[train], self.schema_, scaling=self.scaling)
        plain = columns = self.encoding_.transform(frame[train])
        validation = None
        if validation_data is not None:
            validation = self._encoded(*validation_data)
            if validation[1].shape[1:] != values.shape[1:]:
                raise ShapeError(
                    f"the validation target has shape {validation[1].shape}, the target {values.shape}"
                )
        elif held_out.size:
            held_weight = None if weight is None else weight[held_out]
            validation = self.encoding_.transform(frame[held_out]), values[held_out], held_weight
        kept = None if weight is None else weight[train]
        columns, values, kept = self._prepared(columns, values[train], kept, seed, goes_on=warm)
        if not warm:
            self.model_ = self._network(plain, seed)
            self._compile(self.model_, self._optimizer())
        watched = validation
        if validation is not None:
            x, target_values, own = validation
            watched = x, target_values, self._weights_for_stopping(target_values, own)
        self._train(columns, values, kept, watched, list(callbacks))
        self._decide_by(validation)
        scores = self._scores(plain if validation is None else validation[0])
        self.profile_ = Profile.fit(self.encoding_, plain, scores=scores)

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, *, first: bool, goes_on: bool) -> None:
        """One epoch more on these rows. `goes_on` is whether the terms of the target are settled."""
        frame, target, weight, _ = self._rows(X, y, sample_weight, None, reset=first, goes_on=goes_on)
        seed = self._seed()
        if first:
            self.schema_ = Schema.infer(frame, overrides=array_kinds(X, frame) | dict(self.kinds or {}))
            self.encoding_ = Encoding.fit(frame, self.schema_, scaling=self.scaling)
        columns, values, weight = self._prepared(
            self.encoding_.transform(frame), target.values, weight, seed, goes_on=not first
        )
        if first:
            self.model_ = self._network(columns, seed)
            self._compile(self.model_, self._optimizer())
            self.history_ = History()
        before, self.history_ = self.history_, self._run(columns, values, weight, None, [], epochs=1)
        self.history_.history = {
            name: [*before.history.get(name, []), *new] for name, new in self.history_.history.items()
        }
        self.n_iter_ = self.best_epoch_ = len(self.history_.history["loss"])

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, groups: Any, *, reset: bool, goes_on: bool
    ) -> tuple[pl.DataFrame, Target, np.ndarray | None, np.ndarray | None]:
        """Frame, target, weights and groups of the rows that have a target and any weight."""
        frame = read_rows(self, X, reset=reset)
        target = self._read_target(check_given(y, self), goes_on=goes_on)
        if len(target.known) != frame.height:
            raise TableError(
                f"the table has {frame.height} rows, the target {len(target.known)}: "
                "inconsistent numbers of samples"
            )
        weight, known = row_weights(sample_weight, frame.height), target.known
        groups = None if groups is None else np.asarray(groups)
        if groups is not None and groups.shape != known.shape:
            raise TableError(f"the table has {frame.height} rows, groups have shape {groups.shape}")
        # A row that counts for nothing is as good as no row, to the last bit.
        keep = known if weight is None else known & (weight > 0)
        if not keep.any():
            raise TableError("no row has a target and a weight above 0")
        among_known = keep[known]
        target = target._replace(
            values=target.values[among_known],
            strata=None if target.strata is None else target.strata[among_known],
        )
        if not goes_on:
            self._check_kept(target)
        weight = None if weight is None or (weight[keep] == 1).all() else weight[keep]
        groups = None if groups is None else groups[keep]
        return (frame if keep.all() else frame.filter(keep)), target, weight, groups

    def _check_kept(self, target: Target) -> None:
        """Refuses rows from which nothing can be learned."""

    def _held_out(self, target: Target, n_rows: int, groups: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows to learn from, and rows that tell when to stop."""
        share = self.validation_fraction
        if not 0 < share < 1:
            raise ArgumentError(f"validation_fraction={share!r}", hint="give a share between 0 and 1")
        every = np.arange(n_rows)
        if n_rows < FEW_ROWS:
            return every, every[:0]
        codes = target.strata
        fractions = (1 - share, share, 0.0)
        if groups is not None:
            split = split_rows(n_rows, group=groups, fractions=fractions, seed=seed)
            return split.train, split.validation
        if codes is None:
            split = split_rows(n_rows, fractions=fractions, seed=seed)
            return split.train, split.validation
        # A class of a row or two is for learning alone.
        common = (np.bincount(codes) * share >= 1)[codes]
        if not common.any():
            return every, every[:0]
        split = split_rows(
            int(common.sum()),
            codes=np.unique(codes[common], return_inverse=True)[1],
            fractions=fractions,
            seed=seed,
        )
        held_out = every[common][split.validation]
        return np.setdiff1d(every, held_out), held_out

    def _network(self, columns: Columns, seed: int) -> Model:
        units, activation = self._outputs_wanted()
        body = self.network
        if body is None:
            body = hidden_layers(
                self.hidden_layer_sizes, self.activation, self.dropout, self.batch_normalization
            )
        return build_network(
            self.encoding_, columns, body, units=units, activation=activation,
            one_hot_limit=self.one_hot_limit, name=type(self).__name__, seed=seed,
        )  # fmt: skip

    def _optimizer(self) -> Any:
        if not isinstance(self.optimizer, str):
            # A copy: the rate goes down as a fit goes on, and the next one begins with the person's own.
            return deepcopy(optimizers.get(self.optimizer))
        named = optimizers.get(self.optimizer)
        wanted = {"learning_rate": self.learning_rate, "weight_decay": self.weight_decay}
        given = {name: value for name, value in wanted.items() if value is not None}
        return type(named).from_config({**named.get_config(), **given})

    def _train(
        self,
        columns: Columns,
        values: np.ndarray,
        weight: np.ndarray | None,
        validation: tuple[Columns, np.ndarray, np.ndarray | None] | None,
        callbacks: list[Callback],
    ) -> None:
        stopping = None
        if self.early_stopping and validation is not None:
            stopping = EarlyStopping(patience=self.patience, restore_best_weights=True)
            # A smaller step finds what a large one steps over, before patience ends.
            slower = ReduceLROnPlateau(factor=0.5, patience=max(1, self.patience // 2))
            callbacks = [stopping, slower, *callbacks]
        self.history_ = self._run(columns, values, weight, validation, callbacks, epochs=self.epochs)
        self.n_iter_ = len(self.history_.epoch)
        self.best_epoch_ = stopping.best_epoch + 1 if stopping else self.n_iter_

    def _run(
        self,
        columns: Columns,
        values: np.ndarray,
        weight: np.ndarray | None,
        validation: tuple[Columns, np.ndarray, np.ndarray | None] | None,
        callbacks: list[Callback],
        epochs: int,
    ) -> History:
        watched: Any = None
        if validation is not None:
            x, target, weights = validation
            watched = (x, self._learned(target), *(() if weights is None else (weights,)))
        return self.model_.fit(
            columns,
            self._learned(values),
            batch_size=auto_batch_size(len(values)) if self.batch_size == "auto" else int(self.batch_size),
            epochs=epochs,
            verbose=self.verbose,
            sample_weight=weight,
            validation_data=watched,
            callbacks=callbacks,
        )

    def _encoded(
        self, X: Any, y: Any, sample_weight: Any = None
    ) -> tuple[Columns, np.ndarray, np.ndarray | None]:
        """Rows that were given for validation; those without a target are left out."""
        frame, target = read_rows(self, X, reset=False), self._read_validation(y)
        weight, known = row_weights(sample_weight, frame.height), target.known
        if len(known) != frame.height:
            raise TableError(f"the validation table has {frame.height} rows, its target {len(known)}")
        if not known.all():
            frame, weight = frame.filter(known), None if weight is None else weight[known]
        return self.encoding_.transform(frame), target.values, weight

    def _scores(self, columns: Columns) -> dict[str, np.ndarray]:
        """What the model predicts for rows, by the name of its column."""
        raise NotImplementedError

    # From new rows to outputs.

    def _columns(self, X: Any) -> Columns:
        self._check_fitted()
        return self.encoding_.transform(read_rows(self, X, reset=False))

    def _seed(self) -> int:
        state = self.random_state
        if isinstance(state, int | np.integer) and not isinstance(state, bool) and state >= 0:
            return int(state)
        if isinstance(state, np.random.Generator):
            return int(state.integers(2**31))
        if state is None or isinstance(state, np.random.RandomState):
            return int((state or np.random.RandomState()).randint(2**31))
        raise ArgumentError(
            f"random_state={state!r}", hint="give a whole number, 0 or more, a generator of NumPy, or None"
        )

    def _check_fitted(self) -> None:
        if not hasattr(self, "model_"):
            name = type(self).__name__
            raise NotFittedError(f"this {name} is not fitted yet", hint="call fit(X, y) first")


def _of_mean_one(weight: np.ndarray) -> np.ndarray | None:
    """The weights in a scale that keeps that of the loss, and with it the learning rate's meaning.

    None where all are the same.

    Example:
        >>> _of_mean_one(np.array([1e-9, 3e-9])).tolist()
        [0.5, 1.5]
    """
    scaled = (weight / weight.mean(dtype=np.float64)).astype(np.float32)
    return None if (weight == weight[0]).all() else scaled


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= least)
