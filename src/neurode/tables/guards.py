"""Guards: what in a new table training had not seen, counted, so that a person can be warned in a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from neurode.errors import listed
from neurode.tables.levels import UNSEEN, CategoryEncoding
from neurode.tables.scaling import NumberEncoding
from neurode.typing import Columns


@dataclass(frozen=True)
class Guards:
    """Counts of rows by feature; features without a finding are not listed.

    Args:
        n_rows: Rows that were looked at.
        unseen: Rows whose level training never saw.
        out_of_range: Rows whose number lies outside the training range.
        new_gaps: Rows without a value where training had no gaps.
        extra_columns: Columns that the model does not know and does not read.

    Example:
        >>> print(Guards(n_rows=100, unseen={"purpose": 2}, extra_columns=("note",)))
        'purpose': 2 of 100 rows have a level that training never saw
        not read: 'note'
    """

    n_rows: int
    unseen: Mapping[str, int] = field(default_factory=dict)
    out_of_range: Mapping[str, int] = field(default_factory=dict)
    new_gaps: Mapping[str, int] = field(default_factory=dict)
    extra_columns: tuple[str, ...] = ()

    @property
    def are_clear(self) -> bool:
        """Whether there is nothing to warn of; extra columns are no danger."""
        return not (self.unseen or self.out_of_range or self.new_gaps)

    def __str__(self) -> str:
        findings = (
            (self.unseen, "have a level that training never saw"),
            (self.out_of_range, "lie outside the training range"),
            (self.new_gaps, "are gaps, and training had none"),
        )
        lines = [
            f"{name!r}: {count:,} of {self.n_rows:,} rows {finding}"
            for counts, finding in findings
            for name, count in counts.items()
        ]
        return "\n".join(
            [*lines, *([f"not read: {listed(self.extra_columns)}"] if self.extra_columns else [])]
        )


def find_guards(
    numbers: Sequence[NumberEncoding],
    categories: Sequence[CategoryEncoding],
    columns: Columns,
    extra_columns: Sequence[str] = (),
) -> Guards:
    """The findings in encoded rows.

    Args:
        numbers: The encodings of the number columns, in the order of `columns.numbers`.
        categories: The encodings of the category columns, in the order of `columns.codes`.
        columns: The encoded rows.
        extra_columns: Columns of the table that no encoding reads.
    """
    low = np.array([-np.inf if each.minimum is None else each.minimum for each in numbers])
    high = np.array([np.inf if each.maximum is None else each.maximum for each in numbers])
    # A comparison with NaN is false, so that gaps are not out of range.
    outside = ((columns.numbers < low) | (columns.numbers > high)).sum(axis=0)
    gaps = np.isnan(columns.numbers).sum(axis=0) * [not each.has_gaps for each in numbers]
    names = [number.name for number in numbers]
    return Guards(
        n_rows=len(columns.numbers),
        unseen=_counts([category.label for category in categories], (columns.codes == UNSEEN).sum(axis=0)),
        out_of_range=_counts(names, outside),
        new_gaps=_counts(names, gaps),
        extra_columns=tuple(extra_columns),
    )


def _counts(names: Sequence[str], counts: np.ndarray) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts) if count}
