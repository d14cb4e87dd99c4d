import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.drawing.names import elided_apart

MIDDLE = [f"a column with quite a name, number {i} of the total" for i in range(200)]


@pytest.mark.parametrize("length", [8, 12, 18, 28])
def test_names_that_differ_in_the_middle_stay_apart(length):
    shown = elided_apart(MIDDLE, length)
    assert len(set(shown)) == len(MIDDLE)
    assert max(map(len, shown)) <= length


def test_names_that_differ_where_no_piece_shows_it_are_numbered():
    names = [f"{'x' * 40}{a}{'y' * 30}{b}{'z' * 30}" for a in "ab" for b in "cd"]
    assert elided_apart(names, 12) == [f"xxxx…zzzz #{i}" for i in (1, 2, 3, 4)]


@given(st.lists(st.text("ab x", max_size=30)), st.integers(8, 20))
def test_different_names_never_look_alike_and_equal_ones_always_do(names, length):
    shown = elided_apart(names, length)
    assert [len(name) <= length for name in shown] == [True] * len(names)
    assert len(set(shown)) == len(set(names))


def test_short_names_stay_as_they_are():
    assert elided_apart(["age", "limit", "age"], 8) == ["age", "limit", "age"]
