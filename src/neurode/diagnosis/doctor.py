"""`doctor`: why does it not learn. Every check is a function of the evidence; this is their list."""

from collections.abc import Callable
from typing import Any

from neurode.diagnosis.diagnosis import Diagnosis
from neurode.diagnosis.evidence import Evidence
from neurode.diagnosis.examination import curve_of, evidence_of
from neurode.diagnosis.finding import Finding
from neurode.diagnosis.generalisation import (
    memorised_labels,
    overfitting,
    too_few_rows,
    unmeasured_validation,
)
from neurode.diagnosis.gradients import exploding_gradients, vanishing_gradients
from neurode.diagnosis.inputs import constant_inputs, missing_inputs, unscaled_inputs
from neurode.diagnosis.judgements import better_baseline, class_never_called, poor_calibration
from neurode.diagnosis.learning_rate import learning_rate_too_high, learning_rate_too_low
from neurode.diagnosis.outputs import (
    constant_targets,
    missing_targets,
    one_class_for_all,
    targets_out_of_reach,
    wrong_output,
)
from neurode.diagnosis.progress import no_better_than_a_constant, stopped_too_early
from neurode.diagnosis.units import dead_units, identical_units, saturated_units, weights_near_zero
from neurode.diagnosis.vitals import Vitals, learned_rows
from neurode.errors import ArgumentError, DataTypeError
from neurode.models import Model

CHECKS: tuple[Callable[[Evidence], Finding | None], ...] = (
    missing_inputs,
    missing_targets,
    constant_targets,
    wrong_output,
    targets_out_of_reach,
    unscaled_inputs,
    constant_inputs,
    identical_units,
    weights_near_zero,
    dead_units,
    saturated_units,
    exploding_gradients,
    vanishing_gradients,
    learning_rate_too_high,
    learning_rate_too_low,
    unmeasured_validation,
    memorised_labels,
    overfitting,
    too_few_rows,
    no_better_than_a_constant,
    stopped_too_early,
    one_class_for_all,
    class_never_called,
    better_baseline,
    poor_calibration,
)
"""Causes before what they bring about."""

NOT_A_NUMBER = {"missing inputs", "missing targets"}

EXPLAINED_BY = {
    "dead units": {"weights near zero"},
    "saturated units": {"weights near zero"},
    "vanishing gradients": {"dead units", "saturated units", "identical units", "weights near zero"},
    "exploding gradients": NOT_A_NUMBER,
    "learning rate too high": {
        "weights near zero",
        "output does not fit the loss",
        "constant targets",
        *NOT_A_NUMBER,
    },
    "learning rate too low": {"exploding gradients"},
    "validation cannot be measured": {"learning rate too high", "exploding gradients", *NOT_A_NUMBER},
    "overfitting": {"memorised labels", "learning rate too high"},
    "too few rows": {"memorised labels", "overfitting"},
    "no better than a constant": {"constant targets", *NOT_A_NUMBER},
    "stopped too early": {
        "learning rate too low",
        "learning rate too high",
        "output does not fit the loss",
        "memorised labels",
        "constant targets",
        "overfitting",
        "too few rows",
    },
    "a class is never called": {"one class for all", "no better than a constant", *NOT_A_NUMBER},
    "one class for all": {"no better than a constant", *NOT_A_NUMBER},
}
"""What is left out where its cause was found."""


