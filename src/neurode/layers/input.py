"""Where a network begins."""

from typing import Any

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer
from neurode.layers.place import call
from neurode.layers.tensor import Tensor, shape_of_row, with_rows
from neurode.records import record

DTYPES = ("float32", "int32", "string")


@record
class InputLayer(Layer):
    """The layer behind `Input`; it has no weights and computes nothing.

    Args:
        shape: The shape of one row.
        dtype: `"float32"`, `"int32"` or `"string"`.
    """

    shape: Any = ()
    dtype: str = "float32"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.input_shape is not None:  # Keras 2's word.
            object.__setattr__(self, "shape", self.input_shape)
            object.__setattr__(self, "input_shape", None)
        object.__setattr__(self, "shape", shape_of_row(self.shape))

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (Tensor(with_rows(self.shape), self.dtype),)


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
    *,
    batch_shape: Any = None,
) -> Tensor:
    """A symbolic tensor for rows of this shape: the start of a network.

    Args:
        shape: The shape without the row axis: `(77,)` for 77 features.
        batch_size: Accepted for Keras's sake; a model takes any number of rows.
        dtype: `"float32"`, or an integer type for codes and class numbers.
        name: The input's name, which a dict of inputs goes by.
        batch_shape: The shape with the row axis in front, instead of `shape`.

    Example:
        >>> Input((77,)).shape
        (None, 77)
    """
    if shape is None:
        if batch_shape is None:
            raise ArgumentError(
                "Input needs a shape", hint="give the shape of one row: Input((77,)) for 77 features"
            )
        shape = tuple(batch_shape)[1:]
    kind = _dtype_of(dtype)
    return call(InputLayer(shape_of_row(shape), kind, name=name), ())[0]


def _dtype_of(dtype: Any) -> str:
    name = "float32" if dtype is None else str(getattr(dtype, "__name__", dtype))
    if name.startswith(("int", "uint", "bool")):
        return "int32"
    if name.startswith("float"):
        return "float32"
    if name in ("str", "string", "object"):
        return "string"
    raise ArgumentError(f"an input of dtype {dtype!r}", available=f"dtypes: {', '.join(DTYPES)}")
