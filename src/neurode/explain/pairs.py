"""Pairs of columns and what they say together, as records."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from neurode.explain.cells import Order
from neurode.explain.wording import in_columns, number_texts, plain, value_texts


@dataclass(frozen=True, eq=False)
class Interaction:
    """Two columns together.

    Attributes:
        columns: Both.
        orders: How the values of each lie to each other.
        outputs: What the model's outputs are called.
        first_grid: Values of the first column.
        second_grid: Values of the second.
        average: The mean prediction at each pair of values.
        h: Friedman and Popescu's H: 0 where the effects of both add up, 1 where all of their joint effect is
            an interaction.
        strength: The standard deviation of the part that does not add up, in units of the prediction.
        n_rows: Rows that were averaged over.
        seed: Of the draw of these rows.
    """

    columns: tuple[str, str]
    orders: tuple[Order, Order]
    outputs: tuple[str, ...]
    first_grid: tuple[Any, ...]
    second_grid: tuple[Any, ...]
    average: Float64[np.ndarray, "first second outputs"]
    h: Float64[np.ndarray, " outputs"]
    strength: Float64[np.ndarray, " outputs"]
    n_rows: int
    seed: int

    def __str__(self) -> str:
        first, second = self.columns
        parts = [f"{first} and {second}, averaged over {self.n_rows:,} rows"]
        for place, output in enumerate(self.outputs):
            table = [(f"{first} \\ {second}", *value_texts(self.second_grid))]
            cells = np.reshape(number_texts(self.average[:, :, place].ravel()), self.average.shape[:2])
            for value, row in zip(value_texts(self.first_grid), cells.tolist()):
                table.append((value, *row))
            parts.append(
                f"{output}: H {self.h[place]:.3f}, strength {self.strength[place]:.4g}\n{in_columns(table)}"
            )
        return "\n\n".join(parts)

    def to_json(self) -> dict[str, Any]:
        """The interaction as plain JSON values."""
        return {
            "columns": list(self.columns),
            "orders": list(self.orders),
            "outputs": list(self.outputs),
            "first_grid": [plain(value) for value in self.first_grid],
            "second_grid": [plain(value) for value in self.second_grid],
            "average": self.average.tolist(),
            "h": self.h.tolist(),
            "strength": self.strength.tolist(),
            "n_rows": self.n_rows,
            "seed": self.seed,
        }


@dataclass(frozen=True, eq=False)
class Interactions:
    """Pairs of columns, the strongest interaction first.

    Attributes:
        pairs: The columns of each pair.
        outputs: What the model's outputs are called.
        h: Friedman and Popescu's H of each pair.
        strength: The standard deviation of what does not add up, in units of the prediction.
        n_rows: Rows that were averaged over.
        seed: Of the draw of these rows.
    """

    pairs: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...]
    h: Float64[np.ndarray, "pairs outputs"]
    strength: Float64[np.ndarray, "pairs outputs"]
    n_rows: int
    seed: int

    def __str__(self) -> str:
        heads = [
            f"{what} {output}" if len(self.outputs) > 1 else what
            for output in self.outputs
            for what in ("strength", "H")
        ]
        rows = [("columns", *heads)]
        for pair, strengths, hs in zip(self.pairs, self.strength, self.h):
            numbers = [text for s, h in zip(strengths, hs) for text in (f"{s:.4g}", f"{h:.3f}")]
            rows.append((" × ".join(pair), *numbers))
        return in_columns(rows)

    def to_json(self) -> dict[str, Any]:
        """The pairs as plain JSON values."""
        return {
            "pairs": [list(pair) for pair in self.pairs],
            "outputs": list(self.outputs),
            "h": self.h.tolist(),
            "strength": self.strength.tolist(),
            "n_rows": self.n_rows,
            "seed": self.seed,
        }
