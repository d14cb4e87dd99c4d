import bz2
import gzip
import lzma
import pickle

import polars as pl
import pyarrow as pa
import pytest

from neurode.errors import FileError, TableError
from neurode.tables import compressed, read_table

FRAME = pl.DataFrame({"grade": ["A", None, "é"], "rate": [5.5, None, 7.0], "term": [36, 60, 36]})
TEXT = FRAME.write_csv().encode()


def zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd}


@pytest.fixture
def write(tmp_path):
    def write_bytes(name, content):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write_bytes


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("name", ["loans.csv", "loans.TXT", "loans"])
def test_compressed_text_gives_the_same_table(write, ending, name):
    assert read_table(write(name + ending, PACK[ending](TEXT))).equals(FRAME)


@pytest.mark.parametrize("ending", PACK)
def test_a_wrong_ending_does_not_hide_the_compression(write, ending):
    assert read_table(write("loans.csv", PACK[ending](TEXT))).equals(FRAME)


def test_other_kinds_are_unpacked_too(write, tmp_path):
    FRAME.write_parquet(tmp_path / "x")
    assert read_table(write("a.parquet.gz", gzip.compress((tmp_path / "x").read_bytes()))).equals(FRAME)
    FRAME.write_ipc(tmp_path / "x")
    assert read_table(write("a.arrow.zst", zstd((tmp_path / "x").read_bytes()))).equals(FRAME)
    path = write("a.pkl.gz", gzip.compress(pickle.dumps(FRAME)))
    assert read_table(path, trust_pickle=True).equals(FRAME)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_members_one_after_the_other_are_one_file(write, ending):
    header, rows = TEXT.split(b"\n", 1)
    content = PACK[ending](header + b"\n") + PACK[ending](rows)
    assert read_table(write("loans.csv" + ending, content)).equals(FRAME)


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_off_file_is_named(write, ending, share):
    whole = PACK[ending](TEXT * 20)
    path = write("loans.csv" + ending, whole[: int(len(whole) * share)])
    with pytest.raises(FileError, match=r"is not a complete \w+ file\n\nthe reader says"):
        read_table(path)


# A zstd file need not have a checksum; these always do.
@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_changed_bytes_are_named(write, ending):
    whole = bytearray(PACK[ending](TEXT * 1_000))
    whole[len(whole) // 2] ^= 1
    with pytest.raises(FileError, match=r"is not a complete \w+ file\n\nthe reader says"):
        read_table(write("loans.csv" + ending, bytes(whole)))


@pytest.mark.parametrize("ending", PACK)
def test_plain_text_with_the_ending_of_a_compression_is_named(write, ending):
    with pytest.raises(FileError, match=r"is not a complete \w+ file"):
        read_table(write("loans.csv" + ending, TEXT))


def test_nothing_inside_is_named(write):
    with pytest.raises(FileError, match=r"holds an empty file"):
        read_table(write("loans.csv.gz", gzip.compress(b"")))


def test_faults_of_the_text_inside_are_named_like_those_of_plain_text(write):
    with pytest.raises(TableError, match=r"line 3 of '.*loans.csv.gz' has 3 fields"):
        read_table(write("loans.csv.gz", gzip.compress(b"a,b\n1,2\n1,2,3\n")))
    with pytest.raises(FileError, match=r"'.*loans.csv.gz' is not UTF-8: byte 0xe9 at offset 9, line 3"):
        read_table(write("loans.csv.gz", gzip.compress(b"a,b\n1,2\nx\xe9,2\n")))
    with pytest.raises(FileError, match=r"an ending that names no kind of table; it looks like .* NUL bytes"):
        read_table(write("loans.tar.gz", gzip.compress(b"x\x00" * 300)))


@pytest.mark.parametrize("ending", PACK)
def test_a_bomb_stops_at_half_of_the_memory(write, ending, monkeypatch):
    path = write("bomb.csv" + ending, PACK[ending](b"0" * 30_000_000))
    assert path.stat().st_size < 40_000
    monkeypatch.setattr(compressed, "most_bytes", lambda: 20_000_000)
    with pytest.raises(FileError, match=r"unpacks to more than 0.02 GB, half of this machine's memory\nhint"):
        read_table(path)


def test_what_just_fits_is_read(write, monkeypatch):
    monkeypatch.setattr(compressed, "most_bytes", lambda: len(TEXT))
    assert read_table(write("loans.csv.gz", gzip.compress(TEXT))).equals(FRAME)


def test_the_limit_is_that_of_the_container_where_it_has_less(tmp_path, monkeypatch):
    (tmp_path / "limit").write_text("1000000\n")
    (tmp_path / "none").write_text("max\n")
    monkeypatch.setattr(compressed, "_LIMITS", (str(tmp_path / "none"), str(tmp_path / "absent")))
    machine = compressed.most_bytes()
    assert machine > 1 << 28
    monkeypatch.setattr(compressed, "_LIMITS", (str(tmp_path / "none"), str(tmp_path / "limit")))
    assert compressed.most_bytes() == 500_000
