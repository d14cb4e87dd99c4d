"""Mixed rows inside our networks: encoded once, then mixed where the network is still linear."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from neurode.explain.first_layer import Cut, cut_of
from neurode.explain.mixing import Sums, Weights, featurizer, mixers
from neurode.explain.subject import Subject
from neurode.explain.table_hybrids import finite
from neurode.explain.tables import AnyTable, native
from neurode.models.prediction import predict_rows
from neurode.tables import Encoding
from neurode.typing import Columns

NUMBERS_AT_ONCE = 2**16
"""Numbers that a step of a piece computes in the widest layer: so few that they stay in a core's cache."""

MASKED_AT_ONCE, PARTS_AT_ONCE = 2**13, 2**19
"""Mixed rows of a piece, and numbers of the players' parts that it gathers."""

FEW_BACKGROUND = 1024
"""A background of so many rows is put through the first layer once, and kept."""


@dataclass(frozen=True, eq=False)
class NetworkHybrids:
    """Mixed rows of one of our networks.

    Every row is encoded once. Where the network goes on with a dense layer, each player's part of its sums is
    computed once a row; a mixed row is then a sum of parts, and only the rest of the network is computed for
    it. Pieces have few shapes, so that the programs are compiled once, and are computed side by side.

    Attributes:
        subject: The model.
        cut: Its network, cut behind the first layer.
        table: The rows that are explained, encoded.
        background: The rows that they are compared with, encoded.
        players: Names: a column each, or a group of columns.
        outputs: What the model's outputs are called.
        player_of_feature: For each feature the number of its player, -1 for none.
        weights: Of the network.
    """

    subject: Subject
    cut: Cut
    table: Columns
    background: Columns
    players: tuple[str, ...]
    outputs: tuple[str, ...]
    player_of_feature: Int[np.ndarray, " features"]
    weights: Weights

    @property
    def n_rows(self) -> int:
        return len(self.table.numbers)

    @property
    def n_background(self) -> int:
        return len(self.background.numbers)

    @property
    def n_outputs(self) -> int:
        return len(self.outputs)

    def predict(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        kept: Bool[np.ndarray, "n masks players"],
    ) -> Float64[np.ndarray, "n masks outputs"]:
        n, masks, players = kept.shape
        found = np.empty((n, masks, self.n_outputs))
        asked = self._asked(rows, background)
        wide = self._width * (players if self.cut.is_linear else masks)
        at_once = _power_below(min(MASKED_AT_ONCE // masks, PARTS_AT_ONCE // wide))
        masked = mixers(self.cut).masked

        def predicted(piece: slice, places: Int[np.ndarray, " padded"]) -> None:
            scores = masked(
                self.weights, asked.own, asked.others, asked.rows[places], asked.background[places],
                kept[places],
            )  # fmt: skip
            real = np.asarray(scores)[: piece.stop - piece.start]
            found[piece] = self._answers(real.reshape(-1, real.shape[-1])).reshape(*real.shape[:2], -1)

        _side_by_side(predicted, n, at_once)
        return found

    def walk(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        order: Int[np.ndarray, "n players"],
    ) -> Float64[np.ndarray, "n two steps outputs"]:
        n, players = order.shape
        found = np.empty((n, 2, players - 1, self.n_outputs))
        asked = self._asked(rows, background)
        at_once = _power_below(NUMBERS_AT_ONCE // self._width)
        walk = mixers(self.cut).walk

        def walked(piece: slice, places: Int[np.ndarray, " padded"]) -> None:
            steps = np.ascontiguousarray(order[places, :-1].T, dtype=np.int32)
            scores = walk(
                self.weights, asked.own, asked.others, asked.rows[places], asked.background[places], steps
            )
            real = np.asarray(scores)[:, :, : piece.stop - piece.start]
            answers = self._answers(real.reshape(-1, real.shape[-1])).reshape(*real.shape[:3], -1)
            forth_and_back = answers.transpose(1, 2, 0, 3)
            found[piece, 0] = forth_and_back[0]
            # The program counts who has left; on the way back the last in order are the first to come.
            found[piece, 1] = forth_and_back[1, :, ::-1]

        _side_by_side(walked, n, at_once)
        return found

    @property
    def _width(self) -> int:
        return sum(self.cut.units) or len(self.player_of_feature)

    def _answers(self, scores: Float[np.ndarray, "mixed units"]) -> Float64[np.ndarray, "mixed outputs"]:
        assert self.subject.meaning is not None
        return finite(self.subject.meaning(scores))

    @cached_property
    def _kernels(self) -> list[tuple[Int[np.ndarray, " own"], Float[np.ndarray, "own units"]]]:
        """The features of each player, and their rows of the kernel; last those of no player."""
        kernel = self.cut.kernel(self.weights.params)
        players = [*range(len(self.players)), -1]
        places = [np.flatnonzero(self.player_of_feature == player) for player in players]
        return [(place, kernel[place]) for place in places]

    @cached_property
    def _whole_background(self) -> Any:
        return self._first_layer(self.background)

    def _first_layer(self, columns: Columns) -> Any:
        """What mixing needs of these rows: the players' parts of the first layer's sums, or features."""
        features = predict_rows(featurizer(self.cut), *self.weights[:2], columns)
        if not self.cut.is_linear:
            return jnp.asarray(features)
        parts = np.empty((len(features), len(self.players), self._width), np.float32)
        *kernels, (nobody, rest) = self._kernels
        for player, (own, kernel) in enumerate(kernels):
            parts[:, player] = features[:, own] @ kernel
        return jax.tree.map(jnp.asarray, Sums(parts, parts.sum(axis=1), features[:, nobody] @ rest))

    def _asked(self, rows: Int[np.ndarray, " n"], background: Int[np.ndarray, " n"]) -> "_Asked":
        own, place = _distinct(rows)
        if self.n_background <= FEW_BACKGROUND:
            others, behind = self._whole_background, background
        else:
            distinct, behind = _distinct(background)
            others = self._first_layer(self.background.rows(distinct))
        first = self._first_layer(self.table.rows(own))
        return _Asked(first, others, place.astype(np.int32), behind.astype(np.int32))


class _Asked(NamedTuple):
    """What the pieces of one question share: the rows that it is about, and the place of each pair there."""

    own: Any
    others: Any
    rows: Int[np.ndarray, " n"]
    background: Int[np.ndarray, " n"]


def _distinct(rows: Int[np.ndarray, " n"]) -> tuple[Int[np.ndarray, " distinct"], Int[np.ndarray, " n"]]:
    """Each row once, up to a power of two, which makes few shapes; and the place of each there."""
    distinct, places = np.unique(rows, return_inverse=True)
    padding = _power_above(len(distinct)) - len(distinct)
    return np.concatenate([distinct, np.repeat(distinct[-1:], padding)]), places


def network_hybrids(
    subject: Subject,
    table: AnyTable,
    background: AnyTable,
    players: Mapping[str, Sequence[str]],
    outputs: tuple[str, ...],
) -> NetworkHybrids | None:
    """Mixed rows inside the network, None where they have to be made as tables.

    That is so if a feature comes from columns of two players: the days between two dates.
    """
    model = subject.estimator
    cut = cut_of(model.model_.network)
    if cut is None:
        return None
    number = {column: place for place, each in enumerate(players.values()) for column in each}
    by_column = _players_of_encoded(model.encoding_, number)
    if by_column is None:
        return None
    params, state = model.model_.read_weights()
    bias = cut.bias(params) if cut.is_linear else None
    of_feature = by_column[cut.encoding.columns_of_features()]
    own, others = (model.encoding_.transform(native(each)) for each in (table, background))
    return NetworkHybrids(
        subject, cut, own, others, tuple(players), outputs, of_feature,
        jax.tree.map(jnp.asarray, Weights(params, state, bias, of_feature.astype(np.int32))),
    )  # fmt: skip


def _players_of_encoded(encoding: Encoding, number: Mapping[str, int]) -> Int[np.ndarray, " columns"] | None:
    found: list[int] = []
    for each in encoding.numbers:
        owners = {number.get(name, -1) for name in each.between or (each.name,)}
        if len(owners) > 1:
            return None
        found.extend(owners)
    found.extend(number.get(each.name, -1) for each in encoding.categories)
    return np.array(found)


def _side_by_side(work: Callable[[slice, Int[np.ndarray, " padded"]], None], n: int, at_once: int) -> None:
    """Pieces of the pairs, one on each core; the last is padded to the next power of two."""

    def pieces() -> Iterator[tuple[slice, Int[np.ndarray, " padded"]]]:
        for start in range(0, n, at_once):
            stop = min(start + at_once, n)
            padded = min(at_once, _power_above(stop - start))
            yield slice(start, stop), np.minimum(np.arange(start, start + padded), n - 1)

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        list(pool.map(lambda piece: work(*piece), pieces()))


def _power_above(count: int) -> int:
    return max(8, 1 << (count - 1).bit_length())


def _power_below(count: int) -> int:
    return 1 << (max(8, count).bit_length() - 1)
