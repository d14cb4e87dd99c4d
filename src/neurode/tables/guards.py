"""Guards: encoded rows beside what the encoding remembers of the training rows, counted by feature."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from neurode.tables.bins import CategoryBins, NumberBins
from neurode.tables.findings import ColumnCheck
from neurode.tables.levels import MISSING, UNSEEN, CategoryEncoding
from neurode.tables.scaling import NumberEncoding
from neurode.typing import Columns


def check_number(number: NumberEncoding, values: np.ndarray, bins: NumberBins | None = None) -> ColumnCheck:
    """What one number column holds that training had not seen.

    Args:
        number: What the encoding remembers.
        values: Float32 values, NaN where one is missing.
        bins: The spread of the training rows, where it is known.

    Example:
        >>> age = NumberEncoding("age", 40.0, 40.0, 0.05, has_gaps=False, minimum=18.0, maximum=90.0)
        >>> check_number(age, np.array([17.0, 40.0, np.nan], np.float32)).finding
        '33.3 % outside 18 … 90, from 17 to 40; gaps, and training had none'
    """
    # Sorted once, everything else is a search: the gaps (NumPy puts NaN last), the range and the bins.
    ordered = np.sort(values)
    n_known = int(np.searchsorted(ordered, np.float32(np.nan)))
    known = ordered[:n_known]
    outside = 0
    if number.minimum is not None and number.maximum is not None:
        inside = np.searchsorted(known, np.float32(number.maximum), side="right")
        outside = n_known - int(inside - np.searchsorted(known, np.float32(number.minimum)))
    return ColumnCheck(
        name=number.name,
        n_rows=len(values),
        n_gaps=len(values) - n_known,
        gap_share_in_training=_gap_share(bins) if number.has_gaps else 0.0,
        n_outside=outside,
        lowest=float(known[0]) if n_known else None,
        highest=float(known[-1]) if n_known else None,
        minimum=number.minimum,
        maximum=number.maximum,
        stability=None if bins is None else bins.stability(ordered),
    )


def check_category(
    category: CategoryEncoding, codes: np.ndarray, bins: CategoryBins | None = None
) -> ColumnCheck:
    """What one category holds that training had not seen.

    Args:
        category: What the encoding remembers.
        codes: 0 for a gap, 1 for an unseen level, 2 and up for the levels.
        bins: The spread of the training rows, where it is known.

    Example:
        >>> check_category(CategoryEncoding("grade", ("A", "B")), np.array([2, 3, 1, 2])).n_unseen
        1
    """
    by_code = np.bincount(codes, minlength=category.cardinality)
    return ColumnCheck(
        name=category.label,
        n_rows=len(codes),
        n_gaps=int(by_code[MISSING]),
        gap_share_in_training=_gap_share(bins),
        n_unseen=int(by_code[UNSEEN]),
        stability=None if bins is None else bins.stability(by_code),
    )


def check_features(
    numbers: Sequence[NumberEncoding],
    categories: Sequence[CategoryEncoding],
    columns: Columns,
    number_bins: Sequence[NumberBins] = (),
    category_bins: Sequence[CategoryBins] = (),
) -> tuple[ColumnCheck, ...]:
    """One record a feature, numbers first; without bins there is no stability index."""
    return (
        *(
            check_number(number, columns.numbers[:, place], bins)
            for place, (number, bins) in enumerate(zip_longest(numbers, number_bins))
        ),
        *(
            check_category(category, columns.codes[:, place], bins)
            for place, (category, bins) in enumerate(zip_longest(categories, category_bins))
        ),
    )


def _gap_share(bins: NumberBins | CategoryBins | None) -> float | None:
    return None if bins is None else bins.counts[0] / max(sum(bins.counts), 1)
