import json
from datetime import date, datetime

import numpy as np
import polars as pl
import pytest

from neurode.datasets import load_credit_default, make_loans
from neurode.errors import FileError, TableError, UnknownNameError
from neurode.tables import SCALINGS, Encoding, Schema, read_table

TRAIN = pl.DataFrame(
    {
        "grade": ["B", "A", None, "C"],
        "rate": [5.0, 7.0, None, 9.0],
        "term": [36, 60, 60, 36],
        "opened": [date(2025, 1, 6), date(2025, 2, 7), None, date(2025, 2, 6)],
        "bad": [0, 1, 0, 1],
    }
)
SCHEMA = Schema.infer(TRAIN, target="bad")


def encode(train, later, **options):
    return Encoding.fit(train, Schema.infer(train), **options).transform(later)


def test_numbers_stay_raw_and_gaps_are_nan():
    encoding = Encoding.fit(TRAIN, SCHEMA)
    columns = encoding.transform(TRAIN)
    np.testing.assert_array_equal(columns.numbers[:, 0], np.float32([5, 7, np.nan, 9]))
    assert columns.numbers.dtype == np.float32
    assert columns.numbers.flags.c_contiguous


def test_codes_are_missing_unseen_then_sorted_levels():
    columns = Encoding.fit(TRAIN, SCHEMA).transform(
        TRAIN.with_columns(grade=pl.Series(["C", "A", None, "Z"]), term=pl.Series([36, 60, 48, None]))
    )
    assert columns.codes[:, 0].tolist() == [4, 2, 0, 1]
    assert columns.codes[:, 1].tolist() == [2, 3, 1, 0]
    assert columns.codes.dtype == np.uint8


def test_a_date_is_days_and_what_varies_of_month_and_weekday():
    encoding = Encoding.fit(TRAIN, SCHEMA)
    assert encoding.names == ("rate", "opened", "grade", "term", "opened month", "opened weekday")
    columns = encoding.transform(TRAIN)
    assert columns.numbers[:2, 1].tolist() == [(date(2025, 1, 6) - date(1970, 1, 1)).days, 20126]
    # Months 1 and 2; Monday, Thursday and Friday.
    assert columns.codes[:, 2:].tolist() == [[2, 2], [3, 4], [0, 0], [3, 3]]


def test_a_month_that_does_not_vary_is_no_feature():
    frame = pl.DataFrame({"at": [date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20)]})
    assert Encoding.fit(frame, Schema.infer(frame)).names == ("at",)


def test_a_moment_is_a_fraction_of_a_day():
    frame = pl.DataFrame({"at": [datetime(1970, 1, 2, 12), datetime(1970, 1, 3)]})
    for unit in ("ms", "us", "ns"):
        columns = encode(frame.cast(pl.Datetime(unit)), frame)
        assert columns.numbers.tolist() == [[1.5], [2.0]]


def test_levels_of_numbers_stand_in_the_order_of_numbers():
    frame = pl.DataFrame({"x": [2, 10, 1, 10]})
    schema = Schema.infer(frame, overrides={"x": "category"})
    assert Encoding.fit(frame, schema).categories[0].levels == ("1", "2", "10")


@pytest.mark.parametrize("n_levels", [253, 254, 255, 10_000])
def test_codes_take_the_smallest_type_that_holds_them(n_levels):
    frame = pl.DataFrame({"shop": [f"s{i:05}" for i in range(n_levels)] * 4})
    encoding = Encoding.fit(frame, Schema.infer(frame))
    codes = encoding.transform(frame).codes
    assert codes.dtype == (np.uint8 if n_levels + 2 <= 256 else np.uint16)
    assert codes[:, 0].tolist() == [*range(2, n_levels + 2)] * 4
    assert encoding.cardinalities == (n_levels + 2,)


