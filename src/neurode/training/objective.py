"""One look at a batch: its losses, its predictions, and what metrics take from it."""

import contextlib
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from neurode import activations
from neurode.errors import ArgumentError
from neurode.layers.graph import Outcome
from neurode.losses import Loss
from neurode.metrics import Metric
from neurode.training.state import Batch, Totals
from neurode.training.task import Task
from neurode.typing import Params, State


class Look(NamedTuple):
    """What a network makes of a batch.

    Attributes:
        loss: What training lowers: weighted losses of the outputs and penalties.
        losses: The loss of each output that has one.
        predictions: The prediction of each output.
        state: The network's next state.
    """

    loss: Array
    losses: tuple[Array, ...]
    predictions: tuple[Array, ...]
    state: State


def look(
    task: Task, params: Params, state: State, batch: Batch, *, train: bool = False, key: Any = None
) -> Look:
    """The pass forward through the network, up to the loss."""
    network, finals = task.network.head()
    outcome = network.run(params, state, batch.x, train=train, key=key, mask=batch.mask)
    predictions = tuple(final(score) for final, score in zip(finals, outcome.outputs))
    return judged(task, params, batch, finals, outcome, predictions)


def judged(
    task: Task,
    params: Params,
    batch: Batch,
    finals: tuple[activations.Activation, ...],
    outcome: Outcome,
    predictions: tuple[Array, ...],
) -> Look:
    """What a pass comes to: losses and penalties. `finals` turn the raw scores into the predictions."""
    total, found = jnp.float32(0), []
    for i, output in enumerate(task.outputs):
        loss = output.loss
        if loss is None:
            continue
        rows = losses_of_rows(loss, finals[i], batch.y[i], outcome.outputs[i], predictions[i])
        found.append(loss.reduce(rows, batch.weight[i], batch.mask))
        weighted = found[-1] if output.loss_weight == 1 else output.loss_weight * found[-1]
        total = weighted if len(found) == 1 else total + weighted
    # As in Keras, what the outputs add is shared by the rows of the batch; what the weights add is not.
    activity = None if outcome.penalty is None else outcome.penalty / batch.count
    for penalty in (activity, task.network.penalty(params)):
        total = total if penalty is None else total + penalty
    return Look(total, tuple(found), predictions, outcome.state)


def is_fused(loss: Loss, final: activations.Activation) -> bool:
    """Whether the loss takes the raw scores before this activation, instead of the predictions after it."""
    return final is activations.get(loss.link) and not getattr(loss, "from_logits", False)


def losses_of_rows(
    loss: Loss, final: activations.Activation, target: Array, score: Array, prediction: Array
) -> Array:
    """The loss of each row: of raw scores where the loss can take them, else of predictions."""
    # A cross-entropy of raw scores is finite for any score; of rounded probabilities it is not.
    with _in_words_of(loss):
        if is_fused(loss, final):
            return loss.rows(target, score)
        return loss.rows_of_prediction(target, prediction)


@contextlib.contextmanager
def _in_words_of(part: Any) -> Iterator[None]:
    """Says what to write where a function of a person's own asks for numbers that are not there yet."""
    try:
        yield
    except (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError) as error:
        function = getattr(part, "function", part)
        name = getattr(function, "__name__", type(function).__name__)
        raise ArgumentError(
            f"{name!r} asks for numbers, but it is compiled before there are any",
            hint="write it with neurode.ops, neurode.backend or jax.numpy instead of NumPy, float() and if",
        ) from error


def start_of_totals(task: Task, params: Params, state: State, batch: Batch) -> Totals:
    """The totals before the first batch; only the shapes of the arguments count."""
    seen = jax.eval_shape(lambda *given: look(task, *given), params, state, batch)
    zero = np.float32(0)
    given_to = _given_to_metrics(task, batch, seen.predictions)
    metrics = []
    for metric, given in given_to:
        with _in_words_of(metric):
            metrics.append(metric.start(*given))
    return Totals((zero,) * _count_of_losses(task), zero, tuple(metrics))


