import numpy as np
import polars as pl
import pytest

from neurode.datasets import load_credit_default, make_loans
from neurode.tables import Schema, inspect_table
from neurode.tables.inspection import target_classes

N = 600
RNG = np.random.default_rng(0)
BAD = RNG.integers(0, 2, N)
BASE = pl.DataFrame({"x": RNG.normal(size=N), "home": RNG.choice(["own", "rent", "other"], N), "bad": BAD})


def warnings_of(frame, target="bad", **kinds):
    return inspect_table(frame, Schema.infer(frame, target, kinds))


def told(frame, target="bad"):
    return [(warning.kind, warning.column, warning.message) for warning in warnings_of(frame, target)]


def test_a_clean_table_has_no_warning():
    assert told(BASE) == []
    assert told(BASE.drop("bad"), None) == []


@pytest.mark.parametrize("load", [lambda: load_credit_default().head(9_000), lambda: make_loans(3_000)])
def test_real_tables_have_no_leak(load):
    frame = load()
    assert not [warning for warning in warnings_of(frame, frame.columns[-1]) if warning.kind == "leakage"]


HALF = RNG.random(N) < 0.5
COPY = "tells 'bad' by itself: ROC AUC 1.000"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (BAD * 100.0 + RNG.uniform(0, 1, N), COPY),
        (-BAD * 100 + RNG.integers(0, 9, N), COPY),
        (np.where(BAD == 1, "charged off", "paid"), COPY),
        (np.where((BAD == 1) & HALF, RNG.random(N), np.nan), "is filled only where 'bad' is '1'"),
        (np.where((BAD == 1) & HALF, np.nan, RNG.random(N)), "is empty only where 'bad' is '1'"),
        (np.where(BAD == 1, RNG.choice(["a", "b", "N"], N, p=[0.4, 0.4, 0.2]), "N"),
         "is always 'N' where 'bad' is '0'"),
    ],
)  # fmt: skip
def test_leaks_are_named(values, message):
    frame = BASE.with_columns(pl.Series("leak", values, nan_to_null=True))
    assert told(frame) == [("leakage", "leak", message)]


def test_a_leak_of_several_classes_is_measured_in_rows_told_right():
    grade = RNG.choice(["A", "B", "C"], N)
    frame = BASE.with_columns(pl.Series("bad", grade), pl.Series("copy", np.char.lower(grade)))
    assert told(frame) == [("leakage", "copy", "tells 'bad' by itself: share of rows told right 1.000")]


def test_a_leak_of_a_number_is_measured_by_rank():
    price = RNG.normal(size=N)
    frame = BASE.with_columns(pl.Series("bad", price), pl.Series("tax", np.exp(price)))
    assert told(frame) == [("leakage", "tax", "tells 'bad' by itself: rank correlation 1.000")]


def test_a_good_predictor_is_no_leak():
    assert told(BASE.with_columns(pl.Series("good", BAD + RNG.normal(0, 0.6, N)))) == []


@pytest.mark.parametrize("n_rows", [1, 2, 5, 12])
def test_tiny_tables_do_not_leak_by_chance(n_rows):
    frame = BASE.head(n_rows).with_columns(copy=pl.col("bad") * 2.5)
    assert not [warning for warning in warnings_of(frame) if warning.kind == "leakage"]


@pytest.mark.parametrize(
    ("column", "kind", "message"),
    [
        ([f"c{i}" for i in range(N)], "identifier", "another word in every row; left out"),
        (range(N), "identifier", "counts the rows; left out"),
        (["same"] * N, "constant", "one value in every row; left out"),
        ([None] * N, "constant", "empty in every row; left out"),
        ([f"called on day {i} about it" for i in range(N)], "free text",
         "long words, mostly another in every row; not used; left out"),
        ([[1]] * N, "free text", "values of type List(Int64) are not used; left out"),
        ([None] * 500 + [0.5 * i for i in range(100)], "gaps", "83.3 % of the rows are gaps"),
    ],
)  # fmt: skip
def test_columns_that_teach_little_are_named(column, kind, message):
    frame = BASE.with_columns(pl.Series("odd", column))
    assert told(frame) == [(kind, "odd", message)]
    assert warnings_of(frame)[0].hint


def test_columns_that_repeat_another_are_named():
    frame = BASE.with_columns(
        again=pl.col("x"),
        code=pl.col("home").replace_strict({"own": 3, "rent": 1, "other": 2}),
        other=pl.Series(RNG.choice(["own", "rent", "other"], N)),
    )
    assert told(frame) == [
        ("duplicate", "again", "holds the values of 'x'"),
        ("duplicate", "code", "tells the same as 'home', in other words"),
    ]


def test_a_pair_that_is_equal_in_the_sample_alone_is_no_duplicate():
    x = RNG.normal(size=60_000)
    other = x.copy()
    other[17] += 1
    frame = pl.DataFrame({"x": x, "other": other})
    assert not any(warning.kind == "duplicate" for warning in warnings_of(frame, None))


def test_repeated_rows_are_counted():
    assert told(pl.concat([BASE, BASE.head(7)])) == [
        ("repeated rows", "", "7 of 607 rows repeat another row")
    ]
    assert told(BASE.select("home", "bad")) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ([0] * 595 + [1] * 5, ("rare class", "class '1' has 5 rows")),
        (["no"] * 599 + ["yes"], ("rare class", "class 'yes' has 1 row")),
        ([0] * 570 + [1] * 30, ("imbalance", "class '1' is 5 % of the rows")),
        ([0] * 600, ("target", "has a single class")),
        ([None] * 600, ("target", "has no value in any row")),
    ],
)
def test_classes_with_few_rows_are_named(target, expected):
    found = told(BASE.with_columns(pl.Series("bad", target)))
    assert (found[-1][0], found[-1][2]) == expected


def test_rows_without_a_target_are_counted():
    frame = BASE.with_columns(bad=pl.Series([None] * 9 + BAD[9:].tolist()))
    assert told(frame) == [("target", "bad", "9 rows have no target")]


@pytest.mark.parametrize(
    ("values", "are_classes"),
    [
        ([0, 1], True),
        ([0.0, 1.0, None], True),
        ([True, False], True),
        (["a", "b"], True),
        (list(range(10)), True),
        (list(range(21)), False),
        ([0.5, 1.0], False),
        ([float("inf"), 1.0], False),
    ],
)
def test_what_is_a_class_and_what_a_number(values, are_classes):
    assert (target_classes(pl.Series(values)) is not None) == are_classes


def test_the_gravest_warning_is_first():
    frame = BASE.with_columns(id=pl.int_range(N), copy=pl.col("bad") + 0.5, bank=pl.lit("same"))
    assert [warning.kind for warning in warnings_of(frame)] == ["leakage", "identifier", "constant"]


def test_inspection_gives_the_same_answer_twice():
    frame = make_loans(2_000)
    assert warnings_of(frame, "problem_loan") == warnings_of(frame, "problem_loan")
