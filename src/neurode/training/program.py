"""The epoch as a program: steps are iterations of one compiled loop.

A `Program` is made once for a task and batch size (all frozen), and shared by every model that has them. JAX
compiles each of its functions once for each shape of table.
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

from neurode.layers import Graph
from neurode.layers.graph import shape_of_values
from neurode.optimizers import Optimizer
from neurode.training.compilation import enable_cache, in_one_kernel, once_options
from neurode.training.kernel import compiled, has_control_flow
from neurode.training.objective import begun, joined, look, observed, start_of_totals, values_of
from neurode.training.state import Batch, Rows, Totals, TrainState
from neurode.training.task import Task
from neurode.typing import Params, State

TRACES: Counter[str] = Counter()
"""How often each function of a program was traced. Tests read it."""

STEPS_PER_DRAW, BYTES_PER_DRAW = 256, 2**22
"""Random bytes are drawn for so many steps at once.

Enough to hide the cost of drawing, few enough to stay in the cache.
"""

ROWS_PER_LOOK = 4096
"""Rows of a batch when nothing is learned: evaluation."""

MOST_IN_A_VECTOR = 2**14
"""Weights up to which one vector of them is quicker than a tree of arrays."""

LAST_DRAW = 2**31 - 1
"""The number under which the random bytes of a short last batch are drawn."""


@dataclass(frozen=True)
class Program:
    """The compiled functions of a task, all of them pure.

    Args:
        names: What is logged: the loss, then metrics in their order.
        train: `(state, totals, rows, order, key, first, last) -> (state, totals, values)`: steps `first` to
            `last` of an epoch.
        evaluate: `(state, rows) -> values`.
        observe: `(state, totals, rows) -> (totals, values)`: one more batch of an evaluation.
        start: `(state, rows) -> Totals` of zeros.
        resized: `batch_size -> Program`: the same for batches of another size.
    """

    names: tuple[str, ...]
    train: Callable[..., tuple[TrainState, Totals, tuple[Array, ...]]]
    evaluate: Callable[..., tuple[Array, ...]]
    observe: Callable[..., tuple[Totals, tuple[Array, ...]]]
    start: Callable[..., Totals]
    resized: Callable[[int], Any]


@functools.lru_cache(maxsize=256)
def build(task: Task, batch_size: int) -> Program:
    """The program of a task.

    Models of one shape get the same object, and with it what is compiled already.
    """
    enable_cache()
    size = batch_size if task.has_functions else max(batch_size, ROWS_PER_LOOK)
    return Program(
        names=task.names,
        train=compiled(task, functools.partial(_train, task, batch_size)),
        evaluate=jax.jit(functools.partial(_evaluate, task, size)),
        observe=jax.jit(functools.partial(_observe, task)),
        start=functools.partial(_start, task, batch_size),
        resized=functools.partial(build, task),
    )


@functools.lru_cache(maxsize=256)
def predictor(network: Graph) -> Callable[..., Any]:
    """`(params, state, x) -> predictions`, compiled."""
    enable_cache()

    @jax.jit
    def predict(params: Any, state: Any, x: Any) -> Any:
        TRACES["predict"] += 1
        return network.apply(params, state, x)[0]

    return predict


@functools.lru_cache(maxsize=256)
def initializer(network: Graph, input_shape: Any) -> Callable[[Any], tuple[Params, State]]:
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
def start_of(network: Graph, optimizer: Optimizer) -> Callable[[Params], Any]:
    """`params -> optimiser state` before the first step, compiled."""
    start = lambda params: optimizer.start(_weights_of(network, optimizer, params)[0])  # noqa: E731
    return jax.jit(start, compiler_options=once_options())


@functools.lru_cache(maxsize=256)
def finisher(network: Graph, optimizer: Optimizer) -> Callable[[TrainState], TrainState]:
    """`state -> state` at the end of a fit.

    Averaged weights take the place of the last ones, if asked for.
    """

    @functools.partial(jax.jit, compiler_options=once_options())
    def finish(now: TrainState) -> TrainState:
        weights, rebuilt = _weights_of(network, optimizer, now.params)
        return now._replace(params=rebuilt(optimizer.final(now.opt_state, weights)))

    return finish


@functools.lru_cache(maxsize=256)
def stepper(network: Graph, optimizer: Optimizer) -> Callable[[TrainState, Params], TrainState]:
    """`(state, gradient by layer) -> state` after one step of the optimiser, compiled.

    What an epoch does with a gradient, for one that was found elsewhere.
    """

    @functools.partial(jax.jit, compiler_options=once_options())
    def step(now: TrainState, gradient: Params) -> TrainState:
        weights, rebuilt = _weights_of(network, optimizer, now.params)
        slopes, _ = _weights_of(network, optimizer, gradient)
        number = now.step + 1
        rate = optimizer.rate(now.learning_rate, number)
        weights, opt_state = optimizer.step(slopes, now.opt_state, weights, rate, number)
        if network.is_constrained:
            weights = _weights_of(network, optimizer, network.constrained(rebuilt(weights)))[0]
        return now._replace(step=number, params=rebuilt(weights), opt_state=opt_state)

    return step


def _weights_of(network: Graph, optimizer: Optimizer, params: Params) -> tuple[Any, Callable[[Any], Params]]:
    """The weights that train as the optimiser wants them, and the way back to all weights.

    One flat vector is quickest for a small network. The arrays of a large one would be copied out of it in
    each step, and a rule that looks at whole arrays needs them anyway: those get the tree.
    """
    free, frozen = network.trained(params)
    count = sum(array.size for array in jax.tree.leaves(free))
    is_flat = optimizer.elementwise and count <= MOST_IN_A_VECTOR
    weights, unravel = ravel_pytree(free) if is_flat else (free, lambda tree: tree)
    return weights, lambda weights: _joined(unravel(weights), frozen)


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two trees of weights as one."""
    both = one.keys() & other.keys()
    return {**one, **other, **{name: _joined(one[name], other[name]) for name in both}}


