import numpy as np
import pytest

from neurode.errors import FileError
from neurode.evaluation import choose_threshold
from neurode.evaluation.intervals import draws
from neurode.evaluation.threshold_bands import MOST_PLACES, ThresholdBand, threshold_band

COST = {"false_negative": 5, "false_positive": 1}


def rows(n, seed=0):
    generator = np.random.default_rng(seed)
    target = (generator.random(n) < 0.3).astype(int)
    score = np.round(np.clip(generator.normal(0.35 + 0.25 * target, 0.15), 0, 1), 2)
    return target, np.column_stack([1 - score, score]), generator.integers(1, 5, n)


@pytest.mark.parametrize("rule", ["f1", "mcc", "recall=0.8", "precision=0.6", "capacity=1 of 4", "cost"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_band_is_that_of_choosing_again_on_copied_rows(rule, weighted):
    target, probability, weight = rows(120)
    options = {"cost": COST} if rule == "cost" else {}
    extra = {"sample_weight": weight} if weighted else {}
    if rule == "cost" and weighted:
        extra["amounts"] = weight[::-1]
    band = threshold_band(target, probability, rule, **options, **extra, n_resamples=60, seed=3)
    chosen = choose_threshold(target, probability, rule, **options, **extra)
    # A resample is drawn from rows in the order of falling scores.
    order = np.argsort(-probability[:, 1], kind="stable")
    lines, reached = [], []
    for drawn in np.concatenate(list(draws(120, 60, seed=3))):
        picked = order[drawn]
        again = {name: values[picked] for name, values in extra.items()}
        lines.append(choose_threshold(target[picked], probability[picked], rule, **options, **again).value)
        # A fixed threshold says what the chosen one reaches on these rows.
        there = choose_threshold(
            target[picked], probability[picked], chosen.value, sample_weight=again.get("sample_weight")
        )
        reached.append(there.reached["recall"])
    # Middles between scores that a draw left out lie elsewhere; what is called is the same.
    scores = np.unique(probability[:, 1])
    places = np.searchsorted(scores, lines)
    low, high = np.quantile(places, [0.025, 0.975])
    assert np.searchsorted(scores, band.value.lower) == pytest.approx(low, abs=1)
    assert np.searchsorted(scores, band.value.upper) == pytest.approx(high, abs=1)
    assert band.value.value == chosen.value
    expected = np.quantile(reached, [0.025, 0.975])
    assert (band.reached["recall"].lower, band.reached["recall"].upper) == pytest.approx(tuple(expected))
    assert {name: interval.value for name, interval in band.reached.items()} == pytest.approx(chosen.reached)


def test_many_scores_are_tried_in_groups_that_keep_the_chosen_one_exact():
    generator = np.random.default_rng(1)
    target = (generator.random(6000) < 0.2).astype(int)
    score = np.clip(generator.normal(0.35 + 0.25 * target, 0.15), 0, 1)
    probability = np.column_stack([1 - score, score])
    assert len(np.unique(score)) > 4 * MOST_PLACES
    band = threshold_band(target, probability, "f1", n_resamples=100)
    chosen = choose_threshold(target, probability, "f1")
    assert {name: interval.value for name, interval in band.reached.items()} == chosen.reached
    found = (score >= chosen.value)[target == 1]
    # 1.96 sqrt(r (1 - r) / n) on either side, the share of positive rows being drawn too.
    spread = 1.96 * np.sqrt(found.mean() * (1 - found.mean()) / len(found))
    recall = band.reached["recall"]
    assert recall.upper - recall.lower == pytest.approx(2 * spread, rel=0.3)


def test_more_rows_make_the_line_surer():
    few, many = (threshold_band(*rows(n)[:2], "youden", seed=1).value for n in (200, 20_000))
    assert many.upper - many.lower < (few.upper - few.lower) / 2


def test_a_fixed_threshold_does_not_move_but_what_it_reaches_does():
    band = threshold_band(*rows(200)[:2], 0.5)
    assert np.isnan(band.value.lower)
    assert band.reached["recall"].lower < band.reached["recall"].value < band.reached["recall"].upper


def test_draws_that_miss_a_class_or_the_aim_are_dropped_and_counted():
    target, probability, _ = rows(30)
    target[:] = 0
    target[4] = 1
    band = threshold_band(target, probability, "f1", n_resamples=1000)
    # The one positive row is missed with probability (29/30)^30 = 0.36.
    assert band.n_dropped == pytest.approx(360, abs=60)
    assert band.n_resamples + band.n_dropped == 1000
    probability[4] = [0.0, 1.0]
    certain = threshold_band(target, probability, "precision=0.9", n_resamples=200)
    assert np.isfinite([certain.value.lower, certain.value.upper]).all()


def test_without_resamples_there_are_values_alone():
    band = threshold_band(*rows(50)[:2], "f1", n_resamples=0)
    assert (band.n_resamples, band.n_dropped) == (0, 0)
    assert np.isnan(band.value.upper)


def test_a_band_goes_through_json():
    band = threshold_band(*rows(100)[:2], "cost", cost=COST, n_resamples=50)
    assert ThresholdBand.from_json(band.to_json()) == band
    with pytest.raises(FileError, match="n_resamples"):
        ThresholdBand.from_json({**band.to_json(), "n_resamples": -1})
    with pytest.raises(FileError, match=r"threshold_band.recall"):
        ThresholdBand.from_json({**band.to_json(), "reached": {"recall": {"value": 1}}})
