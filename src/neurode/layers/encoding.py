"""The layer that takes table columns in: scaling, one-hot and embedding, inside the step."""

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from neurode.errors import ArgumentError, ShapeError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.records import record
from neurode.typing import Columns, Params, Shape, State

SCALINGS = ("min-max", "standard", "robust", "quantile", "piecewise")
QUANTILES = 33
"""Points of the grid of `scaling="quantile"` and `"piecewise"`."""

PIECES = 8
"""Bins of equally many training rows that `scaling="piecewise"` cuts a number into."""


@record
class TableEncoding(Layer):
    r"""Features from the columns of a table, so that a model takes raw columns.

    A number $x$ becomes $(x - \text{shift}) \cdot \text{scale}$, a gap becomes the column's fill value first
    and, where training rows have gaps, an extra 0/1 feature. A category becomes a one-hot or, above
    `one_hot_limit` codes, an embedding. "Missing" is a slot like any level; "unseen" is all zeros, since
    training never saw it. The statistics are weights that do not train: set them with `statistics` of a
    fitted `neurode.tables.Encoding`.

    Args:
        gaps: For each number column, whether it gets an indicator of gaps.
        cardinalities: For each category column, its number of codes: levels + 2.
        category_gaps: For each category column, whether "missing" has a slot; all have one if left out. A
            slot that no training row fills would keep its random weight.
        scaling: `"min-max"`, `"standard"`, `"robust"` (followed by the smooth clip $x / \sqrt{1 + (x /
            3)^2}$, which keeps long tails within ±3), `"quantile"` (the rank among training rows, as a normal
            score) or `"piecewise"` (both of the last two, and for each of 8 bins of equally many training
            rows the share of it that lies below the number).
        one_hot_limit: Most codes of a category that is one-hot.

    Example:
        >>> layer = TableEncoding(gaps=(True,), cardinalities=(4,), scaling="standard")
        >>> params, state = layer.init(jax.random.key(0), layer.columns_shape)
        >>> columns = Columns(jnp.array([[5.0], [jnp.nan]]), jnp.array([[2], [1]], jnp.uint8))
        >>> layer.apply(params, state, columns)[0]
        Array([[5., 0., 0., 1., 0.],
               [0., 1., 0., 0., 0.]], dtype=float32)

    References:
        Holzmüller et al. (2024), [Better by Default](https://arxiv.org/abs/2407.04491), section 3, for robust
        scaling with a smooth clip. Gorishniy, Rubachev, Babenko (2022), [On embeddings for numerical
        features](https://arxiv.org/abs/2203.05556), equation 1, for the piecewise linear encoding.
    """

    gaps: tuple[bool, ...]
    cardinalities: tuple[int, ...]
    category_gaps: tuple[bool, ...] = ()
    scaling: str = "robust"
    one_hot_limit: int = 32

    weight_names: ClassVar[tuple[str, ...]] = ("fill", "shift", "scale", "quantiles")

    def __post_init__(self) -> None:
        if self.scaling not in SCALINGS:
            raise ArgumentError(f"scaling={self.scaling!r}", available=f"scalings: {', '.join(SCALINGS)}")
        if not self.gaps and not self.cardinalities:
            raise ArgumentError(
                "a table encoding without columns", hint="give it at least one feature column"
            )

        if self.category_gaps and len(self.category_gaps) != len(self.cardinalities):
            raise ArgumentError(
                f"{len(self.category_gaps)} category_gaps for {len(self.cardinalities)} cardinalities",
                hint="give one for each category column",
            )

    @property
    def columns_shape(self) -> Columns:
        """The shape of one row: numbers and codes."""
        return Columns((len(self.gaps),), (len(self.cardinalities),))

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        self._check(input_shape)
        params = {
            f"embedding_{index}": jax.random.normal(jax.random.fold_in(key, index), (codes, width))
            / math.sqrt(width)
            for index, (codes, width) in self._embedded().items()
        }
        n = len(self.gaps)
        state = {"fill": jnp.zeros(n), "shift": jnp.zeros(n), "scale": jnp.ones(n)} if n else {}
        if n and self.scaling in ("quantile", "piecewise"):
            grid = jnp.linspace(0.0, 1.0, QUANTILES)
            state["quantiles"] = jnp.broadcast_to(grid[None, :], (n, QUANTILES))
        return params, state

    def apply(
        self,
        params: Params,
        state: State,
        x: Columns,
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Float[Array, "rows features"], State]:
        self._check(Columns(x.numbers.shape[1:], x.codes.shape[1:]))
        parts = []
        if self.gaps:
            missing = jnp.isnan(x.numbers)
            parts.append(self._scaled(state, jnp.where(missing, state["fill"][None, :], x.numbers)))
            if any(self.gaps):
                parts.append(missing[:, np.flatnonzero(self.gaps)].astype(jnp.float32))
        parts += self._one_hot(x.codes)
        for index in self._embedded():
            codes = x.codes[:, index].astype(jnp.int32)
            known = (codes != 1) if self._has_missing(index) else (codes > 1)
            seen = known.astype(jnp.float32)[:, None]
            parts.append(params[f"embedding_{index}"][codes] * seen)
        return jnp.concatenate(parts, axis=1), state

    def output_shape(self, input_shape: Any) -> Shape:
        self._check(input_shape)
        embedded = sum(width for _, width in self._embedded().values())
        return (len(self.gaps) * self._width + sum(self.gaps) + len(self._slots()[0]) + embedded,)

    @property
    def embeds(self) -> bool:
        """Whether any category has more codes than are one-hot."""
        return bool(self._embedded())

    def columns_of_features(self) -> Int[np.ndarray, " features"]:
        """For each output feature the column that it comes from: number columns first, then categories."""
        numbers = np.arange(len(self.gaps))
        pieces = np.repeat(numbers, self._width - 2) if self.scaling == "piecewise" else numbers[:0]
        both = np.tile(numbers, 2) if self.scaling == "piecewise" else numbers
        embedded = [np.full(width, column) for column, (_, width) in self._embedded().items()]
        categories = np.concatenate([self._slots()[0], *embedded]).astype(int) + len(self.gaps)
        return np.concatenate([both, pieces, np.flatnonzero(self.gaps), categories])

    @property
    def _width(self) -> int:
        """How many features a number becomes."""
        return 2 + PIECES if self.scaling == "piecewise" else 1

    def _check(self, input_shape: Any) -> None:
        if not isinstance(input_shape, Columns) or input_shape != self.columns_shape:
            raise ShapeError(
                f"{self.label} was built for {len(self.gaps)} number and {len(self.cardinalities)} category "
                f"columns, got rows of shape {input_shape}",
                hint="encode the table with the encoding that this model was built from",
            )

    def _scaled(self, state: State, numbers: Float[Array, "rows columns"]) -> Float[Array, "rows wide"]:
        if self.scaling == "quantile":
            return _normal_scores(numbers, state["quantiles"])
        scaled = (numbers - state["shift"][None, :]) * state["scale"][None, :]
        if self.scaling not in ("robust", "piecewise"):
            return scaled
        bent = scaled / jnp.sqrt(1 + jnp.square(scaled / 3))
        if self.scaling == "robust":
            return bent
        quantiles = state["quantiles"]
        shares = _shares(numbers, quantiles[:, :: (QUANTILES - 1) // PIECES])
        pieces = shares.reshape(len(numbers), len(self.gaps) * PIECES)
        return jnp.concatenate([bent, _normal_scores(numbers, quantiles), pieces], axis=1)

    def _slots(self) -> tuple[np.ndarray, np.ndarray]:
        """Column and code of every one-hot feature. Code 1, unseen, has none."""
        pairs = [
            (column, code)
            for column, codes in enumerate(self.cardinalities)
            if codes <= self.one_hot_limit
            for code in range(codes)
            if code > 1 or (code == 0 and self._has_missing(column))
        ]
        columns, codes = np.array(pairs, np.int32).reshape(-1, 2).T
        return columns, codes

    def _has_missing(self, column: int) -> bool:
        return not self.category_gaps or self.category_gaps[column]

    def _one_hot(self, codes: Array) -> list[Float[Array, "rows features"]]:
        columns, slots = self._slots()
        if not len(columns):
            return []
        return [(codes[:, columns] == slots.astype(codes.dtype)[None, :]).astype(jnp.float32)]

    def _embedded(self) -> dict[int, tuple[int, int]]:
        """Codes and width of every embedded column, by its number."""
        return {
            column: (codes, embedding_width(codes))
            for column, codes in enumerate(self.cardinalities)
            if codes > self.one_hot_limit
        }


def embedding_width(codes: int) -> int:
    """A rule of thumb for the width of an embedding, $\\min(32, \\lceil 1.6 \\, n^{0.4} \\rceil)$.

    Example:
        >>> embedding_width(100), embedding_width(10_000)
        (11, 32)
    """
    return min(32, math.ceil(1.6 * codes**0.4))


def _shares(
    numbers: Float[Array, "rows columns"], quantiles: Float[Array, "columns points"]
) -> Float[Array, "rows columns bins"]:
    """How far each bin of the grid is climbed: 0 below it, 1 above it."""
    # A bin of no height is climbed by half at its value, so that a repeated value gets the middle of its
    # ranks.
    low, high = quantiles[None, :, :-1], quantiles[None, :, 1:]
    climbed = numbers[:, :, None] - low
    height = high - low
    flat = 0.5 * ((climbed > 0).astype(jnp.float32) + (climbed >= 0))
    return jnp.where(height > 0, jnp.clip(climbed / jnp.where(height > 0, height, 1), 0, 1), flat)


def _normal_scores(
    numbers: Float[Array, "rows columns"], quantiles: Float[Array, "columns points"]
) -> Float[Array, "rows columns"]:
    # The rank is a mean of shares: no search, no gather.
    rank = _shares(numbers, quantiles).mean(axis=2)
    # The outermost ranks are kept within ±3 standard deviations. There the inverse error function is as exact
    # in float32 as `ndtri`, and quicker: `ndtri` computes far tails for every number.
    return math.sqrt(2) * jax.lax.erf_inv(2 * jnp.clip(rank, 0.00135, 0.99865) - 1)
