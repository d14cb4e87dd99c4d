"""Row widths: every row of a text file must have as many fields as the header."""

import csv
from io import TextIOWrapper

import numpy as np

from neurode.errors import TableError
from neurode.tables.content import Content
from neurode.tables.dialects import Dialect
from neurode.tables.text_faults import unreadable


def find_blank_rows(content: Content, dialect: Dialect, n_rows: int) -> list[int]:
    """Row numbers of blank lines; short rows, which polars fills up in silence, are refused on the way."""
    width = len(dialect.names)
    if width == 1 or count_separators(content, dialect.separator, dialect.quote) == (n_rows + 1) * (
        width - 1
    ):
        # Long rows were refused by polars, so with the right total there are no short ones.
        return []
    return refuse_ragged_rows(content, dialect)


def count_separators(content: Content, separator: str, quote: str | None) -> int:
    """How many separators a file has outside quotation marks; one pass, much faster than parsing."""
    if quote is None:
        return sum(chunk.count(separator.encode()) for chunk in content.chunks())
    total, inside = 0, False
    for chunk in content.chunks():
        characters = np.frombuffer(chunk, np.uint8)
        quoted = np.bitwise_xor.accumulate(characters == ord(quote)) ^ inside
        total += int(np.count_nonzero((characters == ord(separator)) & ~quoted))
        inside = bool(quoted[-1])
    return total


def refuse_ragged_rows(content: Content, dialect: Dialect) -> list[int]:
    """Refuses the first row of another width than the header; answers with the rows that are blank lines."""
    blank: list[int] = []
    line = 0
    with TextIOWrapper(content.open(), encoding="utf-8-sig", newline="") as file:
        # A NUL stands for no quotation mark; a text file has none.
        reader = csv.reader(file, delimiter=dialect.separator, quotechar=dialect.quote or "\0")
        try:
            for number, row in enumerate(reader, start=-1 - dialect.blank_lines):
                if not row:
                    blank.append(number)
                elif len(row) != len(dialect.names):
                    raise _ragged(content, dialect, row, line + 1)
                line = reader.line_num
        except csv.Error as error:
            raise unreadable(content, error, line + 1) from None
    return [number for number in blank if number >= 0]


def _ragged(content: Content, dialect: Dialect, row: list[str], line: int) -> TableError:
    fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
    beginning, *rest = dialect.separator.join(row).splitlines() or [""]
    return TableError(
        f"line {line} of {content.name!r} has {fields}, the header has {len(dialect.names)}",
        available=f"the line begins: {beginning[:80]}",
        hint="a quotation mark in that line may never be closed"
        if rest
        else "put quotation marks around text that holds the separator, or mend the line",
    )
