"""Shapley values from all coalitions, for few players."""

import math

import numpy as np
from jaxtyping import Bool, Float64

from neurode.explain.hybrids import Hybrids
from neurode.explain.permutation import Sampled

MOST_PLAYERS = 16
"""More have too many coalitions for anybody's patience."""

NUMBERS_AT_ONCE = 2**20
"""Predictions that are held at once: so few that they never fill the memory."""


def exact(
    hybrids: Hybrids,
    predictions: Float64[np.ndarray, "rows outputs"],
    of_background: Float64[np.ndarray, "background outputs"],
    *,
    keep_background: bool,
) -> Sampled:
    """The Shapley values of every row, from all coalitions with every background row; without error.

    Args:
        hybrids: Rows, background and model.
        predictions: Of the rows: the coalition of everyone.
        of_background: Of the background rows: the coalition of nobody.
        keep_background: Whether to keep the values against each background row.
    """
    n_players, n_rows, n_background = len(hybrids.players), hybrids.n_rows, hybrids.n_background
    coalitions, weights = all_coalitions(n_players), shapley_weights(n_players)
    between = coalitions[1:-1]
    values = np.zeros((n_rows, n_players, hybrids.n_outputs))
    kept = np.empty((n_background, *values.shape)) if keep_background else None
    at_once = max(1, NUMBERS_AT_ONCE // (len(coalitions) * hybrids.n_outputs))
    for start in range(0, n_rows * n_background, at_once):
        rows, background = np.divmod(
            np.arange(start, min(start + at_once, n_rows * n_background)), n_background
        )
        worth = np.empty((len(rows), len(coalitions), hybrids.n_outputs))
        worth[:, 0], worth[:, -1] = of_background[background], predictions[rows]
        if len(between):
            asked = np.broadcast_to(between, (len(rows), *between.shape))
            worth[:, 1:-1] = hybrids.predict(rows, background, asked)
        of_pairs = weights @ worth
        np.add.at(values, rows, of_pairs / n_background)
        if kept is not None:
            kept[background, rows] = of_pairs
    return Sampled(values, np.zeros_like(values), kept)


def all_coalitions(n_players: int) -> Bool[np.ndarray, "coalitions players"]:
    """Every coalition, nobody first and everyone last.

    Example:
        >>> all_coalitions(2).astype(int).tolist()
        [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return (np.arange(2**n_players)[:, None] >> np.arange(n_players) & 1).astype(bool)


def shapley_weights(n_players: int) -> Float64[np.ndarray, "players coalitions"]:
    r"""What each coalition's worth counts for in a player's value.

    A player $i$ of $M$ gets $\sum_{S \not\ni i} \frac{|S|! (M - |S| - 1)!}{M!} (v(S \cup i) - v(S))$.

    Example:
        >>> shapley_weights(2).tolist()
        [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]

    References:
        Shapley (1953), "A value for n-person games", equation 12.
    """
    within = all_coalitions(n_players)
    size = within.sum(axis=1)
    # One over players times the number of coalitions of so many others.
    chance = np.array([1 / (n_players * math.comb(n_players - 1, others)) for others in range(n_players)])
    joins, lacks = chance[np.maximum(size - 1, 0)], chance[np.minimum(size, n_players - 1)]
    return np.where(within.T, joins, -lacks)
