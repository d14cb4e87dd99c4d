"""Every metric gives Keras's numbers: random and extreme tables, weights, several updates, each option."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import losses, metrics

ROWS, UNITS = 24, 4


def scores(rng, rows, units):
    return rng.uniform(0.02, 0.98, (rows, units)).astype(np.float32)


def shares(rng, rows, units):
    values = scores(rng, rows, units)
    return values / values.sum(axis=1, keepdims=True)


def yes_or_no(rng, rows, units=UNITS):
    return rng.integers(0, 2, (rows, units)).astype(np.float32), scores(rng, rows, units)


def one_column(rng, rows):
    return yes_or_no(rng, rows, 1)


def vectors(rng, rows):
    target, prediction = yes_or_no(rng, rows, 1)
    return target[:, 0], prediction[:, 0]


def ties(rng, rows):
    target, _ = yes_or_no(rng, rows)
    return target, np.float32(rng.integers(0, 9, target.shape) / 8)


def no_positives(rng, rows):
    target, prediction = yes_or_no(rng, rows)
    return 0 * target, prediction


def all_positives(rng, rows):
    target, prediction = yes_or_no(rng, rows)
    return 0 * target + 1, prediction


def perfect(rng, rows):
    target, _ = yes_or_no(rng, rows)
    return target, target


def constant(rng, rows):
    target, prediction = yes_or_no(rng, rows)
    return target, 0 * prediction + 0.5


def raw_scores(rng, rows):
    target, prediction = yes_or_no(rng, rows)
    return target, 8 * prediction - 4


def outside(rng, rows):
    target, prediction = yes_or_no(rng, rows)
    return target, 3 * prediction - 1


def one_hot(rng, rows):
    return np.eye(UNITS, dtype=np.float32)[rng.integers(0, UNITS, rows)], shares(rng, rows, UNITS)


def one_hot_ties(rng, rows):
    return one_hot(rng, rows)[0], np.float32(rng.integers(0, 3, (rows, UNITS)) / 4)


def classes(rng, rows):
    return rng.integers(0, UNITS, rows), shares(rng, rows, UNITS)


def column_of_classes(rng, rows):
    return rng.integers(0, UNITS, (rows, 1)), shares(rng, rows, UNITS)


def called_classes(rng, rows):
    return rng.integers(0, UNITS, rows), rng.integers(0, UNITS, rows)


def sorted_ids(rng, rows):
    return rng.integers(0, UNITS, rows), np.argsort(-scores(rng, rows, UNITS), axis=1)


def numbers(rng, rows):
    return np.float32(rng.normal(size=(rows, UNITS))), np.float32(rng.normal(size=(rows, UNITS)))


def number_column(rng, rows):
    return np.float32(rng.normal(size=(rows, 1))), np.float32(rng.normal(size=(rows, 1)))


def number_vectors(rng, rows):
    return tuple(part[:, 0] for part in number_column(rng, rows))


def positive_numbers(rng, rows):
    return tuple(np.abs(part) + np.float32(0.1) for part in numbers(rng, rows))


def two_shares(rng, rows):
    return shares(rng, rows, UNITS), shares(rng, rows, UNITS)


EXTREMES = [ties, no_positives, all_positives, perfect, constant]
CALLS = [yes_or_no, one_column, vectors, *EXTREMES]

# Class, settings, tables. Both libraries build it from these.
CASES = [
    ("Accuracy", {}, [called_classes, perfect]),
    ("BinaryAccuracy", {}, CALLS),
    ("BinaryAccuracy", {"threshold": 0.25}, CALLS),
    ("CategoricalAccuracy", {}, [one_hot, one_hot_ties]),
    ("SparseCategoricalAccuracy", {}, [classes, column_of_classes]),
    ("TopKCategoricalAccuracy", {"k": 2}, [one_hot, one_hot_ties]),
    ("TopKCategoricalAccuracy", {}, [one_hot]),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, [classes]),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, [sorted_ids]),
    ("BinaryCrossentropy", {}, [yes_or_no, one_column, constant]),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, [yes_or_no]),
    ("BinaryCrossentropy", {"from_logits": True}, [raw_scores]),
    ("CategoricalCrossentropy", {}, [one_hot, two_shares]),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, [one_hot]),
    ("CategoricalCrossentropy", {"from_logits": True}, [raw_scores]),
    ("SparseCategoricalCrossentropy", {}, [classes, column_of_classes]),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, [classes]),
    ("KLDivergence", {}, [two_shares, one_hot]),
    ("Poisson", {}, [positive_numbers]),
    ("Hinge", {}, [yes_or_no, numbers]),
    ("SquaredHinge", {}, [yes_or_no, numbers]),
    ("CategoricalHinge", {}, [one_hot]),
    ("CosineSimilarity", {}, [numbers, number_column]),
    ("LogCoshError", {}, [numbers]),
    ("MeanSquaredError", {}, [numbers, number_column]),
    ("RootMeanSquaredError", {}, [numbers, number_column, number_vectors]),
    ("MeanAbsoluteError", {}, [numbers, number_column]),
    ("MeanAbsolutePercentageError", {}, [positive_numbers]),
    ("MeanSquaredLogarithmicError", {}, [positive_numbers, numbers]),
    ("R2Score", {}, [numbers, number_column]),
    ("R2Score", {"class_aggregation": None}, [numbers]),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, [numbers]),
    ("R2Score", {"num_regressors": 3}, [number_column]),
    ("ConcordanceCorrelation", {}, [numbers, number_column]),
    ("PearsonCorrelation", {}, [numbers]),
    ("TruePositives", {}, CALLS),
    ("TrueNegatives", {}, CALLS),
    ("FalsePositives", {}, CALLS),
    ("FalseNegatives", {}, CALLS),
    ("TruePositives", {"thresholds": [0.0, 0.25, 0.9]}, CALLS),
    ("TrueNegatives", {"thresholds": [0.0, 0.25, 0.9]}, CALLS),
    ("FalsePositives", {"thresholds": [0.0, 0.5, 1.0]}, [*CALLS, outside]),
    ("FalseNegatives", {"thresholds": [0.3]}, CALLS),
    ("Precision", {}, CALLS),
    ("Precision", {"thresholds": 0.125}, CALLS),
    ("Precision", {"thresholds": [0.25, 0.3, 0.75]}, [*CALLS, outside]),
    ("Precision", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, [*CALLS, outside]),
    ("Precision", {"top_k": 2}, [yes_or_no, *EXTREMES]),
    ("Precision", {"top_k": 2, "thresholds": 0.4}, [yes_or_no, *EXTREMES]),
    ("Precision", {"class_id": 1}, [yes_or_no, *EXTREMES]),
    ("Precision", {"class_id": 2, "top_k": 3}, [yes_or_no, *EXTREMES]),
    ("Recall", {}, CALLS),
    ("Recall", {"thresholds": [0.25, 0.75]}, CALLS),
    ("Recall", {"top_k": 1}, [yes_or_no, *EXTREMES]),
    ("Recall", {"class_id": 0}, [yes_or_no, *EXTREMES]),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, CALLS),
    ("SensitivityAtSpecificity", {"specificity": 0.6, "class_id": 1}, [yes_or_no, *EXTREMES]),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6}, CALLS),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 1}, CALLS),
    ("PrecisionAtRecall", {"recall": 0.6}, CALLS),
    ("PrecisionAtRecall", {"recall": 0.6, "num_thresholds": 9}, CALLS),
    ("RecallAtPrecision", {"precision": 0.6}, CALLS),
    ("AUC", {}, [*CALLS, outside]),
    ("AUC", {"num_thresholds": 9}, [*CALLS, outside]),
    ("AUC", {"thresholds": [0.3, 0.5, 0.8]}, CALLS),
    ("AUC", {"thresholds": [0.75, 0.5, 0.25]}, CALLS),
    ("AUC", {"curve": "PR"}, CALLS),
    ("AUC", {"curve": "PRGAIN"}, CALLS),
    ("AUC", {"curve": "pr", "summation_method": "majoring"}, CALLS),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}, CALLS),
    ("AUC", {"summation_method": "majoring"}, CALLS),
    ("AUC", {"summation_method": "minoring"}, CALLS),
    ("AUC", {"from_logits": True}, [raw_scores]),
    ("AUC", {"label_weights": [1.0, 2.0, 0.0, 0.5]}, [yes_or_no, *EXTREMES]),
    ("AUC", {"multi_label": True}, [yes_or_no, *EXTREMES]),
    ("AUC", {"multi_label": True, "curve": "PR", "num_labels": UNITS}, [yes_or_no, *EXTREMES]),
    ("AUC", {"multi_label": True, "label_weights": [1.0, 2.0, 0.0, 0.5]}, [yes_or_no, *EXTREMES]),
    ("AUC", {"multi_label": True, "thresholds": [0.3, 0.5, 0.8]}, [yes_or_no, *EXTREMES]),
    ("F1Score", {}, [one_hot, one_hot_ties]),
    ("F1Score", {"average": "macro"}, [one_hot, one_hot_ties]),
    ("F1Score", {"average": "weighted"}, [one_hot, one_hot_ties]),
    ("F1Score", {"average": "micro"}, [one_hot, one_hot_ties]),
    ("F1Score", {"threshold": 0.4}, [yes_or_no, *EXTREMES]),
    ("FBetaScore", {"beta": 2.0, "threshold": 0.4, "average": "micro"}, [yes_or_no, *EXTREMES]),
    ("FBetaScore", {"beta": 0.5}, [one_hot]),
    ("IoU", {"num_classes": UNITS, "target_class_ids": [0, 2]}, [called_classes]),
    ("IoU", {"num_classes": 3, "target_class_ids": [0], "ignore_class": 1}, [called_classes]),
    ("IoU", {"num_classes": UNITS, "target_class_ids": [1], "sparse_y_pred": False}, [classes]),
    ("BinaryIoU", {}, CALLS),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.25}, CALLS),
    ("MeanIoU", {"num_classes": UNITS}, [called_classes]),
    ("MeanIoU", {"num_classes": UNITS, "sparse_y_pred": False}, [classes]),
    ("OneHotIoU", {"num_classes": UNITS, "target_class_ids": [0, 3]}, [one_hot]),
    ("OneHotMeanIoU", {"num_classes": UNITS}, [one_hot]),
    ("OneHotMeanIoU", {"num_classes": UNITS, "ignore_class": 2}, [one_hot]),
]  # fmt: skip

# Keras cannot weigh the rows of vectors where a metric reduces the last axis, and cuts weights of IoU down.
INTEGER_WEIGHTS = {"IoU", "BinaryIoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"}


def identified(case):
    return f"{case[0]}({','.join(f'{k}={v}' for k, v in case[1].items())})"


@pytest.fixture(params=[None, "weights"])
def weighted(request):
    return request.param is not None


@pytest.mark.parametrize("case", CASES, ids=identified)
def test_values_equal_keras_over_several_updates(keras, case, weighted):
    name, settings, tables = case
    for table in tables:
        ours = getattr(metrics, name)(**settings)
        theirs = getattr(keras.metrics, name)(**settings)
        rng = np.random.default_rng(len(name))
        # BinaryIoU reads one weight a cell.
        flat = name == "BinaryIoU" and table not in (one_column, vectors)
        for rows in (ROWS, 7):
            batch = table(rng, rows)
            # Keras counts rows of weight 0 where it adjusts for regressors.
            least = 1 if "num_regressors" in settings else 0
            weight = np.float32(rng.integers(least, 4, rows)) if weighted else None
            weight = weight if weight is None or name not in INTEGER_WEIGHTS else weight.astype(np.int32)
            ours.update_state(*batch, weight)
            spread = None if weight is None else np.repeat(weight, UNITS) if flat else weight
            theirs.update_state(*batch, spread)
            np.testing.assert_allclose(
                ours.result(), theirs.result(), rtol=2e-5, atol=2e-6, err_msg=f"{table.__name__} {rows}"
            )


@pytest.mark.parametrize("case", CASES, ids=identified)
def test_compiled_pieces_equal_keras(keras, case):
    name, settings, tables = case
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    batch = tables[0](np.random.default_rng(1), ROWS)
    theirs.update_state(*batch)
    target, prediction, weight = ours._as_arrays(*batch, None)
    measure = jax.jit(ours.measure)
    found = ours.start(target, prediction)
    for start in range(0, len(weight), 8):
        part = slice(start, start + 8)
        found = ours.merge(found, measure(target[part], prediction[part], weight[part]))
    np.testing.assert_allclose(jax.jit(ours.read)(found), theirs.result(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("case", CASES, ids=identified)
def test_names_and_settings_equal_keras(keras, case):
    name, settings, _ = case
    keras.utils.clear_session()
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    assert ours.name == theirs.name
    mine, other = ours.get_config(), theirs.get_config()
    if name in INTEGER_WEIGHTS:
        mine.pop("dtype"), other.pop("dtype")
    # Keras keeps no axis of a cosine, and mentions sorted ids only where they are on.
    missing = {"CosineSimilarity": {"axis"}, "SparseTopKCategoricalAccuracy": {"from_sorted_ids"}}
    mine = {key: value for key, value in mine.items() if key in other or key not in missing.get(name, ())}
    if name == "AUC" and mine["thresholds"] is None:
        mine.pop("thresholds")
    assert {key: np.asarray(value).tolist() for key, value in mine.items()} == {
        key: np.asarray(value).tolist() for key, value in other.items()
    }


@pytest.mark.parametrize("case", CASES, ids=identified)
def test_configurations_go_both_ways(keras, case):
    name, settings, _ = case
    ours = getattr(metrics, name)(**settings)
    theirs = getattr(keras.metrics, name)(**settings)
    assert metrics.deserialize(metrics.serialize(ours)) == ours
    # Keras packs the weights of labels up as an array of its own.
    packed = {"class_name": name, "config": theirs.get_config()}
    again = metrics.deserialize(packed)
    assert again.get_config() == {**ours.get_config(), "name": theirs.name}


@pytest.mark.parametrize("name", metrics.CLASSES)
def test_every_setting_of_keras_is_taken_in_its_order(keras, name):
    theirs = inspect.signature(getattr(keras.metrics, name).__init__).parameters
    ours = inspect.signature(getattr(metrics, name)).parameters
    assert set(theirs) - {"self", "kwargs", "settings"} <= set(ours)
    for key, parameter in theirs.items():
        if parameter.default is not inspect.Parameter.empty and key not in ("name", "dtype"):
            assert ours[key].default == parameter.default, key
    # Up to the first that may be given by name only, positions agree.
    named = [key for key, p in ours.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    order = [key for key in theirs if key in named]
    assert order == [key for key in named if key in order]


def test_nothing_seen_reads_as_in_keras(keras):
    for name, settings, _ in CASES:
        # Keras has made no variables of these yet, and fails, or divides 0 by 0.
        if name in ("F1Score", "FBetaScore", "R2Score") or settings.get("multi_label"):
            assert np.all(np.asarray(getattr(metrics, name)(**settings).result()) == 0)
            continue
        ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
        np.testing.assert_allclose(ours.result(), theirs.result(), err_msg=identified((name, settings)))


@pytest.mark.parametrize("name", ["MeanSquaredError", "Hinge", "CosineSimilarity", "KLDivergence"])
def test_two_vectors_are_one_row_as_in_keras(keras, name):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    rng = np.random.default_rng(0)
    for size in (5, 9):
        batch = tuple(part[0] for part in two_shares(rng, 1)) if size == 5 else number_vectors(rng, size)
        np.testing.assert_allclose(ours(*batch), theirs(*batch), rtol=1e-5)


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("values", "weight"),
    [
        (3.0, None),
        (3.0, 2.0),
        ([1.0, 3.0, 8.0], None),
        ([1.0, 3.0, 8.0], [1.0, 0.0, 2.0]),
        ([1.0, 3.0, 8.0], 2.0),
        ([[1.0, 3.0], [5.0, 9.0]], None),
        ([[1.0, 3.0], [5.0, 9.0]], [1.0, 2.0]),
        ([[1.0, 3.0], [5.0, 9.0]], [[1.0, 2.0], [0.0, 1.0]]),
        ([[1.0], [5.0]], [1.0, 2.0]),
        ([1.0, 5.0], [[1.0], [2.0]]),
    ],
)
def test_plain_values_are_averaged_and_summed_as_in_keras(keras, name, values, weight):
    ours, theirs = getattr(metrics, name)("seen"), getattr(keras.metrics, name)("seen")
    for more in (values, [2.0, 7.0], values):
        given = weight if more is values else None
        ours.update_state(more, given)
        theirs.update_state(np.float32(more), None if given is None else np.float32(given))
        np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-6)
    ours.reset_state()
    assert float(ours.result()) == 0
    assert ours.name == "seen"


@pytest.mark.parametrize("reduced", ["a row and unit", "a row", "in all"])
def test_a_wrapped_function_is_averaged_as_in_keras(keras, reduced):
    axis = {"a row and unit": (), "a row": 1, "in all": (0, 1)}[reduced]

    def cube(y_true, y_pred, scale):
        return scale * jnp.mean(jnp.abs(y_true - y_pred) ** 3, axis=axis)

    ours = metrics.MeanMetricWrapper(cube, name="cube", scale=2.0)
    theirs = keras.metrics.MeanMetricWrapper(cube, name="cube", scale=2.0)
    rng = np.random.default_rng(0)
    for rows in (8, 3):
        batch = numbers(rng, rows)
        weight = None if reduced == "in all" else np.float32(rng.integers(0, 3, rows))
        ours.update_state(*batch, weight)
        theirs.update_state(*batch, weight)
    np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-5)


FUNCTIONS = {
    "binary_accuracy": (yes_or_no, {"threshold": 0.3}),
    "categorical_accuracy": (one_hot, {}),
    "sparse_categorical_accuracy": (classes, {}),
    "top_k_categorical_accuracy": (one_hot, {"k": 2}),
    "sparse_top_k_categorical_accuracy": (classes, {"k": 2}),
    "pearson_correlation": (numbers, {"axis": 0}),
    "concordance_correlation": (numbers, {}),
    "mean_squared_error": (numbers, {}),
    "hinge": (yes_or_no, {}),
    "binary_crossentropy": (yes_or_no, {}),
    "kl_divergence": (two_shares, {}),
    "huber": (numbers, {}),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_equal_keras(keras, name):
    table, settings = FUNCTIONS[name]
    batch = table(np.random.default_rng(0), ROWS)
    expected = getattr(keras.metrics, name)(*batch, **settings)
    np.testing.assert_allclose(getattr(metrics, name)(*batch, **settings), expected, rtol=1e-5, atol=1e-6)


def test_everything_public_in_keras_is_here(keras):
    theirs = {name for name in vars(keras.metrics) if not name.startswith("_")}
    assert theirs <= set(vars(metrics))


def test_names_of_keras_give_its_classes(keras):
    from keras.src.metrics import ALL_OBJECTS_DICT

    # These need arguments, or take values of one's own: no name stands for them.
    barred = set(metrics.CLASSES) - {type(metric).__name__ for metric in metrics.METRICS.values()} | {
        "Metric"
    }
    for name, kind in ALL_OBJECTS_DICT.items():
        if kind.__name__ not in barred:
            assert type(metrics.get(name)[1]).__name__ == kind.__name__, name


def test_correlation_over_rows_equals_keras(keras):
    rng = np.random.default_rng(0)
    for name in ("PearsonCorrelation", "ConcordanceCorrelation"):
        ours, theirs = (getattr(module, name)(axis=0) for module in (metrics, keras.metrics))
        for rows in (ROWS, 9):
            batch = numbers(rng, rows)
            np.testing.assert_allclose(ours(*batch), theirs(*batch), rtol=1e-4)


# Where Keras's number is wrong, or hangs on rounding, ours is another one.


def test_a_correlation_without_spread_is_0_and_not_nan(keras):
    batch = np.ones((3, 1), np.float32), np.ones((3, 1), np.float32)
    assert np.isnan(keras.metrics.PearsonCorrelation()(*batch))
    assert float(metrics.PearsonCorrelation()(*batch)) == 0


def test_an_ignored_class_counts_nowhere(keras):
    target, prediction = np.array([0, 1, -1, -1]), shares(np.random.default_rng(0), 4, 3)
    kept = float(keras.metrics.SparseCategoricalCrossentropy()(target[:2], prediction[:2]))
    diluted = float(keras.metrics.SparseCategoricalCrossentropy(ignore_class=-1)(target, prediction))
    assert diluted == pytest.approx(kept / 2, rel=1e-5)
    # With sample weights Keras leaves the rows out altogether, as ours does always.
    weighed = keras.metrics.SparseCategoricalCrossentropy(ignore_class=-1)(target, prediction, np.ones(4))
    assert float(weighed) == pytest.approx(kept, rel=1e-5)
    for weight in (None, np.ones(4)):
        found = metrics.SparseCategoricalCrossentropy(ignore_class=-1)(target, prediction, weight)
        assert float(found) == pytest.approx(kept, rel=1e-5)


def test_f1_of_one_unit_does_not_call_every_row_positive(keras):
    target, prediction = np.float32([[0], [1], [1], [0]]), np.float32([[0.1], [0.9], [0.8], [0.2]])
    assert float(keras.metrics.F1Score()(target, prediction)[0]) == pytest.approx(2 / 3)
    assert float(metrics.F1Score()(target, prediction)) == 1


def test_r2_of_a_right_constant_is_1_and_not_nan(keras):
    batch = np.ones((3, 1), np.float32), np.ones((3, 1), np.float32)
    assert np.isnan(keras.metrics.R2Score()(*batch))
    assert float(metrics.R2Score()(*batch)) == 1


def test_r2_of_a_far_away_target_does_not_cancel(keras):
    rng = np.random.default_rng(0)
    target = np.float32(10_000 + rng.normal(size=(4096, 1)))
    prediction = np.float32(target + 0.5 * rng.normal(size=(4096, 1)))
    t, p = np.float64(target), np.float64(prediction)
    exact = 1 - ((t - p) ** 2).sum() / ((t - t.mean()) ** 2).sum()
    assert float(metrics.R2Score()(target, prediction)) == pytest.approx(exact, abs=1e-4)
    assert float(keras.metrics.R2Score()(target, prediction)) != pytest.approx(exact, abs=1e-2)


def test_adjusted_r2_counts_rows_and_not_cells(keras):
    batch = numbers(np.random.default_rng(0), ROWS)
    plain = float(keras.metrics.R2Score()(*batch))
    adjusted = lambda n: 1 - (1 - plain) * (n - 1) / (n - 4)  # noqa: E731
    assert float(keras.metrics.R2Score(num_regressors=3)(*batch)) == pytest.approx(adjusted(ROWS * UNITS))
    assert float(metrics.R2Score(num_regressors=3)(*batch)) == pytest.approx(adjusted(ROWS), rel=1e-5)


def test_fractional_weights_of_an_overlap_are_not_cut_down(keras):
    batch = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    weight = np.array([0.5, 0.5, 0.5, 0.5])
    with pytest.warns(UserWarning, match="incorrect weight"):
        assert float(keras.metrics.MeanIoU(2)(*batch, weight)) == 0
    assert float(metrics.MeanIoU(2)(*batch, weight)) == pytest.approx(1 / 3)


def test_a_metric_in_keras_manner_gives_keras_numbers(keras):
    def made(base, zeros):
        class Biggest(base.Metric):
            def __init__(self, name="biggest", **settings):
                super().__init__(name=name, **settings)
                self.sum = self.add_weight(shape=(UNITS,), name="sum", initializer=zeros)
                self.most = self.add_variable((), "zeros", name="most")

            def update_state(self, y_true, y_pred, sample_weight=None):
                error = jnp.abs(y_true - y_pred)
                error = error if sample_weight is None else error * sample_weight[:, None]
                self.sum.assign_add(error.sum(axis=0))
                self.most.assign(jnp.maximum(self.most + 0.0, error.max()))

            def result(self):
                return self.sum.value.max() + self.most

        return Biggest()

    ours, theirs = made(metrics, "zeros"), made(keras.metrics, keras.initializers.Zeros())
    rng = np.random.default_rng(0)
    for rows in (ROWS, 5):
        batch, weight = numbers(rng, rows), np.float32(rng.integers(0, 3, rows))
        np.testing.assert_allclose(ours(*batch), theirs(*batch), rtol=1e-5)
        np.testing.assert_allclose(ours(*batch, weight), theirs(*batch, weight), rtol=1e-5)
    ours.reset_state(), theirs.reset_state()
    np.testing.assert_allclose(ours.result(), theirs.result())


def test_the_functions_of_losses_and_metrics_are_the_same():
    assert metrics.mean_squared_error is losses.mean_squared_error
