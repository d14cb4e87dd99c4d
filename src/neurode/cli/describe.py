"""`neurode describe`: what each column of a table is, how it lies, and what to know about it."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from neurode.cli.options import pairs, table_options


@click.command("describe")
@click.argument("table")
@click.option("-t", "--target", metavar="COLUMN", help="Column to predict.")
@click.option("--kind", "kinds", multiple=True, metavar="COLUMN=KIND", callback=pairs,
              help="Kind of a column where the inferred one is wrong; may be repeated.")  # fmt: skip
@click.option("--figure", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the correlations to FILE: .png, .svg or .pdf.")  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="Print the schema as JSON, for `neurode train --schema`."
)
@table_options
def command(
    table: str,
    target: str | None,
    kinds: dict[str, str],
    figure: Path | None,
    as_json: bool,
    database_table: str | None,
    **source: Any,
) -> None:
    """Show what each column of TABLE is: its kind, gaps, spread and range; and what to know about it.

    \b
    Example:
        neurode describe loans.csv --target problem_loan --figure correlations.png
    """
    from neurode import datasets
    from neurode.drawing.saving import known_ending
    from neurode.tables import describe_table, read_table

    if figure is not None:
        known_ending(figure)
    if table in datasets.DATASETS and not Path(table).exists():
        frame, target = datasets.load(table), target or datasets.get(table).target
    else:
        frame = read_table(table, table=database_table, **source)
    description = describe_table(frame, target, kinds)
    if figure is not None:
        _draw(frame, description, figure)
    if as_json:
        click.echo(json.dumps(description.to_json(), indent=2))
    elif sys.stdout.isatty():
        _print_rich(description)
    else:
        click.echo(str(description))


def _draw(frame: Any, description: Any, path: Path) -> None:
    from neurode.drawing import draw_correlations, save_figure
    from neurode.tables import rank_correlations

    save_figure(draw_correlations(*rank_correlations(frame, description.schema)), path)
    click.echo(f"correlations: {path}", err=True)


def _print_rich(description: Any) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from neurode.tables.description import HEADINGS

    lines = Table(box=box.SIMPLE_HEAD, title=f"{description.schema.n_rows:,} rows", title_justify="left")
    for heading in HEADINGS:
        lines.add_column(heading, justify="right" if heading == "gaps" else "left", overflow="fold")
    for row in description.rows():
        # As `Text`, a name in square brackets is no style.
        lines.add_row(*map(Text, row))
    console = Console()
    console.print(lines)
    for warning in description.warnings:
        head = Text(f"{warning.kind:<14}", style="bold yellow")
        name = Text(f"{warning.column!r}: " if warning.column else "", style="bold")
        console.print(Text.assemble(head, name, warning.message, "\n", " " * 14, (warning.hint, "dim")))