def steps_of(rows: int, batch_size: int) -> int:
    """Steps of an epoch, the short last one included."""
    return -(-rows // batch_size)


def _start(task: Task, batch_size: int, now: TrainState, rows: Rows) -> Totals:
    size = min(batch_size, rows.size)
    batch = jax.eval_shape(lambda rows: _gather(rows, jnp.zeros(size, jnp.int32), None), rows)
    return start_of_totals(task, now.params, now.state, batch)


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
    network, optimizer = task.network, task.optimizer
    weights, rebuilt = _weights_of(network, optimizer, now.params)
    full, rest = divmod(rows.size, batch_size)
    # A user's function may sum over the batch: the short last one is then a step of its own, without padding.
    apart = rest > 0 and task.has_functions
    whole = rest == 0 or apart
    byte_count = network.random_bytes(shape_of_values(rows.x))

    # One kernel instead of one a column array: with a single thing to begin with, XLA runs the kernels of a
    # step one after the other instead of handing them to threads. A step of 77-12-12-1 takes 9 microseconds,
    # not 15.
    # An epoch of a single step is left alone: there XLA (jaxlib 0.10) ends the process on such a kernel.
    alone = steps_of(rows.size, batch_size) == 1 or has_control_flow(task, now, totals, rows)

    @(in_one_kernel if not alone else lambda function: function)
    def batch_of(i: Array, rows: Rows, order: Array, noise: Array | None, begin: Array | int) -> tuple:
        start = i * batch_size
        mask = None if whole else (start + jnp.arange(batch_size) < rows.size).astype(jnp.float32)
        batch = _gather(rows, jax.lax.dynamic_slice(order, (start,), (batch_size,)), mask)
        if noise is None:
            return batch, None
        random_bytes = jax.lax.bitcast_convert_type(noise[i - begin], jnp.uint8)
        return batch, random_bytes.reshape(batch_size, -1)[:, :byte_count]

    def one_step(i: Array, carry: tuple, noise: Array | None = None, begin: Array | int = 0) -> tuple:
        return learn(carry, *batch_of(i, rows, order, noise, begin))

    def learn(carry: tuple, batch: Batch, random_bytes: Array | None) -> tuple:
        step, weights, state, opt_state, seen = carry

        def objective(weights: Any) -> tuple[Array, Any]:
            found = look(task, rebuilt(weights), state, batch, train=True, key=random_bytes)
            return found.loss, found

        (_, found), gradient = jax.value_and_grad(objective, has_aux=True)(weights)
        step = step + 1
        rate = optimizer.rate(now.learning_rate, step)
        weights, opt_state = optimizer.step(gradient, opt_state, weights, rate, step)
        if network.is_constrained:
            weights = _weights_of(network, optimizer, network.constrained(rebuilt(weights)))[0]
        return step, weights, found.state, opt_state, observed(task, seen, batch, found)

    # The bytes of a step depend on its number alone, so the cut into slices changes nothing.
    def draw(number: Array | int, steps: int, rows_of_step: int) -> Array:
        # Drawn as words of four bytes, which takes half as long.
        words = (steps, rows_of_step, -(-byte_count // 4))
        source = jax.random.wrap_key_data(key)
        return jax.random.bits(jax.random.fold_in(source, number), words, jnp.uint32)

    def without_noise(carry: tuple, until: Array) -> tuple:
        return jax.lax.fori_loop(first, until, one_step, carry)

    def with_noise(carry: tuple, until: Array) -> tuple:
        steps = max(1, min(STEPS_PER_DRAW, BYTES_PER_DRAW // (batch_size * byte_count)))

        def one_draw(block: Array, carry: tuple) -> tuple:
            begin = block * steps
            noise = draw(block, steps, batch_size)
            return jax.lax.fori_loop(
                jnp.maximum(first, begin),
                jnp.minimum(until, begin + steps),
                lambda i, carry: one_step(i, carry, noise, begin),
                carry,
            )

        return jax.lax.fori_loop(first // steps, -(-until // steps), one_draw, carry)

    def last_step(carry: tuple) -> tuple:
        batch = _gather(rows, order[full * batch_size : rows.size], None)
        if not byte_count:
            return learn(carry, batch, None)
        random_bytes = jax.lax.bitcast_convert_type(draw(LAST_DRAW, 1, rest)[0], jnp.uint8)
        return learn(carry, batch, random_bytes.reshape(rest, -1)[:, :byte_count])

    # A slice adds up from zero and is then joined to the slices before it: two short sums round less than one
    # long one.
    carry = (now.step, weights, now.state, now.opt_state, begun(task, totals))
    until = jnp.minimum(last, full) if apart else last
    carry = (with_noise if byte_count else without_noise)(carry, until)
    if apart:
        carry = jax.lax.cond((first <= full) & (last > full), last_step, lambda carry: carry, carry)
    step, weights, state, opt_state, seen = carry
    totals = joined(task, totals, seen)
    now = TrainState(step, rebuilt(weights), state, opt_state, now.learning_rate)
    return now, totals, values_of(task, totals)


def _evaluate(task: Task, batch_size: int, now: TrainState, rows: Rows) -> tuple[Array, ...]:
    TRACES["evaluate"] += 1
    size = min(batch_size, rows.size)
    full, rest = divmod(rows.size, size)

    def after(totals: Totals, batch: Batch) -> Totals:
        return observed(task, totals, batch, look(task, now.params, now.state, batch))

    def cut(start: Any, size: int, mask: Array | None) -> Batch:
        part = lambda array: jax.lax.dynamic_slice_in_dim(array, start, size)  # noqa: E731
        x, y, weight = jax.tree.map(part, tuple(rows))
        return Batch(x, y, weight, mask)

    def one_look(i: Array, totals: Totals) -> Totals:
        if task.has_functions:
            return after(totals, cut(i * size, size, None))
        # The last look starts early enough to be whole, and leaves out the rows that were seen before.
        start = jnp.minimum(i * size, rows.size - size)
        mask = (start + jnp.arange(size) >= i * size).astype(jnp.float32)
        return after(totals, cut(start, size, mask))

    looks = full if task.has_functions else steps_of(rows.size, size)
    totals = jax.lax.fori_loop(0, looks, one_look, _start(task, size, now, rows))
    if task.has_functions and rest:
        totals = after(totals, cut(full * size, rest, None))
    return values_of(task, totals)


def _observe(task: Task, now: TrainState, totals: Totals, rows: Rows) -> tuple[Totals, tuple[Array, ...]]:
    TRACES["observe"] += 1
    batch = Batch(rows.x, rows.y, rows.weight, None)
    totals = observed(task, totals, batch, look(task, now.params, now.state, batch))
    return totals, values_of(task, totals)


def _gather(rows: Rows, index: Int[Array, " rows"], mask: Float[Array, " rows"] | None) -> Batch:
    x, y, weight = jax.tree.map(lambda array: array[index], tuple(rows))
    return Batch(x, y, weight, mask)


def order_of(rows: int, batch_size: int, rng: np.random.Generator | None) -> Int[np.ndarray, " padded"]:
    """The order in which an epoch takes its rows, padded to whole batches.

    `rng` None keeps the order of the table.
    """
    order = np.zeros(steps_of(rows, batch_size) * batch_size, np.int32)
    order[:rows] = np.arange(rows, dtype=np.int32)
    if rng is not None:
        rng.shuffle(order[:rows])
    return order
