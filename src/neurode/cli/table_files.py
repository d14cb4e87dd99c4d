"""Tables that commands write: the form is what the ending of the file says."""

from pathlib import Path
from typing import Any

import click

from neurode.errors import ArgumentError

WRITERS = {".csv": "write_csv", ".tsv": "write_csv", ".parquet": "write_parquet", ".arrow": "write_ipc"}


def check_ending(path: Path | None) -> None:
    """Refuses a file that no table can be written to, before any work is done.

    Raises:
        ArgumentError: If the ending is not known.

    Example:
        >>> check_ending(Path("scored.parquet"))
    """
    if path is not None and path.suffix.lower() not in WRITERS:
        raise ArgumentError(f"cannot write {path.name!r}", available=f"endings: {', '.join(WRITERS)}")


def write_frame(frame: Any, path: Path) -> None:
    """Writes a frame, whole or not at all, and says so on standard error."""
    from neurode.files import replacing

    ending = path.suffix.lower()
    options = {"separator": "\t"} if ending == ".tsv" else {}
    with replacing(path) as temporary:
        getattr(frame, WRITERS[ending])(temporary, **options)
    click.echo(f"{path}: {frame.height:,} rows", err=True)
