"""PostgreSQL: one table, or the answer to one SELECT, over a connection that can only read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from neurode.errors import FileError, MissingPackageError, TableError, UnknownNameError, listed
from neurode.tables.queries import checked_select, chosen_table, quoted, refuse_both, refuse_duplicates
from neurode.tables.urls import server_address, source_name

CONNECT_TIMEOUT_SECONDS = 10
"""How long to wait for a server that does not answer; `?connect_timeout=` in the address overrides it."""

AS_THEY_ARE = {"bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "name", "bytea"}
FINITE = {"date", "timestamp", "timestamptz"}
NUMBERS = {"numeric": "::float8", "money": "::numeric::float8", "oid": "::int8"}
"""Types by how they are asked for; every type that is not named here comes as text."""

# Tables that the user may read; the parts of a partitioned table are no tables of their own.
_TABLES = """
SELECT n.nspname, c.relname, pg_table_is_visible(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2
"""

_CAUSES = (
    ("authentication failed|no password supplied", "check user and password: postgresql://user:password@…"),
    ("role .* does not exist", "check the user's name: postgresql://user:password@…"),
    ("database .* does not exist", "`psql -l` lists the databases of a server"),
    ("could not translate host name", "check the name of the host"),
    ("timeout expired", "check host and port, and whether a firewall is between"),
    ("refused|No such file|unreachable", "check host and port, and that the server is running"),
)


def read_postgresql(url: str, *, table: str | None = None, query: str | None = None) -> pl.DataFrame:
    """The rows of one table (or view), or of one query.

    Numbers of any precision come as float64, which is exact to 15 digits; JSON, UUIDs and other types that
    are neither numbers, dates nor yes/no come as text; an infinite date is a gap.

    Args:
        url: `postgresql://user:password@host:port/database`, or what else libpq takes as an address.
        table: The name of a table, `schema.table` where its schema is not searched; may be left out where
            there is exactly one.
        query: A SELECT to run instead.

    Raises:
        FileError: The server is not reached, or refuses user, password or database.
        TableError: The query is not a SELECT, PostgreSQL cannot run it, or a column is an array.
    """
    refuse_both(table, query)
    if query is not None:
        checked_select(query)
    address = server_address(url, connect_timeout=str(CONNECT_TIMEOUT_SECONDS))
    with _cursor(address, source_name(url)) as cursor:
        tables = _tables(cursor)
        if query is None:
            rows = "SELECT * FROM " + _chosen(tables, table, source_name(url))
        else:
            rows = query.rstrip("; \t\r\n")
        try:
            cursor.execute(_converted(cursor, rows))
            return pl.DataFrame(cursor.fetch_arrow_table())
        except _driver().Error as error:
            raise TableError(
                f"PostgreSQL cannot run the query: {_words(error)}",
                available=f"tables: {listed(_shown(tables))}",
                hint="try the query in `psql` first",
            ) from None


@contextmanager
def _cursor(address: str, name: str) -> Iterator[Any]:
    driver = _driver()
    try:
        with driver.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            # The driver takes every text for UTF-8; a server that is not told sends what its database is in.
            cursor.execute("SET client_encoding TO 'UTF8'")
            yield cursor
    except driver.Error as error:
        words = _words(error)
        hint = next((hint for cause, hint in _CAUSES if re.search(cause, words)), "try the address in `psql`")
        raise FileError(f"{name!r} cannot be opened: {words}", hint=hint) from None


def _driver() -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise MissingPackageError(
            "reading PostgreSQL needs the package adbc-driver-postgresql",
            hint="install it: pip install 'neurode[sql]'",
        ) from None
    return dbapi


def _words(error: Exception) -> str:
    """The first line of the server's own words, without the driver's around them."""
    # Of what the driver says, the statement in front and behind is ours around the user's.
    found = re.search(r"(?:ERROR|FATAL):\s*(.*)", str(error)) or re.search(r"Failed to \w+: (.*)", str(error))
    return (found[1] if found else " ".join(str(error).split()))[:300]


Table = tuple[str, str, bool]
"""Schema, name, and whether the name alone finds it."""


def _tables(cursor: Any) -> list[Table]:
    cursor.execute(_TABLES)
    return cursor.fetchall()


def _shown(tables: list[Table]) -> list[str]:
    return [name if visible else f"{schema}.{name}" for schema, name, visible in tables]


def _chosen(tables: list[Table], table: str | None, database: str) -> str:
    shown = _shown(tables)
    if table is None:
        schema, name, _ = tables[shown.index(chosen_table(shown, None, database))]
        return quoted(schema, name)
    spellings = {
        spelling: quoted(schema, name)
        for schema, name, visible in tables
        for spelling in (f"{schema}.{name}", quoted(schema, name), *((name, quoted(name)) if visible else ()))
    }
    # SQL reads a name without quotation marks in lower case.
    found = spellings.get(table, spellings.get(table.lower()))
    if found is None:
        raise UnknownNameError("table", table, shown)
    return found


def _converted(cursor: Any, rows: str) -> str:
    """A query for the same rows, in types that a table here can hold."""
    fields = list(cursor.adbc_execute_schema(rows))
    refuse_duplicates([field.name for field in fields])
    columns = [_column(field.name, field.metadata[b"POSTGRESQL:type"].decode()) for field in fields]
    # The query stands on lines of its own, as its last one may end in a comment.
    return f"SELECT {', '.join(columns)} FROM (\n{rows}\n) AS rows"


def _column(name: str, kind: str) -> str:
    if kind.startswith("_"):
        raise TableError(
            f"column {name!r} holds arrays ({kind[1:]}[])",
            hint="leave it out with query=, or take one element: SELECT "
            f"{quoted(name)}[1] AS first, … FROM …",
        )
    column = quoted(name)
    if kind in AS_THEY_ARE:
        return column
    if kind in FINITE:
        return f"CASE WHEN isfinite({column}) THEN {column} END AS {column}"
    return f"({column}){NUMBERS.get(kind, '::text')} AS {column}"
