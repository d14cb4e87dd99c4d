"""Runs of classes: what is decided on validation rows, and what the test rows say of it."""

import json
import re

import numpy as np
import polars as pl
import pytest

import neurode
from neurode.datasets import make_loans
from neurode.errors import ArgumentError, UnknownNameError
from neurode.evaluation import Decision, Threshold, choose_threshold
from neurode.runs.classification import at_table_rates, line_at_table_rates, told_threshold

LOANS = make_loans(1_000)
TARGET = "problem_loan"


@pytest.fixture(scope="module")
def decided(quick):
    return quick(
        LOANS, TARGET, balance="downsample", calibration="platt", threshold="f2", refer="rate=0.2",
        base_rate=0.05, folds=2,
    )  # fmt: skip


def test_the_decision_is_in_the_file_the_output_and_the_report(decided):
    decision = decided.model.decision_
    loaded = neurode.load(decided.path / "model.neurode")
    assert loaded.decision_ == decision
    assert decision.calibrator.method == "platt"
    assert decision.threshold.rule == "f2"
    assert decided.decision.startswith(str(decision))
    flat = " ".join(str(decided).split())
    page = " ".join(re.sub(r"<[^>]+>", " ", (decided.path / "report.html").read_text()).split())
    for sentence in str(decision).splitlines():
        assert sentence in flat
        assert sentence in page.replace("&#39;", "'")
    assert "95 % interval" in flat
    stored = json.loads((decided.path / "evaluation.json").read_text())["decision"]
    assert stored["text"] == decided.decision
    assert stored["calibrator"]["method"] == "platt"


def test_the_threshold_is_chosen_on_validation_rows_alone(quick):
    run = quick(LOANS, TARGET, threshold="f2")
    rows = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "validation")
    probability = rows["probability_1"].to_numpy()
    codes = rows["target"].cast(pl.Int64).to_numpy()
    chosen = choose_threshold(codes, np.column_stack([1 - probability, probability]), "f2")
    assert run.model.threshold_ == chosen.value
    assert run.evaluation.threshold == chosen


def test_test_rows_are_judged_at_their_own_rates_with_the_same_calls(decided):
    rows = pl.read_parquet(decided.path / "predictions.parquet").filter(pl.col("part") == "test")
    network = decided.evaluation.network
    # A rate of 5 % lies far below the table's: what is promised there is no measure of these rows.
    assert rows["probability_1"].mean() < 0.08
    histogram = network.histogram
    middle = (histogram.edges[1:] + histogram.edges[:-1]) / 2
    promised = (histogram.counts * middle).sum() / histogram.counts.sum()
    assert promised == pytest.approx((rows["target"] == 1).mean(), abs=0.08)
    called = (rows["probability_1"] >= decided.model.threshold_).sum()
    assert network.confusion.counts[:, 1].sum() == called
    assert "judged before that move" in decided.decision


def test_what_is_told_of_referral_on_test_rows_is_what_the_model_does(decided):
    rows = pl.read_parquet(decided.path / "predictions.parquet").filter(pl.col("part") == "test")
    referred = rows["prediction"] == "refer"
    assert 0 < referred.mean() < 0.5
    assert f"Of the test rows {100 * referred.mean():.1f} % are referred" in decided.decision
    rest = rows.filter(~referred)
    right = (rest["prediction"] == rest["target"].cast(pl.String)).mean()
    assert f"of the others {100 * right:.1f} % are called rightly" in decided.decision


def test_without_correction_the_output_says_that_probabilities_are_shifted(quick):
    run = quick(LOANS, TARGET, balance="class_weight", base_rate=None)
    assert "they are shifted" in str(run)
    assert "they are shifted" in (run.path / "report.html").read_text()
    assert "they are shifted" not in str(quick(LOANS, TARGET, balance="class_weight"))


def test_reliability_is_that_of_the_test_rows(decided):
    curve = decided.judgements[0].reliability
    assert curve.counts.sum() == decided.splits["test"]
    assert 'id="calibration"' in (decided.path / "report.html").read_text()


def test_calls_that_differ_from_the_likeliest_class_are_told(quick):
    three = np.repeat(["a", "b", "c"], [850, 100, 50])
    run = quick(LOANS.with_columns(three=pl.Series(three)), "three", balance="oversample", epochs=6)
    rows = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")
    names = np.array(["a", "b", "c"])
    likeliest = names[rows.select(pl.col("^probability_.*$")).to_numpy().argmax(axis=1)]
    moved = (rows["prediction"].to_numpy() != likeliest).mean()
    assert moved > 0
    assert f"calls {100 * moved:.1f} % of the test rows otherwise" in run.decision


def test_lines_move_with_the_rates_and_call_the_same_rows():
    decision = Decision(
        base_rates=(0.7, 0.3), deployment_rates=(0.95, 0.05), threshold=Threshold(0.2, "0.2", {})
    )
    positive = np.linspace(0.001, 0.999, 500)
    deployed = np.column_stack([1 - positive, positive])
    odds = positive / (1 - positive) * (0.3 / 0.7) / (0.05 / 0.95)
    expected = odds / (1 + odds)
    there = at_table_rates(decision, deployed)[:, 1]
    np.testing.assert_allclose(there, expected, rtol=1e-12)
    line = line_at_table_rates(decision)
    np.testing.assert_array_equal(there >= line, positive >= 0.2)


def test_a_threshold_that_was_fixed_tells_what_it_gives_on_validation_rows():
    codes, positive = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
    told = told_threshold(
        Decision(base_rates=(0.5, 0.5)), 0.5, codes, np.column_stack([1 - positive, positive])
    )
    assert (told.value, told.reached["recall"], told.reached["precision"]) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"balance_ratio": 0.5}, "without a way of balancing"),
        ({"refer": "rate"}, "cannot read the refer rule"),
        ({"refer": "0.6..0.7"}, "does not lie in the refer band"),
        ({"threshold": "cost"}, "without prices"),
        ({"threshold": "recall=0.5", "refer": "cost"}, "needs the price of a referral"),
        ({"calibration": "plat"}, "did you mean 'platt'"),
        ({"loss": "mae"}, "with a target of classes"),
        ({"base_rate": 2}, "base_rate=2"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_decided_is_refused_and_leaves_nothing(tmp_path, settings, problem):
    with pytest.raises((ArgumentError, UnknownNameError), match=re.escape(problem)):
        neurode.train(LOANS, TARGET, output=tmp_path / "runs", epochs=1, **settings)
    assert not (tmp_path / "runs").exists()


def test_a_refer_band_may_lie_where_a_rule_puts_the_threshold(quick):
    run = quick(LOANS, TARGET, threshold="approval_rate=0.9", refer="0.01..0.99")
    assert run.model.decision_.refer_band.low == 0.01
