"""What a run has to predict, and what each kind of target has to say for itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import polars as pl

from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.evaluation import CalibrationCurve, Comparison
from neurode.tables import Split
from neurode.typing import Columns

Estimator = NeuralClassifier | NeuralRegressor


class Parts(NamedTuple):
    """The encoded columns of each part of the rows."""

    train: Columns
    validation: Columns
    test: Columns


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the test rows say of one target, or of all numbers together.

    Attributes:
        name: The target.
        title: The question that the network answers, for people.
        comparison: The network beside its baselines.
        decision: How probabilities become calls, a sentence a line; empty for numbers.
        reliability: Promised against observed rates on the test rows.
        outputs: What the network's outputs are called.
        referral: `(2, 3)`: test rows of each class that the network calls no, calls yes and refers; None
            where it refers nobody.
    """

    name: str
    title: str
    comparison: Comparison
    decision: str = ""
    reliability: CalibrationCurve | None = None
    outputs: tuple[str, ...] = ()
    referral: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network says of some rows beside what was there, as one judgement looks at it.

    Attributes:
        actual: The class code of each row; of numbers `(rows, targets)`.
        said: The probability of each class, `(rows, classes)`; of numbers `(rows, targets)`.
        classes: The name of each class; of two, the second is the positive one. Empty for numbers.
        threshold: From where on a row is called positive, of two classes.
        outputs: The outputs of the estimator that are worth an explanation.
    """

    actual: np.ndarray
    said: np.ndarray
    classes: tuple[str, ...]
    threshold: float | None
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Target(ABC):
    """The target columns of the rows that have them.

    Attributes:
        names: The columns.
        known: A bool a row of the whole table: whether it has a target.
        values: Of the rows that have a target: `(rows,)` or `(rows, targets)`.
        task: "classification" or "regression".
        headline: The metrics that are told of each fold.
    """

    names: tuple[str, ...]
    known: np.ndarray
    values: np.ndarray

    task: ClassVar[str]

    @property
    @abstractmethod
    def headline(self) -> tuple[str, ...]:
        """The metrics that are told of each fold."""

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes, where rows have one each; of two, the second is the positive one."""
        return ()

    @property
    def positive(self) -> Any:
        """The class whose probability is predicted, of two."""
        return self.classes[1] if len(self.classes) == 2 else None

    @abstractmethod
    def strata(self, *, at_random: bool) -> np.ndarray | None:
        """Codes by which a split keeps the shares alike; those of classes are also needed in every part.

        Args:
            at_random: Whether rows are drawn one by one, not by group, time or mark.
        """

    def check_split(self, split: Split) -> None:  # noqa: B027 (most targets have nothing to add)
        """Refuses parts in which the target cannot be learned or judged."""

    @abstractmethod
    def estimator(self, settings: Mapping[str, Any]) -> Estimator:
        """The network, not yet fitted.

        Raises:
            ArgumentError: If a setting cannot be used with this target.
        """

    @abstractmethod
    def fit_baselines(self, train: Columns, rows: np.ndarray, seed: int) -> Any:
        """What the network has to beat, fitted on the training rows."""

    @abstractmethod
    def judge(
        self, estimator: Any, baselines: Any, parts: Parts, split: Split, seconds: float, seed: int
    ) -> tuple[Judgement, ...]:
        """The network beside its baselines on the test rows.

        Args:
            estimator: Fitted.
            baselines: From `fit_baselines`.
            parts: The encoded rows.
            split: Their numbers.
            seconds: What fitting the network took.
            seed: Of the bootstrap.
        """

    @abstractmethod
    def answers(self, estimator: Any, columns: Columns, rows: np.ndarray) -> tuple[Answers, ...]:
        """What the network says of some rows, for each judgement.

        Args:
            estimator: Fitted.
            columns: The encoded rows.
            rows: Their numbers.
        """

    @abstractmethod
    def measure(self, estimator: Any, test: Columns, rows: np.ndarray) -> dict[str, float]:
        """The headline metrics of a network on some rows."""

    @abstractmethod
    def predictions(self, estimator: Any, columns: Columns) -> dict[str, np.ndarray]:
        """What the network says of rows, by the names of the columns that are written."""

    def given(self, rows: np.ndarray) -> Any:
        """The target of some rows as an estimator's `fit` takes it, with its names."""
        values = self.values[rows]
        return values if values.ndim == 1 else pl.DataFrame(values, schema=list(self.names))

    def actual(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The target of some rows, by the names of the columns that are written."""
        if self.values.ndim == 1:
            return {"target": self.values[rows]}
        return {f"target_{name}": self.values[rows, place] for place, name in enumerate(self.names)}
