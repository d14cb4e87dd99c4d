"""Runs of several labels: one network, a judgement for each."""

import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

import neurode
from neurode.datasets import make_loans
from neurode.errors import ArgumentError, TableError
from neurode.runs.labels import LabelTarget
from neurode.typing import Columns

LOANS = make_loans(600).with_columns(
    large=(pl.col("funded_amnt") > 12_000).cast(pl.Int64), rare=pl.Series([1] + [0] * 599)
)
NAMES = ["problem_loan", "large"]


@pytest.fixture(scope="module")
def run(quick):
    return quick(LOANS.drop("rare"), NAMES, folds=2)


def test_each_label_has_a_comparison_and_a_report(run):
    assert [each.name for each in run.judgements] == NAMES
    assert [path.name for path in run.reports] == ["report-1-problem_loan.html", "report-2-large.html"]
    for name, path in zip(NAMES, run.reports):
        assert f"{name}: will it be 1?" in path.read_text()
    assert str(run).count("gradient boosting") == 4
    document = json.loads((run.path / "evaluation.json").read_text())
    assert list(document["labels"]) == NAMES


def test_a_label_is_judged_by_its_own_column(run):
    rows = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")
    for name, judged in zip(NAMES, run.judgements):
        expected = roc_auc_score(rows[f"target_{name}"], rows[f"probability_{name}"])
        assert judged.comparison.network.metrics["roc_auc"].value == pytest.approx(expected)
        calls = (rows[f"probability_{name}"] >= 0.5).cast(pl.Int64)
        np.testing.assert_array_equal(rows[f"prediction_{name}"], calls)


def test_no_label_is_a_feature(run):
    assert not set(NAMES) & set(run.model.encoding_.names)
    assert run.model.classes_.tolist() == NAMES


def test_folds_are_of_the_mean_over_labels(run):
    assert run.cross_validation.metrics == ("roc_auc", "pr_auc", "brier")
    values = np.array([[0, 1], [1, 0], [0, 0], [1, 1]])
    target = LabelTarget(("a", "b"), np.ones(4, bool), values.astype(float))
    # The first label is ranked rightly, the second the other way round.
    said = np.column_stack([values[:, 0], 1 - values[:, 1]]) * 0.8 + 0.1
    known = SimpleNamespace(probability=lambda columns: said, threshold_=0.5)
    nothing = Columns(np.zeros((4, 0)), np.zeros((4, 0)))
    measured = target.measure(known, nothing, np.arange(4))
    assert measured["roc_auc"] == pytest.approx((1 + 0) / 2)
    assert measured["brier"] == pytest.approx((0.1**2 + 0.9**2) / 2)


def test_a_label_without_rows_in_a_part_is_named(tmp_path):
    with pytest.raises(TableError, match="'rare' is [01] in all"):
        neurode.train(LOANS, ["large", "rare"], output=tmp_path / "runs")


def test_what_is_for_one_class_a_row_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="with several labels"):
        neurode.train(LOANS.drop("rare"), NAMES, output=tmp_path / "runs", balance="smote")
    assert not (tmp_path / "runs").exists()
