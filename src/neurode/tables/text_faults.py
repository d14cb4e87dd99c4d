"""Faults of text files, worded with the line where they are."""

import codecs
from itertools import chain

from neurode.errors import FileError, TableError
from neurode.tables.content import Content


def check_utf8(content: Content) -> None:
    """Refuses the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = lines = 0
    for chunk in chain(content.chunks(), [b""]):
        # Bytes that the decoder keeps for the next chunk shift the positions it reports.
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            offset = read - kept + error.start
            line = lines + error.object[: error.start].count(b"\n") + 1
            byte = f"byte 0x{error.object[error.start]:02x} at offset {offset}, line {line}"
            raise FileError(
                f"{content.name!r} is not UTF-8: {byte}",
                hint="convert it, for instance with `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`",
            ) from None
        read += len(chunk)
        lines += chunk.count(b"\n")


def unreadable(content: Content, error: Exception, line: int = 0) -> TableError:
    """The error for text that a CSV reader gave up on."""
    place = f", at line {line}" if line else ""
    return TableError(
        f"{content.name!r} cannot be read as CSV{place}: {str(error).splitlines()[0]}",
        hint="look for a quotation mark that is never closed",
    )
