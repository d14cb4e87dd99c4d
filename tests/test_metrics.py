"""What every metric promises. A new one is one line in CASES, beside its definition in float64 NumPy."""

import dataclasses
import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as sk

from neurode import metrics
from neurode.errors import ArgumentError, DataTypeError, ShapeError, UnknownNameError
from neurode.metrics import (
    AUC,
    METRICS,
    BinaryAccuracy,
    CategoricalAccuracy,
    F1Score,
    FunctionMean,
    MeanAbsoluteError,
    MeanSquaredError,
    Precision,
    R2Score,
    Recall,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    Variable,
)

ROWS, UNITS = 12, 3

# Definitions in float64 NumPy, of targets t, predictions p and one weight a row w. Slow, obviously right.


def weighted(values, w):
    return (values * w).sum() / w.sum() if w.sum() else 0.0


def counts(t, p, w, threshold=0.5):
    """Weighted true positives, false positives and false negatives, cell by cell."""
    found = {"tp": 0.0, "fp": 0.0, "fn": 0.0}
    for row, unit in np.ndindex(t.shape):
        if p[row, unit] > threshold:
            found["tp" if t[row, unit] else "fp"] += w[row]
        elif t[row, unit]:
            found["fn"] += w[row]
    return found["tp"], found["fp"], found["fn"]


def naive_precision(t, p, w, threshold=0.5):
    tp, fp, _ = counts(t, p, w, threshold)
    return tp / (tp + fp) if tp + fp else 0.0


def naive_recall(t, p, w):
    tp, _, fn = counts(t, p, w)
    return tp / (tp + fn) if tp + fn else 0.0


def naive_f1(t, p, w, average, threshold=None):
    # As in Keras, all that are equally the largest are called.
    called = p > threshold if threshold is not None else p == p.max(axis=1, keepdims=True)
    columns = [slice(None)] if average == "micro" else [slice(c, c + 1) for c in range(UNITS)]
    scores = []
    for column in columns:
        tp, fp, fn = counts(t[:, column], 1.0 * called[:, column], w)
        scores.append(2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0)
    if average == "weighted":
        return weighted(np.array(scores), (t * w[:, None]).sum(axis=0))
    return np.array(scores) if average is None else np.mean(scores)


def naive_auc(t, p, w):
    """The share of pairs of a positive and a negative that are in the right order, a tie counting half."""
    t, p, w = t.reshape(-1), p.reshape(-1), np.repeat(w, t.shape[1])
    order = (p[:, None] > p[None, :]) + 0.5 * (p[:, None] == p[None, :])
    pairs = (t * w)[:, None] * ((1 - t) * w)[None, :]
    return (order * pairs).sum() / pairs.sum() if pairs.sum() else 0.0


def naive_r2(t, p, w):
    scores = []
    for unit in range(t.shape[1]):
        middle = weighted(t[:, unit], w)
        spread, error = (w * (t[:, unit] - middle) ** 2).sum(), (w * (t[:, unit] - p[:, unit]) ** 2).sum()
        scores.append(1 - error / spread if spread else 1.0 * (error == 0))
    return np.mean(scores)


def class_shares(t, p, w):
    return weighted(1.0 * (t == p.argmax(axis=1)), w)


