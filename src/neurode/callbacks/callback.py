"""What a person hangs into a fit: the base class, with Keras's method names."""

from collections.abc import Sequence
from typing import Any

Logs = dict[str, Any]


class Callback:
    """Base class. Override what you need; a batch hook that stays as it is costs nothing.

    `model` is the model being fitted (set `model.stop_training = True` to end the fit after the epoch),
    `params` has `epochs`, `steps`, `verbose`, the names of the `metrics`, and `validation_freq`.
    `siblings` are the other callbacks of the fit.

    A callback that counts over epochs may also define `state_dict()`, which returns JSON values and lists of
    NumPy arrays, and `load_state_dict(values)`. `BackupAndRestore` then carries the counts over a restart.

    Example:
        >>> class Count(Callback):
        ...     epochs = 0
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.epochs += 1
    """

    model: Any = None
    params: Any = None
    siblings: Sequence["Callback"] = ()
    after_others = False
    """Whether this one is told after all others, wherever it stands in the list."""

    @property
    def watches_batches(self) -> bool:
        """Whether a hook for the batches of training is overridden: the epoch then goes in single steps."""
        return _overrides(self, "train") or any(
            _overridden(self, hook) for hook in ("on_batch_begin", "on_batch_end")
        )

    @property
    def watches_test_batches(self) -> bool:
        """Whether a hook for the batches of an evaluation is overridden."""
        return _overrides(self, "test")

    @property
    def watches_predict_batches(self) -> bool:
        """Whether a hook for the batches of a prediction is overridden."""
        return _overrides(self, "predict")

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
        """After an epoch, with its logs. What is written into them is recorded."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a step. Overriding this turns the epoch into single steps, which is slow."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a step. Overriding this turns the epoch into single steps, which is slow."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a step: the old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a step: the old name of `on_train_batch_end`."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation, that of validation rows included."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After an evaluation, with its logs."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of an evaluation. Overriding this slows evaluation down."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of an evaluation. Overriding this slows evaluation down."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of a prediction. Overriding this slows prediction down."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of a prediction. Overriding this slows prediction down."""

    def on_slice_end(self, steps: int, logs: Logs | None = None) -> None:
        """Every fifth of a second or so, after `steps` steps of the epoch.

        For progress, at no cost per step. Keras has no such hook.
        """

    def on_diverged(self, batch: int, logs: Logs | None = None) -> None:
        """When the loss became infinite or NaN at `batch` or a little before it.

        The fit raises `DivergedError` unless a callback sets `model.stop_training` here. Keras has no such
        hook.
        """


HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))
"""Names of all hooks."""


def _overrides(callback: Callback, stage: str) -> bool:
    return any(_overridden(callback, f"on_{stage}_batch_{end}") for end in ("begin", "end"))


def _overridden(callback: Callback, hook: str) -> bool:
    # A function that was set on the object has no `__func__`.
    return getattr(getattr(callback, hook), "__func__", None) is not getattr(Callback, hook)
