"""The epoch as a program: steps are iterations of one compiled loop.

A `Program` is made once for a network, loss, optimiser, metrics and batch size (all frozen), and shared by
every model that has them. JAX compiles each of its functions once for each shape of table.
"""

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int, UInt32

from neurode import activations, losses
from neurode.layers import Activation, Chain, Dense, Layer, TableEncoding
from neurode.losses import FunctionLoss, Loss
from neurode.metrics import FunctionMean, Metric
from neurode.optimizers import Optimizer
from neurode.training.compilation import (
    alone_options,
    cpu_options,
    enable_cache,
    in_one_kernel,
    once_options,
)
from neurode.training.state import Batch, Rows, Totals, TrainState, zeros_of
from neurode.typing import Params, State

TRACES: Counter[str] = Counter()
"""How often each function of a program was traced. Tests read it."""

STEPS_PER_DRAW, BYTES_PER_DRAW = 256, 2**22
"""Random bytes are drawn for so many steps at once.

Enough to hide the cost of drawing, few enough to stay in the cache.
"""

ROWS_PER_LOOK = 4096
"""Rows of a batch when nothing is learned: evaluation."""


@dataclass(frozen=True)
class Task:
    """What is learned: the network, how far off it is, and what is watched.

    Metrics are pairs of a name and a metric; `weighted_metrics` are the ones that sample weights count in.
    """

    network: Chain
    loss: Loss
    optimizer: Optimizer
    metrics: tuple[tuple[str, Metric], ...] = ()
    weighted_metrics: tuple[tuple[str, Metric], ...] = ()

    @property
    def watched(self) -> tuple[tuple[str, Metric], ...]:
        """All metrics in the order of a history."""
        return self.metrics + self.weighted_metrics


@dataclass(frozen=True)
class Program:
    """The compiled functions of a task, all of them pure.

    Args:
        names: What is logged: the loss, then metrics in their order.
        train: `(state, totals, rows, order, key, first, last) -> (state, totals, values)`: steps `first` to
            `last` of an epoch.
        evaluate: `(state, rows) -> values`.
        start: `(state, rows) -> Totals` of zeros.
    """

    names: tuple[str, ...]
    train: Callable[..., tuple[TrainState, Totals, tuple[Array, ...]]]
    evaluate: Callable[..., tuple[Array, ...]]
    start: Callable[..., Totals]


@functools.lru_cache(maxsize=256)
def build(task: Task, batch_size: int) -> Program:
    """The program of a task.

    Models of one shape get the same object, and with it what is compiled already.
    """
    enable_cache()
    return Program(
        names=("loss", *(name for name, _ in task.watched)),
        train=_compiled(task, functools.partial(_train, task, batch_size)),
        evaluate=jax.jit(functools.partial(_evaluate, task, max(batch_size, ROWS_PER_LOOK))),
        start=functools.partial(_start, task, batch_size),
    )


@functools.lru_cache(maxsize=256)
def predictor(network: Chain) -> Callable[..., Array]:
    """`(params, state, x) -> predictions`, compiled."""
    enable_cache()

    @jax.jit
    def predict(params: Any, state: Any, x: Any) -> Array:
        TRACES["predict"] += 1
        return network.apply(params, state, x)[0]

    return predict


@functools.lru_cache(maxsize=256)
def initializer(network: Chain, input_shape: Any) -> Callable[[Any], tuple[Params, State]]:
    """`seed -> (params, state)`, compiled as one program.

    Weight by weight would compile a program for each.
    """
    enable_cache()

    @functools.partial(jax.jit, compiler_options=once_options())
    def init(key_data: Any) -> tuple[Params, State]:
        TRACES["init"] += 1
        return network.init(jax.random.wrap_key_data(key_data), input_shape)

    return lambda seed: init(np.array([0, seed % 2**32], np.uint32))


@functools.lru_cache(maxsize=256)
def start_of(optimizer: Optimizer) -> Callable[[Params], Any]:
    """`params -> optimiser state` before the first step, compiled."""
    start = lambda params: optimizer.init(ravel_pytree(params)[0])  # noqa: E731
    return jax.jit(start, compiler_options=once_options())


def _compiled(task: Task, train: Callable) -> Callable:
    """The epoch of a single neuron as one kernel; larger networks need a library's matrix products.

    A step of 77-1 at batch 32 then takes 1.9 microseconds instead of 5.5.
    """
    if _is_plain_neuron(task) and (options := alone_options()):
        kernel = in_one_kernel(train)

        def one_kernel_or_none(now: TrainState, totals: Totals, rows: Rows, *rest: Any) -> Any:
            # A table of one row is left alone, as an epoch of one step is in `_train`.
            return (kernel if rows.size > 1 else train)(now, totals, rows, *rest)

        return jax.jit(one_kernel_or_none, compiler_options=options)
    return jax.jit(train, compiler_options=cpu_options())


