"""Stages: what a run is doing, told as it happens, and how long each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stages:
    """Tells what is done, and keeps how long it took.

    Args:
        notify: Is told each stage in a few words.

    Example:
        >>> stages = Stages(print)
        >>> with stages.stage("reading", "reading the table"):
        ...     pass
        reading the table
        >>> list(stages.seconds)
        ['reading']
    """

    def __init__(self, notify: Callable[[str], None] | None = None) -> None:
        self._notify, self.seconds = notify, dict[str, float]()

    def tell(self, text: str) -> None:
        """Tells what happens within a stage."""
        if self._notify is not None:
            self._notify(text)

    @contextmanager
    def stage(self, name: str, text: str) -> Iterator[None]:
        """A block that is timed under `name`."""
        self.tell(text)
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)