def doctor(
    subject: Any,
    x: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    validation_data: Any = None,
    history: Any = None,
    vitals: Vitals | None = None,
) -> Diagnosis:
    """Why does it not learn: what a network's weights, gradients, history and predictions say.

    Args:
        subject: A run of `neurode.train`; a fitted NeuralClassifier or NeuralRegressor; or a compiled
            `Model`.
        x: The training rows: the raw table of an estimator, the arrays of a model. Without them, only
            weights and history are looked at; a run was looked at when it was made.
        y: Their targets.
        sample_weight: What each row counted for in training.
        validation_data: `(x, y)` or `(x, y, sample_weight)` of rows that it has not learned from.
        history: What `fit` returned, or a dict of lists; the last fit's if left out.
        vitals: What a `Vitals` callback recorded in the fit.

    Returns:
        The findings, the worst first; `print` shows them.

    Raises:
        NotFittedError: If the subject is not fitted or not compiled.
        DataTypeError: If it is none of the three.
        ArgumentError: If x comes without y, or validation rows without training rows.

    Example:
        >>> import neurode, numpy as np
        >>> from neurode.layers import Dense, Input
        >>> x = np.random.default_rng(0).normal(size=(400, 3))
        >>> y = (x[:, 0] > 0).astype(int)
        >>> model = neurode.Sequential([Input((3,)), Dense(8, "tanh", kernel_initializer="ones"),
        ...                             Dense(1, "sigmoid", kernel_initializer="ones")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> _ = model.fit(x, y, epochs=20, verbose=0)
        >>> print(doctor(model, x, y).findings[0].name)
        identical units

    References:
        Karpathy (2019), [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/).
    """
    if (x is None) != (y is None) or (validation_data is not None and x is None):
        raise ArgumentError(
            "the doctor was given rows without targets, or validation rows alone",
            hint="doctor(model, x, y, validation_data=(x_validation, y_validation))",
        )
    known: dict[str, Any] = {}
    if hasattr(subject, "judgements") and hasattr(subject, "model"):
        if x is None and history is None and vitals is None and subject.diagnosis is not None:
            return subject.diagnosis
        known = {"n_rows": subject.splits.get("training"), "judgements": subject.judgements}
        subject = subject.model
    if hasattr(subject, "network_rows"):
        return diagnose_estimator(
            subject, x, y, sample_weight, validation_data=validation_data, history=history, vitals=vitals,
            **known,
        )  # fmt: skip
    if not isinstance(subject, Model):
        raise DataTypeError(
            f"the doctor cannot look at a {type(subject).__name__}",
            available="subjects: a run, a NeuralClassifier or NeuralRegressor, a Model",
        )
    evidence = evidence_of(
        subject,
        None if x is None else (x, y, sample_weight),
        None if validation_data is None else _three(validation_data),
        curve=curve_of(subject.history if history is None else history),
        vitals=vitals,
    )
    return examine(evidence)


def examine(evidence: Evidence) -> Diagnosis:
    """The findings of all checks, less those that another one explains."""
    found = {finding.name: finding for check in CHECKS if (finding := check(evidence)) is not None}
    kept = [finding for name, finding in found.items() if not EXPLAINED_BY.get(name, set()) & found.keys()]
    return Diagnosis(tuple(kept), evidence.looked_at)


def diagnose_estimator(
    estimator: Any,
    x: Any = None,
    y: Any = None,
    sample_weight: Any = None,
    *,
    validation_data: Any = None,
    history: Any = None,
    vitals: Vitals | None = None,
    n_rows: int | None = None,
    judgements: tuple[Any, ...] = (),
) -> Diagnosis:
    """The same of an estimator, and of a run what else is known.

    Args:
        estimator: Fitted.
        x: Training rows, or a sample of them.
        y: Their targets.
        sample_weight: What each row counted for in training.
        validation_data: Other rows with targets.
        history: Of the fit.
        vitals: Of the fit.
        n_rows: How many training rows there were.
        judgements: What test rows say: each with a `comparison` and a `reliability`.
    """
    estimator._check_fitted()
    curve = curve_of(
        estimator.history_ if history is None else history,
        planned=estimator.epochs,
        kept=estimator.best_epoch_ - 1,
    )
    rows = lambda given: learned_rows(estimator, *given)  # noqa: E731
    evidence = evidence_of(
        estimator.model_,
        None if x is None else rows((x, y, sample_weight)),
        None if validation_data is None else rows(_three(validation_data)),
        curve=curve,
        vitals=vitals,
        n_rows=n_rows,
        calls=_calls_of(estimator),
        judgements=judgements,
    )
    return examine(evidence)


def _calls_of(estimator: Any) -> Any:
    """How the estimator itself calls rows, by its own threshold; None where it predicts numbers."""
    if not hasattr(estimator, "decide"):
        return None

    def calls(x: Any, y: tuple) -> tuple:
        called, target = estimator.decide(estimator.probability(x)), y[0]
        if called.ndim > 1:
            return tuple((called[:, place], target[:, place].astype(int)) for place in range(called.shape[1]))
        codes = target.reshape(len(target), -1)
        codes = codes[:, 0] if codes.shape[1] == 1 else codes.argmax(axis=1)
        return ((called, estimator.classes_[codes.astype(int)]),)

    return calls


def _three(given: Any) -> tuple[Any, Any, Any]:
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise ArgumentError(
            f"validation_data is {type(given).__name__}",
            hint="give (x, y) or (x, y, sample_weight)",
        )
    x, y, *weight = given
    return x, y, weight[0] if weight else None
