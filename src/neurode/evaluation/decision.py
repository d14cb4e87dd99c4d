"""From what a network says to what is done: every step that an estimator stores beside its weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.errors import ArgumentError, FileError
from neurode.evaluation import stored
from neurode.evaluation.calibration import Calibrator
from neurode.evaluation.decision_wording import describe
from neurode.evaluation.priors import correct_priors, focal_posterior
from neurode.evaluation.refer import ReferBand, decide
from neurode.evaluation.threshold_bands import ThresholdBand
from neurode.evaluation.thresholds import Threshold

Rates = tuple[float | int | np.floating, ...]
"""The share of each class, summing to 1."""


@dataclass(frozen=True)
class Decision:
    """How raw probabilities become honest ones, and how those become calls.

    The steps, in this order, each only where it has something to do: the posterior behind a focal loss; from
    the class rates that the network was trained on back to those of the training table; calibration; on to
    the class rates of deployment; threshold; refer band.

    It never changes: `dataclasses.replace(decision, deployment_rates=(0.95, 0.05))` is the decision where
    positive rows are that frequent. The probabilities move, and the threshold stays the same probability. One
    that came from prices becomes the one that they ask for at any rate (`Prices.threshold`).

    Attributes:
        base_rates: The share of each class in the training rows, before any balancing.
        trained_on: The share of each class that the network saw, by rows and weights; None if the same.
        focal_gamma: The gamma of the focal loss that the network was trained with, if it was.
        correction: Whether what balancing and a focal loss do to the probabilities is undone.
        calibrator: Fitted on corrected probabilities of validation rows.
        deployment_rates: The share of each class where the model is used; None if it is `base_rates`.
        threshold: From where on a row is called positive. None: 0.5 with two classes; with more, where the
            likeliest class is the answer, it is always None.
        threshold_rates: The share of each class that the threshold was chosen for; None if it is
            `base_rates`.
        threshold_band: How sure the threshold is.
        refer_band: Between which probabilities a person decides.

    Example:
        >>> decision = Decision(base_rates=(0.9, 0.1), trained_on=(0.5, 0.5))
        >>> probability = decision.probability([[0.5, 0.5], [0.1, 0.9]])
        >>> probability.round(2)
        array([[0.9, 0.1],
               [0.5, 0.5]])
        >>> decision.decide(probability)
        array([0, 1])
    """

    base_rates: Rates
    trained_on: Rates | None = None
    focal_gamma: float | int | None = None
    correction: bool = True
    calibrator: Calibrator | None = None
    deployment_rates: Rates | None = None
    threshold: Threshold | None = None
    threshold_rates: Rates | None = None
    threshold_band: ThresholdBand | None = None
    refer_band: ReferBand | None = None

    def __post_init__(self) -> None:
        for name in _RATES:
            rates = getattr(self, name)
            if rates is not None:
                # Plain floats go into JSON, and compare equal whatever precision they came in.
                object.__setattr__(self, name, tuple(map(float, rates)))
                _check_rates(name, getattr(self, name), self.base_rates)
        if self.calibrator is not None and self.calibrator.n_classes != len(self.base_rates):
            raise ArgumentError(
                f"a calibration of {self.calibrator.n_classes} classes for {len(self.base_rates)} base_rates"
            )
        if self.focal_gamma is not None and not 0 <= self.focal_gamma < np.inf:
            raise ArgumentError(f"focal_gamma={self.focal_gamma}", hint="a gamma is 0 or more")
        if len(self.base_rates) != 2 and (self.threshold or self.threshold_band or self.refer_band):
            raise ArgumentError(
                f"a threshold with {len(self.base_rates)} classes",
                hint="with more than two, the likeliest class is the answer",
            )

    @property
    def line(self) -> float | None:
        """The threshold in force; None with more than two classes."""
        if len(self.base_rates) != 2:
            return None
        if self.threshold is None:
            return 0.5
        if self.threshold.prices is None or self.rates == (self.threshold_rates or self.base_rates):
            return self.threshold.value
        return self.threshold.prices.threshold()

    @property
    def rates(self) -> Rates:
        """The share of each class that the probabilities are for, if nothing shifts them."""
        return self.deployment_rates or self.base_rates

    @property
    def tilt(self) -> Float[np.ndarray, " classes"]:
        """What each of more than two classes counts for in a call: as much as balancing raised it by."""
        if self.trained_on is None or not self.correction:
            return np.ones(len(self.base_rates))
        rates = np.array(self.rates)
        return np.divide(np.array(self.trained_on), rates, out=np.zeros_like(rates), where=rates > 0)

    @property
    def shifted(self) -> bool:
        """Whether the probabilities are for other class rates, because the correction was turned off."""
        return self._bent and not self.correction and self.calibrator is None

    @property
    def _bent(self) -> bool:
        """Whether training moved the probabilities."""
        return bool(self.focal_gamma) or self.trained_on not in (None, self.base_rates)

    def probability(self, raw: Any) -> Float[np.ndarray, "rows classes"]:
        """The probabilities to believe, from those of the network.

        Args:
            raw: `(rows, classes)`, rows that sum to 1. Returned as it is if there is nothing to do, else as
                float64.
        """
        probability = np.asarray(raw)
        if self.correction and self.focal_gamma:
            probability = focal_posterior(probability, self.focal_gamma)
        trained_on = self.trained_on or self.base_rates
        if self.correction and trained_on != self.base_rates:
            probability = correct_priors(probability, trained_on, self.base_rates)
        if self.calibrator is not None:
            probability = self.calibrator(probability)
        # Without correction or calibration the probabilities still are for the rates of training.
        meant = trained_on if self.shifted else self.base_rates
        if self.rates != meant and self.deployment_rates is not None:
            probability = correct_priors(probability, meant, self.rates)
        return probability

    def decide(self, probability: Float[np.ndarray, "rows classes"]) -> Int[np.ndarray, " rows"]:
        """The class code of each row; -1 where a person decides.

        Args:
            probability: From `probability`.
        """
        line = self.line
        if line is None:
            return (probability * self.tilt).argmax(axis=1)
        return decide(probability[:, 1], line, self.refer_band)

    def __str__(self) -> str:
        return describe(self)

    def to_json(self) -> dict[str, Any]:
        """The decision as plain JSON values."""
        rates = {name: value and list(value) for name in _RATES for value in [getattr(self, name)]}
        parts = {name: value and value.to_json() for name in _PARTS for value in [getattr(self, name)]}
        return {**rates, "focal_gamma": self.focal_gamma, "correction": self.correction, **parts}

    @classmethod
    def from_json(cls, document: object) -> "Decision":
        """The decision that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        names = {*_RATES, "focal_gamma", "correction", *_PARTS}
        values = stored.fields(document, "decision", names)
        rates: dict[str, Any] = {
            name: stored.optional(stored.items, values[name], f"decision.{name}", stored.number)
            for name in _RATES
        }
        parts: dict[str, Any] = {
            name: stored.optional(kind.from_json, values[name]) for name, kind in _PARTS.items()
        }
        gamma = stored.optional(stored.number, values["focal_gamma"], "decision.focal_gamma")
        correction = stored.flag(values["correction"], "decision.correction")
        if rates["base_rates"] is None:
            raise FileError("decision has no base_rates")
        try:
            return cls(**rates, **parts, focal_gamma=gamma, correction=correction)
        except ArgumentError as error:
            raise FileError(f"decision: {error.problem}", hint=error.hint) from error


_RATES = ("base_rates", "trained_on", "deployment_rates", "threshold_rates")

_PARTS: dict[str, Any] = {
    "calibrator": Calibrator,
    "threshold": Threshold,
    "threshold_band": ThresholdBand,
    "refer_band": ReferBand,
}


def _check_rates(name: str, rates: Sequence[Any], base_rates: Sequence[Any]) -> None:
    if len(rates) != len(base_rates) or len(rates) < 2:
        raise ArgumentError(
            f"{name} has {len(rates)} shares for {len(base_rates)} classes",
            hint="one for each of at least two",
        )
    if not all(0 <= rate <= 1 for rate in rates) or abs(sum(rates) - 1) > 1e-6:
        raise ArgumentError(f"{name}={rates} are not shares that sum to 1")
    if any((rate > 0) != (base > 0) for rate, base in zip(rates, base_rates)):
        raise ArgumentError(
            f"{name}={rates} is 0 for other classes than base_rates={base_rates}",
            hint="probabilities cannot be moved to a class that never occurs",
        )
