"""The record of a report on disk: JSON of a closed list of records, from which the page is rendered again."""

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurode import evaluation
from neurode.errors import DataTypeError, FileError, listed
from neurode.files import write_text
from neurode.reporting.explained import Dependence, Drivers, Example, ReasonRecord
from neurode.reporting.record import NetworkRecord, Origin, ReportRecord

FORMAT, VERSION = "neurode report", 1

LARGEST = 256 * 1024**2
"""Bytes of a file beyond which nobody wrote a record: it is not read into memory."""

RECORDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        ReportRecord,
        NetworkRecord,
        Origin,
        evaluation.CalibrationCurve,
        evaluation.Comparison,
        evaluation.Confusion,
        evaluation.Deciles,
        evaluation.Density,
        evaluation.Evaluation,
        evaluation.Interval,
        evaluation.PrecisionRecallCurve,
        evaluation.Prices,
        evaluation.ReferBand,
        evaluation.RegressionEvaluation,
        evaluation.ResidualHistogram,
        evaluation.RocCurve,
        evaluation.ScoreHistogram,
        evaluation.TargetEvaluation,
        evaluation.Threshold,
        evaluation.GainsCurve,
        evaluation.GainsTable,
        evaluation.KsCurve,
        evaluation.Segment,
        evaluation.SegmentFinding,
        evaluation.Segments,
        evaluation.ThresholdCurve,
        Dependence,
        Drivers,
        Example,
        ReasonRecord,
    )
}
"""The types that a record may be made of. Nothing else is read, and nothing that is read is run."""

_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_HINT = "the file was edited, damaged, or comes from another version of neurode: train again"


def write_records(path: str | os.PathLike[str], records: Sequence[ReportRecord]) -> int:
    """Writes the records of a run, one for each report, whole or not at all.

    Arrays are lists with their type and shape. A checksum tells later whether anything was changed.

    Args:
        path: Where to.
        records: One, or one for each of several labels.

    Returns:
        How many bytes were written.

    Raises:
        DataTypeError: A record holds what is neither plain data nor on the list of records.
        FileError: It cannot be written.
    """
    parts = [encode(record) for record in records]
    document = {"format": FORMAT, "version": VERSION, "sha256": _checksum(parts), "records": parts}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    write_text(path, text)
    return len(text.encode())


def read_records(path: str | os.PathLike[str]) -> tuple[ReportRecord, ...]:
    """The records that `write_records` wrote.

    Raises:
        FileError: There is no such file, it is none of ours, or it was damaged or edited.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise FileError(f"{str(path)!r} is larger than {LARGEST // 1024**2} MB", hint=_HINT)
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{str(path)!r} is no JSON file: {error}", hint=_HINT) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileError(f"{str(path)!r} is no record of a report", hint=_HINT)
    if document.get("version") != VERSION:
        raise FileError(
            f"{str(path)!r} has version {document.get('version')!r}",
            available=f"version: {VERSION}",
            hint="render it with the neurode that wrote it, or train again",
        )
    parts = document.get("records")
    if not isinstance(parts, list) or not parts or document.get("sha256") != _checksum(parts):
        raise FileError(f"{str(path)!r} is not as it was written: its checksum differs", hint=_HINT)
    records = tuple(decode(part) for part in parts)
    if not all(isinstance(record, ReportRecord) for record in records):
        raise FileError(f"{str(path)!r} holds other records than reports", hint=_HINT)
    return records


def encode(value: Any) -> Any:
    """A record, array, number, text or collection of them as JSON values.

    Example:
        >>> encode(np.array([[1.0, np.nan]]))
        {'$array': [[1.0, None]], 'dtype': 'float64', 'shape': [1, 2]}
        >>> encode(evaluation.Interval(0.5))
        {'$record': 'Interval', 'value': 0.5, 'lower': {'$number': 'nan'}, 'upper': {'$number': 'nan'}}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$number": str(value)}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return _encode_array(value)
    if isinstance(value, Mapping):
        # A column may be called "$record": a key of its own keeps its dollar twice.
        return {_escaped(str(name)): encode(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    if is_dataclass(value) and RECORDS.get(type(value).__name__) is type(value):
        parts = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {"$record": type(value).__name__, **parts}
    raise DataTypeError(f"a record cannot hold a {type(value).__name__}: {value!r:.60}")


def decode(value: Any) -> Any:
    """What `encode` made of it; lists come back as tuples.

    Example:
        >>> decode(encode({"a": (1, 2.5), "$record": np.arange(2)}))
        {'a': (1, 2.5), '$record': array([0, 1])}

    Raises:
        FileError: A type is not on the list, or its fields are not those that it has.
    """
    if isinstance(value, list):
        return tuple(decode(part) for part in value)
    if not isinstance(value, dict):
        return value
    if "$number" in value:
        return _known(_NUMBERS, value["$number"])
    if "$array" in value:
        return _decode_array(value)
    if "$record" in value:
        return _decode_record(value)
    return {name.removeprefix("$"): decode(part) for name, part in value.items()}


def _escaped(name: str) -> str:
    return f"${name}" if name.startswith("$") else name


def _encode_array(values: np.ndarray) -> dict[str, Any]:
    flat = values.ravel()
    # The shortest numbers that are read back as the same ones.
    numbers = list(map(float, map(str, flat))) if flat.dtype in (np.float32, np.float16) else flat.tolist()
    if flat.dtype.kind == "f":
        for place in np.flatnonzero(~np.isfinite(flat)).tolist():
            numbers[place] = None if math.isnan(numbers[place]) else str(numbers[place])
    for size in reversed(values.shape[1:]):
        numbers = [numbers[start : start + size] for start in range(0, len(numbers), size)] if size else []
    shape = list(values.shape)
    return {"$array": numbers if shape else numbers[0], "dtype": values.dtype.name, "shape": shape}


def _decode_array(value: dict[str, Any]) -> np.ndarray:
    try:
        dtype = np.dtype(value["dtype"])
        if dtype.kind not in "biuf":
            raise ValueError(f"dtype {dtype}")
        # As objects first, so that None becomes NaN and "inf" what it says.
        return np.array(value["$array"], dtype=object).astype(dtype).reshape(value["shape"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FileError(f"an array of the record cannot be read: {error}", hint=_HINT) from error


def _decode_record(value: dict[str, Any]) -> Any:
    kind = _known(RECORDS, value["$record"])
    given = {name: part for name, part in value.items() if name != "$record"}
    known = {field.name: field for field in fields(kind)}
    needed = {
        name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
    }
    if not needed <= set(given) <= set(known):
        odd = sorted((needed - set(given)) | (set(given) - set(known)))
        raise FileError(f"{kind.__name__} lacks or has too much: {listed(odd)}", hint=_HINT)
    return kind(**{name: decode(part) for name, part in given.items()})


def _known(table: Mapping[str, Any], name: object) -> Any:
    if not isinstance(name, str) or name not in table:
        raise FileError(f"a record cannot hold {name!r:.60}", available=listed(table, 40), hint=_HINT)
    return table[name]


def _checksum(parts: list[Any]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
