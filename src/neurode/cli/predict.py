"""`neurode predict`: scores for the rows of a table, and a check of the table itself."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from neurode.cli.options import base_rate, table_options
from neurode.cli.saved_models import saved_estimator
from neurode.cli.table_files import check_ending, write_frame
from neurode.errors import ArgumentError, TableError

_ROWS_AT_ONCE = 100_000


@click.command("predict")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="CSV, TSV, Parquet or Arrow file to write; standard output if left out.")  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1), help="Instead of the one stored in the model.")
@click.option("--base-rate", "rate", metavar="RATE", callback=base_rate,
              help="Class rates where it is used: the positive share, or paid=0.9,late=0.1.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Write the columns of the table too.")
@click.option("--check", is_flag=True,
              help="Print what training had not seen in the table; write scores only with -o.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row, or the check as one.")
@table_options
def command(
    model: Path,
    table: str,
    output: Path | None,
    threshold: float | None,
    rate: Any,
    keep: bool,
    check: bool,
    as_json: bool,
    database_table: str | None,
    **source: Any,
) -> None:
    """Score the rows of TABLE with MODEL.

    Writes the probability of the positive class (of every class, where there are more than two) and the
    prediction. With --base-rate, probabilities are moved to the class rates where the model is used; the
    threshold stays the same probability, or becomes the one that its prices ask for. With --check, says
    column by column what has changed since training: columns that are missing or of another type, unseen
    levels, values outside the training range, gaps, and how far the spread of each column and of the scores
    has moved (PSI).

    \b
    Example:
        neurode predict runs/last/model.neurode new_loans.csv -o scored.parquet
        neurode predict runs/last/model.neurode new_loans.csv --check
        neurode predict runs/last/model.neurode new_loans.csv --base-rate 0.02
    """
    import polars as pl

    from neurode.tables import check_table, read_table

    check_ending(output)
    estimator = _loaded(model, threshold)
    frame = read_table(table, table=database_table, **source)
    scores, known, unreadable = {}, {}, None
    try:
        scores = known = _scores(estimator, frame)
        if rate is not None:
            scores = _scores(_deployed(estimator, rate), frame)
    except TableError as error:
        if not check:
            raise
        unreadable = error
    # The profile knows the scores at the rates of training.
    profile = getattr(estimator, "profile_", None)
    found = check_table(estimator.encoding_, profile, frame, scores=_numbers(known))
    if check:
        click.echo(json.dumps(found.to_json()) if as_json else str(found))
        if output is None:
            return
        if unreadable is not None:
            raise unreadable
    else:
        for note in found.notes:
            click.echo(f"note: {note}", err=True)
    result = pl.DataFrame([_series(name, values) for name, values in scores.items()])
    if keep:
        clash = [name for name in result.columns if name in frame.columns]
        result = pl.concat([frame.drop(clash), result], how="horizontal")
    if output is None:
        _print(result, as_json)
    else:
        write_frame(result, output)


def _loaded(path: Path, threshold: float | None) -> Any:
    estimator = saved_estimator(path, instead="neurode.load(path).predict(array)")
    if threshold is None:
        return estimator
    if not hasattr(estimator, "predict_proba"):
        raise ArgumentError("--threshold with a model that predicts numbers", hint="leave it out")
    if estimator.threshold_ is None:
        raise ArgumentError(
            "--threshold with more than two classes", hint="leave it out: the likeliest class is taken"
        )
    estimator.threshold_ = threshold
    return estimator


def _deployed(estimator: Any, rate: Any) -> Any:
    """The classifier, its probabilities moved to the class rates where it is used."""
    from dataclasses import replace

    from neurode.estimators.class_rates import deployment_rates

    if not hasattr(estimator, "decision_"):
        raise ArgumentError("--base-rate with a model that has no classes", hint="leave it out")
    rates = deployment_rates(rate, estimator.classes_)
    estimator.decision_ = replace(estimator.decision_, deployment_rates=rates)
    for line in str(estimator.decision_).splitlines()[:3:2]:
        click.echo(f"note: {line}", err=True)
    return estimator


def _scores(estimator: Any, frame: Any) -> dict[str, Any]:
    """What the model says of each row, by the names of the columns that are written."""
    if not hasattr(estimator, "predict_proba"):
        prediction = estimator.predict(frame)
        return _by_column("prediction", prediction, getattr(estimator, "target_names_", None))
    probability = estimator.predict_proba(frame)
    decision = estimator.decide(probability)
    scores = _by_column("probability", probability, estimator.classes_)
    if decision.ndim == 1 and len(estimator.classes_) == 2:
        # The other class has the rest.
        scores.pop(f"probability_{estimator.classes_[0]}")
    return scores | _by_column("prediction", decision, estimator.classes_)


def _by_column(name: str, values: Any, labels: Any) -> dict[str, Any]:
    if values.ndim == 1:
        return {name: values}
    labels = range(values.shape[1]) if labels is None else labels
    return {f"{name}_{label}": values[:, place] for place, label in enumerate(labels)}


def _numbers(scores: dict[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in scores.items() if values.dtype.kind == "f"}


def _series(name: str, values: Any) -> Any:
    import polars as pl

    # With a refer band, a word stands among the classes, whatever those are.
    return pl.Series(name, values.astype(str) if values.dtype == object else values)


def _print(result: Any, as_json: bool) -> None:
    for number, part in enumerate(result.iter_slices(_ROWS_AT_ONCE)):
        sys.stdout.write(part.write_ndjson() if as_json else part.write_csv(include_header=number == 0))
