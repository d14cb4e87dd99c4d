"""Learning on: in parts with `partial_fit`, and from where the last fit ended with `warm_start`."""

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, TableError
from neurode.training import TRACES


def test_epochs_in_parts_add_up_to_a_fit(rows, codes, make):
    whole = make(early_stopping=False, epochs=3).fit(rows, codes)
    parts = make()
    for _ in range(3):
        parts.partial_fit(rows, codes)
    np.testing.assert_array_equal(parts.predict_proba(rows), whole.predict_proba(rows))
    assert (parts.n_iter_, parts.best_epoch_) == (3, 3)
    assert parts.history_.history == whole.history_.history


def test_it_goes_on_where_a_fit_ended(rows, codes, make):
    whole = make(early_stopping=False, epochs=3).fit(rows, codes)
    begun = make(early_stopping=False, epochs=2).fit(rows, codes).partial_fit(rows, codes)
    np.testing.assert_array_equal(begun.predict_proba(rows), whole.predict_proba(rows))
    assert begun.n_iter_ == 3


def test_parts_of_one_length_share_a_program(rows, codes, make):
    classifier = make().partial_fit(rows[:200], codes[:200], classes=[0, 1])
    before = TRACES["train"]
    classifier.partial_fit(rows[200:], codes[200:])
    assert TRACES["train"] == before


def test_many_parts_learn_what_the_whole_table_teaches(rows, codes, make):
    classifier = make(learning_rate=0.02, batch_size=32)
    for epoch in range(20):
        for start in (0, 200):
            part = slice(start, start + 200)
            classifier.partial_fit(rows[part], codes[part], classes=[0, 1] if epoch == start == 0 else None)
    assert classifier.score(rows, codes) > 0.8
    assert classifier.n_iter_ == 40


def test_a_part_need_not_have_every_class(rows, codes, make):
    order = np.argsort(codes, kind="stable")
    classifier = make()
    for part in (order[:200], order[200:]):
        classifier.partial_fit(rows[part], codes[part], classes=[1, 0])
    assert classifier.classes_.tolist() == [0, 1]
    with pytest.raises(TableError, match="one class"):
        make().partial_fit(rows[order[:200]], codes[order[:200]])


def test_the_classes_stay_those_of_the_first_call(rows, codes, words, make):
    classifier = make(positive="late").partial_fit(rows, words, classes=["late", "paid"])
    assert classifier.classes_.tolist() == ["paid", "late"]
    classifier.partial_fit(rows, words, classes=["paid", "late"])
    with pytest.raises(ArgumentError, match="is not the same as on last call to partial_fit"):
        classifier.partial_fit(rows, words, classes=["late", "lost"])
    with pytest.raises(TableError, match="'lost', which is none of the classes"):
        classifier.partial_fit(rows, np.where(codes == 1, "lost", "paid"))


def test_the_columns_stay_those_of_the_first_call(rows, codes, make):
    classifier = make().partial_fit(rows, codes)
    with pytest.raises(TableError, match="'town'"):
        classifier.partial_fit(rows.drop("town"), codes)
    encoding = classifier.encoding_
    new = rows.with_columns(town=pl.lit("Rome"), size=pl.col("size") * 100)
    classifier.partial_fit(new, codes)
    assert classifier.encoding_ == encoding
    assert np.isfinite(classifier.predict_proba(new)).all()


def test_base_rates_add_up_over_the_parts(rows, codes, make):
    order = np.argsort(codes, kind="stable")
    classifier = make(balance="class_weight")
    for part in (order[:250], order[250:]):
        classifier.partial_fit(rows[part], codes[part], classes=[0, 1])
    assert classifier.decision_.base_rates == pytest.approx((1 - codes.mean(), codes.mean()))
    weighted = make().partial_fit(rows, codes, sample_weight=1 + codes).partial_fit(rows, codes)
    expected = (codes.sum() * 3) / (len(codes) * 2 + codes.sum())
    assert weighted.decision_.base_rates[1] == pytest.approx(expected)


def test_labels_come_in_parts_too(rows, codes, make):
    labels = np.column_stack([codes, 1 - codes])
    whole = make(early_stopping=False, epochs=2).fit(rows, labels)
    parts = make().partial_fit(rows, labels).partial_fit(rows, labels)
    np.testing.assert_array_equal(parts.predict_proba(rows), whole.predict_proba(rows))
    with pytest.raises(ArgumentError, match="3 labels"):
        parts.partial_fit(rows, np.column_stack([labels, codes]))


@pytest.mark.parametrize("way", ["downsample", "oversample", "smote"])
def test_parts_are_not_resampled(rows, codes, make, way):
    with pytest.raises(ArgumentError, match=f"balance='{way}' in partial_fit"):
        make(balance=way).partial_fit(rows, codes)


def test_a_warm_start_goes_on(rows, codes, make):
    settings = {"early_stopping": False, "learning_rate": 0.02, "batch_size": 32}
    whole = make(**settings, epochs=6).fit(rows, codes)
    warm = make(**settings, epochs=3, warm_start=True).fit(rows, codes).fit(rows, codes)
    np.testing.assert_array_equal(warm.predict_proba(rows), whole.predict_proba(rows))
    assert warm.history_.history["loss"] == whole.history_.history["loss"][3:]
    cold = make(**settings, epochs=3).fit(rows, codes).fit(rows, codes)
    assert cold.history_.history["loss"] == whole.history_.history["loss"][:3]


def test_a_warm_start_keeps_the_encoding_and_takes_new_levels(rows, codes, make):
    warm = make(warm_start=True).fit(rows, codes)
    encoding = warm.encoding_
    warm.fit(rows.with_columns(town=pl.lit("Rome")), codes)
    assert warm.encoding_ == encoding
    assert warm.check(rows).has_profile


def test_a_warm_start_refuses_other_columns_and_classes(rows, codes, make):
    warm = make(warm_start=True).fit(rows, codes)
    with pytest.raises(TableError, match="'size'"):
        warm.fit(rows.drop("size"), codes)
    with pytest.raises(TableError, match="none of the classes that were fitted"):
        warm.fit(rows, codes + 1)
    with pytest.raises(TableError, match="1d array"):
        warm.fit(rows, np.column_stack([codes, codes]))
    np.testing.assert_array_equal(
        warm.predict_proba(rows), make().fit(rows, codes).predict_proba(rows), "what was fitted stays"
    )


def test_a_warm_start_decides_anew(rows, codes, make):
    warm = make(warm_start=True, calibration="platt").fit(rows, codes)
    first = warm.decision_.calibrator
    assert warm.fit(rows, codes).decision_.calibrator != first
    assert warm.decision_.base_rates == pytest.approx((1 - codes.mean(), codes.mean()), abs=0.01)
