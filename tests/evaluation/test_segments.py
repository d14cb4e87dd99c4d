import json

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import category_segments, number_segments, regression_segments, segments
from neurode.evaluation.reliability import wilson_interval
from neurode.evaluation.segment_measures import many_class_measurer, number_measurer, two_class_measurer

LETTERS = list("ABCDEFGHIJKL")


def honest_rows(n, seed=0):
    """Rows whose probabilities are true."""
    generator = np.random.default_rng(seed)
    score = generator.beta(1.5, 4, n)
    target = (generator.random(n) < score).astype(int)
    return generator, target, np.column_stack([1 - score, score])


def by_name(found, column, label):
    (segment,) = [each for each in found.segments if (each.column, each.label) == (column, label)]
    return segment


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(0, 2)), min_size=2, max_size=40))
def test_areas_inside_and_outside_are_scikit_learns(drawn):
    target, score, codes = np.array(drawn).T
    measured = two_class_measurer(target, score / 8, 0.5)(codes, 3)
    for segment in range(3):
        for chosen, value in (
            (codes == segment, measured.metrics["roc_auc"][0][segment]),
            (codes != segment, measured.elsewhere["roc_auc"].expected[segment]),
        ):
            if len(np.unique(target[chosen])) == 2:
                assert value == pytest.approx(reference.roc_auc_score(target[chosen], score[chosen]))
            else:
                assert np.isnan(value)


def test_each_segment_is_measured_as_its_rows_alone_would_be():
    generator, target, probability = honest_rows(2000)
    codes = generator.integers(0, 3, 2000)
    found = segments(target, probability, [category_segments("grade", codes, LETTERS[:3])], threshold=0.3)
    assert [segment.label for segment in found.segments] == ["A", "B", "C"]
    for code, segment in enumerate(found.segments):
        y, p = target[codes == code], probability[codes == code, 1]
        called = p >= 0.3
        assert segment.n_rows == len(y)
        assert segment.observed.value == pytest.approx(y.mean())
        assert segment.predicted == pytest.approx(p.mean())
        values = {name: interval.value for name, interval in segment.metrics.items()}
        assert values == pytest.approx(
            {
                "roc_auc": reference.roc_auc_score(y, p),
                "accuracy": reference.accuracy_score(y, called),
                "recall": reference.recall_score(y, called),
                "precision": reference.precision_score(y, called),
            }
        )
        lower, upper = wilson_interval(np.array([values["recall"]]), np.array([y.sum()]))
        recall = segment.metrics["recall"]
        assert (recall.lower, recall.upper) == pytest.approx((lower[0], upper[0]))


def test_all_rows_are_told_too():
    _, target, probability = honest_rows(500)
    everything = segments(target, probability, []).everything
    assert (everything.label, everything.n_rows) == ("all rows", 500)
    assert everything.metrics["roc_auc"].value == reference.roc_auc_score(target, probability[:, 1])


def test_the_interval_of_an_area_is_as_wide_as_that_of_resampled_rows():
    generator, target, probability = honest_rows(600)
    interval = segments(target, probability, []).everything.metrics["roc_auc"]
    areas = []
    for _ in range(400):
        drawn = generator.integers(0, 600, 600)
        areas.append(reference.roc_auc_score(target[drawn], probability[drawn, 1]))
    width = np.diff(np.quantile(areas, [0.025, 0.975]))[0]
    assert interval.upper - interval.lower == pytest.approx(width, rel=0.2)


def test_a_broken_promise_is_found_and_honest_segments_are_not():
    generator, target, probability = honest_rows(6000)
    grade = generator.integers(0, 12, 6000)
    target = np.where(grade == 3, (generator.random(6000) < 1.6 * probability[:, 1]).astype(int), target)
    noise = [number_segments(f"noise {i}", generator.normal(size=6000)) for i in range(5)]
    found = segments(target, probability, [*noise, category_segments("grade", grade, LETTERS)])
    assert [(segment.column, segment.label) for segment in found.deviating] == [("grade", "D")]
    (finding,) = found.deviating[0].findings
    assert (finding.metric, finding.against, finding.worse) == ("observed_rate", "promised", True)
    assert finding.value == found.deviating[0].observed.value
    assert finding.expected == found.deviating[0].predicted
    # Two questions to each of 12 levels and 5 × 5 bins.
    assert found.n_tests == 2 * (12 + 25)
    assert 0 < finding.p_value < 0.05


