import pytest

from neurode.callbacks import LambdaCallback
from neurode.callbacks.callback import HOOKS
from neurode.errors import UnknownNameError


@pytest.mark.parametrize("hook", HOOKS)
def test_any_hook_can_be_a_function(hook):
    seen = []
    getattr(LambdaCallback(**{hook: lambda *args: seen.append(args)}), hook)("x")
    assert seen == [("x",)]


def test_only_functions_for_batches_slow_the_epoch_down():
    assert not LambdaCallback(on_epoch_end=print, on_slice_end=print).watches_batches
    assert LambdaCallback(on_train_batch_end=print).watches_batches
    assert LambdaCallback(on_batch_begin=print).watches_batches


def test_a_hook_that_does_not_exist_is_named():
    with pytest.raises(UnknownNameError, match="did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)
