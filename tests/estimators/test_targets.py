import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.exceptions import DataConversionWarning

from neurode.callbacks import Callback
from neurode.errors import ArgumentError, TableError


class NeverTrained(Callback):
    def on_train_begin(self, logs=None):
        raise AssertionError("training began")


@pytest.mark.parametrize(
    ("target", "classes"),
    [
        (lambda codes, words: words, ["late", "paid"]),
        (lambda codes, words: words.astype(object), ["late", "paid"]),
        (lambda codes, words: list(words), ["late", "paid"]),
        (lambda codes, words: pd.Series(words, dtype="category"), ["late", "paid"]),
        (lambda codes, words: pd.Series(words), ["late", "paid"]),
        (lambda codes, words: pd.DataFrame({"outcome": words}), ["late", "paid"]),
        (lambda codes, words: pl.Series("outcome", words), ["late", "paid"]),
        (lambda codes, words: pl.Series("outcome", words).cast(pl.Categorical), ["late", "paid"]),
        (lambda codes, words: codes == 1, [False, True]),
        (lambda codes, words: codes.astype(float), [0, 1]),
        (lambda codes, words: 2 * codes - 1, [-1, 1]),
        (lambda codes, words: pd.Series(codes, dtype="Int64"), [0, 1]),
    ],
    ids=[
        "words", "objects", "list", "pandas categories", "pandas words", "frame", "polars words",
        "polars categories", "flags", "floats", "negative", "pandas integers",
    ],
)  # fmt: skip
def test_two_classes_of_every_type_are_learned_alike(fitted, rows, codes, words, make, target, classes):
    values = target(codes, words)
    classifier = make().fit(rows, values)
    assert classifier.classes_.tolist() == classes
    np.testing.assert_array_equal(classifier.predict_proba(rows), fitted.predict_proba(rows))
    # Predictions are of the target's own kind.
    assert set(classifier.predict(rows).tolist()) <= set(classes)
    assert classifier.score(rows, values) == fitted.score(rows, codes)


@pytest.mark.parametrize(
    "gaps",
    [
        lambda words, known: [word if there else None for word, there in zip(words, known)],
        lambda words, known: np.where(known, words, None),
        lambda words, known: pl.Series(words).set(pl.Series(~known), None),
        lambda words, known: np.where(known, words == "paid", np.nan),
    ],
    ids=["list", "objects", "polars", "numbers"],
)
def test_rows_without_a_target_are_left_out(rows, words, make, gaps):
    known = np.arange(len(words)) % 10 != 3
    with_gaps = make().fit(rows, gaps(words, known), np.arange(1.0, 1 + len(words)))
    without = make().fit(rows.filter(known), words[known], np.arange(1.0, 1 + len(words))[known])
    np.testing.assert_array_equal(with_gaps.predict_proba(rows), without.predict_proba(rows))


def test_days_are_classes_by_their_names(rows, codes, make):
    days = [datetime.date(2024, 1, 1 + code) for code in codes]
    assert make().fit(rows, days).classes_.tolist() == ["2024-01-01", "2024-01-02"]


def test_three_classes_end_in_a_softmax(rows, make):
    sizes = np.digitize(rows["size"].to_numpy(), [-0.5, 0.5])
    names = np.array(["small", "middle", "large"])[sizes]
    classifier = make(epochs=30, learning_rate=0.05).fit(rows, names)
    assert classifier.classes_.tolist() == ["large", "middle", "small"]
    probability = classifier.predict_proba(rows)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(classifier.predict(rows), classifier.classes_[probability.argmax(axis=1)])
    np.testing.assert_array_equal(
        classifier.decision_function(rows).argmax(axis=1), probability.argmax(axis=1)
    )
    assert classifier.threshold_ is None
    assert classifier.score(rows, names) > 0.8
    assert "likeliest of the 3 classes" in str(classifier.decision_)
    with pytest.raises(ArgumentError, match="threshold"):
        classifier.threshold_ = 0.3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 0.3}, r"threshold=0\.3 with 3 classes"),
        ({"threshold": "f1"}, "threshold='f1' with 3 classes"),
        ({"refer": "rate=0.1"}, "refer='rate=0.1' with 3 classes"),
        ({"positive": 1}, "positive=1 with 3 classes"),
        ({"base_rate": 0.3}, "base_rate=0.3"),
    ],
    ids=str,
)
def test_what_is_for_two_classes_is_refused_for_three_before_training(rows, make, settings, message):
    with pytest.raises(ArgumentError, match=message):
        make(**settings).fit(rows, np.arange(rows.height) % 3, callbacks=(NeverTrained(),))


