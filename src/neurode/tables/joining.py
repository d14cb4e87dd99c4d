"""Joining: parts of one table, from several files, below each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from neurode.errors import TableError, listed

_WORDS = (pl.String, pl.Categorical, pl.Enum)


def check_equal_columns(columns: Mapping[str, Sequence[str]]) -> None:
    """Refuses parts of which one has a column that another lacks; their order may differ.

    Args:
        columns: The columns of each part, by its name.

    Raises:
        TableError: A part lacks a column, or alone has one.

    Example:
        >>> check_equal_columns({"a.csv": ["grade", "term"], "b.csv": ["term", "grade"]})
    """
    every = {column: None for names in columns.values() for column in names}
    sets = {part: frozenset(names) for part, names in columns.items()}
    differing = [name for name in every if not all(name in names for names in sets.values())]
    if not differing:
        return
    lines = [_difference(name, sets) for name in differing]
    more = [f"… ({len(lines) - 5} more)"] if len(lines) > 5 else []
    raise TableError(
        f"the {len(columns)} files do not have the same columns",
        available="\n".join(lines[:5] + more),
        hint="leave out the files that are other tables, or give them the columns",
    )


def common_types(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The type that holds a column of every part: integer and float parts join as float.

    Args:
        schemas: The types of each part, by its name; they have the same columns.

    Returns:
        The type of each column in the order of the first part; None where the parts' types do not join.

    Example:
        >>> parts = {"a": {"x": pl.Int64()}, "b": {"x": pl.Float32()}}
        >>> common_types(parts)
        {'x': Float64}
    """
    first = next(iter(schemas.values()))
    return {name: _common_type({schema[name] for schema in schemas.values()}) for name in first}


def check_types(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """`common_types`, where there is one for each column.

    Raises:
        TableError: Parts have a column as types that do not join, such as dates and numbers.
    """
    common = common_types(schemas)
    types = {name: dtype for name, dtype in common.items() if dtype is not None}
    for name in common.keys() - types.keys():
        parts: dict[str, str] = {}
        for part, schema in schemas.items():
            parts.setdefault(str(schema[name]), part)
        raise TableError(
            f"column {name!r} has other types in other files",
            available="\n".join(f"{dtype} in {part!r}" for dtype, part in list(parts.items())[:5]),
            hint="write it as one type in all of them",
        )
    return types


def _common_type(types: set[Any]) -> Any:
    types = types - {pl.Null()}
    if len(types) < 2:
        return next(iter(types), pl.Null())
    if all(dtype.is_integer() for dtype in types):
        signed = any(dtype.is_signed_integer() for dtype in types)
        # No integer holds both ends of these two.
        if signed and pl.UInt64() in types:
            return pl.Float64()
        return pl.Int64() if signed else pl.UInt64()
    if all(dtype.is_numeric() for dtype in types):
        return pl.Float64()
    if all(isinstance(dtype, _WORDS) for dtype in types):
        return pl.String()
    zones = {dtype.time_zone if isinstance(dtype, pl.Datetime) else 0 for dtype in types}
    if len(zones) == 1 and 0 not in zones:
        return pl.Datetime("us", zones.pop())  # type: ignore[arg-type]
    return None


def _difference(name: str, sets: Mapping[str, frozenset[str]]) -> str:
    having = [part for part, names in sets.items() if name in names]
    lacking = [part for part in sets if part not in having]
    # Said of the fewer: the one file that is odd is the news, whichever way it is.
    if len(having) < len(lacking):
        return (
            f"only {listed(having, 3)} has {name!r}"
            if len(having) == 1
            else f"only {listed(having, 3)} have {name!r}"
        )
    return f"{listed(lacking, 3)} {'lacks' if len(lacking) == 1 else 'lack'} {name!r}"
