"""The record of a fit."""

from neurode.callbacks.callback import Callback, Logs


class History(Callback):
    """Loss and metrics of every epoch, as `Model.fit` returns them.

    Attributes:
        history: A list per quantity, one value an epoch; validation has the prefix `val_`.
        epoch: The numbers of the epochs, from 0.
        interrupted: Whether Ctrl-C ended the fit. The model then has the weights of the last step that was
            taken.
        interrupted_at: Where: epoch (from 0) and steps taken in it, or None.

    Example:
        >>> history = History()
        >>> history.on_epoch_end(0, {"loss": 0.5})
        >>> history.history, history.epoch
        ({'loss': [0.5]}, [0])
    """

    def __init__(self) -> None:
        self.history: dict[str, list] = {}
        self.epoch: list[int] = []
        self.interrupted = False
        self.interrupted_at: tuple[int, int] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        ended = ", interrupted" if self.interrupted else ""
        return f"History({len(self.epoch)} epochs of {', '.join(self.history) or 'nothing'}{ended})"
