"""Stop when it no longer gets better."""

from typing import Any

from neurode.callbacks.callback import Logs
from neurode.callbacks.monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Ends a fit when the monitored quantity has not improved for a while.

    Args:
        monitor: Name of a quantity of the history. An unknown one gives a warning every epoch.
        min_delta: Least change that counts as better, in units of the quantity.
        patience: Epochs without a better value before the fit ends.
        verbose: 1 prints a line when the fit is ended.
        mode: `"min"`, `"max"`, or `"auto"` by the name.
        baseline: A value that has to be beaten for the patience to start again, or None.
        restore_best_weights: Whether the model gets back the weights of the best epoch when the fit ends,
            stopped or not. (Keras does so too since 3.0.)
        start_from_epoch: Epochs to wait before watching.

    Attributes:
        best: The best value met.
        best_epoch: Its epoch, from 0.
        stopped_epoch: The epoch after which the fit was ended, 0 if it was not.

    Raises:
        ArgumentError: At the end of an epoch, if the name does not tell whether the quantity should rise.

    Example:
        >>> stopping = EarlyStopping("loss", patience=2)
        >>> stopping.on_epoch_end(0, {"loss": 0.5})
        >>> stopping.best, stopping.wait
        (0.5, 0)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float | int = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | int | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.best: float | int | None = None
        self.best_epoch = self.stopped_epoch = self.wait = 0
        # A train state is never changed in place, so keeping the object keeps the weights.
        self._best_state: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        value = self.value_in(logs, epoch, "early stopping waits for it")
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self._best_state is None:
            self._keep(epoch)
        self.wait += 1
        if self.is_improvement(value, self.best, logs):
            self.best = value
            self._keep(epoch)
            # Only a value that beats the baseline resets the patience, as in Keras.
            if self.baseline is None or self.is_improvement(value, self.baseline, logs):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self._best_state is not None:
            best = self._best_state
            self.model.train_state = self.model.train_state._replace(params=best.params, state=best.state)
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
        self._best_state = None

    def state_dict(self) -> dict[str, Any]:
        """What counts over epochs, the best weights included."""
        counts = {name: getattr(self, name) for name in ("best", "best_epoch", "stopped_epoch", "wait")}
        if self._best_state is None:
            return counts
        now = self.model.train_state
        try:
            self.model.train_state = self._best_state
            return {**counts, "best_weights": self.model.get_weights()}
        finally:
            self.model.train_state = now

    def load_state_dict(self, values: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        weights = values.get("best_weights")
        for name in ("best", "best_epoch", "stopped_epoch", "wait"):
            setattr(self, name, values[name])
        if self.restore_best_weights and weights is not None:
            now = self.model.train_state
            self.model.set_weights(weights)
            self._best_state, self.model.train_state = self.model.train_state, now

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self._best_state = self.model.train_state
