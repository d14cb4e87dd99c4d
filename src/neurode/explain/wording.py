"""Values in words, and as plain JSON: what explanations print about the cells of a table."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np

GAP = "missing"
"""How a missing value is printed."""

YEARS = (1800, 2100)
"""A column of whole numbers between them may be one of years, which nobody writes with a comma."""


def value_text(value: Any) -> str:
    """A cell as a person reads it: six digits, thousands apart, dates in ISO form, flags in lower case.

    Whole numbers from 1800 to 2100 may be years and are left together; of a column, `value_texts` knows more.

    Example:
        >>> [value_text(value) for value in (1234567.0, 2024, 0.125, None, True, "Ulm", date(2024, 2, 29))]
        ['1,234,567', '2024', '0.125', 'missing', 'true', 'Ulm', '2024-02-29']
    """
    return value_texts([value])[0]


def value_texts(values: Sequence[Any]) -> list[str]:
    """The cells of a column, all written alike.

    Example:
        >>> value_texts([2300, 16650, None]), value_texts([1999, 2024]), value_texts([1999, 16650])
        (['2,300', '16,650', 'missing'], ['1999', '2024'], ['1,999', '16,650'])
    """
    numbers = (float(value) for value in values if _is_number(value))
    may_be_years = all(number.is_integer() and YEARS[0] <= number <= YEARS[1] for number in numbers)
    return [_value_text(value, may_be_years) for value in values]


def number_text(value: float | int, digits: int = 4) -> str:
    """A prediction with the digits that count, thousands apart.

    Example:
        >>> [number_text(value) for value in (0.123456, 2300.4, 16650.2, -0.0)]
        ['0.1235', '2,300', '16,650', '0']
        >>> number_text(16650.27, 7)
        '16,650.27'
    """
    if 10**digits <= abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value + 0.0:,.{digits}g}"


def number_texts(values: Iterable[float]) -> list[str]:
    """Numbers of one column with as many decimals each, four digits of the largest.

    Example:
        >>> number_texts([0.07506, 0.0612]), number_texts([2300.4, 16650.2]), number_texts([30.0, 35.0])
        (['0.07506', '0.06120'], ['2,300', '16,650'], ['30', '35'])
    """
    numbers = [float(value) for value in values]
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    places = min(9, max(0, 3 - math.floor(math.log10(largest)))) if largest else 0
    # Zeros that end every number say nothing.
    while places and all(f"{number:.{places}f}".endswith(("0", "nan", "inf")) for number in numbers):
        places -= 1
    return [f"{number:,.{places}f}" for number in numbers]


def plain(value: Any) -> Any:
    """A cell as JSON knows values: dates in ISO form, None for what is not a number.

    Example:
        >>> plain(np.float64("nan")), plain(np.int64(3)), plain(date(2024, 2, 29))
        (None, 3, '2024-02-29')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else _text(value)


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as lines in columns, the first to the left, all others to the right.

    Example:
        >>> print(in_columns([("town", "mean"), ("Ulm", "0.25")]))
        town  mean
        Ulm   0.25
    """
    widths = [max(map(len, cells)) for cells in zip(*rows)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:]))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _is_number(value: Any) -> bool:
    is_flag = isinstance(value, bool | np.bool_)
    return isinstance(value, int | float | np.number) and not is_flag and value == value


def _value_text(value: Any, may_be_years: bool) -> str:
    if value is None or value != value:
        return GAP
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if _is_number(value):
        number = float(value)
        if not (number.is_integer() and abs(number) < 1e15):
            return number_text(number, 6)
        return f"{number:.0f}" if may_be_years else f"{number:,.0f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    return str(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
