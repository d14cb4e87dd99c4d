from hypothesis import given
from hypothesis import strategies as st

from neurode.callbacks.batches import BatchCounter


@given(every=st.integers(1, 12), steps=st.integers(1, 7), epochs=st.integers(1, 6))
def test_every_so_many_batches_are_due_whatever_the_epochs(every, steps, epochs):
    counter = BatchCounter(every)
    due = [counter.is_due(batch) for _ in range(epochs) for batch in range(steps)]
    assert due == [(count + 1) % every == 0 for count in range(steps * epochs)]


def test_batches_that_were_skipped_count():
    counter = BatchCounter(5)
    assert [counter.is_due(batch) for batch in (1, 3, 4, 2)] == [False, False, True, False]
    assert counter.waiting == 3


def test_a_counter_goes_on_from_where_another_was():
    first, second = BatchCounter(5), BatchCounter(5)
    first.is_due(3)
    second.load_state_dict(first.state_dict())
    assert second.is_due(4)


def test_the_end_of_an_epoch_is_not_counted():
    counter = BatchCounter("epoch")
    assert counter.by_epoch
    assert not any(counter.is_due(batch) for batch in range(9))
