"""SQLite: one table, or the answer to one SELECT, from a database opened read-only."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from neurode.errors import FileError, TableError, listed
from neurode.tables.frames import frame_of
from neurode.tables.queries import checked_select, chosen_table, quoted, refuse_both, refuse_duplicates

ROWS_AT_ONCE = 50_000
"""Rows held as Python objects at one time; the rest is already columns."""


def read_sqlite(path: Path, *, table: str | None = None, query: str | None = None) -> pl.DataFrame:
    """The rows of one table (or view), or of one query.

    Args:
        path: The database. It is opened read-only; nothing is ever written to it.
        table: The name of a table; may be left out where there is exactly one.
        query: A SELECT to run instead.

    Raises:
        FileError: The file is no SQLite database, or is damaged.
        TableError: The query is not a SELECT, or SQLite cannot run it.
    """
    refuse_both(table, query)
    # The URI form is the only one that can say read-only; `as_uri` quotes what a path may hold.
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        tables = _tables(connection, path)
        statement = (
            checked_select(query)
            if query is not None
            else _select_all(chosen_table(tables, table, str(path)))
        )
        try:
            cursor = connection.execute(statement)
            names = [column[0] for column in cursor.description]
            refuse_duplicates(names)
            return _frame(names, cursor)
        except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
            raise TableError(
                f"SQLite cannot run the query: {error}",
                available=f"tables: {listed(tables)}",
                hint="try the query in the `sqlite3` shell first",
            ) from None


def _tables(connection: sqlite3.Connection, path: Path) -> list[str]:
    try:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        return [name for (name,) in found]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FileError(
            f"{str(path)!r} is not a SQLite database, or is damaged: {error}",
            hint="`sqlite3 FILE 'PRAGMA integrity_check'` tells more",
        ) from None


def _select_all(table: str) -> str:
    return f"SELECT * FROM {quoted(table)}"


def _frame(names: list[str], cursor: sqlite3.Cursor) -> pl.DataFrame:
    parts = [_columns(names, rows) for rows in _chunks(cursor)] or [[pl.Series(name, []) for name in names]]
    return frame_of(_joined(pieces) for pieces in zip(*parts))


def _chunks(cursor: sqlite3.Cursor) -> Iterator[list[tuple]]:
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield rows


def _columns(names: list[str], rows: list[tuple]) -> list[pl.Series]:
    return [_column(name, values) for name, values in zip(names, zip(*rows))]


def _column(name: str, values: tuple) -> pl.Series:
    kinds = {type(value) for value in values} - {type(None)}
    if bytes in kinds and len(kinds) > 1:
        raise _mixed_with_bytes(name)
    # SQLite types values, not columns: numbers among words make the column words.
    if kinds - {str} and str in kinds:
        values = tuple(None if value is None else str(value) for value in values)
    elif kinds == {int, float}:
        values = tuple(None if value is None else float(value) for value in values)
    return pl.Series(name, values)


def _joined(pieces: tuple[pl.Series, ...]) -> pl.Series:
    types = {piece.dtype for piece in pieces} - {pl.Null()}
    if pl.Binary() in types and len(types) > 1:
        raise _mixed_with_bytes(pieces[0].name)
    if pl.String() in types:
        common: pl.DataType = pl.String()
    else:
        common = pl.Float64() if len(types) > 1 else next(iter(types), pl.Null())
    return pl.concat([piece.cast(common) for piece in pieces], rechunk=True)


def _mixed_with_bytes(name: str) -> TableError:
    return TableError(
        f"column {name!r} mixes bytes (BLOB) with other values",
        hint="leave it out with query=, or make it one type: SELECT CAST(… AS TEXT) AS …",
    )