def test_a_class_of_one_row_is_learned_and_not_held_out(rows, make, monkeypatch):
    names = np.where(rows["size"].to_numpy() > 0, "a", "b").astype(object)
    names[17] = "c"
    classifier = make().fit(rows, names)
    assert classifier.classes_.tolist() == ["a", "b", "c"]
    assert classifier.predict_proba(rows).shape == (rows.height, 3)


@pytest.fixture(scope="module")
def labels(rows):
    return np.column_stack(
        [rows["size"].to_numpy() > 0, rows["owner"].to_numpy(), rows["town"].to_numpy() == "Ulm"]
    ).astype(int)


@pytest.fixture(scope="module")
def tagger(make, rows, labels):
    return make(epochs=30, learning_rate=0.05).fit(rows, labels)


def test_several_labels_end_in_a_sigmoid_each(tagger, rows, labels):
    probability = tagger.predict_proba(rows)
    assert probability.shape == labels.shape
    assert tagger.classes_.tolist() == [0, 1, 2]
    assert not np.allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(tagger.predict(rows), (probability >= 0.5).astype(int))
    np.testing.assert_array_equal(tagger.decision_function(rows) >= 0, tagger.predict(rows) == 1)
    assert tagger.score(rows, labels) == (tagger.predict(rows) == labels).all(axis=1).mean() > 0.6


def test_one_threshold_is_for_all_labels(rows, labels, make):
    eager = make(threshold=0.2).fit(rows, labels)
    assert eager.threshold_ == 0.2
    np.testing.assert_array_equal(eager.predict(rows), (eager.predict_proba(rows) >= 0.2).astype(int))
    eager.threshold_ = 0.9
    assert eager.predict(rows).sum() < labels.sum()


def test_labels_of_every_form_are_learned_alike(rows, labels, make):
    expected = make().fit(rows, labels).predict_proba(rows)
    for form in (labels.tolist(), labels.astype(bool), labels.astype(float), scipy.sparse.csr_matrix(labels)):
        np.testing.assert_array_equal(make().fit(rows, form).predict_proba(rows), expected)
    named = make().fit(rows, pd.DataFrame(labels, columns=["large", "owner", "Ulm"]))
    assert named.classes_.tolist() == ["large", "owner", "Ulm"]
    np.testing.assert_array_equal(named.predict_proba(rows), expected)


@pytest.mark.parametrize(
    "settings",
    [
        {"balance": "oversample"},
        {"class_weight": "balanced"},
        {"focal_gamma": 2.0},
        {"base_rate": 0.1},
        {"calibration": "platt"},
        {"threshold": "f1"},
        {"refer": "rate=0.1"},
        {"positive": "Ulm"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_is_for_classes_is_refused_for_labels(rows, labels, make, settings):
    name = next(iter(settings))
    with pytest.raises(ArgumentError, match=f"{name}=.* with several labels"):
        make(**settings).fit(rows, labels, callbacks=(NeverTrained(),))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (np.ones(400), "one class"),
        ([None] * 400, "no value in any row"),
        (np.full(400, np.nan), "no value in any row"),
        (np.where(np.arange(400) % 2, np.inf, 0), "infinity"),
        (np.linspace(0, 1, 400), "continuous"),
        ([1, "a"] * 200, "mixes types"),
        ([f"note {number}" for number in range(400)], "looks like a text"),
        (np.arange(800).reshape(400, 2), "more than 0 and 1"),
        (np.zeros((400, 2, 2)), "1d array"),
        (None, "y is None"),
    ],
    ids=["one class", "gaps", "NaN", "infinity", "continuous", "mixed", "text", "columns", "cube", "none"],
)
def test_what_no_classes_are_is_refused(rows, make, target, message):
    with pytest.raises((TableError, ArgumentError), match=message):
        make().fit(rows, target)


def test_one_column_of_classes_is_taken_with_a_warning(fitted, rows, codes, make):
    with pytest.warns(DataConversionWarning, match="column-vector"):
        classifier = make().fit(rows, codes[:, None])
    np.testing.assert_array_equal(classifier.predict_proba(rows), fitted.predict_proba(rows))