def test_a_segment_that_is_told_apart_less_well_is_found():
    generator, target, probability = honest_rows(8000)
    grade = generator.integers(0, 4, 8000)
    base_rate = target.mean()
    # In one grade the score knows nothing, but on average it is right.
    blind = (generator.random(8000) < base_rate).astype(int)
    target = np.where(grade == 1, blind, target)
    found = segments(target, probability, [category_segments("grade", grade, LETTERS[:4])])
    finding = by_name(found, "grade", "B").findings[0]
    assert (finding.metric, finding.against, finding.worse) == ("roc_auc", "elsewhere", True)
    others = grade != 1
    assert finding.expected == pytest.approx(reference.roc_auc_score(target[others], probability[others, 1]))


def test_a_better_segment_is_a_finding_but_not_a_worse_one():
    generator, target, probability = honest_rows(8000)
    grade = (generator.random(8000) < 0.2).astype(int)
    sure = np.where(
        grade == 1, np.clip(target + generator.normal(0, 0.3, 8000), 0.01, 0.99), probability[:, 1]
    )
    found = segments(target, np.column_stack([1 - sure, sure]), [category_segments("g", grade, ["A", "B"])])
    by_metric = {finding.metric: finding.worse for finding in by_name(found, "g", "B").findings}
    assert by_metric["roc_auc"] is False


@pytest.mark.parametrize("kind", ["two", "many", "numbers"])
def test_chance_alone_is_a_finding_in_few_studies(kind):
    studies = 0
    for seed in range(40):
        generator, target, probability = honest_rows(1000, seed)
        columns = [category_segments(f"c{i}", generator.integers(0, 12, 1000), LETTERS) for i in range(5)]
        if kind == "two":
            found = segments(target, probability, columns)
        elif kind == "many":
            probability = generator.dirichlet([0.3, 1, 2], 1000)
            target = (probability.cumsum(axis=1) < generator.random(1000)[:, None]).sum(axis=1)
            found = segments(target, probability, columns)
        else:
            # Long tails on one side: plain t-tests would find something in every third study.
            found = regression_segments(
                generator.exponential(size=1000) ** 1.5 - 1.3293, np.zeros(1000), columns
            )
        studies += bool(found.deviating)
    # 2 expected at most; 7 or more in 40 would have a chance below 1 in 200.
    assert studies < 7


def test_more_classes_are_judged_by_the_likeliest_one():
    generator = np.random.default_rng(0)
    probability = generator.dirichlet([1, 1, 1], 3000)
    target = (probability.cumsum(axis=1) < generator.random(3000)[:, None]).sum(axis=1)
    grade = generator.integers(0, 3, 3000)
    # In one grade the classes are drawn anew: the confidence promises too much.
    target = np.where(grade == 2, generator.integers(0, 3, 3000), target)
    found = segments(target, probability, [category_segments("grade", grade, LETTERS[:3])])
    hit = probability.argmax(axis=1) == target
    for code, segment in enumerate(found.segments):
        assert segment.metrics["accuracy"].value == pytest.approx(hit[grade == code].mean())
        assert segment.predicted == pytest.approx(probability.max(axis=1)[grade == code].mean())
    worst = by_name(found, "grade", "C")
    assert {finding.metric: finding.worse for finding in worst.findings} == {
        "accuracy": True,
        "confidence": True,
    }
    elsewhere = next(finding for finding in worst.findings if finding.metric == "accuracy")
    assert elsewhere.expected == pytest.approx(hit[grade != 2].mean())


