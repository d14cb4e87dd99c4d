import io
import re
import sys
from types import ModuleType

import pytest

from neurode.callbacks import CallbackList, ProgbarLogger, progress

LOGS = {"loss": 0.52341, "val_loss": 1.5, "accuracy": 0.75, "val_accuracy": 0.0}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(logger, steps=4, slices=(1, 3, 4), epochs=1, logs=LOGS):
    everyone = CallbackList(logger)
    everyone.set_params({"epochs": epochs, "steps": steps})
    for epoch in range(epochs):
        everyone.on_epoch_begin(epoch)
        for done in slices:
            everyone.on_slice_end(done, {"loss": 0.52341})
        everyone.on_epoch_end(epoch, logs)
    return logger._stream.getvalue()


def without_times(text):
    """Seconds and their share a step differ from run to run."""
    return re.sub(r"\d+s \d+(s|ms|us)/step", "TIME", text)


def test_a_file_gets_the_last_state_of_the_bar():
    text = printed(ProgbarLogger(1, io.StringIO()))
    assert without_times(text) == (
        "Epoch 1/1\n4/4 ━━━━━━━━━━━━━━━━━━━━ TIME - accuracy: 0.7500 - loss: 0.5234"
        " - val_accuracy: 0.0000 - val_loss: 1.5000\n"
    )


def test_verbose_2_is_a_line_an_epoch():
    text = printed(ProgbarLogger(2, io.StringIO()), epochs=2)
    line = "4/4 - TIME - accuracy: 0.7500 - loss: 0.5234 - val_accuracy: 0.0000 - val_loss: 1.5000\n"
    assert without_times(text) == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_verbose_2_does_not_move_in_a_terminal_either():
    assert "\r" not in printed(ProgbarLogger(2, Terminal()))


def test_a_terminal_sees_the_bar_move():
    text = without_times(printed(ProgbarLogger(1, Terminal())))
    states = text.removeprefix("Epoch 1/1\n").split("\r\x1b[2K")[1:]
    assert [state.split(" TIME")[0] for state in states] == [
        "1/4 ━━━━━╸              ",
        "3/4 ━━━━━━━━━━━━━━━╸    ",
        "4/4 ━━━━━━━━━━━━━━━━━━━━",  # the last slice is drawn with the epoch's logs
    ]
    assert [state.endswith("\n") for state in states] == [False, False, True]


def test_the_bar_has_one_width_at_every_step():
    bars = []
    for steps in range(1, 100):
        text = printed(ProgbarLogger(1, Terminal()), steps=100, slices=(steps,))
        bars.append(re.search(r"2K\d+/100 (.*?) \d+s ", text)[1])
    assert {len(bar) for bar in bars} == {progress.WIDTH}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5000"),
        (0.0, "0.0000"),
        (12345.678, "12345.6780"),
        (0.0005, "5.0000e-04"),  # Keras changes to this form at 1e-3
        (-0.25, "-0.2500"),
        (float("nan"), "nan"),
        ([0.5, 0.25], "[0.5000 0.2500]"),
    ],
)
def test_numbers_look_like_those_of_keras(value, text):
    assert f"loss: {text}" in printed(ProgbarLogger(2, io.StringIO()), logs={"loss": value})


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.4, "2s"), (1.0, "1s"), (0.0234, "23ms"), (0.000047, "47us"), (0.0, "0us")]
)
def test_a_duration_has_the_unit_that_fits(seconds, text):
    assert progress._duration(seconds) == text


def test_the_time_left_is_told_while_it_runs(monkeypatch):
    clock = iter([0.0, 2.0, 8.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    text = printed(ProgbarLogger(1, Terminal()), slices=(1,))
    # One of four steps in 2 seconds: 6 seconds are left; at the end 8 seconds went by.
    assert "6s 2s/step - loss" in text
    assert "8s 2s/step - accuracy" in text


def test_standard_output_is_met_late_so_that_it_can_be_redirected(capsys):
    logger = ProgbarLogger(2)
    logger.set_params({"epochs": 1, "steps": 1})
    logger.on_epoch_begin(0)
    assert capsys.readouterr().out == "Epoch 1/1\n"


def test_a_notebook_updates_one_line(monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    shell = type("ZMQInteractiveShell", (), {})()
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython, ipython.display = (lambda: shell), display
    display.display = lambda *args, **kwargs: Handle()
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    stream = io.StringIO()
    assert printed(ProgbarLogger(1, stream)) == "Epoch 1/1\n"
    assert [line.split()[0] for line in shown] == ["1/4", "3/4", "4/4"]


def test_verbose_0_prints_nothing():
    assert printed(ProgbarLogger(0, io.StringIO())) == ""


@pytest.mark.parametrize(("asked", "verbose"), [("auto", 1), (0, 0), (2, 2)])
def test_the_fit_says_how_much_to_print(asked, verbose):
    logger, given = ProgbarLogger(), ProgbarLogger(2)
    CallbackList([logger, given]).set_params({"epochs": 1, "steps": 1, "verbose": asked})
    assert (logger.verbose, given.verbose) == (verbose, 2)


def test_an_evaluation_and_a_prediction_end_with_a_line():
    logger = ProgbarLogger(1, io.StringIO())
    logger.set_params({"epochs": 1, "steps": 4})
    logger.on_test_begin()
    logger.on_test_end({"accuracy": 0.75, "loss": 0.5})
    logger.on_predict_begin()
    logger.on_predict_end({"outputs": None})
    bar = "4/4 ━━━━━━━━━━━━━━━━━━━━ TIME"
    assert without_times(logger._stream.getvalue()) == f"{bar} - accuracy: 0.7500 - loss: 0.5000\n{bar}\n"


def test_validation_inside_a_fit_has_no_line_of_its_own():
    logger = ProgbarLogger(1, io.StringIO())
    logger.set_params({"epochs": 1, "steps": 4})
    logger.on_train_begin()
    logger.on_test_begin()
    logger.on_test_end({"loss": 0.5})
    assert logger._stream.getvalue() == ""
    logger.on_train_end()
    logger.on_test_begin()
    logger.on_test_end({"loss": 0.5})
    assert "loss: 0.5000" in logger._stream.getvalue()


def test_a_source_of_unknown_length_counts_up_and_knows_it_afterwards():
    logger = ProgbarLogger(1, Terminal())
    text = without_times(printed(logger, steps=None, slices=(2, 4), epochs=2))
    first, second = text.split("Epoch 2/2")
    assert "2/Unknown TIME - loss" in first
    assert "4/4 ━━━━━━━━━━━━━━━━━━━━ TIME - accuracy" in first
    assert "2/4 ━━━━━━━━━━╸          TIME - loss" in second
