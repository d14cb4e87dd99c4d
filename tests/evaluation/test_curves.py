import numpy as np
import pytest
import sklearn.metrics as reference

from neurode.errors import ShapeError
from neurode.evaluation import precision_recall_curve, roc_curve, score_histogram
from neurode.evaluation.curves import MOST_POINTS, cuts
from neurode.evaluation.ranking import rank


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    target = generator.integers(0, 2, 300)
    score = np.round(np.clip(generator.normal(0.4 + 0.2 * target, 0.2), 0, 1), 2)
    return target, np.column_stack([1 - score, score])


def test_the_roc_curve_goes_through_scikit_learns_points(rows):
    target, probability = rows
    curve = roc_curve(target, probability)
    wrong, found, _ = reference.roc_curve(target, probability[:, 1], drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, wrong, atol=1e-12)
    np.testing.assert_allclose(curve.true_positive_rate, found, atol=1e-12)


def test_the_precision_recall_curve_goes_through_scikit_learns_points(rows):
    target, probability = rows
    curve = precision_recall_curve(target, probability)
    precision, recall, _ = reference.precision_recall_curve(target, probability[:, 1])
    # scikit-learn runs the other way and adds the point (0, 1).
    np.testing.assert_allclose(curve.recall, recall[-2::-1], atol=1e-12)
    np.testing.assert_allclose(curve.precision, precision[-2::-1], atol=1e-12)
    assert curve.prevalence == pytest.approx(target.mean())


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    generator = np.random.default_rng(0)
    target, score = generator.integers(0, 2, 5000), generator.random(5000)
    curve = roc_curve(target, np.column_stack([1 - score, score]))
    assert len(curve.threshold) == MOST_POINTS
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0, 0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    assert (np.diff(curve.true_positive_rate) >= 0).all()


def test_a_histogram_holds_every_row_once(rows):
    histogram = score_histogram(*rows, bins=10)
    assert histogram.counts.sum(axis=1).tolist() == np.bincount(rows[0]).tolist()
    assert len(histogram.edges) == 11


def test_a_cut_between_neighbouring_float32_scores_parts_them():
    lower = np.float32(0.3)
    upper = np.nextafter(lower, np.float32(1))
    threshold = cuts(rank(np.array([False, True]), np.array([lower, upper])))
    assert threshold.dtype == np.float32
    # No middle exists; a float64 one would round to either side.
    assert upper >= threshold[1] > lower


def test_cuts_reach_nobody_and_everybody_at_the_ends_of_the_scale():
    score = np.array([1.0, 0.0])
    threshold = cuts(rank(np.array([True, False]), score))
    assert [(score >= t).sum() for t in threshold] == [0, 1, 2]


def test_three_classes_have_no_roc_curve():
    with pytest.raises(ShapeError, match="a ROC curve needs two classes"):
        roc_curve([0, 1, 2], np.full((3, 3), 1 / 3))
