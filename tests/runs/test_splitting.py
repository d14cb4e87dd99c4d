"""Which rows are learned from, and which are tested: by group, time, mark and fold."""

import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from neurode.datasets import make_loans
from neurode.errors import ArgumentError, TableError, UnknownNameError
from neurode.evaluation import Decision
from neurode.runs import CrossValidation, train
from neurode.runs.cross_validation import cross_validate
from neurode.runs.data import Splitting, prepare
from neurode.runs.stages import Stages
from neurode.typing import Columns

TARGET = "problem_loan"
PLACE = pl.int_range(600)
LOANS = make_loans(600).with_columns(
    customer=PLACE // 4,
    month=PLACE % 24 + 1,
    part=pl.Series((["train"] * 7 + ["valid", "holdout", "holdout"]) * 60),
    gaps=pl.when(PLACE < 3).then(None).otherwise(PLACE),
)


def prepared(table=LOANS, target=TARGET, **splitting):
    return prepare(
        table, target, task="auto", positive=None, kinds=None, schema=None, splitting=Splitting(**splitting),
        database_table=None, query=None, trust_pickle=False,
    )  # fmt: skip


def test_groups_stay_together_in_parts_and_folds():
    data = prepared(group="customer", folds=3)
    for split in (data.split, *data.folds):
        groups = [set(data.frame["customer"].gather(part)) for part in split]
        assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]
    tested = np.concatenate([split.test for split in data.folds])
    assert sorted(tested) == list(range(600))


def test_the_latest_rows_are_tested():
    data = prepared(time="month", folds=3)
    for split in (data.split, *data.folds):
        latest = [data.frame["month"].gather(part).max() for part in split]
        assert latest == sorted(latest)
        assert data.frame["month"].gather(split.test).min() > latest[1]


def test_a_column_of_marks_decides():
    data = prepared(split_column="part")
    for part, marks in zip(data.split, ("train", "valid", "holdout")):
        assert set(data.frame["part"].gather(part)) == {marks}


def test_group_and_mark_are_no_features_and_time_is_one(quick):
    run = quick(LOANS.drop("gaps", "part"), TARGET, group="customer", folds=2)
    assert "customer" not in run.model.encoding_.names
    assert "month" in run.model.encoding_.names
    assert any(warning.startswith("customer: left out") for warning in run.warnings)
    # The model knows the column: it does not call it unread, and does without it.
    rows = LOANS.drop("customer", "gaps", "part", TARGET)
    assert len(run.model.predict(rows)) == 600
    assert "not read" not in str(run.model.check(LOANS.drop("gaps", "part")))


def test_numbers_by_time_may_lack_their_highest_bin():
    data = prepared(LOANS.with_columns(price=PLACE + 0.5, day=PLACE), "price", time="day", folds=2)
    for split in (data.split, *data.folds):
        price = data.frame["price"]
        assert price.gather(split.test).min() > price.gather(split.train).max()


def test_fractions_are_kept():
    sizes = prepared(fractions=(0.5, 0.25, 0.25)).sizes
    assert sizes == {"training": 300, "validation": 150, "test": 150}


def test_each_fold_is_measured_on_its_own_rows(quick):
    run = quick(LOANS.drop("customer", "gaps", "part"), TARGET, folds=3, balance="oversample")
    crossed = run.cross_validation
    assert crossed.n_rows == (200, 200, 200)
    values = crossed.values("roc_auc")
    assert len(set(values)) == 3
    assert crossed.mean("roc_auc") == pytest.approx(np.mean(values))
    assert crossed.spread("roc_auc") == pytest.approx(np.std(values, ddof=1))
    stored = json.loads((run.path / "evaluation.json").read_text())["cross_validation"]
    assert stored["metrics"]["roc_auc"]["folds"] == pytest.approx(values)
    assert str(crossed) in str(run)


class ByAmount:
    """Takes the amount for the probability, in thousandths."""

    history_ = SimpleNamespace(interrupted=False)
    decision_ = Decision(base_rates=(0.8, 0.2))
    encoding_ = SimpleNamespace(
        transform=lambda frame: Columns(frame["funded_amnt"].to_numpy()[:, None], np.zeros((frame.height, 0)))
    )

    def fit(self, *arguments, **named):
        return self

    def probability(self, columns):
        positive = columns.numbers[:, 0] / 1e6
        return np.column_stack([1 - positive, positive])


def test_a_fold_is_measured_on_the_rows_that_it_left_out():
    data = prepared(folds=3)
    crossed = cross_validate(data, ByAmount, Stages())
    expected = [
        roc_auc_score(data.frame[TARGET].gather(split.test), data.frame["funded_amnt"].gather(split.test))
        for split in data.folds
    ]
    np.testing.assert_allclose(crossed.values("roc_auc"), expected)


def test_an_interrupted_fold_ends_the_cross_validation():
    class Stopped:
        history_ = SimpleNamespace(interrupted=True)

        def fit(self, *arguments, **named):
            return self

    told = []
    assert cross_validate(prepared(folds=3), Stopped, Stages(told.append)) is None
    assert told == ["fold 1 of 3"]


def test_a_metric_that_a_fold_cannot_tell_is_left_out_of_the_mean():
    crossed = CrossValidation(
        ({"precision": 0.5}, {"precision": float("nan")}, {"precision": 0.7}), (5, 5, 5)
    )
    assert crossed.mean("precision") == pytest.approx(0.6)
    assert crossed.to_json()["metrics"]["precision"]["folds"] == [0.5, None, 0.7]
    lost = CrossValidation(({"precision": float("nan")},) * 2, (5, 5))
    assert "n/a" in str(lost)
    assert lost.to_json()["metrics"]["precision"]["mean"] is None


@pytest.mark.parametrize(
    ("splitting", "error", "problem"),
    [
        ({"group": "custmer"}, UnknownNameError, "did you mean 'customer'"),
        ({"time": "gaps"}, TableError, "has no value in 3 rows"),
        ({"time": "grade"}, TableError, "no date"),
        ({"split_column": "grade"}, TableError, "name no part"),
        ({"group": TARGET}, ArgumentError, "by the target"),
        ({"time": "month", "split_column": "part"}, ArgumentError, "both say which rows are tested"),
        ({"split_column": "part", "folds": 3}, ArgumentError, "both say which rows are tested"),
        ({"group": "customer", "time": "month", "folds": 3}, ArgumentError, "contradict"),
        ({"folds": 1}, ArgumentError, "folds=1"),
        ({"fractions": (0.8, 0.2, 0.0)}, ArgumentError, "three shares above 0"),
        ({"fractions": (0.8, 0.2, 0.2)}, ArgumentError, "no split"),
    ],
    ids=["group", "gaps", "no time", "no marks", "target", "two ways", "marks and folds", "groups and times",
         "one fold", "no test", "too much"],
)  # fmt: skip
def test_a_split_that_cannot_be_is_named_and_leaves_nothing(tmp_path, splitting, error, problem):
    with pytest.raises(error, match=problem):
        train(LOANS, TARGET, output=tmp_path / "runs", **splitting)
    assert not (tmp_path / "runs").exists()


def test_a_class_without_rows_in_a_part_is_named():
    rare = LOANS.with_columns(rare=pl.when(PLACE < 20).then(1).otherwise(0), day=PLACE)
    with pytest.raises(TableError, match="class 1 has no rows in the"):
        prepared(rare, "rare", time="day")
