"""A fingerprint of a table, by which a later reader can tell whether it is still the same one."""

import hashlib
import os
from pathlib import Path
from typing import Any

import polars as pl


def fingerprint(source: Any, frame: pl.DataFrame, *, whole_file: bool = True) -> dict[str, str]:
    """The SHA-256 of the file, which `sha256sum` gives too; of anything else, of the rows that were read.

    The rows' own is the SHA-256 of names, types and a hash of each row, in their order. Those hashes are the
    same for one version of polars, which a run names among its versions.

    Args:
        source: What was asked to be read.
        frame: What was read.
        whole_file: Whether a file was read whole; of a database only what a query gave counts.

    Example:
        >>> found = fingerprint(None, pl.DataFrame({"a": [1, 2]}))
        >>> found["of"], len(found["sha256"])
        ('the rows', 64)
    """
    if whole_file and isinstance(source, str | os.PathLike) and Path(source).is_file():
        with Path(source).open("rb") as file:
            return {"of": "the file", "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    digest = hashlib.sha256(repr(list(frame.schema.items())).encode("utf-8", "surrogatepass"))
    digest.update(frame.hash_rows(seed=0).to_numpy().astype("<u8").tobytes())
    return {"of": "the rows", "sha256": digest.hexdigest()}
