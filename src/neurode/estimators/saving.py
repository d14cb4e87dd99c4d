"""Estimators to and from their file, and `load` for files of any kind."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurode.callbacks import History
from neurode.errors import FileError, ModelFileError
from neurode.estimators.classifier import NeuralClassifier
from neurode.models import Model
from neurode.models.archive import read_archive, write_archive
from neurode.models.saving import model_of_parts, model_parts
from neurode.tables import Encoding


def save_classifier(classifier: NeuralClassifier, path: str | os.PathLike) -> None:
    """Writes network, encoding, schema, classes and threshold to one file. No training row is in it.

    Raises:
        NotFittedError: If the classifier is not fitted.
        FileError: If the file cannot be written.
    """
    classifier._check_fitted()
    documents, tensors = model_parts(classifier.model_, optimizer=False)
    documents |= {
        "encoding": classifier.encoding_.to_json(),
        "decision": {"classes": classifier.classes_.tolist(), "threshold": classifier.threshold_},
        "training": {
            "history": classifier.history_.history,
            "best_epoch": classifier.best_epoch_,
            "settings": {name: value for name, value in classifier.get_params().items() if _is_json(value)},
        },
    }
    write_archive(path, "classifier", documents, tensors)


def load(path: str | os.PathLike) -> NeuralClassifier | Model:
    """Reads a model file, whatever kind of model is in it.

    Raises:
        FileError: If there is no such file.
        ModelFileError: If the file is corrupt, edited, oversized, or from a newer neurode.
    """
    kind, documents, tensors = read_archive(path)
    if kind in ("model", "sequential"):
        return model_of_parts(documents, tensors)
    if kind != "classifier":
        raise ModelFileError(f"{str(path)!r} holds a {kind!r}, which this neurode does not know")
    try:
        return _classifier_of_parts(documents, tensors)
    except ModelFileError:
        raise
    except (FileError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{str(path)!r} describes no classifier: {error}") from error


def _classifier_of_parts(documents: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> NeuralClassifier:
    training, decision = documents["training"], documents["decision"]
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in training["settings"].items()
    }
    classifier = NeuralClassifier(**settings)
    classifier.encoding_ = Encoding.from_json(documents["encoding"])
    classifier.schema_ = classifier.encoding_.schema
    classifier.model_ = model_of_parts(documents, tensors)
    classifier.classes_ = np.asarray(decision["classes"])
    units, classes = classifier.model_.output_shape[-1], len(classifier.classes_)
    if units != (1 if classes == 2 else classes):
        raise ModelFileError(f"the file has {classes} classes for a network of {units} outputs")
    threshold = decision["threshold"]
    if (threshold is None) != (classes > 2) or (threshold is not None and not 0 <= threshold <= 1):
        raise ModelFileError(f"the file has a threshold of {threshold!r}")
    classifier.threshold_ = threshold
    names = [column.name for column in classifier.schema_.columns if column.name != classifier.schema_.target]
    classifier.feature_names_in_ = np.asarray(names, dtype=object)
    classifier.n_features_in_ = len(names)
    classifier.history_ = History()
    classifier.history_.history = training["history"]
    classifier.best_epoch_ = training["best_epoch"]
    return classifier


def _is_json(value: Any) -> bool:
    plain = str | int | float | bool | None
    if isinstance(value, tuple | list):
        return all(isinstance(item, plain) for item in value)
    return isinstance(value, plain)
