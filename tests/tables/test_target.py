from datetime import date

import numpy as np
import polars as pl
import pytest

from neurode.errors import TableError
from neurode.tables import encode_target


@pytest.mark.parametrize(
    ("values", "classes", "codes"),
    [
        (["paid", "bad", "paid", "bad"], ("bad", "paid"), [1, 0, 1, 0]),
        ([1.0, 0.0, 1.0, 0.0], (0, 1), [1, 0, 1, 0]),
        ([True, False, True, False], (False, True), [1, 0, 1, 0]),
        (np.array([2, 1, 2, 1], np.int8), (1, 2), [1, 0, 1, 0]),
        (np.array(["b", "a", "b", "a"]), ("a", "b"), [1, 0, 1, 0]),
        (pl.Series("y", ["b", "a", "b", "a"], dtype=pl.Categorical), ("a", "b"), [1, 0, 1, 0]),
        ([0.5, 1.5, 0.5, 1.5], (0.5, 1.5), [0, 1, 0, 1]),
        ([10, 9, 10, 9], (9, 10), [1, 0, 1, 0]),
        ([date(2025, 1, 1), date(2024, 1, 1)] * 2, ("2024-01-01", "2025-01-01"), [1, 0, 1, 0]),
    ],
)
def test_classes_are_sorted_and_codes_point_at_them(values, classes, codes):
    target = encode_target(values)
    assert target.classes == classes
    assert [type(c) for c in target.classes] == [type(c) for c in classes]
    assert target.codes.tolist() == codes
    assert target.codes.dtype == np.int32


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_rows_without_a_target_are_masked_and_counted(gap):
    target = encode_target([1.0, gap, 0.0, 1.0, gap, 0.0])
    assert target.known.tolist() == [True, False, True, True, False, True]
    assert (target.codes.tolist(), target.classes, target.n_dropped) == ([1, 0, 1, 0], (0, 1), 2)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([None, None], "target 'y' has no value in any row"),
        (["no"] * 5, "target 'y' has one class, 'no', in all 5 rows"),
        (["a", "a", "b"], "target 'y' has a class with a single row: 'b'\nhint: a class needs rows"),
        (["a", "a", "b", "c"], "target 'y' has classes with a single row: 'b', 'c'"),
        ([i / 7 for i in range(500)], "500 different values in 500 rows.*\n.*\nhint: it looks like a number"),
        (list(range(100)) * 9, "100 different values in 900 rows"),
        ([f"w{i}" for i in range(60)], "it looks like a text, not a class"),
        ([1.0, float("inf")] * 300 + [i / 3 for i in range(1000)], "looks like a number"),
    ],
)
def test_what_cannot_be_classes_is_named(values, problem):
    with pytest.raises(TableError, match=rf"(?s){problem}"):
        encode_target(pl.Series("y", values, strict=False))


def test_fifty_classes_of_few_rows_and_many_classes_of_enough_rows_are_classes():
    assert len(encode_target(list(range(50)) * 2).classes) == 50
    assert len(encode_target(list(range(100)) * 10).classes) == 100


def test_mixed_types_are_named():
    with pytest.raises(TableError, match=r"the target mixes types: int, str"):
        encode_target(np.array([1, "a"], dtype=object))
