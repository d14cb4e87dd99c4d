"""Options that several commands share, and how their values are read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from neurode.errors import FileError


def table_options(command: Callable) -> Callable:
    """`--table` and `--query`, for databases."""
    command = click.option("--query", metavar="SQL", help="SELECT to run on a SQLite file.")(command)
    return click.option("--table", "database_table", metavar="NAME", help="Table of a SQLite file.")(command)


def pairs(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` options as a dict."""
    found = {}
    for value in values:
        name, equals, right = value.rpartition("=")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE", ctx, parameter)
        found[name] = right
    return found


def whole_numbers(
    ctx: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """`64,32` as a tuple; `0` or an empty text is no hidden layer at all."""
    if value is None:
        return None
    try:
        sizes = tuple(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a list of whole numbers such as 64,32", ctx, parameter
        ) from None
    if sizes == (0,):
        return ()
    if any(size < 1 for size in sizes):
        raise click.BadParameter(f"{value!r} has a layer without units", ctx, parameter)
    return sizes


def prices(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, float] | None:
    """`5:1` as the price of a false negative and of a false positive."""
    if value is None:
        return None
    try:
        false_negative, false_positive = (float(part) for part in value.split(":"))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not two numbers such as 5:1", ctx, parameter) from None
    return {"false_negative": false_negative, "false_positive": false_positive}


def read_schema(path: Path | None) -> Any:
    """A schema that `neurode describe --json` wrote."""
    import json

    from neurode.tables import Schema

    if path is None:
        return None
    try:
        return Schema.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FileError(
            f"cannot read the schema {str(path)!r}: {error}",
            hint="write one with: neurode describe TABLE --json",
        ) from error
