"""Calibration: probabilities moved so that of all rows with a probability of 30 % about 30 % are positive."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, FileError, ShapeError, UnknownNameError
from neurode.evaluation import isotonic, platt, stored, temperature
from neurode.evaluation.inputs import check_rows
from neurode.evaluation.thresholds import check_weights

METHODS = {"platt": platt, "isotonic": isotonic, "temperature": temperature}
"""Each module has `fit`, `apply` and `check`."""

CALIBRATIONS = tuple(METHODS)
"""The names of the methods."""

FEW_ROWS = 10
"""With fewer rows of a class there is next to nothing to calibrate on."""


@dataclass(frozen=True)
class Calibrator:
    """A fitted calibration; call it on probabilities.

    Attributes:
        method: One of `CALIBRATIONS`.
        n_classes: How many columns it takes and gives.
        n_rows: How many rows it was fitted on.
        parameters: What was fitted: `platt` has slope and intercept, `isotonic` the corners of its curves,
            each for the positive class or for every class; `temperature` has one number.
        notes: What to keep in mind, for people.
    """

    method: str
    n_classes: int
    n_rows: int
    parameters: dict[str, tuple]
    notes: tuple[str, ...] = ()

    def __call__(self, probability: Any) -> Float[np.ndarray, "rows classes"]:
        """The calibrated probabilities as float64; each row sums to 1.

        Raises:
            ShapeError: There are other columns than the calibration was fitted on.
        """
        probability = np.asarray(probability)
        if probability.ndim != 2 or probability.shape[1] != self.n_classes:
            raise ShapeError(
                f"a calibration of {self.n_classes} classes got probabilities of shape {probability.shape}"
            )
        return METHODS[self.method].apply(self.parameters, probability.astype(np.float64))

    def to_json(self) -> dict[str, Any]:
        """The calibration as plain JSON values."""
        return {
            "method": self.method,
            "n_classes": self.n_classes,
            "n_rows": self.n_rows,
            "parameters": {name: _as_lists(values) for name, values in self.parameters.items()},
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, document: object) -> "Calibrator":
        """The calibration that `to_json` wrote.

        Raises:
            FileError: The method is unknown, or its numbers are none that it could have fitted.
        """
        names = {"method", "n_classes", "n_rows", "parameters", "notes"}
        values = stored.fields(document, "calibrator", names)
        method = stored.text(values["method"], "calibrator.method")
        if method not in METHODS:
            raise FileError(
                f"no calibration named {method!r}", available=f"calibrations: {', '.join(CALIBRATIONS)}"
            )
        n_classes = stored.whole(values["n_classes"], "calibrator.n_classes", 2)
        return cls(
            method,
            n_classes,
            stored.whole(values["n_rows"], "calibrator.n_rows", 1),
            METHODS[method].check(values["parameters"], "calibrator.parameters", n_classes),
            stored.items(values["notes"], "calibrator.notes", stored.text),
        )


def fit_calibrator(
    method: str, target_codes: Any, probability: Any, *, sample_weight: Any = None
) -> Calibrator:
    """Fits a calibration on rows that training did not see.

    `platt` moves log-odds by a slope and an intercept: the choice for few rows. `isotonic` follows any rising
    curve: the choice from some thousand rows on. `temperature` makes all probabilities more or less sure by
    one number and keeps the likeliest class: the choice for many classes. With more than two classes the
    first two treat each class against the rest and then divide by the sum.

    No method changes the order of the rows of a two-class model, so what is measured by ranks (ROC AUC)
    stays. Isotonic curves have flat parts; within them a millionth of the raw probability keeps the order.
    With more classes the division by the sum may move a few rows past each other.

    Args:
        method: One of `CALIBRATIONS`.
        target_codes: The class code of each validation row, from 0.
        probability: `(rows, classes)`, rows that sum to 1.
        sample_weight: What each row counts for.

    Raises:
        UnknownNameError: There is no such method.
        ArgumentError: The rows are all of one class, or the probabilities are none.

    Example:
        >>> target = np.arange(100) % 5 == 0
        >>> probability = np.where(target, 0.6, 0.4)
        >>> calibrator = fit_calibrator("platt", target, np.column_stack([1 - probability, probability]))
        >>> calibrator([[0.6, 0.4], [0.4, 0.6]]).round(2)
        array([[0.99, 0.01],
               [0.05, 0.95]])
    """
    if method not in METHODS:
        raise UnknownNameError("calibration", method, CALIBRATIONS)
    target, probability = check_rows(target_codes, probability)
    weight = check_weights(sample_weight, len(target), "sample_weight")
    probability = probability.astype(np.float64)
    if probability.min() < 0 or np.abs(probability.sum(axis=1) - 1).max() > 1e-3:
        raise ArgumentError(
            f"probabilities run from {probability.min():g} to {probability.max():g}, and rows must sum to 1",
            hint="calibrate the output of predict_proba",
        )
    if weight is not None:
        target, probability, weight = target[weight > 0], probability[weight > 0], weight[weight > 0]
    rows_of = np.bincount(target, minlength=probability.shape[1])
    if np.count_nonzero(rows_of) < 2:
        raise ArgumentError(
            f"calibration needs rows of two classes, all {len(target)} are of class {target[0]}",
            hint="hold out more rows, or turn calibration off",
        )
    weight = np.ones(len(target)) if weight is None else weight
    parameters, notes = METHODS[method].fit(target, probability, weight)
    rare = [code for code, rows in enumerate(rows_of) if 0 < rows < FEW_ROWS]
    few = [f"calibrated on only {rows_of[code]} rows of class {code}" for code in rare]
    return Calibrator(method, probability.shape[1], len(target), parameters, (*few, *notes))


def _as_lists(values: tuple) -> list:
    return [_as_lists(value) if isinstance(value, tuple) else value for value in values]
