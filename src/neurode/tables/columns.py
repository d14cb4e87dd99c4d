"""What is known about one column of a table: its kind, its range or levels, and how to read it again."""

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

Kind = Literal["number", "category", "flag", "date", "id", "constant", "text"]
"""How a column is used. Numbers, categories, flags and dates are features; the others are left out."""

Dtype = Literal["integer", "float", "boolean", "text", "date", "datetime", "other"]
"""What the values are, whatever their width and the library they came from."""

Matching = Literal["exact", "folded"]
"""How a word is found among the levels: as it is written, or whatever its case and blanks."""

KINDS: tuple[Kind, ...] = get_args(Kind)
FEATURE_KINDS: tuple[Kind, ...] = ("number", "category", "flag", "date")


@dataclass(frozen=True)
class Column:
    """One column, as the schema remembers it.

    Args:
        name: The name in the table.
        kind: How it is used.
        dtype: What its values are once they are read.
        n_missing: Rows without a value.
        n_unique: Distinct values, the missing one not counted.
        minimum: The least value; of dates in ISO form. Infinite values do not count.
        maximum: The greatest value.
        levels: The distinct values of a category or flag, as text, in order.
        format: How text is read as numbers (`1,234.5`) or dates (`%d.%m.%Y`); empty where nothing is needed.
        notes: What a person should know, one sentence part each.
        matching: How words are found among the levels.
        gap_words: Words among numbers or dates that stand for a gap, such as `unknown`.
    """

    name: str
    kind: Kind
    dtype: Dtype
    n_missing: int = 0
    n_unique: int = 0
    minimum: float | str | None = None
    maximum: float | str | None = None
    levels: tuple[str, ...] = ()
    format: str = ""
    notes: tuple[str, ...] = ()
    matching: Matching = "exact"
    gap_words: tuple[str, ...] = ()

    @property
    def is_feature(self) -> bool:
        """Whether a model may learn from a column of this kind."""
        return self.kind in FEATURE_KINDS


def dtype_of(values: pl.Series) -> Dtype:
    """The dtype of a series in the schema's words.

    Example:
        >>> dtype_of(pl.Series([1, 2], dtype=pl.UInt8))
        'integer'
    """
    dtype = values.dtype
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "float"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        return "text"
    if dtype == pl.Date:
        return "date"
    return "datetime" if dtype == pl.Datetime else "other"


def level_text(values: pl.Series) -> pl.Series:
    """The values as the words that name their levels: whole numbers without a fraction, text without margins.

    Example:
        >>> level_text(pl.Series([36.0, 60.0, None])).to_list()
        ['36', '60', None]
        >>> level_text(pl.Series([-0.0, 0.5])).to_list()
        ['0', '0.5']
        >>> level_text(pl.Series([True, False])).to_list()
        ['true', 'false']
    """
    text = values.cast(pl.String)
    if dtype_of(values) == "float":
        # To a computer's floats there is a -0, which equals 0.
        return text.str.strip_suffix(".0").replace("-0", "0")
    return text.str.strip_chars() if dtype_of(values) == "text" else text
