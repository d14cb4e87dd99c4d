import json
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, FileError, TableError, UnknownNameError
from neurode.tables import KINDS, Schema, read_table

ROWS = 40
WIDE = pl.DataFrame(
    {
        "customer_id": [f"c{i:04}" for i in range(ROWS)],
        "row": list(range(ROWS)),
        "grade": ["A", "B", None, "C"] * 10,
        "amount": ["1,200", "85", "7.50", None] * 10,
        "opened": ["2024-01-15", "2024-02-29", "2025-03-01", None] * 10,
        "moment": [datetime(2024, 1, 1) + timedelta(hours=i % 7) for i in range(ROWS)],
        "owns_home": [True, False, None, True] * 10,
        "term": [36, 60] * 20,
        "rate": [5.0, 7.25, None, 9.0] * 10,
        "children": [0, 1, 2, 3] * 10,
        "bank": ["same"] * ROWS,
        "empty": pl.Series([None] * ROWS, dtype=pl.String),
        "remark": [f"called on day {i} about the rate" for i in range(ROWS)],
        "bad": [0, 1] * 20,
    }
)


def test_each_kind_is_recognised():
    schema = Schema.infer(WIDE, target="bad")
    assert {column.name: column.kind for column in schema.columns} == {
        "customer_id": "id",
        "row": "id",
        "grade": "category",
        "amount": "number",
        "opened": "date",
        "moment": "date",
        "owns_home": "flag",
        "term": "flag",
        "rate": "number",
        "children": "number",
        "bank": "constant",
        "empty": "constant",
        "remark": "text",
        "bad": "flag",
    }
    assert [column.name for column in schema.features] == [
        "grade", "amount", "opened", "moment", "owns_home", "term", "rate", "children",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["yes", "no", None], "flag"),
        (["yes", None, "yes"], "flag"),  # being filled in or not is what it says
        ([0.0, 1.0, None], "flag"),  # how pandas writes 0 and 1 with a gap
        ([0.5, 1.5], "number"),
        ([36.0, 60.0, None], "number"),
        ([36.0, 60.0, None] * 10, "flag"),
        (["1", "0", "1"], "flag"),
        (["1", "2", "3"], "number"),
        (["01", "02", "03"], "category"),
        ([1, 2, 3], "number"),  # few rows count by chance
        (list(range(0, 300, 10)), "id"),
        (list(range(30, 0, -1)), "id"),
        ([*range(29), 100], "number"),
        (pl.Series([2**63 + i for i in range(30)], dtype=pl.UInt64), "id"),
        ([1.5], "constant"),
        ([None, None], "constant"),
        ([f"{i % 25:032x}" for i in range(30)], "category"),
        ([f"a{i}" for i in range(30)], "id"),
        ([f"a{i}" for i in range(30)] * 2, "category"),
        ([f"Mr Number {i}" for i in range(30)], "text"),
        ([f"Mr Number {i % 5}" for i in range(30)], "category"),
        ([[1], [2]], "text"),
    ],
)
def test_the_kind_follows_from_the_values(values, kind):
    assert Schema.infer(pl.DataFrame({"x": values}))["x"].kind == kind


@pytest.mark.parametrize("name", ["id", "customer_id", "ID", "loanId", "Customer ID", "uuid"])
def test_a_name_makes_an_identifier_of_different_integers(name):
    assert Schema.infer(pl.DataFrame({name: [17, 4, 99]}))[name].kind == "id"
    assert Schema.infer(pl.DataFrame({name: [17, 4, 99, 4]}))[name].kind == "number"


@pytest.mark.parametrize("name", ["paid", "width", "solid", "idle"])
def test_a_name_that_only_holds_the_letters_makes_none(name):
    assert Schema.infer(pl.DataFrame({name: [17, 4, 99]}))[name].kind == "number"


def test_ten_thousand_levels_are_a_category_with_a_note():
    column = Schema.infer(pl.DataFrame({"shop": [f"s{i}" for i in range(10_000)] * 3}))["shop"]
    assert (column.kind, len(column.levels), column.notes) == ("category", 10_000, ("10,000 levels",))


def test_infinite_values_are_noted_and_not_in_the_range():
    column = Schema.infer(pl.DataFrame({"x": [1.0, 2.5, float("inf"), float("-inf")]}))["x"]
    assert (column.minimum, column.maximum, column.notes) == (1.0, 2.5, ("2 infinite values",))


def test_text_that_is_numbers_says_how_it_was_read():
    column = Schema.infer(WIDE)["amount"]
    assert (column.minimum, column.maximum, column.n_missing) == (7.5, 1200.0, 10)
    assert column.notes == ("text read as numbers: thousands separators",)


