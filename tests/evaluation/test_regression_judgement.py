import json

import numpy as np
import pytest

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import Comparison, judge_regression


def rows(n=1500, seed=0):
    generator = np.random.default_rng(seed)
    return np.exp(generator.normal(size=n)) * 1000, generator


def compared(noise=(0.1, 0.4, 0.12), names=("price",), scale=1.0, n_resamples=400):
    target, generator = rows()
    target = np.column_stack([scale * target * (place + 1) for place in range(len(names))])

    def judged(name, prediction, seconds=None):
        return judge_regression(name, target, prediction, names, n_resamples=n_resamples, fit_seconds=seconds)

    shape = target.shape
    network, ridge, trees = (target * np.exp(share * generator.normal(size=shape)) for share in noise)
    mean = np.broadcast_to(target.mean(axis=0), shape)
    return Comparison(
        judged("network", network, 3.25),
        (
            judged("mean", mean),
            judged("ridge regression", ridge, 0.5),
            judged("gradient boosting", trees, 12.5),
        ),
    )


@pytest.fixture(scope="module")
def comparison():
    return compared()


def test_the_value_lies_within_its_interval(comparison):
    for name, interval in comparison.network.metrics.items():
        assert interval.lower <= interval.value <= interval.upper, name


def test_a_paired_difference_is_narrower_than_the_two_intervals():
    target, generator = rows()
    shared = generator.normal(size=len(target)) * 300
    network, rival = (
        judge_regression(name, target, target + shared + generator.normal(size=len(target)) * 30)
        for name in ("network", "rival")
    )
    gap = Comparison(network, (rival,)).difference("rmse", rival)
    apart = sum(each.metrics["rmse"].upper - each.metrics["rmse"].lower for each in (network, rival))
    assert gap.lower < gap.value < gap.upper
    assert gap.upper - gap.lower < apart / 4


def test_one_target_is_its_own_mean(comparison):
    assert comparison.network.by_target[0].metrics == comparison.network.metrics
    assert comparison.network.targets == ("price",)


def test_each_target_is_judged_as_if_it_were_alone():
    target = np.random.default_rng(0).normal(size=(200, 2))
    prediction = target + np.random.default_rng(1).normal(size=(200, 2))
    both = judge_regression("network", target, prediction, ["a", "b"], n_resamples=100)
    alone = judge_regression("network", target[:, 1], prediction[:, 1], ["b"], n_resamples=100)
    assert both.by_target[1].metrics == alone.metrics
    r2 = [each.metrics["r2"].value for each in both.by_target]
    assert both.metrics["r2"].value == pytest.approx(np.mean(r2))


def test_targets_without_names_are_numbered():
    pair = np.arange(10.0).reshape(5, 2)
    assert judge_regression("network", pair, pair, n_resamples=0).targets == ("target 1", "target 2")
    assert judge_regression("network", pair[:, 0], pair[:, 0], n_resamples=0).targets == ("target",)


def test_names_must_match_the_targets():
    with pytest.raises(ShapeError, match="2 target names for 1 columns"):
        judge_regression("network", [1, 2], [1, 2], ["a", "b"])
    with pytest.raises(ArgumentError, match=r"give a list: targets=\['ab'\]"):
        judge_regression("network", [[1, 2]], [[1, 2]], "ab")
    with pytest.raises(ArgumentError, match="target names repeat: 'a', 'a'"):
        judge_regression("network", [[1, 2]], [[1, 2]], ["a", "a"])


def test_without_resamples_there_are_no_intervals():
    evaluation = judge_regression("network", [1, 2, 4], [1, 2, 3], n_resamples=0)
    assert np.isnan(evaluation.metrics["mae"].lower)
    assert str(Comparison(evaluation)).count("[") == 0
    assert "interval" not in Comparison(evaluation).conclusion()


@pytest.mark.parametrize(
    "text",
    [
        str(compared(n_resamples=20)),
        str(compared(n_resamples=20, scale=1e-9)),
        str(compared(n_resamples=20, scale=1e30)),
        str(
            compared(
                n_resamples=20, names=[f"a target whose name goes on and on, no. {i}" for i in range(15)]
            )
        ),
    ],
    ids=["plain", "small", "large", "many"],
)
def test_every_line_fits_a_hundred_characters(text):
    assert max(map(len, text.splitlines())) <= 100


def test_the_text_says_what_matters(comparison):
    text = str(comparison)
    r2 = comparison.network.metrics["r2"]
    assert f"{r2.value:.3f} [{r2.lower:.3f}, {r2.upper:.3f}]" in text
    for part in ("* network", "R²", "MAE", "RMSE", "Spearman", "12.50", "1,500 test rows", "units of price"):
        assert part in text


def test_more_targets_than_fit_are_counted():
    text = str(compared(n_resamples=0, names=[f"target {i}" for i in range(15)]))
    assert "… 3 more" in text
    assert "means over 15 targets" in text


def test_the_conclusion_says_what_is_explained_and_leaves_the_constant_out(comparison):
    words = comparison.conclusion()
    r2, error = (comparison.network.metrics[name].value for name in ("r2", "mae"))
    assert words.startswith(f"The network explains {100 * r2:.1f} % of the variance of ‘price’")
    assert "for ridge regression and" in words
    assert "for mean" not in words
    assert f"It is off by {error:.1f} on average" in words


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ((0.05, 0.8, 0.5), "It beats the strongest baseline, gradient boosting, beyond chance"),
        ((0.2, 0.8, 0.2), "Its gap to the strongest baseline, gradient boosting, is within chance"),
        ((0.6, 0.5, 0.05), "It does worse than the strongest baseline, gradient boosting, beyond chance"),
    ],
    ids=["ahead", "level", "behind"],
)
def test_the_verdict_follows_the_paired_interval(noise, words):
    assert words in compared(noise).conclusion()


def test_a_network_worse_than_the_mean_is_called_so():
    target = np.arange(100.0)
    turned = judge_regression("network", target, target[::-1])
    words = Comparison(turned).conclusion()
    assert "no better than the mean of the test rows: it explains −300.0 %" in words


def test_a_constant_target_is_judged_as_far_as_it_goes():
    same = Comparison(judge_regression("network", np.full(30, 2.0), np.linspace(1, 3, 30)))
    assert "same in all test rows" in same.conclusion()
    assert "off by" in same.conclusion()
    assert "n/a" in str(same)
    assert json.dumps(same.to_json(), allow_nan=False)


def test_json_is_plain_and_complete(comparison):
    record = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert record["network"]["metrics"]["r2"]["value"] == comparison.network.metrics["r2"].value
    assert record["differences"]["ridge regression"]["r2"]["lower"] > 0
    assert sum(record["network"]["targets"]["price"]["deciles"]["n_rows"]) == 1500
    assert record["baselines"][0]["metrics"]["spearman"]["value"] is None
    assert record["threshold"] is None


def test_models_of_one_seed_see_the_same_draws():
    target, _ = rows(200)
    first, second = (judge_regression(name, target, target + 1, n_resamples=50) for name in "ab")
    np.testing.assert_array_equal(first.resampled["rmse"], second.resampled["rmse"])
    gap = Comparison(first, (second,)).difference("r2", second)
    assert (gap.value, gap.lower, gap.upper) == (0, 0, 0)


def test_an_evaluation_of_other_draws_has_no_paired_interval(comparison):
    stranger = judge_regression("stranger", [1, 2, 3], [1, 2, 4], n_resamples=3)
    assert np.isnan(comparison.difference("r2", stranger).lower)
