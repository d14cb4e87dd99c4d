import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from neurode.errors import ArgumentError, UnknownNameError
from neurode.estimators.mlp.class_weights import with_class_weight

CLASSES = np.array(["bad", "fair", "good"])


@given(
    st.lists(st.integers(0, 2), min_size=3, max_size=20).filter(lambda codes: len(set(codes)) == 3), st.data()
)
def test_balanced_is_scikit_learns_and_gives_every_class_the_same_sum(codes, data):
    weight = np.array(data.draw(st.lists(st.floats(0.5, 2), min_size=len(codes), max_size=len(codes))))
    codes = np.array(codes)
    each = compute_class_weight("balanced", classes=CLASSES, y=CLASSES[codes], sample_weight=weight)
    found = with_class_weight(np.eye(3)[codes], CLASSES, "balanced", weight)
    np.testing.assert_allclose(found, weight * each[codes])
    sums = np.bincount(codes, weights=found)
    np.testing.assert_allclose(sums, sums[0])


def test_a_dict_weighs_the_classes_that_it_names():
    found = with_class_weight(np.array([[0.0], [1.0]]), CLASSES[:2], {"fair": 3})
    np.testing.assert_array_equal(found, [1, 3])


def test_classes_without_rows_need_no_balance():
    np.testing.assert_array_equal(with_class_weight(np.eye(3)[[0, 0, 1, 1]], CLASSES, "balanced"), 1)


def test_wrong_weights_are_named():
    y = np.array([[0.0], [1.0]])
    with pytest.raises(UnknownNameError, match="no class named 'god'"):
        with_class_weight(y, CLASSES, {"god": 2.0})
    with pytest.raises(ArgumentError, match="balancd"):
        with_class_weight(y, CLASSES, "balancd")
    with pytest.raises(ArgumentError, match="at least 0"):
        with_class_weight(y, CLASSES, {"bad": -1})