# Metric, the kind of its targets, its definition.
CASES = {
    "binary_accuracy": (
        BinaryAccuracy(),
        "many",
        lambda t, p, w: weighted(((p > 0.5) == t).mean(axis=1), w),
    ),
    "strict_accuracy": (
        BinaryAccuracy(threshold=0.7),
        "many",
        lambda t, p, w: weighted(((p > 0.7) == t).mean(axis=1), w),
    ),
    "categorical_accuracy": (
        CategoricalAccuracy(),
        "one-hot",
        lambda t, p, w: class_shares(t.argmax(axis=1), p, w),
    ),
    "sparse_accuracy": (SparseCategoricalAccuracy(), "class", class_shares),
    "mse": (MeanSquaredError(), "number", lambda t, p, w: weighted(((t - p) ** 2).mean(axis=1), w)),
    "rmse": (
        RootMeanSquaredError(),
        "number",
        lambda t, p, w: math.sqrt(weighted(((t - p) ** 2).mean(axis=1), w)),
    ),
    "mae": (MeanAbsoluteError(), "number", lambda t, p, w: weighted(np.abs(t - p).mean(axis=1), w)),
    "precision": (Precision(), "many", naive_precision),
    "strict_precision": (
        Precision(thresholds=0.7),
        "many",
        functools.partial(naive_precision, threshold=0.7),
    ),
    "recall": (Recall(), "many", naive_recall),
    "f1": (F1Score(), "one-hot", functools.partial(naive_f1, average=None)),
    "f1_macro": (F1Score("macro"), "one-hot", functools.partial(naive_f1, average="macro")),
    "f1_micro": (F1Score("micro"), "one-hot", functools.partial(naive_f1, average="micro")),
    "f1_weighted": (F1Score("weighted"), "one-hot", functools.partial(naive_f1, average="weighted")),
    "f1_threshold": (
        F1Score("macro", threshold=0.6),
        "many",
        functools.partial(naive_f1, average="macro", threshold=0.6),
    ),
    "auc": (AUC(), "many", naive_auc),
    "pr": (AUC(curve="PR"), "many", None),  # Its own definition is below.
    "r2": (R2Score(), "number", naive_r2),
    # What these are is said in parity/test_metrics.py.
    "exact": (metrics.Accuracy(), "class numbers", None),
    "top_k": (metrics.TopKCategoricalAccuracy(k=2), "one-hot", None),
    "sparse_top_k": (metrics.SparseTopKCategoricalAccuracy(k=2), "class", None),
    "binary_crossentropy": (metrics.BinaryCrossentropy(), "many", None),
    "categorical_crossentropy": (metrics.CategoricalCrossentropy(), "one-hot", None),
    "sparse_crossentropy": (metrics.SparseCategoricalCrossentropy(), "class", None),
    "ignoring_crossentropy": (metrics.SparseCategoricalCrossentropy(ignore_class=1), "class", None),
    "kl_divergence": (metrics.KLDivergence(), "one-hot", None),
    "poisson": (metrics.Poisson(), "many", None),
    "hinge": (metrics.Hinge(), "many", None),
    "squared_hinge": (metrics.SquaredHinge(), "many", None),
    "categorical_hinge": (metrics.CategoricalHinge(), "one-hot", None),
    "cosine": (metrics.CosineSimilarity(), "number", None),
    "log_cosh": (metrics.LogCoshError(), "number", None),
    "percentage": (metrics.MeanAbsolutePercentageError(), "number", None),
    "logarithmic": (metrics.MeanSquaredLogarithmicError(), "number", None),
    "r2_by_spread": (R2Score("variance_weighted_average"), "number", None),
    "pearson": (metrics.PearsonCorrelation(), "number", None),
    "concordance": (metrics.ConcordanceCorrelation(), "number", None),
    "precisions": (Precision(thresholds=[0.2, 0.7]), "many", None),
    "precision_of_two": (Precision(top_k=2, class_id=1), "many", None),
    "true_positives": (metrics.TruePositives(), "many", None),
    "true_negatives": (metrics.TrueNegatives([0.2, 0.7]), "many", None),
    "false_positives": (metrics.FalsePositives(), "many", None),
    "false_negatives": (metrics.FalseNegatives(), "many", None),
    "sensitivity": (metrics.SensitivityAtSpecificity(0.5), "many", None),
    "specificity": (metrics.SpecificityAtSensitivity(0.5), "many", None),
    "precision_at": (metrics.PrecisionAtRecall(0.5), "many", None),
    "recall_at": (metrics.RecallAtPrecision(0.5), "many", None),
    "gain": (AUC(curve="PRGAIN"), "many", None),
    "label_auc": (AUC(multi_label=True, label_weights=[1, 2, 1]), "many", None),
    "fbeta": (metrics.FBetaScore("micro", beta=2.0, threshold=0.4), "many", None),
    "iou": (metrics.IoU(3, [0, 2], sparse_y_pred=False), "class", None),
    "binary_iou": (metrics.BinaryIoU(), "many", None),
    "mean_iou": (metrics.MeanIoU(3, sparse_y_pred=False), "class", None),
    "one_hot_iou": (metrics.OneHotIoU(3, [1]), "one-hot", None),
    "one_hot_mean_iou": (metrics.OneHotMeanIoU(3), "one-hot", None),
    "function": (
        FunctionMean(lambda t, p: jnp.abs(t - p) ** 3),
        "number",
        lambda t, p, w: weighted((np.abs(t - p) ** 3).mean(axis=1), w),
    ),
}


