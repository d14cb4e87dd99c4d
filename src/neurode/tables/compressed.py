"""Compressed files: unpacked in memory up to a limit, so that no small file can fill the machine."""

import os
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from neurode.errors import FileError
from neurode.tables.content import Content
from neurode.tables.signatures import COMPRESSED

COMPRESSIONS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
"""Endings of compressed files, and what they are called."""

_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_CHUNK = 1 << 20


def compression_of(content: Content) -> str:
    r"""The name of the compression that the first bytes show, or else the ending; an empty text for none.

    Args:
        content: A file as it lies on disk.

    Example:
        >>> compression_of(Content("loans.csv", ".csv", b"\x1f\x8b\x08"))
        'gzip'
    """
    head = content.head(6)
    shown = (name for signature, name in COMPRESSED.items() if head.startswith(signature))
    return next(shown, COMPRESSIONS.get(content.suffix, ""))


def unpacked(content: Content, compression: str) -> Content:
    """The content of a compressed file; `loans.csv.gz` becomes CSV, and so does one without an inner ending.

    Args:
        content: A file as it lies on disk.
        compression: One of `COMPRESSIONS`' names.

    Raises:
        FileError: The file is cut off or damaged, is not compressed at all, or needs too much memory.
    """
    path = Path(content.name)
    inner = path.with_suffix("") if content.suffix in COMPRESSIONS else path
    try:
        with content.open() as packed, _opened(packed, compression) as stream:
            data = read_within_memory(stream, content.name)
    # Each library has errors of its own for bytes that are not what they should be; some are OSErrors.
    except (EOFError, OSError, ValueError, zlib.error, _damaged_xz()) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            f"{content.name!r} is not a complete {compression} file",
            available=f"the reader says: {error}",
            hint="it may be cut off or half written; fetch or write it again",
        ) from None
    if not data:
        raise FileError(
            f"{content.name!r} holds an empty file (0 bytes)", hint="check how the file was written"
        )
    return Content(content.name, inner.suffix.lower() or ".csv", data)


def read_within_memory(stream: Any, name: str) -> bytes:
    """All that a stream gives, as long as it is at most half of the machine's memory.

    Args:
        stream: What unpacks as it is read.
        name: What the error calls it.

    Raises:
        FileError: The stream goes on after the limit.
    """
    most = most_bytes()
    data = BytesIO()
    while chunk := stream.read(_CHUNK):
        if data.tell() + len(chunk) > most:
            raise too_large(name, most)
        data.write(chunk)
    return data.getvalue()


def too_large(name: str, most: int) -> FileError:
    """The error for what unpacks to more than `most` bytes."""
    return FileError(
        f"{name!r} unpacks to more than {most / 1e9:.3g} GB, half of this machine's memory",
        hint="if it is meant to be that large, unpack it on disk and give the plain file",
    )


def most_bytes() -> int:
    """Half of the memory that this process may use: the machine's, or its container's where that is less."""
    try:
        sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    except (AttributeError, ValueError, OSError):
        # Windows does not say; this is what its small machines have.
        sizes = [8 << 30]
    for limit in map(Path, _LIMITS):
        try:
            sizes.append(int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return min(sizes) // 2


def _opened(packed: Any, compression: str) -> Any:
    if compression == "gzip":
        import gzip

        return gzip.open(packed)
    if compression == "bzip2":
        import bz2

        return bz2.open(packed)
    if compression == "xz":
        import lzma

        return lzma.open(packed)
    import pyarrow

    return pyarrow.CompressedInputStream(packed, "zstd")


def _damaged_xz() -> type[Exception]:
    import lzma

    return lzma.LZMAError
