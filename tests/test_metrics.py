"""What every metric promises. A new one is one line in CASES, beside its definition in float64 NumPy."""

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
from neurode.errors import ArgumentError, UnknownNameError
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
    called = p > threshold if threshold is not None else np.eye(UNITS)[p.argmax(axis=1)]
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
        Precision(threshold=0.7),
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
    return jax.jit(CASES[name][0].result)


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
    assert {type(metric) for metric in METRICS.values()} <= {type(metric) for metric, _, _ in CASES.values()}


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
    np.testing.assert_allclose(metric(t, p, w), jitted, rtol=1e-5)


def test_nothing_seen_is_no_nan(name):
    table = on_device(*table_for(CASES[name][1], 11), np.zeros(ROWS))
    assert np.isfinite(read(name)(measured(name)(*table))).all()


def test_predictions_that_are_no_probabilities_are_no_nan(name):
    t, p = table_for(CASES[name][1], 13)
    assert np.isfinite(read(name)(measured(name)(*on_device(t, 50 * p - 25, np.ones(ROWS))))).all()


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
    gradient = jax.grad(lambda p: MeanSquaredError()(table[0], p, table[2]))(table[1])
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


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'accuracy'"):
        metrics.get("accurracy")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AUC(curve="roc"), "curve='roc'"),
        (lambda: AUC(num_thresholds=1), "num_thresholds=1"),
        (lambda: F1Score(average="mean"), "average='mean'"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
