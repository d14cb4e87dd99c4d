"""Three test rows in full: which ones, why the network answers so, and what would change its decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from neurode.evaluation.wording import quantity
from neurode.explain import Explanation, shap_values
from neurode.explain.nearest_change import nearest_change
from neurode.explain.reason_codes import reason_codes
from neurode.explain.wording import value_text
from neurode.reporting import Example, ReasonRecord
from neurode.runs.classification import ClassTarget
from neurode.runs.data import Data
from neurode.runs.target import Answers, Estimator

MOST_CHANGES = 2
"""Changes that are told of a row."""


LEAST_POINTS = 0.05
"""Reasons that add less round to nothing."""


@dataclass(frozen=True)
class Chosen:
    """A test row that is worth a closer look.

    Attributes:
        title: Why.
        place: Among the test rows.
        output: The output that is explained, as a place in `Answers.outputs`.
    """

    title: str
    place: int
    output: int = 0


def examples_of(
    data: Data, estimator: Estimator, answers: Answers, background: pl.DataFrame, seed: int
) -> tuple[Example, ...]:
    """Three test rows, explained with their values.

    Args:
        data: The rows and what they are.
        estimator: Fitted.
        answers: What it says of the test rows.
        background: Training rows that answers are compared with.
        seed: Of the orders in which columns are taken.
    """
    chosen = choose(answers)
    places = [each.place for each in chosen]
    rows = data.features[data.split.test[places]]
    read = estimator.encoding_.schema.read(rows)
    found = shap_values(estimator, rows, background, outputs=list(answers.outputs), seed=seed)
    reasons = _reasons(estimator, answers, rows, background, found, seed)
    return tuple(
        Example(
            title=each.title,
            row=int(data.split.test[each.place]),
            output=answers.outputs[each.output],
            unit="probability" if answers.classes else "number",
            prediction=float(found.predictions[number, each.output]),
            answer=_answer(estimator, data, answers, each, found.predictions[number]),
            columns=found.columns,
            cells={name: value_text(read[name][number]) for name in found.columns},
            contributions=found.values[number, :, each.output],
            base_value=float(found.base_values[each.output]),
            threshold=_line(estimator, answers),
            reasons=reasons[number],
            changes=_changes(estimator, data, answers, rows, number, background),
        )
        for number, each in enumerate(chosen)
    )


def choose(answers: Answers) -> list[Chosen]:
    """The test rows to be shown, each once.

    Of two classes the highest score, the one nearest the threshold, and the lowest; of more the surest call,
    the closest one and the surest mistake; of numbers the highest, the middle and the lowest.

    Args:
        answers: What the network says of the test rows.

    Example:
        >>> said = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
        >>> answers = Answers(np.array([0, 1, 1]), said, ("paid", "late"), 0.5, ("late",))
        >>> [(each.title, each.place) for each in choose(answers)]
        [('The highest score', 2), ('Nearest the threshold', 1), ('The lowest score', 0)]
    """
    said = answers.said
    if not answers.classes:
        rising = np.argsort(said[:, 0], kind="stable")
        titles = ("The highest prediction", "The middle prediction", "The lowest prediction")
        found = [Chosen(t, int(rising[p])) for t, p in zip(titles, (-1, len(rising) // 2, 0))]
    elif len(answers.classes) == 2:
        score, line = said[:, 1], 0.5 if answers.threshold is None else answers.threshold
        places = (score.argmax(), np.abs(score - line).argmin(), score.argmin())
        titles = ("The highest score", "Nearest the threshold", "The lowest score")
        found = [Chosen(title, int(place)) for title, place in zip(titles, places)]
    else:
        called, sure = said.argmax(axis=1), said.max(axis=1)
        second = np.sort(said, axis=1)[:, -2]
        wrong = np.where(called != answers.actual, sure, -np.inf)
        calls = [("The surest call", sure.argmax()), ("The closest call", (sure - second).argmin())]
        calls += [("The surest mistake", wrong.argmax())] if np.isfinite(wrong).any() else []
        found = [Chosen(title, int(place), int(called[place])) for title, place in calls]
    once: dict[int, Chosen] = {}
    for each in found:
        once.setdefault(each.place, each)
    return list(once.values())


def _answer(
    estimator: Estimator, data: Data, answers: Answers, chosen: Chosen, predictions: np.ndarray
) -> str:
    """What was said and decided, and what was there, in a sentence."""
    actual = answers.actual[chosen.place]
    if not answers.classes:
        name = answers.outputs[chosen.output]
        return f"predicted {quantity(float(predictions[0]))}, actually {quantity(float(actual[0]))} ({name})."
    probability = f"{100 * predictions[chosen.output]:.1f} %"
    name = answers.outputs[chosen.output]
    if isinstance(data.target, ClassTarget):
        row = data.features[data.split.test[chosen.place : chosen.place + 1]]
        called = str(estimator.predict(row)[0])
    else:
        called = answers.classes[int(predictions[chosen.output] >= (answers.threshold or 0.5))]
    decided = "referred to a person" if called == "refer" else f"called ‘{called}’"
    return f"probability of {name} {probability}, {decided}, actually ‘{answers.classes[int(actual)]}’."


def _line(estimator: Estimator, answers: Answers) -> float | None:
    line = getattr(estimator, "threshold_", None)
    return float(line) if len(answers.classes) == 2 and line is not None else None


def _reasons(
    estimator: Estimator,
    answers: Answers,
    rows: pl.DataFrame,
    background: pl.DataFrame,
    found: Explanation,
    seed: int,
) -> Sequence[tuple[ReasonRecord, ...]]:
    """What speaks for the positive class in each row; of other answers, none is the bad one."""
    if len(answers.classes) != 2:
        return [()] * len(rows)
    codes = reason_codes(estimator, rows, background, output=answers.outputs[0], explanation=found, seed=seed)
    return [
        tuple(
            ReasonRecord(reason.text, reason.contribution, reason.stability)
            for reason in each
            if reason.contribution >= LEAST_POINTS
        )
        for each in codes.rows
    ]


def _changes(
    estimator: Estimator,
    data: Data,
    answers: Answers,
    rows: pl.DataFrame,
    number: int,
    background: pl.DataFrame,
) -> Sequence[str]:
    """The nearest changes that flip the decision, a sentence each; only decisions can be flipped."""
    if not isinstance(data.target, ClassTarget):
        return ()
    found = nearest_change(estimator, rows, number, background=background, n=MOST_CHANGES)
    # The first line says what is now.
    return tuple(_plain(line) for line in str(found).splitlines()[1:])


def _plain(line: str) -> str:
    """A line without its number, which a list has already."""
    number, point, rest = line.partition(". ")
    return rest if point and number.isdigit() else line
