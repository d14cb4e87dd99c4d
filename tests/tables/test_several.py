import contextlib
import gzip
import os
import pickle
import tempfile
import zipfile
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, FileError, TableError
from neurode.tables import read_table

FRAME = pl.DataFrame(
    {"grade": ["A", None, "C", "D"], "rate": [5.5, None, 7.0, 8.25], "term": [36, 60, 36, 48]}
)


def parts(frame, folder, ending="csv"):
    """The frame in two files, of which the second has its columns in reverse order."""
    folder.mkdir(exist_ok=True, parents=True)
    write = {"csv": "write_csv", "parquet": "write_parquet", "arrow": "write_ipc"}[ending]
    getattr(frame[:2], write)(folder / f"loans-1.{ending}")
    getattr(frame[2:, ::-1], write)(folder / f"loans-2.{ending}")
    return folder


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_a_pattern_joins_files_by_name_in_the_order_of_their_names(tmp_path, ending):
    pattern = parts(FRAME, tmp_path, ending) / f"loans-*.{ending}"
    assert read_table(pattern).equals(FRAME)
    assert read_table(str(pattern)).equals(FRAME)


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_a_list_joins_files_in_the_order_given(tmp_path, ending):
    parts(FRAME, tmp_path, ending)
    paths = [tmp_path / f"loans-{number}.{ending}" for number in (2, 1)]
    assert read_table(paths).equals(pl.concat([FRAME[2:, ::-1], FRAME[:2, ::-1]]))
    assert read_table([str(paths[0])]).equals(FRAME[2:, ::-1])


def test_a_folder_of_parts_is_a_table(tmp_path):
    folder = parts(FRAME, tmp_path / "loans", "parquet")
    for name in ("_SUCCESS", ".hidden.parquet", "_temporary.parquet", "notes.md"):
        (folder / name).write_text("x")
    (folder / "empty").mkdir()
    assert read_table(folder).equals(FRAME)
    assert read_table(str(folder) + "/").equals(FRAME)


def test_parts_in_nested_folders_are_found(tmp_path):
    parts(FRAME[:2], tmp_path / "2023", "parquet")
    parts(FRAME[2:], tmp_path / "2024" / "deep", "parquet")
    assert read_table(tmp_path)["term"].to_list() == FRAME["term"].to_list()
    assert read_table(tmp_path / "**" / "*.parquet")["term"].to_list() == FRAME["term"].to_list()


def test_integer_and_float_parts_join_as_float(tmp_path):
    for ending, write in (("parquet", "write_parquet"), ("csv", "write_csv"), ("arrow", "write_ipc")):
        for number, value in enumerate([1, 2.5, None]):
            getattr(pl.DataFrame({"x": [value], "y": ["a"]}), write)(tmp_path / f"{number}.{ending}")
        assert read_table(tmp_path / f"*.{ending}")["x"].to_list() == [1.0, 2.5, None]


@pytest.mark.parametrize(
    ("types", "joined"),
    [
        ([pl.Int8, pl.Int32], pl.Int64),
        ([pl.UInt8, pl.UInt64], pl.UInt64),
        ([pl.Int8, pl.UInt64], pl.Float64),
        ([pl.Float32, pl.Int64], pl.Float64),
        ([pl.Decimal(10, 2), pl.Float64], pl.Float64),
        ([pl.Categorical, pl.String], pl.String),
        ([pl.Datetime("ms"), pl.Datetime("ns")], pl.Datetime("us")),
        ([pl.Null, pl.Date], pl.Date),
        ([pl.Float32, pl.Float32], pl.Float32),
    ],
)
def test_types_that_hold_both_are_found(tmp_path, types, joined):
    for number, dtype in enumerate(types):
        frame = pl.DataFrame({"x": pl.Series([None, None], dtype=dtype), "y": [1, 2]})
        frame.write_parquet(tmp_path / f"{number}.parquet")
    assert read_table(tmp_path).schema == {"x": joined, "y": pl.Int64}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pl.Series(["a"]), pl.Series([1])),
        (pl.Series([True]), pl.Series([1])),
        (pl.Series(["2024-01-01"]).str.to_date(), pl.Series([1.5])),
        (
            pl.Series(["2024-01-01"]).str.to_datetime(time_zone="UTC"),
            pl.Series(["2024-01-01"]).str.to_datetime(),
        ),
    ],
    ids=["text and number", "yes/no and number", "date and number", "zone and none"],
)
def test_types_that_do_not_join_are_named_with_their_files(tmp_path, first, second):
    for number, values in enumerate([first, second]):
        values.alias("x").to_frame().write_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(
        TableError,
        match=r"column 'x' has other types in other files\n\n.* in '.*0.parquet'\n.* in '.*1.parquet'",
    ):
        read_table(tmp_path)


