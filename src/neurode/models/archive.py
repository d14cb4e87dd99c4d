"""The file format: a zip of JSON documents and one safetensors file, with a manifest that says what must be
in it.

`manifest.json` names every other member with its size and SHA-256, and carries its own digest. A reader looks
at sizes before it reads, at digests before it parses, and at nothing that the manifest does not name. No
pickle, no code.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load as tensors_of_bytes
from safetensors.numpy import save as bytes_of_tensors

from neurode import __version__
from neurode.errors import FileError, ModelFileError
from neurode.files import replacing

FORMAT = 1
"""Raised when an older neurode could not read the file."""

MOST_BYTES = {"json": 64 * 2**20, "safetensors": 4 * 2**30}
"""Largest member of each kind that is read."""

MANIFEST, TENSORS = "manifest.json", "weights.safetensors"
# A fixed date makes equal models equal files.
DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(
    path: str | os.PathLike, kind: str, documents: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> None:
    """Writes a model file, first under a temporary name, so that a failure leaves no half of one.

    Args:
        path: Where to.
        kind: What is in it: `"sequential"`, `"classifier"`.
        documents: JSON values by name.
        tensors: Arrays by name.

    Raises:
        FileError: If the folder does not exist, cannot be written or is full.
    """
    path = Path(path)
    members = {f"{name}.json": _bytes_of(value) for name, value in documents.items()}
    members[TENSORS] = bytes_of_tensors(
        {name: np.asarray(value, order="C") for name, value in tensors.items()}
    )
    manifest = {
        "format": FORMAT,
        "kind": kind,
        "neurode": __version__,
        "members": {name: {"bytes": len(data), "sha256": _digest(data)} for name, data in members.items()},
    }
    manifest["digest"] = _digest(_bytes_of(manifest))
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, data in {MANIFEST: _bytes_of(manifest), **members}.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)


def read_archive(path: str | os.PathLike) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    """Reads and checks a model file: its kind, documents and tensors.

    Raises:
        FileError: If there is no such file.
        ModelFileError: If it is no model file, truncated, edited, oversized or from a newer format.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(path, archive)
            members = {
                name: _member(path, archive, name, entry) for name, entry in manifest["members"].items()
            }
    except FileNotFoundError as error:
        raise FileError(f"no file {str(path)!r}", hint="check the path") from error
    except IsADirectoryError as error:
        raise FileError(f"{str(path)!r} is a folder", hint="name the .neurode file in it") from error
    except OSError as error:
        raise FileError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _refused(path, "it is not a model file, or it was cut short") from error
    except zlib.error as error:
        raise _refused(path, "its compressed data is damaged") from error
    try:
        tensors = tensors_of_bytes(members.pop(TENSORS))
        documents = {name.removesuffix(".json"): json.loads(data) for name, data in members.items()}
    except (
        Exception
    ) as error:  # safetensors raises its own; whatever it is, the member is not what it should be.
        raise _refused(path, "a member cannot be parsed") from error
    return manifest["kind"], documents, tensors


def _manifest(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names or len(set(names)) != len(names):
        raise _refused(path, "it has no manifest" if MANIFEST not in names else "a member is there twice")
    if archive.getinfo(MANIFEST).file_size > 2**20:
        raise _refused(path, "its manifest is larger than 1 MiB")
    try:
        manifest = json.loads(archive.read(MANIFEST))
        digest = manifest.pop("digest")
        entries = manifest["members"].items()
        sizes = {name: (int(entry["bytes"]), str(entry["sha256"])) for name, entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(path, "its manifest is damaged") from error
    if isinstance(manifest.get("format"), int) and manifest["format"] > FORMAT:
        raise ModelFileError(
            f"{str(path)!r} has format {manifest['format']}, this neurode reads up to {FORMAT}",
            hint=f"it was written by neurode {manifest.get('neurode')}: upgrade with pip install -U neurode",
        )
    if digest != _digest(_bytes_of(manifest)):
        raise _refused(path, "its manifest was changed after it was written")
    if set(names) != {MANIFEST, *sizes} or TENSORS not in sizes:
        raise _refused(path, "its members are not the ones that its manifest names")
    return manifest


def _member(path: Path, archive: zipfile.ZipFile, name: str, entry: dict[str, Any]) -> bytes:
    size = archive.getinfo(name).file_size
    most = MOST_BYTES.get(name.rpartition(".")[2], 0)
    if size > most:
        raise _refused(path, f"its member {name!r} has {size:,} bytes, the most that is read are {most:,}")
    if size != entry["bytes"]:
        raise _refused(path, f"its member {name!r} has {size} bytes, its manifest says {entry['bytes']}")
    with archive.open(name) as stream:
        # Never more than was announced, whatever the compressed data would unfold to.
        data = stream.read(size + 1)
    if len(data) != size or _digest(data) != entry["sha256"]:
        raise _refused(path, f"its member {name!r} was changed after it was written")
    return data


def _refused(path: Path, reason: str) -> ModelFileError:
    return ModelFileError(
        f"{str(path)!r} is refused: {reason}", hint="save the model again, or get an undamaged copy"
    )


def _bytes_of(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
