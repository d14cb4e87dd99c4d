"""One call from a raw table to a judged, saved and reported network."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neurode.callbacks import Callback
from neurode.errors import ArgumentError
from neurode.runs.checkup import diagnose
from neurode.runs.config import config_of
from neurode.runs.cross_validation import cross_validate, fit
from neurode.runs.data import Data, Fractions, Splitting, prepare
from neurode.runs.details import look_closer
from neurode.runs.folder import EventLog, RunFolder
from neurode.runs.options import check_settings
from neurode.runs.predictions import write_predictions
from neurode.runs.report import write_run
from neurode.runs.run import Run
from neurode.runs.stages import Stages
from neurode.runs.target import Estimator, Parts
from neurode.tables import Schema, source_stem


def train(
    table: Any,
    target: str | Sequence[str] | None = None,
    *,
    task: str = "auto",
    positive: Any = None,
    kinds: Mapping[str, str] | None = None,
    schema: Schema | str | os.PathLike | None = None,
    threshold: str | float | int | None = None,
    cost: Mapping[str, float | int] | None = None,
    group: str | None = None,
    time: str | None = None,
    split_column: str | None = None,
    fractions: Fractions = (0.7, 0.15, 0.15),
    folds: int | None = None,
    seed: int = 0,
    output: str | os.PathLike = "runs",
    database_table: str | None = None,
    query: str | None = None,
    trust_pickle: bool = False,
    examples: bool = True,
    callbacks: tuple[Callback, ...] = (),
    notify: Callable[[str], None] | None = None,
    **settings: Any,
) -> Run:
    """Trains a network on a table, judges it beside honest baselines and keeps everything in a run folder.

    The network learns from the training rows; the validation rows end its training and choose calibration,
    threshold and refer band; the test rows are seen once, at the end. Rows are drawn class by class, or part
    by part of a number's range, unless `group`, `time` or `split_column` say otherwise.

    Args:
        table: A path, a frame of any library, or the name of an embedded dataset (`"credit_default"`).
        target: The column to predict, or several: labels where all are 0 and 1, else numbers. An embedded
            dataset knows its own.
        task: "classification", "regression", or "auto": numbers with fractions and those of more than 20
            different values are predicted as numbers.
        positive: The class whose probability is predicted, of two: the bad event. The last in order if None.
        kinds: Kinds of columns where the inferred one is wrong.
        schema: What all columns are, instead of inferring it: a schema, or the path of one.
        threshold: Of two classes: a probability, or a rule as in `evaluation.choose_threshold`: `"f2"`,
            `"youden"`, `"recall=0.8"`, `"approval_rate=0.7"`, `"capacity=200 of 10000"`, `"cost"`, ….
        cost: Prices: of a `false_negative`, a `false_positive`, …; without a rule it implies
            `threshold="cost"`.
        group: A column whose equal values (a customer's rows) stay in one part. It is no feature.
        time: A column by which the latest rows are tested. It stays a feature.
        split_column: A column that says `train`, `validation` or `test` of each row. It is no feature.
        fractions: Shares of training, validation and test rows.
        folds: Folds of a cross-validation of the network beside, by the same rule of splitting.
        seed: Of the split, the weights, the order of rows, dropout and the bootstrap.
        output: The folder that run folders are made in.
        database_table: Which table of a database.
        query: A SELECT to run on a database instead.
        trust_pickle: Read a pickled frame; only for files of your own, as a pickle can run any code.
        examples: Whether the report explains three test rows with their values, the only rows that it shows.
        callbacks: More callbacks for the network's fit.
        notify: Is told each stage in a few words.
        **settings: Of `NeuralClassifier` or `NeuralRegressor`: `epochs=50`, `balance="downsample"`,
            `calibration="platt"`, `refer="rate=0.1"`, ….

    Returns:
        The run: `print(run)` tells all, `run.evaluation` is the comparison, `run.model` predicts, `run.path`
        is the folder.

    Raises:
        NeurodeError: If the table, the target or a setting cannot be used; no folder is left behind then.

    Example:
        >>> import neurode, tempfile
        >>> loans = neurode.datasets.make_loans(2_000)
        >>> run = train(loans, "problem_loan", output=tempfile.mkdtemp(), epochs=2)
        >>> run.splits
        {'training': 1400, 'validation': 300, 'test': 300}
    """
    stages = Stages(notify)
    if seed < 0:
        raise ArgumentError(f"seed={seed!r}", hint="a seed is a whole number, 0 or more")
    check_settings(settings)
    settings = settings | _line(threshold, cost)
    splitting = Splitting(group, time, split_column, fractions, folds, seed)
    with stages.stage("reading", "reading the table"):
        data = prepare(
            table,
            target,
            task=task,
            positive=positive,
            kinds=kinds,
            schema=schema,
            splitting=splitting,
            database_table=database_table,
            query=query,
            trust_pickle=trust_pickle,
        )

    def build() -> Estimator:
        return data.target.estimator({**settings, "kinds": kinds, "random_state": seed})

    estimator = build()
    config = config_of(
        table, data, splitting, settings, kinds=kinds, schema=schema, database_table=database_table,
        query=query, trust_pickle=trust_pickle, output=output, task=task, examples=examples,
    )  # fmt: skip
    named = source_stem(table) if isinstance(table, str | os.PathLike) else data.target.names[0]
    folder = RunFolder(output, named)
    try:
        folder.write_json("config.json", config)
        folder.log("start", **data.sizes)
        run = _run(folder, config, data, estimator, build, callbacks, stages)
        folder.log("end", seconds=stages.seconds, best_epoch=estimator.best_epoch_)
    except BaseException:
        folder.discard()
        raise
    folder.point_last()
    return run


def _run(
    folder: RunFolder,
    config: dict[str, Any],
    data: Data,
    estimator: Estimator,
    build: Callable[[], Estimator],
    callbacks: tuple[Callback, ...],
    stages: Stages,
) -> Run:
    target, split, seed = data.target, data.split, config["seed"]
    with stages.stage("network", "training the network"):
        fit(estimator, data, split, (EventLog(folder), *callbacks))
    with stages.stage("baselines", "training the baselines"):
        # Encoded once, by the training rows' statistics, for all models.
        everything = estimator.encoding_.transform(data.features)
        parts = Parts(*(everything.rows(rows) for rows in split))
        baselines = target.fit_baselines(parts.train, split.train, seed)
    with stages.stage("judging", "judging on the test rows"):
        judged = target.judge(estimator, baselines, parts, split, stages.seconds["network"], seed)
    crossed = None
    if data.folds and not estimator.history_.interrupted:
        with stages.stage("folds", "cross-validation"):
            crossed = cross_validate(data, build, stages)
    with stages.stage("explaining", "explaining the network"):
        details = look_closer(data, estimator, parts, judged, config)
    with stages.stage("diagnosing", "asking the doctor"):
        diagnosis = diagnose(estimator, data, judged)
    with stages.stage("writing", "writing the run folder"):
        run = Run(
            path=folder.path,
            config=config | {"interrupted": estimator.history_.interrupted_at},
            schema=data.schema,
            splits=data.sizes,
            model=estimator,
            history=estimator.history_,
            judgements=judged,
            cross_validation=crossed,
            warnings=data.warnings,
            timings=stages.seconds,
            diagnosis=diagnosis,
        )
        estimator.save(folder.path / "model.neurode")
        folder.write_json("evaluation.json", run.to_json())
        folder.write_json("diagnosis.json", diagnosis.to_json())
        write_predictions(folder.path / "predictions.parquet", estimator, data, parts)
        write_run(run, details)
    return run


def _line(threshold: Any, cost: Any) -> dict[str, Any]:
    """Threshold and prices as settings, as far as they are given."""
    if cost is not None and threshold is None:
        threshold = "cost"
    if isinstance(threshold, str):
        try:
            threshold = float(threshold)
        except ValueError:
            threshold = threshold.strip()
    if threshold == "cost" and cost is None:
        raise ArgumentError(
            "threshold='cost' without prices",
            hint="add them: cost={'false_negative': 5, 'false_positive': 1} (--cost 5:1)",
        )
    given = {"threshold": threshold, "cost": None if cost is None else dict(cost)}
    return {name: value for name, value in given.items() if value is not None}
