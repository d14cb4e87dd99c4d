"""Callbacks as one."""

from collections.abc import Iterator
from typing import Any

from neurode.callbacks.callback import Callback, Logs
from neurode.callbacks.history import History
from neurode.callbacks.progress import ProgbarLogger
from neurode.errors import DataTypeError


class CallbackList(Callback):
    """Passes every hook on to its callbacks, in order.

    Logs are sorted by name and are never None, as in Keras. A callback that says `after_others` is told last.

    Args:
        callbacks: One callback, or any nesting of lists of them.
        add_history: Whether to add a `History` if there is none.
        add_progbar: Whether to add a `ProgbarLogger` if there is none.
        model: The model they are told of, if it is known already.
        **params: What `set_params` tells them.

    Raises:
        DataTypeError: If something in the list is no callback.

    Example:
        >>> everyone = CallbackList([Callback()], add_history=True)
        >>> everyone.on_epoch_end(0, {"val_loss": 0.7, "loss": 0.5})
        >>> everyone.callbacks[1].history
        {'loss': [0.5], 'val_loss': [0.7]}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        everyone = list(_flat(callbacks))
        for kind, wanted in ((History, add_history), (ProgbarLogger, add_progbar)):
            if wanted and not any(isinstance(c, kind) for c in everyone):
                everyone.append(kind())
        self.callbacks: list[Callback] = sorted(everyone, key=lambda callback: callback.after_others)
        for callback in self.callbacks:
            callback.siblings = tuple(other for other in self.callbacks if other is not callback)
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Adds a callback."""
        CallbackList.__init__(self, [*self.callbacks, callback])

    @property
    def watches_batches(self) -> bool:
        """Whether any callback overrides a hook for the batches of training."""
        return any(callback.watches_batches for callback in self.callbacks)

    @property
    def watches_test_batches(self) -> bool:
        """Whether any callback overrides a hook for the batches of an evaluation."""
        return any(callback.watches_test_batches for callback in self.callbacks)

    @property
    def watches_predict_batches(self) -> bool:
        """Whether any callback overrides a hook for the batches of a prediction."""
        return any(callback.watches_predict_batches for callback in self.callbacks)

    def set_model(self, model: Any) -> None:
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._tell("on_train_begin", logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._tell("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._tell("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._tell("on_epoch_end", logs, epoch)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_train_batch_begin", logs, batch)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_train_batch_end", logs, batch)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_batch_begin", logs, batch)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_batch_end", logs, batch)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._tell("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_test_batch_begin", logs, batch)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_test_batch_end", logs, batch)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._tell("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_predict_batch_begin", logs, batch)

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_predict_batch_end", logs, batch)

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        self._tell("on_slice_end", logs, steps)

    def on_diverged(self, batch: int, logs: Logs | None = None) -> None:
        self._tell("on_diverged", logs, batch)

    def _tell(self, hook: str, logs: Logs | None, *where: int) -> None:
        # One dict for all: what an early callback writes into it the later ones read.
        shared = dict(sorted((logs or {}).items()))
        for callback in self.callbacks:
            getattr(callback, hook)(*where, shared)


def _flat(callbacks: Any) -> Iterator[Callback]:
    if callbacks is None:
        return
    if isinstance(callbacks, list | tuple):
        for part in callbacks:
            yield from _flat(part)
    elif isinstance(callbacks, Callback):
        yield callbacks
    else:
        hint = "add () to make one of it" if isinstance(callbacks, type) else "derive it from Callback"
        raise DataTypeError(f"{callbacks!r} is no callback", hint=hint)
