"""End a fit quietly when its loss is no number."""

import math

from neurode.callbacks.callback import Callback, Logs
from neurode.errors import DivergedError


class TerminateOnNaN(Callback):
    """Ends a fit whose loss became infinite or NaN instead of letting it raise `DivergedError`.

    The loss is looked at after every slice of an epoch, not after every batch, so it costs nothing. The model
    then has the last weights whose loss was finite; in Keras it has the broken ones.

    Args:
        raise_error: Whether to raise `DivergedError` at once, as a fit without this callback does. (Keras
            raises RuntimeError.)

    Example:
        >>> TerminateOnNaN().watches_batches
        False
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    @property
    def watches_batches(self) -> bool:
        """No: a slice's loss is a mean over its steps, so one bad step shows."""
        return False

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise DivergedError(f"the loss became {loss} at batch {batch}", hint="lower the learning rate")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True

    def on_diverged(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_end(batch, {"loss": math.nan, **(logs or {})})