def test_only_training_rows_shape_the_encoding():
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, None], "c": ["a", "b", "c", "d", "e"]})
    schema = Schema.infer(frame)
    encoding = Encoding.fit(frame.head(3), schema, scaling="min-max")
    (number,) = encoding.numbers
    assert (number.minimum, number.maximum, number.fill, number.has_gaps) == (1.0, 3.0, 2.0, False)
    assert encoding.categories[0].levels == ("a", "b", "c")
    assert encoding.transform(frame).codes[:, 0].tolist() == [2, 3, 4, 1, 1]


@pytest.mark.parametrize("scaling", SCALINGS)
def test_statistics_are_float32_one_a_number_column(scaling):
    encoding = Encoding.fit(TRAIN, SCHEMA, scaling=scaling)
    statistics = encoding.statistics()
    assert {name: values.shape for name, values in statistics.items()} == {
        "fill": (2,),
        "shift": (2,),
        "scale": (2,),
        "quantiles": (2, 33 if scaling in ("quantile", "piecewise") else 0),
    }
    assert {values.dtype for values in statistics.values()} == {np.dtype(np.float32)}
    assert (encoding.n_numbers, encoding.gaps) == (2, (True, True))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_statistics_are_finite_for_extreme_columns(scaling):
    frame = pl.DataFrame(
        {
            "huge": [-9e36, 9e36, 0.0],
            "tiny": [1e-44, 2e-44, 0.0],
            # Differences that float32 cannot hold are none to the network.
            "offset": [1e9, 1e9 + 1, 1e9 + 2],
            "gaps": pl.Series([None] * 3, dtype=pl.Float64),
        }
    )
    schema = Schema.infer(frame, overrides=dict.fromkeys(frame.columns, "number"))
    encoding = Encoding.fit(frame, schema, scaling=scaling)
    assert all(np.isfinite(values).all() for values in encoding.statistics().values())
    assert encoding.statistics()["scale"].tolist()[1:] == [0, 0, 0]


@pytest.mark.parametrize("table", ["numbers only", "categories only"])
def test_one_sided_tables_have_empty_arrays(table):
    frame = TRAIN.select("rate") if table == "numbers only" else TRAIN.select("grade", "term")
    encoding = Encoding.fit(frame, Schema.infer(frame), scaling="quantile")
    columns = encoding.transform(frame)
    assert columns.numbers.shape == (4, encoding.n_numbers)
    assert columns.codes.shape == (4, len(encoding.cardinalities))
    assert encoding.statistics()["quantiles"].shape == (encoding.n_numbers, 33)


def test_no_rows_are_encoded_as_no_rows():
    columns = Encoding.fit(TRAIN, SCHEMA).transform(TRAIN.clear())
    assert (columns.numbers.shape, columns.codes.shape) == ((0, 2), (0, 4))


@pytest.mark.parametrize("frame", [TRAIN, load_credit_default().head(500), make_loans(500)])
@pytest.mark.parametrize("scaling", ["robust", "quantile"])
def test_json_round_trip(frame, scaling):
    encoding = Encoding.fit(frame, Schema.infer(frame), scaling=scaling)
    again = Encoding.from_json(json.loads(json.dumps(encoding.to_json(), allow_nan=False)))
    assert again == encoding
    np.testing.assert_array_equal(again.transform(frame).numbers, encoding.transform(frame).numbers)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.pop("scaling"), "Encoding lacks 'scaling'"),
        (lambda d: d.update(scaling="log"), "Encoding.scaling cannot be 'log'"),
        (lambda d: d["numbers"][0].update(scale="1"), "NumberEncoding.scale cannot be '1'"),
        (lambda d: d["categories"][0].update(part="year"), "CategoryEncoding.part cannot be 'year'"),
        (lambda d: d["numbers"][0].update(name="other"), "names columns that its schema lacks: 'other'"),
    ],
)
def test_an_edited_document_is_refused(change, problem):
    document = Encoding.fit(TRAIN, SCHEMA).to_json()
    change(document)
    with pytest.raises(FileError, match=problem):
        Encoding.from_json(document)


