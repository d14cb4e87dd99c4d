"""Artificial neural networks on tables, from a raw table to an explained decision.

Names are loaded when they are first used, so that `import neurode` and `neurode --help` are quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurode.estimators import MLPClassifier as MLPClassifier
    from neurode.estimators import MLPRegressor as MLPRegressor
    from neurode.estimators import NeuralClassifier as NeuralClassifier
    from neurode.estimators import NeuralRegressor as NeuralRegressor
    from neurode.estimators import load as load
    from neurode.glass_box import trace as trace
    from neurode.layers import Input as Input
    from neurode.models import Model as Model
    from neurode.models import Sequential as Sequential
    from neurode.runs import Run as Run  # `train` and `report` are there too, `doctor` is in diagnosis.
    from neurode.tables import Schema as Schema
    from neurode.tables import read_table as read_table

__version__ = "0.1.0"

_HOMES = {
    "MLPClassifier": "neurode.estimators",
    "MLPRegressor": "neurode.estimators",
    "NeuralClassifier": "neurode.estimators",
    "NeuralRegressor": "neurode.estimators",
    "doctor": "neurode.diagnosis",
    "load": "neurode.estimators",
    "trace": "neurode.glass_box",
    "Input": "neurode.layers",
    "Model": "neurode.models",
    "Sequential": "neurode.models",
    "Run": "neurode.runs",
    "report": "neurode.runs",
    "train": "neurode.runs",
    "Schema": "neurode.tables",
    "read_table": "neurode.tables",
}
_MODULES = {
    "activations", "backend", "callbacks", "constraints", "datasets", "diagnosis", "drawing", "errors",
    "estimators", "evaluation", "explain", "glass_box", "initializers", "layers", "live", "losses", "metrics",
    "models", "ops", "optimizers", "regularizers", "runs", "tables", "training", "utils",
}  # fmt: skip
__all__ = sorted([*_HOMES, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"neurode.{name}")
    raise AttributeError(f"module 'neurode' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
