"""Optimisers by their names."""

from collections.abc import Callable, Mapping
from typing import Any

from neurode.errors import DataTypeError
from neurode.identifiers import Vocabulary
from neurode.optimizers.adafactor import Adafactor
from neurode.optimizers.adagrad import Adadelta, Adagrad
from neurode.optimizers.adam import Adam, AdamW
from neurode.optimizers.adamax import Adamax
from neurode.optimizers.ftrl import Ftrl
from neurode.optimizers.lamb import Lamb
from neurode.optimizers.lion import Lion
from neurode.optimizers.muon import Muon
from neurode.optimizers.nadam import Nadam
from neurode.optimizers.optimizer import Optimizer
from neurode.optimizers.rmsprop import RMSprop
from neurode.optimizers.sgd import SGD

OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__.lower(): kind
    for kind in (
        SGD,
        RMSprop,
        Adam,
        AdamW,
        Adadelta,
        Adagrad,
        Adamax,
        Nadam,
        Ftrl,
        Lion,
        Lamb,
        Adafactor,
        Muon,
    )
}


class _Vocabulary(Vocabulary):
    """Names of optimisers, case ignored."""

    def _named(self, name: Any, known: Mapping[str, Callable[..., Any]]) -> Any:
        return super()._named(name if name in known else str(name).lower(), known)


def _no_function(function: Any) -> Any:
    raise DataTypeError(f"{function!r} is no optimizer", hint="give a name such as 'adam' or an optimizer")


NAMES = _Vocabulary("optimizer", OPTIMIZERS, Optimizer, _no_function)


def get(identifier: Any) -> Optimizer:
    """The optimiser of a name (case ignored), a class or a configuration; an object is returned unchanged.

    Raises:
        UnknownNameError: If no optimiser has this name.

    Example:
        >>> get("adam").learning_rate
        0.001
    """
    return NAMES.get(identifier)


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The configuration of an optimiser: `{"class_name": …, "config": …}`.

    Example:
        >>> serialize(SGD(0.5))["config"]["learning_rate"]
        0.5
    """
    return NAMES.serialize(optimizer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Optimizer:
    """The optimiser of a configuration; `custom_objects` adds classes of the user's own by name.

    Example:
        >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}}).learning_rate
        0.5
    """
    return NAMES.deserialize(config, custom_objects)