def observed(task: Task, totals: Totals, batch: Batch, seen: Look) -> Totals:
    """The totals after one more batch."""
    count = batch.count
    parts = (seen.loss, *seen.losses)[: _count_of_losses(task)]
    metrics = tuple(
        metric.update(before, *given)
        for before, (metric, given) in zip(totals.metrics, _given_to_metrics(task, batch, seen.predictions))
    )
    losses = tuple(total + loss * count for total, loss in zip(totals.losses, parts))
    return Totals(losses, totals.rows + count, metrics)


def begun(task: Task, totals: Totals) -> Totals:
    """Totals to add up from: zero, but for metrics of a person's own, whose state only goes on."""
    metrics = tuple(
        state if metric.carries else jax.tree.map(jnp.zeros_like, state)
        for (_, metric), state in zip(task.watched, totals.metrics)
    )
    return jax.tree.map(jnp.zeros_like, totals)._replace(metrics=metrics)


def joined(task: Task, before: Totals, since: Totals) -> Totals:
    """Earlier totals, and what was added up since `begun`."""
    metrics = tuple(
        new if metric.carries else metric.merge(old, new)
        for (_, metric), old, new in zip(task.watched, before.metrics, since.metrics)
    )
    losses = tuple(old + new for old, new in zip(before.losses, since.losses))
    return Totals(losses, before.rows + since.rows, metrics)


def values_of(task: Task, totals: Totals) -> tuple[Array, ...]:
    """The numbers that are logged, in the order of `task.names`."""
    metrics = (metric.value(state) for (_, metric), state in zip(task.watched, totals.metrics))
    return *(loss / totals.rows for loss in totals.losses), *metrics


def _count_of_losses(task: Task) -> int:
    """The whole loss, and each output's where there are several."""
    count = sum(output.loss is not None for output in task.outputs)
    return 1 + (count if count > 1 else 0)


def _given_to_metrics(task: Task, batch: Batch, predictions: tuple[Any, ...]) -> list[tuple[Metric, tuple]]:
    """For each metric what it is shown: target, prediction, and weights or None."""
    found = []
    for output, target, prediction, weight in zip(task.outputs, batch.y, predictions, batch.weight):
        for group, own in ((output.metrics, None), (output.weighted_metrics, weight)):
            counted = own if batch.mask is None else batch.mask if own is None else batch.mask * own
            for _, metric in group:
                given = (_target_for(metric, target, prediction), prediction, counted)
                is_table = prediction.ndim > 2 and not (metric.rows_only or metric.carries)
                found.append((metric, _traced(_by_line, *given) if is_table else given))
    return found


def _by_line(target: Array, prediction: Array, weight: Array | None) -> tuple[Array, Array, Array | None]:
    """Where a row's prediction is a table, each of its lines counts as a row, as in Keras."""
    lines, inner = math.prod(prediction.shape[1:-1]), target.shape[prediction.ndim - 1 :]
    weight = None if weight is None else jnp.repeat(weight, lines)
    return target.reshape(-1, *inner), prediction.reshape(-1, prediction.shape[-1]), weight


def _traced(function: Any, *values: Any) -> Any:
    """The function's value, or only its shape where shapes are all that is known."""
    is_shape = any(isinstance(value, jax.ShapeDtypeStruct) for value in values)
    return jax.eval_shape(function, *values) if is_shape else function(*values)


def _target_for(metric: Metric, target: Any, prediction: Any) -> Any:
    """The target as the metric wants it: class numbers, one column a unit, or as it was given."""
    if metric.sparse is None or metric.carries:
        return target
    if metric.sparse:
        convert = lambda target: target if target.ndim < prediction.ndim else target.argmax(axis=-1)  # noqa: E731
    elif target.ndim == prediction.ndim:
        return target
    else:
        convert = lambda target: jax.nn.one_hot(target, prediction.shape[-1])  # noqa: E731
    return _traced(convert, target)