def test_numbers_that_are_words_in_another_file_keep_their_zeros(tmp_path):
    (tmp_path / "a.csv").write_text("code,n\n007,1\n 12,2\n")
    (tmp_path / "b.csv").write_text("code,n\nX1,3\n?,4\n")
    (tmp_path / "c.csv").write_text("n,code\n5,true\n")
    assert read_table(tmp_path / "*.csv").to_dict(as_series=False) == {
        "code": ["007", "12", "X1", None, "true"],
        "n": [1, 2, 3, 4, 5],
    }


WORDS = st.sampled_from(["1", "007", "-2", "2.5", "1e3", "x", "true", "False", "", "NA", " 4 "])


@settings(deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=2, max_size=4))
def test_files_give_what_one_file_with_all_their_rows_gives(tmp_path_factory, columns):
    folder = tmp_path_factory.mktemp("parts")
    rows = [[f'"{word}";{number}\n' for number, word in enumerate(words)] for words in columns]
    for number, lines in enumerate(rows):
        (folder / f"{number}.csv").write_text("".join(["x;n\n", *lines]))
    (folder / "all.txt").write_text("".join(["x;n\n", *chain.from_iterable(rows)]))
    several, one = read_table(folder / "*.csv"), read_table(folder / "all.txt")
    assert several.equals(one)
    assert several.schema == one.schema


def test_a_file_that_lacks_a_column_is_named(tmp_path):
    for name in "abc":
        FRAME.write_parquet(tmp_path / f"{name}.parquet")
        FRAME.write_csv(tmp_path / f"{name}.csv")
    FRAME.drop("rate").write_csv(tmp_path / "b.csv")
    FRAME.drop("rate").write_parquet(tmp_path / "b.parquet")
    for pattern in ("*.csv", "*.parquet"):
        with pytest.raises(
            TableError,
            match=r"the 3 files do not have the same columns\n\n'.*b.(csv|parquet)' lacks 'rate'\nhint",
        ):
            read_table(tmp_path / pattern)
    FRAME.with_columns(extra=1).rename({"term": "Term"}).write_csv(tmp_path / "b.csv")
    with pytest.raises(TableError) as caught:
        read_table(tmp_path / "*.csv")
    assert caught.value.available.splitlines() == [
        f"{str(tmp_path / 'b.csv')!r} lacks 'term'",
        f"only {str(tmp_path / 'b.csv')!r} has 'Term'",
        f"only {str(tmp_path / 'b.csv')!r} has 'extra'",
    ]


def test_a_header_without_rows_is_a_part_like_another(tmp_path):
    parts(FRAME, tmp_path)
    (tmp_path / "loans-3.csv").write_text("grade,rate,term\n")
    assert read_table(tmp_path / "*.csv").equals(FRAME)
    with pytest.raises(TableError, match=r"/\*3.csv' has columns but no rows\n\ncolumns: 'grade'"):
        read_table(tmp_path / "*3.csv")


def test_compressed_files_join_plain_ones(tmp_path):
    parts(FRAME, tmp_path)
    (tmp_path / "loans-2.csv.gz").write_bytes(gzip.compress((tmp_path / "loans-2.csv").read_bytes()))
    (tmp_path / "loans-2.csv").unlink()
    assert read_table(tmp_path / "loans*").equals(FRAME)


def test_archives_and_pickles_join_by_pattern(tmp_path):
    for number, frame in enumerate([FRAME[:2], FRAME[2:]]):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            archive.writestr("loans.csv", frame.write_csv())
        (tmp_path / f"{number}.pkl").write_bytes(pickle.dumps(frame))
    assert read_table(tmp_path / "*.zip").equals(FRAME)
    assert read_table(tmp_path / "*.pkl", trust_pickle=True).equals(FRAME)
    with pytest.raises(FileError, match=r"is a pickle"):
        read_table(tmp_path / "*.pkl")


