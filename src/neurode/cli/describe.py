"""`neurode describe`: what each column of a table is."""

import json

import click

from neurode.cli.options import pairs, table_options


@click.command("describe")
@click.argument("table")
@click.option("-t", "--target", metavar="COLUMN", help="Column to predict.")
@click.option("--kind", "kinds", multiple=True, metavar="COLUMN=KIND", callback=pairs,
              help="Kind of a column where the inferred one is wrong; may be repeated.")  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="Print the schema as JSON, for `neurode train --schema`."
)
@table_options
def command(
    table: str,
    target: str | None,
    kinds: dict[str, str],
    as_json: bool,
    database_table: str | None,
    query: str | None,
) -> None:
    """Show what each column of TABLE is: its kind, gaps, range or levels.

    \b
    Example:
        neurode describe loans.csv --target problem_loan
    """
    from pathlib import Path

    from neurode import datasets
    from neurode.tables import Schema, read_table

    if table in datasets.DATASETS and not Path(table).exists():
        frame, target = datasets.load(table), target or datasets.get(table).target
    else:
        frame = read_table(table, table=database_table, query=query)
    schema = Schema.infer(frame, target, kinds)
    click.echo(json.dumps(schema.to_json(), indent=2) if as_json else f"{frame.height:,} rows\n{schema}")
