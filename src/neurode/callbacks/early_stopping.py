"""Stop when it no longer gets better."""

from typing import Any

from neurode.callbacks.callback import Callback, Logs
from neurode.errors import ArgumentError, UnknownNameError

RISING = ("accuracy", "auc", "precision", "recall", "f1", "r2")
"""Parts of names of quantities that should rise; the others should fall."""


class EarlyStopping(Callback):
    """Ends a fit when the monitored quantity has not improved for a while.

    Args:
        monitor: Name of a quantity of the history.
        min_delta: Least change that counts as better, in units of the quantity.
        patience: Epochs without a better value before the fit ends.
        verbose: 1 prints a line when the fit is ended.
        mode: `"min"`, `"max"`, or `"auto"` by the name.
        baseline: A value that has to be beaten at all, or None.
        restore_best_weights: Whether the model gets back the weights of the best epoch when the fit ends,
            stopped or not. (Keras does so too since 3.0.)
        start_from_epoch: Epochs to wait before watching.

    Attributes:
        best: The best value met.
        best_epoch: Its epoch, from 0.
        stopped_epoch: The epoch after which the fit was ended, 0 if it was not.

    Raises:
        UnknownNameError: If the history has no such quantity.

    Example:
        >>> EarlyStopping(monitor="val_auc").mode
        'max'
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            raise ArgumentError(f"mode={mode!r}", available="modes: 'auto', 'min', 'max'")
        self.monitor, self.min_delta, self.patience, self.verbose = monitor, abs(min_delta), patience, verbose
        rising = any(part in monitor.lower() for part in RISING) and not monitor.endswith("loss")
        self.mode = mode if mode != "auto" else "max" if rising else "min"
        self.baseline, self.restore_best_weights = baseline, restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.best: float | None = None
        self.best_epoch = self.stopped_epoch = self.wait = 0
        self._best_weights: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor not in (logs or {}):
            every = getattr(self, "params", {}).get("validation_freq", 1)
            if self.monitor.startswith("val_") and (epoch + 1) % every:
                return  # This epoch is not validated.
            raise UnknownNameError("quantity of the history", self.monitor, list(logs or {}))
        if epoch < self.start_from_epoch:
            return
        value = logs[self.monitor]  # type: ignore[index]
        if self.restore_best_weights and self._best_weights is None:
            self._best_weights, self.best_epoch = self.model.train_state, epoch
        self.wait += 1
        if self._is_better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                # A train state is never changed in place, so keeping the object keeps the weights.
                self._best_weights = self.model.train_state
            # Only a value that beats the baseline resets the patience, as in Keras.
            if self.baseline is None or self._is_better(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self._best_weights is not None:
            best = self._best_weights
            self.model.train_state = self.model.train_state._replace(params=best.params, state=best.state)
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
        self._best_weights = None

    def _is_better(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        return value > than + self.min_delta if self.mode == "max" else value < than - self.min_delta
