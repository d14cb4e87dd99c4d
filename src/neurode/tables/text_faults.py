"""Faults of text files, worded with the line where they are."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from neurode.errors import FileError, TableError

_CHUNK = 1 << 20


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def check_utf8(path: Path) -> None:
    """Refuses the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = lines = 0
    for chunk in chunks(path):
        # Bytes that the decoder keeps for the next chunk shift the positions it reports.
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            offset = read - kept + error.start
            line = lines + error.object[: error.start].count(b"\n") + 1
            byte = f"byte 0x{error.object[error.start]:02x} at offset {offset}, line {line}"
            raise FileError(
                f"{str(path)!r} is not UTF-8: {byte}",
                hint="convert it, for instance with `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`",
            ) from None
        read += len(chunk)
        lines += chunk.count(b"\n")


def unreadable(path: Path, error: Exception, line: int = 0) -> TableError:
    """The error for text that a CSV reader gave up on."""
    place = f", at line {line}" if line else ""
    return TableError(
        f"{str(path)!r} cannot be read as CSV{place}: {str(error).splitlines()[0]}",
        hint="look for a quotation mark that is never closed",
    )
