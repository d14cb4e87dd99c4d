"""An op of `neurode.ops` as a layer: what `ops.log(x)`, `x + y` or `x[:, 0]` become in a network."""

from typing import Any, ClassVar

import jax
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer
from neurode.layers.place import call
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import Tensor, is_symbolic, without_rows
from neurode.ops import application
from neurode.records import record
from neurode.typing import Params, State

ROWS = 131
"""The number of rows with which an output's shape is found out; hardly a size that people use."""


@record
class Operation(Layer):
    """Applies an op to its inputs.

    Args:
        op: The op's name in `neurode.ops`.
        arguments: Its arguments; `("input", i)` stands for the i-th input, `("slice", a, b, c)` for a slice,
            `("list", …)` for a list.
        options: Its named arguments, as pairs.
        pick: Which of several results it gives, as of `ops.split`; each is a layer of its own.

    Example:
        >>> from neurode import ops
        >>> from neurode.layers import Input
        >>> x = Input((3,))
        >>> (ops.exp(x) + 1).shape, x[:, 0].shape
        ((None, 3), (None,))
    """

    op: str
    arguments: tuple = ()
    options: tuple = ()
    pick: int | None = None

    takes_many: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.op not in application.OPS:
            raise ArgumentError(f"no op named {self.op!r}", hint="see dir(neurode.ops)")

    @property
    def kind(self) -> str:
        return self.op

    def apply(
        self,
        params: Params,
        state: State,
        x: tuple[Shaped[Array, "rows ..."], ...],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Any, State]:
        arguments = [_filled(part, x) for part in self.arguments]
        options = {name: _filled(part, x) for name, part in self.options}
        found = application.OPS[self.op](*arguments, **options)
        return found if self.pick is None else found[self.pick], state

    def output_shape(self, input_shape: Any) -> Any:
        shape = self.result_for(input_shape).shape
        if not shape or shape[0] != ROWS:
            raise ArgumentError(
                f"ops.{self.op} does not keep the rows apart",
                hint="work along the other axes, axis=-1 for one, in a network",
            )
        return shape[1:]

    def result_for(self, input_shape: Any) -> Any:
        """What the op gives for rows of these shapes: a shape, or a list of them."""
        rows = tuple(jax.ShapeDtypeStruct((ROWS, *shape), "float32") for shape in input_shape)
        return jax.eval_shape(lambda x: self.apply({}, {}, x)[0], rows)


def _symbolic(name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The op as a layer behind the symbolic tensors among its arguments; NotImplemented if there are none."""
    if not is_symbolic(args) and not is_symbolic(tuple(kwargs.values())):
        return NotImplemented
    inputs: list[Tensor] = []
    arguments = tuple(_emptied(part, inputs) for part in args)
    options = tuple((key, _emptied(part, inputs)) for key, part in kwargs.items())
    operation = Operation(name, arguments, options)
    result = operation.result_for(tuple(without_rows(tensor.shape) for tensor in inputs))
    if isinstance(result, list | tuple):
        picked = [Operation(name, arguments, options, pick) for pick in range(len(result))]
        return [call(one, tuple(inputs))[0] for one in picked]
    return call(operation, tuple(inputs))[0]


def _emptied(part: Any, inputs: list[Tensor]) -> Any:
    if isinstance(part, Tensor):
        found = next((i for i, tensor in enumerate(inputs) if tensor is part), None)
        if found is None:
            inputs.append(part)
        return ("input", len(inputs) - 1 if found is None else found)
    if isinstance(part, slice):
        return ("slice", part.start, part.stop, part.step)
    if part is Ellipsis:
        return ("ellipsis",)
    if isinstance(part, list | tuple):
        return ("list", *(_emptied(one, inputs) for one in part))
    if part is None or isinstance(part, str | int | float | bool):
        return part
    raise ArgumentError(
        f"an op in a network is given {type(part).__name__}", hint="give numbers, or use a layer with weights"
    )


def _filled(part: Any, x: tuple[Any, ...]) -> Any:
    if not isinstance(part, tuple):
        return part
    kind, *rest = part
    if kind == "input":
        return x[rest[0]]
    if kind == "slice":
        return slice(*rest)
    return Ellipsis if kind == "ellipsis" else tuple(_filled(one, x) for one in rest)


def _operator(name: str, *, swapped: bool = False) -> Any:
    def operator(self: Tensor, *others: Any) -> Any:
        arguments = (*others, self) if swapped else (self, *others)
        return application.OPS[name](*arguments)

    return operator


OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "pow": "power",
    "matmul": "matmul", "floordiv": "floor_divide", "mod": "mod",
}  # fmt: skip

for _short, _op in OPERATORS.items():
    setattr(Tensor, f"__{_short}__", _operator(_op))
    setattr(Tensor, f"__r{_short}__", _operator(_op, swapped=True))
for _short, _op in {
    "neg": "negative", "abs": "absolute", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal", "getitem": "get_item",
}.items():  # fmt: skip
    setattr(Tensor, f"__{_short}__", _operator(_op))

application.on_symbolic(_symbolic)