def table_for(kind, seed, rows=ROWS):
    """Targets and predictions; the latter lie between the thresholds of AUC, so that it is exact."""
    rng = np.random.default_rng(seed)
    p = (rng.integers(0, 199, (rows, UNITS)) + 0.5) / 199
    t = {
        "many": rng.integers(0, 2, (rows, UNITS)).astype(float),
        "one-hot": np.eye(UNITS)[rng.integers(0, UNITS, rows)],
        "class": rng.integers(0, UNITS, rows),
        "class numbers": rng.integers(0, UNITS, (rows, UNITS)).astype(float),
        "number": rng.normal(size=(rows, UNITS)),
    }[kind]
    return t, p.astype(np.float32).astype(float)


def on_device(t, p, w):
    return jnp.asarray(t, jnp.int32 if t.ndim == 1 else jnp.float32), jnp.float32(p), jnp.float32(w)


@functools.cache
def measured(name):
    return jax.jit(CASES[name][0].measure)


@functools.cache
def read(name):
    return jax.jit(CASES[name][0].read)


@functools.cache
def merged(name):
    return jax.jit(CASES[name][0].merge)


@pytest.fixture(params=CASES)
def name(request):
    return request.param


# Two rows at least: the R² of a single one is a quotient of rounding errors.
WEIGHTS = arrays(np.float64, ROWS, elements=st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0])).map(
    lambda w: w + (np.arange(ROWS) < 2)
)


def test_every_metric_is_in_the_list():
    # Mean and Sum are of values that one has already, and the wrapper is FunctionMean by another name.
    apart = {metrics.Mean, metrics.Sum, metrics.MeanMetricWrapper}
    assert set(metrics.CLASSES.values()) - apart <= {type(metric) for metric, _, _ in CASES.values()}


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), w=WEIGHTS)
def test_all_match_their_definition(seed, w):
    for name, (_, kind, naive) in CASES.items():
        if naive is not None:
            t, p = table_for(kind, seed)
            found = read(name)(measured(name)(*on_device(t, p, w)))
            expected = naive(np.asarray(on_device(t, p, w)[0]).astype(float), p, w)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5, err_msg=name)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), w=WEIGHTS)
def test_streaming_in_pieces_equals_the_whole(seed, w):
    for name, (_, kind, _) in CASES.items():
        table = on_device(*table_for(kind, seed), w)
        pieces = [measured(name)(*(part[start : start + 4] for part in table)) for start in (0, 4, 8)]
        joined = functools.reduce(merged(name), pieces)
        expected = read(name)(measured(name)(*table))
        np.testing.assert_allclose(read(name)(joined), expected, rtol=1e-4, atol=2e-5, err_msg=name)


def test_merging_with_nothing_changes_nothing(name):
    table = on_device(*table_for(CASES[name][1], 3), np.ones(ROWS))
    whole = measured(name)(*table)
    zero = jax.tree.map(jnp.zeros_like, whole)
    # The engine starts from zeros, so zeros have to be the neutral element on both sides.
    for state in (merged(name)(zero, whole), merged(name)(whole, zero)):
        np.testing.assert_allclose(read(name)(state), read(name)(whole), rtol=1e-6)