def test_ambiguous_dates_stay_words_with_a_note():
    column = Schema.infer(pl.DataFrame({"x": ["01/02/2025", "03/04/2025", "05/06/2025"]}))["x"]
    assert column.kind == "category"
    assert "cannot be told apart" in column.notes[0]


def test_an_override_decides():
    schema = Schema.infer(WIDE, overrides={"children": "category", "row": "number", "amount": "text"})
    assert schema["children"].levels == ("0", "1", "2", "3")
    assert [schema[name].kind for name in ("row", "amount")] == ["number", "text"]


@pytest.mark.parametrize(("name", "kind"), [("remark", "number"), ("rate", "date"), ("opened", "number")])
def test_an_impossible_override_names_a_value(name, kind):
    with pytest.raises(TableError, match=rf"column {name!r} cannot be a {kind}: it holds "):
        Schema.infer(WIDE, overrides={name: kind})


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match=r"no column named 'bed'.*\n.*\n.*\nhint: did you mean 'bad'"):
        Schema.infer(WIDE, target="bed")
    with pytest.raises(UnknownNameError, match=r"no column named 'x'"):
        Schema.infer(WIDE)["x"]
    with pytest.raises(ArgumentError, match=r"'numeric' is no kind of column"):
        Schema.infer(WIDE).with_kinds({"rate": "numeric"})


@pytest.mark.parametrize("name", WIDE.columns)
@pytest.mark.parametrize("kind", KINDS)
def test_every_column_that_can_be_of_a_kind_is_read_as_that_kind(name, kind):
    try:
        schema = Schema.infer(WIDE.select(name), overrides={name: kind})
    except TableError:
        return
    values = schema.read(WIDE)[name]
    if kind in {"category", "flag"}:
        assert values.dtype == pl.String
        assert set(values.drop_nulls()) == set(schema[name].levels)
    elif kind == "number" and name != "empty":
        assert values.dtype.is_numeric()
    assert values.null_count() == schema[name].n_missing


def test_reading_twice_changes_nothing():
    schema = Schema.infer(WIDE, target="bad")
    once = schema.read(WIDE)
    assert schema.read(once).equals(once)


@pytest.mark.parametrize("convert", [lambda f: f, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_frames_of_every_kind_give_the_same_schema(convert):
    frame = WIDE.drop("empty")
    expected = Schema.infer(frame).columns
    for column, same in zip(Schema.infer(read_table(convert(frame))).columns, expected):
        if column.dtype == same.dtype:
            assert column == same
        else:
            # pandas keeps flags with gaps as objects; what they mean stays the same.
            assert (column.kind, column.levels, column.n_missing) == (same.kind, same.levels, same.n_missing)


def test_a_csv_gives_the_same_kinds_as_the_frame(tmp_path):
    WIDE.write_csv(tmp_path / "wide.csv")
    kinds = [column.kind for column in Schema.infer(read_table(tmp_path / "wide.csv")).columns]
    assert kinds == [column.kind for column in Schema.infer(WIDE).columns]


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        (["1,200", "85", "9"], ["3,000", None], [3000.0, None]),
        (["1,200", "85", "9"], [3000, 5], [3000, 5]),
        (["5%", "6%", "7.5%"], ["8.5"], [8.5]),
        ([1.5, 2.5, 3.5], ["4.5", " NA "], [4.5, None]),
        ([1.5, 2.5, 3.5], ["1,234.5"], [1234.5]),
        ([1, 2, 3], [True], [1]),
        ([1, 2, 3], [None], [None]),
        ([1, 2, 3], pl.Series([None], dtype=pl.List(pl.Int64)), [None]),
        (["A", "B", "C"], pl.Series([None], dtype=pl.List(pl.Int64)), [None]),
        ([date(2025, 1, 1), date(2025, 1, 2)], [float("nan"), None], [None, None]),
        ([date(2025, 1, 1), date(2025, 1, 2)], pl.Series([], dtype=pl.Float64), []),
        ([1.5, 2.5, 3.5], [" 7 ", "+8", "(9)"], [7.0, 8.0, -9.0]),
        (["Own", "Rent", "Other"], ["OWN", "  rent", "tent", " "], ["Own", "Rent", "tent", None]),
        ([0, 1, 1], [True, False], ["1", "0"]),
        ([0, 1, 1], [1.0, None], ["1", None]),
        ([0, 1, 1], ["1", "0.0"], ["1", "0"]),
        ([True, False], [1, 0], ["true", "false"]),
        ([True, False], ["True", "0"], ["true", "false"]),
        (["True", "False", "Maybe"], [True, False], ["True", "False"]),
        (["7", "A1", "B2"], [7], ["7"]),
        (["A", "B", "C"], [" A "], ["A"]),
        (["2025-01-31", "2025-02-01", "2025-02-02"], ["2026-01-01"], [date(2026, 1, 1)]),
        ([date(2025, 1, 1), date(2025, 1, 2)], ["24.12.2026", None], [date(2026, 12, 24), None]),
        ([date(2025, 1, 1), date(2025, 1, 2)], [datetime(2026, 1, 1, 12)], [datetime(2026, 1, 1, 12)]),
    ],
)
def test_a_later_table_is_read_like_the_first(first, later, expected):
    schema = Schema.infer(pl.DataFrame({"x": first}))
    assert schema.read(pl.DataFrame({"x": later}))["x"].to_list() == expected


