"""Parity of the perceptrons with scikit-learn 1.9's own."""

import numpy as np
import pytest
import scipy.sparse
from sklearn import neural_network as reference
from sklearn.base import is_classifier
from sklearn.datasets import (
    load_digits,
    load_iris,
    make_classification,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import PoissonRegressor
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from neurode.errors import ArgumentError, UnknownNameError
from neurode.estimators import mlp

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X2, Y2 = make_classification(230, 6, random_state=0)
X3, Y3 = make_classification(230, 6, n_informative=4, n_classes=3, random_state=1)
XL, YL = make_multilabel_classification(120, 5, n_classes=3, random_state=0)
XR, YR = make_regression(230, 6, noise=5.0, random_state=0)
XM, YM = make_regression(120, 6, n_targets=3, random_state=0)
YR, YM = scale(YR), scale(YM)
COUNTS = np.random.default_rng(0).poisson(np.exp(0.5 * X2[:, 0]))

TABLES = {
    "two classes": ("MLPClassifier", X2, Y2, {}),
    "three classes": ("MLPClassifier", X3, Y3, {}),
    "labels": ("MLPClassifier", scale(XL), YL, {}),
    "one target": ("MLPRegressor", XR, YR, {}),
    "three targets": ("MLPRegressor", XM, YM, {}),
    "counts": ("MLPRegressor", X2, COUNTS, {"loss": "poisson"}),
}
SOLVERS = {
    "adam": {"solver": "adam"},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.02},
    "plain sgd": {"solver": "sgd", "learning_rate_init": 0.02, "nesterovs_momentum": False},
    "without momentum": {"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0.0},
    "invscaling": {"solver": "sgd", "learning_rate_init": 0.5, "learning_rate": "invscaling", "power_t": 0.3},
}


@pytest.fixture(autouse=True)
def keras():
    """In place of the fixture of this name for the folder: nothing here needs Keras."""


def both(kind, **settings):
    """Our estimator and scikit-learn's with the same arguments."""
    settings = {"hidden_layer_sizes": (7, 5), "random_state": 3, "max_iter": 12, **settings}
    return getattr(mlp, kind)(**settings), getattr(reference, kind)(**settings)


def assert_same_fit(ours, theirs, rtol=1e-4):
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=rtol)
    assert (ours.n_iter_, ours.t_, ours.out_activation_) == (
        theirs.n_iter_,
        theirs.t_,
        theirs.out_activation_,
    )
    for one, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_):
        np.testing.assert_allclose(one, other, rtol=1e-2, atol=1e-3)


CASES = [(table, solver) for table in TABLES for solver in SOLVERS if solver in ("adam", "sgd")]
CASES += [("three classes", solver) for solver in SOLVERS if solver not in ("adam", "sgd")]


@pytest.mark.parametrize(("table", "solver"), CASES)
def test_the_same_seed_gives_the_same_fit(table, solver):
    kind, X, y, settings = TABLES[table]
    ours, theirs = (one.fit(X, y) for one in both(kind, batch_size=50, **SOLVERS[solver], **settings))
    assert_same_fit(ours, theirs)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_weights_set_by_hand_are_where_both_begin(activation):
    random = np.random.default_rng(0)
    coefs = [random.normal(size=shape) / 2 for shape in ((6, 7), (7, 5), (5, 3))]
    intercepts = [random.normal(size=size) / 2 for size in (7, 5, 3)]
    settings = {
        "activation": activation,
        "warm_start": True,
        "shuffle": False,
        "alpha": 0.1,
        "batch_size": 64,
    }
    fits = []
    for one in both("MLPClassifier", **settings):
        one.set_params(max_iter=1).fit(X3, Y3)
        one.coefs_, one.intercepts_ = [c.copy() for c in coefs], [i.copy() for i in intercepts]
        fits.append(one.set_params(max_iter=10).fit(X3, Y3))
    assert_same_fit(*fits)


@pytest.mark.parametrize("table", TABLES)
def test_lbfgs_takes_the_same_path(table):
    kind, X, y, settings = TABLES[table]
    ours, theirs = both(kind, solver="lbfgs", activation="tanh", alpha=0.5, **settings)
    ours, theirs = ours.fit(X, y), theirs.fit(X, y)
    if table == "three targets":
        # scikit-learn's gradient there is not that of its loss, which is what its line search goes by.
        assert ours.score(X, y) > theirs.score(X, y) - 0.01
    else:
        np.testing.assert_allclose(ours.loss_, theirs.loss_, rtol=1e-6)
        assert ours.n_iter_ == theirs.n_iter_
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-4, atol=1e-6)


