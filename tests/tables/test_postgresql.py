"""Against a real server, which the tests start from the system's package and stop again."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.errors import ArgumentError, FileError, MissingPackageError, TableError, UnknownNameError
from neurode.tables import read_table

PASSWORD = "s3/cr:et@ %1&x=y"
ENCODED = "s3%2Fcr%3Aet%40%20%251%26x%3Dy"

SETUP = f"""
CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';
CREATE TABLE loans (grade text, rate numeric(6, 3), year int);
INSERT INTO loans VALUES ('A', 5.125, 2024), ('B', 7.5, 2025), (NULL, NULL, 2025);
CREATE TABLE empty (a int);
CREATE SCHEMA "My Schema";
CREATE TABLE "My Schema"."Odd ""name.x" ("a""b" int, "select" text, "ü" bool);
INSERT INTO "My Schema"."Odd ""name.x" VALUES (1, 'x', true);
CREATE VIEW "My Schema".recent AS SELECT * FROM loans WHERE year = 2025;
CREATE TABLE parted (year int, x int) PARTITION BY LIST (year);
CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES IN (2024);
INSERT INTO parted VALUES (2024, 1);
CREATE SEQUENCE counter;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN cents AS int;
CREATE FUNCTION add_loan() RETURNS int LANGUAGE sql AS 'INSERT INTO loans VALUES (''Z'') RETURNING 1';
GRANT SELECT ON loans TO reader;
"""


def absent(reason):
    """Skips, except where CI promises that the server is there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def program(name):
    found = shutil.which(name)
    return found or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )


class Server(NamedTuple):
    port: int
    folder: Path


