"""The fit loop.

Calls the epoch program in slices and keeps the person informed. All state is in its owner, the model.
"""

import math
import time
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

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
    loop = _Loop(program, owner, rows, plan, callbacks)
    with catch_interrupt() as interrupt:
        callbacks.on_train_begin()
        try:
            for epoch in range(plan.first_epoch, plan.epochs):
                callbacks.on_epoch_begin(epoch)
                logs, steps = loop.epoch(epoch, interrupt)
                if steps < loop.steps:
                    history.interrupted, history.interrupted_at = True, (epoch, steps)
                    break
                if validation is not None and (epoch + 1) % validation_freq == 0:
                    values = program.evaluate(owner.train_state.without_optimizer(), validation)
                    seen = to_logs(program.names, values)
                    logs |= {f"val_{name}": value for name, value in seen.items()}
                callbacks.on_epoch_end(epoch, logs)
                if interrupt.pressed:
                    history.interrupted, history.interrupted_at = True, (epoch + 1, 0)
                if interrupt.pressed or owner.stop_training:
                    break
        finally:
            callbacks.on_train_end()


class _Loop:
    """One fit: what stays the same from epoch to epoch, and what it has learned about its own speed."""

    def __init__(
        self, program: Program, owner: Owner, rows: Rows, plan: Plan, callbacks: CallbackList
    ) -> None:
        self.program, self.owner, self.rows, self.plan, self.callbacks = program, owner, rows, plan, callbacks
        self.steps = steps_of(rows.size, plan.batch_size)
        self.totals = program.start(owner.train_state, rows)
        self.by_batch = callbacks.watches_batches
        self.length = 1 if self.by_batch else STEPS_OF_FIRST_SLICE
        # The last weights that are known to have a finite loss: a slice that went well began with them. Of
        # the weights that a slice ends with only the next one knows.
        self.proven = owner.train_state
        self._next_order: tuple[int, np.ndarray] | None = None

    def epoch(self, epoch: int, interrupt: Interrupt) -> tuple[dict[str, float], int]:
        """The epoch's logs and how many steps were taken, which is fewer than all after Ctrl-C.

        Randomness depends on the steps taken so far: a fit that goes on after another does not repeat it.
        """
        taken = int(self.owner.train_state.step)
        order = self._order(taken)
        key = np.array([self.plan.seed % 2**32, taken], np.uint32)
        totals, first, logs = self.totals, 0, {}
        while first < self.steps:
            last = min(self.steps, first + self.length)
            if self.by_batch:
                self.callbacks.on_train_batch_begin(first)
            begun = time.perf_counter()
            now, totals, values = self.program.train(
                self.owner.train_state, totals, self.rows, order, key, np.int32(first), np.int32(last)
            )
            if last == self.steps and epoch + 1 < self.plan.epochs:
                # While the device is busy, the host shuffles the next epoch.
                self._next_order = (taken + self.steps, self._shuffled(taken + self.steps))
            logs = to_logs(self.program.names, values)
            if not math.isfinite(logs["loss"]):
                self.owner.train_state = self.proven
                raise _diverged(self.owner, self.rows, epoch, first, last)
            self.proven, self.owner.train_state = self.owner.train_state, now
            self._adapt(last - first, time.perf_counter() - begun)
            first = last
            if self.by_batch:
                self.callbacks.on_train_batch_end(last - 1, logs)
            self.callbacks.on_slice_end(last, logs)
            if interrupt.pressed:
                break
        return logs, first

    def _order(self, taken: int) -> Any:
        ready, self._next_order = self._next_order, None
        return jnp.asarray(ready[1] if ready is not None and ready[0] == taken else self._shuffled(taken))

    def _shuffled(self, taken: int) -> np.ndarray:
        rng = np.random.Generator(np.random.PCG64([self.plan.seed, taken])) if self.plan.shuffle else None
        return order_of(self.rows.size, self.plan.batch_size, rng)

    def _adapt(self, steps: int, seconds: float) -> None:
        """Makes slices take about `SECONDS_PER_SLICE`."""
        if self.by_batch or steps < min(self.length, self.steps):
            return  # The rest of an epoch is too short to learn from.
        # At most 16 times longer than the slice before: the first one may have been too short to measure.
        factor = min(16.0, max(0.25, SECONDS_PER_SLICE / max(seconds, 1e-6)))
        self.length = max(1, int(self.length * factor))


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
