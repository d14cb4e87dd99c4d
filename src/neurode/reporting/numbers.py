"""Numbers as a reader wants them: three decimals, thousands apart, time in the unit that fits."""

import math
from typing import Any


def decimal(value: float | int | None) -> str:
    """Three decimals, and a dash for what is not a number.

    Example:
        >>> decimal(0.77612), decimal(-0.0001), decimal(float("nan"))
        ('0.776', '0.000', '–')
    """
    # What rounds to zero has no sign.
    return "–" if value is None or math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"


def count(value: int | None) -> str:
    """Thousands apart.

    Example:
        >>> count(21000)
        '21,000'
    """
    return "–" if value is None else f"{value:,}"


def percent(share: float | int | None) -> str:
    """One decimal; a share that rounds to nothing but is not nothing says so.

    Example:
        >>> percent(0.4567), percent(0.0001), percent(0)
        ('45.7 %', '< 0.1 %', '0 %')
    """
    if share is None or math.isnan(share):
        return "–"
    if share == 0:
        return "0 %"
    return "< 0.1 %" if share < 0.0005 else f"{100 * share:.1f} %"


def exactly(value: float | int) -> str:
    """The shortest digits that are read back as the same number.

    Example:
        >>> exactly(0.1 + 0.2), exactly(0.5)
        ('0.30000000000000004', '0.5')
    """
    return repr(float(value))


def seconds(value: float | int | None) -> str:
    """Time in the unit that fits.

    Example:
        >>> seconds(0.0421), seconds(3.21), seconds(125)
        ('42 ms', '3.2 s', '2 min 5 s')
    """
    if value is None or math.isnan(value):
        return "–"
    if value < 0.9995:
        return f"{1000 * value:.0f} ms"
    return f"{value:.1f} s" if value < 99.95 else f"{value // 60:.0f} min {value % 60:.0f} s"


def plain(value: Any) -> str:
    """A value of a config as text.

    Example:
        >>> plain([64, 64]), plain(True), plain(None), plain({"a": 1})
        ('64, 64', 'yes', '–', 'a: 1')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
