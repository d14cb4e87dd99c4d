"""Content: what a file holds, on disk or unpacked in memory, and the name that errors call it by."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Content:
    """The bytes of one table, wherever they are.

    Args:
        name: What errors call it: the path, and the member of an archive.
        suffix: The ending that says what it holds, in lower case: `.csv` for `loans.csv.gz` too.
        data: The file, or its bytes where it had to be unpacked.

    Example:
        >>> content = Content("loans.csv.gz", ".csv", b"grade,term\\nA,36\\n")
        >>> content.head(5)
        b'grade'
    """

    name: str
    suffix: str
    data: Path | bytes

    @classmethod
    def of_file(cls, path: Path) -> "Content":
        """The content of a file as it lies on disk."""
        return cls(str(path), path.suffix.lower(), path)

    def open(self) -> BufferedReader | BytesIO:
        """A stream from the first byte; the bytes of an unpacked file are shared, not copied."""
        return BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open("rb")

    def head(self, size: int) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All bytes."""
        return self.data if isinstance(self.data, bytes) else self.data.read_bytes()

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a megabyte at a time."""
        with self.open() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
