import pickle
import signal

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV

from neurode.errors import ArgumentError, ShapeError, UnknownNameError
from neurode.estimators import MLPClassifier, MLPRegressor
from neurode.estimators.mlp.stopping import Stopping
from neurode.training import TRACES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_classification(120, 5, weights=[0.8], random_state=0)
XR, YR = make_regression(80, 4, random_state=0)
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 5, "random_state": 0}


def weights(estimator):
    return np.concatenate([array.ravel() for array in estimator.coefs_ + estimator.intercepts_])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_class_weight_equals_weights_of_rows(solver):
    each = np.where(Y == 1, 4.0, 0.5)
    by_class = MLPClassifier(**QUICK, solver=solver, class_weight={0: 0.5, 1: 4.0}).fit(X, Y)
    np.testing.assert_allclose(
        weights(by_class), weights(MLPClassifier(**QUICK, solver=solver).fit(X, Y, each))
    )


def test_balanced_classes_raise_the_rare_one():
    plain = MLPClassifier(**QUICK, solver="lbfgs", alpha=1.0).fit(X, Y)
    balanced = clone(plain).set_params(class_weight="balanced").fit(X, Y)
    assert balanced.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.05


def test_class_weight_does_not_count_on_held_out_rows():
    settings = QUICK | {"early_stopping": True, "alpha": 0.0, "learning_rate_init": 1e-12}
    plain = MLPClassifier(**settings).fit(X, Y)
    weighted = MLPClassifier(**settings, class_weight={0: 1.0, 1: 100.0}).fit(X, Y)
    assert weighted.loss_ != pytest.approx(plain.loss_, rel=0.01)
    np.testing.assert_allclose(weighted.validation_loss_curve_, plain.validation_loss_curve_, rtol=1e-6)
    np.testing.assert_allclose(weighted.validation_scores_, plain.validation_scores_)


def test_class_weight_that_cannot_be_meant_is_refused():
    with pytest.raises(ArgumentError, match="partial_fit"):
        MLPClassifier(**QUICK, class_weight="balanced").partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ArgumentError, match="several labels"):
        MLPClassifier(**QUICK, class_weight="balanced").fit(X, np.stack([Y, 1 - Y], axis=1))
    with pytest.raises(UnknownNameError, match="no class named 2"):
        MLPClassifier(**QUICK, class_weight={0: 1.0, 2: 5.0}).fit(X, Y)


def test_the_validation_loss_is_that_of_the_rows_held_out():
    model = MLPClassifier(**QUICK, early_stopping=True, validation_fraction=0.5).fit(X, Y)
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == model.n_iter_ == 5
    assert model.validation_loss_curve_[-1] < model.validation_loss_curve_[0]
    assert MLPClassifier(**QUICK).fit(X, Y).validation_loss_curve_ is None


def test_what_a_person_writes_into_the_weights_counts():
    model = MLPRegressor(**QUICK).fit(XR, YR)
    model.coefs_[-1][:] = 0
    model.intercepts_[-1][:] = 7
    np.testing.assert_array_equal(model.predict(XR), 7)
    model.partial_fit(XR, YR)
    assert abs(model.predict(XR) - 7).max() < 0.1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_predictions_have_the_precision_of_the_table(dtype):
    for solver in ("adam", "lbfgs"):
        model = MLPClassifier(**QUICK, solver=solver).fit(X.astype(dtype), Y)
        assert {array.dtype for array in model.coefs_ + model.intercepts_} == {np.dtype(dtype)}
        assert model.predict_proba(X.astype(dtype)).dtype == dtype


def test_a_sparse_table_gives_the_fit_of_the_dense_one():
    sparse = np.where(X > 0.5, X, 0)
    dense = MLPClassifier(**QUICK, early_stopping=True).fit(sparse, Y)
    for container in (scipy.sparse.csr_array, scipy.sparse.csc_matrix):
        np.testing.assert_array_equal(
            weights(MLPClassifier(**QUICK, early_stopping=True).fit(container(sparse), Y)), weights(dense)
        )


def test_a_pickled_fit_goes_on_where_it_stopped():
    model = MLPRegressor(**QUICK).partial_fit(XR, YR)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(XR), model.predict(XR))
    np.testing.assert_array_equal(weights(again.partial_fit(XR, YR)), weights(model.partial_fit(XR, YR)))
    assert again.t_ == 2 * len(XR)


def test_another_solver_begins_with_an_optimizer_of_its_own():
    model = MLPRegressor(**QUICK).partial_fit(XR, YR)
    model.set_params(solver="sgd").partial_fit(XR, YR)
    assert model._optimizer.steps == 1


def test_another_penalty_does_not_compile_again():
    MLPClassifier(**QUICK).fit(X, Y)
    before = TRACES["train"]
    penalised = MLPClassifier(**QUICK, alpha=5.0).fit(X, Y)
    assert TRACES["train"] == before
    assert penalised.loss_ > MLPClassifier(**QUICK).fit(X, Y).loss_


