"""A network beside its baselines on the same rows: as a record, as text, as JSON."""

import math
from dataclasses import dataclass
from typing import Any

from neurode.evaluation.intervals import Interval, percentile_interval
from neurode.evaluation.judgement import Evaluation
from neurode.evaluation.thresholds import Threshold
from neurode.evaluation.wording import as_text, conclude


@dataclass(frozen=True, eq=False)
class Comparison:
    """A network and what it has to beat.

    Attributes:
        network: The judged network.
        baselines: The judged baselines, on the same rows with the same seed.
        threshold: How the network's threshold was chosen, if it was.
    """

    network: Evaluation
    baselines: tuple[Evaluation, ...] = ()
    threshold: Threshold | None = None

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The network, then the baselines."""
        return (self.network, *self.baselines)

    def difference(self, metric: str, baseline: Evaluation) -> Interval:
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
        return conclude(self)

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
        return as_text(self)


def _evaluation_as_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "name": evaluation.name,
        "n_rows": evaluation.n_rows,
        "fit_seconds": _plain(evaluation.fit_seconds),
        "threshold": _plain(evaluation.threshold),
        "n_resamples": evaluation.n_resamples,
        "n_dropped": evaluation.n_dropped,
        "metrics": {name: _interval_as_json(interval) for name, interval in evaluation.metrics.items()},
        "confusion": {
            "labels": list(evaluation.confusion.labels),
            "counts": evaluation.confusion.counts.tolist(),
            "rates": [[_plain(rate) for rate in row] for row in evaluation.confusion.rates],
        },
    }


def _interval_as_json(interval: Interval) -> dict[str, float | None]:
    return {name: _plain(getattr(interval, name)) for name in ("value", "lower", "upper")}


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