def test_zero_weight_equals_removed_row(name):
    t, p = table_for(CASES[name][1], 5)
    w = np.ones(ROWS)
    w[8:], p[8:] = 0, 1e3
    kept = on_device(t[:8], p[:8], np.ones(8))
    found = read(name)(measured(name)(*on_device(t, p, w)))
    np.testing.assert_allclose(found, read(name)(measured(name)(*kept)), rtol=1e-5, atol=1e-6)


def test_a_weight_of_two_equals_a_row_twice(name):
    t, p = table_for(CASES[name][1], 7)
    w = np.r_[np.full(4, 2.0), np.ones(8)]
    twice = on_device(np.r_[t, t[:4]], np.r_[p, p[:4]], np.ones(16))
    found = read(name)(measured(name)(*on_device(t, p, w)))
    np.testing.assert_allclose(found, read(name)(measured(name)(*twice)), rtol=1e-4, atol=1e-5)


def test_jit_agrees_with_eager_and_a_call_does_all_three(name):
    metric, kind, _ = CASES[name]
    t, p = table_for(kind, 9)
    w = np.arange(1.0, ROWS + 1)
    jitted = read(name)(measured(name)(*on_device(t, p, w)))
    metric.reset_state()
    np.testing.assert_allclose(metric(t, p, w), jitted, rtol=1e-5)
    metric.reset_state()


def test_nothing_seen_is_no_nan(name):
    table = on_device(*table_for(CASES[name][1], 11), np.zeros(ROWS))
    assert np.isfinite(read(name)(measured(name)(*table))).all()


def test_predictions_that_are_no_probabilities_are_no_nan(name):
    t, p = table_for(CASES[name][1], 13)
    value = read(name)(measured(name)(*on_device(t, 50 * p - 25, np.ones(ROWS))))
    # There is no likelihood of a count whose mean is below 0.
    assert np.isfinite(value).all() or name == "poisson"


