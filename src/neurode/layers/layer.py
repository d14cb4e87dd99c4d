"""What every layer is: a frozen spec that makes weights and applies them."""

from collections.abc import Sequence
from dataclasses import field, fields, replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode import activations, constraints, initializers, regularizers
from neurode.errors import ArgumentError, DataTypeError, NotFittedError, ShapeError
from neurode.identifiers import snake_case
from neurode.layers.place import Placed, Weight
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import Tensor, shape_of_row, with_rows, without_rows
from neurode.records import record
from neurode.typing import Columns, Params, Shape, State

VOCABULARY: dict[str, Any] = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}
"""A setting whose name ends in one of these is given by name or object, and stored as an object."""


@record
class Layer(Placed):
    """Base class. `init` makes the weights, `apply` is given them; both are pure.

    A setting `<weight>_initializer`, `<weight>_regularizer` or `<weight>_constraint` belongs to the weight of
    that name. Used by hand, a layer keeps its weights in its place (see `Placed`): `get_weights`, `weights`,
    `input`, `output` are Keras's.

    Args:
        name: The layer's name in summaries and files; a model numbers layers that have none.
        trainable: Whether training changes the weights. It may be set later, and counts from the next
            `compile` on.
        input_shape: The shape of one row, for the first layer of a `Sequential`; `Input` says the same.
    """

    name: str | None = field(default=None, kw_only=True)
    trainable: bool = field(default=True, kw_only=True)
    input_shape: Any = field(default=None, kw_only=True)

    settable: ClassVar[tuple[str, ...]] = ("trainable",)
    weight_names: ClassVar[tuple[str, ...]] = ()
    """Names of the weights in Keras's order; others come before them, by name."""
    takes_many: ClassVar[bool] = False
    """Whether `apply` is given a tuple of inputs, even of one."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__repr__ = Layer.__repr__  # type: ignore[method-assign]
        if {"call", "build"} & vars(cls).keys() and not cls.__module__.startswith("neurode."):
            raise DataTypeError(
                f"the layer {cls.__name__} is written with Keras's build and call, which are not used here",
                hint="write a function for layers.Lambda, or a record with init and apply",
            )

    def __post_init__(self) -> None:
        for item in fields(self):
            kind = VOCABULARY.get(item.name.rpartition("_")[2])
            if kind is not None:
                value = getattr(self, item.name)
                # An initializer that is None is the usual one, as in Keras.
                value = item.default if value is None and kind is initializers else value
                object.__setattr__(self, item.name, kind.get(value))
        if self.input_shape is not None:
            object.__setattr__(self, "input_shape", shape_of_row(self.input_shape))

    # The spec

    def init(self, key: Array, input_shape: Any) -> tuple[Params, State]:
        """Weights for inputs of this shape (rows left out): those that train, and those that do not."""
        return {}, {}

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
        """The layer's output and its next state.

        Args:
            params: Weights that train.
            state: Weights that do not.
            x: Inputs, rows first; a tuple where there are several.
            train: Whether this is a training step (dropout on, statistics updated).
            key: Randomness of this step; needed by layers with `random_bytes`.
            mask: 1 for a real row, 0 for padding, which enters no statistic.
        """
        raise NotImplementedError

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of one row of the output; `input_shape` is a tuple of shapes where there are several."""
        return input_shape

    def random_bytes(self, input_shape: Any) -> int:
        """How many random bytes a row needs in training."""
        return 0

    def penalty(self, params: Params) -> Array | None:
        """What the weights' regularizers add to the loss, None if there are none."""
        return _sum(
            regularizer(params[name])
            for name in params
            if (regularizer := getattr(self, f"{name}_regularizer", None)) is not None
        )

    def activity_penalty(self, y: Any, mask: Float[Array, " rows"] | None) -> Array | None:
        """What the output adds to the loss, summed over the rows, None if nothing."""
        regularizer = getattr(self, "activity_regularizer", None)
        if regularizer is None:
            return None
        # A padding row is made all zeros, which L1 and L2 count as nothing.
        real = 1.0 if mask is None else mask.reshape(-1, *[1] * (y.ndim - 1))
        return regularizer(y * real)

    def constrained(self, params: Params) -> Params:
        """The weights as their constraints want them after each step."""
        return {
            name: constraint(value)
            if (constraint := getattr(self, f"{name}_constraint", None)) is not None
            else value
            for name, value in params.items()
        }

    @property
    def is_constrained(self) -> bool:
        """Whether any weight has a constraint."""
        return any(getattr(self, f"{name}_constraint", None) is not None for name in self.weight_names)

    def get_config(self) -> dict[str, Any]:
        """The settings by name, all JSON values, as in Keras. A function of your own is there by its name."""
        config = {}
        for item in fields(self):
            value = getattr(self, item.name)
            kind = VOCABULARY.get(item.name.rpartition("_")[2])
            if kind is not None and value is not None:
                value = _serialized(kind, value)
            if item.name != "input_shape" or value is not None:
                config[item.name] = value
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Layer":
        """The layer with these settings; lists become tuples, since a spec must be hashable."""
        return cls(**{key: _frozen(value) for key, value in config.items()})

    @property
    def kind(self) -> str:
        return snake_case(type(self).__name__)

    @property
    def label(self) -> str:
        """The name for messages."""
        return self.name or self.kind

    # In use

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self.place.params is not None

    def build(self, input_shape: Any) -> None:
        """Makes the weights for inputs of this shape, whose first axis is the rows, as in Keras."""
        self._build(without_rows(input_shape))

    def _build(self, input_shape: Any, key: Array | None = None) -> None:
        self.output_shape(input_shape)
        params, state = self.init(jax.random.key(0) if key is None else key, input_shape)
        # What `adapt` or the like has set already, stays.
        self.write_weights(params, {**state, **(self.place.state or {})})

    def read_weights(self) -> tuple[Params, State]:
        place = self.place
        if place.params is None:
            if not place.calls:
                raise NotFittedError(
                    f"the layer {self.label!r} has no weights yet",
                    hint="put it into a model that knows its input, or call it on data",
                )
            self._build(self._shape_of(place.calls[0].inputs))
        return place.params or {}, place.state or {}

    def write_weights(self, params: Params, state: State) -> None:
        self.place.params, self.place.state = params, state

    def as_layer(self, name: str) -> "Layer":
        return replace(self, name=name, input_shape=None)

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (Tensor(with_rows(self.output_shape(self._shape_of(inputs)))),)

    def compute(self, x: Any, *, training: bool) -> Any:
        many = isinstance(x, list | tuple) and not isinstance(x, Columns)
        if self.takes_many and many:
            arrays: Any = tuple(jnp.asarray(part) for part in x)
            shape: Any = tuple(part.shape[1:] for part in arrays)
        else:
            arrays = jax.tree.map(jnp.asarray, x) if isinstance(x, Columns) else _as_array(x)
            shape = jax.tree.map(lambda part: part.shape[1:], arrays)
            shape = Columns(*shape) if isinstance(x, Columns) else arrays.shape[1:]
        if not self.built:
            self._build(shape)
        params, state = self.read_weights()
        key = jax.random.key(0) if training else None
        y, state = self.apply(params, state, arrays, train=training, key=key)
        self.write_weights(params, state)
        return y

    @property
    def weights(self) -> list[Weight]:
        """All weights in Keras's order, those that train before those that do not."""
        order = self.weight_names
        place = lambda name: (order.index(name) if name in order else -1, name)  # noqa: E731
        params, state = self.read_weights()
        return [
            self._weight(part, name)
            for part, tree in enumerate((params, state))
            for name in sorted(tree, key=place)
        ]

    def __getattr__(self, name: str) -> Any:
        found = getattr(type(self), name, None)
        if isinstance(found, property) and found.fget is not None:
            return found.fget(self)  # It failed with an AttributeError of ours, which says why.
        if name.startswith("_") or name not in type(self).weight_names:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return next((weight for weight in self.weights if weight.name == name), None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def _weight(self, part: int, name: str) -> Weight:
        def write(value: Any) -> None:
            parts = list(self.read_weights())
            parts[part] = {**parts[part], name: value}
            self.write_weights(*parts)

        read = lambda: self.read_weights()[part][name]  # noqa: E731
        return Weight(name, f"{self.label}/{name}", part == 0 and self.trainable, read, write)

    def _shape_of(self, inputs: tuple[Tensor, ...]) -> Any:
        shapes = tuple(without_rows(tensor.shape) for tensor in inputs)
        if len(shapes) > 1 and not self.takes_many:
            raise ShapeError(f"{self.label} takes one input, got {len(shapes)}")
        return shapes if self.takes_many else shapes[0]


def features_of(layer: Layer, input_shape: Any) -> int:
    """The size of the last axis of an input.

    Raises:
        ShapeError: If a row has no axis.
    """
    if not isinstance(input_shape, Sequence) or not input_shape or not isinstance(input_shape[-1], int):
        raise ShapeError(f"{layer.label} takes rows of features, got rows of shape {input_shape}")
    return input_shape[-1]


def _serialized(vocabulary: Any, value: Any) -> Any:
    try:
        return vocabulary.serialized(value)
    except ArgumentError:
        # A function of a person's own goes by its name; who loads the model hands it back in.
        function = getattr(value, "function", value)
        return str(getattr(function, "__name__", type(function).__name__))


def _sum(values: Any) -> Array | None:
    values = list(values)
    return sum(values[1:], values[0]) if values else None


def _as_array(x: Any) -> Array:
    try:
        return jnp.asarray(np.asarray(x) if not isinstance(x, jax.Array) else x)
    except TypeError as error:
        raise DataTypeError(f"a layer takes numbers, got {type(x).__name__}") from error


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