def test_numbers_are_judged_by_bias_and_size_of_error():
    generator = np.random.default_rng(0)
    grade = generator.integers(0, 3, 2000)
    prediction = generator.normal(10, 2, 2000)
    target = prediction + generator.normal(0, np.where(grade == 1, 3.0, 1.0)) + 0.5 * (grade == 2)
    found = regression_segments(target, prediction, [category_segments("grade", grade, LETTERS[:3])])
    for code, segment in enumerate(found.segments):
        residual = (target - prediction)[grade == code]
        n = len(residual)
        assert segment.observed.value == pytest.approx(target[grade == code].mean())
        assert segment.predicted == pytest.approx(prediction[grade == code].mean())
        for name, values in (("bias", residual), ("mae", np.abs(residual))):
            ends = scipy.stats.t.interval(0.95, n - 1, values.mean(), values.std(ddof=1) / n**0.5)
            interval = segment.metrics[name]
            assert interval.value == pytest.approx(values.mean())
            assert (interval.lower, interval.upper) == pytest.approx(ends)
    metrics = {segment.label: [f.metric for f in segment.findings if f.worse] for segment in found.deviating}
    assert metrics["B"] == ["mae"]
    assert "bias" in metrics["C"]
    text = str(by_name(found, "grade", "B").findings[0])
    assert text.startswith("mean absolute error 2.")
    assert text.endswith("elsewhere (p < 0.001)")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 2)), min_size=2, max_size=30))
def test_the_error_elsewhere_is_that_of_the_other_rows(drawn):
    residual, codes = np.array(drawn, dtype=float).T
    codes = codes.astype(int)
    measured = number_measurer(residual, np.zeros(len(residual)))(codes, 3)
    for segment in range(3):
        others = np.abs(residual[codes != segment])
        expected = measured.elsewhere["mae"].expected[segment]
        assert expected == pytest.approx(others.mean()) if len(others) else np.isnan(expected)


def test_right_calls_are_compared_as_in_a_draw_without_replacement():
    generator = np.random.default_rng(0)
    hit = generator.random(400) < 0.6
    codes = (np.arange(400) < 350).astype(int)
    hit[350:360] = False
    probability = np.tile([0.2, 0.5, 0.3], (400, 1))
    measured = many_class_measurer(np.where(hit, 1, 2), probability)(codes, 2)
    law = scipy.stats.hypergeom(400, hit.sum(), 350)
    z = abs(hit[:350].sum() - law.mean()) / law.std()
    assert measured.elsewhere["accuracy"].p_value[1] == pytest.approx(2 * scipy.stats.norm.sf(z), rel=0.5)
    # What one segment has too much the other has too little: the same surprise.
    p_values = measured.elsewhere["accuracy"].p_value
    assert p_values[0] == pytest.approx(p_values[1], rel=1e-6)


def test_one_row_that_is_far_off_is_no_proof_of_a_bias():
    residual = np.concatenate([np.full(99, 0.01), [-20.0], np.tile([1.0, -1.0], 200)])
    codes = np.concatenate([np.zeros(100, int), np.ones(400, int)])
    bias = number_measurer(residual, np.zeros(500))(codes, 2).promised["bias"].p_value[0]
    excess, variance = abs(residual[:100].sum()) / 20, 100 * residual.var() / 400
    root = np.sqrt(2 * (variance + excess) * np.log1p(excess / variance) - 2 * excess)
    by_draw = 2 * scipy.stats.norm.sf(root)
    by_student = scipy.stats.ttest_1samp(residual[:100], 0).pvalue
    assert bias == pytest.approx(max(by_draw, by_student))


