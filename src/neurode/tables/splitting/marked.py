"""Splits that a column of the table says: `train`, `valid`, `holdout` and their spellings."""

from typing import Any

import polars as pl

from neurode.errors import TableError, listed
from neurode.tables.splitting.parts import PARTS, Split, counted, gather
from neurode.tables.splitting.values import read_values

SPELLINGS = {
    "train": ("train", "training", "learning", "fit", "learn", "trainset", "trainingset", "trn", "tr"),
    "validation": (
        "validation", "valid", "val", "dev", "development", "validate", "eval", "validationset", "devset",
    ),
    "test": ("test", "holdout", "testing", "heldout", "outoftime", "oot", "testset", "tst", "te"),
}  # fmt: skip
"""What each part is called, in small letters without spaces, hyphens and underscores."""


def column_split(values: Any) -> Split:
    """The split that a column says.

    Args:
        values: The part of each row, in any of the common `SPELLINGS`; large and small letters, spaces,
            hyphens and underscores make no difference. A part that no row names is empty.

    Raises:
        TableError: A row has no part, or one that is no spelling of a part.

    Example:
        >>> column_split(["Training", "hold-out", "DEV", "training"])
        Split(train=array([0, 3]), validation=array([2]), test=array([1]))
    """
    series = read_values(values, "part").cast(pl.String)
    words = series.str.to_lowercase().str.replace_all(r"[\s_-]", "")
    known = {spelling: PARTS.index(part) for part, all_of in SPELLINGS.items() for spelling in all_of}
    parts = words.replace_strict(known, default=None, return_dtype=pl.Int8)
    if strangers := parts.null_count():
        unknown = series.filter(parts.is_null()).unique(maintain_order=True).to_list()
        who = f"the part column {series.name!r}" if series.name else "the part column"
        raise TableError(
            f"{who} has {counted(strangers, 'row')} that name no part: {listed(unknown, 4)}",
            available="parts: "
            + "; ".join(f"{part} ({', '.join(SPELLINGS[part][1:4])}, …)" for part in PARTS),
            hint="replace those words, or leave the rows out",
        )
    return gather(parts.to_numpy())
