"""Numbers as the target of a run: one a row or several, judged by how far off they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from neurode.estimators import NeuralRegressor
from neurode.evaluation import (
    Comparison,
    RegressionBaseline,
    fit_regression_baselines,
    judge_regression,
)
from neurode.runs.options import check_for_task
from neurode.runs.target import Answers, Judgement, Parts, Target
from neurode.tables import Split, quantile_bins
from neurode.typing import Columns


@dataclass(frozen=True, eq=False)
class NumberTarget(Target):
    """Numbers, `values` `(rows,)` or `(rows, targets)` as float64."""

    task: ClassVar[str] = "regression"

    @property
    def headline(self) -> tuple[str, ...]:
        return ("r2", "mae", "rmse")

    def strata(self, *, at_random: bool) -> np.ndarray | None:
        # Bins are no classes: where groups or times decide, a part may well lack the highest numbers.
        return quantile_bins(self.values) if at_random and self.values.ndim == 1 else None

    def estimator(self, settings: Mapping[str, Any]) -> NeuralRegressor:
        check_for_task(settings, self.task)
        return NeuralRegressor(**settings)

    def given(self, rows: np.ndarray) -> Any:
        values = super().given(rows)
        return pl.Series(self.names[0], values) if self.values.ndim == 1 else values

    def fit_baselines(self, train: Columns, rows: np.ndarray, seed: int) -> tuple[RegressionBaseline, ...]:
        return fit_regression_baselines(train, self.values[rows], seed=seed)

    def judge(
        self, estimator: Any, baselines: Any, parts: Parts, split: Split, seconds: float, seed: int
    ) -> tuple[Judgement, ...]:
        actual = self.values[split.test]
        models = [
            ("network", estimator.prediction, seconds),
            *((each.name, each.predict, each.fit_seconds) for each in baselines),
        ]
        network, *judged = (
            judge_regression(name, actual, predict(parts.test), self.names, seed=seed, fit_seconds=took)
            for name, predict, took in models
        )
        named = ", ".join(self.names)
        comparison = Comparison(network, tuple(judged))
        return (Judgement(named, f"What {named}?", comparison, outputs=self.names),)

    def answers(self, estimator: Any, columns: Columns, rows: np.ndarray) -> tuple[Answers, ...]:
        actual, said = self.values[rows], estimator.prediction(columns)
        actual, said = actual.reshape(len(rows), -1), said.reshape(len(rows), -1)
        return (Answers(actual, said, (), None, self.names),)

    def measure(self, estimator: Any, test: Columns, rows: np.ndarray) -> dict[str, float]:
        judged = judge_regression(
            "network", self.values[rows], estimator.prediction(test), self.names, n_resamples=0
        )
        return {name: judged.metrics[name].value for name in self.headline}

    def predictions(self, estimator: Any, columns: Columns) -> dict[str, np.ndarray]:
        prediction = estimator.prediction(columns)
        if prediction.ndim == 1:
            return {"prediction": prediction}
        return {f"prediction_{name}": prediction[:, place] for place, name in enumerate(self.names)}