def test_two_kinds_of_files_are_refused(tmp_path):
    parts(FRAME, tmp_path, "parquet")
    parts(FRAME, tmp_path, "csv")
    (tmp_path / "README").write_text("x")
    with pytest.raises(
        FileError, match=r"holds files of 2 kinds\n\ntext: 'loans-1.csv', .*\nParquet: 'loans-1.parq"
    ):
        read_table(tmp_path / "loans-*")
    with pytest.raises(FileError, match=r"holds files of 2 kinds"):
        read_table(tmp_path)
    with pytest.raises(FileError, match=r"holds files of 3 kinds\n\nno ending: 'README'"):
        read_table(tmp_path / "*")
    with pytest.raises(FileError, match=r"'the list' holds files of 2 kinds"):
        read_table([tmp_path / "loans-1.csv", tmp_path / "loans-1.parquet"])


def test_several_databases_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"2 databases are not one table"):
        read_table([tmp_path / "a.db", tmp_path / "b.db"])


def test_table_and_query_do_not_fit_several_files(tmp_path):
    parts(FRAME, tmp_path, "parquet")
    for source in (tmp_path, tmp_path / "*.parquet", [tmp_path / "loans-1.parquet"]):
        with pytest.raises(ArgumentError, match=r"table= is for databases"):
            read_table(source, table="loans")


def test_a_pattern_without_a_match_brings_up_close_names(tmp_path):
    parts(FRAME, tmp_path)
    with pytest.raises(FileError, match=r"no file matches '.*'\n\nclose names in the folder: 'loans-"):
        read_table(tmp_path / "loan-*.csv")
    with pytest.raises(FileError, match=r"the folder '.*nowhere' does not exist either"):
        read_table(tmp_path / "nowhere" / "*.csv")
    with pytest.raises(FileError, match=r"hint: check the folders of the pattern"):
        read_table(tmp_path / "year=*" / "*.csv")
    with pytest.raises(ArgumentError, match=r"cannot read the pattern .*: Invalid pattern"):
        read_table(tmp_path / "**loans" / "*.csv")


def test_a_pattern_leaves_hidden_files_alone(tmp_path):
    parts(FRAME, tmp_path)
    (tmp_path / ".loans-0.csv").write_text("x")
    assert read_table(tmp_path / "*.csv").equals(FRAME)


