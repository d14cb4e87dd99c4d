"""Several labels as the target of a run: each is 0 or 1, and each is judged on its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurode.errors import TableError
from neurode.estimators import NeuralClassifier
from neurode.evaluation import (
    Baseline,
    Comparison,
    Threshold,
    calibration_curve,
    choose_threshold,
    fit_baselines,
    judge,
)
from neurode.runs.options import check_for_task
from neurode.runs.target import Answers, Judgement, Parts, Target
from neurode.tables import Split
from neurode.typing import Columns

CLASSES = ("0", "1")
"""What a label can be."""


@dataclass(frozen=True, eq=False)
class LabelTarget(Target):
    """Several labels a row, `values` `(rows, labels)` of 0 and 1."""

    task: ClassVar[str] = "classification"

    @property
    def headline(self) -> tuple[str, ...]:
        return ("roc_auc", "pr_auc", "brier")

    def strata(self, *, at_random: bool) -> np.ndarray | None:
        # Combinations of labels may be too rare to be in every part; `check_split` looks at each label.
        return None

    def check_split(self, split: Split) -> None:
        for part, rows in zip(("train", "validation", "test"), split):
            shares = self.values[rows].mean(axis=0)
            for name, share in zip(self.names, shares):
                if share in (0, 1):
                    raise TableError(
                        f"label {name!r} is {share:g} in all {len(rows):,} rows of the {part} part",
                        hint="add rows, leave the label out, or split in another way: another seed or shares",
                    )

    def estimator(self, settings: Mapping[str, Any]) -> NeuralClassifier:
        check_for_task(settings, self.task)
        return NeuralClassifier(**settings)

    def fit_baselines(self, train: Columns, rows: np.ndarray, seed: int) -> tuple[tuple[Baseline, ...], ...]:
        return tuple(
            fit_baselines(train, codes, n_classes=2, seed=seed)
            for codes in self.values[rows].astype(np.int64).T
        )

    def judge(
        self, estimator: Any, baselines: Any, parts: Parts, split: Split, seconds: float, seed: int
    ) -> tuple[Judgement, ...]:
        line = float(estimator.threshold_)
        validation, test = (estimator.probability(columns) for columns in (parts.validation, parts.test))
        found = []
        for place, name in enumerate(self.names):
            codes = self.values[:, place].astype(np.int64)
            scored = two_columns(test[:, place])
            network = judge(
                "network", codes[split.test], scored, CLASSES, line, seed=seed, fit_seconds=seconds
            )
            judged = [
                judge(
                    each.name, codes[split.test], each.predict_proba(parts.test), CLASSES, line,
                    seed=seed, fit_seconds=each.fit_seconds,
                )
                for each in baselines[place]
            ]  # fmt: skip
            reached = choose_threshold(codes[split.validation], two_columns(validation[:, place]), line)
            threshold = Threshold(line, f"{line:g}", reached.reached)
            found.append(
                Judgement(
                    name=name,
                    title=f"{name}: will it be 1?",
                    comparison=Comparison(network, tuple(judged), threshold),
                    reliability=calibration_curve(codes[split.test], scored),
                    outputs=self.names,
                )
            )
        return tuple(found)

    def answers(self, estimator: Any, columns: Columns, rows: np.ndarray) -> tuple[Answers, ...]:
        said, line = estimator.probability(columns), float(estimator.threshold_)
        return tuple(
            Answers(
                self.values[rows, place].astype(np.int64), two_columns(said[:, place]), CLASSES, line, (name,)
            )
            for place, name in enumerate(self.names)
        )

    def measure(self, estimator: Any, test: Columns, rows: np.ndarray) -> dict[str, float]:
        probability = estimator.probability(test)
        judged = [
            judge(
                "network", self.values[rows, place].astype(np.int64), two_columns(probability[:, place]),
                CLASSES, float(estimator.threshold_), n_resamples=0,
            )
            for place in range(len(self.names))
        ]  # fmt: skip
        return {
            metric: float(np.mean([each.metrics[metric].value for each in judged]))
            for metric in self.headline
        }

    def predictions(self, estimator: Any, columns: Columns) -> dict[str, np.ndarray]:
        probability = estimator.probability(columns)
        calls = estimator.decide(probability)
        scores = {f"probability_{name}": probability[:, place] for place, name in enumerate(self.names)}
        return {
            **scores,
            **{f"prediction_{name}": calls[:, place] for place, name in enumerate(self.names)},
        }


def two_columns(probability: np.ndarray) -> np.ndarray:
    """The probability of 0 and of 1.

    Example:
        >>> two_columns(np.array([0.25]))
        array([[0.75, 0.25]])
    """
    return np.column_stack([1 - probability, probability])
