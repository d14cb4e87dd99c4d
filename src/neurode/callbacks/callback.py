"""What a person hangs into a fit: the base class, with Keras's method names."""

from collections.abc import Iterable
from typing import Any

Logs = dict[str, Any]


class Callback:
    """Base class. Override what you need; a batch hook that stays as it is costs nothing.

    `model` is the model being fitted (set `model.stop_training = True` to end the fit after the epoch),
    `params` has `epochs`, `steps`, `verbose`, the names of the `metrics`, and `validation_freq`.

    Example:
        >>> class Count(Callback):
        ...     epochs = 0
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.epochs += 1
    """

    model: Any = None
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        """Told which model is fitted."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Told how it is fitted."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch, also of a fit that was interrupted."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch, with its logs."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a step. Overriding this turns the epoch into single steps, which is slow."""

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a step. Overriding this turns the epoch into single steps, which is slow."""

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        """Every fifth of a second or so, after `steps` steps of the epoch.

        For progress, at no cost per step.
        """


class CallbackList(Callback):
    """Callbacks as one."""

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.callbacks = list(callbacks)

    @property
    def watches_batches(self) -> bool:
        """Whether any callback overrides a batch hook."""
        hooks = ("on_train_batch_begin", "on_train_batch_end")
        return any(
            getattr(type(c), hook) is not getattr(Callback, hook) for c in self.callbacks for hook in hooks
        )

    def set_model(self, model: Any) -> None:
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        for callback in self.callbacks:
            callback.set_params(params)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_train_end(logs)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_train_batch_end(batch, logs)

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        for callback in self.callbacks:
            callback.on_slice_end(steps, logs)
