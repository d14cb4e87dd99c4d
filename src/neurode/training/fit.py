"""The fit loop.

Calls the epoch program in slices and keeps the person informed. All state is in its owner, the model.
"""

import math
import time
import warnings
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import numpy as np

from neurode.callbacks import CallbackList, History
from neurode.errors import DivergedError
from neurode.training.feed import Feed, Piece
from neurode.training.interrupt import Interrupt, catch_interrupt
from neurode.training.program import Program
from neurode.training.state import Rows, Totals, TrainState, to_logs
from neurode.typing import Columns

SECONDS_PER_SLICE = 0.2
STEPS_OF_FIRST_SLICE = 256


@runtime_checkable
class Owner(Protocol):
    """Whose weights are trained.

    `train_state` is replaced after every slice, so that it is never half-way. `learning_rate` is looked up
    before each one. A callback may set `resume_from` to the epoch and step at which to go on.
    """

    train_state: TrainState
    stop_training: bool
    resume_from: tuple[int, int] | None

    @property
    def learning_rate(self) -> float: ...


@dataclass(frozen=True)
class Plan:
    """Which epochs: `first_epoch` to `epochs` (left out).

    `validation_freq` is after how many epochs each time to validate, or after which ones, counted from 1.
    """

    epochs: int
    first_epoch: int = 0
    validation_freq: int | tuple[int, ...] = 1
    seed: int = 0

    def validates(self, epoch: int) -> bool:
        """Whether to validate after this epoch."""
        often = self.validation_freq
        return epoch + 1 in often if isinstance(often, tuple) else (epoch + 1) % often == 0


def fit(
    program: Program,
    owner: Owner,
    feed: Feed,
    plan: Plan,
    callbacks: CallbackList,
    history: History,
    validation: Any = None,
) -> None:
    """Trains the owner's state in place of a return value; what was seen is in the history.

    Args:
        program: The compiled task.
        owner: Whose state is trained.
        feed: Where the rows come from.
        plan: Which epochs.
        callbacks: Who is told.
        history: Where it is noted that Ctrl-C was pressed.
        validation: Gives the logs of a validation, None for none.

    Raises:
        DivergedError: If the loss became infinite or NaN. The owner then has the last weights with a finite
            loss.
    """
    owner.stop_training = False
    loop = _Loop(program, owner, feed, plan, callbacks)
    with catch_interrupt() as interrupt:
        callbacks.on_train_begin()
        begin, skipped = owner.resume_from or (plan.first_epoch, 0)
        owner.resume_from = None
        logs: dict[str, Any] = {}
        try:
            for epoch in range(begin, plan.epochs):
                callbacks.on_epoch_begin(epoch)
                logs, steps = loop.epoch(epoch, interrupt, skipped)
                if not steps:
                    warnings.warn(
                        f"the data gave no batch for epoch {epoch + 1}, so the fit ends before it\n"
                        "hint: pass a Sequence, or a generator that goes on, with steps_per_epoch",
                        stacklevel=3,
                    )
                    break
                skipped = 0
                if loop.was_cut:
                    history.interrupted, history.interrupted_at = True, (epoch, steps)
                    break
                if validation is not None and plan.validates(epoch):
                    callbacks.on_test_begin()
                    found = validation()
                    callbacks.on_test_end(found)
                    logs |= {f"val_{name}": value for name, value in found.items()}
                callbacks.on_epoch_end(epoch, logs)
                if interrupt.pressed:
                    history.interrupted, history.interrupted_at = True, (epoch + 1, 0)
                if interrupt.pressed or owner.stop_training:
                    break
        finally:
            callbacks.on_train_end(logs)