@pytest.mark.parametrize(
    ("metric", "target", "prediction", "expected"),
    [
        (BinaryAccuracy(), [1, 0, 1, 0], [0.9, 0.2, 0.3, 0.1], 0.75),
        (BinaryAccuracy(), [1, 0], [0.5, 0.5], 0.5),  # 0.5 itself is "no", as in Keras
        (CategoricalAccuracy(), [[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]], 0.5),
        (SparseCategoricalAccuracy(), [1, 0], [[0.2, 0.8], [0.4, 0.6]], 0.5),
        (MeanSquaredError(), [1.0, 2.0], [1.0, 5.0], 4.5),
        (RootMeanSquaredError(), [1.0, 2.0], [1.0, 5.0], math.sqrt(4.5)),
        (MeanAbsoluteError(), [1.0, 2.0], [1.0, 5.0], 1.5),
        (Precision(), [0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1], 1 / 2),  # one of two called
        (Precision(), [0, 1], [0.1, 0.2], 0.0),  # none is called
        (Recall(), [0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1], 1 / 3),  # one of three found
        (Recall(), [0, 0], [0.1, 0.9], 0.0),  # there is none
        (F1Score(), [0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1], 0.4),  # 2 · (1/2 · 1/3) / (1/2 + 1/3)
        (AUC(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75),  # three pairs of four
        (AUC(), [0, 1], [0.5, 0.5], 0.5),  # a tie
        (AUC(), [1, 1], [0.2, 0.8], 0.0),  # no pair at all
        (R2Score(), [1.0, 2.0, 3.0], [1.0, 2.0, 4.0], 0.5),  # 1 - 1 / 2
        (R2Score(), [1.0, 2.0, 3.0], [2.0, 2.0, 2.0], 0.0),  # no better than the mean
        (R2Score(), [1.0, 1.0], [1.0, 2.0], 0.0),  # nothing to explain, and wrong: as in Keras
    ],
)
def test_values(metric, target, prediction, expected):
    assert float(metric(target, prediction)) == pytest.approx(expected, abs=1e-6)


def test_keras_gives_the_same_areas():
    # Keras 3.15: AUC(curve=…)([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.7], [1, 2, 1, 1, 3]).
    table = [0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.7], [1, 2, 1, 1, 3]
    assert float(AUC()(*table)) == pytest.approx(0.8666667, abs=1e-5)
    assert float(AUC(curve="PR")(*table)) == pytest.approx(0.9383398, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_roc_area_is_within_a_threshold_of_the_exact_one(seed):
    rng = np.random.default_rng(seed)
    target = np.r_[0.0, 1.0, rng.integers(0, 2, 298)]
    prediction = np.float32(rng.beta(2, 2, 300))
    exact = sk.roc_auc_score(target, prediction)
    table = on_device(target[:, None], prediction[:, None], np.ones(300))
    assert float(read("auc")(measured("auc")(*table))) == pytest.approx(exact, abs=1 / 200)


def test_the_precision_recall_area_is_near_average_precision():
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 2000)
    prediction = np.clip(0.25 * target + rng.beta(2, 2, 2000) * 0.75, 0, 1)
    expected = sk.average_precision_score(target, prediction)
    assert float(AUC(curve="PR")(target, prediction)) == pytest.approx(expected, abs=0.005)


def test_a_perfect_order_has_area_one():
    for curve in ("ROC", "PR"):
        area = AUC(curve=curve)([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])
        assert float(area) == pytest.approx(1.0, abs=1e-6)


def test_r2_of_a_far_away_target_does_not_cancel():
    # Sums of squares of numbers near 10,000 would leave nothing of a spread of 1 in float32.
    rng = np.random.default_rng(0)
    target = 10_000 + rng.normal(size=4096)
    prediction = target + 0.5 * rng.normal(size=4096)
    table = on_device(target[:, None], prediction[:, None], np.ones(4096))
    pieces = [measured("r2")(*(part[start : start + 512] for part in table)) for start in range(0, 4096, 512)]
    found = read("r2")(functools.reduce(merged("r2"), pieces))
    t, p, w = (np.asarray(part, np.float64) for part in table)
    assert float(found) == pytest.approx(naive_r2(t, p, w), abs=2e-4)


def test_a_mean_metric_has_the_gradient_of_its_loss():
    table = on_device(*table_for("number", 1), np.arange(ROWS))
    metric = MeanSquaredError()
    gradient = jax.grad(lambda p: metric.read(metric.measure(table[0], p, table[2])))(table[1])
    t, p, w = (np.asarray(part, np.float64) for part in table)
    # d/dp of Σ w (t - p)² / (units Σ w).
    np.testing.assert_allclose(gradient, -2 * w[:, None] * (t - p) / UNITS / w.sum(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("reduced", ["a row and unit", "a row", "in all"])
def test_a_function_may_return_one_value(reduced):
    axis = {"a row and unit": (), "a row": 1, "in all": None}[reduced]
    metric = FunctionMean(lambda t, p: jnp.abs(t - p).mean(axis=axis))
    assert float(metric([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]])) == 2.5


def test_accuracy_depends_on_the_output():
    assert metrics.accuracy(1, sparse=False) == BinaryAccuracy()
    assert metrics.accuracy(3, sparse=False) == CategoricalAccuracy()
    assert metrics.accuracy(3, sparse=True) == SparseCategoricalAccuracy()


def test_names_in_a_history_are_those_of_keras():
    def shortfall(y_true, y_pred):
        return y_true - y_pred

    assert metrics.get("mae")[0] == "mae"
    assert metrics.get(MeanAbsoluteError())[0] == "mean_absolute_error"
    assert metrics.get(AUC)[0] == "auc"
    assert metrics.get(shortfall)[0] == "shortfall"


def test_every_name_gives_its_metric():
    for name, metric in METRICS.items():
        assert metrics.get(name) == (name, metric)
    assert type(metrics.get("f1_score")[1]) is F1Score


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'accuracy'"):
        metrics.get("accurracy")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AUC(curve="rock"), "curve='rock'"),
        (lambda: AUC(num_thresholds=1), "num_thresholds=1"),
        (lambda: AUC(summation_method="best"), "summation_method='best'"),
        (lambda: AUC(num_labels=2), "num_labels=2"),
        (lambda: F1Score(average="mean"), "average='mean'"),
        (lambda: F1Score(threshold=0.0), "threshold=0.0"),
        (lambda: metrics.FBetaScore(beta=0.0), "beta=0.0"),
        (lambda: Precision(thresholds=[0.5, 1.5]), r"thresholds=\[0.5, 1.5\]"),
        (lambda: Recall(top_k=0), "top_k=0"),
        (lambda: Recall(class_id=3)([[0, 1]], [[0.5, 0.5]]), "class_id=3 of 2 units"),
        (lambda: R2Score("mean"), "class_aggregation='mean'"),
        (lambda: R2Score(num_regressors=-1), "num_regressors=-1"),
        (lambda: metrics.IoU(2, [2]), r"target_class_ids=\[2\] of 2 classes"),
        (lambda: metrics.CosineSimilarity(axis=0), "axis=0"),
        (lambda: metrics.PearsonCorrelation(axis=3), "axis=3"),
        (lambda: metrics.SensitivityAtSpecificity(1.5), "specificity=1.5"),
        (lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0), "num_thresholds=0"),
        (lambda: AUC(dtype="float16"), "dtype='float16'"),
        (
            lambda: metrics.Mean().measure(*on_device(np.ones(1), np.ones(1), np.ones(1))),
            "values that you have already",
        ),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match="do not fit"):
        Recall()([0, 1, 1], [0.1, 0.2])
    with pytest.raises(ShapeError, match="2 sample weights for 3 rows"):
        Recall()([0, 1, 1], [0.1, 0.2, 0.3], [1, 2])
    with pytest.raises(DataTypeError, match="no metric: 3"):
        metrics.get(3)


