"""Numbers written as text: thousands separators, decimal commas, units, bounds, brackets for negatives."""

import re
from dataclasses import dataclass

import polars as pl

_SIGN = r"[$€£¥₹%]|USD|EUR|GBP|CHF|JPY"
_WORD = r"[A-Za-zµ°²³/]{1,12}"


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes its numbers. Its name is a number written that way.

    Args:
        thousands: The sign between groups of three digits: `,` `.` `'`, a blank, or nothing.
        decimal: The sign before the fraction, `.` or `,`.
        unit: What every value carries: a currency or percent sign, or one word behind the number. The number
            is kept as written: 12.5% is 12.5, and 3 years are 3.
        bounded: Whether some values are bounds, as in `10+` or `< 1`. The bound is the number.

    Example:
        >>> money = NumberFormat(thousands=",", unit="$")
        >>> money.example
        '$1,234.5'
        >>> money.read(pl.Series(["$1,200", "($3.50)", " -$7 ", "seven"])).to_list()
        [1200.0, -3.5, -7.0, None]
        >>> employed = NumberFormat(unit="years", bounded=True)
        >>> employed.example
        '1234.5+ years'
        >>> employed.read(pl.Series(["10+ years", "< 1 year", "3 months"])).to_list()
        [10.0, 1.0, None]
    """

    thousands: str = ""
    decimal: str = "."
    unit: str = ""
    bounded: bool = False

    @property
    def example(self) -> str:
        """The number 1234.5 in this format."""
        digits = f"1{self.thousands}234{self.decimal}5" + "+" * self.bounded
        if self._unit_is_a_word:
            return f"{digits} {self.unit}"
        return digits + self.unit if self.unit == "%" else self.unit + digits

    @classmethod
    def from_example(cls, example: str) -> "NumberFormat":
        """The format whose `example` this is.

        Example:
            >>> NumberFormat.from_example("1.234,5%")
            NumberFormat(thousands='.', decimal=',', unit='%', bounded=False)
        """
        parts = re.fullmatch(rf"({_SIGN})?1(\D?)234([.,])5(\+?)(%| {_WORD})?", example)
        if not parts:
            raise ValueError(f"{example!r} is no number format")
        unit = parts[1] or (parts[5] or "").strip()
        return cls(thousands=parts[2], decimal=parts[3], unit=unit, bounded=bool(parts[4]))

    @property
    def description(self) -> str:
        """What is special about the format, in words.

        Example:
            >>> NumberFormat(thousands=",", unit="%").description
            'thousands separators, percent'
        """
        is_word = self._unit_is_a_word
        words = {
            "thousands separators": bool(self.thousands),
            "decimal comma": self.decimal == ",",
            "percent": self.unit == "%",
            f"in {self.unit}": is_word,
            f"currency {self.unit}": self.unit not in {"", "%"} and not is_word,
            "bounds such as 10+ as the bare number": self.bounded,
        }
        return ", ".join(word for word, applies in words.items() if applies) or "plain digits"

    def read(self, text: pl.Series) -> pl.Series:
        """The numbers, as float64; null where a value is missing or is not a number of this format.

        Unit and thousands signs may be left out, so that a value typed by hand is read too.
        """
        # Nearly all values are written in the plainest way, which takes one look instead of ten.
        plain = text.str.contains(self._plainest)
        numbers = self._cast(text.set(~plain, None).str.replace(self.unit, "", literal=True))
        others = (~plain).arg_true()
        return numbers.scatter(others, self._read_closely(text.gather(others))) if others.len() else numbers

    def _read_closely(self, text: pl.Series) -> pl.Series:
        bare = self._without_unit(text).str.replace_all("[\u00a0\u202f]", " ").str.strip_chars()
        if self.bounded:
            bare = bare.str.replace(r"^[<>≤≥]=?", "").str.strip_suffix("+").str.strip_chars()
        brackets = bare.str.contains(r"^\(.*\)$")
        bare = bare.str.replace(r"^\((.*)\)$", "$1").str.strip_chars()
        sign = bare.str.contains("^[-−]") ^ brackets
        numbers = self._cast(bare.str.extract(rf"^[-+−]?\s*({self._digits})$"))
        return pl.select(pl.when(sign).then(-numbers).otherwise(numbers).alias(text.name)).to_series()

    def _cast(self, digits: pl.Series) -> pl.Series:
        if self.thousands:
            digits = digits.str.replace_all(self.thousands, "", literal=True)
        if self.decimal != ".":
            digits = digits.str.replace(self.decimal, ".", literal=True)
        numbers = digits.cast(pl.Float64, strict=False)
        # 400 digits in a row are a code; as a number they would be infinite.
        return numbers.set(numbers.is_infinite(), None) if numbers.is_infinite().any() else numbers

    def has_unit(self, text: pl.Series) -> pl.Series:
        """Whether each value carries the unit.

        Example:
            >>> NumberFormat(unit="%").has_unit(pl.Series(["5%", "5"])).to_list()
            [True, False]
        """
        if not self._unit_is_a_word:
            return text.str.contains(self.unit, literal=True)
        return text.str.contains(rf"(?i)\d\+?\s*{re.escape(_singular(self.unit))}s?\s*$")

    @property
    def _plainest(self) -> str:
        if self._unit_is_a_word:
            return rf"^-?(?:{self._digits})$"
        unit = f"(?:{re.escape(self.unit)})?"
        return rf"^-?{unit}(?:{self._digits}){unit if self.unit == '%' else ''}$"

    def _without_unit(self, text: pl.Series) -> pl.Series:
        if not self._unit_is_a_word:
            return text.str.replace(self.unit, "", literal=True)
        return text.str.replace(rf"(?i)(\d\+?)\s*{re.escape(_singular(self.unit))}s?\s*$", "$1")

    @property
    def _unit_is_a_word(self) -> bool:
        return bool(self.unit) and not re.fullmatch(_SIGN, self.unit)

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

    Digits with leading zeros (007, 01234) are codes, not numbers. A word may follow the number when it is
    the same in all rows, its plural aside.

    Args:
        text: The values of a text column; distinct ones are enough.

    Example:
        >>> find_number_format(pl.Series(["1,234", "999", "12,000.50"])).example
        '1,234.5'
        >>> find_number_format(pl.Series(["10+ years", "3 years", "< 1 year"])).example
        '1234.5+ years'
        >>> find_number_format(pl.Series(["1,234", "many"])) is None
        True
    """
    found = read_numbers(text.drop_nulls())
    return found and found[0]