def test_weights_of_rows_count_as_in_scikit_learn():
    weight = np.random.default_rng(0).uniform(0.1, 3, len(Y3))
    for kind, X, y in (("MLPClassifier", X3, Y3), ("MLPRegressor", XR, YR)):
        ours, theirs = (one.fit(X, y, weight) for one in both(kind, batch_size=60, alpha=0.3))
        assert_same_fit(ours, theirs)


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_early_stopping_holds_out_the_same_rows_and_keeps_the_best(kind, is_weighted):
    X, y = (X2, Y2) if kind == "MLPClassifier" else (XR, YR)
    weight = np.random.default_rng(0).uniform(0.5, 2, len(y)) if is_weighted else None
    settings = {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "max_iter": 60,
        "learning_rate_init": 0.01,
    }
    ours, theirs = (one.fit(X, y, weight) for one in both(kind, n_iter_no_change=5, **settings))
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(ours.best_validation_score_, theirs.best_validation_score_, rtol=1e-3)
    assert_same_fit(ours, theirs, rtol=1e-3)
    assert ours.best_loss_ is None


def test_the_adaptive_rate_falls_in_the_same_epochs():
    settings = {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2}
    ours, theirs = (
        one.fit(X2, Y2) for one in both("MLPClassifier", learning_rate_init=0.05, max_iter=300, **settings)
    )
    assert_same_fit(ours, theirs)
    np.testing.assert_allclose(ours._optimizer.learning_rate, theirs._optimizer.learning_rate)
    assert ours.n_iter_ < 300


def test_the_shared_generator_is_left_where_scikit_learn_leaves_it():
    states = []
    for module in (mlp, reference):
        random = np.random.RandomState(5)
        module.MLPClassifier((4,), random_state=random, max_iter=100, tol=0.05, n_iter_no_change=3).fit(
            X2, Y2
        )
        states.append(random.randint(10**9))
    assert states[0] == states[1]


def test_predictions_from_the_same_weights_are_the_same():
    for table in TABLES:
        kind, X, y, settings = TABLES[table]
        ours, theirs = both(kind, max_iter=2, **settings)
        ours, theirs = ours.fit(X, y), theirs.fit(X, y)
        for mine, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_):
            mine[:] = other
        for rows in (X, scipy.sparse.csr_array(X), scipy.sparse.csc_matrix(X)):
            np.testing.assert_allclose(ours.predict(rows), theirs.predict(rows), rtol=1e-12)
            if is_classifier(theirs):
                np.testing.assert_allclose(ours.predict_proba(rows), theirs.predict_proba(rows), rtol=1e-12)
                np.testing.assert_allclose(
                    ours.predict_log_proba(rows), theirs.predict_log_proba(rows), rtol=1e-9, atol=1e-12
                )


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_iris, load_digits])
def test_defaults_converge_as_well_as_scikit_learn(load):
    X, y = load(return_X_y=True)
    X, X_test, y, y_test = train_test_split(scale(X), y, test_size=0.5, random_state=0, stratify=y)
    ours, theirs = (module.MLPClassifier(random_state=0).fit(X, y) for module in (mlp, reference))
    assert ours.score(X_test, y_test) >= theirs.score(X_test, y_test) - 0.01
    # After thousands of steps what was rounded differently has grown.
    np.testing.assert_allclose(ours.loss_, theirs.loss_, rtol=0.1)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_partial_fit_equals_fit_in_steps(kind, solver):
    X, y = (X3, Y3) if kind == "MLPClassifier" else (XM, YM)
    settings = {"solver": solver, "shuffle": False, "batch_size": 50, "tol": 0.0, "n_iter_no_change": 1000}
    once, theirs = both(kind, **settings)
    once, steps = once.fit(X, y), both(kind, **settings)[0]
    first = {"classes": np.unique(y)} if kind == "MLPClassifier" else {}
    for _ in range(12):
        steps.partial_fit(X, y, **first)
        theirs.partial_fit(X, y, **first)
    for one, other in zip(once.coefs_ + once.intercepts_, steps.coefs_ + steps.intercepts_):
        np.testing.assert_array_equal(one, other)
    assert_same_fit(steps, theirs)


def test_warm_start_goes_on():
    ours, theirs = both("MLPClassifier", warm_start=True, max_iter=5)
    for one in (ours, theirs):
        one.fit(X2, Y2)
        one.set_params(max_iter=8).fit(X2, Y2)
    assert len(ours.loss_curve_) == 13
    assert_same_fit(ours, theirs)


