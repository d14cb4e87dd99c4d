"""The estimators in scikit-learn's hands."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from neurode.estimators import NeuralClassifier

GOOD = {"epochs": 30, "learning_rate": 0.03, "batch_size": 64}


@pytest.fixture(scope="module")
def frame(rows):
    return rows.to_pandas()


def test_a_pipeline_gives_what_the_classifier_gives(rows, codes, make):
    numbers = rows.select("size").to_numpy()
    scaled = StandardScaler().fit_transform(numbers)
    pipeline = make_pipeline(StandardScaler(), make()).fit(numbers, codes)
    np.testing.assert_array_equal(
        pipeline.predict_proba(numbers), make().fit(scaled, codes).predict_proba(scaled)
    )


def test_a_pipeline_passes_a_frame_on_as_it_is(fitted, frame, codes, make):
    pipeline = make_pipeline(FunctionTransformer(), make()).fit(frame, codes)
    np.testing.assert_array_equal(pipeline.predict_proba(frame), fitted.predict_proba(frame))
    assert pipeline[-1].feature_names_in_.tolist() == ["size", "income", "town", "owner"]
    assert "NeuralClassifier" in pipeline._repr_html_()


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_transformed_columns_are_learned(frame, codes, make, output):
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["size", "income"]),
            ("town", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["town"]),
            ("owner", "passthrough", ["owner"]),
        ],
        sparse_threshold=0,
    ).set_output(transform=output)
    pipeline = make_pipeline(columns, make(**GOOD)).fit(frame, codes)
    assert pipeline.score(frame, codes) > 0.75


def test_a_grid_is_searched(frame, codes, make):
    grid = {"dropout": [0.0, 0.9], "hidden_layer_sizes": [(), (4,)]}
    search = GridSearchCV(make(**GOOD), grid, cv=2, scoring="roc_auc").fit(frame, codes)
    assert search.best_score_ > 0.8
    assert set(search.best_params_) == set(grid)
    assert search.best_estimator_.predict(frame).shape == codes.shape


def test_folds_are_scored_as_by_hand(frame, codes, make):
    folds = StratifiedKFold(2)
    by_hand = [
        make().fit(frame.iloc[train], codes[train]).score(frame.iloc[test], codes[test])
        for train, test in folds.split(frame, codes)
    ]
    np.testing.assert_array_equal(cross_val_score(make(), frame, codes, cv=folds), by_hand)
    assert cross_val_predict(make(), frame, codes, cv=folds, method="predict_proba").shape == (400, 2)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_groups_and_weights_reach_the_fit(frame, codes, make, routing, monkeypatch):
    groups, weight = np.arange(400) // 8, np.arange(1.0, 401.0)
    seen = []
    held_out = NeuralClassifier._held_out

    def watched(self, target, n_rows, groups, seed):
        train, validation = held_out(self, target, n_rows, groups, seed)
        seen.append((groups[train], groups[validation]))
        return train, validation

    monkeypatch.setattr(NeuralClassifier, "_held_out", watched)
    classifier = make().set_fit_request(sample_weight=True, groups=True).set_score_request(sample_weight=True)
    result = cross_validate(
        classifier, frame, codes, params={"groups": groups, "sample_weight": weight},
        cv=GroupKFold(2), return_estimator=True,
    )  # fmt: skip
    assert np.isfinite(result["test_score"]).all()
    for estimator, (train, validation), (rows_of_fold, _) in zip(
        result["estimator"], seen, GroupKFold(2).split(frame, codes, groups), strict=True
    ):
        assert validation.size
        assert not set(train) & set(validation)
        rates = np.average(codes[rows_of_fold], weights=weight[rows_of_fold])
        assert estimator.decision_.base_rates[1] == pytest.approx(rates, abs=0.1)


def test_scikit_learn_can_calibrate_and_choose_the_threshold(frame, codes, make):
    calibrated = CalibratedClassifierCV(make(**GOOD), method="sigmoid", cv=2).fit(frame, codes)
    assert calibrated.predict_proba(frame)[:, 1].mean() == pytest.approx(codes.mean(), abs=0.05)
    tuned = TunedThresholdClassifierCV(make(**GOOD), scoring="f1", cv=2).fit(frame, codes)
    assert 0 < tuned.best_threshold_ < 1
    assert tuned.score(frame, codes) > 0.7


def test_the_column_that_matters_is_found(frame, codes, make):
    classifier = make(**GOOD).fit(frame, codes)
    importance = permutation_importance(
        classifier, frame, codes, n_repeats=3, random_state=0, scoring="neg_log_loss"
    )
    assert frame.columns[importance.importances_mean.argmax()] == "size"


def test_a_classifier_for_each_label_and_a_transformed_target(frame, codes, numbers, make, make_regressor):
    labels = np.column_stack([codes, frame["owner"]])
    each = MultiOutputClassifier(make()).fit(frame.to_numpy(), labels)
    assert each.predict(frame.to_numpy()).shape == labels.shape
    logged = TransformedTargetRegressor(make_regressor(**GOOD), func=np.log, inverse_func=np.exp)
    assert logged.fit(frame, numbers).score(frame, numbers) > 0.8


def test_predictions_are_of_the_kind_of_the_target(frame, words, make):
    assert isinstance(make().fit(frame, pd.Series(words)).predict(frame), np.ndarray)