def test_a_call_adds_to_what_was_seen_and_reset_forgets():
    recall = Recall()
    assert float(recall.result()) == 0
    assert float(recall([1, 1], [0.9, 0.1])) == 0.5
    assert float(recall([1, 1], [0.9, 0.9])) == 0.75
    recall.reset_state()
    assert float(recall([1], [0.9])) == 1


def test_what_was_seen_is_no_part_of_the_record():
    seen = AUC(curve="PR")
    seen.update_state([0, 1], [0.2, 0.9])
    assert seen == AUC(curve="PR")
    assert hash(seen) == hash(AUC(curve="PR"))
    assert float(dataclasses.replace(seen).result()) == 0
    assert seen != AUC()
    assert repr(seen) == "AUC(curve='PR')"


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        AUC().curve = "PR"


def test_a_nan_of_a_function_shows():
    for nothing in (lambda t, p: jnp.nan * p, lambda t, p: jnp.nan * p.sum()):
        assert np.isnan(FunctionMean(nothing)([[0.0]], [[1.0]]))


def test_a_single_value_is_averaged_over_batches():
    total = FunctionMean(lambda t, p: jnp.abs(t - p).sum())
    assert float(total([[0.0], [0.0]], [[1.0], [3.0]])) == 4
    assert float(total([[0.0]], [[1.0]])) == 2.5  # (4 + 1) / 2 batches
    empty = total.measure(jnp.zeros((1, 1)), jnp.ones((1, 1)), jnp.zeros(1))
    assert float(empty["total"]) == float(empty["weight"]) == 0


def test_functions_of_ours_are_the_metrics_they_are():
    assert metrics.get(metrics.mean_squared_error) == ("mean_squared_error", MeanSquaredError())
    assert metrics.get(metrics.sparse_categorical_accuracy)[1] == SparseCategoricalAccuracy()


