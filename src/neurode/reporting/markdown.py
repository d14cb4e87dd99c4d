"""Markdown from plain text: whatever a column is called, it stays a name."""

import re
from collections.abc import Sequence


def inline(text: object) -> str:
    """Text on one line, with what Markdown or HTML would take for a sign of its own made plain.

    Example:
        >>> print(inline("a|b *c* <d>\\nlimit_bal _x_"))
        a\\|b \\*c\\* &lt;d> limit_bal \\_x\\_
    """
    line = " ".join(str(text).split())
    line = re.sub(r"([\\`*\[\]|~$])", r"\\\1", line)
    # Within a word an underscore is one.
    line = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", line)
    return line.replace("&", "&amp;").replace("<", "&lt;")


def table(heads: Sequence[object], rows: Sequence[Sequence[object]], words: int = 1) -> str:
    """A table, the columns of words to the left and all others to the right.

    Args:
        heads: Of the columns.
        rows: Of cells.
        words: How many columns, from the first, are of words.

    Example:
        >>> print(table(["model", "AUC"], [["a|b", 0.7]]))
        | model | AUC |
        | :--- | ---: |
        | a\\|b | 0.7 |
    """
    lines = [heads, [*[":---"] * words, *["---:"] * (len(heads) - words)], *rows]
    return "\n".join(
        "| " + " | ".join(str(cell) if place == 1 else inline(cell) for cell in line) + " |"
        for place, line in enumerate(lines)
    )


def fenced(text: str) -> str:
    """Text as code, behind a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def bullets(sentences: Sequence[object]) -> str:
    """Sentences as a list."""
    return "\n".join(f"- {inline(sentence)}" for sentence in sentences)
