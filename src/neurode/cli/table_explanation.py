"""What `neurode explain` says of a table: how much each column counts; the values of all rows in a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import click
import numpy as np

from neurode.cli.printing import print_table
from neurode.cli.table_files import write_frame
from neurode.drawing.wording import decimals_for
from neurode.errors import ArgumentError, listed

MOST_ROWS = 1_000
"""So many rows show how much each column counts; all of them are explained where they are written."""


def explain_table(
    estimator: Any,
    frame: Any,
    background: Any,
    written: Path | None,
    figure: Path | None,
    as_json: bool,
    *,
    output_name: str | None,
    reasons: int | None,
    groups: Mapping[str, tuple[str, ...]],
    wording: Mapping[str, str],
    adverse: Literal["high", "low"] | None,
    seed: int,
) -> None:
    """Explains the rows of a table, prints the columns by importance, and writes and draws what is asked."""
    from neurode.explain import reason_codes, shap_values, subject_of

    names = subject_of(estimator, output_name).outputs
    if reasons is not None and len(names) > 1:
        raise ArgumentError(
            f"reasons of {len(names)} outputs at once",
            available=f"outputs: {listed(names)}",
            hint="name the bad event: --of NAME",
        )
    rows = frame if written is not None and reasons is None else _evenly(frame, written, reasons)
    explanation = shap_values(
        estimator, rows, background, groups=groups or None, outputs=output_name, seed=seed
    )
    importance = explanation.importance()
    if as_json:
        document = {"rows": len(explanation), "outputs": list(explanation.outputs)}
        click.echo(json.dumps(document | {"importance": importance.to_dicts()}))
    else:
        _print(importance, explanation)
    if figure is not None:
        _draw(explanation, figure)
    if written is None:
        return
    if reasons is None:
        write_frame(_values(explanation), written)
        return
    codes = reason_codes(
        estimator, frame, background, n=reasons, adverse=adverse or "high", output=output_name,
        groups=groups or None, wording=wording, seed=seed,
    )  # fmt: skip
    write_frame(codes.to_frame(), written)


def _evenly(frame: Any, written: Path | None, reasons: int | None) -> Any:
    if frame.height <= MOST_ROWS:
        return frame
    what = "importance " if written is not None and reasons is not None else ""
    more = "; -o FILE takes all" if written is None else f"; {written.name} has the reasons of all"
    click.echo(f"note: {what}by {MOST_ROWS:,} of {frame.height:,} rows, evenly spread{more}", err=True)
    return frame[np.linspace(0, frame.height - 1, MOST_ROWS).astype(int)]


def _print(importance: Any, explanation: Any) -> None:
    outputs = importance.columns[1:]
    headings = [f"mean |SHAP| of {name}" if len(outputs) > 1 else "mean |SHAP|" for name in outputs]
    decimals = [1 + decimals_for(importance[name].to_numpy()) for name in outputs]
    cells = [
        [name, *(f"{size:,.{digits}f}" for size, digits in zip(sizes, decimals))]
        for name, *sizes in importance.rows()
    ]
    what = ", ".join(explanation.outputs)
    n_rows, n_columns = len(explanation), len(explanation.columns)
    size = f"{n_rows:,} row{'s' * (n_rows != 1)}, {n_columns} column{'s' * (n_columns != 1)}"
    click.echo(f"{size}, prediction of {what}\n")
    print_table(["column", *headings], cells, right=range(1, 1 + len(outputs)))


def _draw(explanation: Any, path: Path) -> None:
    from neurode.drawing import draw_beeswarm, draw_importance, save_figure

    if len(explanation.outputs) == 1:
        axes = draw_beeswarm(explanation.columns, explanation.values[:, :, 0], explanation.data)
    else:
        sizes = np.abs(explanation.values).mean(axis=0).sum(axis=1)
        axes = draw_importance(explanation.columns, sizes, label="mean |SHAP value|, summed over the outputs")
    save_figure(axes, path)
    click.echo(f"figure: {path}", err=True)


def _values(explanation: Any) -> Any:
    """A row for each row of the table: its prediction, the base value, and what each column adds."""
    import polars as pl

    several = len(explanation.outputs) > 1
    columns = {"row": np.arange(len(explanation))}
    for place, output in enumerate(explanation.outputs):
        end = f"_{output}" if several else ""
        columns[f"prediction{end}"] = explanation.predictions[:, place]
        columns[f"base_value{end}"] = np.full(len(explanation), explanation.base_values[place])
        for column, name in enumerate(explanation.columns):
            columns[f"shap_{name}{end}"] = explanation.values[:, column, place]
    return pl.DataFrame(columns)
