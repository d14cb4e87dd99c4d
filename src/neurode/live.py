"""A fit that is watched while it runs: curves that are redrawn in place, in a notebook."""

import time
from collections.abc import Sequence
from typing import Any

from neurode.callbacks import Callback
from neurode.callbacks.callback import Logs
from neurode.callbacks.progress import in_notebook
from neurode.drawing.learning.history import draw_histories
from neurode.drawing.saving import figure_bytes
from neurode.drawing.style import PALETTES, figure_style
from neurode.errors import ArgumentError, UnknownNameError

LARGEST_SHARE = 0.1
"""Of the time of a fit that drawing may take."""

DPI = 192
"""Two dots for each of an ordinary screen."""


class LivePlot(Callback):
    """Draws loss and metrics while a network learns, and redraws them in place.

    Drawing takes at most a tenth of the time, however quick the epochs are. Outside a notebook nothing is
    drawn and nothing is loaded for it.

    Args:
        metrics: Which ones; all if left out.
        seconds: Least time from one picture to the next.
        theme: `"light"` or `"dark"`.

    Example:
        >>> import numpy as np
        >>> from neurode.layers import Dense
        >>> from neurode.models import Sequential
        >>> net = Sequential([Dense(1, activation="sigmoid")])
        >>> net.compile(loss="binary_crossentropy")
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> history = net.fit(x, x[:, 0] > 0, epochs=3, verbose=0, callbacks=[LivePlot()])
    """

    # The kept epoch is known once early stopping has seen the logs.
    after_others = True

    def __init__(
        self, metrics: Sequence[str] | None = None, seconds: float | int = 1.0, theme: str = "light"
    ) -> None:
        if not seconds >= 0:
            raise ArgumentError(f"seconds={seconds!r}", hint="give the least time between two pictures")
        if theme not in PALETTES:
            raise UnknownNameError("theme", theme, PALETTES)
        self.metrics, self.seconds, self.theme = metrics, seconds, theme
        self._history: dict[str, list[Any]] = {}
        self._picture: Any = None
        self._next = 0.0
        self._drawn_epochs = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._history, self._picture = {}, None
        self._next, self._drawn_epochs = 0.0, 0
        self._watched = in_notebook()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self._watched:
            return
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append(value)
        if time.perf_counter() >= self._next:
            self._draw()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._watched and self._n_epochs > self._drawn_epochs:
            self._draw()

    @property
    def _n_epochs(self) -> int:
        return max(map(len, self._history.values()), default=0)

    def _draw(self) -> None:
        from IPython.display import Image, display

        begun = time.perf_counter()
        with figure_style(self.theme):
            axes = draw_histories(self._history, self.metrics, self._best_epoch())
        picture = Image(data=figure_bytes(axes[0], "png", dpi=DPI), format="png", retina=True)
        if self._picture is None:
            self._picture = display(picture, display_id=True)
        else:
            self._picture.update(picture)
        self._drawn_epochs = self._n_epochs
        now = time.perf_counter()
        self._next = begun + max(self.seconds, (now - begun) / LARGEST_SHARE)

    def _best_epoch(self) -> int | None:
        """From 1, where another callback keeps count."""
        found = [callback.best_epoch for callback in self.siblings if hasattr(callback, "best_epoch")]
        return int(found[0]) + 1 if found else None
