"""`neurode predict`: scores for the rows of a table."""

import json
import sys
from pathlib import Path

import click

from neurode.cli.options import table_options
from neurode.errors import ArgumentError, ModelFileError

WRITERS = {".csv": "write_csv", ".tsv": "write_csv", ".parquet": "write_parquet", ".arrow": "write_ipc"}


@click.command("predict")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="CSV, TSV, Parquet or Arrow file to write; standard output if left out.")  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1), help="Instead of the one stored in the model.")
@click.option("--keep", is_flag=True, help="Write the columns of the table too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row.")
@table_options
def command(
    model: Path,
    table: Path,
    output: Path | None,
    threshold: float | None,
    keep: bool,
    as_json: bool,
    database_table: str | None,
    query: str | None,
) -> None:
    """Score the rows of TABLE with MODEL.

    Writes the probability of the positive class (of every class, where there are more than two) and the
    prediction.

    \b
    Example:
        neurode predict runs/last/model.neurode new_loans.csv -o scored.parquet
    """
    import polars as pl

    from neurode.estimators import NeuralClassifier, load
    from neurode.files import replacing
    from neurode.tables import read_table

    if output is not None and output.suffix.lower() not in WRITERS:
        raise ArgumentError(f"cannot write {output.name!r}", available=f"endings: {', '.join(WRITERS)}")
    classifier = load(model)
    if not isinstance(classifier, NeuralClassifier):
        raise ModelFileError(
            f"{str(model)!r} holds a bare network, which takes arrays, not tables",
            hint="in Python: neurode.load(path).predict(array)",
        )
    if threshold is not None and classifier.threshold_ is None:
        raise ArgumentError(
            "--threshold with more than two classes", hint="leave it out: the likeliest class is taken"
        )
    classifier.threshold_ = classifier.threshold_ if threshold is None else threshold
    frame = read_table(table, table=database_table, query=query)
    probability = classifier.predict_proba(frame)
    two = len(classifier.classes_) == 2
    scores = {
        f"probability_{label}": probability[:, index]
        for index, label in enumerate(classifier.classes_)
        if not two or index == 1
    }
    result = pl.DataFrame({**scores, "prediction": classifier.decide(probability)})
    if keep:
        clash = [name for name in result.columns if name in frame.columns]
        result = pl.concat([frame.drop(clash), result], how="horizontal")
    if not (guards := classifier.guards(frame)).are_clear or guards.extra_columns:
        for line in str(guards).splitlines():
            click.echo(f"note: {line}", err=True)
    if output is not None:
        options = {"separator": "\t"} if output.suffix.lower() == ".tsv" else {}
        with replacing(output) as temporary:
            getattr(result, WRITERS[output.suffix.lower()])(temporary, **options)
        click.echo(f"{output}: {result.height:,} rows", err=True)
    elif as_json:
        for row in result.iter_rows(named=True):
            click.echo(json.dumps(row, default=str))
    else:
        sys.stdout.write(result.write_csv())
