"""SQLite: one table, or the answer to one SELECT, from a database opened read-only."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from neurode.errors import ArgumentError, FileError, TableError, UnknownNameError, listed

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
    if table is not None and query is not None:
        raise ArgumentError("table= and query= were both given", hint="give one of them")
    # The URI form is the only one that can say read-only; `as_uri` quotes what a path may hold.
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        tables = _tables(connection, path)
        statement = _checked(query) if query is not None else _select_all(_chosen(tables, table, path))
        try:
            cursor = connection.execute(statement)
            names = [column[0] for column in cursor.description]
            _refuse_duplicates(names)
            return _frame(names, cursor)
        except (sqlite3.Error, sqlite3.Warning) as error:
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
    except sqlite3.Error as error:
        raise FileError(
            f"{str(path)!r} is not a SQLite database, or is damaged: {error}",
            hint="`sqlite3 FILE 'PRAGMA integrity_check'` tells more",
        ) from None


def _chosen(tables: list[str], table: str | None, path: Path) -> str:
    if table is not None:
        if table not in tables:
            raise UnknownNameError("table", table, tables)
        return table
    if len(tables) != 1:
        raise ArgumentError(
            f"{str(path)!r} has {len(tables)} tables, and none was named",
            available=f"tables: {listed(tables)}" if tables else "",
            hint=f"give table={tables[0]!r} or query='SELECT …'"
            if tables
            else "check that it is the right file",
        )
    return tables[0]


def _select_all(table: str) -> str:
    return 'SELECT * FROM "{}"'.format(table.replace('"', '""'))


def _checked(query: str) -> str:
    # Comments in front are allowed, so they are skipped before the first word is read.
    first = re.match(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(\w*)", query, re.DOTALL)
    word = first[1].upper() if first else ""
    if word not in {"SELECT", "WITH", "VALUES"}:
        raise TableError(
            f"the query is not a SELECT, it begins with {word!r}",
            hint="a query reads rows, like 'SELECT * FROM loans WHERE year = 2024'",
        )
    return query


def _refuse_duplicates(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"duplicate column names in the query: {listed(twice)}", hint="rename one with AS")


def _frame(names: list[str], cursor: sqlite3.Cursor) -> pl.DataFrame:
    parts = [_columns(names, rows) for rows in _chunks(cursor)] or [[pl.Series(name, []) for name in names]]
    return pl.DataFrame([_joined(pieces) for pieces in zip(*parts)])


def _chunks(cursor: sqlite3.Cursor) -> Iterator[list[tuple]]:
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield rows


def _columns(names: list[str], rows: list[tuple]) -> list[pl.Series]:
    return [_column(name, values) for name, values in zip(names, zip(*rows))]


def _column(name: str, values: tuple) -> pl.Series:
    kinds = {type(value) for value in values} - {type(None)}
    # SQLite types values, not columns: numbers among words make the column words.
    if kinds - {str} and str in kinds:
        values = tuple(None if value is None else str(value) for value in values)
    elif kinds == {int, float}:
        values = tuple(None if value is None else float(value) for value in values)
    return pl.Series(name, values)


def _joined(pieces: tuple[pl.Series, ...]) -> pl.Series:
    types = {piece.dtype for piece in pieces} - {pl.Null()}
    if pl.String() in types:
        common: pl.DataType = pl.String()
    else:
        common = pl.Float64() if len(types) > 1 else next(iter(types), pl.Null())
    return pl.concat([piece.cast(common) for piece in pieces], rechunk=True)
