import sqlite3
from contextlib import closing

import pytest

from neurode.errors import ArgumentError, FileError, TableError, UnknownNameError
from neurode.tables import read_table


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "bank.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE loans (grade TEXT, rate, year INTEGER)")
        connection.execute("INSERT INTO loans VALUES ('A', 5, 2024), ('B', 7.5, 2025), (NULL, NULL, 2025)")
        connection.execute('CREATE TABLE "odd ""name" (x)')
        connection.execute('INSERT INTO "odd ""name" VALUES (1), (\'two\')')
    return path


def test_a_table_is_read_by_name(database):
    assert read_table(database, table="loans").rows() == [
        ("A", 5.0, 2024),
        ("B", 7.5, 2025),
        (None, None, 2025),
    ]


def test_a_column_of_numbers_and_words_is_words(database):
    assert read_table(database, table='odd "name')["x"].to_list() == ["1", "two"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT grade FROM loans WHERE year = 2024",
        "  -- the good ones\n/* all\n of them */ select grade from loans limit 1",
        "WITH good AS (SELECT * FROM loans) SELECT grade FROM good LIMIT 1",
    ],
)
def test_a_query_is_run(database, query):
    assert read_table(database, query=query).to_dict(as_series=False) == {"grade": ["A"]}


def test_more_rows_than_one_chunk_are_joined(tmp_path):
    path = tmp_path / "many.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE many (x, y, z)")
        rows = [(i, i if i < 60_000 else i + 0.5, None if i < 60_000 else "late") for i in range(120_000)]
        connection.executemany("INSERT INTO many VALUES (?, ?, ?)", rows)
    assert read_table(path).rows() == rows


def test_no_choice_among_tables_lists_them(database):
    with pytest.raises(
        ArgumentError, match=r"has 2 tables, and none was named\n\ntables: 'loans', 'odd \"name'"
    ):
        read_table(database)


def test_an_unknown_table_is_named(database):
    with pytest.raises(
        UnknownNameError, match=r"no table named 'loan'\n\ntables: .*\nhint: did you mean 'loans'"
    ):
        read_table(database, table="loan")


@pytest.mark.parametrize("query", ["DELETE FROM loans", "DROP TABLE loans", "PRAGMA table_info(loans)", ""])
def test_what_is_not_a_select_is_refused(database, query):
    with pytest.raises(TableError, match=r"the query is not a SELECT, it begins with"):
        read_table(database, query=query)
    assert read_table(database, table="loans").height == 3


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT purpose FROM loans", "no such column: purpose"),
        ("SELECT 1; DROP TABLE loans", "one statement at a time"),
        ("WITH x AS (SELECT 1) DELETE FROM loans", "readonly|not a query"),
        ("SELECT year, year FROM loans", "duplicate column names in the query: 'year'"),
    ],
)
def test_a_bad_query_is_explained(database, query, problem):
    with pytest.raises(TableError, match=problem):
        read_table(database, query=query)
    assert read_table(database, table="loans").height == 3


def test_both_table_and_query_are_refused(database):
    with pytest.raises(ArgumentError, match=r"both given"):
        read_table(database, table="loans", query="SELECT 1")


def test_a_query_without_rows_is_named(database):
    with pytest.raises(TableError, match=r"columns but no rows"):
        read_table(database, query="SELECT * FROM loans WHERE year = 1900")


def test_what_is_no_database_is_named(tmp_path):
    (tmp_path / "x.sqlite").write_text("a,b\n1,2\n" * 100)
    with pytest.raises(FileError, match=r"is not a SQLite database"):
        read_table(tmp_path / "x.sqlite")


def test_bytes_are_left_as_they_are(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.execute("INSERT INTO t VALUES (x'00ff', 1)")
    assert read_table(tmp_path / "x.db").rows() == [(b"\x00\xff", 1)]


def test_addresses_lead_to_the_same_file(database, monkeypatch):
    monkeypatch.chdir(database.parent)
    for address in ("sqlite:///bank.db", f"sqlite:///{database}", "sqlite+pysqlite:///./bank.db"):
        assert read_table(address, table="loans").equals(read_table(database, table="loans"))
    assert read_table("sqlite:///bank.db", query="SELECT 7 AS x").rows() == [(7,)]


def test_an_address_of_no_file_brings_up_close_names(database, monkeypatch):
    monkeypatch.chdir(database.parent)
    with pytest.raises(FileError, match=r"no file 'banks.db'\n\nclose names in the folder: 'bank.db'"):
        read_table("sqlite:///banks.db")
    (database.parent / "loans.csv").write_text("a,b\n1,2\n" * 100)
    with pytest.raises(FileError, match=r"'loans.csv' is not a SQLite database"):
        read_table("sqlite:///loans.csv")


@pytest.mark.parametrize("other", [1, 1.5, "x"])
@pytest.mark.parametrize("n_rows", [1, 50_001], ids=["in one piece", "in two"])
def test_bytes_among_other_values_are_named(tmp_path, other, n_rows):
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, 1)", [(b"\x00",)] * n_rows + [(other,)])
    with pytest.raises(TableError, match=r"column 'a' mixes bytes \(BLOB\) with other values"):
        read_table(tmp_path / "x.db")
