"""What the test rows say beyond the comparison: thresholds, gains, segments, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurode.evaluation import (
    Cost,
    GainsCurve,
    KsCurve,
    SegmentColumn,
    Segments,
    ThresholdCurve,
    gains_curve,
    ks_curve,
    threshold_curve,
)
from neurode.reporting import Drivers, Example
from neurode.runs.columns import columns_of, unseen
from neurode.runs.data import Data
from neurode.runs.examples import examples_of
from neurode.runs.explaining import drivers_of, samples_of
from neurode.runs.origin import periods_of
from neurode.runs.segments import segment_columns, segments_of
from neurode.runs.target import Answers, Estimator, Judgement, Parts

MOST_GROUPS = 8
"""Categories and flags whose segments are all kept."""


@dataclass(frozen=True, eq=False)
class Details:
    """What one report says beyond its judgement.

    Attributes:
        periods: The first and the last time of each part, of a split by time.
        columns: The columns of the table, by the training rows.
        unseen: How many test rows have what no training row has.
        thresholds: What every threshold gives, like the next two of two classes alone.
        gains: How much of the event is found among the highest scores.
        ks: How far apart the scores of both classes lie.
        segments: Errors by segment, by the name of what is predicted.
        in_full: The columns whose segments are all kept.
        drivers: What moves the answers.
        examples: Three test rows in full.
    """

    periods: dict[str, tuple[str, str]] = field(default_factory=dict)
    columns: tuple[dict[str, Any], ...] = ()
    unseen: dict[str, int] = field(default_factory=dict)
    thresholds: ThresholdCurve | None = None
    gains: GainsCurve | None = None
    ks: KsCurve | None = None
    segments: dict[str, Segments] = field(default_factory=dict)
    in_full: tuple[str, ...] = ()
    drivers: tuple[Drivers, ...] = ()
    examples: tuple[Example, ...] = ()


def look_closer(
    data: Data, estimator: Estimator, parts: Parts, judged: Sequence[Judgement], config: dict[str, Any]
) -> tuple[Details, ...]:
    """What each report says beyond its judgement.

    Args:
        data: The rows and what they are.
        estimator: Fitted.
        parts: The encoded rows.
        judged: What the test rows say, one for each report.
        config: What was asked for.
    """
    schema = estimator.encoding_.schema
    columns = segment_columns(schema.read(data.features[data.split.test]), schema)
    every = data.target.answers(estimator, parts.test, data.split.test)
    features = [column.name for column in schema.features]
    of_all = Details(
        periods=periods_of(data, config["time"]),
        columns=columns_of(data, features, config),
        unseen=unseen(data, features),
    )
    return tuple(
        _details(data, estimator, answers, judgement, columns, of_all, config)
        for answers, judgement in zip(every, judged)
    )


def _details(
    data: Data,
    estimator: Estimator,
    answers: Answers,
    judgement: Judgement,
    columns: Sequence[SegmentColumn],
    of_all: Details,
    config: dict[str, Any],
) -> Details:
    seed, shows_rows = config["seed"], config.get("examples") is not False
    names = (judgement.name,) if answers.classes else judgement.outputs
    rows, background = samples_of(data, len(estimator.encoding_.names), seed)
    drivers = drivers_of(estimator, answers, rows, background, seed)
    schema = estimator.encoding_.schema
    strongest = [each.column for driver in drivers for each in driver.dependence]
    groups = [column.name for column in schema.features if column.kind in ("category", "flag")]
    in_full = tuple(dict.fromkeys([*groups[:MOST_GROUPS], *strongest]))
    both = len(answers.classes) == 2 and len(np.unique(answers.actual)) == 2
    cost: Cost | None = getattr(estimator, "cost", None)
    return replace(
        of_all,
        thresholds=threshold_curve(answers.actual, answers.said, cost=cost) if both else None,
        gains=gains_curve(answers.actual, answers.said) if both else None,
        ks=ks_curve(answers.actual, answers.said) if both else None,
        segments=segments_of(answers, names, columns, in_full),
        in_full=in_full,
        drivers=drivers,
        examples=examples_of(data, estimator, answers, background, seed) if shows_rows else (),
    )
