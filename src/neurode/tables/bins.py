"""Bins: how many training rows lay where in a column, so that later rows can be laid beside them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Integer

from neurode.errors import FileError
from neurode.tables.stability import Stability, population_stability

N_BINS = 10
"""Bins of equally many training rows that a number column gets."""

LEAST_ROWS = 5
"""A bin of fewer training rows is merged with its neighbour: it would tell of persons, not of a spread."""

RARE = 0.01
"""A level of a smaller share of the training rows shares a bin with others."""

_RARE_GROUP = 0.05


@dataclass(frozen=True)
class NumberBins:
    """The bins of a number column: the gaps, then `edge < x <= next edge`, open at both ends.

    Args:
        name: The column.
        edges: The inner edges, increasing.
        counts: Training rows: gaps, then one number a bin.

    Example:
        >>> bins = NumberBins.fit("rate", np.sort(np.arange(100, dtype=np.float32)))
        >>> bins.edges[:3], bins.counts
        ((9.0, 19.0, 29.0), (0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10))
        >>> bins.count(np.array([5.0, 9.0, 500.0, np.nan], np.float32)).tolist()
        [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def fit(cls, name: str, ordered: Float32[np.ndarray, " rows"]) -> "NumberBins":
        """Ten bins of equally many rows, or fewer where values are tied or rows are few.

        Args:
            name: The column.
            ordered: The training values in increasing order, gaps last, as `numpy.sort` leaves them.
        """
        known = ordered[: _n_known(ordered)]
        n_bins = min(N_BINS, len(known) // LEAST_ROWS)
        places = np.ceil(np.arange(1, n_bins) * len(known) / max(n_bins, 1)).astype(int) - 1
        edges = np.unique(known[places])
        # An edge at the greatest value would leave the bin above it empty.
        edges = edges[edges < known[-1]] if len(known) else edges
        counts = _counts(ordered, edges)
        while len(edges) and counts[1:].min() < LEAST_ROWS:
            edges = np.delete(edges, _edge_to_drop(counts[1:]))
            counts = _counts(ordered, edges)
        return cls(name, tuple(edges.tolist()), tuple(counts.tolist()))

    def count(self, ordered: Float32[np.ndarray, " rows"]) -> Integer[np.ndarray, " bins"]:
        """How many of these rows are gaps, and how many lie in each bin.

        Args:
            ordered: Values in increasing order, gaps last.
        """
        return _counts(ordered, np.array(self.edges, np.float32))

    def stability(self, ordered: Float32[np.ndarray, " rows"]) -> Stability | None:
        """How far these rows are from the training rows; None where either are none."""
        return population_stability(np.array(self.counts), self.count(ordered))

    def checked(self) -> "NumberBins":
        """The bins, once they are known to be ones that `fit` could have made.

        Raises:
            FileError: The edges do not increase, or the counts do not fit them.
        """
        if any(low >= high for low, high in zip(self.edges, self.edges[1:])):
            raise FileError(f"the bins of {self.name!r} have edges that do not increase")
        _check_counts(self.name, self.counts, len(self.edges) + 2)
        return self


@dataclass(frozen=True)
class CategoryBins:
    """The bins of a category: the gaps, then rare and unseen levels, then each frequent level.

    A level of less than 1 % of the rows is rare. Where rare levels are many, neighbours in the order of the
    levels share bins of about 5 %, and unseen levels count to the first.

    Args:
        name: The feature.
        groups: The bin of each code: of a gap, of an unseen level, then of the levels.
        counts: Training rows by bin.

    Example:
        >>> codes = np.repeat(np.array([2, 3, 4, 0]), [600, 390, 3, 7])
        >>> bins = CategoryBins.fit("grade", np.bincount(codes, minlength=5))
        >>> bins.groups, bins.counts
        ((0, 1, 2, 1, 1), (7, 393, 600))
    """

    name: str
    groups: tuple[int, ...]
    counts: tuple[int, ...]

    @classmethod
    def fit(cls, name: str, by_code: Integer[np.ndarray, " codes"]) -> "CategoryBins":
        """The bins that the training rows suggest.

        Args:
            name: The feature.
            by_code: Training rows of each code.
        """
        levels, total = by_code[2:], int(by_code.sum())
        rare = levels < max(LEAST_ROWS, RARE * total)
        n_groups = max(1, int(levels[rare].sum() // max(_RARE_GROUP * total, 4 * LEAST_ROWS)))
        if 0 < levels[rare].sum() < LEAST_ROWS and not rare.all():
            rare[np.flatnonzero(~rare)[levels[~rare].argmin()]] = True
        pooled = levels[rare]
        middle = np.cumsum(pooled) - pooled / 2
        groups = np.empty(len(by_code), int)
        groups[:2] = 0, 1
        groups[2:][rare] = 1 + np.minimum(middle * n_groups // max(pooled.sum(), 1), n_groups - 1).astype(int)
        groups[2:][~rare] = 1 + n_groups + np.arange((~rare).sum())
        bins = cls(name, tuple(groups.tolist()), (0,) * (1 + n_groups + int((~rare).sum())))
        return cls(name, bins.groups, tuple(bins.count(by_code).tolist()))

    def count(self, by_code: Integer[np.ndarray, " codes"]) -> Integer[np.ndarray, " bins"]:
        """How many rows lie in each bin, from how many have each code."""
        counts = np.zeros(len(self.counts), np.int64)
        np.add.at(counts, np.array(self.groups), by_code)
        return counts

    def stability(self, by_code: Integer[np.ndarray, " codes"]) -> Stability | None:
        """How far these rows are from the training rows; None where either are none."""
        return population_stability(np.array(self.counts), self.count(by_code))

    def checked(self) -> "CategoryBins":
        """The bins, once they are known to be ones that `fit` could have made.

        Raises:
            FileError: A code has no bin, or the counts do not fit.
        """
        _check_counts(self.name, self.counts, max(self.groups, default=0) + 1)
        if len(self.groups) < 2 or min(self.groups) < 0:
            raise FileError(f"the bins of {self.name!r} leave codes without a bin")
        return self


def _counts(ordered: np.ndarray, edges: np.ndarray) -> np.ndarray:
    n_known = _n_known(ordered)
    ends = np.searchsorted(ordered[:n_known], edges, side="right")
    return np.array([len(ordered) - n_known, *np.diff(ends, prepend=0, append=n_known)])


def _n_known(ordered: np.ndarray) -> int:
    # In NumPy's order NaN comes after every number.
    return int(np.searchsorted(ordered, np.float32(np.nan)))


def _edge_to_drop(counts: np.ndarray) -> int:
    """The edge between the smallest bin and the smaller of its neighbours."""
    smallest = int(counts.argmin())
    if smallest == 0:
        return 0
    if smallest == len(counts) - 1 or counts[smallest - 1] <= counts[smallest + 1]:
        return smallest - 1
    return smallest


def _check_counts(name: str, counts: tuple[int, ...], n_bins: int) -> None:
    if len(counts) != n_bins or min(counts) < 0:
        raise FileError(f"the bins of {name!r} have counts that do not fit: {list(counts)!r:.60}")
