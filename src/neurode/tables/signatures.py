"""Signatures: what a file is, told by its first bytes instead of by its name."""

SQLITE = b"SQLite format 3\x00"
PARQUET = b"PAR1"
ARROW_FILE = b"ARROW1"
COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
PICKLE = "a Python pickle"

_SIGNATURES = (
    (SQLITE, "a SQLite database"),
    (PARQUET, "a Parquet file"),
    (ARROW_FILE, "an Arrow file"),
    (b"FEA1", "a Feather file of the old version 1"),
    (b"PK\x03\x04", "a zip archive, perhaps an Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
    *((signature, f"{name}-compressed data") for signature, name in COMPRESSED.items()),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


def describe_signature(head: bytes) -> str:
    r"""What the first bytes of a file say it is, or an empty string for what may be plain text.

    Args:
        head: The first bytes of the file; 64 kilobytes are plenty.

    Example:
        >>> describe_signature(b"PK\x03\x04rest")
        'a zip archive, perhaps an Excel workbook (.xlsx)'
        >>> describe_signature(b"grade,term\nA,36\n")
        ''
    """
    for signature, description in _SIGNATURES:
        if head.startswith(signature):
            return description
    # Protocols 2 to 5 of pickle begin with the opcode PROTO and the version.
    if head[:1] == b"\x80" and head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}:
        return PICKLE
    return "a binary file (it holds NUL bytes)" if b"\x00" in head else ""
