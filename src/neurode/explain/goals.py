"""Goals: what a model decides about a row, and when another answer counts as a change of that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from neurode.errors import ArgumentError, UnknownNameError, listed
from neurode.explain.subject import Subject, has_labels
from neurode.explain.table_hybrids import checked, finite


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says of some rows.

    Attributes:
        outputs: The probability of every class, or one number a row.
        decisions: The class that each row is given; None of a model of numbers.
        precision: The type of number that decisions are made in.
    """

    outputs: Float64[np.ndarray, "rows outputs"]
    decisions: list[Any] | None
    precision: Callable[[float], Any] = np.float64


@dataclass(frozen=True, eq=False)
class Goal:
    """A change of the answer that is looked for.

    Attributes:
        ask: From a table to the model's answer.
        classes: The classes in order; empty for a model of numbers.
        told: The number of the output that is told.
        output: What that is called.
        now: The answer to the row as it is.
        target: The class or number to reach; None where any other class will do.
        lines: Where the decision changes along what is told, or the number to reach; empty of more than two
            classes.
    """

    ask: Callable[[Any], Answer]
    classes: tuple[Any, ...]
    told: int
    output: str
    now: Answer
    target: Any
    lines: tuple[float, ...] = ()

    def reached(self, answer: Answer) -> Bool[np.ndarray, " rows"]:
        """Whether each row's answer is changed as wanted; a row that is referred to a person is not."""
        if answer.decisions is None:
            return self.progress(answer) >= 0
        assert self.now.decisions is not None
        wanted = {self.target} if self.target is not None else set(self.classes) - {self.now.decisions[0]}
        return np.array([decision in wanted for decision in answer.decisions])

    def progress(self, answer: Answer) -> Float64[np.ndarray, " rows"]:
        """How near each row comes to the change: the higher, the nearer."""
        now, outputs = self.now.outputs[0], answer.outputs
        if answer.decisions is None:
            sign = 1.0 if now[0] < self.target else -1.0
            return sign * (outputs[:, 0] - self.target)
        assert self.now.decisions is not None
        if self.target is not None:
            place = self.classes.index(self.target)
            return outputs[:, place] - np.delete(outputs, place, axis=1).max(axis=1)
        if self.now.decisions[0] not in self.classes:
            # Referred: either way out will do.
            return np.abs(outputs[:, self.told] - now[self.told])
        place = self.classes.index(self.now.decisions[0])
        return np.delete(outputs, place, axis=1).max(axis=1) - outputs[:, place]


def goal_of(model: Any, subject: Subject, row: Any, target: Any, outputs: str | None = None) -> Goal:
    """What is to change about the answer to a row.

    Args:
        model: The model.
        subject: The same, as a function of a table.
        row: A table of that row.
        target: The class or number that is wanted, or None.
        outputs: The number or label that is asked about, where a row gets several.

    Raises:
        ArgumentError: The model gives numbers and there is no target, or the row has reached it already; or
            the model gives several answers to a row.
        UnknownNameError: There is no such class.
    """
    classes = () if outputs is not None and has_labels(model) else _classes(model)
    if not classes:
        return _number_goal(subject, row, target)
    if outputs is not None:
        raise ArgumentError(
            f"outputs={outputs!r} of a model that decides for one class",
            hint="name the class to reach by target=",
        )
    is_ours = hasattr(model, "decision_") and subject.estimator is not None
    ask = _asking_ours(model) if is_ours else _asking(model)
    now = ask(row)
    assert now.decisions is not None
    wanted = None if target is None else _class_named(target, classes)
    if wanted is not None and now.decisions[0] == wanted:
        raise ArgumentError(
            f"the row is called {wanted!r} already", hint="leave target= out, or name another"
        )
    told = 1
    if len(classes) > 2:
        told = classes.index(now.decisions[0] if wanted is None else wanted)
    lines = () if len(classes) > 2 else _lines_of(model.decision_, now) if is_ours else (0.5,)
    return Goal(ask, classes, told, str(classes[told]), now, wanted, lines)


def _classes(model: Any) -> tuple[Any, ...]:
    classes = getattr(model, "classes_", None)
    if classes is None:
        return ()
    if has_labels(model):
        raise ArgumentError(
            "the model answers several questions about a row",
            hint="name one by outputs=, and the probability to reach by target=, such as 0.5",
        )
    found = tuple(np.asarray(classes).tolist())
    if len(found) < 2:
        raise ArgumentError(
            f"the model knows one class, {listed(found)}, so it decides nothing",
            hint="fit it on rows of two classes or more",
        )
    return found


def _lines_of(decision: Any, now: Answer) -> tuple[float, ...]:
    """The threshold of our estimators, or both ends of the refer band around it, as they are compared."""
    line, band = decision.line, decision.refer_band
    refers = band is not None and band.low < band.high
    lines = (min(band.low, line), max(band.high, line)) if refers else (line,)
    # NumPy rounds the line to the precision of the probabilities before it compares.
    return tuple(float(now.precision(each)) for each in lines)


def _class_named(target: Any, classes: tuple[Any, ...]) -> Any:
    for label in classes:
        if target == label or str(target) == str(label):
            return label
    raise UnknownNameError("class", target, [str(label) for label in classes])


def _asking_ours(model: Any) -> Callable[[Any], Answer]:
    def ask(table: Any) -> Answer:
        # In the precision that `predict` compares with the threshold.
        probability = model.probability(model.encoding_.transform(table))
        decisions = model.decide(probability).tolist()
        return Answer(finite(probability.astype(np.float64)), decisions, probability.dtype.type)

    return ask


def _asking(model: Any) -> Callable[[Any], Answer]:
    def ask(table: Any) -> Answer:
        probability = np.asarray(model.predict_proba(table), np.float64)
        return Answer(finite(probability), np.asarray(model.predict(table)).tolist())

    return ask


def _number_goal(subject: Subject, row: Any, target: Any) -> Goal:
    def ask(table: Any) -> Answer:
        return Answer(checked(subject, table), None)

    now = ask(row)
    if now.outputs.shape[1] > 1:
        raise ArgumentError(
            f"the model gives {now.outputs.shape[1]} numbers a row",
            available=f"outputs: {listed(subject.outputs)}" if subject.outputs else "",
            hint="name one by outputs=",
        )
    if isinstance(target, bool) or not isinstance(target, int | float | np.number) or not np.isfinite(target):
        raise ArgumentError(
            f"target={target!r} of a model that gives numbers",
            hint=f"give the number to reach; the row has {now.outputs[0, 0]:.6g}",
        )
    if now.outputs[0, 0] == target:
        raise ArgumentError(f"the prediction is {target:g} already", hint="name another target")
    name = subject.outputs[0] if subject.outputs else "prediction"
    return Goal(ask, (), 0, name, now, float(target), (float(target),))
