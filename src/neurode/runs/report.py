"""From a run to its report."""

import os
import platform
import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from neurode.reporting import NetworkRecord, ReportRecord, write_report
from neurode.runs.run import Run


def report(run: Run, path: str | os.PathLike | None = None) -> Path:
    """Writes the run's report: one HTML file that needs nothing else.

    Args:
        run: What `train` returned.
        path: Where to; `report.html` in the run folder if left out.

    Returns:
        The path of the file.

    Raises:
        FileError: If it cannot be written.
    """
    return write_report(report_record(run), run.path / "report.html" if path is None else Path(path))


def report_record(run: Run) -> ReportRecord:
    """Everything that the report says, as plain data."""
    config = run.config
    return ReportRecord(
        title=f"{config['target']}: will it be {run.model.classes_[-1]!s}?"
        if len(run.model.classes_) == 2
        else f"Which {config['target']}?",
        subtitle=f"{config['table']} · target {config['target']} · run {run.id}",
        comparison=run.evaluation,
        network=_network(run),
        history=run.history.history,
        best_epoch=run.model.best_epoch_,
        config={name: value for name, value in config.items() if value is not None},
        schema=[_column(column, run) for column in run.schema.columns],
        warnings=run.warnings,
        splits=run.splits,
        timings=run.timings,
        versions={
            "neurode": version("neurode"),
            **{name: version(name) for name in ("jax", "numpy", "polars", "scikit-learn")},
            "Python": platform.python_version(),
            "machine": platform.platform(terse=True),
        },
        reproduce=command_of(config),
    )


def command_of(config: dict[str, Any]) -> str:
    """The command line that makes the run again."""
    parts = ["neurode", "train", str(config["table"]), "--target", str(config["target"])]
    if config.get("positive") is not None:
        parts += ["--positive", str(config["positive"])]
    if config.get("cost"):
        parts += [f"--cost={config['cost']['false_negative']:g}:{config['cost']['false_positive']:g}"]
    elif config.get("threshold") not in (None, 0.5):
        parts += ["--threshold", str(config["threshold"])]
    for name, kind in (config.get("kinds") or {}).items():
        parts += ["--kind", f"{name}={kind}"]
    for name, option in (("hidden_layer_sizes", "--hidden"), ("epochs", "--epochs")):
        value = config.get("settings", {}).get(name)
        if value is not None:
            parts += [option, ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)]
    return shlex.join([*parts, "--seed", str(config["seed"])])


def _network(run: Run) -> NetworkRecord:
    model = run.model.model_
    encoding, *layers = model.layers
    dense = [layer for layer in layers if hasattr(layer, "units")]
    kernels = [layer.kernel.numpy() for layer in dense]
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    names = run.model.encoding_.names
    classes = [str(label) for label in run.model.classes_]
    return NetworkRecord(
        layer_sizes=[len(names), *(kernel.shape[1] for kernel in kernels)],
        input_names=names,
        output_names=classes[-1:] if len(classes) == 2 else classes,
        activations=[str(layer.get_config()["activation"]) for layer in dense],
        weights=[_strongest(kernels[0], encoding.columns_of_features(), len(names)), *kernels[1:]],
        n_params=model.count_params(),
        summary="\n".join(lines),
    )


def _strongest(kernel: np.ndarray, columns: np.ndarray, n_columns: int) -> np.ndarray:
    """One weight a table column and unit: of the column's features, the strongest."""
    strongest = np.zeros((n_columns, kernel.shape[1]), kernel.dtype)
    for column in range(n_columns):
        rows = kernel[columns == column]
        if len(rows):
            strongest[column] = np.take_along_axis(rows, np.abs(rows).argmax(axis=0)[None, :], axis=0)[0]
    return strongest


def _column(column: Any, run: Run) -> dict[str, Any]:
    if column.levels:
        shown = ", ".join(column.levels[:5])
        more = len(column.levels) - 5
        values = f"{shown}, … ({more:,} more)" if more > 0 else shown
    elif column.minimum is not None:
        values = f"{_number(column.minimum)} … {_number(column.maximum)}"
    else:
        values = f"{column.n_unique:,} values"
    notes = ["target"] if column.name == run.schema.target else []
    return {
        "name": column.name,
        "kind": column.kind,
        "gaps": column.n_missing / max(1, run.schema.n_rows),
        "values": values,
        "notes": "; ".join([*notes, *column.notes]),
    }


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.6g}"
    return str(value)
