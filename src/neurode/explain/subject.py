"""What is explained: a function of a table, and what its outputs are called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from neurode.errors import ArgumentError, DataTypeError, NotFittedError, UnknownNameError, listed
from neurode.explain.tables import frame_for

SCALES = ("probability", "log_odds")

CLOSEST = 2.0**-24
"""Log-odds are of probabilities kept this far from 0 and 1, which is as close as float32 comes to 1."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A function of a table, and what its outputs are called.

    Attributes:
        predict: From a table (a frame or array, of the kind that the person gave; a polars frame for our own
            estimators) to float64 `(rows, outputs)`.
        outputs: What the outputs are called: the positive class of two, every class of more, or the targets.
            Empty where only a prediction can tell; `hybrids_of` knows then.
        columns: The raw columns that the model reads; None where every column of the table may count.
        estimator: Our `NeuralClassifier` or `NeuralRegressor`, for the quick way.
        meaning: Of our estimators: from outputs of the network to what `predict` gives.
    """

    predict: Callable[[Any], Float64[np.ndarray, "rows outputs"]]
    outputs: tuple[str, ...]
    columns: tuple[str, ...] | None = None
    estimator: Any = None
    meaning: Callable[[Any], Float64[np.ndarray, "rows outputs"]] | None = None


def subject_of(model: Any, outputs: str | Sequence[str] | None = None, scale: str = "probability") -> Subject:
    """What there is to explain about a model.

    Args:
        model: One of our estimators; anything with `predict_proba` or `predict`, such as a scikit-learn
            pipeline; or a plain function of a table.
        outputs: Which outputs, by name: classes or targets. All if left out; of two classes the positive one.
        scale: "probability", or "log_odds" of a classifier: $\\log p / (1 - p)$.

    Raises:
        NotFittedError: If the model is not fitted.
        UnknownNameError: If there is no such output.
        DataTypeError: If the model can predict nothing, or classes without probabilities.

    Example:
        >>> subject = subject_of(lambda table: table.sum(axis=1))
        >>> subject.predict(np.ones((2, 3))).tolist()
        [[3.0], [3.0]]
    """
    if scale not in SCALES:
        raise ArgumentError(f"output={scale!r}", available=f"outputs: {', '.join(map(repr, SCALES))}")
    if getattr(model, "__sklearn_is_fitted__", lambda: True)() is False:
        raise NotFittedError(f"this {type(model).__name__} is not fitted yet", hint="call fit(X, y) first")
    if hasattr(model, "train_state"):
        _check_compiled(model)
    answers = _answers_of(model)
    if scale == "log_odds" and not hasattr(model, "predict_proba"):
        raise ArgumentError(
            f"output='log_odds' of a {type(model).__name__}, which has no predict_proba",
            hint="leave it out: the numbers that it gives are explained as they are",
        )
    names, first = _names_of(model)
    is_of_two = first == 1
    wanted = (outputs,) if isinstance(outputs, str) else None if outputs is None else tuple(outputs)

    def chosen(answer: Any) -> Float64[np.ndarray, "rows outputs"]:
        values = _two_dimensional(answer)
        known = names or numbered(values.shape[1])
        if len(known) != values.shape[1]:
            raise DataTypeError(f"the model gives {values.shape[1]} outputs, its names are {listed(known)}")
        if is_of_two and not np.allclose(values.sum(axis=1), 1.0, atol=1e-3, equal_nan=True):
            raise DataTypeError(
                f"the probabilities of {listed(known)} do not sum to 1: they are of labels, not of classes",
                hint="give a function of the table that returns its predict_proba",
            )
        values = values[:, [_place(name, known) for name in wanted] if wanted else slice(first, None)]
        return _log_odds(values) if scale == "log_odds" else values

    if wanted and names:
        for name in wanted:
            _place(name, names)
    found = wanted or names[first:]
    if not _is_ours(model):
        columns = getattr(model, "feature_names_in_", None)
        columns = None if columns is None else tuple(map(str, columns))
        return Subject(lambda table: chosen(answers(table)), found, columns)
    encoding = model.encoding_
    read = {
        name for number in encoding.numbers for name in number.between or (number.name,)
    } | {category.name for category in encoding.categories}  # fmt: skip

    def predict(table: Any) -> Float64[np.ndarray, "rows outputs"]:
        columns = encoding.transform(frame_for(model, table))
        return chosen(model.meaning(model.outputs(columns)))

    return Subject(
        predict,
        found,
        tuple(name for name in encoding.schema.names if name in read),
        model,
        lambda scores: chosen(model.meaning(scores)),
    )


def _check_compiled(model: Any) -> None:
    """Refuses a network whose weights are as they were drawn."""
    try:
        model.task  # noqa: B018  A model that is not compiled says so.
    except NotFittedError as error:
        raise NotFittedError(
            error.problem,
            hint="call compile and fit first; to explain weights from elsewhere, give model.predict",
        ) from None


def _is_ours(model: Any) -> bool:
    # Estimators are a package above this one: they are known by what they have.
    return all(hasattr(model, name) for name in ("encoding_", "model_", "meaning"))


def _answers_of(model: Any) -> Callable[[Any], Any]:
    """The function of a table that is explained."""
    if hasattr(model, "predict_proba"):
        answers = model.predict_proba
    elif hasattr(model, "classes_") and hasattr(model, "predict"):
        raise DataTypeError(
            f"a {type(model).__name__} gives classes without probabilities",
            hint="give a function of the table that returns numbers, such as its decision_function",
        )
    elif hasattr(model, "predict"):
        answers = model.predict
    elif callable(model):
        answers = model
    else:
        raise DataTypeError(
            f"a {type(model).__name__} predicts nothing",
            hint="give an estimator, a model, or a function of a table that returns numbers",
        )

    def answered(table: Any) -> Any:
        try:
            return answers(table)
        except Exception as error:
            # scikit-learn's, which is not imported for its name alone.
            if type(error).__name__ == "NotFittedError" and not isinstance(error, NotFittedError):
                raise NotFittedError(
                    f"this {type(model).__name__} is not fitted yet", hint="call fit(X, y) first"
                ) from error
            raise

    return answered


def has_labels(model: Any) -> bool:
    """Whether a classifier answers several questions of yes and no about a row, each with a probability.

    Example:
        >>> from types import SimpleNamespace
        >>> has_labels(SimpleNamespace(multilabel_=True)), has_labels(SimpleNamespace(classes_=[0, 1]))
        (True, False)
    """
    if hasattr(model, "encoding_"):
        return hasattr(model, "classes_") and not hasattr(model, "decision_")
    steps = getattr(model, "steps", None)
    inner = steps[-1][1] if isinstance(steps, list) and steps else getattr(model, "best_estimator_", None)
    if inner is not None:
        return has_labels(inner)
    # scikit-learn's one-vs-rest, its networks, and what holds a list of classes for each label.
    kind = getattr(getattr(model, "_label_binarizer", None), "y_type_", "")
    by_label = _are_of_labels(getattr(model, "classes_", None))
    return bool(getattr(model, "multilabel_", False)) or kind == "multilabel-indicator" or by_label


def _names_of(model: Any) -> tuple[tuple[str, ...], int]:
    """Names of all outputs, empty where nobody knows, and the first one that is explained."""
    if hasattr(model, "predict_proba"):
        classes = getattr(model, "classes_", None)
        if classes is None or _are_of_labels(classes):
            return (), 0
        names = tuple(map(str, np.asarray(classes).tolist()))
        # Two labels are two questions, two classes are one; only classes have a decision.
        is_binary = len(names) == 2 and not has_labels(model)
        return names, int(is_binary)
    targets = getattr(model, "target_names_", None)
    return (tuple(map(str, targets)) if targets else ()), 0


def _are_of_labels(classes: Any) -> bool:
    """Whether these are lists of classes, one of each label."""
    return isinstance(classes, list) and any(np.ndim(each) for each in classes)


def numbered(count: int) -> tuple[str, ...]:
    """Names of outputs that nobody named."""
    return ("prediction",) if count == 1 else tuple(f"prediction_{place}" for place in range(count))


def _place(name: str, known: Sequence[str]) -> int:
    if str(name) not in known:
        raise UnknownNameError("output", name, known)
    return list(known).index(str(name))


def _two_dimensional(answer: Any) -> Float64[np.ndarray, "rows outputs"]:
    if isinstance(answer, list | tuple) and len(answer) and np.ndim(answer[0]) > 1:
        raise DataTypeError(
            f"the model gives {len(answer)} arrays",
            hint="give a function of the table that returns one array (rows, outputs)",
        )
    try:
        values = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataTypeError(
            f"the model gives {type(answer).__name__} that are no numbers",
            hint="give a function of the table that returns numbers",
        ) from None
    if values.ndim == 1:
        return values[:, None]
    if values.ndim != 2:
        raise DataTypeError(f"the model gives an array of {values.ndim} dimensions, not (rows, outputs)")
    return values


def _log_odds(probability: Float64[np.ndarray, "rows outputs"]) -> Float64[np.ndarray, "rows outputs"]:
    kept = np.clip(probability, CLOSEST, 1 - CLOSEST)
    return np.log(kept) - np.log1p(-kept)
