"""Levels: the words of a category as the small integers that a network looks up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

Part = Literal["value", "month", "weekday"]
"""What of a column is meant: its value, or of a date the month (1–12) or the weekday (1 is Monday)."""

MISSING, UNSEEN, FIRST_LEVEL = 0, 1, 2


@dataclass(frozen=True)
class CategoryEncoding:
    """How one category becomes codes: 0 missing, 1 unseen, 2 and up the levels in order.

    Args:
        name: The column.
        levels: The levels of the training rows.
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

    def codes(self, words: pl.Series) -> np.ndarray:
        """The codes of a column of level words.

        Example:
            >>> CategoryEncoding("grade", ("A", "B")).codes(pl.Series(["B", None, "A", "Z"])).tolist()
            [3, 0, 2, 1]
        """
        codes = np.arange(FIRST_LEVEL, self.cardinality, dtype=np.uint32)
        if not self.levels:
            return np.where(words.is_null().to_numpy(), MISSING, UNSEEN).astype(np.uint32)
        found = words.replace_strict(
            pl.Series(self.levels), pl.Series(codes), default=UNSEEN, return_dtype=pl.UInt32
        )
        return found.set(words.is_null(), MISSING).to_numpy()


def code_dtype(cardinalities: Sequence[int]) -> np.dtype:
    """The smallest unsigned type that holds every code.

    Example:
        >>> code_dtype((256, 37)), code_dtype((257,))
        (dtype('uint8'), dtype('uint16'))
    """
    return np.min_scalar_type(max(cardinalities, default=1) - 1)
