"""`neurode explain`: where a prediction comes from, of one row or of a table."""

from pathlib import Path
from typing import Any

import click

from neurode.cli.options import table_options
from neurode.cli.saved_models import saved_estimator
from neurode.cli.table_files import check_ending
from neurode.errors import ArgumentError


def named_columns(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """`NAME=COLUMN,COLUMN` options as columns by name."""
    found = {}
    for name, text in texts_by_column(ctx, parameter, values).items():
        found[name] = tuple(part.strip() for part in text.split(",") if part.strip())
        if not found[name]:
            raise click.BadParameter(f"{name!r} has no columns", ctx, parameter)
    return found


def texts_by_column(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """`COLUMN=TEXT` options as a dict; a text may hold further equals signs."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not (name and equals and text):
            raise click.BadParameter(f"{value!r} is not {parameter.metavar}", ctx, parameter)
        if name in found:
            raise click.BadParameter(f"{name!r} is there twice", ctx, parameter)
        found[name] = text
    return found


OF_ONE_ROW = ("immutable", "only_up", "only_down", "no_change")
"""Options of the nearest change."""


@click.command("explain")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table")
@click.option("--row", type=click.IntRange(0), metavar="N", help="Explain one row; rows are counted from 0.")
@click.option("--background", metavar="FILE",
              help="Rows to compare with, such as the training table; TABLE itself if left out.")  # fmt: skip
@click.option("--of", "output_name", metavar="NAME",
              help="Class or target to explain, where there are several.")  # fmt: skip
@click.option("--reasons", type=click.IntRange(0), metavar="N",
              help="Reasons of a row: 4 unless told. Of a table: -o writes them.")  # fmt: skip
@click.option("--adverse", type=click.Choice(["high", "low"]),
              help="Whether a high or a low prediction is bad: reasons are what raises or what lowers it. "
              "Of two classes what raises the positive one, if left out.")  # fmt: skip
@click.option("--group", "groups", multiple=True, metavar="NAME=COL,COL", callback=named_columns,
              help="Related columns that count as one; may be repeated.")  # fmt: skip
@click.option("--wording", multiple=True, metavar="COL=TEXT", callback=texts_by_column,
              help="Words of a reason, with {column}, {value}, {typical}; may be repeated.")  # fmt: skip
@click.option("--immutable", multiple=True, metavar="COL", help="The nearest change leaves it alone.")
@click.option("--only-up", multiple=True, metavar="COL", help="The nearest change may only raise it.")
@click.option("--only-down", multiple=True, metavar="COL", help="The nearest change may only lower it.")
@click.option("--no-change", is_flag=True, help="Look for no change that flips the decision.")
@click.option("--figure", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the SHAP values to FILE: .png, .svg or .pdf.")  # fmt: skip
@click.option("-o", "--output", "written", type=click.Path(path_type=Path), metavar="FILE",
              help="Write SHAP values (or reasons) of all rows: CSV, TSV, Parquet or Arrow.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="Of the sample of the background and the orders of columns.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@table_options
def command(
    model: Path,
    table: str,
    row: int | None,
    background: str | None,
    written: Path | None,
    figure: Path | None,
    as_json: bool,
    database_table: str | None,
    trust_pickle: bool,
    query: str | None,
    **asked: Any,
) -> None:
    """Explain what MODEL says of the rows of TABLE.

    MODEL is a model file or a run folder such as runs/last. With --row N: the prediction of that row, what
    each column adds to it (SHAP values, on the columns of the table), of two classes up to four reasons that
    raise it with their stability (of other predictions if --adverse or --reasons asks), and the nearest
    change that flips the decision. Without: how much each column counts over the table.

    \b
    Example:
        neurode explain runs/last loans.csv --row 17 --immutable age --figure row17.svg
        neurode explain runs/last loans.csv -o shap.parquet
        neurode explain runs/last loans.csv --reasons 4 --group debt=dti,revol_util -o reasons.csv
    """
    from neurode.cli.row_explanation import explain_row
    from neurode.cli.table_explanation import explain_table
    from neurode.drawing.saving import known_ending

    if figure is not None:
        known_ending(figure)
    _check_what_is_asked(row, written, asked)
    check_ending(written)
    # The tables first: a mistake in them is told before JAX is loaded.
    frame = _read(table, table=database_table, query=query, trust_pickle=trust_pickle)
    if row is not None and row >= frame.height:
        raise ArgumentError(f"row {row} does not exist", available=f"rows: 0 … {frame.height - 1}")
    others = None if background is None else _read(background)
    if others is None and frame.height < 2:
        raise ArgumentError(
            "one row cannot be compared with itself",
            hint="give rows to compare with, such as the training table: --background FILE",
        )
    others = frame if others is None else others
    saved = saved_estimator(model, instead="neurode.explain.shap_values(neurode.load(path), array)")
    if row is None:
        about_table = {name: value for name, value in asked.items() if name not in OF_ONE_ROW}
        explain_table(saved, frame, others, written, figure, as_json, **about_table)
    else:
        explain_row(saved, frame, row, others, figure, as_json, **asked)


def _check_what_is_asked(row: int | None, written: Path | None, asked: dict[str, Any]) -> None:
    if row is not None and written is not None:
        raise click.UsageError("-o writes all rows of the table: leave out --row, or leave out -o")
    unused = [name for name in OF_ONE_ROW if row is None and asked[name]]
    if unused:
        raise click.UsageError(
            f"--{unused[0].replace('_', '-')} is for the nearest change of one row: give --row N"
        )
    if row is not None and asked["adverse"] and asked["reasons"] == 0:
        raise click.UsageError("--adverse says which reasons are told, --reasons 0 tells none: leave one out")
    if row is None and asked["adverse"] and asked["reasons"] is None:
        raise click.UsageError("--adverse is for reasons: give --reasons N and -o FILE, or --row N")
    if row is None and asked["reasons"] == 0:
        raise click.UsageError("--reasons 0 is for one row: leave it out, or give --row N")
    if row is None and written is None and asked["reasons"]:
        raise click.UsageError("--reasons of a table go to a file: give -o FILE, or --row N")


def _read(source: str, **options: Any) -> Any:
    from neurode import datasets
    from neurode.tables import read_table

    if source in datasets.DATASETS and not Path(source).exists():
        return datasets.load(source)
    return read_table(source, **options)
