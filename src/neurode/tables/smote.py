"""SMOTE: new rows of a small class, each between a row of it and one of that row's neighbours."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import TableError
from neurode.tables.splitting.stratified import name_of
from neurode.typing import Columns

NEIGHBOURS = 5

BLOCK = 5_000
"""Neighbours are looked for among so many rows of a class at a time; the cost grows with its square."""

BLOCK_OF_CODES = 1_000
"""The same where there are only codes, between which distances are dearer."""

MOST_CELLS = 64_000_000
"""Cells of the largest array, one-hot neighbours of new rows, that are made at a time."""


def make_rows(
    columns: Columns,
    target_codes: np.ndarray,
    n_new: np.ndarray,
    random: np.random.Generator,
    classes: Sequence[Any] = (),
) -> tuple[Columns, np.ndarray]:
    """New rows for each class, by SMOTE, SMOTENC where there are codes, SMOTEN where there is nothing else.

    $x = x_i + u (x_j - x_i)$ with $u$ uniform in [0, 1) and $j$ one of the 5 neighbours of $i$ in its class;
    fewer where the class has fewer rows. A code is the commonest among the neighbours. Distances are between
    standardised numbers. A gap counts as the column's median there, and the new row has its gaps where the
    row of its class that is nearest to it has them. A column of whole numbers stays one: a fraction would
    tell a network which rows are made.

    A class of more than 5,000 rows (1,000 where there are only codes) is cut at random into blocks of at most
    that size, each with its own neighbours, which bounds memory and time.

    Args:
        columns: The encoded training rows.
        target_codes: The class of each.
        n_new: How many new rows each class is to get.
        random: Where the draws come from.
        classes: The names of the classes, for messages.

    Returns:
        The new rows, and their classes.

    Raises:
        TableError: A class that is to get new rows has only one.

    References:
        Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique, sections 4.2, 6.1 (SMOTE-NC)
        and 6.2 (SMOTE-N).
    """
    filled, shift, scale = _standardised(columns.numbers)
    whole = _are_whole(columns.numbers)
    made: list[Columns] = [Columns(columns.numbers[:0], columns.codes[:0])]
    made_codes: list[np.ndarray] = [target_codes[:0]]
    for code in np.flatnonzero(n_new):
        rows = random.permutation(np.flatnonzero(target_codes == code))
        if rows.size < 2:
            raise TableError(
                f"class {name_of(int(code), classes)} has a single training row, and SMOTE needs two",
                hint="balance by 'oversample' or 'class_weight', or add rows of that class",
            )
        others = random.permutation(np.flatnonzero(target_codes != code))
        n_blocks = -(-rows.size // (BLOCK if filled.shape[1] else BLOCK_OF_CODES))
        blocks = list(zip(np.array_split(rows, n_blocks), np.array_split(others, n_blocks)))
        n_draws = n_blocks * -(-int(n_new[code]) // (n_blocks * _most_rows(columns)))
        for draw, share in enumerate(np.array_split(np.arange(n_new[code]), n_draws)):
            if share.size:
                block, other = blocks[draw % n_blocks]
                seed = int(random.integers(2**31))
                new = _between(filled, columns.codes, block, other, share.size, seed)
                gaps = _gaps_of_nearest(new.numbers, filled[block], np.isnan(columns.numbers[block]))
                numbers = new.numbers * scale + shift
                numbers[:, whole] = np.round(numbers[:, whole])
                numbers[gaps] = np.nan
                made.append(Columns(numbers.astype(np.float32), new.codes))
                made_codes.append(np.full(share.size, code, target_codes.dtype))
    return Columns(*(np.concatenate(parts) for parts in zip(*made))), np.concatenate(made_codes)


def _standardised(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers with gaps filled by medians, of mean 0 and deviation 1; and the shift and scale back."""
    filled = np.empty(numbers.shape, np.float32)
    shift, scale = np.zeros(numbers.shape[1]), np.ones(numbers.shape[1])
    for place in range(numbers.shape[1]):
        values = numbers[:, place].astype(np.float64)
        gaps = np.isnan(values)
        values[gaps] = 0 if gaps.all() else np.median(values[~gaps])
        shift[place], scale[place] = values.mean(), values.std() or 1
        filled[:, place] = (values - shift[place]) / scale[place]
    return filled, shift, scale


def _are_whole(numbers: np.ndarray) -> np.ndarray:
    """For each column, whether all its numbers are whole."""
    return np.array([not (np.isfinite(values) & (values % 1 != 0)).any() for values in numbers.T], bool)


def _most_rows(columns: Columns) -> int:
    """New rows that are made at a time."""
    one_hot = columns.codes.max(axis=0, initial=0).astype(np.int64).sum() + columns.codes.shape[1]
    return max(1, MOST_CELLS // (NEIGHBOURS * int(columns.numbers.shape[1] + one_hot)))


def _between(
    numbers: np.ndarray, codes: np.ndarray, block: np.ndarray, others: np.ndarray, n_new: int, seed: int
) -> Columns:
    """New rows from those of one class, by imbalanced-learn."""
    n_numbers, n_codes = numbers.shape[1], codes.shape[1]
    # Only SMOTEN looks at the other classes: how far apart two levels are is in how they tell classes apart.
    others = others if not n_numbers else block[:1]
    rows = np.concatenate([block, others])
    target = np.repeat([1, 0], [block.size, others.size])
    table = np.hstack([numbers[rows], codes[rows]]) if n_numbers else codes[rows]
    with warnings.catch_warnings():
        # It warns where a class becomes the largest; of the rows that it is shown, this class always does.
        warnings.filterwarnings("ignore", "After over-sampling", UserWarning)
        made, _ = _sampler(n_numbers, n_codes, block.size, n_new, seed).fit_resample(table, target)
    made = made[rows.size :]
    return Columns(made[:, :n_numbers], made[:, n_numbers:].astype(codes.dtype))


def _sampler(n_numbers: int, n_codes: int, n_rows: int, n_new: int, seed: int) -> Any:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    settings = {
        "sampling_strategy": {1: n_rows + n_new},
        "k_neighbors": min(NEIGHBOURS, n_rows - 1),
        "random_state": seed,
    }
    if not n_codes:
        return SMOTE(**settings)
    if not n_numbers:
        return SMOTEN(**settings)
    code_columns = list(range(n_numbers, n_numbers + n_codes))
    return SMOTENC(categorical_features=code_columns, categorical_encoder=_one_hot(), **settings)


def _one_hot() -> Any:
    from sklearn.preprocessing import OneHotEncoder

    class OneHot(OneHotEncoder):
        # scikit-learn reads sparse one-hots back row by row, which took half of the whole time.
        def inverse_transform(self, X: Any) -> np.ndarray:
            X.sort_indices()
            sizes = [len(levels) for levels in self.categories_]
            places = X.indices.reshape(-1, len(sizes)) - (np.cumsum(sizes) - sizes)
            return np.column_stack([levels[at] for levels, at in zip(self.categories_, places.T)])

    return OneHot(handle_unknown="ignore", dtype=np.float32)


def _gaps_of_nearest(made: np.ndarray, block: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Where each made row has a gap: where the nearest row of the block has one."""
    if not gaps.any():
        return np.zeros(made.shape, bool)
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=1).fit(block).kneighbors(made, return_distance=False)
    return gaps[nearest[:, 0]]
