"""Losses by name, and as configurations."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from neurode.errors import ArgumentError, UnknownNameError
from neurode.losses import (
    crossentropy,
    focal,
    generalized,
    margin,
    overlap,
    probabilistic,
    regression,
    similarity,
)
from neurode.losses.function import FunctionLoss
from neurode.losses.loss import Loss

_KINDS: list[tuple[Callable, type[Loss]]] = [
    (crossentropy.binary_crossentropy, crossentropy.BinaryCrossentropy),
    (focal.binary_focal_crossentropy, focal.BinaryFocalCrossentropy),
    (crossentropy.categorical_crossentropy, crossentropy.CategoricalCrossentropy),
    (focal.categorical_focal_crossentropy, focal.CategoricalFocalCrossentropy),
    (crossentropy.sparse_categorical_crossentropy, crossentropy.SparseCategoricalCrossentropy),
    (generalized.categorical_generalized_cross_entropy, generalized.CategoricalGeneralizedCrossEntropy),
    (margin.hinge, margin.Hinge),
    (margin.squared_hinge, margin.SquaredHinge),
    (margin.categorical_hinge, margin.CategoricalHinge),
    (probabilistic.kl_divergence, probabilistic.KLDivergence),
    (probabilistic.poisson, probabilistic.Poisson),
    (regression.mean_squared_error, regression.MeanSquaredError),
    (regression.mean_absolute_error, regression.MeanAbsoluteError),
    (regression.mean_absolute_percentage_error, regression.MeanAbsolutePercentageError),
    (regression.mean_squared_logarithmic_error, regression.MeanSquaredLogarithmicError),
    (regression.huber, regression.Huber),
    (regression.log_cosh, regression.LogCosh),
    (similarity.cosine_similarity, similarity.CosineSimilarity),
    (overlap.dice, overlap.Dice),
    (overlap.tversky, overlap.Tversky),
]
_SHORT = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
}

FUNCTIONS: dict[str, Callable] = {function.__name__: function for function, _ in _KINDS}
"""The function forms by name: one value a row."""

CLASSES: dict[str, type[Loss]] = {kind.__name__: kind for _, kind in _KINDS}
"""The classes by name."""

LOSSES: dict[str, Loss] = {function.__name__: kind() for function, kind in _KINDS}
"""Losses by the names that `compile` takes."""
LOSSES |= {short: LOSSES[name] for short, name in _SHORT.items()}
LOSSES |= {short.upper(): LOSSES[name] for short, name in _SHORT.items()}
LOSSES["logcosh"] = LOSSES["log_cosh"]


def get(loss: Any) -> Loss:
    """Returns the loss that is meant: by name, object, class, function or configuration.

    A name and a built-in function give the loss object, where Keras gives the function: the engine needs the
    object's form for raw scores.

    Raises:
        UnknownNameError: If no loss has this name.

    Example:
        >>> get("mse"), get("Huber"), get({"class_name": "Huber", "config": {"delta": 2.0}})
        (MeanSquaredError(), Huber(), Huber(delta=2.0))
    """
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss()
    if isinstance(loss, Mapping):
        return deserialize(loss)
    if callable(loss):
        return _loss_of(cast(Callable, loss))
    if isinstance(loss, str) and loss in CLASSES:
        return CLASSES[loss]()
    if not isinstance(loss, str) or loss not in LOSSES:
        raise UnknownNameError("loss", loss, LOSSES)
    return LOSSES[loss]


def is_built_in(loss: Loss) -> bool:
    """Whether the loss is one of neurode's own, which a file can carry and one kernel can hold.

    Example:
        >>> is_built_in(get("mse")), is_built_in(get(lambda y, p: abs(y - p)))
        (True, False)
    """
    return type(loss) in CLASSES.values()


def serialize(loss: Any) -> dict[str, Any]:
    """The loss as `{"class_name", "config"}`, of plain values.

    Raises:
        ArgumentError: If it is a function of the user's own, which no file can carry.

    Example:
        >>> serialize(get("mse"))["config"]
        {'reduction': 'sum_over_batch_size', 'name': 'mean_squared_error'}
    """
    loss = get(loss)
    if isinstance(loss, FunctionLoss):
        raise ArgumentError(
            f"the loss {loss.name!r} is a function of your own, which a configuration cannot carry",
            hint="make it a class that inherits from neurode.losses.Loss",
        )
    return {"class_name": type(loss).__name__, "config": loss.get_config()}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Loss:
    """The loss of a name or of what `serialize` gave.

    Args:
        config: A name, or a dictionary with `class_name` and `config`. Dictionaries of Keras serve too.
        custom_objects: Classes and functions of the user's own, by name.

    Raises:
        UnknownNameError: If the name is not known.

    Example:
        >>> deserialize(serialize(get("Huber")))
        Huber()
    """
    own = dict(custom_objects or {})
    if isinstance(config, Mapping):
        name, settings = config.get("class_name"), config.get("config", {})
        if name == "function":
            return deserialize(settings, own)
        kinds = CLASSES | {key: kind for key, kind in own.items() if isinstance(kind, type)}
        if name not in kinds:
            raise UnknownNameError("loss", name, kinds)
        return kinds[name].from_config(dict(settings))
    return get(own.get(config, config))


def _loss_of(function: Callable) -> Loss:
    name = getattr(function, "__name__", None)
    return LOSSES[name] if name in FUNCTIONS and FUNCTIONS[name] is function else FunctionLoss(function)
