"""From a run to its report, and from a run folder to the same report again."""

import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neurode.errors import ArgumentError, FileError, UnknownNameError, listed
from neurode.reporting import ReportRecord, read_records, write_card, write_records, write_report
from neurode.runs.config import reproduce
from neurode.runs.details import Details
from neurode.runs.network_record import network_record
from neurode.runs.origin import origin_of
from neurode.runs.run import Run, report_paths
from neurode.runs.target import Judgement

RECORD = "report.json"
"""The file of a run folder that the report is rendered from."""

FORMATS = {"html": (write_report, "report.html"), "markdown": (write_card, "model_card.md")}
"""What a run can be told as: the report, and the model card."""

UNTOLD = {"in_memory", "objects", "schema"}
"""What the settings leave out: how the run was called, and the schema, which has a table of its own."""


def report(
    run: Run | str | os.PathLike,
    path: str | os.PathLike | None = None,
    *,
    format: str | None = None,
    examples: bool = True,
) -> Path:
    """Writes the report of a run from its folder alone: no table and no network is needed again.

    Several labels get a report each.

    Args:
        run: What `train` returned, the run folder, or a file in it such as its `report.html`.
        path: Where to; `report.html` or `model_card.md` in the run folder if left out. Of several labels each
            adds its number and its name.
        format: "html" for the report, "markdown" for the model card; by the ending of `path` if left out.
        examples: Whether the three example rows are shown, with their values. They are the only rows of the
            table that a report shows.

    Returns:
        The path of the file, of the first of several.

    Raises:
        FileError: If the folder is no run's, comes from an older version, was damaged, or the file cannot be
            written.

    Example:
        >>> import neurode, tempfile
        >>> loans = neurode.datasets.make_loans(1_000)
        >>> run = neurode.train(loans, "problem_loan", output=tempfile.mkdtemp(), epochs=2)
        >>> report(run.path, run.path / "without.html", examples=False).name
        'without.html'
    """
    folder = run.path if isinstance(run, Run) else run_folder(run)
    return write_reports(read_run(folder), folder, path, format=format, examples=examples)[0]


def write_reports(
    records: Sequence[ReportRecord],
    folder: Path,
    path: str | os.PathLike | None = None,
    *,
    format: str | None = None,
    examples: bool = True,
) -> tuple[Path, ...]:
    """Writes a file for each record; the arguments are those of `report`.

    Args:
        records: Of a run.
        folder: Where files go that have no path.
        path: Where to.
        format: What as.
        examples: Whether example rows are shown.

    Returns:
        The paths of all files.
    """
    write, name = FORMATS[_format(format, path)]
    wanted = folder / name if path is None else Path(path)
    paths = report_paths(wanted, tuple(record.target for record in records))
    for record, where in zip(records, paths):
        write(record if examples else replace(record, examples=()), where)
    return paths


def run_folder(path: str | os.PathLike) -> Path:
    """The run folder that is meant: the path itself, or the folder of a file in it.

    Example:
        >>> run_folder("runs/last").name
        'last'
    """
    path = Path(path)
    return path.parent if path.is_file() and (path.parent / RECORD).exists() else path


def read_run(folder: str | os.PathLike) -> tuple[ReportRecord, ...]:
    """The records in a run folder, one for each report.

    Args:
        folder: The run folder, or a file in it.

    Raises:
        FileError: If the folder is no run's, comes from an older version, or was damaged.
    """
    folder = run_folder(folder)
    if not folder.is_dir():
        raise FileError(
            f"{str(folder)!r} is a file, not a run folder"
            if folder.is_file()
            else f"no run folder {str(folder)!r}",
            available=_runs_beside(folder),
            hint="name the folder that `neurode train` made, such as runs/last",
        )
    if not (folder / RECORD).exists():
        known = (folder / "config.json").exists()
        raise FileError(
            f"{str(folder)!r} is a run without {RECORD}" if known else f"{str(folder)!r} is no run folder",
            available="" if known else _runs_beside(folder / "any"),
            hint="it comes from an older version of neurode: train again"
            if known
            else "name the folder that `neurode train` made, such as runs/last",
        )
    return read_records(folder / RECORD)