def _is_plain_neuron(task: Task) -> bool:
    """Whether all products are with vectors, and no function of the user's own could hold another."""
    functions = (FunctionLoss, FunctionMean)
    ours = not any(isinstance(part, functions) for part in (task.loss, *(m for _, m in task.watched)))
    return ours and all(_is_vector_work(layer) for layer in task.network.layers)


def _is_vector_work(layer: Layer) -> bool:
    if isinstance(layer, TableEncoding):
        return not layer.embeds  # The gradient of an embedding is a scatter, which a kernel cannot hold.
    if not isinstance(layer, Dense | Activation) or getattr(layer, "units", 1) != 1:
        return False
    return activations.get(layer.activation) in activations.ACTIVATIONS.values()


def steps_of(rows: int, batch_size: int) -> int:
    """Steps of an epoch, the short last one included."""
    return -(-rows // batch_size)


def _start(task: Task, batch_size: int, now: TrainState, rows: Rows) -> Totals:
    batch = jax.eval_shape(lambda rows: _gather(rows, jnp.zeros(batch_size, jnp.int32), None), rows)
    zero = jax.ShapeDtypeStruct((), jnp.float32)
    shapes = jax.eval_shape(
        lambda now, batch: _measure(task, batch, _forward(task, now.params, now.state, batch)[1]), now, batch
    )
    return zeros_of(Totals(zero, zero, shapes))


def _train(
    task: Task,
    batch_size: int,
    now: TrainState,
    totals: Totals,
    rows: Rows,
    order: Int[Array, " padded"],
    key: UInt32[Array, " two"],
    first: Int[Array, ""],
    last: Int[Array, ""],
) -> tuple[TrainState, Totals, tuple[Array, ...]]:
    """Steps `first` to `last` (left out) of an epoch whose rows come in `order`."""
    TRACES["train"] += 1
    weights, unravel = ravel_pytree(now.params)
    whole = rows.size % batch_size == 0
    byte_count = task.network.random_bytes(jax.tree.map(lambda a: a.shape[1:], rows.x))

    # One kernel instead of one a column array: with a single thing to begin with, XLA runs the kernels of a
    # step one after the other instead of handing them to threads. A step of 77-12-12-1 takes 9 microseconds,
    # not 15.
    # An epoch of a single step is left alone: there XLA (jaxlib 0.10) ends the process on such a kernel.
    @(in_one_kernel if steps_of(rows.size, batch_size) > 1 else lambda function: function)
    def batch_of(i: Array, rows: Rows, order: Array, noise: Array | None, begin: Array | int) -> tuple:
        start = i * batch_size
        mask = None if whole else (start + jnp.arange(batch_size) < rows.size).astype(jnp.float32)
        batch = _gather(rows, jax.lax.dynamic_slice(order, (start,), (batch_size,)), mask)
        if noise is None:
            return batch, None
        random_bytes = jax.lax.bitcast_convert_type(noise[i - begin], jnp.uint8)
        return batch, random_bytes.reshape(batch_size, -1)[:, :byte_count]

    def one_step(i: Array, carry: tuple, noise: Array | None = None, begin: Array | int = 0) -> tuple:
        step, weights, state, opt_state, seen = carry
        batch, random_bytes = batch_of(i, rows, order, noise, begin)

        def objective(weights: Array) -> tuple[Array, tuple[Any, Array]]:
            row_losses, prediction, state_after = _forward(
                task, unravel(weights), state, batch, train=True, key=random_bytes
            )
            return losses.mean(row_losses, batch.weight, batch.mask), (state_after, prediction)

        (loss, (state, prediction)), gradient = jax.value_and_grad(objective, has_aux=True)(weights)
        step = step + 1
        change, opt_state = task.optimizer.update(gradient, opt_state, weights, now.learning_rate, step)
        count = batch_size if whole else batch.mask.sum()
        batch_totals = Totals(loss * count, jnp.float32(count), _measure(task, batch, prediction))
        return step, weights + change, state, opt_state, _merge(task, seen, batch_totals)

    def without_noise(carry: tuple) -> tuple:
        return jax.lax.fori_loop(first, last, one_step, carry)

    def with_noise(carry: tuple) -> tuple:
        source = jax.random.wrap_key_data(key)
        steps = max(1, min(STEPS_PER_DRAW, BYTES_PER_DRAW // (batch_size * byte_count)))

        # The bytes of a step depend on its number alone, so the cut into slices changes nothing.
        def one_draw(block: Array, carry: tuple) -> tuple:
            begin = block * steps
            # Drawn as words of four bytes, which takes half as long.
            words = (steps, batch_size, -(-byte_count // 4))
            noise = jax.random.bits(jax.random.fold_in(source, block), words, jnp.uint32)
            return jax.lax.fori_loop(
                jnp.maximum(first, begin),
                jnp.minimum(last, begin + steps),
                lambda i, carry: one_step(i, carry, noise, begin),
                carry,
            )

        return jax.lax.fori_loop(first // steps, -(-last // steps), one_draw, carry)

    # A slice adds up from zero and is then joined to the slices before it: two short sums round less than one
    # long one.
    carry = (now.step, weights, now.state, now.opt_state, jax.tree.map(jnp.zeros_like, totals))
    step, weights, state, opt_state, seen = (with_noise if byte_count else without_noise)(carry)
    totals = _merge(task, totals, seen)
    now = TrainState(step, unravel(weights), state, opt_state, now.learning_rate)
    return now, totals, _values(task, totals)


def _evaluate(task: Task, batch_size: int, now: TrainState, rows: Rows) -> tuple[Array, ...]:
    TRACES["evaluate"] += 1
    size = min(batch_size, rows.size)

    def one_look(i: Array, totals: Totals) -> Totals:
        # The last look starts early enough to be whole, and leaves out the rows that were seen before.
        start = jnp.minimum(i * size, rows.size - size)
        mask = (start + jnp.arange(size) >= i * size).astype(jnp.float32)
        cut = lambda array: jax.lax.dynamic_slice_in_dim(array, start, size)  # noqa: E731
        x, y, weight = jax.tree.map(cut, tuple(rows))
        batch = Batch(x, y, weight, mask)
        row_losses, prediction, _ = _forward(task, now.params, now.state, batch)
        count = mask.sum()
        loss = losses.mean(row_losses, batch.weight, mask) * count
        return _merge(task, totals, Totals(loss, count, _measure(task, batch, prediction)))

    totals = jax.lax.fori_loop(0, steps_of(rows.size, size), one_look, _start(task, size, now, rows))
    return _values(task, totals)


def _gather(rows: Rows, index: Int[Array, " rows"], mask: Float[Array, " rows"] | None) -> Batch:
    x, y, weight = jax.tree.map(lambda array: array[index], tuple(rows))
    return Batch(x, y, weight, mask)


def _forward(
    task: Task, params: Any, state: Any, batch: Batch, *, train: bool = False, key: Array | None = None
) -> tuple[Float[Array, " rows"], Array, Any]:
    """The loss of each row, the predictions, and the next state."""
    network, activation = task.network.head()
    score, state = network.apply(params, state, batch.x, train=train, key=key, mask=batch.mask)
    prediction = activation(score)
    # A cross-entropy of raw scores is finite for any score; of rounded probabilities it is not.
    if activation is activations.get(task.loss.link) and not getattr(task.loss, "from_logits", False):
        return task.loss.rows(batch.y, score), prediction, state
    return task.loss.rows_of_prediction(batch.y, prediction), prediction, state


def _measure(task: Task, batch: Batch, prediction: Array) -> tuple[Any, ...]:
    ones = jnp.ones(prediction.shape[0], jnp.float32)
    plain = ones if batch.mask is None else batch.mask
    weighted = plain if batch.weight is None else plain * batch.weight
    weights = [plain] * len(task.metrics) + [weighted] * len(task.weighted_metrics)
    return tuple(
        metric.measure(_target_for(metric, batch.y, prediction.shape[-1]), prediction, weight)
        for (_, metric), weight in zip(task.watched, weights)
    )


def _target_for(metric: Metric, target: Array, units: int) -> Array:
    """The target as the metric wants it: class numbers or one column a unit."""
    if metric.sparse:
        return target if target.ndim == 1 else target.argmax(axis=-1)
    return jax.nn.one_hot(target, units) if target.ndim == 1 else target


def _merge(task: Task, first: Totals, second: Totals) -> Totals:
    merged = (metric.merge(a, b) for (_, metric), a, b in zip(task.watched, first.metrics, second.metrics))
    return Totals(first.loss + second.loss, first.rows + second.rows, tuple(merged))


def _values(task: Task, totals: Totals) -> tuple[Array, ...]:
    metrics = (metric.result(state) for (_, metric), state in zip(task.watched, totals.metrics))
    return totals.loss / totals.rows, *metrics


def order_of(rows: int, batch_size: int, rng: np.random.Generator | None) -> Int[np.ndarray, " padded"]:
    """The order in which an epoch takes its rows, padded to whole batches.

    `rng` None keeps the order of the table.
    """
    order = np.zeros(steps_of(rows, batch_size) * batch_size, np.int32)
    order[:rows] = np.arange(rows, dtype=np.int32)
    if rng is not None:
        rng.shuffle(order[:rows])
    return order