@contextlib.contextmanager
def served(folder):
    """A server whose files lie in `folder`."""
    # The server refuses to run as root.
    names = {user.pw_name for user in pwd.getpwall()}
    user = (
        next((name for name in ("postgres", "nobody") if name in names), None) if os.geteuid() == 0 else None
    )
    if user is not None:
        shutil.chown(folder, user)
    as_user = {"user": user, "cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    data = folder / "data"
    made = subprocess.run(
        [
            program("initdb"),
            "-D",
            data,
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "owner",
            "-E",
            "UTF8",
            "--locale=C",
        ],
        **as_user,
    )
    assert made.returncode == 0, made.stdout.decode()
    (data / "pg_hba.conf").write_text(
        "local all all trust\nhost all reader all scram-sha-256\nhost all all all trust\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program("postgres"), "-D", data, "-F", "-h", "127.0.0.1", "-p", str(port), "-k", folder]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        execute(f"postgresql://owner@127.0.0.1:{port}/postgres", "CREATE DATABASE bank", server=server)
        execute(f"postgresql://owner@127.0.0.1:{port}/bank", SETUP)
        yield Server(port, folder)
    finally:
        # SIGINT ends the server at once, whoever is still connected.
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def execute(url, statements, server=None):
    """Runs statements as soon as the server answers."""
    from adbc_driver_postgresql import dbapi

    until = time.monotonic() + 30
    while True:
        try:
            connection = dbapi.connect(url, autocommit=True)
        except dbapi.OperationalError:
            if server is None or server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            break
    with connection, connection.cursor() as cursor:
        for statement in filter(str.strip, statements.split(";\n")):
            cursor.execute(statement)


@pytest.fixture(scope="session")
def server():
    if program("initdb") is None or program("postgres") is None:
        absent("no PostgreSQL server is installed")
    try:
        import adbc_driver_postgresql  # noqa: F401
    except ImportError:
        absent("adbc-driver-postgresql is not installed")
    # Not pytest's folder, which is closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="neurode-postgresql-"))
    try:
        with served(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def bank(server):
    return f"postgresql://owner@127.0.0.1:{server.port}/bank"


@pytest.fixture
def reader(server):
    return f"postgresql://reader:{ENCODED}@127.0.0.1:{server.port}/bank"


LOANS = pl.DataFrame({"grade": ["A", "B", None], "rate": [5.125, 7.5, None], "year": [2024, 2025, 2025]})


def test_a_table_is_read_by_name(bank):
    for name in ("loans", "public.loans", '"loans"', '"public"."loans"', "LOANS", "Public.Loans"):
        frame = read_table(bank, table=name)
        assert frame.cast({"year": pl.Int64}).equals(LOANS)


def test_names_in_other_schemas_and_with_odd_signs_are_found(bank):
    for name in ('My Schema.Odd "name.x', '"My Schema"."Odd ""name.x"'):
        frame = read_table(bank, table=name)
        assert frame.to_dict(as_series=False) == {'a"b': [1], "select": ["x"], "ü": [True]}
    assert read_table(bank, table="My Schema.recent").height == 2


def test_a_partitioned_table_is_one_table(bank):
    assert read_table(bank, table="parted").rows() == [(2024, 1)]


def test_no_choice_among_tables_lists_them(bank):
    with pytest.raises(ArgumentError) as caught:
        read_table(bank)
    assert caught.value.problem == f"{bank!r} has 5 tables, and none was named"
    assert caught.value.available == (
        "tables: 'My Schema.Odd \"name.x', 'My Schema.recent', 'empty', 'loans', 'parted'"
    )


def test_the_only_table_that_may_be_read_needs_no_name(reader):
    assert read_table(reader).height == 3


def test_an_unknown_table_is_named(bank):
    with pytest.raises(
        UnknownNameError, match=r"no table named 'loan'\n\ntables: .*'loans', .*\nhint: did you mean 'loans'"
    ):
        read_table(bank, table="loan")


def test_an_empty_table_is_named(bank):
    with pytest.raises(TableError, match=r"has columns but no rows\n\ncolumns: 'a'"):
        read_table(bank, table="empty")


TYPES = {
    "smallint '7'": (pl.Int16, 7),
    "bigint '9007199254740993'": (pl.Int64, 9007199254740993),
    "real '1.5'": (pl.Float32, 1.5),
    "float8 '0.1'": (pl.Float64, 0.1),
    "numeric '123456789.123456'": (pl.Float64, 123456789.123456),
    "money '12.34'": (pl.Float64, 12.34),
    "cents '5'": (pl.Int32, 5),
    "oid '4000000000'": (pl.Int64, 4_000_000_000),
    "boolean 'false'": (pl.Boolean, False),
    "text 'é'": (pl.String, "é"),
    "varchar(9) 'x '": (pl.String, "x "),
    "char(5) 'x'": (pl.String, "x"),
    "mood 'good'": (pl.String, "good"),
    "json '{\"a\": 1}'": (pl.String, '{"a": 1}'),
    "jsonb '[1]'": (pl.String, "[1]"),
    "uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'": (pl.String, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "inet '10.0.0.1'": (pl.String, "10.0.0.1/32"),
    "interval '1 day 02:00'": (pl.String, "1 day 02:00:00"),
    "time '03:04:05'": (pl.String, "03:04:05"),
    "date '1969-12-31'": (pl.Date, date(1969, 12, 31)),
    "timestamp '2024-02-29 01:02:03.25'": (pl.Datetime("us"), datetime(2024, 2, 29, 1, 2, 3, 250_000)),
    "timestamptz '2024-02-29 01:00+02'": (
        pl.Datetime("us", "UTC"),
        datetime(2024, 2, 28, 23, tzinfo=UTC),
    ),
    "bytea '\\x00ff'": (pl.Binary, b"\x00\xff"),
}


@pytest.mark.parametrize("written", TYPES, ids=[written.split()[0] for written in TYPES])
def test_types_and_their_gaps_are_kept(bank, written):
    dtype, value = TYPES[written]
    frame = read_table(
        bank, query=f"SELECT x FROM (VALUES (0, {written}), (1, NULL)) AS rows (place, x) ORDER BY place"
    )
    assert frame["x"].dtype == dtype
    assert frame["x"].to_list() == [value, None]


def test_decimals_are_exact_to_fifteen_digits(bank):
    written = ["0.123456789012345", "99999999999999.9", "-0.000000000000000123456789012345", "1e20", "3"]
    rows = ", ".join(f"({place}, {number}::numeric)" for place, number in enumerate(written))
    frame = read_table(bank, query=f"SELECT x FROM (VALUES {rows}) AS rows (place, x) ORDER BY place")
    assert frame["x"].to_list() == [float(number) for number in written]


def test_what_is_infinite_or_not_a_number_is_a_gap_where_it_has_no_value(bank):
    frame = read_table(
        bank,
        query="SELECT 'infinity'::date AS a, '-infinity'::timestamp AS b, 'infinity'::timestamptz AS c, "
        "'NaN'::numeric AS d, 1 AS e",
    )
    assert frame.rows() == [(None, None, None, None, 1)]


@pytest.mark.parametrize("array", ["ARRAY[1, 2]", "'{a}'::text[]"])
def test_arrays_are_refused_by_name(bank, array):
    with pytest.raises(
        TableError, match=r"column 'scores' holds arrays \((int4|text)\[\]\)\nhint: leave it out"
    ):
        read_table(bank, query=f"SELECT 1 AS id, {array} AS scores")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT grade FROM loans WHERE year = 2024",
        "  -- the good ones\n/* all\n of them */ select grade from loans limit 1 ;\n",
        "WITH good AS (SELECT * FROM loans) SELECT grade FROM good LIMIT 1 -- one",
        "(SELECT grade FROM loans ORDER BY rate LIMIT 1)",
        "VALUES ('A')",
    ],
)
def test_a_query_is_run(bank, query):
    assert read_table(bank, query=query).rows() == [("A",)]


@pytest.mark.parametrize("query", ["DELETE FROM loans", "DROP TABLE loans", "SET x = 1", ""])
def test_what_is_not_a_select_is_refused(bank, query):
    with pytest.raises(TableError, match=r"the query is not a SELECT, it begins with"):
        read_table(bank, query=query)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT purpose FROM loans", r'column "purpose" does not exist'),
        ("SELECT * FROM nothing", r'relation "nothing" does not exist\n\ntables: .*\'loans\''),
        ("SELECT FROM WHERE", r"syntax error at or near"),
        ("SELECT 1; DROP TABLE loans", "multiple commands"),
        ("SELECT 1) AS rows; DROP TABLE loans; --", "syntax error"),
        ("WITH x AS (DELETE FROM loans RETURNING *) SELECT * FROM x", "data-modifying"),
        ("SELECT add_loan()", "cannot execute INSERT in a read-only transaction"),
        ("SELECT nextval('counter') AS x", r"cannot execute nextval\(\) in a read-only transaction"),
        ("SELECT 1 AS a, 2 AS a", "duplicate column names in the query: 'a'"),
        ("SELECT 1 / (x - 90000) AS a FROM generate_series(1, 100000) AS x", "division by zero"),
        ("SELECT $1::int AS a", "no parameter"),
        ("SELECT FROM loans", "has no columns"),
    ],
)
def test_a_bad_query_is_explained_and_changes_nothing(bank, query, problem):
    with pytest.raises(TableError, match=problem) as caught:
        read_table(bank, query=query)
    assert len(str(caught.value).splitlines()) < 7
    assert read_table(bank, table="loans").height == 3


