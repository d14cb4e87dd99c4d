"""Dialects: how one text file writes its table, found from its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from neurode.errors import FileError, TableError, listed
from neurode.tables.content import Content
from neurode.tables.signatures import describe_signature
from neurode.tables.text_faults import check_utf8, unreadable

SEPARATORS = (",", ";", "\t", "|")

_HEAD = 1 << 16


@dataclass(frozen=True)
class Dialect:
    """How one file writes its table: found by `sniff`, used by every later step.

    Args:
        names: The column names, as the header gives them.
        blank_lines: How many blank lines stand above the header.
        separator: The character between fields.
        quote: The quotation mark, or None where no field is quoted.
        decimal_comma: Whether numbers are written 1,5.
        line_end: The character that ends a line.
    """

    names: tuple[str, ...]
    blank_lines: int
    separator: str
    quote: str | None
    decimal_comma: bool
    line_end: str


def sniff(content: Content) -> Dialect:
    """The dialect of a file, from its first 64 kilobytes and the quotes in all of it."""
    with content.open() as file:
        # Whole lines only, and the first of them however long it is.
        head = file.read(_HEAD) + file.readline()
    what = describe_signature(head)
    if what:
        raise FileError(
            f"{content.name!r} is not plain text but {what}",
            hint="convert it to CSV in UTF-8, or give it the ending of its kind",
        )
    text = _decoded(head, content)
    if not text.strip():
        raise FileError(f"{content.name!r} holds only blank space", hint="check how the file was written")
    separator = max(SEPARATORS, key=lambda candidate: _agreement(text, candidate))
    try:
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise unreadable(content, error) from None
    names = tuple(name.strip() for name in rows[0])
    _refuse_duplicates(names, content)
    return Dialect(
        names=names,
        blank_lines=text[: len(text) - len(text.lstrip())].count("\n"),
        separator=separator,
        quote='"' if _opens_with_quote(content, separator) else None,
        decimal_comma=_has_decimal_comma(rows[1:], separator),
        line_end="\r" if "\r" in text and "\n" not in text else "\n",
    )


def _decoded(head: bytes, content: Content) -> str:
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError:
        check_utf8(content)
        raise


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return islice(filter(None, reader), 200)


def _agreement(text: str, separator: str) -> tuple[float, int]:
    """How well a separator explains the first rows: the share as wide as the header, then the width."""
    try:
        widths = [len(row) for row in _rows(text, separator)]
    except csv.Error:
        # A line that is one field of more than 131,072 characters is told apart by another separator.
        return (0.0, 0)
    if widths[0] == 1:
        return (0.0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])


def _has_decimal_comma(rows: list[list[str]], separator: str) -> bool:
    if separator == ",":
        return False
    fields = [field.strip() for row in rows for field in row]
    commas = [field for field in fields if re.fullmatch(r"-?\d+,\d+", field)]
    points = any(re.fullmatch(r"-?\d+\.\d+", field) for field in fields)
    # "1,234" alone could be thousands; with ";" between the fields the comma is a decimal one.
    sure = separator == ";" or any(len(field) - field.index(",") != 4 for field in commas)
    return bool(commas) and not points and sure


def _refuse_duplicates(names: tuple[str, ...], content: Content) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if not twice:
        return
    numbers = all(re.fullmatch(r"[-+\d.eE]*", name) for name in names)
    raise TableError(
        f"duplicate column names in {content.name!r}: {listed(twice)}",
        hint="the first line looks like data; add a line with the column names above it"
        if numbers
        else "rename one of each in the first line",
    )


def _opens_with_quote(content: Content, separator: str) -> bool:
    # A quotation mark inside a field (5" pipe) is a character like any other; only one that opens it quotes.
    opening = re.compile(rb'(?:^|[\r\n]|%s)\s?"' % re.escape(separator.encode()))
    return any(b'"' in chunk and opening.search(chunk) for chunk in content.chunks())
