"""One call from a raw table to a judged, saved and reported network."""

import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode.callbacks import Callback
from neurode.errors import ArgumentError, NeurodeError, UnknownNameError
from neurode.estimators import NeuralClassifier
from neurode.evaluation import Comparison, Threshold, choose_threshold, fit_baselines, judge
from neurode.files import replacing
from neurode.runs.data import PARTS, Data, prepare
from neurode.runs.folder import EventLog, RunFolder
from neurode.runs.report import report
from neurode.runs.run import Run
from neurode.tables import Schema
from neurode.typing import Columns


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

    The rows are split by class and seed. The network learns from the training rows; the validation rows end
    its training and choose the threshold; the test rows are seen once, at the end.

    Args:
        table: A path, a frame of any library, or the name of an embedded dataset (`"credit_default"`).
        target: The column to predict; an embedded dataset knows its own.
        positive: The class whose probability is predicted, of two: the bad event. The last in order if None.
        kinds: Kinds of columns where the inferred one is wrong.
        schema: What all columns are, instead of inferring it.
        threshold: A probability or a rule: `"f1"`, `"youden"`, `"recall=0.8"`, `"precision=0.5"`,
            `"approval_rate=0.7"`, or `"cost"`.
        cost: Price of a `false_negative` and of a `false_positive`; implies `threshold="cost"`.
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
        >>> run.splits
        {'training': 1400, 'validation': 300, 'test': 300}
    """
    stages = _Stages(notify)
    classifier = _classifier(settings, kinds, positive, seed)
    rule = _Rule("cost" if cost is not None else threshold, cost)
    with stages.stage("reading", "reading the table"):
        data = prepare(
            table,
            target,
            positive=positive,
            kinds=kinds,
            schema=schema,
            fractions=fractions,
            seed=seed,
            database_table=database_table,
            query=query,
        )
    rule.check(data.classes)
    config = {
        "table": data.name,
        "rows": data.frame.height,
        "target": data.target,
        "positive": _plain(data.classes[1]) if len(data.classes) == 2 else None,
        "kinds": dict(kinds) if kinds else None,
        "threshold": rule.threshold,
        "cost": dict(cost) if cost else None,
        "fractions": list(fractions),
        "seed": seed,
        "settings": {name: list(v) if isinstance(v, tuple) else v for name, v in settings.items()},
        "database_table": database_table,
        "query": query,
    }
    folder = RunFolder(output, Path(data.name).stem if isinstance(table, str | os.PathLike) else data.target)
    try:
        folder.write_json("config.json", config)
        folder.log("start", **data.sizes)
        with stages.stage("network", "training the network"):
            _fit(classifier, data, (EventLog(folder), *callbacks))
        evaluation, probability = _judge(classifier, data, rule, seed, stages)
        if evaluation.threshold is not None:
            classifier.set_params(threshold=evaluation.threshold.value)
            classifier.threshold_ = evaluation.threshold.value
        with stages.stage("writing", "writing the run folder"):
            history = classifier.history_
            run = Run(
                path=folder.path,
                config=config | {"interrupted": history.interrupted_at},
                schema=data.schema,
                splits=data.sizes,
                model=classifier,
                history=history,
                evaluation=evaluation,
                warnings=data.warnings,
                timings=stages.seconds,
            )
            classifier.save(folder.path / "model.neurode")
            folder.write_json("evaluation.json", evaluation.to_json())
            _write_predictions(folder.path / "predictions.parquet", classifier, data, probability)
            report(run)
        folder.log("end", seconds=stages.seconds, best_epoch=classifier.best_epoch_)
    except (NeurodeError, KeyboardInterrupt):
        folder.discard()
        raise
    folder.point_last()
    return run


def _fit(classifier: NeuralClassifier, data: Data, callbacks: tuple[Callback, ...]) -> None:
    train, validation, _ = data.split
    labels = data.labels
    classifier.fit(
        data.frame[train],
        labels[train],
        validation_data=(data.frame[validation], labels[validation]),
        schema=data.schema,
        callbacks=callbacks,
    )


def _judge(
    classifier: NeuralClassifier, data: Data, rule: "_Rule", seed: int, stages: "_Stages"
) -> tuple[Comparison, np.ndarray]:
    """The network beside its baselines on test rows, and its probabilities on validation and test rows."""
    with stages.stage("baselines", "training the baselines"):
        # Encoded once, by the training rows' statistics, for all models.
        everything = classifier.encoding_.transform(data.frame)
        train, validation, test = (everything.rows(rows) for rows in data.split)
        codes = [data.codes[rows] for rows in data.split]
        baselines = fit_baselines(train, codes[0], n_classes=len(data.classes), seed=seed)
    with stages.stage("judging", "judging on the test rows"):
        models: list[tuple[str, Callable[[Columns], np.ndarray], float]] = [
            ("network", classifier.probability, stages.seconds["network"])
        ]
        models += [(each.name, each.predict_proba, each.fit_seconds) for each in baselines]
        probability = {name: (predict(validation), predict(test)) for name, predict, _ in models}
        thresholds = {
            name: rule.choose(codes[1], probability[name][0], required=name == "network")
            for name, _, _ in models
        }
        judged = [
            judge(
                name,
                codes[2],
                probability[name][1],
                [str(label) for label in data.classes],
                line.value if (line := thresholds[name]) is not None else None,
                seed=seed,
                fit_seconds=seconds,
            )
            for name, _, seconds in models
        ]
    comparison = Comparison(judged[0], tuple(judged[1:]), thresholds["network"])
    return comparison, np.concatenate(probability["network"])


@dataclass(frozen=True)
class _Rule:
    """How the threshold is chosen."""

    threshold: str | float | int
    cost: Mapping[str, float | int] | None

    def check(self, classes: tuple) -> None:
        """Refuses a rule that could not be applied in the end, before anything is trained."""
        if len(classes) == 2:
            try:
                choose_threshold([0, 1], np.array([[0.9, 0.1], [0.1, 0.9]]), self.threshold, cost=self.cost)
            except ArgumentError as error:
                if "no threshold reaches" not in error.problem:
                    raise
        elif self.threshold != 0.5 and str(self.threshold) != "0.5":
            raise ArgumentError(
                f"threshold={self.threshold!r} with {len(classes)} classes",
                hint="a threshold needs two classes; with more, the likeliest class is the answer",
            )

    def choose(self, target: np.ndarray, probability: np.ndarray, *, required: bool) -> Threshold | None:
        """The threshold on these rows, None with more than two classes."""
        if probability.shape[1] > 2:
            return None
        try:
            return choose_threshold(target, probability, self.threshold, cost=self.cost)
        except ArgumentError:
            if required:
                raise
            # A baseline that no threshold can bring to the target is judged at 0.5.
            return choose_threshold(target, probability, 0.5)


class _Stages:
    """Tells what is done, and keeps how long it took."""

    def __init__(self, notify: Callable[[str], None] | None) -> None:
        self.notify, self.seconds = notify or (lambda text: None), dict[str, float]()

    @contextmanager
    def stage(self, name: str, text: str) -> Iterator[None]:
        """A block that is timed under `name`."""
        self.notify(text)
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)


def _classifier(
    settings: Mapping[str, Any], kinds: Mapping[str, str] | None, positive: Any, seed: int
) -> NeuralClassifier:
    if seed < 0:
        raise ArgumentError(f"seed={seed!r}", hint="a seed is a whole number, 0 or more")
    taken = {"random_state", "threshold", "positive", "kinds"}
    known = sorted(set(inspect.signature(NeuralClassifier).parameters) - taken)
    if unknown := sorted(set(settings) - set(known)):
        raise UnknownNameError("setting", unknown[0], known)
    return NeuralClassifier(**settings, kinds=kinds, positive=positive, random_state=seed)


def _write_predictions(path: Path, classifier: NeuralClassifier, data: Data, probability: np.ndarray) -> None:
    rows = np.concatenate(data.split[1:])
    first = 1 if probability.shape[1] == 2 else 0
    scores = {
        f"probability_{label}": probability[:, first + place]
        for place, label in enumerate(classifier.classes_[first:])
    }
    table = pl.DataFrame(
        {
            "row": rows,
            "part": np.repeat(PARTS[1:], [part.size for part in data.split[1:]]),
            "target": data.labels[rows],
            **scores,
            "prediction": classifier.decide(probability),
        }
    )
    with replacing(path) as temporary:
        table.write_parquet(temporary)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
