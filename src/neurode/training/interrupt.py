"""Ctrl-C during a fit: finish the step, keep what was learned, then stop."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Interrupt:
    """Whether Ctrl-C was pressed since the fit began."""

    pressed = False


@contextlib.contextmanager
def catch_interrupt() -> Iterator[Interrupt]:
    """Turns the first Ctrl-C into a request to stop; a second one raises KeyboardInterrupt as always.

    Signals reach only the main thread, and only a handler that is Python's own is replaced: a program with
    one of its own keeps it.
    """
    interrupt = Interrupt()
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield interrupt
        return

    def note(number: int, frame: FrameType | None) -> None:
        interrupt.pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