def test_both_table_and_query_are_refused(bank):
    with pytest.raises(ArgumentError, match=r"both given"):
        read_table(bank, table="loans", query="SELECT 1")


@pytest.mark.parametrize("option", ["", "?client_encoding=LATIN1"])
def test_text_of_other_encodings_arrives_as_it_was_meant(bank, option):
    execute(bank, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    latin = bank.replace("/bank", "/latin")
    try:
        execute(latin + "?client_encoding=UTF8", "CREATE TABLE words AS SELECT 'café' AS word, 1 AS \"ü\"")
        frame = read_table(latin + option)
    finally:
        execute(bank, "DROP DATABASE latin")
    assert frame.to_dict(as_series=False) == {"word": ["café"], "ü": [1]}


def test_bytes_that_are_no_text_are_named(bank):
    execute(bank, "CREATE DATABASE ascii_only ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
    ascii_only = bank.replace("/bank", "/ascii_only")
    query = r"SELECT convert_from('\x636166e9'::bytea, 'SQL_ASCII') AS word"
    try:
        with pytest.raises(TableError, match=r'invalid byte sequence for encoding "UTF8": 0xe9'):
            read_table(ascii_only, query=query)
    finally:
        execute(bank, "DROP DATABASE ascii_only")


def test_many_rows_keep_their_order(bank):
    frame = read_table(
        bank, query="SELECT x, x / 4.0 AS y FROM generate_series(1, 200000) AS x ORDER BY x DESC"
    )
    assert frame["x"].to_list() == list(range(200_000, 0, -1))
    assert (frame["y"] * 4 == frame["x"]).all()


def test_a_password_of_odd_signs_and_a_socket_lead_to_the_table(reader, server):
    assert read_table(reader, table="loans").height == 3
    socket_url = f"postgresql://owner@/bank?host={server.folder}&port={server.port}"
    assert read_table(socket_url, table="loans").height == 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({ENCODED: "wr0ng%40pass"}, r"password authentication failed .*\nhint: check user and password"),
        ({f":{ENCODED}@": "@"}, r"no password supplied\nhint: check user and password"),
        ({"reader": "nobody_here"}, r'role "nobody_here" does not exist\nhint: check the user'),
        ({"/bank": "/banc"}, r'database "banc" does not exist\nhint: `psql -l` lists'),
        ({"127.0.0.1": "no.such.host.invalid"}, r"could not translate host name .*\nhint: check the name"),
        ({"/bank": "/bank?sslmode=require"}, r"server does not support SSL"),
        ({"/bank": "/bank?colour=red"}, r'invalid URI query parameter: "colour"'),
    ],
)
def test_a_server_that_refuses_is_explained_without_the_password(reader, change, problem):
    for old, new in change.items():
        reader = reader.replace(old, new)
    with pytest.raises(FileError, match=rf"cannot be opened: .*{problem}") as caught:
        read_table(reader, table="loans")
    for secret in (PASSWORD, ENCODED, "s3", "wr0ng"):
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value)


