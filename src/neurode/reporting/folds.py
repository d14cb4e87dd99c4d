"""The cross-validation as the cells of a table."""

from collections.abc import Mapping
from typing import Any

from neurode.evaluation.wording import TITLES, quantity
from neurode.reporting.numbers import count

MOST_FOLDS = 10
"""With more folds, their single values would not fit on a page."""


def fold_table(crossed: Mapping[str, Any] | None) -> list[tuple[str, list[str]]]:
    """Of each metric its title, then mean, spread, and the value of each fold.

    Example:
        >>> crossed = {"n_folds": 2, "n_rows": [5, 5], "metrics": {"mae": {"mean": 11.0, "spread": 1.414,
        ...            "folds": [12.0, 10.0]}}}
        >>> fold_table(crossed)
        [('MAE', ['11.00', '1.41', '12.00', '10.00'])]
    """
    if crossed is None:
        return []
    return [
        (
            TITLES[name],
            [
                "–" if value is None else quantity(value, measured["mean"])
                for value in (measured["mean"], measured["spread"], *measured["folds"][:MOST_FOLDS])
            ],
        )
        for name, measured in crossed["metrics"].items()
    ]


def fold_sizes(crossed: Mapping[str, Any] | None) -> str:
    """How many test rows a fold has.

    Example:
        >>> fold_sizes({"n_rows": [1200, 1201]})
        '1,200 to 1,201'
    """
    if crossed is None:
        return ""
    least, most = min(crossed["n_rows"]), max(crossed["n_rows"])
    return count(least) if least == most else f"{count(least)} to {count(most)}"
