"""From a run to its report."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from neurode.reporting import NetworkRecord, ReportRecord, write_report
from neurode.runs.config import reproduce
from neurode.runs.run import Run, report_paths
from neurode.runs.target import Judgement

UNTOLD = {"in_memory", "objects", "schema"}
"""What the settings leave out: how the run was called, and the schema, which has a table of its own."""

ROLES = {"group": "rows are split by it", "time": "rows are split by it", "split_column": "says the part"}
"""What columns are for that steer the split."""


def report(run: Run, path: str | os.PathLike | None = None) -> Path:
    """Writes the run's report: one HTML file that needs nothing else. Several labels get one each.

    Args:
        run: What `train` returned.
        path: Where to; `report.html` in the run folder if left out. Of several labels each adds its number
            and its name.

    Returns:
        The path of the file, of the first of several.

    Raises:
        FileError: If it cannot be written.
    """
    paths = (
        run.reports if path is None else report_paths(Path(path), tuple(each.name for each in run.judgements))
    )
    for judgement, where in zip(run.judgements, paths):
        write_report(report_record(run, judgement), where)
    return paths[0]


def report_record(run: Run, judgement: Judgement) -> ReportRecord:
    """Everything that a report says, as plain data."""
    config = run.config
    return ReportRecord(
        title=judgement.title,
        subtitle=f"{config['table']} · target {judgement.name} · run {run.id}",
        comparison=judgement.comparison,
        network=_network(run, judgement.outputs),
        history=run.history.history,
        best_epoch=run.model.best_epoch_,
        config={name: value for name, value in config.items() if value is not None and name not in UNTOLD},
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
        reproduce=reproduce(config),
        decision=judgement.decision,
        reliability=judgement.reliability,
    )


def _network(run: Run, outputs: tuple[str, ...]) -> NetworkRecord:
    model = run.model.model_
    dense = [layer for layer in model.layers if hasattr(layer, "units")]
    kernels = [layer.kernel.numpy() for layer in dense]
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    names = run.model.encoding_.names
    features = model.get_layer("table").columns_of_features()
    sizes = [len(features), *(kernel.shape[1] for kernel in kernels)]
    # A network of one's own may branch, or end in something else than a dense layer.
    chained = bool(kernels) and all(kernel.shape[0] == size for kernel, size in zip(kernels, sizes))
    if not chained or sizes[-1] != len(outputs):
        dense, kernels, sizes = [], [], [len(features), len(outputs)]
    return NetworkRecord(
        layer_sizes=[len(names), *sizes[1:]],
        input_names=names,
        output_names=outputs,
        activations=[str(layer.get_config()["activation"]) for layer in dense] or None,
        weights=[_strongest(kernels[0], features, len(names)), *kernels[1:]] if kernels else None,
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
    targets = run.config["target"]
    roles = dict.fromkeys([targets] if isinstance(targets, str) else targets, "target")
    roles |= {run.config[role]: words for role, words in ROLES.items() if run.config[role] is not None}
    notes = [roles[column.name]] if column.name in roles else []
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
