"""Symbolic tensors: places in a network that is being drawn up, before any number flows.

Calling a layer on a tensor gives a tensor and remembers the call. A model is what lies between some of them.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neurode.errors import DataTypeError, ShapeError
from neurode.typing import Columns

if TYPE_CHECKING:
    from neurode.layers.place import Placed


@dataclass(eq=False)
class Tensor:
    """A place between layers: its shape with None for rows, its dtype, and the call that it comes from."""

    shape: Any
    dtype: str = "float32"
    call: "Call | None" = field(default=None, repr=False)

    @property
    def name(self) -> str | None:
        """The name of the layer that it comes from."""
        return None if self.call is None else self.call.layer.name

    @property
    def ndim(self) -> int:
        """The number of axes, rows included."""
        return len(self.shape)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise DataTypeError(
            f"{self.name!r} is a place in a network, not numbers",
            hint="use layers or neurode.ops on it, or build a Model and call predict",
        )


@dataclass(eq=False)
class Call:
    """One use of a layer: what goes in, what comes out."""

    layer: "Placed"
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...] = ()


def is_symbolic(x: Any) -> bool:
    """Whether any of the inputs is a symbolic tensor."""
    if isinstance(x, list | tuple):
        return any(map(is_symbolic, x))
    return isinstance(x, Tensor) or (isinstance(x, dict) and any(map(is_symbolic, x.values())))


def with_rows(shape: Any) -> Any:
    """The shape with None for the row axis in front.

    Example:
        >>> with_rows((77,))
        (None, 77)
    """
    return Columns(*((None, *part) for part in shape)) if isinstance(shape, Columns) else (None, *shape)


def without_rows(shape: Any) -> Any:
    """The shape of one row.

    Example:
        >>> without_rows((None, 77))
        (77,)
    """
    return Columns(*(part[1:] for part in shape)) if isinstance(shape, Columns) else tuple(shape[1:])


def shape_of_row(shape: Any) -> Any:
    """A shape as people write it, `77`, `(77,)` or `[77]`, checked; the row axis is left out.

    Raises:
        ShapeError: If a size is not a whole number above 0.
    """
    if isinstance(shape, Columns):
        return shape
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes):
        raise ShapeError(
            f"an input of shape {shape!r}", hint="give whole sizes without the row axis: Input((77,))"
        )
    return sizes
