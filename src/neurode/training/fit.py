"""The fit loop.

Calls the epoch program in slices and keeps the person informed. All state is in its owner, the model.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from neurode.callbacks import CallbackList, History
from neurode.errors import DivergedError
from neurode.training.interrupt import Interrupt, catch_interrupt
from neurode.training.program import Program, order_of, steps_of
from neurode.training.state import Rows, TrainState, to_logs
from neurode.typing import Columns

SECONDS_PER_SLICE = 0.2
STEPS_OF_FIRST_SLICE = 256


@runtime_checkable
class Owner(Protocol):
    """Whose weights are trained.

    `train_state` is replaced after every slice, so that it is never half-way.
    """

    train_state: TrainState
    stop_training: bool


@dataclass(frozen=True)
class Plan:
    """How a table is gone through.

    Batch size, epochs `first_epoch` to `epochs` (left out), shuffled or in order.
    """

    batch_size: int
    epochs: int
    first_epoch: int = 0
    shuffle: bool = True
    seed: int = 0


def fit(
    program: Program,
    owner: Owner,
    rows: Rows,
    plan: Plan,
    callbacks: CallbackList,
    history: History,
    validation: Rows | None = None,
    validation_freq: int = 1,
) -> None:
    """Trains the owner's state in place of a return value; what was seen is in the history.

    Raises:
        DivergedError: If the loss became infinite or NaN. The owner then has the last weights with a finite
            loss.
    """
    owner.stop_training = False
    with catch_interrupt() as interrupt:
        callbacks.on_train_begin()
        try:
            for epoch in range(plan.first_epoch, plan.epochs):
                callbacks.on_epoch_begin(epoch)
                logs = _one_epoch(program, owner, rows, plan, epoch, callbacks, interrupt, history)
                if logs is None:
                    break
                if validation is not None and (epoch + 1) % validation_freq == 0:
                    seen = to_logs(program.names, program.evaluate(owner.train_state, validation))
                    logs |= {f"val_{name}": value for name, value in seen.items()}
                callbacks.on_epoch_end(epoch, logs)
                if interrupt.pressed:
                    _note_interrupt(history, epoch + 1, 0)
                if interrupt.pressed or owner.stop_training:
                    break
        finally:
            callbacks.on_train_end()


def _one_epoch(
    program: Program,
    owner: Owner,
    rows: Rows,
    plan: Plan,
    epoch: int,
    callbacks: CallbackList,
    interrupt: Interrupt,
    history: History,
) -> dict[str, float] | None:
    """The epoch's logs, or None if it was interrupted on the way."""
    # Randomness depends on the steps taken so far: a fit that goes on after another, or after a kill, does
    # not repeat itself.
    taken = int(owner.train_state.step)
    order = jnp.asarray(_order(rows.size, plan, taken))
    key = jax.random.wrap_key_data(jnp.array([plan.seed % 2**32, taken], jnp.uint32))
    totals = program.start(owner.train_state, rows)
    steps = steps_of(rows.size, plan.batch_size)
    logs: dict[str, float] = {}
    for first, last in _slices(steps, 1 if callbacks.watches_batches else None):
        if callbacks.watches_batches:
            callbacks.on_train_batch_begin(first)
        now, totals, values = program.train(
            owner.train_state, totals, rows, order, key, np.int32(first), np.int32(last)
        )
        logs = to_logs(program.names, values)
        if not math.isfinite(logs["loss"]):
            raise _diverged(owner, rows, epoch, first, last)
        owner.train_state = now
        if callbacks.watches_batches:
            callbacks.on_train_batch_end(first, logs)
        callbacks.on_slice_end(last, logs)
        if interrupt.pressed and last < steps:
            _note_interrupt(history, epoch, last)
            return None
    return logs


def _order(count: int, plan: Plan, taken: int) -> np.ndarray:
    rng = np.random.Generator(np.random.PCG64([plan.seed, taken])) if plan.shuffle else None
    return order_of(count, plan.batch_size, rng)


def _slices(steps: int, length: int | None) -> Iterator[tuple[int, int]]:
    """Cuts an epoch into slices of about `SECONDS_PER_SLICE`, measured as they run, or of `length` steps."""
    first, size = 0, length or STEPS_OF_FIRST_SLICE
    while first < steps:
        last = min(steps, first + size)
        begun = time.perf_counter()
        yield first, last
        seconds = time.perf_counter() - begun
        if length is None:
            # At most 16 times longer than the slice before: the first one may have been too short to measure.
            size = int(size * min(16.0, max(0.25, SECONDS_PER_SLICE / max(seconds, 1e-6)))) or 1
        first = last


def _note_interrupt(history: History, epoch: int, step: int) -> None:
    history.interrupted, history.interrupted_at = True, (epoch, step)


def _diverged(owner: Owner, rows: Rows, epoch: int, first: int, last: int) -> DivergedError:
    rate = float(owner.train_state.learning_rate)
    hint = f"lower the learning rate (now {rate:g}), or scale the inputs and the target"
    # A gap in a table's columns is no error: the network fills it.
    inputs = () if isinstance(rows.x, Columns) else rows.x
    for name, part in (("inputs", inputs), ("targets", rows.y)):
        arrays = [np.asarray(leaf) for leaf in jax.tree.leaves(part)]
        if bad := sum(int((~np.isfinite(a)).sum()) for a in arrays if a.dtype.kind == "f"):
            hint = f"the {name} hold {bad} values that are NaN or infinite: fill them or leave their rows out"
            break
    return DivergedError(
        f"the loss became infinite or NaN in epoch {epoch + 1}, between steps {first} and {last}",
        available="the model has the last weights whose loss was finite",
        hint=hint,
    )
