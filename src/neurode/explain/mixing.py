"""Mixed rows inside one compiled program: players come in one after the other, or as masks say."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from neurode.explain.first_layer import Cut
from neurode.training.compilation import cpu_options, enable_cache
from neurode.typing import Columns


class Sums(NamedTuple):
    """What the columns of each row add to the first layer, where that is linear.

    `parts` are of each player, `total` of all players, `rest` of the columns of no player.
    """

    parts: Any
    total: Any
    rest: Any


class Mixers(NamedTuple):
    """The compiled functions of a network, both pure.

    Args:
        walk: `(weights, own, others, rows, background, order) -> scores` `(steps, two, pairs, units)`.
        masked: `(weights, own, others, rows, background, kept) -> scores` `(pairs, masks, units)`.
    """

    walk: Callable[..., Array]
    masked: Callable[..., Array]


class Weights(NamedTuple):
    """The network's weights, the bias of its first layer, and each feature's player."""

    params: Any
    state: Any
    bias: Any
    players: Any


@functools.lru_cache(maxsize=64)
def mixers(cut: Cut) -> Mixers:
    """The compiled functions of a network that was cut."""
    enable_cache()
    kinds = (_walk_sums, _masked_sums) if cut.is_linear else (_walk_features, _masked_features)
    walk, masked = (jax.jit(functools.partial(kind, cut), compiler_options=cpu_options()) for kind in kinds)
    return Mixers(walk, masked)


@functools.lru_cache(maxsize=64)
def featurizer(cut: Cut) -> Callable[..., Array]:
    """`(params, state, columns) -> features`, compiled."""
    enable_cache()
    name = cut.encoding.label

    @jax.jit
    def features(params: Any, state: Any, columns: Columns) -> Array:
        return cut.encoding.apply(params.get(name, {}), state.get(name, {}), columns)[0]

    return features


def _walk_sums(
    cut: Cut,
    weights: Weights,
    own: Sums,
    others: Sums,
    rows: Int[Array, " pairs"],
    background: Int[Array, " pairs"],
    order: Int[Array, "steps pairs"],
) -> Float[Array, "steps two pairs units"]:
    rest = own.rest[rows] + weights.bias[None, :]
    begin = rest + others.total[background]
    both = begin + rest + own.total[rows]

    def step(sums: Array, player: Array) -> tuple[Array, Array]:
        sums = sums + own.parts[rows, player] - others.parts[background, player]
        # Whoever is in on the way there is out on the way back: the two rows add up to the same.
        return sums, jnp.stack([_scores(cut, weights, sums), _scores(cut, weights, both - sums)])

    return jax.lax.scan(step, begin, order)[1]


def _masked_sums(
    cut: Cut,
    weights: Weights,
    own: Sums,
    others: Sums,
    rows: Int[Array, " pairs"],
    background: Int[Array, " pairs"],
    kept: Bool[Array, "pairs masks players"],
) -> Float[Array, "pairs masks units"]:
    from_background = others.parts[background]
    begin = own.rest[rows] + weights.bias[None, :] + others.total[background]
    change = own.parts[rows] - from_background
    sums = begin[:, None, :] + kept.astype(jnp.float32) @ change
    return _scores(cut, weights, sums.reshape(-1, sums.shape[-1])).reshape(*kept.shape[:2], -1)


def _walk_features(
    cut: Cut,
    weights: Weights,
    own: Float[Array, "rows features"],
    others: Float[Array, "others features"],
    rows: Int[Array, " pairs"],
    background: Int[Array, " pairs"],
    order: Int[Array, "steps pairs"],
) -> Float[Array, "steps two pairs units"]:
    one, other = own[rows], others[background]
    nobody = weights.players[None, :] < 0

    def step(kept: Array, player: Array) -> tuple[Array, Array]:
        kept = kept | (weights.players[None, :] == player[:, None])
        forth, back = jnp.where(kept | nobody, one, other), jnp.where(kept & ~nobody, other, one)
        return kept, jnp.stack([_scores(cut, weights, forth), _scores(cut, weights, back)])

    begin = jnp.zeros((len(rows), len(weights.players)), bool)
    return jax.lax.scan(step, begin, order)[1]


def _masked_features(
    cut: Cut,
    weights: Weights,
    own: Float[Array, "rows features"],
    others: Float[Array, "others features"],
    rows: Int[Array, " pairs"],
    background: Int[Array, " pairs"],
    kept: Bool[Array, "pairs masks players"],
) -> Float[Array, "pairs masks units"]:
    with_nobody = jnp.concatenate([kept, jnp.ones((*kept.shape[:2], 1), bool)], axis=2)
    from_row = with_nobody[:, :, weights.players]
    mixed = jnp.where(from_row, own[rows][:, None, :], others[background][:, None, :])
    return _scores(cut, weights, mixed.reshape(-1, mixed.shape[-1])).reshape(*kept.shape[:2], -1)


def _scores(cut: Cut, weights: Weights, x: Float[Array, "rows wide"]) -> Float[Array, "rows units"]:
    """The rest of the network, from the sums of its first layers or from features."""
    given: Any = x
    if len(cut.firsts) > 1:
        given = tuple(jnp.split(x, np.cumsum(cut.units)[:-1].tolist(), axis=1))
    return cut.rest.apply(weights.params, weights.state, given)[0]