class _Loop:
    """One fit: what stays the same from epoch to epoch, and what it has learned about its own speed."""

    def __init__(
        self, program: Program, owner: Owner, feed: Feed, plan: Plan, callbacks: CallbackList
    ) -> None:
        self.program, self.owner, self.feed, self.plan, self.callbacks = program, owner, feed, plan, callbacks
        self.zeros = program.start(owner.train_state, feed.sample())
        self.by_batch = callbacks.watches_batches
        self.length = 1 if self.by_batch else STEPS_OF_FIRST_SLICE
        self.was_cut = False
        # The last weights that are known to have a finite loss: a slice that went well began with them. Of
        # the weights that a slice ends with only the next one knows.
        self.proven = owner.train_state

    def epoch(self, epoch: int, interrupt: Interrupt, skipped: int = 0) -> tuple[dict[str, Any], int]:
        """The epoch's logs and how many steps were taken, which is fewer than all after Ctrl-C.

        Randomness depends on the steps taken so far: a fit that goes on after another does not repeat it.
        """
        begun, done = int(self.owner.train_state.step) - skipped, 0
        totals, logs = self.zeros, dict[str, Any]()
        for piece in self.feed.epoch(begun):
            key = np.array([self.plan.seed % 2**32, begun + done], np.uint32)
            first = min(piece.steps, max(0, skipped - done))
            while first < piece.steps:
                last = min(piece.steps, first + self.length)
                is_end = self.feed.steps == done + last and epoch + 1 < self.plan.epochs
                totals, logs = self._slice(
                    epoch, piece, totals, key, first, last, done, begun + done + last if is_end else None
                )
                first = last
                if not math.isfinite(logs["loss"]) or (self.by_batch and self.owner.stop_training):
                    return logs, done + last
                if interrupt.pressed and done + last != self.feed.steps:
                    self.was_cut = True
                    return logs, done + last
            done += piece.steps
        return logs, done

    def _slice(
        self,
        epoch: int,
        piece: Piece,
        totals: Totals,
        key: Any,
        first: int,
        last: int,
        before: int,
        next_epoch_at: int | None,
    ) -> tuple[Totals, dict[str, Any]]:
        """Steps `first` to `last` of a piece that begins after `before` steps of the epoch."""
        if self.by_batch:
            self.callbacks.on_train_batch_begin(before + first)
        self._take_learning_rate()
        started = time.perf_counter()
        is_usual = piece.batch_size == self.feed.batch_size
        program = self.program if is_usual else self.program.resized(piece.batch_size)
        now, totals, values = program.train(
            self.owner.train_state, totals, piece.rows, piece.order, key, np.int32(first), np.int32(last)
        )
        if next_epoch_at is not None:
            # While the device is busy, the host shuffles the next epoch.
            self.feed.prepare(next_epoch_at)
        logs = to_logs(self.program.names, values)
        if not math.isfinite(logs["loss"]):
            self.owner.train_state = self.proven
            self.callbacks.on_diverged(before + last - 1, logs)
            if not self.owner.stop_training:
                raise _diverged(self.owner, piece.rows, epoch, before + first, before + last)
            return totals, logs
        self.proven, self.owner.train_state = self.owner.train_state, now
        self._adapt(last - first, piece.steps, time.perf_counter() - started)
        if self.by_batch:
            self.callbacks.on_train_batch_end(before + last - 1, logs)
        self.callbacks.on_slice_end(before + last, logs)
        return totals, logs

    def _take_learning_rate(self) -> None:
        rate = np.float32(self.owner.learning_rate)
        # On the host: a comparison on the device would be compiled first.
        if np.asarray(self.owner.train_state.learning_rate) != rate:
            self.owner.train_state = self.owner.train_state._replace(learning_rate=rate)

    def _adapt(self, steps: int, most: int, seconds: float) -> None:
        """Makes slices take about `SECONDS_PER_SLICE`."""
        if self.by_batch or steps < min(self.length, most):
            return  # The rest of an epoch is too short to learn from.
        # At most 16 times longer than the slice before: the first one may have been too short to measure.
        factor = min(16.0, max(0.25, SECONDS_PER_SLICE / max(seconds, 1e-6)))
        # Longer than an epoch is long enough: without an end, many short epochs would make it infinite.
        self.length = max(1, min(int(self.length * factor), 16 * most))


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
