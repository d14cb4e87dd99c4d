"""Estimators to and from their file, and `load` for files of any kind."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurode.callbacks import History
from neurode.errors import FileError, ModelFileError
from neurode.estimators.classifier import NeuralClassifier
from neurode.estimators.neural import NeuralEstimator
from neurode.estimators.regressor import NeuralRegressor
from neurode.evaluation import Decision
from neurode.models import Model
from neurode.models.archive import read_archive, write_archive
from neurode.models.saving import model_of_parts, model_parts
from neurode.tables import Encoding, Profile

KINDS: dict[str, type[NeuralEstimator]] = {"classifier": NeuralClassifier, "regressor": NeuralRegressor}


def save_estimator(estimator: NeuralEstimator, path: str | os.PathLike) -> None:
    """Writes network, encoding, profile, target and decision to one file. No training row is in it.

    Raises:
        NotFittedError: If the estimator is not fitted.
        FileError: If the file cannot be written.
    """
    estimator._check_fitted()
    documents, tensors = model_parts(estimator.model_, optimizer=False)
    kind, decision = (
        ("classifier", _decision_of(estimator))
        if isinstance(estimator, NeuralClassifier)
        else ("regressor", _target_of(estimator))
    )
    documents |= {
        "encoding": estimator.encoding_.to_json(),
        "decision": decision,
        "training": {
            "history": estimator.history_.history,
            "best_epoch": estimator.best_epoch_,
            "settings": {
                name: value for name, value in estimator.get_params(deep=False).items() if _is_json(value)
            },
            "named": hasattr(estimator, "feature_names_in_"),
        },
    }
    if hasattr(estimator, "profile_"):
        documents["profile"] = estimator.profile_.to_json()
    write_archive(path, kind, documents, tensors)


def load(path: str | os.PathLike) -> NeuralClassifier | NeuralRegressor | Model:
    """Reads a model file, whatever kind of model is in it.

    Raises:
        FileError: If there is no such file.
        ModelFileError: If the file is corrupt, edited, oversized, or from a newer neurode.
    """
    kind, documents, tensors = read_archive(path)
    if kind in ("model", "sequential"):
        return model_of_parts(documents, tensors)
    if kind not in KINDS:
        raise ModelFileError(f"{str(path)!r} holds a {kind!r}, which this neurode does not know")
    try:
        return _estimator_of_parts(KINDS[kind], documents, tensors)
    except ModelFileError:
        raise
    except (FileError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{str(path)!r} describes no {kind}: {error}") from error


def _estimator_of_parts(
    kind: type[NeuralEstimator], documents: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> Any:
    training = documents["training"]
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in training["settings"].items()
    }
    estimator = kind(**settings)
    estimator.encoding_ = Encoding.from_json(documents["encoding"])
    estimator.schema_ = estimator.encoding_.schema
    if "profile" in documents:
        estimator.profile_ = Profile.from_json(documents["profile"])
        estimator.profile_.require(estimator.encoding_)
    estimator.model_ = model_of_parts(documents, tensors)
    names = [column.name for column in estimator.schema_.columns if column.name != estimator.schema_.target]
    if training.get("named", True):
        estimator.feature_names_in_ = np.asarray(names, dtype=object)
    estimator.n_features_in_ = len(names)
    estimator.history_ = History()
    estimator.history_.history = training["history"]
    estimator.best_epoch_ = training["best_epoch"]
    estimator.n_iter_ = len(training["history"]["loss"])
    fill = _fill_classifier if isinstance(estimator, NeuralClassifier) else _fill_regressor
    fill(estimator, documents["decision"])
    return estimator


def _decision_of(classifier: NeuralClassifier) -> dict[str, Any]:
    labels = classifier._labels
    return {
        "classes": classifier.classes_.tolist(),
        "labels": labels,
        "threshold": classifier.threshold_,
        "decision": None if labels else classifier.decision_.to_json(),
        "seen": None if labels else classifier._seen.tolist(),
    }


def _fill_classifier(classifier: NeuralClassifier, document: Mapping[str, Any]) -> None:
    classifier.classes_ = np.asarray(list(document["classes"]))
    classifier._labels = bool(document.get("labels", False))
    classifier._check_settings()
    units, classes = classifier.model_.output_shape[-1], len(classifier.classes_)
    if units not in classifier._outputs_wanted()[0]:
        raise ModelFileError(f"the file has {classes} classes for a network of {units} outputs")
    threshold = document["threshold"]
    several = classes > 2 and not classifier._labels
    if (threshold is None) != several or (threshold is not None and not 0 <= threshold <= 1.0000002):
        raise ModelFileError(f"the file has a threshold of {threshold!r}")
    if classifier._labels:
        classifier._line = float(threshold)
        return
    if document.get("decision") is None:
        # Files of neurode 0.1 know a threshold alone; nothing was balanced or calibrated then.
        classifier._seen = np.ones((2, classes))
        classifier.decision_ = Decision(base_rates=(1 / classes,) * classes)
        if threshold is not None:
            classifier.threshold_ = threshold
        return
    classifier.decision_ = Decision.from_json(document["decision"])
    classifier._seen = np.array(document["seen"], np.float64)
    seen = classifier._seen
    known = seen.shape == (2, classes) and np.isfinite(seen).all() and (seen >= 0).all()
    if len(classifier.decision_.base_rates) != classes or not known:
        raise ModelFileError(f"the file has a decision of other than its {classes} classes")


def _target_of(regressor: Any) -> dict[str, Any]:
    return {
        "names": list(regressor.target_names_),
        "mean": regressor.target_mean_.tolist(),
        "scale": regressor.target_scale_.tolist(),
        "flat": regressor._is_flat,
    }


def _fill_regressor(regressor: Any, document: Mapping[str, Any]) -> None:
    regressor.target_names_ = tuple(map(str, document["names"]))
    regressor.target_mean_ = np.array(document["mean"], np.float64)
    regressor.target_scale_ = np.array(document["scale"], np.float64)
    regressor._is_flat = bool(document["flat"])
    units = regressor.model_.output_shape[-1]
    if regressor.target_mean_.shape != (units,) or regressor.target_scale_.shape != (units,):
        raise ModelFileError(f"the file has {len(regressor.target_mean_)} targets for {units} outputs")
    scale = regressor.target_scale_
    if not (np.isfinite(regressor.target_mean_).all() and np.isfinite(scale).all() and (scale >= 0).all()):
        raise ModelFileError(
            f"the file has targets of scale {document['scale']!r} around {document['mean']!r}"
        )
    if regressor._is_flat and units > 1:
        raise ModelFileError(f"the file has {units} targets and says that they are one")


def _is_json(value: Any) -> bool:
    plain = str | int | float | bool | None
    if isinstance(value, tuple | list):
        return all(isinstance(item, plain) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and isinstance(item, plain) for key, item in value.items())
    return isinstance(value, plain)
