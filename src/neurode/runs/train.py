"""One call from a raw table to a judged, saved and reported network."""

import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode import datasets
from neurode.callbacks import Callback
from neurode.errors import ArgumentError, NeurodeError, UnknownNameError
from neurode.estimators import NeuralClassifier, order_classes
from neurode.evaluation import Comparison, Evaluation, Threshold, choose_threshold, fit_baselines, judge
from neurode.files import replacing
from neurode.runs.folder import EventLog, RunFolder
from neurode.runs.report import report
from neurode.runs.run import Run
from neurode.tables import Schema, Split, encode_target, read_table, stratified_split

PARTS = ("training", "validation", "test")


def train(
    table: Any,
    target: str | None = None,
    *,
    positive: Any = None,
    kinds: Mapping[str, str] | None = None,
    schema: Schema | None = None,
    threshold: str | float | int = 0.5,
    cost: Mapping[str, float | int] | None = None,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    output: str | os.PathLike = "runs",
    database_table: str | None = None,
    query: str | None = None,
    callbacks: tuple[Callback, ...] = (),
    notify: Callable[[str], None] | None = None,
    **settings: Any,
) -> Run:
    """Trains a network on a table, judges it beside honest baselines and keeps everything in a run folder.

    The rows are split by class and seed. The network learns from the training rows; the validation rows end its training and
    choose the threshold; the test rows are seen once, at the end.

    Args:
        table: A path, a frame of any library, or the name of an embedded dataset (`"credit_default"`).
        target: The column to predict; an embedded dataset knows its own.
        positive: The class whose probability is predicted, of two: the bad event. The last in order if None.
        kinds: Kinds of columns where the inferred one is wrong.
        schema: What all columns are, instead of inferring it.
        threshold: A probability or a rule: `"f1"`, `"youden"`, `"cost"`, `"recall=0.8"`, `"precision=0.5"`, `"approval_rate=0.7"`.
        cost: Price of a `false_negative` and a `false_positive`; implies `threshold="cost"`.
        fractions: Shares of training, validation and test rows.
        seed: Of the split, the weights, the order of rows, dropout and the bootstrap.
        output: The folder that run folders are made in.
        database_table: Which table of a database.
        query: A SELECT to run on a database instead.
        callbacks: More callbacks for the network's fit.
        notify: Is told each stage in a few words.
        **settings: Of `NeuralClassifier`: `hidden_layer_sizes=(64, 32)`, `epochs=50`, ….

    Returns:
        The run: `run.evaluation` prints the comparison, `run.model` predicts, `run.path` is the folder.

    Raises:
        NeurodeError: If the table, the target or a setting cannot be used; no folder is left behind then.

    Example:
        >>> import neurode, tempfile
        >>> loans = neurode.datasets.make_loans(2_000)
        >>> run = train(loans, "problem_loan", output=tempfile.mkdtemp(), epochs=2)
        >>> run.splits, sorted(file.name for file in run.path.iterdir())[-3:]
        ({'training': 1400, 'validation': 300, 'test': 300}, ['model.neurode', 'predictions.parquet', 'report.html'])
    """
    say, clock = notify or (lambda text: None), Clock()
    classifier = _classifier(settings, kinds, positive, seed)
    if cost is not None:
        threshold = "cost"
    say("reading the table")
    with clock.timed("reading"):
        name, frame, target = _read(table, target, database_table, query)
        if target not in frame.columns:
            raise UnknownNameError("column", target, frame.columns)
        encoded = encode_target(frame[target])
        classes, codes = order_classes(encoded, positive)
        frame = frame.filter(encoded.known)
        schema = schema or Schema.infer(frame, target, kinds)  # type: ignore[arg-type]
        split = stratified_split(codes, fractions=fractions, seed=seed, classes=classes)
    warnings = _warnings(schema, encoded.n_dropped)
    _check_rule(threshold, cost, classes)
    config = {
        "table": name,
        "rows": frame.height,
        "target": target,
        "positive": None if len(classes) > 2 else _plain(classes[1]),
        "kinds": dict(kinds) if kinds else None,
        "threshold": threshold,
        "cost": dict(cost) if cost else None,
        "fractions": list(fractions),
        "seed": seed,
        "settings": {k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()},
        "query": query,
        "database_table": database_table,
    }
    folder = RunFolder(output, Path(name).stem if isinstance(table, str | os.PathLike) else target)
    try:
        folder.write_json("config.json", config)
        folder.log("start", **{part: int(rows.size) for part, rows in zip(PARTS, split)})
        run = _train_and_judge(
            classifier, frame, codes, classes, split, schema, threshold, cost, config, warnings, folder, callbacks, say, clock
        )
    except (NeurodeError, KeyboardInterrupt):
        folder.discard()
        raise
    folder.point_last()
    return run


