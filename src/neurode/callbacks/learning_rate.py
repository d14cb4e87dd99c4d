"""Callbacks that change the learning rate between epochs."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from neurode.callbacks.callback import Callback, Logs
from neurode.callbacks.monitor import MonitorCallback
from neurode.errors import ArgumentError


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of every epoch.

    The rate is written into the logs as `learning_rate`.

    Args:
        schedule: A function of the epoch (from 0) and the rate so far that returns the new rate; or of the
            epoch alone.
        verbose: 1 prints a line an epoch.

    Raises:
        ArgumentError: When it is called, if the schedule returns no finite number.

    Example:
        >>> halving = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
        >>> halving.schedule(1, 0.5)
        0.25
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose
        self._takes_rate = _takes(schedule, 0, 0.1)
        self._begun: dict[str, Any] = {}
        self._resumed = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._begun, self._resumed = {}, False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        before = learning_rate_of(self.model)
        if self._resumed and self._begun.get("epoch") == epoch:
            # An epoch that is entered again in its middle has its rate already.
            before = self._begun["before"]
        self._begun, self._resumed = {"epoch": epoch, "before": before}, False
        rate = self.schedule(epoch, before) if self._takes_rate else self.schedule(epoch)
        if not _is_number(rate):
            raise ArgumentError(
                f"the schedule returned {rate!r} for epoch {epoch}", hint="return the rate, a finite number"
            )
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = learning_rate_of(self.model)

    def state_dict(self) -> dict[str, Any]:
        """The epoch that was begun last and the rate before it."""
        return dict(self._begun)

    def load_state_dict(self, values: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._begun, self._resumed = dict(values), True


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate when the monitored quantity has not improved for a while.

    The new rate is `max(rate · factor, min_lr)`. The rate of the epoch is written into the logs as
    `learning_rate`.

    Args:
        monitor: Name of a quantity of the history. An unknown one gives a warning every epoch.
        factor: What the rate is multiplied with, below 1.
        patience: Epochs without a better value before the rate is lowered.
        verbose: 1 prints a line when it is.
        mode: `"min"`, `"max"`, or `"auto"` by the name.
        min_delta: Least change that counts as better, in units of the quantity.
        cooldown: Epochs after a change in which the patience does not run.
        min_lr: The lowest rate.

    Raises:
        ArgumentError: If the factor is 1 or more.

    Example:
        >>> ReduceLROnPlateau(factor=0.5, patience=3).in_cooldown()
        False
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float | int = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float | int = 1e-4,
        cooldown: int = 0,
        min_lr: float | int = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1:
            raise ArgumentError(f"factor={factor!r} would not lower the rate", hint="give one below 1")
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self._reset()

    def _reset(self) -> None:
        self.best: float | int | None = None
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = {} if logs is None else logs
        logs["learning_rate"] = learning_rate_of(self.model)
        value = self.value_in(logs, epoch, "the learning rate stays")
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best, logs):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def in_cooldown(self) -> bool:
        """Whether the patience does not run yet."""
        return self.cooldown_counter > 0

    def state_dict(self) -> dict[str, Any]:
        """What counts over epochs."""
        return {name: getattr(self, name) for name in ("best", "cooldown_counter", "wait")}

    def load_state_dict(self, values: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        for name in ("best", "cooldown_counter", "wait"):
            setattr(self, name, values[name])

    def _reduce(self, epoch: int) -> None:
        rate = learning_rate_of(self.model)
        # The rate comes from single precision, so the bound has to go there too to be met.
        if rate <= float(np.float32(self.min_lr)):
            return
        lower = max(rate * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = float(lower)
        self.cooldown_counter, self.wait = self.cooldown, 0
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {lower}.")


def learning_rate_of(model: Any) -> float:
    """The optimiser's learning rate as training sees it: rounded to single precision, as Keras reports it.

    Example:
        >>> from types import SimpleNamespace
        >>> learning_rate_of(SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.1)))
        0.10000000149011612
    """
    rate = model.optimizer.learning_rate
    if callable(rate):
        # A schedule is a function of the steps taken; any other function takes nothing.
        rate = rate(model.train_state.step) if _takes(rate, 0) else rate()
    return float(np.float32(rate))


def _takes(function: Callable[..., Any], *arguments: Any) -> bool:
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        return True  # A function in C that tells nothing of its arguments.
    return True


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False
