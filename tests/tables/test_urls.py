from pathlib import Path

import pytest

from neurode.errors import ArgumentError, FileError
from neurode.tables import read_table, source_name, source_stem
from neurode.tables.urls import is_url, server_address, sqlite_path


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("postgresql://ann:secret@host:5432/bank", "postgresql://ann:***@host:5432/bank"),
        ("postgresql://ann@host/bank?sslmode=require", "postgresql://ann@host/bank?sslmode=require"),
        ("postgresql://host:5432/bank", "postgresql://host:5432/bank"),
        ("postgresql://[::1]:5432/bank", "postgresql://[::1]:5432/bank"),
        ("postgresql://a:1,b:2/bank", "postgresql://a:1,b:2/bank"),
        ("postgresql://ann:%73ecret@h/b", "postgresql://ann:***@h/b"),
        ("postgresql://:secret@h/b", "postgresql://:***@h/b"),
        # Passwords that were not encoded, and one whose host was forgotten.
        ("postgresql://ann:sec/re@t@h/b", "postgresql://ann:***@h/b"),
        ("postgresql://ann:sec?re#t@h/b", "postgresql://ann:***@h/b"),
        ("postgresql://ann:secret/bank", "postgresql://ann:***/bank"),
        ("postgresql://h/b?user=ann&password=secret&port=1", "postgresql://h/b?user=ann&password=***&port=1"),
        ("postgresql://h/b?sslPassword=secret", "postgresql://h/b?sslPassword=***"),
        ("mysql+driver://ann:secret@host/bank", "mysql+driver://ann:***@host/bank"),
        ("https://host/x.csv?access_token=secret&a=1", "https://host/x.csv?access_token=***&a=1"),
        (Path("postgresql://ann:secret@host/bank"), "postgresql:/ann:***@host/bank"),
        ("data/a:b@c.csv", "data/a:b@c.csv"),
        (Path("data/loans.csv"), "data/loans.csv"),
        (["a.csv", Path("b.csv")], "a.csv, b.csv"),
        (["a", "b", "c", "d", "e"], "a, b, c, … (2 more)"),
        ({"a": [1]}, "dict"),
        ([1, 2], "list"),
    ],
)
def test_a_source_is_shown_without_its_password(source, shown):
    assert source_name(source) == shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:sec/re@t@127.0.0.1/b",
        "postgresql://ann:sec@re@127.0.0.1/b",
        "postgresql://ann:sec?re@127.0.0.1/b",
        "postgresql://ann:17/sec=re@127.0.0.1/b",
        "postgresql://ann:17?sec=re@127.0.0.1/b",
        "postgresql://ann:sec%zzre@127.0.0.1/b",
        "postgresql://ann:sec%00re@127.0.0.1/b",
        "postgresql://ann:sec re@127.0.0.1/b",
        "postgresql://ann:secre/b",
        "postgresql://ann:secre@127.0.0.1:port/b",
        "postgresql://ann:secre@[::1/b",
        "postgresql://ann:secre@[]/b",
        "postgresql://ann:secre@[::1]x/b",
        "postgresql://127.0.0.1/b?password=sec&re",
        "postgresql://127.0.0.1/b?password=sec=re",
        "postgres:/ann:secre@127.0.0.1/b",
        "mysql://ann:secre@127.0.0.1/b",
        "sqlite://ann:secre@127.0.0.1/b",
    ],
)
def test_an_address_that_would_be_misread_is_refused_without_its_password(url):
    with pytest.raises((ArgumentError, FileError)) as caught:
        read_table(url)
    assert "sec" not in str(caught.value)
    assert "re@" not in str(caught.value)
    assert "hint:" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://h", "postgresql://h?t=9"),
        ("postgres://ann:a%40b@h:1,[::1]:2/b?x=1", "postgres://ann:a%40b@h:1,[::1]:2/b?x=1&t=9"),
        ("postgresql+psycopg://h/b?t=1", "postgresql://h/b?t=1"),
        ("postgresql:///b?host=/run/x", "postgresql:///b?host=/run/x&t=9"),
    ],
)
def test_options_are_added_where_none_are_given(url, address):
    assert server_address(url, t="9") == address


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("data/loans.csv.gz", "loans"),
        ("postgresql://ann:secret@h:1/bank?x=/y", "bank"),
        ("sqlite:///data/loans.db", "loans"),
        (["a/x.csv", "b.csv"], "x"),
        (Path("loans"), "loans"),
    ],
)
def test_the_word_for_a_source_is_its_last_part(source, stem):
    assert source_stem(source) == stem


def test_an_address_begins_with_a_scheme():
    assert is_url("postgresql:///bank")
    assert is_url("SQLITE:///bank")
    assert not is_url("C:/loans.csv")
    assert not is_url("folder:x/loans.csv")
    assert not is_url(Path("postgresql://bank"))


def test_three_slashes_are_relative_and_four_absolute():
    assert sqlite_path("sqlite:///a/b.db") == Path("a/b.db")
    assert sqlite_path("sqlite:////a/b.db") == Path("/a/b.db")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://a.db", "sqlite:/a.db"]
)
def test_a_sqlite_address_without_a_file_is_refused(url):
    with pytest.raises(ArgumentError, match=r"names no file\nhint: sqlite:///relative.db has three slashes"):
        read_table(url)


def test_an_address_that_became_a_path_is_refused():
    with pytest.raises(ArgumentError, match=r"'postgresql:/ann:\*\*\*@h/b' was given as a Path"):
        read_table(Path("postgresql://ann:secret@h/b"))


def test_other_addresses_name_what_can_be_read():
    with pytest.raises(
        FileError, match=r"no reader for the address 'https://h/x.csv'\n\naddresses: sqlite:///"
    ):
        read_table("https://h/x.csv")
