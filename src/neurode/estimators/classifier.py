"""A classifier on raw tables, with scikit-learn's manners."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.base import ClassifierMixin

from neurode import losses
from neurode.errors import ArgumentError, TableError, UnknownNameError
from neurode.estimators.class_rates import class_totals, class_weights, deployment_rates
from neurode.estimators.neural import NeuralEstimator
from neurode.estimators.targets import Target, codes_of, read_classes
from neurode.evaluation import CALIBRATIONS, Decision, Threshold, correct_priors, fit_decision
from neurode.evaluation.prices import check_cost
from neurode.evaluation.rules import read_rule
from neurode.models import Model
from neurode.tables import Schema, balance
from neurode.typing import Columns

REFER = "refer"
"""The prediction for a row between yes and no, which a person is to decide."""


class NeuralClassifier(ClassifierMixin, NeuralEstimator):
    """A feed-forward network for classes or labels, on the columns of a table as they are.

    Numbers, categories, flags, dates and gaps go in raw; encoding is part of the network. Two classes end in
    one sigmoid unit, more in a softmax, several labels in a sigmoid each.

    **Balancing changes decisions, not probabilities.** With `balance` or `class_weight` the network learns as
    if rare classes were frequent. Its probabilities are then corrected back to the class rates of the
    training rows, and the threshold goes along: a row is called by what the balanced network finds likelier.

    Args:
        hidden_layer_sizes: Units of each hidden layer; `()` is a single neuron, that is, logistic regression.
        activation: Of the hidden layers.
        dropout: Share of hidden units dropped in training, in [0, 1).
        batch_normalization: Whether each hidden layer is normalised.
        network: A network of your own instead: a `Sequential`, or a function of the tensor of features that
            returns the output tensor. Each fit begins with fresh weights.
        optimizer: A name, or an optimiser of `neurode.optimizers`, which has a rate and a decay of its own.
        learning_rate: Step size of an optimiser that is named.
        weight_decay: Share of each weight that its step takes off, times the learning rate, as in AdamW.
        batch_size: Rows of a step; "auto" grows with the table from 32 to 512.
        epochs: Most epochs.
        early_stopping: Whether to stop when the loss on validation rows no longer falls, and to keep the best
            weights. Tables of fewer than 40 rows are learned whole.
        patience: Epochs without a better loss before stopping.
        validation_fraction: Share of the rows held out for early stopping, calibration and the threshold when
            `fit` is given no validation data.
        scaling: Of numbers: "piecewise", "quantile", "robust", "standard" or "min-max".
        one_hot_limit: Most codes of a category that is one-hot; beyond it is embedded.
        class_weight: Weight of each class in the loss, or "balanced".
        balance: "class_weight", "downsample", "oversample" or "smote", of training rows only.
        balance_ratio: Rows of a small class for each row of the largest after balancing, in (0, 1].
        focal_gamma: The gamma of the focal loss, which takes the place of cross-entropy; 2 is usual.
        base_rate: Whose class rates the probabilities are for: "training" undoes what balancing does; a
            number, the share of the second class where the model is used, or a share for each class; None
            leaves the probabilities as balancing bent them.
        calibration: "platt", "isotonic" or "temperature", fitted on validation rows.
        threshold: Of two classes: a probability, or a rule for the validation rows, as in
            `evaluation.choose_threshold`: "f1", "youden", "recall=0.8", "cost", …. None is 0.5, and what
            stands for it where classes were balanced.
        cost: Prices for the rule "cost": `{"false_negative": 5, "false_positive": 1}`.
        refer: A rule of `evaluation.choose_refer_band`, such as "rate=0.1": rows near the threshold that a
            person decides; their prediction is "refer".
        positive: The class that counts as the second of two, whose probability the threshold looks at; the
            last in sorted order if None.
        kinds: Kind of columns where the inferred one is wrong: `{"zip": "category"}`.
        warm_start: Whether another `fit` goes on with the weights and the encoding of the last.
        random_state: Seed of weights, order of rows and dropout. None draws a new one at each fit.
        verbose: 0 silent, 1 a bar, 2 a line an epoch.

    Attributes:
        classes_: The classes in order; of several labels their places, 0, 1, ….
        decision_: How probabilities are corrected and calibrated, the threshold, and the refer band.
        schema_: What each column is.
        encoding_: The statistics of the training rows.
        profile_: How the training rows were spread, for `check`.
        model_: The network.
        history_: Loss and metrics of every epoch.
        best_epoch_: Number of the epoch whose weights were kept, from 1.
        n_iter_: How many epochs there were.
        feature_names_in_: Names of the columns of the table given to `fit`; an array has none.
        n_features_in_: How many.

    Raises:
        TableError: If the table or the target cannot be learned from; the message says what is wrong with
            which column.

    Example:
        >>> frame = {"income": [20.0, 80.0, 30.0, 90.0] * 25, "grade": ["C", "A", "C", "A"] * 25}
        >>> classifier = NeuralClassifier(hidden_layer_sizes=(4,), epochs=40, random_state=0)
        >>> classifier = classifier.fit(frame, ["late", "paid", "late", "paid"] * 25)
        >>> classifier.predict({"income": [25.0], "grade": ["C"]})
        array(['late'], dtype='<U4')

    References:
        Elkan (2001), "The foundations of cost-sensitive learning", section 3.2: the threshold that goes along
        with a change of class rates.
    """

    classes_: np.ndarray
    decision_: Decision
    _labels: bool
    _line: float
    _seen: Float[np.ndarray, "two classes"]

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        *,
        activation: Any = "silu",
        dropout: Any = 0.3,
        batch_normalization: Any = False,
        network: Any = None,
        optimizer: Any = "adam",
        learning_rate: Any = 1e-3,
        weight_decay: Any = 0.5,
        batch_size: Any = "auto",
        epochs: Any = 100,
        early_stopping: Any = True,
        patience: Any = 10,
        validation_fraction: Any = 0.1,
        scaling: Any = "piecewise",
        one_hot_limit: Any = 32,
        class_weight: Any = None,
        balance: Any = None,
        balance_ratio: Any = 1.0,
        focal_gamma: Any = None,
        base_rate: Any = "training",
        calibration: Any = None,
        threshold: Any = None,
        cost: Any = None,
        refer: Any = None,
        positive: Any = None,
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
        self.class_weight = class_weight
        self.balance = balance
        self.balance_ratio = balance_ratio
        self.focal_gamma = focal_gamma
        self.base_rate = base_rate
        self.calibration = calibration
        self.threshold = threshold
        self.cost = cost
        self.refer = refer
        self.positive = positive
        self.kinds = kinds
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
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
    ) -> "NeuralClassifier":
        """Learns from a table.

        Args:
            X: The table: a frame of any library, a path, a dict of columns, or a 2-D array.
            y: One class a row, or a 0/1 column a label. Rows without a class are left out.
            sample_weight: Weight of each row in the loss; a row of weight 0 is as good as no row.
            groups: The group of each row: the validation rows are whole groups.
            validation_data: `(X, y)` or `(X, y, sample_weight)` for early stopping, calibration and the
                threshold, instead of a share of the rows.
            schema: What the columns are, where that is known already.
            callbacks: More callbacks for the network's fit.
        """
        self._check_settings()
        self._fit(X, y, sample_weight, groups, validation_data, schema, callbacks)
        return self

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> "NeuralClassifier":
        """One epoch more on these rows; the first call decides on columns, scaling and classes.

        Args:
            X: A table as in `fit`, with the columns of the first call.
            y: One class a row.
            classes: All classes there will be; needed in the first call unless its `y` has them all.
            sample_weight: Weight of each row in the loss.

        Raises:
            ArgumentError: If classes differ from those of the first call, the rows are to be resampled (only
                weights go with rows that come in parts), or there is something to fit on validation rows.
        """
        self._check_settings()
        if self.balance not in (None, "class_weight"):
            raise ArgumentError(
                f"balance={self.balance!r} in partial_fit", hint="balance='class_weight' goes with parts"
            )
        if self._wants_rule:
            raise ArgumentError(
                "partial_fit holds no rows out for a calibration, a rule or a refer band",
                hint="leave them out, or set decision_ = evaluation.fit_decision(decision_, …) on other rows",
            )
        first = not hasattr(self, "model_")
        known = None if classes is None else np.array(read_classes(classes, self.positive).names)
        if not first and known is not None and not np.array_equal(known, self.classes_):
            raise ArgumentError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit",
                available=f"was: {self.classes_!r}",
            )
        if first and known is not None:
            self.classes_, self._labels = known, False
            self._check_target()
        self._partial_fit(X, y, sample_weight, first=first, goes_on=not first or known is not None)
        self._decide_by(None)
        return self

    def predict_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """The probability of each class, in the order of `classes_`; of each label, where there are several.

        Raises:
            NotFittedError: If there is nothing to predict with yet.
            TableError: If the table lacks columns, or values cannot be read.
        """
        return self.probability(self._columns(X))

    def predict_log_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """The logarithm of `predict_proba`, in nats."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def decision_function(self, X: Any) -> Float[np.ndarray, "..."]:
        """How far on the side of each class a row lies.

        Returns:
            Of two classes `(rows,)`: the log-odds less those of the threshold, at least 0 where the second
            class is called. Of more classes or labels: one column each.
        """
        raw = self.predict_proba(X)
        probability = raw.astype(np.float64)
        tiny = np.finfo(np.float64).tiny
        if self._labels:
            return np.log(np.maximum(probability, tiny)) - np.log(np.maximum(1 - probability, tiny))
        if len(self.classes_) > 2:
            return np.log(np.maximum(probability * self.decision_.tilt, tiny))
        threshold = self.decision_.line
        assert threshold is not None
        line = np.clip(threshold, tiny, 1 - np.finfo(np.float64).eps)
        odds = np.log(np.maximum(probability, tiny))
        beyond = odds[:, 1] - odds[:, 0] - (np.log(line) - np.log1p(-line))
        # A probability may lie a rounding away from the threshold; the sign is the decision's.
        called = raw[:, 1] >= threshold
        return np.where(called, np.maximum(beyond, 0.0), np.minimum(beyond, -tiny))

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row, "refer" where a person decides; a 0/1 column a label."""
        return self.decide(self.predict_proba(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of rows that are called rightly: a row that is referred is not.

        Args:
            X: A table as in `fit`.
            y: One class a row, or a 0/1 column a label, all of which have to be right.
            sample_weight: What each row counts for.
        """
        if self._labels or self.decision_.refer_band is None:
            return super().score(X, y, sample_weight)
        # "refer" among numbers is more than scikit-learn's accuracy takes.
        right = self.predict(X) == self.classes_[codes_of(y, self.classes_)]
        return float(np.average(right, weights=sample_weight))

    def probability(self, columns: Columns) -> Float[np.ndarray, "rows classes"]:
        """The probabilities for rows that `encoding_` has encoded already."""
        return self.meaning(self.outputs(columns))

    def meaning(self, scores: Float[np.ndarray, "rows units"]) -> Float[np.ndarray, "rows classes"]:
        """The probabilities that these outputs of the network stand for."""
        return scores if self._labels else self.decision_.probability(_two_columns(scores))

    def decide(self, probability: Float[np.ndarray, "rows classes"]) -> np.ndarray:
        """The classes that these probabilities mean."""
        if self._labels:
            return (probability >= self.threshold_).astype(int)
        codes = self.decision_.decide(probability)
        called = self.classes_[codes]
        return (
            called if self.decision_.refer_band is None else np.where(codes < 0, REFER, called.astype(object))
        )

    @property
    def threshold_(self) -> float | None:
        """The threshold in force; None with more than two classes."""
        return self._line if self._labels else self.decision_.line

    @threshold_.setter
    def threshold_(self, value: float) -> None:
        _check_probability("threshold_", value)
        if self._labels:
            self._line = float(value)
        else:
            # One's own line decides every row.
            self.decision_ = replace(_at(self.decision_, value), threshold_band=None, refer_band=None)

    @property
    def _rates(self) -> Float[np.ndarray, "two classes"]:
        """The share of each class among the training rows, and among those the network saw."""
        return self._seen / self._seen.sum(axis=1, keepdims=True)

    # What NeuralEstimator asks for.

    def _check_settings(self) -> None:
        super()._check_settings()
        rule, cost = self.threshold, self.cost
        if isinstance(rule, str):
            read_rule(rule, None if cost is None or rule.strip() != "cost" else check_cost(cost))
        elif rule is not None:
            _check_probability("threshold", rule)
        if cost is not None and "cost" not in (rule, self.refer):
            raise ArgumentError(f"cost={cost!r} without a rule", hint='add threshold="cost"')
        if self.calibration not in (None, *CALIBRATIONS):
            raise UnknownNameError("calibration", self.calibration, CALIBRATIONS)
        if self.class_weight is not None and self.balance == "class_weight":
            raise ArgumentError(
                "class_weight= and balance='class_weight' both weigh the classes", hint="give one of them"
            )
        if self.balance is None and self.balance_ratio != 1:
            raise ArgumentError(
                f"balance_ratio={self.balance_ratio!r} without balance", hint='add balance="downsample"'
            )
        if self.focal_gamma is not None and not 0 <= self.focal_gamma < np.inf:
            raise ArgumentError(f"focal_gamma={self.focal_gamma!r}", hint="a gamma is 0 or more")

    def _check_target(self) -> None:
        """Refuses settings that do not go with the classes, before anything is learned."""
        if self._labels:
            wishes = ("class_weight", "balance", "focal_gamma", "calibration", "refer")
            wished = [name for name in wishes if getattr(self, name) is not None]
            wished += ["base_rate"] if self.base_rate not in (None, "training") else []
            wished += ["threshold"] if isinstance(self.threshold, str) else []
            if wished:
                raise ArgumentError(
                    f"{wished[0]}={getattr(self, wished[0])!r} with several labels",
                    hint="leave it out, or fit a classifier for each label",
                )
            return
        if len(self.classes_) > 2 and (self.threshold not in (None, 0.5) or self.refer is not None):
            name = "threshold" if self.refer is None else "refer"
            raise ArgumentError(
                f"{name}={getattr(self, name)!r} with {len(self.classes_)} classes",
                hint="leave it out: with more than two classes the likeliest is the answer",
            )
        if self.refer is not None and REFER in map(str, self.classes_):
            raise ArgumentError(
                f"a class is called {REFER!r}, which is the prediction for a row that is referred",
                hint="rename the class, or leave refer= out",
            )
        deployment_rates(self.base_rate, self.classes_)
        if self.class_weight is not None:
            class_weights(self.class_weight, np.arange(len(self.classes_)), None, self.classes_)

    @property
    def _wants_rule(self) -> bool:
        """Whether validation rows have something to decide."""
        return isinstance(self.threshold, str) or self.calibration is not None or self.refer is not None

    def _needs_validation(self) -> bool:
        return bool(self.early_stopping) or self._wants_rule

    def _held_out(self, target: Target, n_rows: int, groups: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
        train, held_out = super()._held_out(target, n_rows, groups, seed)
        if self._wants_rule and not held_out.size:
            raise ArgumentError(
                f"of {n_rows:,} rows none can be held out for a calibration, a rule or a refer band",
                hint="give validation_data=, or leave them out",
            )
        return train, held_out

    def _read_target(self, y: Any, *, goes_on: bool) -> Target:
        if goes_on and not self._labels:
            codes = codes_of(y, self.classes_)
            return Target(np.ones(len(codes), bool), codes, tuple(self.classes_), codes)
        target = read_classes(y, self.positive)
        self._labels = not target.is_flat
        named = target.names or range(target.values.shape[1])
        if goes_on and len(named) != len(self.classes_):
            raise ArgumentError(f"{len(named)} labels, the fitted network has {len(self.classes_)}")
        self.classes_ = np.asarray(named)
        self._check_target()
        return target

    def _read_validation(self, y: Any) -> Target:
        return read_classes(y) if self._labels else self._read_target(y, goes_on=True)

    def _check_kept(self, target: Target) -> None:
        if not self._labels and len(np.unique(target.values)) < 2:
            raise TableError("the rows that count are of one class", hint="there is nothing to tell apart")

    def _outputs_wanted(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        n_classes = len(self.classes_)
        if self._labels:
            return (n_classes,), ("sigmoid",)
        return ((1, 2), ("sigmoid", "softmax")) if n_classes == 2 else ((n_classes,), ("softmax",))

    def _prepared(
        self, columns: Columns, values: np.ndarray, weight: np.ndarray | None, seed: int, *, goes_on: bool
    ) -> tuple[Columns, np.ndarray, np.ndarray | None]:
        how, ratio = self.balance, self.balance_ratio
        if self._labels:
            return columns, values, weight
        n_classes = len(self.classes_)
        before = self._seen if goes_on else np.zeros((2, n_classes))
        seen = class_totals(values, weight, n_classes)
        if self.class_weight is not None:
            weight = class_weights(self.class_weight, values, weight, self.classes_)
        if how is not None:
            balanced = balance(
                columns, values, how=how, ratio=ratio, n_classes=n_classes, seed=seed, sample_weight=weight,
                classes=tuple(self.classes_.tolist()),
            )  # fmt: skip
            columns, values, weight = balanced.columns, balanced.target_codes, balanced.sample_weight
        # By class: what there was, and what the network got to see of it.
        self._seen = before + np.stack([seen, class_totals(values, weight, n_classes)])
        return columns, values, weight

    def _learned(self, values: np.ndarray) -> np.ndarray:
        units = self.model_.output_shape[-1]
        one_hot = self.focal_gamma is not None and units > 1 and not self._labels
        return np.eye(units, dtype=np.float32)[values] if one_hot else values

    def _compile(self, model: Model, optimizer: Any) -> None:
        sigmoid = self._labels or model.output_shape[-1] == 1
        gamma = self.focal_gamma
        if gamma is None:
            loss: Any = "binary_crossentropy" if sigmoid else "sparse_categorical_crossentropy"
        else:
            kind = losses.BinaryFocalCrossentropy if sigmoid else losses.CategoricalFocalCrossentropy
            # Alpha would weigh the classes, which is `class_weight`'s work.
            loss = kind(gamma=gamma) if sigmoid else kind(gamma=gamma, alpha=1.0)
        model.compile(optimizer, loss, metrics=["accuracy", "auc"] if sigmoid else ["accuracy"])

    def _weights_for_stopping(self, values: np.ndarray, weight: np.ndarray | None) -> np.ndarray | None:
        # Validation rows stay as they are; but a loss that falls in training has to fall in them too, so each
        # class counts for as much as in training.
        if self._labels:
            return weight
        base, trained = self._rates
        if np.allclose(trained, base):
            return weight
        by_row = np.divide(trained, base, out=np.zeros_like(base), where=base > 0)[values].astype(np.float32)
        return by_row if weight is None else by_row * weight

    def _scores(self, columns: Columns) -> dict[str, np.ndarray]:
        if self._labels:
            return {}
        probability = self.probability(columns)
        first = 1 if len(self.classes_) == 2 else 0
        return {
            f"probability_{label}": probability[:, place]
            for place, label in enumerate(self.classes_)
            if place >= first
        }

    def _decide_by(self, validation: tuple[Columns, np.ndarray, np.ndarray | None] | None) -> None:
        """Settles how probabilities become decisions, as far as validation rows are asked."""
        if self._labels:
            self._line = 0.5 if self.threshold is None else float(self.threshold)
            return
        self.decision_ = self._first_decision()
        if not self._wants_rule or validation is None:
            return
        columns, codes, weight = validation
        fixed = self.decision_.threshold
        rule = self.threshold if self.threshold is not None else fixed.value if fixed is not None else None
        self.decision_ = fit_decision(
            replace(self.decision_, threshold=None), codes, _two_columns(self.outputs(columns)),
            calibration=self.calibration, threshold=rule, refer=self.refer, cost=self.cost,
            sample_weight=weight, seed=0,
        )  # fmt: skip
        chosen = self.decision_.threshold
        if self.threshold is None and fixed is not None and chosen is not None:
            self.decision_ = replace(self.decision_, threshold=replace(chosen, rule=fixed.rule))

    def _first_decision(self) -> Decision:
        """The decision before any validation row is asked."""
        base, trained = self._rates
        bent = not np.allclose(trained, base)
        decision = Decision(
            base_rates=tuple(base),
            trained_on=tuple(trained) if bent else None,
            focal_gamma=self.focal_gamma,
            correction=self.base_rate is not None,
            deployment_rates=deployment_rates(self.base_rate, self.classes_),
        )
        if len(base) > 2:
            return decision
        if isinstance(self.threshold, int | float):
            return _at(decision, self.threshold)
        if bent and decision.correction and self.threshold is None:
            even = correct_priors(np.array([[0.5, 0.5]]), trained, decision.rates)[0, 1]
            return _at(decision, float(even), "likelier where balanced")
        return decision


def _at(decision: Decision, value: float | int, rule: str = "") -> Decision:
    """The decision with a threshold that was given, which is for the class rates in use."""
    return replace(
        decision,
        threshold=Threshold(float(value), rule or f"{value:g}", {}),
        threshold_rates=decision.deployment_rates,
    )


def _check_probability(name: str, value: Any) -> None:
    if not 0 <= value <= 1:
        raise ArgumentError(f"{name}={value!r}", hint="a threshold is a probability, from 0 to 1")


def _two_columns(scores: Float[np.ndarray, "rows units"]) -> Float[np.ndarray, "rows classes"]:
    return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores
