import math
from types import SimpleNamespace

import pytest

from neurode.callbacks import CallbackList, TerminateOnNaN
from neurode.errors import DivergedError


def told(callback, hook, logs):
    model = SimpleNamespace(stop_training=False)
    everyone = CallbackList(callback)
    everyone.set_model(model)
    getattr(everyone, hook)(7, logs)
    return model.stop_training


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_diverged"])
@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_ends_the_fit(capsys, hook, loss):
    assert told(TerminateOnNaN(), hook, {"loss": loss})
    assert capsys.readouterr().out == "Batch 7: Invalid loss, terminating training\n"


def test_a_finite_loss_or_none_does_not():
    assert not told(TerminateOnNaN(), "on_train_batch_end", {"loss": 1e30})
    assert not told(TerminateOnNaN(), "on_train_batch_end", None)


def test_it_raises_if_asked():
    with pytest.raises(DivergedError, match="the loss became nan at batch 7"):
        told(TerminateOnNaN(raise_error=True), "on_diverged", {"loss": math.nan})
