"""Layers in a row, with Keras's face."""

from collections.abc import Sequence
from typing import Any

from neurode.errors import ArgumentError, DataTypeError, ShapeError
from neurode.layers import InputLayer, Placed, Tensor
from neurode.layers.input import Input
from neurode.layers.place import call
from neurode.layers.tensor import without_rows
from neurode.models.model import Model
from neurode.typing import Columns


class Sequential(Model):
    """A model whose layers follow one another.

    Args:
        layers: Layers or models; the first entry may be `Input((features,))`, which makes the weights at
            once. Without it they are made by `build` or the first fit.
        name: The model's name.
        seed: Where all its randomness comes from: weights, order of rows, dropout. Same seed, same machine,
            same bits. Models without one count 0, 1, 2, … or from what `utils.set_random_seed` said.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> net = Sequential([Input((2,)), Dense(3, activation="tanh"), Dense(1, activation="sigmoid")])
        >>> net.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
        >>> history = net.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1], epochs=3, verbose=0)
        >>> sorted(history.history), net.predict([[0, 1]]).shape
        (['accuracy', 'loss'], (1, 1))
    """

    def __init__(
        self, layers: Sequence[Any] | None = None, name: str | None = None, *, seed: int | None = None
    ) -> None:
        super().__init__(name=name or "sequential", seed=seed)
        # Two of them in one model are then "sequential" and "sequential_1".
        self.place.named_by_model = not name
        self._chain: list[Placed] = []
        self._begin: Tensor | None = None
        for layer in layers or ():
            self._append(layer)
        self._extend_to(self._begin)

    @property
    def kind(self) -> str:
        return "sequential"

    @property
    def layers(self) -> list[Any]:
        """The layers, in order; the input is not one of them."""
        return list(self._chain)

    @property
    def operations(self) -> list[Any]:
        return self.layers

    def add(self, layer: Any) -> None:
        """Adds a layer at the end; the others keep their weights."""
        self._append(layer)
        self._extend_to(self._begin)

    def pop(self) -> Any:
        """Takes the last layer off and returns it; the others keep their weights.

        Raises:
            ArgumentError: If there is none.
        """
        if not self._chain:
            raise ArgumentError("a Sequential without layers has none to pop")
        last = self._chain.pop()
        if self.built:
            fed = last.place.calls[-1].inputs if self._outputs else ()
            self._outputs = fed
            if self._chain:
                self._connect(self._inputs, self._outputs)
            else:
                self._network = None
        return last

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights for inputs of this shape.

        Args:
            input_shape: The row axis comes first, None or any number, as in Keras; one size alone, `(77,)`,
                is the number of features.
        """
        if input_shape is None:
            self.network  # noqa: B018
            return
        if not isinstance(input_shape, Columns):
            input_shape = tuple(input_shape) if isinstance(input_shape, list | tuple) else (input_shape,)
            input_shape = input_shape[1:] if len(input_shape) > 1 or input_shape == (None,) else input_shape
        if self.built:
            if self.input_shape_of_rows != input_shape:
                raise ShapeError(
                    f"the model was built for rows of shape {self.input_shape_of_rows}, not {input_shape}",
                    hint="make a new Sequential for another shape",
                )
            return
        self._begin = Input(input_shape)
        self._extend_to(self._begin)

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if not self.built:
            shape = inputs[0].shape
            self.build(without_rows(shape) if isinstance(shape, Columns) else shape)
        return super().outputs_for(inputs)

    def _append(self, layer: Any) -> None:
        if isinstance(layer, InputLayer):
            layer = call(layer, ())[0]
        if isinstance(layer, Tensor):
            if self._chain or self._begin is not None:
                raise ArgumentError(
                    "Input comes first, and once", hint="give the shape once, as the first entry"
                )
            self._begin = layer
            return
        if not isinstance(layer, Placed):
            raise DataTypeError(
                f"a Sequential is made of layers, got {layer!r} ({type(layer).__name__})",
                hint="write Dense(12), not Dense or 12",
            )
        if any(layer is other for other in self._chain):
            raise ArgumentError(
                f"the layer {layer.name!r} is in this Sequential already",
                hint="make another one, or share it between the branches of a functional Model",
            )
        if _given_name(layer) is not None and _given_name(layer) in map(_given_name, self._chain):
            raise ArgumentError(
                f"two layers are named {layer.name!r}", hint="layer names are unique in a model"
            )
        if not self._chain and self._begin is None:
            self._begin = _beginning_of(layer)
        self._chain.append(layer)

    def _extend_to(self, begin: Tensor | None) -> None:
        """Calls the layers that are not part of the network yet on what is there."""
        if begin is None or not self._chain:
            return
        self._inputs = (begin,)
        called = len(self._owners) - 1 if self.built else 0
        tensor: Any = self._outputs[0] if called else begin
        for layer in self._chain[called:]:
            tensor = call(layer, (tensor,))[0]
        self._connect(self._inputs, (tensor,))


def _given_name(layer: Placed) -> str | None:
    """The name that a person gave, None for one that a model chose."""
    return None if layer.place.named_by_model else layer.name


def _beginning_of(layer: Placed) -> Tensor | None:
    """The input that the first layer itself asks for."""
    if isinstance(layer, Model):
        return Input(layer.input_shape_of_rows) if layer.built else None
    shape = getattr(layer, "columns_shape", None) or getattr(layer, "input_shape", None)
    return None if shape is None else Input(shape)
