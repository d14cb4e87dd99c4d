"""From what people pass to `compile` to what is learned and watched at each output."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from neurode import activations, losses, metrics
from neurode.errors import ArgumentError, ShapeError
from neurode.losses import Loss
from neurode.metrics import Metric
from neurode.models.data import by_output
from neurode.training import Output

BOUNDED = ("sigmoid", "hard_sigmoid", "softmax", "sparsemax", "sparse_sigmoid", "exponential")
"""Activations of ours that may give probabilities."""


class Settings(NamedTuple):
    """The arguments of `compile` that say what is learned, as they were given."""

    loss: Any = None
    loss_weights: Any = None
    metrics: Any = None
    weighted_metrics: Any = None


class End(NamedTuple):
    """One output of a network: its name, the shape of a row, and its last activation (None if unknown)."""

    name: str
    shape: tuple[int, ...]
    activation: Callable | None


def outputs_of(settings: Settings, ends: Sequence[End]) -> tuple[Output, ...]:
    """What is learned and watched at each output.

    Raises:
        UnknownNameError: If a name of a loss, metric or output does not exist.
        ArgumentError, ShapeError: If a loss does not fit its output.
    """
    names = [end.name for end in ends]
    chosen = [None if loss is None else losses.get(loss) for loss in _losses(settings.loss, names)]
    if not any(loss is not None for loss in chosen):
        raise ArgumentError(
            "the model is compiled without a loss",
            available=f"losses: {', '.join(losses.LOSSES)}",
            hint='name one: model.compile(optimizer="adam", loss="binary_crossentropy")',
        )
    shares = [1.0] * len(ends) if settings.loss_weights is None else _shares(settings.loss_weights, names)
    plain = _metrics_by_output(settings.metrics, names)
    weighted = _metrics_by_output(settings.weighted_metrics, names)
    found, taken = [], list[str]()
    for end, loss, share, own, own_weighted in zip(ends, chosen, shares, plain, weighted):
        if loss is not None:
            check_fit(loss, end)
        sparse = loss is not None and loss.sparse
        prefix = f"{end.name}_" if len(ends) > 1 else ""
        parts: list[tuple[tuple[str, Metric], ...]] = []
        for group, mark in ((own, ""), (own_weighted, "weighted_")):
            named = []
            for metric in group:
                name, resolved = named_metric(metric, end.shape[-1] if end.shape else 1, sparse=sparse)
                name = prefix + (mark if prefix + name in taken else "") + name
                taken.append(name)
                count = taken.count(name) - 1
                named.append((f"{name}_{count}" if count else name, resolved))
            parts.append(tuple(named))
        found.append(Output(end.name, loss, float(share), *parts))
    return tuple(found)


def check_names(settings: Settings) -> None:
    """Looks every name up, so that a misspelled one is told at once, before the network's outputs are known.

    Raises:
        UnknownNameError: If a name does not exist.
    """
    for loss in _leaves(settings.loss):
        losses.get(loss)
    for metric in (*_leaves(settings.metrics), *_leaves(settings.weighted_metrics)):
        named_metric(metric, 1, sparse=False)


def named_metric(metric: Any, units: int, *, sparse: bool) -> tuple[str, Metric]:
    """A metric with its name; `"accuracy"` and `"crossentropy"` depend on the output, as in Keras."""
    if isinstance(metric, str) and metric in ("accuracy", "acc"):
        return metric, metrics.accuracy(units, sparse=sparse)
    if isinstance(metric, str) and metric in ("crossentropy", "ce"):
        kind = "binary" if units == 1 else "sparse_categorical" if sparse else "categorical"
        return metric, metrics.get(f"{kind}_crossentropy")[1]
    return metrics.get(metric)


def are_metrics(given: Any) -> bool:
    """Whether this is a list of metrics rather than of numbers."""
    return isinstance(given, list | tuple) and not any(isinstance(part, int | float) for part in given)


def check_fit(loss: Loss, end: End) -> None:
    """Refuses a loss that cannot be meant for this output.

    Raises:
        ArgumentError: If a cross-entropy is given what is no probability, or scores that are squashed
            already.
        ShapeError: If the number of units does not suit the loss.
    """
    if getattr(loss, "reduction", None) in (None, "none"):
        raise ArgumentError(
            f"{type(loss).__name__}(reduction={loss.reduction!r}) gives no single number to lower",
            hint="leave reduction out to train with it",
        )
    if loss.link not in ("sigmoid", "softmax"):
        return
    kind, units = type(loss).__name__, end.shape[-1] if end.shape else 1
    if loss.link == "softmax" and units == 1:
        raise ShapeError(
            f"{kind} for the output {end.name!r} of 1 unit, whose softmax is always 1",
            hint="use 'binary_crossentropy' with a sigmoid, or one unit for each class",
        )
    if end.activation is None or end.activation not in activations.ACTIVATIONS.values():
        return
    name = activations.name_of(end.activation)
    if getattr(loss, "from_logits", False):
        if name in ("sigmoid", "softmax"):
            raise ArgumentError(
                f"{kind}(from_logits=True) for the output {end.name!r}, whose activation is already {name!r}",
                hint="leave the last activation out, or drop from_logits=True",
            )
    elif name not in BOUNDED:
        raise ArgumentError(
            f"{kind} takes probabilities, but the activation of the output {end.name!r} is {name!r}",
            hint=f"end the network in activation={loss.link!r}, or use {kind}(from_logits=True) on raw scores"
            if name == "linear"
            else f"end the network in activation={loss.link!r}",
        )


def _shares(loss_weights: Any, names: Sequence[str]) -> list[float]:
    if isinstance(loss_weights, int | float):
        return [float(loss_weights)] * len(names)
    given = by_output(loss_weights, names, "loss_weights") if len(names) > 1 else [_first(loss_weights)]
    if wrong := [share for share in given if share is not None and not isinstance(share, int | float)]:
        raise ArgumentError(f"a loss weight is {wrong[0]!r}", hint="loss weights are numbers")
    return [1.0 if share is None else float(share) for share in given]


def _losses(loss: Any, names: Sequence[str]) -> list[Any]:
    if isinstance(loss, list | tuple | Mapping):
        return by_output(loss, names, "loss") if len(names) > 1 else _only(loss, names)
    return [loss] * len(names)


def _only(loss: Any, names: Sequence[str]) -> list[Any]:
    if isinstance(loss, Mapping):
        return by_output(loss, names, "loss")
    if len(loss) != 1:
        raise ArgumentError(f"{len(loss)} losses for a network of one output", hint="give one loss")
    return list(loss)


def _first(values: Any) -> Any:
    return next(iter(values.values())) if isinstance(values, Mapping) else values[0]


def _metrics_by_output(given: Any, names: Sequence[str]) -> list[list[Any]]:
    if given is None:
        return [[] for _ in names]
    if len(names) == 1 and not isinstance(given, Mapping):
        nested = isinstance(given, list | tuple) and len(given) == 1 and isinstance(given[0], list | tuple)
        return [_flat(given[0] if nested else given)]
    return [_flat(group) for group in by_output(given, names, "metrics")]


def _flat(group: Any) -> list[Any]:
    if group is None:
        return []
    return list(group) if isinstance(group, list | tuple) else [group]


def _leaves(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [leaf for value in given.values() for leaf in _leaves(value)]
    if isinstance(given, list | tuple):
        return [leaf for value in given for leaf in _leaves(value)]
    return [given]
