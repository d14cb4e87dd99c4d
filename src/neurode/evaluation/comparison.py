"""A network beside its baselines on the same rows: as a record, as text, as JSON."""

import math
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from neurode.evaluation import regression_wording, wording
from neurode.evaluation.intervals import Interval, percentile_interval
from neurode.evaluation.judgement import Evaluation
from neurode.evaluation.regression_judgement import RegressionEvaluation
from neurode.evaluation.residuals import Deciles
from neurode.evaluation.thresholds import Threshold

Judged = TypeVar("Judged", bound=Evaluation | RegressionEvaluation)
"""What a model came to: all models of a comparison are of one kind."""


@dataclass(frozen=True, eq=False)
class Comparison(Generic[Judged]):
    """A network and what it has to beat, as a classifier or as a predictor of numbers.

    Attributes:
        network: The judged network, from `judge` or `judge_regression`.
        baselines: The judged baselines, on the same rows with the same seed.
        threshold: How the network's threshold was chosen, if it was.

    Example:
        >>> import numpy as np
        >>> from neurode.evaluation import judge_regression
        >>> target = np.arange(100.0)
        >>> network = judge_regression("network", target, target + np.sin(target), ["price"])
        >>> mean = judge_regression("mean", target, np.full(100, 50.0), ["price"])
        >>> print(Comparison(network, (mean,)).difference("mae", mean))
        -24.365 [-26.871, -21.482]
    """

    network: Judged
    baselines: tuple[Judged, ...] = ()
    threshold: Threshold | None = None

    @property
    def evaluations(self) -> tuple[Judged, ...]:
        """The network, then the baselines."""
        return (self.network, *self.baselines)

    def difference(self, metric: str, baseline: Judged) -> Interval:
        """How much higher the network's metric is, with a paired interval: the same draws for both models.

        Two intervals that overlap can still be a sure difference, because both models find the
        same rows hard.
        """
        value = self.network.metrics[metric].value - baseline.metrics[metric].value
        ours, theirs = self.network.resampled.get(metric), baseline.resampled.get(metric)
        if ours is None or theirs is None or len(ours) != len(theirs):
            return Interval(value)
        return percentile_interval(value, ours - theirs)

    def conclusion(self) -> str:
        """The result in a sentence or two, as one would say it to a colleague."""
        return self._wording.conclude(self)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and strings; what is not a number is None."""
        return {
            "conclusion": self.conclusion(),
            "network": _evaluation_as_json(self.network),
            "baselines": [_evaluation_as_json(baseline) for baseline in self.baselines],
            "differences": {
                baseline.name: {
                    name: _interval_as_json(self.difference(name, baseline)) for name in self.network.metrics
                }
                for baseline in self.baselines
            },
            "threshold": self.threshold
            and {
                "value": _plain(self.threshold.value),
                "rule": self.threshold.rule,
                "reached": {name: _plain(value) for name, value in self.threshold.reached.items()},
            },
        }

    def __str__(self) -> str:
        return self._wording.as_text(self)

    @property
    def _wording(self) -> Any:
        return regression_wording if isinstance(self.network, RegressionEvaluation) else wording


def _evaluation_as_json(evaluation: Evaluation | RegressionEvaluation) -> dict[str, Any]:
    if isinstance(evaluation, RegressionEvaluation):
        return _regression_as_json(evaluation)
    return {
        "name": evaluation.name,
        "n_rows": evaluation.n_rows,
        "fit_seconds": _plain(evaluation.fit_seconds),
        "threshold": _plain(evaluation.threshold),
        "n_resamples": evaluation.n_resamples,
        "n_dropped": evaluation.n_dropped,
        "metrics": _metrics_as_json(evaluation.metrics),
        "confusion": {
            "labels": list(evaluation.confusion.labels),
            "counts": evaluation.confusion.counts.tolist(),
            "rates": [[_plain(rate) for rate in row] for row in evaluation.confusion.rates],
        },
    }


def _regression_as_json(evaluation: RegressionEvaluation) -> dict[str, Any]:
    return {
        "name": evaluation.name,
        "n_rows": evaluation.n_rows,
        "fit_seconds": _plain(evaluation.fit_seconds),
        "n_resamples": evaluation.n_resamples,
        "metrics": _metrics_as_json(evaluation.metrics),
        "targets": {
            target.name: {
                "metrics": _metrics_as_json(target.metrics),
                "deciles": _deciles_as_json(target.deciles),
            }
            for target in evaluation.by_target
        },
    }


def _deciles_as_json(deciles: Deciles) -> dict[str, list[float | int]]:
    return {field.name: getattr(deciles, field.name).tolist() for field in fields(deciles)}


def _metrics_as_json(metrics: dict[str, Interval]) -> dict[str, Any]:
    return {name: _interval_as_json(interval) for name, interval in metrics.items()}


def _interval_as_json(interval: Interval) -> dict[str, float | None]:
    return {name: _plain(getattr(interval, name)) for name in ("value", "lower", "upper")}


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