def test_a_port_where_nothing_listens_is_explained():
    with pytest.raises(
        FileError, match=r"Connection refused\nhint: check host and port, and that the server"
    ):
        read_table("postgresql://ann:secret@127.0.0.1:1/bank", table="loans")


def test_a_server_that_never_answers_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://ann:secret@127.0.0.1:{silent.getsockname()[1]}/bank?connect_timeout=2"
        with pytest.raises(
            FileError, match=r"timeout expired\nhint: check host and port, and whether a firewall"
        ):
            read_table(url)


def test_a_missing_driver_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    with pytest.raises(
        MissingPackageError, match=r"adbc-driver-postgresql\nhint: .*pip install 'neurode\[sql\]'"
    ):
        read_table("postgresql://ann:secret@127.0.0.1:1/bank")


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.mark.slow
def test_commands_read_the_server_and_keep_the_password_to_themselves(reader, bank, tmp_path):
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(bank, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("applications", make_loans(300).to_arrow())
        cursor.execute("GRANT SELECT ON applications TO reader")
    try:
        described = run("describe", reader, "--table", "applications", "-t", "problem_loan")
        trained = run("train", reader, "--query", "SELECT * FROM applications", "-t", "problem_loan",
                      "--epochs", 2, "--hidden", 4, "-o", tmp_path / "runs")  # fmt: skip
        scored = run(
            "predict", tmp_path / "runs" / "last" / "model.neurode", reader, "--table", "applications"
        )
        failed = run("train", reader, "--table", "application", "-t", "problem_loan", "-o", tmp_path / "runs")
    finally:
        execute(bank, "DROP TABLE applications")
    assert "300 rows" in described.stdout
    assert trained.exit_code == 0, trained.output
    assert len(scored.stdout.splitlines()) == 301
    assert failed.exit_code == 1
    assert "did you mean 'applications'?" in failed.output
    config = json.loads((tmp_path / "runs" / "last" / "config.json").read_text())
    assert config["table"] == reader.replace(ENCODED, "***")
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).decode(
        errors="replace"
    )
    names = " ".join(str(path) for path in tmp_path.rglob("*"))
    for text in (written, names, *(result.output for result in (described, trained, scored, failed))):
        for secret in (PASSWORD, ENCODED, "s3%2", "s3/c"):
            assert secret not in text
