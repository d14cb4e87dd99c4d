"""Stability: how far the spread of a column has moved since training, and whether chance could do that."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Integer

Judgement = Literal["stable", "moved", "shifted", "too few rows"]

MOVED, SHIFTED = 0.1, 0.25
"""From here on a column counts as moved; above this it counts as shifted."""

LEAST_SHARE = 1e-4
"""An empty bin counts as half a row, but never as a share below this."""

CONFIDENCE = 0.999
"""How often chance alone stays within `Stability.chance`. A table has many columns: at 0.99, two in five
tables of 50 columns would give a false alarm; so it is one in twenty."""


@dataclass(frozen=True)
class Stability:
    """A population stability index, with what chance alone would make it.

    Args:
        index: The index, from 0; 0 is the very same spread.
        chance: What the index stays below in 999 of 1,000 tables that are drawn as the training rows were.

    Example:
        >>> Stability(index=0.3, chance=0.02).judgement, Stability(index=0.3, chance=0.9).judgement
        ('shifted', 'too few rows')
    """

    index: float
    chance: float

    @property
    def judgement(self) -> Judgement:
        """`stable` below 0.1, `moved` to 0.25, `shifted` above; `too few rows` where chance explains it."""
        if self.index < MOVED:
            return "stable"
        if self.index <= self.chance:
            return "too few rows"
        return "moved" if self.index <= SHIFTED else "shifted"

    @property
    def is_clear(self) -> bool:
        """Whether there is no move that chance cannot explain."""
        return self.judgement in {"stable", "too few rows"}


def population_stability(
    expected: Integer[np.ndarray, " bins"], actual: Integer[np.ndarray, " bins"]
) -> Stability | None:
    r"""The population stability index of two spreads over the same bins.

    $$\mathrm{PSI} = \sum_b (a_b - e_b) \ln \frac{a_b}{e_b}$$

    where $e_b$ and $a_b$ are the shares of the $N$ training rows and of the $n$ new rows in bin $b$. A share
    below half a row, or below 0.0001, counts as that much, so that an empty bin does not make it infinite.
    Without a shift, $\mathrm{PSI} / (1/n + 1/N)$ follows about a chi-squared law of $B - 1$ degrees of
    freedom, where $B$ counts the bins that hold rows: its mean is then $(B - 1)(1/n + 1/N)$. `chance` is the
    99.9 % point of that law.

    Args:
        expected: Training rows in each bin.
        actual: New rows in each bin.

    Returns:
        The index, or None where either side has no rows.

    Example:
        >>> moved = population_stability(np.array([500, 500]), np.array([400, 600]))
        >>> round(moved.index, 4), moved.judgement
        (0.0405, 'stable')

    References:
        Yurdakul (2018), [Statistical properties of population stability
        index](https://scholarworks.wmich.edu/dissertations/3208), and Yurdakul and Naranjo (2020), Journal of
        Risk Model Validation 14(4), 89-100: the law. Siddiqi (2006), Credit Risk Scorecards: the limits 0.1
        and 0.25.
    """
    if not expected.sum() or not actual.sum():
        return None
    from scipy.special import chdtri  # type: ignore[import-untyped]

    held = (expected > 0) | (actual > 0)
    e, a = _shares(expected[held]), _shares(actual[held])
    noise = 1 / expected.sum() + 1 / actual.sum()
    chance = chdtri(held.sum() - 1, 1 - CONFIDENCE) * noise if held.sum() > 1 else 0.0
    return Stability(float(((a - e) * np.log(a / e)).sum()), float(chance))


def _shares(counts: np.ndarray) -> np.ndarray:
    total = counts.sum()
    return np.maximum(counts / total, max(0.5 / total, LEAST_SHARE))
