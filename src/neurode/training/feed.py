"""Where an epoch's rows come from: a table on the device, or a stream of batches."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from neurode.errors import ArgumentError
from neurode.training.program import order_of, steps_of
from neurode.training.state import Rows

STEPS_PER_PIECE = 64
"""So many batches of a stream are handed to the device at once."""


class Piece(NamedTuple):
    """Some steps of an epoch: a program takes batches of `batch_size` of the `rows` in this order."""

    rows: Rows
    order: Any
    steps: int
    batch_size: int


@runtime_checkable
class Feed(Protocol):
    """What an epoch is made of. `steps` is None where only the end will tell."""

    batch_size: int
    steps: int | None

    def sample(self) -> Rows:
        """Rows in the shape that the first piece has."""
        ...

    def epoch(self, taken: int) -> Iterator[Piece]:
        """The pieces of the next epoch, after `taken` steps in all."""
        ...

    def prepare(self, taken: int) -> None:
        """Called while the device is busy with the last steps before the epoch that begins at `taken`."""
        ...


class TableFeed:
    """A table on the device, in an order of its own each epoch.

    The order depends on the seed and the steps taken so far: a fit that goes on after another does not repeat
    it, one that is resumed does.
    """

    def __init__(self, rows: Rows, batch_size: int, *, shuffle: bool, seed: int) -> None:
        self.rows, self.batch_size, self.shuffle, self.seed = rows, batch_size, shuffle, seed
        self.steps: int | None = steps_of(rows.size, batch_size)
        self._next: tuple[int, np.ndarray] | None = None

    def sample(self) -> Rows:
        return self.rows

    def epoch(self, taken: int) -> Iterator[Piece]:
        ready, self._next = self._next, None
        order = ready[1] if ready is not None and ready[0] == taken else self._shuffled(taken)
        yield Piece(self.rows, jnp.asarray(order), self.steps or 0, self.batch_size)

    def prepare(self, taken: int) -> None:
        self._next = (taken, self._shuffled(taken))

    def _shuffled(self, taken: int) -> np.ndarray:
        rng = np.random.Generator(np.random.PCG64([self.seed, taken])) if self.shuffle else None
        return order_of(self.rows.size, self.batch_size, rng)


class StreamFeed:
    """Batches from a generator or a sequence, in the order in which they come.

    Batches of one size are collected, so that the program takes many steps a call. A batch of another size is
    a piece of its own, for which the program compiles once more.

    Args:
        batches: Gives the batches of the next epoch as host rows.
        steps: Batches an epoch, None where only the end will tell.
        by_batch: Whether to hand over every batch at once: someone watches each.
    """

    def __init__(
        self, batches: Callable[[], Iterable[Rows]], steps: int | None, *, by_batch: bool = False
    ) -> None:
        self._batches, self.steps = batches, steps
        self._most = 1 if by_batch else STEPS_PER_PIECE
        self._begun: Iterator[Rows] | None = iter(batches())
        self._first = next(self._begun, None)
        self.batch_size = 0 if self._first is None else self._first.size

    def sample(self) -> Rows:
        if self._first is None:
            raise ArgumentError(
                "the data gave no batch", hint="a generator that was used up gives nothing more"
            )
        return _piece([self._first], self._most).rows

    def epoch(self, taken: int) -> Iterator[Piece]:
        batches, waiting = self._opened(), list[Rows]()
        for batch in batches:
            if waiting and batch.size != waiting[0].size:
                yield _piece(waiting, self._most)
                waiting = []
            if batch.size != self.batch_size:
                yield _piece([batch])
                continue
            waiting.append(batch)
            if len(waiting) == self._most:
                yield _piece(waiting, self._most)
                waiting = []
        if waiting:
            yield _piece(waiting, self._most)

    def prepare(self, taken: int) -> None:
        """Nothing: the next epoch is the stream's own business."""

    def _opened(self) -> Iterator[Rows]:
        begun, first = self._begun, self._first
        if begun is not None and first is not None:
            self._begun = None
            yield first
            yield from begun
        else:
            yield from self._batches()


def in_parts(
    rows: Rows, batch_size: int, steps: int, *, shuffle: bool, seed: int
) -> Callable[[], Iterator[Rows]]:
    """Epochs of `steps` batches of a table, for a `StreamFeed`.

    As in Keras, an epoch goes on where the one before stopped, and ends early where the table ends.
    """

    def epochs() -> Iterator[list[Any]]:
        count = steps_of(rows.size, batch_size)
        for turn in itertools.count():
            rng = np.random.Generator(np.random.PCG64([seed, turn])) if shuffle else None
            order = order_of(rows.size, batch_size, rng)[: rows.size]
            batches = [order[i * batch_size : (i + 1) * batch_size] for i in range(count)]
            yield from (batches[first : first + steps] for first in range(0, count, steps))

    parts = epochs()
    return lambda: (Rows(*jax.tree.map(lambda array: array[part], tuple(rows))) for part in next(parts))  # noqa: B023


def _piece(batches: list[Rows], capacity: int = 1) -> Piece:
    """The batches as one table, filled up to a fixed size so that a new number of them does not compile."""
    size = batches[0].size

    def joined(*arrays: Any) -> Any:
        table = np.concatenate([np.asarray(array) for array in arrays])
        missing = capacity * size - len(table)
        return table if missing <= 0 else np.concatenate([table, np.repeat(table[-1:], missing, axis=0)])

    rows = jax.device_put(jax.tree.map(joined, *batches))
    return Piece(rows, jnp.arange(rows.size, dtype=jnp.int32), len(batches), size)
