"""Profile: how the training rows were spread, so that a later table can be laid beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurode.errors import ArgumentError
from neurode.tables.bins import CategoryBins, NumberBins
from neurode.tables.documents import fields_of, from_document, list_of, to_document
from neurode.tables.encoding import Encoding
from neurode.typing import Columns


@dataclass(frozen=True)
class Profile:
    """Counts of training rows by bin, for every feature and for the model's own scores.

    No training row is in it, and no bin of a handful of rows; how many gaps there were is exact.

    Args:
        numbers: The bins of each number column, in the order of `Encoding.numbers`.
        categories: The bins of each category, in the order of `Encoding.categories`.
        scores: The bins of each column of scores.

    Example:
        >>> import polars as pl
        >>> from neurode.tables import Schema
        >>> frame = pl.DataFrame({"rate": np.arange(100.0), "grade": ["A", "B"] * 50})
        >>> encoding = Encoding.fit(frame, Schema.infer(frame))
        >>> profile = Profile.fit(encoding, encoding.transform(frame))
        >>> profile.categories[0].counts
        (0, 0, 50, 50)
        >>> Profile.from_json(profile.to_json()) == profile
        True
    """

    numbers: tuple[NumberBins, ...]
    categories: tuple[CategoryBins, ...]
    scores: tuple[NumberBins, ...] = ()

    @classmethod
    def fit(
        cls, encoding: Encoding, columns: Columns, *, scores: Mapping[str, np.ndarray] | None = None
    ) -> "Profile":
        """The profile of the training rows.

        Args:
            encoding: The encoding of these rows.
            columns: The rows, encoded.
            scores: By name, what the model predicts, one number a row. Rows that the model was not fitted on
                are the better ones here: on its own training rows a network is surer than it will ever be
                again, and that would look like a shift.
        """
        return cls(
            numbers=tuple(
                NumberBins.fit(number.name, np.sort(columns.numbers[:, place]))
                for place, number in enumerate(encoding.numbers)
            ),
            categories=tuple(
                CategoryBins.fit(
                    category.label, np.bincount(columns.codes[:, place], minlength=category.cardinality)
                )
                for place, category in enumerate(encoding.categories)
            ),
            scores=tuple(
                NumberBins.fit(name, np.sort(np.asarray(values, np.float32)))
                for name, values in (scores or {}).items()
            ),
        )

    def require(self, encoding: Encoding) -> None:
        """Refuses an encoding of other features than the ones that were profiled.

        Raises:
            ArgumentError: The features differ.
        """
        mine = [
            *((bins.name, 0) for bins in self.numbers),
            *((bins.name, len(bins.groups)) for bins in self.categories),
        ]
        theirs = [
            *((number.name, 0) for number in encoding.numbers),
            *((category.label, category.cardinality) for category in encoding.categories),
        ]
        if mine != theirs:
            odd = next((name for name, _ in [*mine, *theirs] if name not in encoding.names), mine[0][0])
            raise ArgumentError(
                f"the profile is of other features than the encoding: {odd!r}",
                hint="take both from one model",
            )

    def to_json(self) -> dict:
        """The profile as plain JSON values."""
        return {
            name: [to_document(bins) for bins in getattr(self, name)]
            for name in ("numbers", "categories", "scores")
        }

    @classmethod
    def from_json(cls, document: object) -> "Profile":
        """The profile that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        values = fields_of(document, "Profile", {"numbers", "categories", "scores"})
        return cls(
            numbers=_number_bins(values["numbers"], "Profile.numbers"),
            categories=tuple(
                from_document(CategoryBins, part).checked()
                for part in list_of(values["categories"], "Profile.categories")
            ),
            scores=_number_bins(values["scores"], "Profile.scores"),
        )


def _number_bins(value: object, owner: str) -> tuple[NumberBins, ...]:
    return tuple(from_document(NumberBins, part).checked() for part in list_of(value, owner))
