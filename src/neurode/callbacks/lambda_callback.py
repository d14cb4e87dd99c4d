"""A callback made of functions."""

from collections.abc import Callable
from typing import Any

from neurode.callbacks.callback import HOOKS, Callback
from neurode.errors import UnknownNameError


class LambdaCallback(Callback):
    """Calls functions in place of hooks.

    Args:
        on_epoch_begin: A function of `(epoch, logs)`.
        on_epoch_end: A function of `(epoch, logs)`.
        on_train_begin: A function of `(logs)`.
        on_train_end: A function of `(logs)`.
        on_train_batch_begin: A function of `(batch, logs)`. It turns the epoch into single steps.
        on_train_batch_end: A function of `(batch, logs)`. It turns the epoch into single steps.
        **kwargs: A function for any other hook of `Callback`.

    Raises:
        UnknownNameError: If there is no such hook. (Keras takes any name and never calls it.)

    Example:
        >>> LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)).on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}
    """

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Callable | None,
    ) -> None:
        given: dict[str, Any] = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for hook, function in given.items():
            if hook not in HOOKS:
                raise UnknownNameError("hook", hook, HOOKS)
            if function is not None:
                setattr(self, hook, function)
