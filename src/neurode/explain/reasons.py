"""Reasons: up to a few adverse factors of each row, as records."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from neurode.errors import ArgumentError
from neurode.explain.wording import number_text, plain

MOST_PRINTED = 10
"""Rows that are printed; the rest is counted."""


@dataclass(frozen=True)
class Reason:
    """One adverse factor of one row.

    Attributes:
        column: The column, or group of columns.
        text: The reason as a sentence part, by its wording.
        value: What the row has there, as text.
        typical: What the background has there, as text: the median of numbers and dates, else the commonest.
        contribution: How far it pushes the prediction the adverse way, above 0; in points of probability of a
            classifier, so that 12.5 is from 20 % to 32.5 %, else in units of the prediction.
        stability: In what share of resamples of the background it stays among the row's first reasons; NaN
            where that is not known.
    """

    column: str
    text: str
    value: str
    typical: str
    contribution: float
    stability: float


@dataclass(frozen=True, eq=False)
class ReasonCodes:
    """Up to a few adverse factors for each row, the strongest first.

    Attributes:
        rows: The reasons of each row; none where nothing pushes it the adverse way.
        output: The class or number that is explained.
        adverse: Whether "high" or "low" predictions are bad.
        predictions: Of the rows.
        base_value: The mean prediction of the background.
        is_probability: Whether predictions are probabilities, and contributions points of them.
        n_resamples: Of the background, behind the stability.
        seed: Of the background's sample, the orders of columns and the resamples.
    """

    rows: tuple[tuple[Reason, ...], ...]
    output: str
    adverse: str
    predictions: Float64[np.ndarray, " rows"]
    base_value: float
    is_probability: bool
    n_resamples: int
    seed: int

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row: int) -> tuple[Reason, ...]:
        """The reasons of one row.

        Raises:
            ArgumentError: The row does not exist.
        """
        if not 0 <= row < len(self.rows):
            raise ArgumentError(f"row {row} does not exist", available=f"rows: 0 … {len(self.rows) - 1}")
        return self.rows[row]

    def __str__(self) -> str:
        told = f"probability of {self.output}" if self.is_probability else self.output
        unit = " points" if self.is_probability else ""
        sign = "+" if self.adverse == "high" else "−"
        lines = []
        for row, reasons in enumerate(self.rows[:MOST_PRINTED]):
            said, average = number_text(float(self.predictions[row])), number_text(self.base_value)
            lines.append(f"row {row}: {told} {said}, on average {average}")
            for rank, reason in enumerate(reasons, 1):
                size = f"{sign}{_three_digits(reason.contribution)}{unit}"
                if reason.stability == reason.stability:
                    size += f", stability {100 * reason.stability:.0f} %"
                lines.append(f"  {rank}. {reason.text} ({size})")
            if not reasons:
                lines.append(f"  nothing {'raises' if self.adverse == 'high' else 'lowers'} it")
        more = len(self.rows) - MOST_PRINTED
        return "\n".join([*lines, f"… ({more:,} more rows)"] if more > 0 else lines)

    def to_frame(self) -> pl.DataFrame:
        """A line for each reason: row, rank, column, value, typical, contribution, stability, reason."""
        flat = [(row, rank, r) for row, each in enumerate(self.rows) for rank, r in enumerate(each, 1)]
        return pl.DataFrame(
            {
                "row": [row for row, _, _ in flat],
                "rank": [rank for _, rank, _ in flat],
                "column": [r.column for _, _, r in flat],
                "value": [r.value for _, _, r in flat],
                "typical": [r.typical for _, _, r in flat],
                "contribution": [r.contribution for _, _, r in flat],
                "stability": [r.stability for _, _, r in flat],
                "reason": [r.text for _, _, r in flat],
            },
            schema={
                "row": pl.Int64, "rank": pl.Int64, "column": pl.String, "value": pl.String,
                "typical": pl.String, "contribution": pl.Float64, "stability": pl.Float64,
                "reason": pl.String,
            },
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The reasons as plain JSON values."""
        return {
            "output": self.output,
            "adverse": self.adverse,
            "is_probability": self.is_probability,
            "base_value": self.base_value,
            "n_resamples": self.n_resamples,
            "seed": self.seed,
            "rows": [
                {
                    "prediction": plain(prediction),
                    "reasons": [
                        {
                            "column": r.column,
                            "reason": r.text,
                            "value": r.value,
                            "typical": r.typical,
                            "contribution": r.contribution,
                            "stability": plain(r.stability),
                        }
                        for r in reasons
                    ],
                }
                for prediction, reasons in zip(self.predictions, self.rows)
            ],
        }


def _three_digits(number: float) -> str:
    """A size with three digits, never as a power of ten.

    Example:
        >>> _three_digits(0.0123456), _three_digits(3112.8)
        ('0.0123', '3,113')
    """
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
