"""Levels: the words of a category as the small integers that a network looks up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from neurode.tables.dates import Part

MISSING, UNSEEN, FIRST_LEVEL = 0, 1, 2

RARE = "(rare)"
"""The level that stands for all rare ones. It is the last one where there is one."""

MOST_KEPT_WHOLE = 100
"""Up to this many levels all are kept: which ones are rare differs from fold to fold, and with it the shape
of the network, which is then compiled for each."""

LEAST_ROWS = 4
"""A level with fewer training rows is rare where there are many levels."""

MOST_LEVELS = 10_000
"""Beyond the most frequent ten thousand, every level is rare."""


@dataclass(frozen=True)
class CategoryEncoding:
    """How one category becomes codes: 0 missing, 1 unseen, 2 and up the levels in order.

    Args:
        name: The column.
        levels: The levels of the training rows. Where the last is `(rare)`, it stands for levels that few
            training rows have, and for all that they do not have.
        part: Which part of a date it is; `value` for a category.
    """

    name: str
    levels: tuple[str, ...]
    part: Part = "value"

    @property
    def label(self) -> str:
        """The name of the feature: `opened month`, or just the column."""
        return self.name if self.part == "value" else f"{self.name} {self.part}"

    @property
    def cardinality(self) -> int:
        """How many codes there are, missing and unseen included."""
        return len(self.levels) + FIRST_LEVEL

    @property
    def has_rare(self) -> bool:
        """Whether rare levels share a code."""
        return self.levels[-1:] == (RARE,)

    @property
    def other_code(self) -> int:
        """The code of a word that is none of the levels: rare where there is such a level, or unseen."""
        return self.cardinality - 1 if self.has_rare else UNSEEN

    def codes(self, words: pl.Series) -> np.ndarray:
        """The codes of a column of level words.

        Example:
            >>> CategoryEncoding("grade", ("A", "B")).codes(pl.Series(["B", None, "A", "Z"])).tolist()
            [3, 0, 2, 1]
            >>> CategoryEncoding("shop", ("A", "(rare)")).codes(pl.Series(["Z", None, "A"])).tolist()
            [3, 0, 2]
        """
        codes = np.arange(FIRST_LEVEL, self.cardinality, dtype=np.uint32)
        if not self.levels:
            return np.where(words.is_null().to_numpy(), MISSING, UNSEEN).astype(np.uint32)
        found = words.replace_strict(
            pl.Series(self.levels), pl.Series(codes), default=self.other_code, return_dtype=pl.UInt32
        )
        return found.set(words.is_null(), MISSING).to_numpy()


def fit_levels(words: pl.Series, *, numeric: bool) -> tuple[str, ...]:
    """The levels of the training rows in order, the rare ones of many as one.

    Args:
        words: Level words of the training rows.
        numeric: Whether the words are numbers, which stand in the order of the numbers: 2 before 10.

    Example:
        >>> fit_levels(pl.Series(["10", "2", None, "2"]), numeric=True)
        ('2', '10')
        >>> fit_levels(pl.Series([f"shop {i}" for i in range(200)] + ["home"] * 9), numeric=False)
        ('home', '(rare)')
    """
    table = words.alias("level").drop_nulls().value_counts(name="rows")
    levels = table["level"]
    if table.height > MOST_KEPT_WHOLE:
        frequent = table.filter(pl.col("rows") >= LEAST_ROWS)
        if frequent.height > MOST_LEVELS:
            frequent = frequent.sort("rows", "level", descending=[True, False]).head(MOST_LEVELS)
        levels = frequent["level"]
    levels = levels.filter(levels != RARE)
    order = levels.cast(pl.Float64, strict=False) if numeric else levels
    kept = tuple(levels.gather(order.arg_sort()).to_list())
    return kept if len(kept) == table.height else (*kept, RARE)


def code_dtype(cardinalities: Sequence[int]) -> np.dtype:
    """The smallest unsigned type that holds every code.

    Example:
        >>> code_dtype((256, 37)), code_dtype((257,))
        (dtype('uint8'), dtype('uint16'))
    """
    return np.min_scalar_type(max(cardinalities, default=1) - 1)
