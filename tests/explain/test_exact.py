from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode.explain.exact import all_coalitions, shapley_weights
from neurode.explain.permutation import Turns


@st.composite
def games(draw):
    """The worth of every coalition of a few players."""
    n_players = draw(st.integers(1, 5))
    return n_players, draw(arrays(float, 2**n_players, elements=st.floats(-100, 100)))


@given(games())
def test_weights_are_the_mean_over_all_orders(game):
    n_players, worth = game
    number = {
        frozenset(np.flatnonzero(row).tolist()): place for place, row in enumerate(all_coalitions(n_players))
    }
    wanted = np.zeros(n_players)
    orders = list(permutations(range(n_players)))
    for order in orders:
        for place, player in enumerate(order):
            before = worth[number[frozenset(order[:place])]]
            wanted[player] += worth[number[frozenset(order[: place + 1])]] - before
    np.testing.assert_allclose(shapley_weights(n_players) @ worth, wanted / len(orders), atol=1e-10)


@given(games())
def test_values_share_out_what_everyone_is_worth(game):
    n_players, worth = game
    assert (shapley_weights(n_players) @ worth).sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)


@pytest.mark.parametrize(("n_background", "n_players"), [(12, 4), (20, 5), (3, 3)])
def test_turns_put_every_player_at_every_place(n_background, n_players):
    turns = Turns.of(n_background, n_players)
    for group in range(n_background // n_players):
        by = turns.by[turns.group == group]
        assert sorted(by) == list(range(n_players))


@pytest.mark.parametrize(("n_background", "n_players"), [(1, 5), (7, 5), (100, 23), (10, 200)])
def test_every_background_row_has_a_turn(n_background, n_players):
    turns = Turns.of(n_background, n_players)
    assert len(turns.group) == len(turns.by) == n_background
    assert turns.by.max() < n_players
    assert len({*zip(turns.group.tolist(), turns.by.tolist())}) == n_background
