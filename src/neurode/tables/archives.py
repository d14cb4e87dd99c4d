"""Zip archives: the one table in it, or the one that was named."""

import zipfile
from pathlib import Path, PurePosixPath

from neurode.errors import ArgumentError, FileError, UnknownNameError, listed
from neurode.tables.compressed import most_bytes, read_within_memory, too_large
from neurode.tables.content import Content

ENCRYPTED = 0x1
"""The bit of a member's flags that says it needs a password."""


def read_member(path: Path, table: str | None, endings: tuple[str, ...]) -> Content:
    """The content of one table in a zip archive.

    Args:
        path: The archive.
        table: The name of the member; may be left out where there is exactly one table.
        endings: The endings of what counts as a table.

    Raises:
        FileError: The archive is damaged, holds no table, needs a password, or unpacks to too much.
        ArgumentError: It holds several tables, and none was named.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _chosen(archive, path, table, endings)
            return _unpacked(archive, member, f"{path}/{member}")
    # A method of compression that Python lacks is a NotImplementedError.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError) as error:
        raise FileError(
            f"{str(path)!r} is not a complete zip archive",
            available=f"the reader says: {error}",
            hint="it may be cut off or half written; fetch or write it again",
        ) from None


def _chosen(archive: zipfile.ZipFile, path: Path, table: str | None, endings: tuple[str, ...]) -> str:
    names = [member.filename for member in archive.infolist() if not member.is_dir()]
    tables = [name for name in names if _is_table(PurePosixPath(name), endings)]
    if not tables:
        raise FileError(
            f"no table in {str(path)!r}",
            available=f"it holds: {listed(names)}" if names else "it holds no file at all",
            hint=f"a table ends in {' '.join(endings)}",
        )
    if table is not None:
        if table not in tables:
            raise UnknownNameError("table", table, tables)
        return table
    if len(tables) > 1:
        raise ArgumentError(
            f"{str(path)!r} holds {len(tables)} tables, and none was named",
            available=f"tables: {listed(tables)}",
            hint=f"give table={tables[0]!r} (--table on the command line)",
        )
    return tables[0]


def _is_table(name: PurePosixPath, endings: tuple[str, ...]) -> bool:
    # macOS adds a hidden twin of each file, and a folder for them.
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return name.suffix.lower() in endings and not hidden


def _unpacked(archive: zipfile.ZipFile, member: str, name: str) -> Content:
    about = archive.getinfo(member)
    if about.flag_bits & ENCRYPTED:
        raise FileError(
            f"{name!r} needs a password", hint="unpack it with `unzip`, and give the file that comes out"
        )
    if about.file_size > (most := most_bytes()):
        raise too_large(name, most)
    try:
        with archive.open(about) as stream:
            data = read_within_memory(stream, name)
    except Exception as error:
        if isinstance(error, FileError):
            raise
        # Damaged bytes end in the errors of whichever library unpacks them.
        raise FileError(
            f"{name!r} cannot be unpacked: {error}", hint="the archive is damaged; fetch or write it again"
        ) from None
    if not data:
        raise FileError(f"{name!r} is empty (0 bytes)", hint="check how the archive was written")
    return Content(name, PurePosixPath(member).suffix.lower(), data)