@pytest.mark.parametrize(
    ("first", "later", "problem"),
    [
        (
            [1.5, 2.5, 3.5],
            ["4.5", "high", "low"],
            "column 'x' holds 'high', which is not a number .2 such rows",
        ),
        (
            ["1,200", "85", "9"],
            ["3.000,5"],
            "column 'x' holds '3.000,5', which is not a number\n\nthe first table",
        ),
        ([1.5, 2.5, 3.5], [date(2025, 1, 1)], "column 'x' holds datetime.date"),
        ([date(2025, 1, 1), date(2025, 1, 2)], ["soon"], "column 'x' holds 'soon', which is not a date"),
        ([date(2025, 1, 1), date(2025, 1, 2)], [17], "column 'x' holds 17, which is not a date"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(first, later, problem):
    schema = Schema.infer(pl.DataFrame({"x": first}))
    with pytest.raises(TableError, match=problem):
        schema.read(pl.DataFrame({"x": later}))


def test_all_missing_columns_are_named_with_close_ones():
    schema = Schema.infer(WIDE, target="bad")
    with pytest.raises(TableError, match=r"lacks 2 of the 8 columns .*: 'grade', 'rate'") as caught:
        schema.read(WIDE.drop("grade", "bad", "remark").rename({"rate": "Rate"}))
    assert "'Rate' looks like 'rate'" in caught.value.hint


def test_json_round_trip():
    schema = Schema.infer(WIDE, target="bad")
    assert Schema.from_json(json.loads(json.dumps(schema.to_json(), allow_nan=False))) == schema


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.pop("n_rows"), "Schema lacks 'n_rows'"),
        (lambda d: d.update(color="red"), "Schema has unknown fields 'color'"),
        (lambda d: d["columns"][0].update(matching="loose"), "Column.matching cannot be 'loose'"),
        (lambda d: d.update(columns={}), "Schema.columns must be a JSON list"),
        (lambda d: d.update(target=7), "target cannot be 7"),
        (lambda d: d["columns"].append("x"), "Column must be a JSON object, got 'x'"),
        (
            lambda d: d["columns"][0].update(kind="numeric"),
            "Column.kind cannot be 'numeric'\n\nallowed: 'number'",
        ),
        (lambda d: d["columns"][0].update(n_missing=True), "Column.n_missing cannot be True"),
        (lambda d: d["columns"][0].update(levels=[1]), "Column.levels cannot be 1"),
        (lambda d: d["columns"][0].update(minimum=float("inf")), "Column.minimum cannot be inf"),
    ],
)
def test_an_edited_document_is_refused(change, problem):
    document = Schema.infer(WIDE).to_json()
    change(document)
    with pytest.raises(FileError, match=problem):
        Schema.from_json(document)


def test_what_a_description_adds_is_not_read():
    document = Schema.infer(WIDE).to_json() | {"histograms": {}, "warnings": []}
    assert Schema.from_json(document) == Schema.infer(WIDE)


def test_a_long_table_has_the_schema_of_its_rows():
    long = pl.concat([WIDE.drop("customer_id", "row", "remark")] * 600)
    for column, same in zip(Schema.infer(long).columns, Schema.infer(long.head(400)).columns):
        assert (column.name, column.kind, column.levels) == (same.name, same.kind, same.levels)


def test_the_printed_table_lines_up():
    schema = Schema.infer(WIDE, target="bad")
    lines = str(schema).splitlines()
    assert len(lines) == 1 + WIDE.width
    start = lines[0].index("range or levels")
    assert all(line[start - 1] == " " for line in lines[1:])
    assert " ".join(lines[4].split()) == "amount number 10 7.5 … 1,200 " + schema["amount"].notes[0]


def test_inference_does_not_depend_on_the_width_of_integers():
    for dtype in (pl.Int8, pl.UInt8, pl.Int64, pl.UInt64):
        column = Schema.infer(pl.DataFrame({"x": pl.Series([5, 3, 9, 9], dtype=dtype)}))["x"]
        assert (column.kind, column.minimum, column.maximum, column.dtype) == ("number", 3.0, 9.0, "integer")


def test_numpy_columns_are_known():
    frame = read_table(np.random.default_rng(0).normal(size=(50, 3)))
    assert [column.kind for column in Schema.infer(frame).columns] == ["number"] * 3
