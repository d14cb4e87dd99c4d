"""What a layer is in use: its weights, and the calls that put it into networks. This is Keras's stateful
face.

The layer itself stays a frozen spec. What changes is in its `Place`, which copies of the spec do not share.
Models that hold the same layer share its place, and with it its weights.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np

from neurode.errors import NotFittedError, ShapeError
from neurode.layers.tensor import Call, Tensor, is_symbolic
from neurode.typing import Columns, Params, State


@dataclass(eq=False)
class Place:
    """Weights (None until they are made), the calls so far, and whether a model chose the layer's name."""

    params: Params | None = None
    state: State | None = None
    calls: list[Call] = field(default_factory=list)
    named_by_model: bool = False


@dataclass(frozen=True, eq=False)
class Weight:
    """One weight array of a layer, read and set in place.

    Attributes:
        name: What it is in its layer: `kernel`.
        path: Where it is: `dense_1/kernel`.
        trainable: Whether training changes it.
    """

    name: str
    path: str
    trainable: bool
    _read: Callable[[], Any]
    _write: Callable[[Any], None]

    @property
    def value(self) -> Any:
        """The array on the device."""
        return self._read()

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.value.shape

    @property
    def dtype(self) -> str:
        """The array's type by name, `float32`."""
        return str(self.value.dtype)

    @property
    def size(self) -> int:
        """The number of values."""
        return self.value.size

    def numpy(self) -> np.ndarray:
        """A copy as a NumPy array."""
        return np.array(self.value)

    def assign(self, value: Any) -> None:
        """Replaces the array.

        Raises:
            ShapeError: If the shape differs.
        """
        old = self.value
        new = jnp.asarray(np.asarray(value), old.dtype)
        if new.shape != old.shape:
            raise ShapeError(f"{self.path} has shape {old.shape}, got {new.shape}")
        self._write(new)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.value, dtype, copy=copy)

    def __repr__(self) -> str:
        return f"<Weight path={self.path}, shape={self.shape}, dtype={self.dtype}>"


class Placed:
    """Base class of what can be called and has weights: a layer, a model."""

    name: str | None

    # What a layer and a model each do in their own way.

    trainable: bool

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """What Keras names it after: `dense`, `functional`."""
        raise NotImplementedError

    def read_weights(self) -> tuple[Params, State]:
        """Weights that train and weights that do not, as the engine has them."""
        raise NotImplementedError

    def write_weights(self, params: Params, state: State) -> None:
        """Replaces all weights, unchecked."""
        raise NotImplementedError

    def as_layer(self, name: str) -> Any:
        """The frozen layer for a network, under a name that is free there."""
        raise NotImplementedError

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What a call on these symbolic tensors gives."""
        raise NotImplementedError

    def compute(self, x: Any, *, training: bool) -> Any:
        """The output for arrays, at once."""
        raise NotImplementedError

    @property
    def weights(self) -> list[Weight]:
        """All weights, in Keras's order."""
        raise NotImplementedError

    # What follows from that.

    @property
    def place(self) -> Place:
        """The mutable side, made when it is first asked for."""
        found = self.__dict__.get("_place")
        if found is None:
            found = Place()
            object.__setattr__(self, "_place", found)
        return found

    def __call__(self, *inputs: Any, training: bool = False) -> Any:
        x = inputs[0] if len(inputs) == 1 else inputs
        if not is_symbolic(x):
            return self.compute(x, training=training)
        many = isinstance(x, list | tuple) and not isinstance(x, Columns)
        given: tuple[Any, ...] = tuple(x) if many else (x,)
        outputs = call(self, given)
        return outputs[0] if len(outputs) == 1 else list(outputs)

    @property
    def input(self) -> Any:
        """The tensor that goes in, several as a list; its `.shape` has None for rows.

        Raises:
            NotFittedError: If the layer is not part of a network yet.
        """
        tensors = self._first_call().inputs
        return tensors[0] if len(tensors) == 1 else list(tensors)

    @property
    def output(self) -> Any:
        """The tensor that comes out, several as a list; its `.shape` has None for rows.

        Raises:
            NotFittedError: If the layer is not part of a network yet.
        """
        tensors = self._first_call().outputs
        return tensors[0] if len(tensors) == 1 else list(tensors)

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that train, in Keras's order."""
        return [weight for weight in self.weights if weight.trainable]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that do not train, in Keras's order."""
        return [weight for weight in self.weights if not weight.trainable]

    # Keras's other names for the same.
    variables = property(lambda self: self.weights)
    trainable_variables = property(lambda self: self.trainable_weights)
    non_trainable_variables = property(lambda self: self.non_trainable_weights)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weight arrays in Keras's order: kernel before bias."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replaces all weights.

        Raises:
            ShapeError: If their number or a shape differs; nothing is changed then.
        """
        own, arrays = self.weights, [np.asarray(array) for array in weights]
        if len(arrays) != len(own):
            raise ShapeError(f"{self.name} has {len(own)} weight arrays, got {len(arrays)}")
        for weight, array in zip(own, arrays):
            if array.shape != weight.shape:
                raise ShapeError(f"{weight.path} has shape {weight.shape}, got {array.shape}")
        for weight, array in zip(own, arrays):
            weight.assign(array)

    def count_params(self) -> int:
        """The number of weights, trained or not."""
        return sum(weight.size for weight in self.weights)

    def _first_call(self) -> Call:
        if not self.place.calls:
            raise NotFittedError(
                f"{self.name or type(self).__name__} is not part of a network yet",
                hint="start the model with Input((features,)), build it, or fit it",
            )
        return self.place.calls[0]


def call(layer: Placed, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Puts a layer behind tensors: the tensors that come out."""
    made = Call(layer, inputs)
    made.outputs = layer.outputs_for(inputs)
    for tensor in made.outputs:
        tensor.call = made
    layer.place.calls.append(made)
    return made.outputs
