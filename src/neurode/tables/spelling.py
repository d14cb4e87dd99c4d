"""Spelling: the ways in which people write one and the same level, and which of them names it."""

from typing import NamedTuple

import polars as pl

from neurode.tables.columns import Matching

_LETTERS_OF_YES_AND_NO = frozenset("yntf")
_RARE_LETTER = 0.1
"""Up to this share of the other's rows, a letter of the other case is taken for a slip."""


class Spelling(NamedTuple):
    """The levels of a column of words.

    `levels` are the words that name them, `matching` how other words are found among them, and `note` says
    what was merged.
    """

    levels: pl.Series
    matching: Matching
    note: str


def folded(words: pl.Series) -> pl.Series:
    """Words without their case, margins, and all but one blank between two of them.

    Example:
        >>> folded(pl.Series(["  Own", "small  BUSINESS"])).to_list()
        ['own', 'small business']
    """
    return words.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()


def find_spelling(words: pl.Series, text: pl.Series) -> Spelling:
    """The levels behind distinct words, where the most frequent spelling names a level.

    Words are kept apart where their case seems to mean something: in codes of mixed case (`aB3`, `Ab3`), and
    for single letters that both are common (m and M).

    Args:
        words: Distinct words.
        text: The words of all rows.

    Example:
        >>> text = pl.Series(["Own"] * 7 + ["OWN", "OWN", "own ", "Rent"])
        >>> spelling = find_spelling(text.unique(), text)
        >>> spelling.levels.to_list(), spelling.matching
        (['Own', 'Rent'], 'folded')
        >>> spelling.note
        "'OWN', 'own ' are read as 'Own'"
    """
    if folded(words).n_unique() == words.len():
        return Spelling(words.str.strip_chars(), "folded", "")
    table = text.alias("word").value_counts(name="rows").sort("rows", "word", descending=[True, False])
    table = table.with_columns(name=table["word"].str.strip_chars(), fold=folded(table["word"]))
    blurred = table.filter(pl.col("fold").is_duplicated())
    matching: Matching = "folded"
    groups = [
        (group["name"].to_list(), group["rows"].to_list())
        for (_,), group in blurred.group_by(["fold"], maintain_order=True)
    ]
    if any(_differ_on_purpose(names, rows) for names, rows in groups):
        matching, key = "exact", "name"
    else:
        key = "fold"
    merged = table.group_by(key, maintain_order=True).agg(
        pl.col("name").first().alias("level"), pl.col("word")
    )
    return Spelling(merged["level"], matching, _note(merged))


def _differ_on_purpose(names: list[str], rows: list[int]) -> bool:
    if len(names[0]) == 1 and names[0].lower() not in _LETTERS_OF_YES_AND_NO:
        return len({name for name, count in zip(names, rows) if count > _RARE_LETTER * max(rows)}) > 1
    words = {" ".join(name.split()) for name in names}
    if any(letter.isdigit() for letter in names[0]):
        return len({word for word in words if word not in {word.lower(), word.upper()}}) > 1
    return len({word for word in words if not _is_ordinary(word)}) > 1


def _is_ordinary(word: str) -> bool:
    return word in {word.lower(), word.upper(), word.capitalize(), word.title()}


def _note(merged: pl.DataFrame) -> str:
    changed = merged.filter(pl.col("word").list.len() > 1)
    parts = []
    for level, words in zip(changed["level"].to_list(), changed["word"].to_list()):
        others = [word for word in words if word != level]
        # Blanks around a word are seldom worth a line.
        if any(word.strip() != level for word in others):
            verb = "is" if len(others) == 1 else "are"
            parts.append(f"{', '.join(map(repr, others[:3]))} {verb} read as {level!r}")
    more = len(parts) - 2
    if more > 0:
        parts[2:] = [f"{more:,} more {'level was' if more == 1 else 'levels were'} written in several ways"]
    return "; ".join(parts)
