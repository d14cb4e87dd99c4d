"""Cross-validation: how much a network's metrics move when other rows are tested."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.evaluation.wording import TITLES, quantity
from neurode.runs.data import Data
from neurode.runs.stages import Stages
from neurode.tables import Split


@dataclass(frozen=True)
class CrossValidation:
    """The network's metrics on the test rows of each fold.

    Attributes:
        folds: The metrics of each fold.
        n_rows: The test rows of each fold.

    Example:
        >>> print(CrossValidation(({"r2": 0.8, "mae": 12.0}, {"r2": 0.9, "mae": 10.0}), (50, 50)))
        2 folds      mean  spread   worst    best
        R²         0.8500  0.0707  0.8000  0.9000
        MAE         11.00    1.41   12.00   10.00
    """

    folds: tuple[dict[str, float], ...]
    n_rows: tuple[int, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics."""
        return tuple(self.folds[0])

    def values(self, metric: str) -> np.ndarray:
        """A metric in every fold; NaN where it cannot be told."""
        return np.array([fold[metric] for fold in self.folds])

    def mean(self, metric: str) -> float:
        """The mean over the folds where it is known."""
        known = self._known(metric)
        return float(known.mean()) if known.size else float("nan")

    def spread(self, metric: str) -> float:
        """The standard deviation between folds, that of a sample."""
        known = self._known(metric)
        return float(known.std(ddof=1)) if known.size > 1 else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is not a number is None."""
        return {
            "n_folds": len(self.folds),
            "n_rows": list(self.n_rows),
            "metrics": {
                name: {
                    "mean": _plain(self.mean(name)),
                    "spread": _plain(self.spread(name)),
                    "folds": [_plain(value) for value in self.values(name)],
                }
                for name in self.metrics
            },
        }

    def __str__(self) -> str:
        heading = (f"{len(self.folds)} folds", "mean", "spread", "worst", "best")
        rows = [heading, *(self._row(name) for name in self.metrics)]
        width = max(len(row[0]) for row in rows) + 2
        cell = max(len(text) for row in rows for text in row[1:]) + 2
        return "\n".join(row[0].ljust(width) + "".join(text.rjust(cell) for text in row[1:]) for row in rows)

    def _row(self, name: str) -> tuple[str, ...]:
        known = self._known(name)
        if not known.size:
            return (TITLES[name], *["n/a"] * 4)
        ends = (known.max(), known.min()) if name in _LOWER_IS_BETTER else (known.min(), known.max())
        mean = self.mean(name)
        return (TITLES[name], *(quantity(float(v), mean) for v in (mean, self.spread(name), *ends)))

    def _known(self, metric: str) -> np.ndarray:
        values = self.values(metric)
        return values[~np.isnan(values)]


def cross_validate(data: Data, build: Callable[[], Any], stages: Stages) -> CrossValidation | None:
    """Fits a fresh network in each fold and measures it on the fold's test rows.

    Encoding, balancing, early stopping, calibration and threshold come from the fold's own training and
    validation rows.

    Args:
        data: With the folds.
        build: Makes an estimator that is not fitted.
        stages: Is told each fold.

    Returns:
        The metrics of every fold; None if training was interrupted, as half of the folds say nothing.
    """
    measured, features = [], data.features
    for number, split in enumerate(data.folds, start=1):
        stages.tell(f"fold {number} of {len(data.folds)}")
        estimator = fit(build(), data, split)
        if estimator.history_.interrupted:
            return None
        test = estimator.encoding_.transform(features[split.test])
        measured.append(data.target.measure(estimator, test, split.test))
    return CrossValidation(tuple(measured), tuple(int(split.test.size) for split in data.folds))


def fit(estimator: Any, data: Data, split: Split, callbacks: tuple = ()) -> Any:
    """Fits an estimator to the training rows of a split, with its validation rows beside."""
    features, target = data.features, data.target
    return estimator.fit(
        features[split.train],
        target.given(split.train),
        validation_data=(features[split.validation], target.given(split.validation)),
        schema=data.features_schema,
        callbacks=callbacks,
    )


_LOWER_IS_BETTER = {"brier", "log_loss", "mae", "rmse"}


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
