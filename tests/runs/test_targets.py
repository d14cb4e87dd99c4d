"""Which kind of target some columns are."""

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, TableError
from neurode.runs.targets import read_target

COLUMNS = {
    "flags": [0, 1] * 50,
    "flags with gaps": [0.0, 1.0, None, float("nan")] * 25,
    "booleans": [True, False] * 50,
    "words": ["no", "yes"] * 50,
    "some whole numbers": [1, 2, 3, 4, 5] * 20,
    "many whole numbers": list(range(25)) * 4,
    "many whole floats": [float(place) for place in range(25)] * 4,
    "fractions": [0.5, 1.5] * 50,
    "money as text": [f"${place:,}" for place in range(1_000, 1_100)],
    "decimals": pl.Series([f"{place}.25" for place in range(100)]).cast(pl.Decimal(10, 2)),
}
NUMBERS = {"many whole numbers", "many whole floats", "fractions", "money as text", "decimals"}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_values_tell_classes_and_numbers_apart(name):
    target = read_target(pl.DataFrame({name: COLUMNS[name]}), [name], "auto", None)
    assert target.task == ("regression" if name in NUMBERS else "classification")
    assert target.values.shape == (target.known.sum(),)


def test_a_task_that_is_asked_for_decides():
    frame = pl.DataFrame({"many": list(range(25)) * 4, "flag": [0, 1] * 50})
    assert len(read_target(frame, ["many"], "classification", None).classes) == 25
    assert read_target(frame, ["flag"], "regression", None).values.dtype == np.float64


def test_money_as_text_is_read():
    target = read_target(pl.DataFrame({"price": COLUMNS["money as text"]}), ["price"], "auto", None)
    assert target.values[:2].tolist() == [1000.0, 1001.0]


def test_rows_without_any_of_several_targets_are_unknown():
    frame = pl.DataFrame({"late": [0, 1, None, 1], "lost": [1, 0, 1, None], "days": [2.5, None, 1.0, 4.0]})
    labels = read_target(frame, ["late", "lost"], "auto", None)
    assert labels.known.tolist() == [True, True, False, False]
    assert labels.values.tolist() == [[0, 1], [1, 0]]
    numbers = read_target(frame, ["late", "days"], "auto", None)
    assert numbers.known.tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("names", "task", "positive", "problem"),
    [
        (["late", "late"], "auto", None, "named twice"),
        (["late", "days"], "classification", None, "'days' holds more than 0 and 1"),
        (["late", "lost"], "auto", "1", "with several labels"),
        (["days"], "auto", "1", "with a target of numbers"),
        (["none"], "regression", None, "no value in any row"),
        (["late", "other"], "auto", None, "no row has all targets"),
    ],
    ids=["twice", "no label", "positive label", "positive number", "empty", "never together"],
)
def test_targets_that_go_together_badly_are_named(names, task, positive, problem):
    frame = pl.DataFrame(
        {"late": [0, 1, None, 1], "lost": [1, 0, 1, 0], "days": [2.5, 1.0, 3.0, 4.0],
         "none": pl.Series([None] * 4, dtype=pl.Float64), "other": [None, None, 1, None]}
    )  # fmt: skip
    with pytest.raises((TableError, ArgumentError), match=problem):
        read_target(frame, names, task, positive)
