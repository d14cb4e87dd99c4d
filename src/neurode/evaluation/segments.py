"""Errors by segment: where a model promises too much or tells rows apart less well than elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from neurode.errors import ShapeError
from neurode.evaluation.chance import holm
from neurode.evaluation.inputs import check_rows
from neurode.evaluation.intervals import Interval
from neurode.evaluation.regression import check_numbers
from neurode.evaluation.segment_columns import SegmentColumn
from neurode.evaluation.segment_measures import (
    Measured,
    Measurer,
    many_class_measurer,
    number_measurer,
    two_class_measurer,
)
from neurode.evaluation.segment_records import CERTAINTY, Segment, SegmentFinding, Segments

LEAST_ROWS = 30
"""Smaller segments are told, but not judged."""


def segments(
    target: Any, probability: Any, columns: Iterable[SegmentColumn], *, threshold: float | int = 0.5
) -> Segments:
    """Errors of a classifier by segment, and which of them are more than chance.

    Each segment of 30 rows and more is asked two things. Were the promises kept: the observed rate (with more
    than two classes, the share of right calls) against the mean probability? And is the model as good here as
    on all other rows: by ROC AUC where there are 10 rows of either class on both sides (with more classes, by
    accuracy)? All p-values are corrected together by Holm's method: if every deviation were chance, there
    would be a finding in one study of twenty.

    Args:
        target: The class code of each row, from 0.
        probability: `(rows, classes)`.
        columns: The segment of each row by each column, from `number_segments` or `category_segments`.
        threshold: A row is called positive from here on. More than two classes: not used.

    Raises:
        ArgumentError: A score is no number.
        ShapeError: A column has another number of rows.

    Example:
        >>> from neurode.evaluation.segment_columns import category_segments
        >>> generator = np.random.default_rng(0)
        >>> grade = generator.integers(0, 3, 3000)
        >>> score = generator.random(3000)
        >>> target = (generator.random(3000) < np.where(grade == 2, score**2, score)).astype(int)
        >>> column = category_segments("grade", grade, ["A", "B", "C"])
        >>> found = segments(target, np.column_stack([1 - score, score]), [column])
        >>> [(segment.label, segment.findings[0].metric) for segment in found.deviating]
        [('C', 'observed_rate')]
    """
    target, probability = check_rows(target, probability)
    if probability.shape[1] == 2:
        return _judge(two_class_measurer(target, probability[:, 1], threshold), columns, len(target))
    return _judge(many_class_measurer(target, probability), columns, len(target))


def regression_segments(target: Any, prediction: Any, columns: Iterable[SegmentColumn]) -> Segments:
    """Errors of predicted numbers by segment, and which of them are more than chance.

    Each segment of 30 rows and more is asked two things: is its mean residual 0, and is its mean absolute
    error that of all other rows? The p-values (Student, Welch) are corrected together by Holm's method.

    Args:
        target: `(rows,)`, or `(rows, 1)`; of several targets one at a time.
        prediction: Of the same shape.
        columns: The segment of each row by each column.

    Where errors are a share of the numbers, those of larger numbers are larger: a high mean absolute error in
    a segment of large targets is no fault by itself.

    Raises:
        ShapeError: There is more than one target, or a column has another number of rows.

    Example:
        >>> from neurode.evaluation.segment_columns import number_segments
        >>> size = np.arange(400.0)
        >>> error = np.tile([-1.0, 1.0], 200) * np.where(size < 200, 1, 3)
        >>> found = regression_segments(size + error, size, [number_segments("size", size, bins=2)])
        >>> [(segment.label, str(segment.metrics["mae"])) for segment in found.deviating if
        ...  segment.findings[0].worse]
        [('> 199 to 399', '3.000 [3.000, 3.000]')]
    """
    targets, predictions = check_numbers(target, prediction)
    if targets.shape[1] != 1:
        raise ShapeError(
            f"{targets.shape[1]} targets at once", hint="give one column of target and prediction"
        )
    return _judge(number_measurer(targets[:, 0], predictions[:, 0]), columns, len(targets))


def _judge(measure: Measurer, columns: Iterable[SegmentColumn], rows: int) -> Segments:
    (everything,) = _records("", ("all rows",), measure(np.zeros(rows, dtype=np.int64), 1))
    made: list[Segment] = []
    tests: list[tuple[int, SegmentFinding]] = []
    for column in columns:
        if np.shape(column.codes) != (rows,):
            raise ShapeError(
                f"column {column.name!r} has {len(column.codes)} codes, but there are {rows} rows"
            )
        measured = measure(np.asarray(column.codes), len(column.labels))
        if np.count_nonzero(measured.n_rows) < 2:
            continue
        tests += [(len(made) + place, finding) for place, finding in _tests(measured)]
        made += _records(column.name, column.labels, measured)
    corrected = holm(np.array([finding.p_value for _, finding in tests]))
    findings: dict[int, list[SegmentFinding]] = {}
    for p_value, (place, finding) in zip(corrected.tolist(), tests):
        if p_value < CERTAINTY:
            findings.setdefault(place, []).append(replace(finding, p_value=p_value))
    for place, found in findings.items():
        made[place] = replace(made[place], findings=tuple(sorted(found, key=lambda one: one.p_value)))
    return Segments(everything, tuple(segment for segment in made if segment.n_rows), len(tests))


def _records(column: str, labels: Sequence[str], measured: Measured) -> list[Segment]:
    observed = _intervals(measured.observed)
    metrics = {name: _intervals(measure) for name, measure in measured.metrics.items()}
    return [
        Segment(
            column,
            label,
            int(measured.n_rows[place]),
            observed[place],
            float(measured.predicted[place]),
            {name: intervals[place] for name, intervals in metrics.items()},
        )
        for place, label in enumerate(labels)
    ]


def _tests(measured: Measured) -> list[tuple[int, SegmentFinding]]:
    """Each comparison that can be made, with the place of its segment."""
    made = []
    enough = measured.n_rows >= LEAST_ROWS
    for against in ("promised", "elsewhere"):
        for metric, (value, expected, p_value) in getattr(measured, against).items():
            lower_is_better = metric == "mae"
            worse = (value > expected) == lower_is_better
            for place in np.flatnonzero(enough & ~np.isnan(p_value)):
                finding = SegmentFinding(
                    metric,
                    float(value[place]),
                    float(expected[place]),
                    against,
                    float(p_value[place]),
                    against == "promised" or bool(worse[place]),
                )
                made.append((int(place), finding))
    return made


def _intervals(measure: tuple[np.ndarray, np.ndarray, np.ndarray]) -> list[Interval]:
    return [Interval(*ends) for ends in zip(*(part.tolist() for part in measure))]
