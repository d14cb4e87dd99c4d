"""Batches from outside: generators, sequences, and anything else that gives `(x, y)` again and again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, DataTypeError
from neurode.typing import Columns


class Sequence:
    """Base class of data that comes in numbered batches, Keras's `PyDataset`.

    A subclass gives `__len__`, the number of batches, and `__getitem__`, which returns `(x, y)` or
    `(x, y, sample_weight)`; `on_epoch_end` may shuffle.

    Example:
        >>> class Halves(Sequence):
        ...     def __len__(self):
        ...         return 2
        ...     def __getitem__(self, index):
        ...         return np.full((4, 1), index), np.zeros(4)
        >>> [x[0, 0] for x, y in batches_of(Halves())()]
        [np.int64(0), np.int64(1)]
    """

    def __init__(self, **kwargs: Any) -> None:
        # Keras's workers, use_multiprocessing and max_queue_size: nothing here waits for a batch.
        pass

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    @property
    def num_batches(self) -> int:
        """The number of batches of an epoch."""
        return len(self)

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


def is_stream(x: Any) -> bool:
    """Whether this is a source of batches rather than a table."""
    if isinstance(x, Sequence) or hasattr(x, "__next__"):
        return True
    is_table = isinstance(x, list | tuple | Mapping | Columns | str) or hasattr(x, "__array__")
    return not is_table and not hasattr(x, "columns") and (hasattr(x, "__iter__") or _is_numbered(x))


def length_of(x: Any) -> int | None:
    """Batches of an epoch, None where only the end will tell."""
    try:
        return int(x.num_batches) if hasattr(x, "num_batches") and x.num_batches else len(x)
    except (TypeError, NotImplementedError):
        return None


def batches_of(x: Any, steps: int | None = None) -> Callable[[], Iterator[tuple]]:
    """Gives the batches of the next epoch, at most `steps`, each as `(x, y, sample_weight)` or shorter.

    A generator goes on where it stopped; anything else begins anew.
    """
    ongoing = iter(x) if hasattr(x, "__next__") else None

    def epoch() -> Iterator[tuple]:
        source: Iterable = ongoing if ongoing is not None else _in_order(x)
        for batch in source if steps is None else islice(source, steps):
            yield _as_tuple(batch)
        if hasattr(x, "on_epoch_end"):
            x.on_epoch_end()

    return epoch


def collected(x: Any, steps: int | None = None) -> tuple[Any, ...]:
    """All batches of one epoch as one table.

    Raises:
        ArgumentError: If there is no batch.
    """
    batches = list(batches_of(x, steps)())
    if not batches:
        raise ArgumentError("the data gave no batch", hint="a generator that was used up gives nothing more")
    return tuple(_joined([batch[i] for batch in batches]) for i in range(len(batches[0])))


def _in_order(x: Any) -> Iterator[Any]:
    if _is_numbered(x):
        return (x[index] for index in range(length_of(x) or 0))
    return iter(x)


def _is_numbered(x: Any) -> bool:
    return hasattr(x, "__getitem__") and length_of(x) is not None


def _as_tuple(batch: Any) -> tuple:
    if isinstance(batch, tuple | list) and not isinstance(batch, Columns) and 1 <= len(batch) <= 3:
        return tuple(_on_host(part) for part in batch)
    if isinstance(batch, tuple | list):
        raise DataTypeError(
            f"a batch is {type(batch).__name__} of {len(batch)} parts",
            hint="give (x, y) or (x, y, sample_weight)",
        )
    return (_on_host(batch),)


def _on_host(part: Any) -> Any:
    if isinstance(part, list | tuple) and not isinstance(part, Columns) and not _is_plain(part):
        return [_on_host(one) for one in part]
    if isinstance(part, Mapping):
        return {name: _on_host(one) for name, one in part.items()}
    return part if part is None or isinstance(part, Columns) or hasattr(part, "columns") else np.asarray(part)


def _is_plain(part: Any) -> bool:
    """Whether lists hold nothing but numbers: they are an array then, not one part for each input."""
    return bool(part) and all(
        _is_plain(one) if isinstance(one, list | tuple) else _is_number(one) for one in part
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_)


def _joined(parts: list[Any]) -> Any:
    first = parts[0]
    if first is None:
        return None
    if isinstance(first, list):
        return [_joined([part[i] for part in parts]) for i in range(len(first))]
    if isinstance(first, Mapping):
        return {name: _joined([part[name] for part in parts]) for name in first}
    if isinstance(first, Columns):
        return Columns(*(np.concatenate(group) for group in zip(*parts)))
    return np.concatenate([np.asarray(part) for part in parts])