def test_skewed_errors_are_compared_by_what_a_draw_could_do():
    size = np.concatenate([np.tile([0.9, 1.1], 50), np.tile([0.0, 0.0, 0.0, 8.0], 100)])
    codes = np.concatenate([np.zeros(100, int), np.ones(400, int)])
    p_value = number_measurer(size, np.zeros(500))(codes, 2).elsewhere["mae"].p_value[0]
    largest = np.abs(size - size.mean()).max()
    excess = abs(size[:100].sum() - 100 * size.mean()) / largest
    variance = 100 * size.var() * 400 / 499 / largest**2
    root = np.sqrt(2 * (variance + excess) * np.log1p(excess / variance) - 2 * excess)
    welch = scipy.stats.ttest_ind(size[:100], size[100:], equal_var=False).pvalue
    assert welch < 1e-6
    assert p_value == pytest.approx(2 * scipy.stats.norm.sf(root))


def test_small_segments_are_told_but_not_judged():
    _, target, probability = honest_rows(200)
    codes = np.zeros(200, int)
    codes[:20] = 1
    target[:20] = 1
    found = segments(target, probability, [category_segments("g", codes, ["many", "few"])])
    few = by_name(found, "g", "few")
    assert (few.n_rows, few.findings, few.observed.value) == (20, (), 1.0)


def test_columns_of_one_segment_are_left_out():
    _, target, probability = honest_rows(100)
    found = segments(target, probability, [number_segments("constant", np.ones(100))])
    assert (found.segments, found.n_tests, found.deviating) == ((), 0, ())


def test_one_row_and_one_class_are_told_as_far_as_they_go():
    alone = segments([1], [[0.2, 0.8]], []).everything
    assert alone.observed.value == 1.0
    assert np.isnan(alone.metrics["roc_auc"].value)
    number = regression_segments([2.0], [1.5], []).everything
    assert number.metrics["mae"].value == 0.5
    assert np.isnan(number.metrics["mae"].lower)


def test_perfect_numbers_are_no_finding():
    codes = np.arange(100) % 2
    found = regression_segments(
        np.arange(100.0), np.arange(100.0), [category_segments("g", codes, ["a", "b"])]
    )
    assert (found.n_tests, found.deviating) == (4, ())


def test_segments_go_through_json():
    generator, target, probability = honest_rows(300)
    codes = generator.integers(0, 2, 300)
    codes[0] = 2
    target[codes == 1] = 1
    found = segments(target, probability, [category_segments("g", codes, ["a", "b", "one"])])
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["correction"] == "Holm"
    assert [part["label"] for part in document["segments"]] == ["a", "b", "one"]
    assert document["segments"][2]["metrics"]["roc_auc"]["value"] is None
    assert document["segments"][1]["findings"][0]["metric"] == "observed_rate"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_are_no_number_are_named(bad):
    _, target, probability = honest_rows(10)
    probability[3] = bad
    with pytest.raises(ArgumentError, match="1 rows have a probability that is not a finite number"):
        segments(target, probability, [])
    with pytest.raises(ArgumentError, match="1 rows have a prediction that is not a finite number"):
        regression_segments(np.arange(10.0), np.where(np.arange(10) == 3, bad, 1.0), [])


def test_columns_of_other_rows_and_several_targets_are_named():
    _, target, probability = honest_rows(10)
    column = category_segments("g", np.zeros(9, int), ["a"])
    with pytest.raises(ShapeError, match="column 'g' has 9 codes, but there are 10 rows"):
        segments(target, probability, [column])
    with pytest.raises(ShapeError, match="2 targets at once"):
        regression_segments(np.ones((4, 2)), np.ones((4, 2)), [])


def test_the_surest_finding_comes_first():
    generator, target, probability = honest_rows(6000)
    grade = generator.integers(0, 4, 6000)
    lifted = np.select([grade == 1, grade == 2], [1.4, 2.0], 1.0) * probability[:, 1]
    target = (generator.random(6000) < lifted).astype(int)
    found = segments(target, probability, [category_segments("g", grade, LETTERS[:4])])
    assert [segment.label for segment in found.deviating[:2]] == ["C", "B"]
    surest = [segment.findings[0].p_value for segment in found.deviating]
    assert surest == sorted(surest)