def test_patterns_from_the_working_folder_are_relative(tmp_path, monkeypatch):
    parts(FRAME, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert read_table("data/loans-*.csv").equals(FRAME)
    assert read_table("*/loans-?.csv").equals(FRAME)
    monkeypatch.chdir(tmp_path / "data")
    assert read_table("*.csv").equals(FRAME)


def hive(folder, values, key="year"):
    for number, value in enumerate(values):
        place = folder / f"{key}={value}"
        place.mkdir(parents=True, exist_ok=True)
        FRAME[number : number + 1].write_parquet(place / "part-0.parquet")
    return folder


@pytest.mark.parametrize(
    "values",
    [["2021", "2022", "2024"], ["0.5", "1", "2.25"], ["2024-01-31", "2024-02-29"], ["a", "b c", "ü"]],
    ids=["integers", "numbers", "dates", "text"],
)
def test_folders_of_keys_are_columns_as_polars_reads_them(tmp_path, values):
    folder = hive(tmp_path, values)
    reference = pl.read_parquet(folder, hive_partitioning=True, try_parse_hive_dates=True)
    assert read_table(folder).equals(reference)
    assert read_table(folder / "year=*").equals(reference)
    assert read_table(folder / "*" / "*.parquet").equals(reference)


def test_signs_and_gaps_in_keys_are_read_back(tmp_path):
    assert read_table(hive(tmp_path, ["a%2Fb", "__HIVE_DEFAULT_PARTITION__"]))["year"].to_list() == [
        None,
        "a/b",
    ]


def test_keys_nest(tmp_path):
    for region in ("north", "south"):
        hive(tmp_path / f"region={region}", ["1", "2"], "month")
    frame = read_table(tmp_path)
    assert frame.columns == [*FRAME.columns, "region", "month"]
    assert frame.select("region", "month").rows() == [("north", 1), ("north", 2), ("south", 1), ("south", 2)]


def test_keys_above_the_folder_given_are_no_columns(tmp_path):
    folder = hive(tmp_path / "kind=loans", ["2021"])
    assert read_table(folder).columns == [*FRAME.columns, "year"]
    assert read_table(folder / "year=2021").columns == FRAME.columns


def test_parts_outside_the_folders_of_keys_are_named(tmp_path):
    hive(tmp_path, ["2021"])
    FRAME.write_parquet(tmp_path / "part-1.parquet")
    with pytest.raises(
        FileError, match=r"lies in other key=value folders than .*\n\nkeys: year there, none here"
    ):
        read_table(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_cut_off_part_is_named(tmp_path, share):
    parts(FRAME, tmp_path, "parquet")
    path = tmp_path / "loans-2.parquet"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(FileError, match=r"'.*loans-2.parquet' is (not a complete Parquet file|empty)"):
        read_table(tmp_path)


@pytest.mark.parametrize("folders", [["a", "b"], ["year=1", "year=2"]])
def test_a_part_with_spoiled_rows_is_named(tmp_path, folders):
    for folder in folders:
        (tmp_path / folder).mkdir()
        frame = pl.DataFrame({"x": np.random.default_rng(0).normal(size=3_000)})
        frame.write_parquet(tmp_path / folder / "p.parquet")
    path = tmp_path / folders[1] / "p.parquet"
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(content)
    with pytest.raises(FileError, match=rf"'.*{folders[1]}/p.parquet' is not a complete Parquet file"):
        read_table(tmp_path)


def test_a_link_back_to_a_folder_above_is_named(tmp_path):
    folder = parts(FRAME, tmp_path / "loans", "parquet")
    (folder / "again").symlink_to(tmp_path)
    with pytest.raises(FileError, match=r"'.*again/loans' is a link to one that it lies in, '.*loans'"):
        read_table(folder)
    # A pattern does not follow links into folders below `**`.
    assert read_table(folder / "**" / "*.parquet").equals(FRAME)


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path):
    parts(FRAME, tmp_path / "elsewhere", "parquet")
    (tmp_path / "loans").mkdir()
    (tmp_path / "loans" / "link").symlink_to(tmp_path / "elsewhere")
    assert read_table(tmp_path / "loans").equals(FRAME)


def test_a_link_to_nothing_or_to_itself_is_named(tmp_path):
    (tmp_path / "a.csv").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "b.csv")
    with pytest.raises(FileError, match=r"no file '.*a.csv'"):
        read_table(tmp_path / "a.csv")
    with pytest.raises(FileError, match=r"'.*b.csv' cannot be opened: Too many levels of symbolic links"):
        read_table(tmp_path / "b.csv")


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "loans.csv")
    with pytest.raises(FileError, match=r"is not a regular file but a pipe or a device"):
        read_table(tmp_path / "loans.csv")


def test_odd_paths_are_named(tmp_path):
    with pytest.raises(FileError, match=r"is no path: embedded null byte"):
        read_table("a\0.csv")
    with pytest.raises(FileError, match=r"File name too long"):
        read_table(tmp_path / ("x" * 300 + ".csv"))
    (tmp_path / "loans.csv").write_text("a\n1\n")
    with pytest.raises(FileError, match=r"no file '.*loans.csv/x.csv'"):
        read_table(tmp_path / "loans.csv" / "x.csv")


def test_a_folder_without_tables_is_named(tmp_path):
    with pytest.raises(
        FileError, match=r"is a folder without Parquet parts\nhint: give the path of one file"
    ):
        read_table(tmp_path)
    parts(FRAME, tmp_path)
    with pytest.raises(
        FileError, match=r"tables in it: 'loans-1.csv', .*\nhint: give one file, or .*/\*.csv'"
    ):
        read_table(tmp_path)
    with pytest.raises(FileError, match=r"matches folders without Parquet parts"):
        read_table(tmp_path.parent / (tmp_path.name[:-1] + "?"))


@pytest.fixture
def closed(tmp_path):
    """A folder that every user may enter, as pytest's own is not."""
    if os.geteuid():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextlib.contextmanager
def nobody():
    """Without the rights of root, who may read anything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("source", ["loans", "loans/*.parquet", "loans/loans-1.parquet"])
def test_what_may_not_be_read_is_named(closed, source):
    parts(FRAME, closed / "loans", "parquet")
    (closed / "loans" / "loans-1.parquet").chmod(0)
    with nobody(), pytest.raises(FileError, match=r"loans-1.parquet' cannot be opened: Permission denied"):
        read_table(closed / source)
    (closed / "loans").chmod(0)
    try:
        with (
            nobody(),
            pytest.raises(FileError, match=r"cannot be opened: Permission denied\nhint: check its per"),
        ):
            read_table(closed / source)
    finally:
        (closed / "loans").chmod(0o700)
