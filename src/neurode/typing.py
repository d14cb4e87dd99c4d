"""Types that several packages share. Nothing here loads JAX.

Axis names in shapes: rows, features, columns, categories, units, classes, members, steps.
"""

from typing import Any, NamedTuple

Params = dict[str, Any]
"""The trainable weights of a layer: a tree whose leaves are arrays."""

State = dict[str, Any]
"""The weights of a layer that are not trained: running statistics, encoding statistics."""

Shape = tuple[int, ...]
"""The shape of one row: `(77,)` for a table of 77 features. The row axis is left out."""


class Columns(NamedTuple):
    """The feature columns of a table as arrays, ready for the device.

    `numbers` is float32 `(rows, number columns)` with NaN where a value is missing. `codes` is unsigned
    integers `(rows, category columns)`: 0 is missing, 1 is a level that training never saw, 2 and up are
    levels.
    """

    numbers: Any
    codes: Any

    def rows(self, index: Any) -> "Columns":
        """Some of the rows."""
        return Columns(self.numbers[index], self.codes[index])
