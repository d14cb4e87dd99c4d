"""Counting batches over epochs."""

from neurode.errors import ArgumentError

Frequency = str | int


class BatchCounter:
    """Says when so many batches went by, over the borders of epochs.

    Args:
        every: The number of batches, or `"epoch"` for never: the end of an epoch is its own event.

    Raises:
        ArgumentError: If it is neither `"epoch"` nor a whole number above 0.

    Example:
        >>> counter = BatchCounter(3)
        >>> [counter.is_due(batch) for batch in (0, 1, 0, 1, 0, 1)]
        [False, False, True, False, False, True]
    """

    def __init__(self, every: Frequency) -> None:
        if every != "epoch" and (isinstance(every, bool | str) or every < 1):
            raise ArgumentError(f"save_freq={every!r}", hint="give 'epoch' or a number of batches, 1 or more")
        self.every, self.waiting = every, 0
        self._last: int | None = None

    @property
    def by_epoch(self) -> bool:
        """Whether it never says so."""
        return self.every == "epoch"

    def is_due(self, batch: int) -> bool:
        """Counts the batches of the epoch up to `batch`, which may have skipped some."""
        if isinstance(self.every, str):
            return False
        new_epoch = self._last is None or batch <= self._last
        self.waiting += batch + 1 if new_epoch else batch - (self._last or 0)
        self._last = batch
        if self.waiting < self.every:
            return False
        self.waiting = 0
        return True

    def state_dict(self) -> dict[str, int | None]:
        """How far it has counted."""
        return {"waiting": self.waiting, "last": self._last}

    def load_state_dict(self, values: dict[str, int | None]) -> None:
        """Goes on from what `state_dict` gave."""
        self.waiting, self._last = values["waiting"] or 0, values["last"]
