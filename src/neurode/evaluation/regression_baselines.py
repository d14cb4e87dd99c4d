"""Four honest baselines for numbers: what a network has to beat to be worth its trouble.

The mean, the median, a linear model and gradient-boosted trees, each on the same columns as the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation.baselines import Predict, timed_fit
from neurode.evaluation.features import fit_linear_features, fit_tree_features
from neurode.typing import Columns

ALPHAS = tuple(10.0**power for power in range(-2, 6))
"""Penalties that ridge regression may choose from: from next to none to next to a constant."""

Fit = Callable[[Columns, np.ndarray, int], Predict]
"""From training rows, their target and a seed to a fitted model."""


@dataclass(frozen=True, eq=False)
class RegressionBaseline:
    """A fitted baseline that predicts numbers.

    Attributes:
        name: For people, such as "ridge regression".
        predict: From columns to `(rows,)`, or to `(rows, targets)` where it was fitted to several.
        fit_seconds: What fitting took, without the import of scikit-learn.
    """

    name: str
    predict: Predict
    fit_seconds: float


def fit_regression_baselines(train: Columns, target: Any, *, seed: int = 0) -> tuple[RegressionBaseline, ...]:
    """Fits the mean, the median, ridge regression and gradient boosting on the training rows.

    Args:
        train: Numbers with NaN where missing, codes with 0 missing, 1 unseen, 2 and up the levels.
        target: `(rows,)` or `(rows, targets)`; each target gets models of its own.
        seed: Of the trees (their early stopping holds rows out) and of folds.

    Raises:
        ShapeError: The rows do not agree.
        ArgumentError: A target is not a finite number.

    Example:
        >>> numbers = np.float32([[0.0], [1.0], [2.0], [3.0]]).repeat(10, axis=0)
        >>> columns = Columns(numbers, np.zeros((40, 0), np.uint8))
        >>> mean, median, ridge, trees = fit_regression_baselines(columns, 2.0 * numbers[:, 0])
        >>> mean.predict(columns)[0]
        np.float64(3.0)
        >>> ridge.predict(columns)[::10].round(1)
        array([0., 2., 4., 6.])
    """
    target = np.asarray(target).astype(np.float64)
    if target.ndim not in (1, 2) or len({len(target), len(train.numbers), len(train.codes)}) > 1:
        raise ShapeError(
            f"target has shape {target.shape}, for {len(train.numbers)} rows of numbers "
            f"and {len(train.codes)} of codes"
        )
    if not np.isfinite(target).all():
        bad = np.count_nonzero(~np.isfinite(target.reshape(len(target), -1)).all(axis=1))
        raise ArgumentError(f"{bad} rows have a target that is not a finite number")
    # Only the fits below are timed, not the first import.
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401

    fits: dict[str, Fit] = {"mean": fit_mean}
    if len(np.unique(target, axis=0)) > 1:
        # With one number alone the mean is all there is to learn.
        fits |= {
            "median": fit_median,
            "ridge regression": _each_target(fit_ridge),
            "gradient boosting": _each_target(fit_boosted_trees),
        }
    return tuple(RegressionBaseline(name, *timed_fit(fit, train, target, seed)) for name, fit in fits.items())


def fit_mean(train: Columns, target: np.ndarray, seed: int) -> Predict:
    """Gives every row the mean of the training rows: the best constant for squared errors."""
    return _constant(target.mean(axis=0))


def fit_median(train: Columns, target: np.ndarray, seed: int) -> Predict:
    """Gives every row the median of the training rows: the best constant for absolute errors."""
    return _constant(np.median(target, axis=0))


def fit_ridge(train: Columns, target: np.ndarray, seed: int) -> Predict:
    """Ridge regression on standardised numbers and one-hot levels, its penalty chosen on the training rows.

    By leaving out one row at a time, which has a closed form; where there are so many levels that the
    features are sparse, on three folds.
    """
    from scipy.sparse import issparse  # type: ignore[import-untyped]
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold

    features = fit_linear_features(train)
    rows = features(train)
    search: dict[str, Any] = {}
    if issparse(rows):
        folds = KFold(min(3, len(target)), shuffle=True, random_state=seed)
        search = {"cv": folds, "scoring": "neg_mean_squared_error"}
    # Around its mean: the features are float32, and so is what the model adds up.
    mean = target.mean()
    model = RidgeCV(ALPHAS, **search).fit(rows, target - mean)
    return lambda columns: mean + model.predict(features(columns)).astype(np.float64)


def fit_boosted_trees(train: Columns, target: np.ndarray, seed: int) -> Predict:
    """Histogram gradient boosting with scikit-learn's default settings, on numbers and levels as they are."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    features, rows, categorical = fit_tree_features(train, target, seed)
    model = HistGradientBoostingRegressor(categorical_features=categorical, random_state=seed)
    model.fit(rows, target)
    return lambda columns: model.predict(features(columns))


def _each_target(fit: Fit) -> Fit:
    """The same fit for several targets: a model for each, their answers side by side."""

    def fit_all(train: Columns, target: np.ndarray, seed: int) -> Predict:
        if target.ndim == 1:
            return fit(train, target, seed)
        models = [fit(train, column, seed) for column in target.T]
        return lambda columns: np.column_stack([predict(columns) for predict in models])

    return fit_all


def _constant(value: Any) -> Predict:
    return lambda columns: np.broadcast_to(value, (len(columns.numbers), *np.shape(value))).copy()
