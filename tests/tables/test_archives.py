import struct
import zipfile

import polars as pl
import pytest

from neurode.errors import ArgumentError, FileError, TableError, UnknownNameError
from neurode.tables import archives, compressed, read_table

FRAME = pl.DataFrame({"grade": ["A", None], "rate": [5.5, 7.0]})
TEXT = FRAME.write_csv()


@pytest.fixture
def write(tmp_path):
    def write_zip(members, compression=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "bank.zip", "w", compression) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return tmp_path / "bank.zip"

    return write_zip


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_the_one_table_is_read_whatever_lies_beside_it(write, compression):
    members = {"notes.md": "x", "folder/": "", "folder/loans.csv": TEXT, "__MACOSX/folder/._loans.csv": "y"}
    assert read_table(write(members, compression)).equals(FRAME)


def test_parquet_in_an_archive_is_read(write, tmp_path):
    FRAME.write_parquet(tmp_path / "x")
    assert read_table(write({"a.parquet": (tmp_path / "x").read_bytes()})).equals(FRAME)


def test_several_tables_are_listed_and_one_is_chosen_by_name(write):
    path = write({"loans.csv": TEXT, "old/loans.tsv": "a\tb\n1\t2\n"})
    with pytest.raises(
        ArgumentError,
        match=r"holds 2 tables, and none was named\n\ntables: 'loans.csv', 'old/loans.tsv'\nhint: .*--table",
    ):
        read_table(path)
    assert read_table(path, table="old/loans.tsv").rows() == [(1, 2)]
    with pytest.raises(
        UnknownNameError, match=r"no table named 'loan.csv'.*\n.*\n.*\nhint: did you mean 'loans.csv'"
    ):
        read_table(path, table="loan.csv")


def test_an_archive_without_a_table_says_what_it_holds(write):
    with pytest.raises(FileError, match=r"no table in '.*bank.zip'\n\nit holds: 'notes.md'"):
        read_table(write({"notes.md": "x"}))
    with pytest.raises(FileError, match=r"it holds no file at all"):
        read_table(write({}))


def test_a_query_is_for_databases(write):
    with pytest.raises(ArgumentError, match=r"query= is for databases"):
        read_table(write({"loans.csv": TEXT}), query="SELECT 1")


def test_faults_inside_are_named_with_the_member(write):
    with pytest.raises(
        FileError, match=r"'.*bank.zip/loans.csv' is not UTF-8: byte 0xe9 at offset 9, line 3"
    ):
        read_table(write({"loans.csv": b"a,b\n1,2\nx\xe9,2\n"}))
    with pytest.raises(TableError, match=r"line 2 of '.*bank.zip/loans.csv' has 1 field"):
        read_table(write({"loans.csv": "a,b\n1\n"}))
    with pytest.raises(FileError, match=r"'.*bank.zip/loans.csv' is empty"):
        read_table(write({"loans.csv": ""}))


def test_a_password_is_named(write):
    path = write({"loans.csv": TEXT})
    content = bytearray(path.read_bytes())
    # The flag stands in the header of the member and in the directory at the end.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"'.*bank.zip/loans.csv' needs a password"):
        read_table(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_cut_off_archive_is_named(write, share):
    path = write({"loans.csv": TEXT * 30})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(FileError, match=r"is not a complete zip archive"):
        read_table(path)


def test_changed_bytes_are_named(write):
    path = write({"loans.csv": TEXT * 30})
    content = bytearray(path.read_bytes())
    content[50:54] = b"oops"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"'.*bank.zip/loans.csv' cannot be unpacked"):
        read_table(path)


def test_text_with_the_ending_of_an_archive_is_named(tmp_path):
    (tmp_path / "loans.zip").write_text(TEXT)
    with pytest.raises(
        FileError, match=r"is not a complete zip archive\n\nthe reader says: .*not a zip file"
    ):
        read_table(tmp_path / "loans.zip")


def test_a_bomb_is_refused_by_its_size(write, monkeypatch):
    monkeypatch.setattr(archives, "most_bytes", lambda: 1_000_000)
    with pytest.raises(FileError, match=r"unpacks to more than 0.001 GB"):
        read_table(write({"bomb.csv": "0" * 2_000_000}))


def test_a_bomb_that_lies_about_its_size_stops_at_the_limit(write, monkeypatch):
    path = write({"bomb.csv": "0" * 9_000_000})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 4_000_000)
    path.write_bytes(content)
    monkeypatch.setattr(compressed, "most_bytes", lambda: 3_000_000)
    with pytest.raises(FileError, match=r"unpacks to more than 0.003 GB"):
        read_table(path)
