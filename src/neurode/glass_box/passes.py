"""The passes through a network as compiled programs: forward, and backward to the gradient of every value."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from neurode import activations
from neurode.glass_box.watching import Place, Values, is_real, watched
from neurode.layers import Graph
from neurode.layers.graph import shape_of_values
from neurode.training import Task
from neurode.training.objective import is_fused, judged, losses_of_rows
from neurode.training.state import Batch
from neurode.typing import Columns, Params, State


class Losses(NamedTuple):
    """The loss of a batch and what it is made of.

    Attributes:
        total: What training lowers.
        outputs: Of each output that has a loss, before its weight.
        rows: For each of those outputs, the loss of each row.
        penalty: What the regularizers of weights and outputs add.
    """

    total: Array
    outputs: tuple[Array, ...]
    rows: tuple[Array, ...]
    penalty: Array


class Pass(NamedTuple):
    """A pass there and back.

    Attributes:
        values: What a pass forward computed, by place.
        losses: What it came to.
        weights: The gradient of the loss in the weights, by layer.
        gradients: The gradient of the loss in the values, by place.
    """

    values: Values
    losses: Losses
    weights: Params
    gradients: Values


@functools.lru_cache(maxsize=64)
def forward(network: Graph, train: bool) -> Callable[..., Values]:
    """`(params, state, x, random bytes) -> values by place`, compiled."""

    @jax.jit
    def run(params: Params, state: State, x: Any, noise: Any = None) -> Values:
        values: Values = {}
        watching = watched(network, lambda place, value: values.setdefault(place, value))
        outcome = watching.run(params, state, x, train=train, key=noise)
        return values | {((), f"prediction {i}"): output for i, output in enumerate(outcome.outputs)}

    return run


@functools.lru_cache(maxsize=64)
def there_and_back(task: Task, train: bool) -> Callable[[Params, State, Batch, Any], Pass]:
    """`(params, state, batch, random bytes) -> pass`, compiled.

    Zeros are added to every value; the gradient of the loss in those zeros is that in the value. Where a last
    activation is fused with its cross-entropy, the gradient in the raw score comes from the fused form, and
    that in the prediction from the loss of predictions.
    """

    @jax.jit
    def run(params: Params, state: State, batch: Batch, noise: Any) -> Pass:
        look_with = functools.partial(_watched_look, task, state=state, batch=batch, noise=noise, train=train)
        shapes = jax.eval_shape(lambda params: look_with(params, {})[1][0], params)
        zeros = {
            place: jnp.zeros(shape.shape, shape.dtype) for place, shape in shapes.items() if is_real(shape)
        }
        slope = jax.grad(look_with, argnums=(0, 1), has_aux=True)
        (weights, gradients), (values, losses) = slope(params, zeros)
        return Pass(values, losses, weights, gradients | _of_fused_predictions(task, values, batch))

    return run


def random_bytes(network: Graph, x: Any, seed: int, step: int) -> Any:
    """The random bytes that a step of training on these rows draws; None where no layer asks for any."""
    count = network.random_bytes(shape_of_values(x))
    if not count:
        return None
    rows = len(jax.tree.leaves(x)[0])
    key = jax.random.wrap_key_data(jnp.array([seed % 2**32, step], jnp.uint32))
    words = jax.random.bits(jax.random.fold_in(key, 0), (1, rows, -(-count // 4)), jnp.uint32)[0]
    return jax.lax.bitcast_convert_type(words, jnp.uint8).reshape(rows, -1)[:, :count]


def _watched_look(
    task: Task,
    params: Params,
    probes: Values,
    *,
    state: State,
    batch: Batch,
    noise: Any,
    train: bool,
) -> tuple[Array, tuple[Values, Losses]]:
    """The engine's look at a batch, with every value shown and its probe added."""
    network, finals = task.network.head()
    values: Values = {}

    def see(place: Place, value: Any) -> Any:
        values[place] = value + probes[place] if place in probes else value
        return values[place]

    several = batch.x if len(network.inputs) > 1 else (batch.x,)
    given = tuple(_seen_input(see, i, x) for i, x in enumerate(several))
    x = given if len(network.inputs) > 1 else given[0]
    outcome = watched(network, see).run(params, state, x, train=train, key=noise, mask=batch.mask)
    scores = tuple(see(((), f"score {i}"), score) for i, score in enumerate(outcome.outputs))
    outcome = outcome._replace(outputs=scores)
    predictions = tuple(
        see(((), f"prediction {i}"), final(score)) for i, (final, score) in enumerate(zip(finals, scores))
    )
    found = judged(task, params, batch, finals, outcome, predictions)
    rows = tuple(
        losses_of_rows(output.loss, final, target, score, prediction)
        for output, final, target, score, prediction in zip(
            task.outputs, finals, batch.y, scores, predictions
        )
        if output.loss is not None
    )
    activity = None if outcome.penalty is None else outcome.penalty / batch.count
    parts = [part for part in (activity, task.network.penalty(params)) if part is not None]
    penalty = sum(parts, jnp.float32(0))
    return found.loss, (values, Losses(found.loss, found.losses, rows, penalty))


def _seen_input(see: Callable[[Place, Any], Any], number: int, x: Any) -> Any:
    place = ((), f"input {number}")
    return x._replace(numbers=see(place, x.numbers)) if isinstance(x, Columns) else see(place, x)


def _of_fused_predictions(task: Task, values: Values, batch: Batch) -> Values:
    """The gradient in predictions whose loss was taken of raw scores."""
    found: Values = {}
    for i, (output, final) in enumerate(zip(task.outputs, task.network.head()[1])):
        loss = output.loss
        if loss is None or final is activations.linear or not is_fused(loss, final):
            continue

        def unfused(
            prediction: Array, loss: Any = loss, i: int = i, share: float = output.loss_weight
        ) -> Any:
            rows = loss.rows_of_prediction(batch.y[i], prediction)
            return share * loss.reduce(rows, batch.weight[i], batch.mask)

        place = ((), f"prediction {i}")
        found[place] = jax.grad(unfused)(values[place])
    return found
