import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from neurode.callbacks import EarlyStopping
from neurode.errors import ArgumentError, UnknownNameError
from neurode.layers import Dense
from neurode.live import LivePlot
from neurode.models import Sequential


@pytest.fixture
def shown(monkeypatch):
    """Pictures that a notebook would have shown, each with whether it took another's place."""
    pictures = []

    class Image:
        def __init__(self, data, format, retina):
            assert format == "png"
            assert retina
            self.data = data

    def display(picture, display_id):
        pictures.append((False, picture.data))
        return SimpleNamespace(update=lambda later: pictures.append((True, later.data)))

    shell = type("ZMQInteractiveShell", (), {})()
    ipython, module = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython, ipython.display = (lambda: shell), module
    # matplotlib asks for it.
    ipython.version_info = (9, 0, 0)
    module.Image, module.display = Image, display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return pictures


def told(plot, epochs, **more):
    plot.on_train_begin()
    for epoch in range(epochs):
        plot.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), **more})
    plot.on_train_end()


def test_a_picture_is_replaced_in_place(shown):
    told(LivePlot(seconds=0), 1)
    told(LivePlot(seconds=1000), 5)
    # The second fit: one picture at its first epoch, the last state at its end.
    assert [replaced for replaced, _ in shown] == [False, False, True]
    assert all(data.startswith(b"\x89PNG") for _, data in shown)
    assert shown[1][1] != shown[2][1]


def test_drawing_takes_at_most_a_tenth_of_the_time(shown, monkeypatch):
    now = [0.0]
    plot = LivePlot(seconds=0.5)
    monkeypatch.setattr("neurode.live.time", SimpleNamespace(perf_counter=lambda: now[0]))
    draw = plot._draw

    def slow():
        # Each look at the clock inside takes its share.
        monkeypatch.setattr(
            "neurode.live.time",
            SimpleNamespace(perf_counter=lambda: now.__setitem__(0, now[0] + 1) or now[0]),
        )
        draw()
        monkeypatch.setattr("neurode.live.time", SimpleNamespace(perf_counter=lambda: now[0]))

    monkeypatch.setattr(plot, "_draw", slow)
    plot.on_train_begin()
    for epoch in range(40):
        now[0] += 1
        plot.on_epoch_end(epoch, {"loss": 1.0})
    # A picture of 1 second: the next one 10 seconds after it was begun.
    assert 3 <= len(shown) <= 5


def test_outside_a_notebook_nothing_is_drawn(monkeypatch):
    plot = LivePlot(seconds=0)
    monkeypatch.setattr(plot, "_draw", lambda: pytest.fail("drawn"))
    told(plot, 3)


def test_a_real_fit_marks_the_epoch_that_is_kept(shown, monkeypatch):
    marked = []
    real = LivePlot._best_epoch
    monkeypatch.setattr(LivePlot, "_best_epoch", lambda self: marked.append(real(self)) or marked[-1])
    net = Sequential([Dense(1, activation="sigmoid")], seed=0)
    net.compile(loss="binary_crossentropy", metrics=["accuracy"])
    x = np.linspace(-1, 1, 64)[:, None]
    plot = LivePlot(seconds=0, metrics=["loss"], theme="dark")
    net.fit(
        x,
        x[:, 0] > 0,
        epochs=3,
        validation_data=(x, x[:, 0] > 0),
        verbose=0,
        callbacks=[plot, EarlyStopping()],
    )
    assert len(shown) >= 1
    assert marked[-1] in (1, 2, 3)


def test_without_another_that_counts_no_epoch_is_marked():
    assert LivePlot()._best_epoch() is None


def test_settings_that_cannot_be_are_named():
    with pytest.raises(ArgumentError, match="seconds=-1"):
        LivePlot(seconds=-1)
    with pytest.raises(UnknownNameError, match="no theme named 'sepia'"):
        LivePlot(theme="sepia")
