"""Documents: frozen records to plain JSON values and back, every field checked on the way in."""

import dataclasses
import math
from collections.abc import Collection
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from neurode.errors import FileError, listed

Record = TypeVar("Record")


def to_document(record: Any) -> dict[str, Any]:
    """The fields of a record as values that JSON knows.

    Example:
        >>> @dataclasses.dataclass(frozen=True)
        ... class Point:
        ...     name: str
        ...     at: tuple[float, ...]
        >>> to_document(Point("a", (1.0, 2.0)))
        {'name': 'a', 'at': [1.0, 2.0]}
    """
    return {field.name: _plain(getattr(record, field.name)) for field in dataclasses.fields(record)}


def from_document(kind: type[Record], document: object) -> Record:
    """The record of type `kind` that `document` describes.

    A field that has a default may be left out: documents of earlier versions lack what came later.

    Raises:
        FileError: A field is missing, unknown, or of a type that does not fit.

    Example:
        >>> from neurode.tables.levels import CategoryEncoding
        >>> from_document(CategoryEncoding, {"name": "term", "levels": ["36", "60"], "part": "value"})
        CategoryEncoding(name='term', levels=('36', '60'), part='value')
    """
    hints = get_type_hints(kind)
    later = {
        field.name
        for field in dataclasses.fields(kind)  # type: ignore[arg-type]
        if field.default is not dataclasses.MISSING
    }
    values = fields_of(document, kind.__name__, set(hints), optional=later)
    return kind(
        **{name: _checked(value, hints[name], f"{kind.__name__}.{name}") for name, value in values.items()}
    )


def fields_of(
    document: object, owner: str, names: set[str], optional: Collection[str] = ()
) -> dict[str, Any]:
    """`document` as a dict, once it is known to have these fields and no others; some may be absent."""
    if not isinstance(document, dict):
        raise FileError(f"{owner} must be a JSON object, got {document!r:.60}", hint=_HINT)
    missing, unknown = sorted(names - set(document) - set(optional)), sorted(map(str, set(document) - names))
    if missing or unknown:
        problem = f"lacks {listed(missing)}" if missing else f"has unknown fields {listed(unknown)}"
        raise FileError(f"{owner} {problem}", available=f"fields: {listed(sorted(names), 20)}", hint=_HINT)
    return document


def list_of(value: object, owner: str) -> list:
    """`value`, once it is known to be a list."""
    if not isinstance(value, list):
        raise FileError(f"{owner} must be a JSON list, got {value!r:.60}", hint=_HINT)
    return value


_HINT = "the document was edited, or comes from another version of neurode"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _checked(value: Any, hint: Any, owner: str) -> Any:
    if get_origin(hint) is tuple:
        (item, _) = get_args(hint)
        return tuple(_checked(part, item, owner) for part in list_of(value, owner))
    if _fits(value, hint):
        return float(value) if hint is float else value
    raise FileError(f"{owner} cannot be {value!r:.60}", available=f"allowed: {_described(hint)}", hint=_HINT)


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if isinstance(hint, UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    # A bool is an int to Python, and neither is the other here.
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))


def _described(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return listed(get_args(hint), 20)
    if isinstance(hint, UnionType):
        return " or ".join(map(_described, get_args(hint)))
    return "null" if hint is NoneType else hint.__name__
