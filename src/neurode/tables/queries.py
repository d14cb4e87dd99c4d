"""Queries: what may be asked of a database, and which of its tables is meant."""

import re
from collections.abc import Sequence

from neurode.errors import ArgumentError, TableError, UnknownNameError, listed


def checked_select(query: str) -> str:
    """The query, where its first word says that it reads rows; comments in front are skipped.

    Raises:
        TableError: It begins with another word.

    Example:
        >>> checked_select("-- the good ones\\nSELECT * FROM loans")[-5:]
        'loans'
    """
    first = re.match(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(\w*)", query, re.DOTALL)
    word = first[1].upper() if first else ""
    if word not in {"SELECT", "WITH", "VALUES"}:
        raise TableError(
            f"the query is not a SELECT, it begins with {word!r}",
            hint="a query reads rows, like 'SELECT * FROM loans WHERE year = 2024'",
        )
    return query


def chosen_table(tables: Sequence[str], table: str | None, database: str) -> str:
    """The table that was named, or the only one there is.

    Args:
        tables: The names of the tables of the database.
        table: The name that was given.
        database: What errors call the database.

    Raises:
        UnknownNameError: There is no table of that name.
        ArgumentError: There are several tables, or none, and no name was given.
    """
    if table is not None:
        if table not in tables:
            raise UnknownNameError("table", table, tables)
        return table
    if len(tables) != 1:
        raise ArgumentError(
            f"{database!r} has {len(tables)} tables, and none was named",
            available=f"tables: {listed(tables)}" if tables else "",
            hint=f"give table={tables[0]!r} or query='SELECT …'"
            if tables
            else "check that it is the right database",
        )
    return tables[0]


def quoted(*names: str) -> str:
    """A name as SQL writes it, whatever signs it holds; several are joined, as a schema and its table are.

    Example:
        >>> quoted("bank", 'odd "name')
        '"bank"."odd ""name"'
    """
    return ".".join('"{}"'.format(name.replace('"', '""')) for name in names)


def refuse_both(table: str | None, query: str | None) -> None:
    """Refuses a table and a query at once: which of the two is meant?"""
    if table is not None and query is not None:
        raise ArgumentError("table= and query= were both given", hint="give one of them")


def refuse_duplicates(names: Sequence[str]) -> None:
    """Refuses an answer in which two columns have one name."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"duplicate column names in the query: {listed(twice)}", hint="rename one with AS")
