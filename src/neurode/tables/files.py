"""One file: what it is, told by its ending and its first bytes, and the rows in it."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import polars as pl

from neurode.errors import ArgumentError, FileError
from neurode.tables.archives import read_member
from neurode.tables.compressed import COMPRESSIONS, compression_of, unpacked
from neurode.tables.content import Content
from neurode.tables.delimited import read_delimited
from neurode.tables.frames import to_polars
from neurode.tables.paths import check_file
from neurode.tables.pickled import read_pickle
from neurode.tables.signatures import ARROW_FILE, PARQUET, PICKLE, SQLITE, describe_signature
from neurode.tables.sqlite import read_sqlite

DELIMITED = (".csv", ".tsv", ".txt", ".data")
PARQUET_FILES = (".parquet", ".pq")
ARROW_FILES = (".arrow", ".feather", ".ipc")
DATABASES = (".db", ".sqlite", ".sqlite3")
PICKLES = (".pkl", ".pickle")
ARCHIVES = (".zip",)
KINDS = {
    "text": DELIMITED,
    "Parquet": PARQUET_FILES,
    "Arrow": ARROW_FILES,
    "SQLite": DATABASES,
    "pickle": PICKLES,
    "zip": ARCHIVES,
}
"""Kinds of files and their endings; text, Parquet, Arrow and pickles may be compressed (`.csv.gz`)."""


def kind_of(path: Path) -> str:
    """The kind of a file by its ending, or the ending itself.

    Example:
        >>> kind_of(Path("loans.CSV.gz")), kind_of(Path("notes.md"))
        ('text', '.md')
    """
    suffix = path.suffix.lower()
    if suffix in COMPRESSIONS:
        suffix = path.with_suffix("").suffix.lower() or DELIMITED[0]
    return next((kind for kind, endings in KINDS.items() if suffix in endings), suffix or "no ending")


def read_file(
    path: Path,
    *,
    table: str | None = None,
    query: str | None = None,
    trust_pickle: bool = False,
    as_text: Collection[str] = (),
) -> pl.DataFrame:
    """The table in one file.

    Args:
        path: The file.
        table: Which table of a database or of a zip archive.
        query: A SELECT to run on a database instead.
        trust_pickle: Whether a pickle may be read, and so be run.
        as_text: Columns of a text file to leave as text.

    Raises:
        FileError: There is no such file, it is not what its name says, or it cannot be read to its end.
        TableError: The content is no table.
    """
    check_file(path)
    content = Content.of_file(path)
    if content.suffix in DATABASES or content.head(len(SQLITE)) == SQLITE:
        return read_sqlite(path, table=table, query=query)
    if content.suffix in ARCHIVES:
        refuse_selection(None, query)
        content = read_member(path, table, DELIMITED + PARQUET_FILES + ARROW_FILES)
    else:
        refuse_selection(table, query)
        if compression := compression_of(content):
            content = unpacked(content, compression)
    return _read_content(content, trust_pickle, as_text)


def refuse_selection(table: str | None, query: str | None) -> None:
    """Refuses `table` and `query` for a source that is one table anyway."""
    if query is not None:
        raise ArgumentError(
            "query= is for databases, and this source is none",
            hint="leave it out, or give a .sqlite file or a postgresql:// address",
        )
    if table is not None:
        raise ArgumentError(
            "table= is for databases and zip archives, and this source is neither",
            hint="leave it out, or give a .sqlite file, a postgresql:// address or a .zip file",
        )


def _read_content(content: Content, trust_pickle: bool, as_text: Collection[str]) -> pl.DataFrame:
    head = content.head(1 << 16)
    if content.suffix in PARQUET_FILES or head.startswith(PARQUET):
        return _read_columnar(content, "Parquet", lambda: pl.read_parquet(content.data, glob=False))
    if content.suffix in ARROW_FILES or head.startswith(ARROW_FILE):
        read = pl.read_ipc if head.startswith(ARROW_FILE) else pl.read_ipc_stream
        return _read_columnar(content, "Arrow", lambda: read(content.read()))
    what = describe_signature(head)
    if content.suffix in PICKLES or what == PICKLE:
        return to_polars(read_pickle(content, trusted=trust_pickle))
    if content.suffix in DELIMITED:
        return read_delimited(content, as_text)
    looks = f"; it looks like {what}" if what else ""
    endings = " ".join((*sum(KINDS.values(), ()), "and with", *COMPRESSIONS, "behind"))
    raise FileError(
        f"{content.name!r} has an ending that names no kind of table{looks}",
        available=f"endings: {endings}",
        hint="rename the file if it is one of these, or export it as CSV",
    )


def _read_columnar(content: Content, kind: str, read: Callable[[], Any]) -> pl.DataFrame:
    try:
        return read()
    except READ_ERRORS as error:
        raise incomplete(content.name, kind, error) from None


READ_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)
"""What a reader of columns may raise. A panic of the Rust reader on corrupt bytes is not an Exception."""


def incomplete(name: str, kind: str, error: BaseException) -> FileError:
    """The error for a file that a reader gave up on."""
    return FileError(
        f"{name!r} is not a complete {kind} file",
        available=f"the reader says: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
        hint="it may be cut off or half written; fetch or write it again",
    )