def read_numbers(text: pl.Series) -> tuple[NumberFormat, pl.Series] | None:
    """The format in which every value is a number, with the numbers; None where one value is not.

    Args:
        text: Values without gaps.

    Example:
        >>> format, numbers = read_numbers(pl.Series(["5%", "12.5%"]))
        >>> format.unit, numbers.to_list()
        ('%', [5.0, 12.5])
    """
    if text.is_empty() or not text.head(100).str.contains(r"\d").all():
        return None
    if text.str.contains(r"^[^\d.,]*0\d").any():
        return None
    # A thousand values rule out most text, and mostly tell the format of all.
    found = _search(text.head(_FIRST))
    if found is None or text.len() <= _FIRST:
        return found
    numbers = found[0].read(text)
    fits = numbers.null_count() == 0 and found[0].has_unit(text).all()
    return (found[0], numbers) if fits else _search(text)


_FIRST = 1_000


def _search(text: pl.Series) -> tuple[NumberFormat, pl.Series] | None:
    unit = _common_unit(text)
    if unit is None:
        return None
    bounds = [False] + [True] * bool(text.str.contains(r"^\s*[<>≤≥]|\+\s*(?:\D*)$").any())
    for known in FORMATS:
        for bounded in bounds:
            candidate = NumberFormat(known.thousands, known.decimal, unit, bounded)
            numbers = candidate.read(text)
            if numbers.null_count() == 0:
                return candidate, numbers
    return None


def _common_unit(text: pl.Series) -> str | None:
    """The sign or word that all values carry, an empty text where none does, None where they differ."""
    signs = text.str.extract(f"({_SIGN})").unique()
    if signs.len() > 1:
        return None
    if signs[0]:
        return signs[0]
    words = text.str.extract(rf"\d\+?\s*({_WORD})\s*$")
    if words.null_count() == words.len():
        return ""
    if words.has_nulls() or words.unique().str.to_lowercase().str.strip_suffix("s").n_unique() > 1:
        return None
    return max(words.unique(), key=lambda word: (len(word), word))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 1 and word[-1] in "sS" else word
