"""What a stored record may hold: each value of a JSON document is checked before it is believed."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

from neurode.errors import FileError, listed

Value = TypeVar("Value")

_HINT = "the document was edited, or comes from another version of neurode"


def fields(document: object, owner: str, names: set[str]) -> dict[str, Any]:
    """`document` as a dict, once it is known to have exactly these fields."""
    if not isinstance(document, dict):
        raise FileError(f"{owner} must be a JSON object, got {document!r:.60}", hint=_HINT)
    if set(document) != names:
        odd = sorted(map(str, set(document) ^ names))
        raise FileError(
            f"{owner} lacks or has too much: {listed(odd)}",
            available=f"fields: {listed(sorted(names), 20)}",
            hint=_HINT,
        )
    return document


def number(value: object, owner: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number from `low` to `high`.

    Example:
        >>> number(0.5, "threshold.value", 0.0, 1.0)
        0.5
    """
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not low <= value <= high:  # type: ignore[operator]
        raise FileError(
            f"{owner} cannot be {value!r:.60}", available=f"a number from {low:g} to {high:g}", hint=_HINT
        )
    return float(value)  # type: ignore[arg-type]


def whole(value: object, owner: str, low: int = 0) -> int:
    """A whole number from `low` on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise FileError(f"{owner} cannot be {value!r:.60}", available=f"whole: {low} or more", hint=_HINT)
    return value


def text(value: object, owner: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise FileError(f"{owner} must be a string, got {value!r:.60}", hint=_HINT)
    return value


def flag(value: object, owner: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise FileError(f"{owner} must be true or false, got {value!r:.60}", hint=_HINT)
    return value


def items(value: object, owner: str, read: Callable[..., Value], *limits: float) -> tuple[Value, ...]:
    """A list, each item of which is read by `read`."""
    if not isinstance(value, list):
        raise FileError(f"{owner} must be a JSON list, got {value!r:.60}", hint=_HINT)
    return tuple(read(item, owner, *limits) for item in value)


def same_length(owner: str, length: int, *lists: tuple) -> None:
    """Refuses lists that do not have so many items each."""
    if any(len(part) != length for part in lists):
        found = ", ".join(str(len(part)) for part in lists)
        raise FileError(f"{owner} has {found} numbers where {length} belong", hint=_HINT)


def optional(read: Callable[..., Value], value: object, *arguments: Any) -> Value | None:
    """None, or what `read` makes of it."""
    return None if value is None else read(value, *arguments)


def mapping(value: object, owner: str) -> dict[str, Any]:
    """A dict whose keys are strings."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise FileError(f"{owner} must be a JSON object, got {value!r:.60}", hint=_HINT)
    return value


def named_numbers(value: object, owner: str) -> dict[str, float]:
    """Numbers by name; null stands for what is not a number."""
    return {
        name: math.nan if item is None else number(item, f"{owner}.{name}")
        for name, item in mapping(value, owner).items()
    }


def plain_numbers(values: dict[str, float]) -> dict[str, float | None]:
    """Numbers by name as JSON knows them: what is not a number is None."""
    return {name: float(value) if math.isfinite(value) else None for name, value in values.items()}