def test_warm_start_with_early_stopping_goes_on_from_the_best():
    settings = {"warm_start": True, "early_stopping": True, "max_iter": 5, "n_iter_no_change": 20}
    ours, theirs = both("MLPClassifier", **settings)
    for one in (ours, theirs):
        one.fit(X2, Y2)
        one.set_params(max_iter=8)
    best, score = [matrix.copy() for matrix in ours.coefs_], ours.best_validation_score_
    ours, theirs = ours.fit(X2, Y2), theirs.fit(X2, Y2)
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-6)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-4)
    assert len(ours.loss_curve_) == len(ours.validation_loss_curve_) == 13
    # Nothing better came, so the best weights stay. scikit-learn 1.9 trains on in the arrays that hold them.
    assert ours.best_validation_score_ == score
    for one, other in zip(ours.coefs_, best):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_a_weight_of_rows_equals_their_repetition(solver):
    X, y = X3[:40], Y3[:40]
    weight = np.random.default_rng(0).integers(1, 4, len(y))
    settings = {"solver": solver, "shuffle": False, "max_iter": 30}
    weighted = both("MLPClassifier", **settings)[0].fit(X, y, weight)
    repeated = both("MLPClassifier", **settings)[0].fit(X.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-4)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_a_weight_of_zero_equals_removal(solver):
    X, y = XR[:60], YR[:60]
    weight = np.r_[np.full(50, 2.0), np.zeros(10)]
    settings = {"solver": solver, "shuffle": False, "max_iter": 30}
    zero = both("MLPRegressor", **settings)[0].fit(X, y, weight)
    removed = both("MLPRegressor", **settings)[0].fit(X[:50], y[:50], weight[:50])
    np.testing.assert_allclose(zero.predict(X), removed.predict(X), rtol=1e-4, atol=1e-5)


def test_a_linear_poisson_network_is_the_generalized_linear_model():
    X = np.linspace(0, 1, 100)[:, None]
    y = np.random.default_rng(0).poisson(np.exp(X[:, 0] + 1))
    glm = PoissonRegressor(alpha=0, tol=1e-7).fit(X, y)
    settings = {"hidden_layer_sizes": (), "loss": "poisson", "alpha": 0.0, "solver": "lbfgs", "tol": 1e-7}
    network = mlp.MLPRegressor(**settings, random_state=0).fit(X, y)
    np.testing.assert_allclose(network.predict(X), glm.predict(X), rtol=1e-5)


@pytest.mark.parametrize("max_iter", [1, 7])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_a_fit_that_has_not_converged_warns(solver, max_iter):
    for one in both("MLPClassifier", solver=solver, max_iter=max_iter):
        with pytest.warns(ConvergenceWarning):
            one.fit(X2, Y2)
        assert one.n_iter_ == max_iter


@pytest.mark.parametrize("mode", [0, 1])
def test_a_network_without_hidden_layers_learns_the_same(mode):
    settings = {"hidden_layer_sizes": (), "batch_size": 40, "early_stopping": bool(mode)}
    ours, theirs = (one.fit(X3, Y3) for one in both("MLPClassifier", **settings))
    assert_same_fit(ours, theirs)


WRONG = [
    {"solver": "newton"}, {"activation": "swish"}, {"learning_rate": "cyclic"}, {"alpha": -1.0},
    {"batch_size": 0}, {"batch_size": "all"}, {"learning_rate_init": 0.0}, {"power_t": -0.5},
    {"max_iter": 0}, {"shuffle": "yes"}, {"tol": -1.0}, {"momentum": 1.5}, {"nesterovs_momentum": 3},
    {"early_stopping": "auto"}, {"validation_fraction": 1.0}, {"beta_1": 1.0}, {"beta_2": -0.1},
    {"epsilon": 0.0}, {"n_iter_no_change": 0}, {"n_iter_no_change": 2.5}, {"max_fun": 0},
    {"hidden_layer_sizes": (4, 0)}, {"hidden_layer_sizes": -2}, {"warm_start": None},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_arguments_that_scikit_learn_refuses_are_refused(wrong):
    ours, theirs = both("MLPClassifier", **wrong)
    with pytest.raises(ValueError):  # noqa: PT011  scikit-learn's words are not compared.
        theirs.fit(X2, Y2)
    with pytest.raises((ArgumentError, UnknownNameError), match=next(iter(wrong))):
        ours.fit(X2, Y2)


def test_wrong_classes_are_refused():
    for one in both("MLPClassifier"):
        with pytest.raises(ValueError, match="classes"):
            one.partial_fit(X2, Y2)
        one.partial_fit(X2, Y2, classes=[0, 1])
        with pytest.raises(ValueError, match="classes"):
            one.partial_fit(X2, Y2, classes=[0, 2])
        with pytest.raises(ValueError, match="class"):
            one.partial_fit(X2, Y2 + 1)
    for one in both("MLPClassifier", warm_start=True):
        one.fit(X3, Y3)
        with pytest.raises(ValueError, match="classes"):
            one.fit(X3, np.minimum(Y3, 1))
    for one in both("MLPClassifier", solver="lbfgs"):
        assert not hasattr(one, "partial_fit")
    for one in both("MLPClassifier", early_stopping=True):
        with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
            one.partial_fit(X2, Y2, classes=[0, 1])


def test_an_infinite_loss_is_refused():
    X = np.random.default_rng(0).uniform(size=(10, 2)) * np.finfo(np.float64).max
    for one in both("MLPRegressor"):
        with (
            np.errstate(all="ignore"),
            pytest.raises(ValueError, match="Solver produced non-finite parameter weights"),
        ):
            one.fit(X, np.arange(10.0))


def test_too_few_rows_to_hold_out_are_refused():
    for one in both("MLPRegressor", early_stopping=True):
        with pytest.raises(ValueError, match="The validation set is too small"):
            one.fit(XR[:5], YR[:5])