def write_run(run: Run, details: Sequence[Details]) -> None:
    """Writes what a run folder tells to people: the record, then the report and the model card from it.

    Args:
        run: What was trained and judged.
        details: What the test rows say beyond each judgement.
    """
    records = [report_record(run, each, more) for each, more in zip(run.judgements, details)]
    write_records(run.path / RECORD, records)
    # As they will be read: what is written now and what is written again are the same.
    records = list(read_run(run.path))
    for kind in FORMATS:
        write_reports(records, run.path, format=kind)


def report_record(run: Run, judgement: Judgement, details: Details) -> ReportRecord:
    """Everything that a report says, as plain data."""
    config = run.config
    return ReportRecord(
        title=judgement.title,
        subtitle=f"{config['table']} · target {judgement.name} · run {run.id}",
        comparison=_thinned(judgement),
        target=judgement.name,
        origin=origin_of(run, details.periods, details.unseen),
        network=network_record(run.model, judgement.outputs),
        history=run.history.history,
        best_epoch=run.model.best_epoch_,
        config={
            name: _told(value) for name, value in config.items() if value is not None and name not in UNTOLD
        },
        schema=details.columns,
        warnings=run.warnings,
        splits=run.splits,
        timings=run.timings,
        versions={
            "neurode": version("neurode"),
            **{name: version(name) for name in ("jax", "numpy", "polars", "scikit-learn")},
            "Python": platform.python_version(),
            "machine": platform.platform(terse=True),
        },
        reproduce=reproduce(config),
        decision=judgement.decision,
        reliability=judgement.reliability,
        thresholds=details.thresholds,
        refer_band=_refer_band(run),
        referral=judgement.referral,
        gains=details.gains,
        ks=details.ks,
        segments=details.segments,
        in_full=details.in_full,
        drivers=details.drivers,
        examples=details.examples,
        diagnosis=None if run.diagnosis is None else run.diagnosis.to_json(),
        cross_validation=None if run.cross_validation is None else run.cross_validation.to_json(),
    )


def _format(format: str | None, path: str | os.PathLike | None) -> str:
    if format is not None:
        if format not in FORMATS:
            raise UnknownNameError("format", format, FORMATS)
        return format
    ending = Path(path).suffix.lower() if path is not None else ".html"
    endings = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}
    if ending not in endings:
        raise ArgumentError(
            f"the ending of {str(path)!r} says no format",
            available=f"endings: {listed(endings)}",
            hint="or say it: format='html' (--format html)",
        )
    return endings[ending]


def _runs_beside(folder: Path) -> str:
    """The runs that lie where this one was looked for."""
    parent = folder.parent
    found = sorted(path.parent.name for path in parent.glob("*/config.json")) if parent.is_dir() else []
    return f"runs in {str(parent)!r}: {listed(found[-5:])}" if found else ""


def _thinned(judgement: Judgement) -> Any:
    """The comparison with the draws of the leading metric alone, which is all that a report looks into."""
    comparison = judgement.comparison
    leading = "r2" if "r2" in comparison.network.metrics else "roc_auc"

    def thin(judged: Any) -> Any:
        kept = {name: values for name, values in judged.resampled.items() if name == leading}
        return replace(judged, resampled=kept)

    return replace(
        comparison,
        network=thin(comparison.network),
        baselines=tuple(map(thin, comparison.baselines)),
    )


def _refer_band(run: Run) -> Any:
    """The band, unless the probabilities that it is for are not those of the test rows."""
    decision = getattr(run.model, "decision_", None)
    return None if decision is None or decision.deployment_rates is not None else decision.refer_band


def _told(value: Any) -> Any:
    """A setting as plain data: an object of one's own is what it prints as."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(name): _told(part) for name, part in value.items()}
    return [_told(part) for part in value] if isinstance(value, list | tuple) else str(value)
