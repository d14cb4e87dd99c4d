"""A function of one's own as a layer."""

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import without_rows
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class Lambda(Layer):
    """Applies a function that has no weights, written with `neurode.ops` or `jax.numpy`.

    A file keeps the function's name, never its code: to load such a model, hand the function back in.

    Args:
        function: Takes the input, or a list where there are several; it may also take `training`.
        output_shape: The shape of a row of the output, or a function of the input's shape with None for rows;
            found by tracing if left out.
        mask: Only None.
        arguments: More keyword arguments for the function.

    Example:
        >>> Lambda(lambda x: x**2)(jnp.array([[3.0]]))
        Array([[9.]], dtype=float32)
    """

    function: Any
    # Not `output_shape`, which is the method.
    given_output_shape: Any = None
    mask: Any = None
    arguments: Any = None

    takes_many: ClassVar[bool] = True

    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        *,
        given_output_shape: Any = None,
        name: str | None = None,
        trainable: bool = True,
        input_shape: Any = None,
    ) -> None:
        shape = given_output_shape if output_shape is None else output_shape
        settings = {
            "function": function,
            "given_output_shape": tuple(shape) if isinstance(shape, list) else shape,
            "mask": mask,
            "arguments": dict(arguments or {}),
            "name": name,
            "trainable": trainable,
            "input_shape": input_shape,
        }
        for setting, value in settings.items():
            object.__setattr__(self, setting, value)
        self.__post_init__()

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.function, Mapping):
            raise ArgumentError(
                f"a file names the function {self.function.get('own_function')!r} without its code",
                hint="hand it back in under its name in custom_objects",
            )
        if not callable(self.function):
            raise ArgumentError(f"Lambda({self.function!r})", hint="give a function of the input")
        if self.mask is not None:
            raise ArgumentError("Lambda(mask=…): no layer here skips steps", hint="leave it out")

    def __eq__(self, other: object) -> bool:
        return type(other) is Lambda and self._identity() == other._identity()

    def __hash__(self) -> int:
        # Arguments may be lists or arrays, which have no hash.
        return hash((self.function, self.name, self.trainable))

    def apply(
        self,
        params: Params,
        state: State,
        x: Any,
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Any, State]:
        several = isinstance(x, tuple)
        given = list(x) if several and len(x) > 1 else x[0] if several else x
        extra: dict[str, Any] = {"training": train} if "training" in _names(self.function) else {}
        if "mask" in _names(self.function):
            extra["mask"] = None
        with jax.numpy_rank_promotion("allow"):
            return self.function(given, **self.arguments, **extra), state

    def output_shape(self, input_shape: Any) -> Shape:
        several = bool(input_shape) and isinstance(input_shape[0], tuple)
        shapes = input_shape if several else (tuple(input_shape),)
        given = self.given_output_shape
        if callable(given):
            full = [(None, *shape) for shape in shapes]
            return without_rows(given(full if len(full) > 1 else full[0]))
        if given is not None:
            return (given,) if isinstance(given, int) else tuple(given)
        try:
            inputs = tuple(jax.ShapeDtypeStruct((2, *shape), jnp.float32) for shape in shapes)
            return jax.eval_shape(lambda x: self.apply({}, {}, x)[0], inputs).shape[1:]
        except Exception as error:
            raise ArgumentError(
                f"the function of {self.label} does not take rows of shape {input_shape}: {error}",
                hint="say output_shape= if it takes only certain inputs",
            ) from error

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        shape = config.pop("given_output_shape")
        return config | {
            "function": _reference(self.function),
            "output_shape": _reference(shape) if callable(shape) else shape,
        }

    def _identity(self) -> tuple[Any, ...]:
        return self.function, self.given_output_shape, self.name, self.trainable, self.arguments


def _names(function: Any) -> Any:
    try:
        return inspect.signature(function).parameters
    except ValueError:
        # Some functions written in C do not say what they take.
        return ()


def _reference(function: Any) -> dict[str, str]:
    """What a file says about a function that it cannot carry."""
    return {"own_function": str(getattr(function, "__name__", type(function).__name__))}
