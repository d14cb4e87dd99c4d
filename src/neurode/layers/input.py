"""The shape of a model's input."""

from dataclasses import dataclass
from typing import Any

from neurode.errors import ShapeError


@dataclass(frozen=True)
class Input:
    """The shape of one row, as the first entry of a `Sequential`, which then makes its weights at once.

    Args:
        shape: The shape without the row axis: `(77,)` for 77 features.

    Example:
        >>> Input((77,)).shape
        (77,)
    """

    shape: Any
    name: str | None = None

    def __post_init__(self) -> None:
        shape = (self.shape,) if isinstance(self.shape, int) else tuple(self.shape)
        if not all(isinstance(size, int) and size > 0 for size in shape):
            raise ShapeError(
                f"Input(shape={self.shape!r})", hint="give sizes without the row axis: Input((77,))"
            )
        object.__setattr__(self, "shape", shape)
