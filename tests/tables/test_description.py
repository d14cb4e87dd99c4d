import json

import polars as pl

from neurode.datasets import make_loans
from neurode.tables import Schema, describe_table

FRAME = pl.DataFrame(
    {
        "home": ["own", "rent", "Own", "own", None, "other"] * 10,
        "age": [20.5, 31, 42, 53, None, 33] * 10,
        "bank": ["same"] * 60,
        "bad": [0, 1, 0, 1, 1] * 12,
    }
)


def test_every_column_has_a_line_that_lines_up():
    lines = str(describe_table(FRAME, target="bad")).splitlines()
    assert lines[0] == "60 rows"
    starts = [lines[1].index(heading) for heading in ("kind", "spread", "range or levels", "notes")]
    assert all(line[start - 1 : start] in {" ", ""} for line in lines[2:6] for start in starts)
    assert lines[2].split("  ")[0] == "home"
    assert "own 60 %, other 20 %, rent 20 %" in lines[2]
    assert "'Own' is read as 'own'" in lines[2]
    assert lines[5].endswith("target")
    assert lines[6:] == [
        "",
        "'bank': one value in every row; left out",
        "    hint: drop the column, or check the query",
    ]


def test_a_table_without_warnings_ends_with_its_columns():
    assert str(describe_table(FRAME.drop("bank"))).splitlines()[-1].startswith("bad")


def test_the_document_is_a_schema_with_more_beside_it():
    description = describe_table(FRAME, "bad", {"age": "category"})
    document = json.loads(json.dumps(description.to_json(), allow_nan=False))
    assert Schema.from_json(document) == description.schema
    assert document["histograms"]["home"]["levels"] == ["own", "other", "rent"]
    assert document["warnings"] == [
        {
            "kind": "constant",
            "column": "bank",
            "message": "one value in every row; left out",
            "hint": "drop the column, or check the query",
        }
    ]


def test_a_plain_schema_is_still_one():
    schema = describe_table(make_loans(200)).schema
    assert Schema.from_json(schema.to_json()) == schema
