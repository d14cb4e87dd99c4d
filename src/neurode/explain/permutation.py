"""Shapley values by walks: players come in one after the other, in random orders and the reverse of each."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int

from neurode.explain.hybrids import Hybrids

NUMBERS_AT_ONCE = 2**20
"""Predictions that are held at once: so few that they never fill the memory."""


class Sampled(NamedTuple):
    """Shapley values of rows and their standard errors, and the values against each background row."""

    values: Float64[np.ndarray, "rows players outputs"]
    errors: Float64[np.ndarray, "rows players outputs"]
    by_background: Float64[np.ndarray, "background rows players outputs"] | None


class Turns(NamedTuple):
    """How orders are made of a few that are drawn: each is turned as often as there are players.

    A player then stands at every place of the order equally often. `group` is which of the drawn orders a
    background row gets, `by` how far it is turned.
    """

    group: Int[np.ndarray, " background"]
    by: Int[np.ndarray, " background"]

    @classmethod
    def of(cls, n_background: int, n_players: int) -> "Turns":
        """The turns of one round, which has an order for each background row.

        Example:
            >>> Turns.of(4, 2)
            Turns(group=array([0, 0, 1, 1]), by=array([0, 1, 0, 1]))
        """
        n_groups = -(-n_background // n_players)
        parts = [len(part) for part in np.array_split(np.arange(n_background), n_groups)]
        by = [np.arange(size) * n_players // size for size in parts]
        return cls(np.repeat(np.arange(n_groups), parts), np.concatenate(by))


def sample(
    hybrids: Hybrids,
    predictions: Float64[np.ndarray, "rows outputs"],
    of_background: Float64[np.ndarray, "background outputs"],
    *,
    n_rounds: int,
    seed: int,
    keep_background: bool,
) -> Sampled:
    """Shapley values from random orders, `n_rounds` for every row and background row, walked forth and back.

    A walk goes from a background row to the row that is explained, player by player; what each player changes
    is its value there. The walk in reverse order goes with it (an antithetic pair): where a player came early
    it now comes late, and most of what chance did in the one the other takes back. So does turning: see
    `Turns`. Every pair is of one background row, so the values of a row add up to its prediction less the
    mean prediction of the background, by construction.

    All rows are walked in the same orders (common random numbers), so what is said of a row depends neither
    on its place in the table nor on the rows beside it. The errors of different rows therefore go together: a
    mean over rows is not surer by the root of their number.

    An error is made of how the few rounds of a background row differ, so it has heavy tails where there are
    two: now and then one is far too small.

    Args:
        hybrids: Rows, background and model.
        predictions: Of the rows.
        of_background: Of the background rows.
        n_rounds: At least 1. With one, the errors are those of a background that is a random sample too, and
            so too large; with more, they are about the choice of orders alone.
        seed: Of the orders.
        keep_background: Whether to keep the values against each background row.

    References:
        Mitchell, Cooper, Frank, Holmes (2022), [Sampling permutations for Shapley value
        estimation](https://www.jmlr.org/papers/v23/21-0439.html), section 3.1, for antithetic pairs; turning
        is the cheapest of orders that are spread evenly, the idea of its section 3.
    """
    n_rows, n_players, n_background = hybrids.n_rows, len(hybrids.players), hybrids.n_background
    random, turns = np.random.default_rng(seed), Turns.of(n_background, n_players)
    shape = n_rows, n_players, hybrids.n_outputs
    values, errors = np.empty(shape), np.empty(shape)
    kept = np.empty((n_background, *shape)) if keep_background else None
    n_pairs = n_rounds * n_background
    at_once = max(1, NUMBERS_AT_ONCE // (2 * n_pairs * n_players * hybrids.n_outputs))
    turned = (np.arange(n_players)[None, :] + turns.by[:, None]) % n_players
    drawn = np.tile(np.arange(n_players), (n_rounds, turns.group[-1] + 1, 1))
    random.permuted(drawn, axis=2, out=drawn)
    of_a_row = drawn[:, turns.group[:, None], turned].reshape(n_pairs, n_players)
    for start in range(0, n_rows, at_once):
        rows = np.arange(start, min(start + at_once, n_rows))
        order = np.tile(of_a_row, (len(rows), 1))
        of_pairs = _walked(
            hybrids, predictions, of_background,
            np.repeat(rows, n_pairs), np.tile(np.arange(n_background), len(rows) * n_rounds), order,
        ).reshape(len(rows), n_rounds, n_background, *shape[1:])  # fmt: skip
        by_background = of_pairs.mean(axis=1)
        values[rows] = by_background.mean(axis=1)
        errors[rows] = np.sqrt(_variance(of_pairs, turns))
        if kept is not None:
            kept[:, rows] = by_background.swapaxes(0, 1)
    return Sampled(values, errors, kept)


def _walked(
    hybrids: Hybrids,
    predictions: Float64[np.ndarray, "rows outputs"],
    of_background: Float64[np.ndarray, "background outputs"],
    rows: Int[np.ndarray, " pairs"],
    background: Int[np.ndarray, " pairs"],
    order: Int[np.ndarray, "pairs players"],
) -> Float64[np.ndarray, "pairs players outputs"]:
    """What each player changes, the mean of the walk forth and the walk back."""
    n_pairs, n_players = order.shape
    path = np.empty((n_pairs, 2, n_players + 1, hybrids.n_outputs))
    path[:, :, 0] = of_background[background][:, None]
    path[:, :, -1] = predictions[rows][:, None]
    path[:, :, 1:-1] = hybrids.walk(rows, background, order)
    change = np.diff(path, axis=2)
    # Backwards the last player comes first.
    both = (change[:, 0] + change[:, 1, ::-1]) / 2
    found = np.empty_like(both)
    np.put_along_axis(found, order[:, :, None], both, axis=1)
    return found


def _variance(
    of_pairs: Float64[np.ndarray, "rows rounds background players outputs"], turns: Turns
) -> Float64[np.ndarray, "rows players outputs"]:
    r"""Of the mean of all pairs.

    As if each pair were drawn by itself it is $s^2 / (R B)$, $s^2$ the variance among the $R$ rounds of one
    background row. Orders that are turned make it smaller: by how much, tells the same from sums of turned
    pairs. There are few of those, so the factor of a whole row counts where it says more.
    """
    n_rounds, n_background = of_pairs.shape[1:3]
    if n_rounds == 1:
        return of_pairs[:, 0].var(axis=1, ddof=1) / n_background
    scale = 1 / (n_rounds * n_background**2)
    alone = of_pairs.var(axis=1, ddof=1).sum(axis=1) * scale
    starts = np.flatnonzero(np.diff(turns.group, prepend=-1))
    together = np.add.reduceat(of_pairs, starts, axis=2).var(axis=1, ddof=1).sum(axis=1) * scale
    total, turned = alone.sum(axis=1, keepdims=True), together.sum(axis=1, keepdims=True)
    factor = np.divide(turned, total, out=np.ones_like(total), where=total > 0)
    return np.maximum(together, alone * factor)
