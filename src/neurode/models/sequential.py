"""Layers in a row, with Keras's face."""

from collections.abc import Sequence
from typing import Any

from neurode.errors import ArgumentError, DataTypeError
from neurode.layers import Chain, Input, Layer
from neurode.models.model import Model


class Sequential(Model):
    """A model whose layers follow one another.

    Args:
        layers: Layers; the first entry may be `Input((features,))`, which makes the weights at once. Without
            it they are made by the first fit.
        name: The model's name.
        seed: Where all its randomness comes from: weights, order of rows, dropout. Same seed, same machine,
            same bits.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> net = Sequential([Input((2,)), Dense(3, activation="tanh"), Dense(1, activation="sigmoid")])
        >>> net.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
        >>> history = net.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1], epochs=3, verbose=0)
        >>> sorted(history.history), net.predict([[0, 1]]).shape
        (['accuracy', 'loss'], (1, 1))
    """

    def __init__(
        self, layers: Sequence[Layer | Input] = (), name: str = "sequential", *, seed: int = 0
    ) -> None:
        super().__init__(Chain(()), name=name, seed=seed)
        self._input: Input | None = None
        for layer in layers:
            self._append(layer)
        self._build_if_known()

    def add(self, layer: Layer | Input) -> None:
        """Adds a layer at the end; weights are made anew."""
        self._append(layer)
        self._build_if_known()

    def pop(self) -> Layer:
        """Takes the last layer off and returns it; weights are made anew.

        Raises:
            ArgumentError: If there is none.
        """
        if not self.network.layers:
            raise ArgumentError("a Sequential without layers has none to pop")
        last = self.network.layers[-1]
        self.network = Chain(self.network.layers[:-1])
        self._build_if_known()
        return last

    def _append(self, layer: Layer | Input) -> None:
        if isinstance(layer, Input):
            if self.network.layers or self._input:
                raise ArgumentError(
                    "Input comes first, and once", hint="give the shape once, as the first entry"
                )
            self._input = layer
        elif isinstance(layer, Layer):
            self.network = Chain.of([*self.network.layers, layer])
        else:
            raise DataTypeError(
                f"a Sequential is made of layers, got {layer!r} ({type(layer).__name__})",
                hint="write Dense(12), not Dense or 12",
            )

    def _build_if_known(self) -> None:
        first: Any = self.network.layers[0] if self.network.layers else None
        shape = self._input.shape if self._input else getattr(first, "input_shape", None)
        if first is not None and shape is not None:
            self.build(shape)
