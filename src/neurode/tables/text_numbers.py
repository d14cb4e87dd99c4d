"""Numbers written as text: thousands separators, decimal commas, units, brackets for negatives."""

import re
from dataclasses import dataclass

import polars as pl

_UNIT = r"[$€£¥₹%]|USD|EUR|GBP|CHF|JPY"


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes its numbers. Its name is a number written that way.

    Args:
        thousands: The sign between groups of three digits: `,` `.` `'`, a blank, or nothing.
        decimal: The sign before the fraction, `.` or `,`.
        unit: A currency or percent sign that every value carries. The number is kept as written:
            12.5% is 12.5.

    Example:
        >>> money = NumberFormat(thousands=",", unit="$")
        >>> money.example
        '$1,234.5'
        >>> money.read(pl.Series(["$1,200", "($3.50)", " -$7 ", "seven"])).to_list()
        [1200.0, -3.5, -7.0, None]
    """

    thousands: str = ""
    decimal: str = "."
    unit: str = ""

    @property
    def example(self) -> str:
        """The number 1234.5 in this format."""
        digits = f"1{self.thousands}234{self.decimal}5"
        return digits + self.unit if self.unit == "%" else self.unit + digits

    @classmethod
    def from_example(cls, example: str) -> "NumberFormat":
        """The format whose `example` this is.

        Example:
            >>> NumberFormat.from_example("1.234,5%")
            NumberFormat(thousands='.', decimal=',', unit='%')
        """
        parts = re.fullmatch(rf"({_UNIT})?1(\D?)234([.,])5(%)?", example)
        if not parts:
            raise ValueError(f"{example!r} is no number format")
        return cls(thousands=parts[2], decimal=parts[3], unit=parts[1] or parts[4] or "")

    @property
    def description(self) -> str:
        """What is special about the format, in words.

        Example:
            >>> NumberFormat(thousands=",", unit="%").description
            'thousands separators, percent'
        """
        words = {
            "thousands separators": bool(self.thousands),
            "decimal comma": self.decimal == ",",
            "percent": self.unit == "%",
            f"currency {self.unit}": self.unit not in {"", "%"},
        }
        return ", ".join(word for word, applies in words.items() if applies) or "plain digits"

    def read(self, text: pl.Series) -> pl.Series:
        """The numbers, as float64; null where a value is missing or is not a number of this format.

        Unit and thousands signs may be left out, so that a value typed by hand is read too.
        """
        bare = (
            text.str.replace(self.unit, "", literal=True)
            .str.replace_all("[\u00a0\u202f]", " ")
            .str.strip_chars()
        )
        brackets = bare.str.contains(r"^\(.*\)$")
        bare = bare.str.replace(r"^\((.*)\)$", "$1").str.strip_chars()
        sign = bare.str.contains("^[-−]") ^ brackets
        digits = bare.str.extract(rf"^[-+−]?\s*({self._digits})$").str.replace_all(
            self.thousands, "", literal=True
        )
        numbers = digits.str.replace(self.decimal, ".", literal=True).cast(pl.Float64, strict=False)
        return pl.select(pl.when(sign).then(-numbers).otherwise(numbers).alias(text.name)).to_series()

    @property
    def _digits(self) -> str:
        point = re.escape(self.decimal)
        plain = rf"\d+(?:{point}\d*)?(?:[eE][-+]?\d+)?|{point}\d+"
        if not self.thousands:
            return plain
        return rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+(?:{point}\d*)?|{plain}"


FORMATS = (
    NumberFormat(),
    NumberFormat(thousands=","),
    NumberFormat(thousands="'"),
    NumberFormat(thousands=" "),
    NumberFormat(thousands=".", decimal=","),
    NumberFormat(thousands=" ", decimal=","),
)
"""In the order tried: where "1,234" could be either, the comma is taken for thousands."""


def find_number_format(text: pl.Series) -> NumberFormat | None:
    """The format in which every value is a number, or None where one value is not.

    Digits with leading zeros (007, 01234) are codes, not numbers.

    Args:
        text: The values of a text column; distinct ones are enough.

    Example:
        >>> find_number_format(pl.Series(["1,234", "999", "12,000.50"]))
        NumberFormat(thousands=',', decimal='.', unit='')
        >>> find_number_format(pl.Series(["1,234", "many"])) is None
        True
    """
    text = text.drop_nulls()
    if text.is_empty() or not text.head(100).str.contains(r"\d").all():
        return None
    units = text.str.extract(f"({_UNIT})").unique()
    if units.len() > 1 or text.str.contains(r"^[^\d.,]*0\d").any():
        return None
    for known in FORMATS:
        candidate = NumberFormat(known.thousands, known.decimal, units[0] or "")
        # The first hundred values rule out most formats without a pass over all of them.
        if all(candidate.read(values).null_count() == 0 for values in (text.head(100), text)):
            return candidate
    return None
