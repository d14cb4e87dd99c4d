"""The seeds of models that were given none: 0, 1, 2, … in the order in which they are made.

So ten networks of one shape are ten networks, and a script that is run again gives the same bits.
`utils.set_random_seed` moves the first one.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from neurode.errors import ArgumentError

_next: Iterator[int] = itertools.count()


def set_default_seed(seed: int) -> None:
    """Models that are made from now on, and given no seed of their own, count from this one."""
    global _next
    _next = itertools.count(checked(seed))


def checked(seed: Any) -> int:
    """The seed as a number; the next one in turn for None.

    Raises:
        ArgumentError: If it is not a whole number, 0 or more.
    """
    if seed is None:
        return next(_next)
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise ArgumentError(f"seed={seed!r}", hint="a seed is a whole number, 0 or more")
    return int(seed)
