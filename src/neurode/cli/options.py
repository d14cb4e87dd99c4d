"""Options that several commands share, and how their values are read."""

import json
from collections.abc import Callable
from typing import Any

import click

CASES = {
    "fn": "false_negative",
    "fp": "false_positive",
    "tp": "true_positive",
    "tn": "true_negative",
}
"""Short names of the prices."""


def table_options(command: Callable) -> Callable:
    """`--table`, `--query` and `--trust-pickle`: which table of a source, and what it may do."""
    command = click.option(
        "--trust-pickle", is_flag=True, help="Read a pickled frame; only for files of your own."
    )(command)
    command = click.option("--query", metavar="SQL", help="SELECT to run on a database.")(command)
    return click.option(
        "--table", "database_table", metavar="NAME", help="Table of a database or of a zip archive."
    )(command)


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


def shares(ctx: click.Context, parameter: click.Parameter, value: str) -> tuple[float, ...]:
    """`0.6,0.2,0.2` as three shares."""
    try:
        found = tuple(float(part) for part in value.split(","))
    except ValueError:
        found = ()
    if len(found) != 3:
        raise click.BadParameter(f"{value!r} is not three shares such as 0.6,0.2,0.2", ctx, parameter)
    return found


def prices(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, float] | None:
    """`5:1`, the price of a false negative and of a false positive; or prices by name."""
    if value is None:
        return None
    first, colon, second = value.partition(":")
    if colon and not value.lstrip().startswith("{"):
        missed, alarm = _number(first), _number(second)
        if missed is None or alarm is None:
            raise click.BadParameter(f"{value!r} is not two numbers such as 5:1", ctx, parameter)
        return {"false_negative": missed, "false_positive": alarm}
    named = _by_name(value)
    if not named:
        raise click.BadParameter(
            f"{value!r} is no price: give 5:1, or names as in fn=5,fp=1,tp=0,tn=0,refer=0.5, or JSON",
            ctx,
            parameter,
        )
    return {CASES.get(name, name): price for name, price in named.items()}


def class_weights(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    """`balanced`, or the weight of each class: `paid=1,late=5`, or JSON."""
    if value is None or value == "balanced":
        return value
    named = _by_name(value)
    if not named:
        raise click.BadParameter(
            f"{value!r} is neither 'balanced' nor weights such as paid=1,late=5", ctx, parameter
        )
    return named


def base_rate(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    """`training`, `none` as itself, a share, or a share for each class: `paid=0.9,late=0.1`, or JSON."""
    if value in (None, "training", "none"):
        return value
    found = _number(value) if (share := _number(value)) is not None else _by_name(value)
    if found is None or (share is None and not found):
        raise click.BadParameter(
            f"{value!r} is neither 'training', 'none', a share such as 0.02, nor shares by class such as "
            "paid=0.9,late=0.1",
            ctx,
            parameter,
        )
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _by_name(text: str) -> dict[str, float] | None:
    """`a=1,b=2`, or a JSON object of numbers; None if it is neither."""
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            return None
        plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in found.values())
        return {name: float(number) for name, number in found.items()} if plain else None
    parts = [part.rpartition("=") for part in text.split(",")]
    numbers = {name.strip(): _number(number) for name, _, number in parts}
    if len(numbers) < len(parts) or not all(numbers) or None in numbers.values():
        return None
    return {name: number for name, number in numbers.items() if number is not None}