def test_wrappers_of_one_function_are_equal():
    assert metrics.MeanMetricWrapper(jnp.add, "a", k=1) == metrics.MeanMetricWrapper(jnp.add, "a", k=1)
    assert metrics.MeanMetricWrapper(jnp.add, "a", k=1) != metrics.MeanMetricWrapper(jnp.add, "a", k=2)


class Shortfall(metrics.Metric):
    """In Keras's manner: the largest error, and how many batches there were."""

    def __init__(self, power=1, name="shortfall", **settings):
        super().__init__(name=name, **settings)
        self.power = power
        self.worst = self.add_weight(name="worst", initializer="zeros")
        self.batches = self.add_weight(name="batches", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = jnp.abs(y_true - y_pred) ** self.power
        error = error if sample_weight is None else error * sample_weight[:, None]
        self.worst.assign(jnp.maximum(self.worst.value, error.max()))
        self.batches.assign_add(1)

    def result(self):
        return self.worst + 10 * self.batches


class Late(metrics.Metric):
    """Makes its variable when it sees the first batch, as Keras allows."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        if not self.variables:
            self.total = self.add_weight(shape=(y_pred.shape[-1],), initializer="ones")
        self.total.assign_add(y_pred.sum(axis=0))

    def result(self):
        return self.total.value.sum()


class RecallOfLast(Recall):
    """A metric of ours, fed otherwise."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true[:, -1], y_pred[:, -1], sample_weight)


class AverageOfMine(metrics.Mean):
    """Values of its own, averaged by ours."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(jnp.abs(y_true - y_pred).max(axis=-1), sample_weight)


class HalfError(MeanSquaredError):
    """A metric of ours, read otherwise."""

    def result(self):
        return super().result() / 2


OWN = [Shortfall, lambda: Shortfall(power=2), Late, RecallOfLast, AverageOfMine, HalfError]


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("make", OWN)
def test_a_metric_in_keras_manner_is_carried_through_a_program(make, weighed):
    by_hand, carried = make(), make()
    t, p, w = on_device(*table_for("many", 3), np.arange(ROWS) % 3)
    state = carried.start(t[:4], p[:4], w[:4] if weighed else None)
    update, expected = jax.jit(carried.update), 0
    for start in range(0, ROWS, 4):
        part = slice(start, start + 4)
        weight = (w[part],) if weighed else ()
        state = update(state, t[part], p[part], *weight)
        expected = by_hand(t[part], p[part], *weight)
    assert carried.carries
    np.testing.assert_allclose(jax.jit(carried.value)(state), expected, rtol=1e-6)
    # The program leaves the object as it was: nothing traced stays behind.
    assert not any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(vars(carried)))
    np.testing.assert_allclose(carried(t[:4], p[:4]), make()(t[:4], p[:4]))


def test_metrics_in_keras_manner_are_equal_only_to_themselves():
    metric = Shortfall(power=2)
    assert metric == metric
    assert metric != Shortfall(power=2)
    assert len({metric, metric, Shortfall()}) == 2
    assert metrics.get(metric) == ("shortfall", metric)
    assert metrics.get(Late)[0] == "late"


def test_metrics_of_ours_are_started_and_updated_alike():
    t, p, w = on_device(*table_for("many", 3), np.ones(ROWS))
    auc = AUC()
    state = auc.update(auc.start(t, p), t, p, w)
    np.testing.assert_allclose(auc.value(state), auc.read(auc.measure(t, p, w)))
    assert not auc.carries


def test_a_variable_counts_like_an_array():
    variable = Variable(np.float32(2))
    variable.assign_sub(jnp.float32(1))
    assert float(variable) == 1
    assert float(jnp.add(variable.value, 1)) == 2
    found = [
        variable + 2,
        2 + variable,
        4 - variable,
        3 * variable,
        3 / variable,
        variable**2 + 2,
        -variable + 4,
    ]
    assert [float(value) for value in found] == [3] * 7
    assert bool(variable < 2)
    assert bool(variable >= variable)
    with pytest.raises(ArgumentError, match="initializer='sevens'"):
        Shortfall().add_weight(initializer="sevens")