def _train_and_judge(
    classifier: NeuralClassifier,
    frame: pl.DataFrame,
    codes: np.ndarray,
    classes: tuple,
    split: Split,
    schema: Schema,
    threshold: str | float | int,
    cost: Mapping[str, float | int] | None,
    config: dict[str, Any],
    warnings: tuple[str, ...],
    folder: RunFolder,
    callbacks: tuple[Callback, ...],
    say: Callable[[str], None],
    clock: "Clock",
) -> Run:
    labels = np.asarray(classes)[codes]
    parts = [(frame[rows], codes[rows]) for rows in split]
    (train_frame, train_codes), (validation_frame, validation_codes), (test_frame, test_codes) = parts
    say("training the network")
    with clock.timed("network"):
        classifier.fit(
            train_frame,
            labels[split.train],
            validation_data=(validation_frame, labels[split.validation]),
            schema=schema,
            callbacks=(EventLog(folder), *callbacks),
        )
    say("training the baselines")
    with clock.timed("baselines"):
        columns = [classifier.encoding_.transform(part) for part, _ in parts]
        baselines = fit_baselines(columns[0], train_codes, n_classes=len(classes), seed=config["seed"])
    say("judging on the test rows")
    with clock.timed("judging"):
        chosen = None
        models = {"network": classifier.predict_proba, **{b.name: b.predict_proba for b in baselines}}
        seconds = {"network": clock.seconds["network"], **{b.name: b.fit_seconds for b in baselines}}
        judged: list[Evaluation] = []
        for name, predict in models.items():
            inputs = (validation_frame, test_frame) if name == "network" else columns[1:]
            on_validation, on_test = (predict(part) for part in inputs)
            rule = _threshold(validation_codes, on_validation, threshold, cost, required=name == "network")
            chosen = rule if name == "network" else chosen
            judged.append(
                judge(
                    name,
                    test_codes,
                    on_test,
                    [str(label) for label in classes],
                    rule and rule.value,
                    seed=config["seed"],
                    fit_seconds=seconds[name],
                )
            )
        comparison = Comparison(judged[0], tuple(judged[1:]), chosen)
        if chosen is not None:
            classifier.set_params(threshold=chosen.value)
            classifier.threshold_ = chosen.value
    say("writing the run folder")
    with clock.timed("writing"):
        classifier.save(folder.path / "model.neurode")
        folder.write_json("evaluation.json", comparison.to_json())
        _write_predictions(folder.path / "predictions.parquet", classifier, frame, split, labels)
        history = classifier.history_
        run = Run(
            path=folder.path,
            config=config | {"interrupted": history.interrupted_at if history.interrupted else None},
            schema=schema,
            splits={part: int(rows.size) for part, rows in zip(PARTS, split)},
            model=classifier,
            history=history,
            evaluation=comparison,
            warnings=warnings,
            timings=clock.seconds,
        )
        report(run)
    folder.log("end", seconds=clock.seconds, best_epoch=classifier.best_epoch_)
    return run


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds the time of the block."""
        begun = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - begun, 3)


def _classifier(
    settings: Mapping[str, Any], kinds: Mapping[str, str] | None, positive: Any, seed: int
) -> NeuralClassifier:
    known = set(inspect.signature(NeuralClassifier).parameters) - {"random_state", "threshold", "positive", "kinds"}
    if unknown := sorted(set(settings) - known):
        raise UnknownNameError("setting", unknown[0], sorted(known))
    return NeuralClassifier(**settings, kinds=kinds, positive=positive, random_state=seed)


def _read(
    table: Any, target: str | None, database_table: str | None, query: str | None
) -> tuple[str, pl.DataFrame, str]:
    embedded = isinstance(table, str) and table in datasets.DATASETS and not Path(table).exists()
    if embedded:
        dataset = datasets.get(table)
        return table, dataset.load(), target or dataset.target
    name = str(table) if isinstance(table, str | os.PathLike) else type(table).__name__
    frame = read_table(table, table=database_table, query=query)
    if target is None:
        raise ArgumentError(
            "no target column was named",
            available=f"columns: {', '.join(map(repr, frame.columns[:12]))}",
            hint="name the column to predict: --target COLUMN",
        )
    return name, frame, target


def _check_rule(rule: str | float | int, cost: Mapping[str, float | int] | None, classes: tuple) -> None:
    """Refuses a rule that could not be applied in the end, before anything is trained."""
    if len(classes) > 2:
        if rule != 0.5 or cost:
            raise ArgumentError(
                f"threshold={rule!r} with {len(classes)} classes",
                hint="a threshold needs two classes; with more, the likeliest class is the answer",
            )
        return
    try:
        choose_threshold([0, 1], np.array([[0.9, 0.1], [0.1, 0.9]]), rule, cost=cost)
    except ArgumentError as error:
        if "no threshold reaches" not in error.problem:
            raise


def _threshold(
    target: np.ndarray,
    probability: np.ndarray,
    rule: str | float | int,
    cost: Mapping[str, float | int] | None,
    *,
    required: bool,
) -> Threshold | None:
    if probability.shape[1] > 2:
        return None
    try:
        return choose_threshold(target, probability, rule, cost=cost)
    except ArgumentError:
        # A baseline that no threshold can bring to the target is judged at 0.5.
        if required:
            raise
        return choose_threshold(target, probability, 0.5)


def _warnings(schema: Schema, n_dropped: int) -> tuple[str, ...]:
    notes = [
        f"{column.name}: {note}" for column in schema.columns for note in column.notes if column.name != schema.target
    ]
    unused = [
        f"{column.name}: left out, it is {_article(column.kind)}"
        for column in schema.columns
        if not column.is_feature and column.name != schema.target
    ]
    dropped = [f"{n_dropped:,} rows have no target and were left out"] if n_dropped else []
    return (*dropped, *unused, *notes)


def _article(kind: str) -> str:
    return {"id": "an identifier", "constant": "constant", "text": "free text"}.get(kind, f"a {kind}")


def _write_predictions(
    path: Path, classifier: NeuralClassifier, frame: pl.DataFrame, split: Split, labels: np.ndarray
) -> None:
    rows = np.concatenate([split.validation, split.test])
    probability = classifier.predict_proba(frame[rows])
    part = np.repeat(PARTS[1:], [split.validation.size, split.test.size])
    shown = probability[:, 1:] if probability.shape[1] == 2 else probability
    named = list(classifier.classes_[1:] if probability.shape[1] == 2 else classifier.classes_)
    table = pl.DataFrame(
        {
            "row": rows,
            "part": part,
            "target": labels[rows],
            **{f"probability_{label}": shown[:, i] for i, label in enumerate(named)},
            "prediction": classifier.decide(probability),
        }
    )
    with replacing(path) as temporary:
        table.write_parquet(temporary)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


