"""The calibration section of a classifier's report."""

import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import numpy as np
import pytest

from neurode.evaluation import Comparison, judge
from neurode.reporting import ReportRecord, render_report
from neurode.reporting.classification import summarize


def curve(probability, target, n_bins=5):
    """Bins of equal width with rough intervals, by the definition."""
    edges = np.linspace(0, 1, n_bins + 1)
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    members = [bins == place for place in range(n_bins)]
    mean = np.array([probability[m].mean() if m.any() else np.nan for m in members])
    rate = np.array([target[m].mean() if m.any() else np.nan for m in members])
    half = 1.96 * np.sqrt(0.25 / np.maximum(counts, 1))
    return SimpleNamespace(
        edges=edges,
        mean_probability=mean,
        observed_rate=rate,
        counts=counts,
        lower=rate - half,
        upper=rate + half,
    )


def rows(n=2000, power=1.0, seed=0):
    generator = np.random.default_rng(seed)
    probability = generator.uniform(0, 0.75, n)
    return probability, (generator.random(n) < probability**power).astype(int)


def report(reliability=None, decision="", n_classes=2):
    target = np.arange(300) % n_classes
    probability = np.random.default_rng(0).random((300, n_classes)) + np.eye(n_classes)[target]
    probability /= probability.sum(axis=1, keepdims=True)
    names = [f"class {place}" for place in range(n_classes)]
    judged = judge("network", target, probability, names, n_resamples=20)
    return render_report(
        ReportRecord("Loans", Comparison(judged), decision=decision, reliability=reliability)
    )


def test_the_error_is_the_mean_gap_over_rows():
    probability, target = rows()
    record = curve(probability, target)
    bins = np.minimum((probability * 5).astype(int), 4)
    gaps = [abs(probability[bins == b].mean() - target[bins == b].mean()) for b in np.unique(bins)]
    weights = [np.mean(bins == b) for b in np.unique(bins)]
    assert summarize(record).error == pytest.approx(np.dot(weights, gaps))


def test_the_error_by_chance_is_that_of_perfect_probabilities():
    found = [summarize(curve(*rows(seed=seed))) for seed in range(200)]
    assert np.mean([each.error for each in found]) == pytest.approx(found[0].by_chance, rel=0.1)


def test_bins_without_rows_take_no_part():
    summary = summarize(curve(*rows()))
    assert len(summary.bins) == 4
    assert summary.n_kept == 4


def test_promises_that_are_not_kept_are_counted():
    summary = summarize(curve(*rows(power=2.0)))
    assert summary.n_kept < 3
    assert summary.error > 3 * summary.by_chance


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_section_shows_figure_numbers_and_what_was_done(n_classes):
    decision = "Corrected to the base rate.\n\nCalibrated by <b>Platt</b>."
    text = report(curve(*rows()), decision, n_classes)
    ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert "Whether its probabilities are kept" in text
    assert "<p>Corrected to the base rate.</p>" in text
    assert "<p>Calibrated by &lt;b&gt;Platt&lt;/b&gt;.</p>" in text
    assert "In 4 of 4 bins" in text
    assert ("probability of class 1" in text) == (n_classes == 2)
    assert ("probability of the likeliest class" in text) == (n_classes == 4)


def test_words_alone_are_enough():
    text = report(decision="Nothing was corrected.")
    assert "Nothing was corrected." in text
    assert "expected calibration error" not in text


def test_without_either_there_is_no_section():
    assert "probabilities are kept" not in report()


@pytest.mark.parametrize("rows", [1, 3, 8])
def test_the_error_by_chance_holds_for_bins_of_few_rows(rows):
    # Rare events, where no normal distribution is near.
    promised = np.full(20, 0.01)
    drawn = np.random.default_rng(0).binomial(rows, 0.01, (20_000, 20)) / rows
    bins = SimpleNamespace(mean_probability=promised, counts=np.full(20, rows), observed_rate=drawn[0],
                           lower=promised, upper=promised)  # fmt: skip
    assert summarize(bins).by_chance == pytest.approx(np.abs(drawn - 0.01).mean(), rel=0.02)


def test_bins_of_a_few_rows_are_not_counted_as_kept():
    probability, target = rows(9)
    few = summarize(curve(probability, target))
    assert (few.n_kept, few.n_telling) == (0, 0)
    assert "No bin has the 10 rows that could tell" in report(curve(probability, target))
