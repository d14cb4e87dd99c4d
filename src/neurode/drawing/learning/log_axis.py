"""A logarithmic axis whose labels are plain text: figures here parse no formulas."""

from typing import TYPE_CHECKING

import numpy as np

from neurode.drawing.wording import power_text

if TYPE_CHECKING:
    from matplotlib.axis import Axis

MOST_LABELS = 9


def log_ticks(axis: "Axis", low: float | int, high: float | int) -> None:
    """Sets round ticks on a logarithmic axis: powers of ten, and their 2 and 5 fold where few fit."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    first, last = np.floor(np.log10(low)), np.ceil(np.log10(high))
    step = max(1, int(np.ceil((last - first) / MOST_LABELS)))
    ticks = 10.0 ** np.arange(first, last + 1, step)
    if np.log10(high / low) < 2.5:
        ticks = (10.0 ** np.arange(first, last + 1)[:, None] * np.array([1.0, 2.0, 5.0])).ravel()
    axis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, place: power_text(value)))
