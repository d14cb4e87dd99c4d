"""Three honest baselines: what a network has to beat to be worth its trouble.

The majority, a linear model and gradient-boosted trees, each on the same columns as the network and each with
the preparation that an expert would give it. scikit-learn is loaded only when they are fitted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ShapeError
from neurode.evaluation.features import fit_linear_features, fit_tree_features
from neurode.typing import Columns

Predict = Callable[[Columns], np.ndarray]
"""From columns to what is predicted: `(rows, classes)` probabilities, or numbers in the target's shape."""

FEW_CELLS = 5_000_000
"""Up to this many values one thread fits fastest: more wait for each other, long on a busy machine."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """A fitted baseline.

    Attributes:
        name: For people, such as "logistic regression".
        predict_proba: From columns to `(rows, classes)`.
        fit_seconds: What fitting took, without the import of scikit-learn.
    """

    name: str
    predict_proba: Predict
    fit_seconds: float


def fit_baselines(
    train: Columns, target: Any, *, n_classes: int | None = None, seed: int = 0
) -> tuple[Baseline, ...]:
    """Fits the majority, logistic regression and gradient boosting on the training rows.

    Args:
        train: Numbers with NaN where missing, codes with 0 missing, 1 unseen, 2 and up the levels.
        target: The class code of each row, from 0.
        n_classes: How many classes there are, when the rows may not show all of them.
        seed: Of the trees (their early stopping holds rows out) and of the folds of target rates.

    Example:
        >>> numbers = np.float32([[0.0], [1.0], [2.0], [3.0]]).repeat(10, axis=0)
        >>> columns = Columns(numbers, np.zeros((40, 0), np.uint8))
        >>> majority, linear, trees = fit_baselines(columns, (numbers[:, 0] > 0).astype(int))
        >>> majority.predict_proba(columns)[0]
        array([0.25, 0.75])
        >>> linear.predict_proba(columns).argmax(axis=1)[::10]
        array([0, 1, 1, 1])
    """
    target = np.asarray(target).astype(np.int64)
    if len(target) != len(train.numbers) or len(target) != len(train.codes):
        raise ShapeError(
            f"target has {len(target)} rows, numbers {len(train.numbers)} and codes {len(train.codes)}"
        )
    classes = int(n_classes or max(2, target.max() + 1))
    # Only the fits below are timed, not the first import.
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401

    fits = {"majority": fit_majority}
    if len(np.unique(target)) > 1:
        # With one class alone the majority is all there is to learn, and scikit-learn refuses.
        fits |= {"logistic regression": fit_logistic_regression, "gradient boosting": fit_gradient_boosting}
    return tuple(Baseline(name, *timed_fit(fit, train, target, classes, seed)) for name, fit in fits.items())


def timed_fit(fit: Callable[..., Predict], train: Columns, *arguments: Any) -> tuple[Predict, float]:
    """What a fit returns, and the seconds it took on as many threads as its rows are worth."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    start = time.perf_counter()
    with threadpool_limits(1 if train.numbers.size + train.codes.size <= FEW_CELLS else None):
        predict = fit(train, *arguments)
    return predict, time.perf_counter() - start


def fit_majority(train: Columns, target: np.ndarray, n_classes: int, seed: int) -> Predict:
    """Gives every row the class frequencies of the training rows."""
    frequency = np.bincount(target, minlength=n_classes) / len(target)
    return lambda columns: np.tile(frequency, (len(columns.numbers), 1))


def fit_logistic_regression(train: Columns, target: np.ndarray, n_classes: int, seed: int) -> Predict:
    """Logistic regression with scikit-learn's default penalty, on standardised numbers and one-hot levels."""
    from sklearn.linear_model import LogisticRegression

    features = fit_linear_features(train)
    model = LogisticRegression(solver="lbfgs", max_iter=1000).fit(features(train), target)
    return lambda columns: _all_classes(model, features(columns), n_classes)


def fit_gradient_boosting(train: Columns, target: np.ndarray, n_classes: int, seed: int) -> Predict:
    """Histogram gradient boosting with scikit-learn's default settings, on numbers and levels as they are."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    membership = target[:, None] == np.unique(target)[1:]
    features, rows, categorical = fit_tree_features(train, membership, seed)
    model = HistGradientBoostingClassifier(categorical_features=categorical, random_state=seed)
    model.fit(rows, target)
    return lambda columns: _all_classes(model, features(columns), n_classes)


def _all_classes(model: Any, rows: Any, n_classes: int) -> np.ndarray:
    """Probabilities with a column for every class, also those that training did not show."""
    probability = np.zeros((rows.shape[0], n_classes))
    probability[:, model.classes_] = model.predict_proba(rows)
    return probability
