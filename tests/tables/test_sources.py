import io
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from neurode.errors import ArgumentError, DataTypeError, FileError, TableError
from neurode.tables import read_table

FRAME = pl.DataFrame({"grade": ["A", None, "C"], "rate": [5.5, None, 7.0], "term": [36, 60, 36]})


def write_sqlite(path, frame=FRAME, table="loans"):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} ({', '.join(frame.columns)})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * frame.width)})", frame.rows())
    return path


def saved(kind, folder):
    path = folder / f"table.{kind}"
    match kind:
        case "csv":
            FRAME.write_csv(path)
        case "tsv":
            FRAME.write_csv(path, separator="\t")
        case "parquet" | "pq":
            FRAME.write_parquet(path)
        case "arrow" | "ipc":
            FRAME.write_ipc(path)
        case "feather":
            FRAME.write_ipc_stream(path)
        case "sqlite" | "data":
            write_sqlite(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "pq", "arrow", "ipc", "feather", "sqlite", "data"])
def test_files_of_every_kind_give_the_same_table(kind, tmp_path):
    assert read_table(saved(kind, tmp_path)).equals(FRAME)
    assert read_table(str(saved("csv", tmp_path))).equals(FRAME)


@pytest.mark.parametrize(
    "convert",
    [
        lambda frame: frame,
        lambda frame: frame.lazy(),
        lambda frame: frame.to_arrow(),
        lambda frame: frame.to_pandas(),
        lambda frame: frame.to_dict(as_series=False),
        lambda frame: frame.to_dict(),
        lambda frame: {name: values.to_numpy() for name, values in frame.to_dict().items()},
    ],
    ids=["polars", "lazy", "arrow", "pandas", "lists", "series", "arrays"],
)
def test_frames_of_every_kind_give_the_same_table(convert):
    assert read_table(convert(FRAME)).cast(FRAME.schema).equals(FRAME)


def test_a_lazy_frame_that_fails_says_why():
    with pytest.raises(TableError, match=r'the lazy frame cannot be computed: unable to find column "b"'):
        read_table(FRAME.lazy().select("b"))


def test_an_array_has_numbered_columns():
    assert read_table(np.arange(6).reshape(3, 2)).to_dict(as_series=False) == {
        "x0": [0, 2, 4],
        "x1": [1, 3, 5],
    }
    assert read_table(np.array([["a", 1], ["b", None]], dtype=object))["x1"].to_list() == [1, None]


def test_nan_is_a_gap_like_null():
    assert read_table({"rate": [1.0, float("nan"), None]})["rate"].null_count() == 2


def test_a_frame_is_not_changed():
    frame = pl.DataFrame({"rate": [1.0, float("nan")]})
    read_table(frame)
    assert frame["rate"].null_count() == 0


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ({"a": [1, 2], "b": [1]}, "unequal lengths\n\nrows: 'a' 2, 'b' 1"),
        ({"a": [1, {}]}, "column 'a' holds values that no cell can: 'dict'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "duplicate column names: 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "duplicate column names: 'a'"),
        (pl.DataFrame(), "has no columns"),
        (pl.DataFrame({"a": []}), "has columns but no rows"),
        (np.zeros(3), r"1 dimensions, shape \(3,\), is no table"),
    ],
)
def test_what_is_no_table_in_memory_is_named(source, problem):
    with pytest.raises(TableError, match=problem):
        read_table(source)


@pytest.mark.parametrize("source", [17, [1, 2], None])
def test_other_objects_are_refused_by_their_type(source):
    with pytest.raises(DataTypeError, match=rf"a {type(source).__name__} is no table"):
        read_table(source)


def test_a_missing_file_brings_up_close_names(tmp_path):
    FRAME.write_csv(tmp_path / "loans_2024.csv")
    with pytest.raises(
        FileError, match=r"no file .*\n\nclose names in the folder: 'loans_2024.csv'\nhint: did you mean"
    ):
        read_table(tmp_path / "loan_2024.csv")
    with pytest.raises(FileError, match=r"the folder .* does not exist either"):
        read_table(tmp_path / "nowhere" / "loans.csv")


def test_a_folder_without_parts_lists_its_tables(tmp_path):
    FRAME.write_csv(tmp_path / "loans.csv")
    with pytest.raises(FileError, match=r"a folder without Parquet parts\n\ntables in it: 'loans.csv'"):
        read_table(tmp_path)


def test_an_unknown_ending_is_refused(tmp_path):
    (tmp_path / "loans.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(FileError, match=r"perhaps an Excel workbook .*\n\nendings: .csv"):
        read_table(tmp_path / "loans.xlsx")


@pytest.mark.parametrize("kind", ["parquet", "arrow", "feather"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_cut_off_file_is_named(kind, share, tmp_path):
    path = saved(kind, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileError, match=r"is not a complete"):
        read_table(path)


def test_a_parquet_that_is_something_else_is_named(tmp_path):
    (tmp_path / "x.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(FileError, match=r"not a complete Parquet file"):
        read_table(tmp_path / "x.parquet")


def test_signs_in_a_file_name_are_no_pattern(tmp_path):
    FRAME.write_csv(tmp_path / "loans [1]*.csv")
    write_sqlite(tmp_path / "loans #1?%20.sqlite")
    assert read_table(tmp_path / "loans [1]*.csv").equals(FRAME)
    assert read_table(tmp_path / "loans #1?%20.sqlite").equals(FRAME)


def test_table_and_query_are_for_databases(tmp_path):
    with pytest.raises(
        ArgumentError, match=r"table= is for databases and zip archives, and this source is neither"
    ):
        read_table({"a": [1]}, table="loans")
    with pytest.raises(ArgumentError, match=r"query= is for databases, and this source is none"):
        read_table(saved("csv", tmp_path), query="SELECT 1")


def test_arrow_streams_of_other_writers_are_read(tmp_path):
    sink = io.BytesIO()
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "x.arrow").write_bytes(sink.getvalue())
    assert read_table(tmp_path / "x.arrow")["a"].to_list() == [1, 2]