@pytest.mark.parametrize("bad", [float("inf"), -float("inf"), 1e39, 1e38])
def test_infinite_values_are_refused_by_column_and_count(bad):
    frame = pl.DataFrame({"ok": [1.0, 2.0, 3.0], "x": [1.5, bad, bad]})
    with pytest.raises(
        TableError, match=r"column 'x' holds 2 values infinite or beyond .*\nhint: replace them"
    ):
        Encoding.fit(frame, Schema.infer(frame))
    encoding = Encoding.fit(frame.with_columns(x=pl.Series([1.5, 2.5, 3.5])), Schema.infer(frame))
    with pytest.raises(TableError, match=r"column 'x' holds 2 values infinite"):
        encoding.transform(frame)


def test_a_table_without_features_is_refused():
    frame = pl.DataFrame({"bank": ["same"] * 3, "bad": [0, 1, 0]})
    with pytest.raises(TableError, match=r"no column to learn from\n\nkinds: 'bank' constant, 'bad' flag"):
        Encoding.fit(frame, Schema.infer(frame, target="bad"))


def test_a_table_of_nothing_but_texts_is_refused_with_a_way_out():
    texts = [f"called on day {i} about the rate" for i in range(40)]
    frame = pl.DataFrame({"remark": texts, "bad": [0, 1] * 20})
    with pytest.raises(TableError, match=r"kinds: 'remark' text, 'bad' flag\nhint: a network reads numbers"):
        Encoding.fit(frame, Schema.infer(frame, target="bad"))


def test_no_training_rows_are_refused():
    with pytest.raises(TableError, match=r"no training rows"):
        Encoding.fit(TRAIN.clear(), SCHEMA)


def test_an_unknown_scaling_is_refused():
    with pytest.raises(
        UnknownNameError, match=r"no scaling named 'minmax'\n\nscalings: .*\nhint: did you mean 'min-max'"
    ):
        Encoding.fit(TRAIN, SCHEMA, scaling="minmax")


def test_missing_columns_are_all_named():
    with pytest.raises(TableError, match=r"lacks 2 of the 4 columns that the model reads: 'rate', 'term'"):
        Encoding.fit(TRAIN, SCHEMA).transform(TRAIN.drop("rate", "term"))


def test_rows_do_not_see_each_other():
    frame = make_loans(200)
    encoding = Encoding.fit(frame, Schema.infer(frame, target="problem_loan"))
    whole, part = encoding.transform(frame), encoding.transform(frame[50:60].reverse())
    np.testing.assert_array_equal(whole.numbers[50:60][::-1], part.numbers)
    np.testing.assert_array_equal(whole.codes[50:60][::-1], part.codes)


@pytest.mark.parametrize(
    "convert", [pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, lambda f: f.to_dict(as_series=False)]
)
def test_frames_of_every_kind_are_encoded_the_same(convert):
    frame = make_loans(300)
    encoding = Encoding.fit(frame, Schema.infer(frame, target="problem_loan"))
    expected, found = encoding.transform(frame), encoding.transform(read_table(convert(frame)))
    np.testing.assert_array_equal(found.numbers, expected.numbers)
    np.testing.assert_array_equal(found.codes, expected.codes)


@pytest.mark.parametrize(("n_columns", "n_rows"), [(1, 50), (8, 8192), (9, 8193), (19, 20_001)])
def test_many_columns_of_many_rows_are_written_to_their_places(n_columns, n_rows):
    values = np.random.default_rng(0).normal(size=(n_rows, n_columns)).astype(np.float32)
    values[values > 2] = np.nan
    frame = pl.DataFrame({f"x{place}": values[:, place] for place in range(n_columns)})
    schema = Schema.infer(frame, overrides=dict.fromkeys(frame.columns, "number"))
    columns = Encoding.fit(frame, schema, rows=np.arange(40)).transform(read_table(frame))
    np.testing.assert_array_equal(columns.numbers, values)
    assert columns.numbers.flags.c_contiguous
