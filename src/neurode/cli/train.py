"""`neurode train`: from a table to a run folder."""

import json
import sys
from typing import Any

import click

from neurode.cli.options import (
    base_rate,
    class_weights,
    pairs,
    prices,
    shares,
    table_options,
    whole_numbers,
)

SETTINGS = (
    "epochs", "batch_size", "learning_rate", "dropout", "balance", "balance_ratio", "class_weight",
    "focal_gamma", "calibration", "refer",
)  # fmt: skip
"""Options that go to the network as they are, where they are given."""


@click.command("train")
@click.argument("table", default="credit_default")
@click.option("-t", "--target", "targets", multiple=True, metavar="COLUMN",
              help="Column to predict; repeat it for several labels or numbers.")  # fmt: skip
@click.option("--task", default="auto", show_default=True, metavar="TASK",
              help="classification, regression, or auto: what the target looks like.")  # fmt: skip
@click.option("--positive", metavar="CLASS", help="Class whose probability is predicted: the bad event.")
@click.option("--kind", "kinds", multiple=True, metavar="COLUMN=KIND", callback=pairs,
              help="Kind of a column where the inferred one is wrong; may be repeated.")  # fmt: skip
@click.option("--schema", metavar="FILE", help="JSON file with the kinds of all columns.")
@click.option("--group", metavar="COLUMN", help="Rows of one value stay in one part; no feature.")
@click.option("--time", metavar="COLUMN", help="The latest rows are tested.")
@click.option("--split-column", metavar="COLUMN",
              help="Says train, validation or test of each row; no feature.")  # fmt: skip
@click.option("--fractions", default="0.7,0.15,0.15", show_default=True, metavar="SHARES", callback=shares,
              help="Training, validation and test rows.")  # fmt: skip
@click.option("--folds", type=click.IntRange(2), help="Cross-validate the network too, in so many folds.")
@click.option("--balance", metavar="HOW",
              help="Of training rows: class_weight, downsample, oversample or smote.")  # fmt: skip
@click.option("--balance-ratio", type=float, metavar="RATIO",
              help="Rows of a small class for each of the largest, up to 1.")  # fmt: skip
@click.option("--class-weight", metavar="WEIGHTS", callback=class_weights,
              help="In the loss: balanced, or paid=1,late=5, or JSON.")  # fmt: skip
@click.option("--focal-gamma", type=float, metavar="GAMMA", help="Train with the focal loss; 2 is usual.")
@click.option("--base-rate", metavar="RATE", callback=base_rate,
              help="Class rates that probabilities are for: training (the default, undoes balancing), none "
                   "(leaves them shifted), the positive share in use, or paid=0.9,late=0.1.")  # fmt: skip
@click.option("--calibration", metavar="METHOD",
              help="platt, isotonic or temperature, on validation rows.")  # fmt: skip
@click.option("--threshold", metavar="RULE",
              help="A probability, or a rule for the validation rows: f1, f2, youden, mcc, accuracy, "
                   "recall=0.8, precision=0.5, specificity=0.9, approval_rate=0.7, "
                   "'capacity=200 of 10000', or cost.")  # fmt: skip
@click.option("--cost", metavar="FN:FP", callback=prices,
              help="Threshold by the prices of a false negative and a false positive: 5:1, or by name "
                   "as in fn=5,fp=1,tp=0,tn=0,refer=0.5, or JSON.")  # fmt: skip
@click.option("--refer", metavar="RULE",
              help="Rows near the threshold that a person decides: rate=0.1, 0.3..0.6, or cost.")  # fmt: skip
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
@click.option("--no-examples", is_flag=True, help="Show no row of the table in the report.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@table_options
def command(
    table: str,
    targets: tuple[str, ...],
    kinds: dict[str, str],
    hidden: tuple[int, ...] | None,
    base_rate: Any,
    no_examples: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train and judge a network on TABLE.

    TABLE is a CSV, TSV, Parquet, Arrow or SQLite file, also compressed; a folder of Parquet parts; a pattern
    such as 'loans-*.csv'; an address, postgresql://…; or an embedded dataset: credit_default, loans.

    A target of numbers trains a network that predicts numbers; what is for classes (balancing, calibration,
    threshold, prices) is refused then.

    \b
    Example:
        neurode train loans.csv --target problem_loan --cost 5:1
        neurode train loans.csv --target problem_loan --balance smote --calibration platt --refer rate=0.1
        neurode train houses.csv --target price --group owner --folds 5
    """
    from neurode.cli.progress import Progress  # Late, so that `--help` loads nothing heavy.
    from neurode.runs import train

    settings = {name: value for name in SETTINGS if (value := options.pop(name)) is not None}
    if hidden is not None:
        settings["hidden_layer_sizes"] = hidden
    if base_rate is not None:
        settings["base_rate"] = None if base_rate == "none" else base_rate
    if no_examples:
        options["examples"] = False
    with Progress(quiet=quiet or not sys.stderr.isatty()) as progress:
        run = train(
            table,
            list(targets) or None,
            kinds=kinds,
            notify=progress.say,
            callbacks=(progress,),
            **options,
            **settings,
        )
    for warning in run.warnings:
        click.echo(f"note: {warning}", err=True)
    if run.history.interrupted:
        click.echo("note: training was interrupted; the network has the best weights so far", err=True)
    elif options["folds"] is not None and run.cross_validation is None:
        click.echo("note: the cross-validation was interrupted, and is left out", err=True)
    for finding in () if run.diagnosis is None else run.diagnosis.warnings:
        click.echo(f"note: {finding.line}", err=True)
    if as_json:
        click.echo(json.dumps({"run": str(run.path), "splits": run.splits, **run.to_json()}))
        return
    click.echo(str(run))
    click.echo("\n" + "\n".join(map(str, [*run.reports, run.path / "model.neurode"])))
