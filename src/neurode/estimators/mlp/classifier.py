"""scikit-learn's MLPClassifier, on neurode's engine."""

from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.base import ClassifierMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels
from sklearn.utils.validation import column_or_1d, validate_data

from neurode.errors import ArgumentError, UnknownNameError
from neurode.estimators.mlp.class_weights import with_class_weight
from neurode.estimators.mlp.network import activated, log_probabilities
from neurode.estimators.mlp.perceptron import MultilayerPerceptron
from neurode.estimators.mlp.rows import Table


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):
    r"""A multi-layer perceptron for classes: a drop-in for scikit-learn's estimator of this name.

    The same `random_state` gives the weights, held-out rows and orders of rows that it gives in scikit-learn
    1.9, so that a fit agrees up to rounding. Solvers "sgd" and "adam" compute in single precision, "lbfgs" in
    double. Weights have the precision of `X`, and predictions are made from `coefs_` and `intercepts_` as
    they are: what a person writes into them counts. A sparse `X` becomes dense as a whole when fitted; it
    stays sparse in predictions.

    Several labels a row are given as a matrix of 0 and 1. Two classes and labels end in logistic units, more
    classes in a softmax.

    Args:
        hidden_layer_sizes: Units of each hidden layer, or of the only one; `()` is logistic regression.
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
        early_stopping: Whether to hold out rows, to stop when accuracy on them no longer rises, and to keep
            the best weights.
        validation_fraction: Share of the rows held out, in [0, 1).
        beta_1: Of "adam": how slowly the mean of gradients forgets, in [0, 1).
        beta_2: How slowly the mean of their squares forgets, in [0, 1).
        epsilon: Added to the root of the latter, above 0.
        n_iter_no_change: Epochs in a row that may be no better; infinity never stops.
        max_fun: Most looks at the loss with "lbfgs".
        class_weight: Weight of each class in the loss, a dict by class; or "balanced", by which all classes
            weigh the same. It counts on training rows only, not on those held out. scikit-learn has no such
            argument.

    Attributes:
        classes_: The classes in order.
        coefs_: The matrix `(inputs, units)` of each layer.
        intercepts_: The vector `(units,)` of each layer.
        loss_: The last loss, the penalty included.
        best_loss_: The lowest so far; None with early stopping.
        loss_curve_: The loss of each epoch.
        validation_scores_: The accuracy on held-out rows after each epoch, or None.
        best_validation_score_: The highest so far, or None.
        validation_loss_curve_: The loss on held-out rows after each epoch without the penalty, or None.
            scikit-learn has no such attribute.
        n_iter_: Epochs of the last fit.
        t_: Rows seen.
        n_layers_: Layers, that of the inputs included.
        n_outputs_: Outputs.
        out_activation_: "logistic" or "softmax".
        n_features_in_: Columns of `X`.
        feature_names_in_: Their names, if `X` had any.

    Example:
        >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]] * 10), np.array(["low", "low", "high", "high"] * 10)
        >>> classifier = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X, y)
        >>> classifier.predict([[0.5], [2.5]])
        array(['low', 'high'], dtype='<U4')
    """

    # By scikit-learn's rule a constructor takes anything; `fit` is what checks.
    def __init__(
        self,
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
        class_weight: Any = None,
    ) -> None:
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
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPClassifier":
        """Learns from rows.

        Args:
            X: Rows of numbers without gaps: an array, a frame or a sparse matrix.
            y: One class a row, or a matrix of 0 and 1 with one column a label.
            sample_weight: Weight of each row, at least 0.

        Raises:
            ArgumentError: If an argument is outside its range, or weights became infinite.
        """
        return self._fit(X, y, sample_weight, partial=False)

    @available_if(lambda self: self._has_batches())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> "MLPClassifier":
        """One epoch on these rows, from the weights and the optimiser's state so far.

        Args:
            X: Rows as in `fit`.
            y: Classes as in `fit`.
            sample_weight: Weight of each row, at least 0.
            classes: All classes there will ever be; needed in the first call.

        Raises:
            ArgumentError: If the classes are missing or not those of the call before.
        """
        if not hasattr(self, "classes_"):
            if classes is None:
                raise ArgumentError(
                    "the first call of partial_fit needs classes", hint="pass classes=np.unique(all of y)"
                )
            is_many = type_of_target(y).startswith("multilabel")
            self._learn_classes(y if is_many else unique_labels(classes))
        elif classes is not None and not np.array_equal(unique_labels(classes), self.classes_):
            raise ArgumentError(f"classes={classes!r} are not those of the last call, {self.classes_}")
        return self._fit(X, y, sample_weight, partial=True)

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row, or its labels as 0 and 1."""
        outputs = activated(self._raw_scores(X), self.out_activation_)
        return self._label_binarizer.inverse_transform(outputs.ravel() if self.n_outputs_ == 1 else outputs)

    def predict_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """The probability of each class in the order of `classes_`, or of each label."""
        outputs = activated(self._raw_scores(X), self.out_activation_)
        return np.hstack([1 - outputs, outputs]) if self.n_outputs_ == 1 else outputs

    def predict_log_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """The logarithms of `predict_proba`, finite where those are rounded to 0."""
        return log_probabilities(self._raw_scores(X), self.out_activation_)

    def _learn_classes(self, y: Any) -> None:
        self._label_binarizer = LabelBinarizer().fit(y)
        self.classes_ = self._label_binarizer.classes_

    def _validated(self, X: Any, y: Any, *, partial: bool, reset: bool) -> tuple[Any, np.ndarray]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if not hasattr(self, "classes_") or not (self.warm_start or partial):
            self._learn_classes(y)
        else:
            self._check_classes(unique_labels(y))
        return X, np.asarray(self._label_binarizer.transform(y)).astype(np.float32)

    def _check_classes(self, found: np.ndarray) -> None:
        if unknown := [label for label in found.tolist() if label not in self.classes_.tolist()]:
            raise UnknownNameError("class", unknown[0], list(map(str, self.classes_)))
        if self.warm_start and len(found) < len(self.classes_):
            raise ArgumentError(
                f"warm_start needs the same classes as before, {self.classes_}; `y` has {found}",
                hint="use partial_fit for rows that have only some of the classes",
            )

    def _out_activation(self) -> str:
        return "softmax" if self._label_binarizer.y_type_ == "multiclass" else "logistic"

    def _with_class_weight(self, table: Table, *, partial: bool) -> Table:
        if self.class_weight is None:
            return table
        if partial and self.class_weight == "balanced":
            raise ArgumentError(
                'class_weight="balanced" does not go with partial_fit, which sees only some of the rows',
                hint="pass the weights as a dict",
            )
        if self._label_binarizer.y_type_.startswith("multilabel"):
            raise ArgumentError(
                f"class_weight={self.class_weight!r} with several labels a row", hint="pass sample_weight"
            )
        weight = with_class_weight(table.y, self.classes_, self.class_weight, table.weight)
        return table._replace(weight=weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
