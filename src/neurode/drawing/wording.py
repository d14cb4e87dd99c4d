"""How figures write values: numbers of one figure to one precision, signs that are seen, gaps by name."""

import math
from datetime import date
from typing import Any

import numpy as np

from neurode.drawing.style import elided

MISSING = "missing"

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals_for(values: Any) -> int:
    """Decimals that show the largest of some numbers to three digits, and the others as finely.

    Example:
        >>> decimals_for([0.314, -0.02]), decimals_for([12.5]), decimals_for([40000])
        (3, 1, 0)
    """
    largest = np.abs(np.asarray(values, dtype=np.float64)).max(initial=0)
    return 2 if largest == 0 else int(np.clip(2 - math.floor(math.log10(largest)), 0, 6))


def number_text(value: float | int, decimals: int) -> str:
    """A number to so many decimals, thousands apart, with a minus as wide as a plus.

    Example:
        >>> number_text(-0.0251, 3), number_text(12345.6, 0), number_text(3e-9, 6)
        ('−0.025', '12,346', '3e-09')
    """
    tiny = 0 < abs(value) < 0.5 * 10.0**-6 and decimals == 6
    text = f"{value:.1g}" if tiny or abs(value) >= 1e12 else f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text.removeprefix("-")
    return text.replace("-", "−", 1) if value < 0 else text


def signed_text(value: float | int, decimals: int) -> str:
    """A number with its sign: what is added as `+`, what is taken away as `−`.

    Example:
        >>> signed_text(0.12, 2), signed_text(-0.12, 2), signed_text(0.0, 2)
        ('+0.12', '−0.12', '0.00')
    """
    text = number_text(value, decimals)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def value_text(value: Any, length: int = 18) -> str:
    """A value of a table as a person reads it.

    Example:
        >>> [value_text(value) for value in (50000.0, 0.123456, None, float("nan"), True, "A")]
        ['50,000', '0.1235', 'missing', 'missing', 'yes', 'A']
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, np.datetime64):
        return str(value).partition("T00:00")[0]
    if isinstance(value, date):
        return value.isoformat().partition("T00:00")[0]
    if isinstance(value, int | float | np.number):
        number = float(value)
        if number.is_integer() and abs(number) < 1e12:
            return f"{number:,.0f}".replace("-", "−", 1)
        return f"{number:,.4g}".replace("-", "−") if abs(number) < 1e4 else number_text(number, 1)
    return elided(value, length)


def is_missing(value: Any) -> bool:
    """Whether a value of a table is a gap: None, NaN, or no time.

    Example:
        >>> is_missing(None), is_missing(np.datetime64("NaT")), is_missing("")
        (True, True, False)
    """
    if value is None:
        return True
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def shorten_ticks(axis: Any) -> None:
    """Lets the ticks of large numbers say `20k` and those of tiny ones `2·10⁻⁷`, each by itself.

    Else matplotlib writes a factor or a summand of them all at the end of the axis, where a legend is.
    """
    from matplotlib.ticker import EngFormatter, FuncFormatter, ScalarFormatter

    largest = np.abs(axis.get_view_interval()).max()
    if 1e4 <= largest < 1e12:
        axis.set_major_formatter(EngFormatter(sep=""))
    elif 0 < largest < 1e-3:
        axis.set_major_formatter(FuncFormatter(lambda value, place: power_text(value)))
    elif isinstance(axis.get_major_formatter(), ScalarFormatter):
        axis.get_major_formatter().set_useOffset(False)


def power_text(value: Any) -> str:
    """A round number as a person reads it, very large and very small ones as powers of ten.

    Example:
        >>> power_text(0.001), power_text(-2000.0), power_text(1e-6), power_text(-5e8), power_text(0.0)
        ('0.001', '−2,000', '10⁻⁶', '−5·10⁸', '0')
    """
    size = abs(value)
    sign = "−" if value < 0 else ""
    if size == 0:
        return "0"
    if 1e-3 <= size < 1e5:
        return f"{sign}{size:,.5g}"
    exponent = int(np.floor(np.log10(size) + 1e-9))
    factor = round(size / 10.0**exponent, 2)
    power = "10" + str(exponent).translate(SUPERSCRIPTS)
    return f"{sign}{power}" if factor == 1 else f"{sign}{factor:g}·{power}"


def more_columns(count: int) -> str:
    """What the columns that are not drawn one by one are called.

    Example:
        >>> more_columns(1), more_columns(180)
        ('1 more column', '180 more columns')
    """
    return f"{count:,} more column{'s' if count > 1 else ''}"
