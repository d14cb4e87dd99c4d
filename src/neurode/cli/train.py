"""`neurode train`: from a table to a run folder."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from neurode.cli.options import pairs, prices, read_schema, table_options, whole_numbers


@click.command("train")
@click.argument("table", default="credit_default")
@click.option("-t", "--target", metavar="COLUMN", help="Column to predict.")
@click.option("--positive", metavar="CLASS", help="Class whose probability is predicted: the bad event.")
@click.option("--kind", "kinds", multiple=True, metavar="COLUMN=KIND", callback=pairs,
              help="Kind of a column where the inferred one is wrong; may be repeated.")  # fmt: skip
@click.option("--schema", type=click.Path(path_type=Path), help="JSON file with the kinds of all columns.")
@click.option("--threshold", default="0.5", show_default=True, metavar="RULE",
              help="A probability, f1, youden, recall=0.8, precision=0.5 or approval_rate=0.7.")  # fmt: skip
@click.option("--cost", metavar="FN:FP", callback=prices,
              help="Threshold by the prices of a false negative and a false positive: 5:1.")  # fmt: skip
@click.option(
    "--hidden", metavar="UNITS", callback=whole_numbers, help="Hidden layers, as in 64,32; 0 for none."
)
@click.option("--epochs", type=click.IntRange(1), help="Most epochs.")
@click.option("--batch-size", type=click.IntRange(1), help="Rows of a step.")
@click.option("--learning-rate", type=float, help="Size of a step.")
@click.option("--dropout", type=click.FloatRange(0, 1, max_open=True), help="Share of hidden units dropped.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Where all randomness comes from."
)
@click.option(
    "-o", "--output", default="runs", show_default=True, metavar="FOLDER", help="Where run folders are made."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@table_options
def command(
    table: str,
    kinds: dict[str, str],
    schema: Path | None,
    cost: Any,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train and judge a network on TABLE.

    TABLE is a CSV, TSV, Parquet, Arrow or SQLite file, or an embedded dataset: credit_default, loans.

    \b
    Example:
        neurode train loans.csv --target problem_loan --cost 5:1
    """
    from neurode.cli.progress import Progress  # Late, so that `--help` loads nothing heavy.
    from neurode.runs import train

    hidden = options.pop("hidden")
    settings = {
        "hidden_layer_sizes": hidden,
        **{name: options.pop(name) for name in ("epochs", "batch_size", "learning_rate", "dropout")},
    }
    with Progress(quiet=quiet or not sys.stderr.isatty()) as progress:
        run = train(
            table,
            kinds=kinds,
            schema=read_schema(schema),
            cost=cost,
            notify=progress.say,
            callbacks=(progress,),
            **options,
            **{name: value for name, value in settings.items() if value is not None},
        )
    for warning in run.warnings:
        click.echo(f"note: {warning}", err=True)
    if run.history.interrupted:
        click.echo("note: training was interrupted; the network has the best weights so far", err=True)
    if as_json:
        click.echo(json.dumps({"run": str(run.path), "splits": run.splits, **run.evaluation.to_json()}))
        return
    click.echo(str(run.evaluation))
    click.echo(f"\n{run.path / 'report.html'}\n{run.path / 'model.neurode'}")