def test_weights_of_one_are_none():
    np.testing.assert_array_equal(
        weights(MLPRegressor(**QUICK).fit(XR, YR, np.ones(len(YR)))),
        weights(MLPRegressor(**QUICK).fit(XR, YR)),
    )


def test_a_batch_without_weight_moves_nothing():
    settings = QUICK | {"solver": "sgd", "momentum": 0.0, "batch_size": 40, "shuffle": False, "alpha": 10.0}
    once = MLPRegressor(**(settings | {"max_iter": 1})).fit(XR, YR, np.r_[np.ones(40), np.zeros(40)])
    half = MLPRegressor(**(settings | {"max_iter": 1})).fit(XR[:40], YR[:40])
    np.testing.assert_allclose(weights(once), weights(half), rtol=1e-5)


def test_weights_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match="non-zero"):
        MLPRegressor(**QUICK).fit(XR, YR, np.zeros(len(YR)))
    with pytest.raises(ArgumentError, match="held out"):
        MLPRegressor(**QUICK, early_stopping=True, validation_fraction=0.03).fit(
            XR, YR, np.arange(len(YR)) == 0
        )


def test_a_second_fit_begins_anew():
    settings = QUICK | {"tol": 1.0, "n_iter_no_change": 3, "max_iter": 50}
    model = MLPClassifier(**settings).fit(X, Y)
    curve, first = model.loss_curve_, weights(model)
    np.testing.assert_array_equal(weights(model.fit(X, Y)), first)
    assert model.loss_curve_ == curve
    assert model.t_ == len(curve) * len(X)


def test_another_network_cannot_go_on():
    model = MLPRegressor(**QUICK, warm_start=True).fit(XR, YR)
    with pytest.raises(ShapeError, match="warm_start=False"):
        model.set_params(hidden_layer_sizes=(3,)).fit(XR, YR)


def test_negative_counts_are_refused():
    with pytest.raises(ArgumentError, match="a target of -1"):
        MLPRegressor(**QUICK, loss="poisson").fit(XR, np.full(len(XR), -1.0))


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
def test_a_fit_that_diverges_keeps_the_best_weights_and_says_so():
    settings = QUICK | {"solver": "sgd", "early_stopping": True, "activation": "identity", "max_iter": 50}
    with pytest.warns(ConvergenceWarning, match="infinite or NaN in epoch"):
        model = MLPRegressor(**settings, learning_rate_init=1.0).fit(XR, YR)
    assert np.isnan(model.validation_scores_[-1])
    assert np.isfinite(model.predict(XR)).all()


def test_control_c_keeps_what_was_learned(monkeypatch):
    monkeypatch.setattr(Stopping, "on_epoch_begin", lambda *_: signal.raise_signal(signal.SIGINT))
    # A job in the background begins with a Ctrl-C that is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.warns(UserWarning, match="interrupted"):
        model = MLPRegressor(**QUICK).fit(XR, YR)
    signal.signal(signal.SIGINT, before)
    assert model.n_iter_ == 1
    assert np.isfinite(model.predict(XR)).all()


def test_every_epoch_is_told_if_asked_for(capsys):
    MLPClassifier(**QUICK, verbose=True, early_stopping=True).fit(X, Y)
    told = capsys.readouterr().out
    assert told.count("Iteration") == told.count("Validation score") == 5
    settings = {"solver": "sgd", "learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1}
    MLPClassifier(**(QUICK | {"max_iter": 200}), **settings, verbose=True).fit(X, Y)
    told = capsys.readouterr().out
    assert told.count("The learning rate is now") == 5  # From 1e-3 to 3e-7.
    assert told.rstrip().endswith("Stopping.")
    MLPClassifier(**QUICK, solver="lbfgs", verbose=True).fit(X, Y)
    assert capsys.readouterr().out.count("Iteration") == 5
    MLPClassifier(**QUICK).fit(X, Y)
    assert not capsys.readouterr().out


def test_batches_larger_than_the_table_are_cut_with_a_warning():
    with pytest.warns(UserWarning, match="larger than the 80 rows"):
        model = MLPRegressor(**QUICK, batch_size=100).fit(XR, YR)
    np.testing.assert_array_equal(weights(model), weights(MLPRegressor(**QUICK, batch_size=80).fit(XR, YR)))


def test_a_grid_of_settings_can_be_searched():
    search = GridSearchCV(MLPClassifier(**QUICK), {"alpha": [1e-4, 1.0], "solver": ["adam", "lbfgs"]}, cv=2)
    search.fit(X, np.where(Y == 1, "late", "paid"), sample_weight=np.full(len(Y), 0.5))
    assert set(search.predict(X)) <= {"late", "paid"}
