"""A callback that takes the vital signs of every layer at the end of each epoch."""

from collections.abc import Mapping
from typing import Any

from neurode.callbacks import Callback
from neurode.callbacks.callback import Logs
from neurode.errors import ArgumentError
from neurode.glass_box.vitals import LayerVitals, layer_vitals

FAMILIES = {"dead": "rectifier", "saturated": "bounded"}
"""Whose units may be what."""

QUANTITIES = ("gradient_norm", "weight_norm", "kernel_update", "signal", "dead", "saturated")


class Vitals(Callback):
    """Records by layer and epoch how gradients, weights and units do, on a few rows of your choice.

    It costs one pass over those rows an epoch, compiled once. `neurode.doctor(..., vitals=vitals)` looks at
    what it saw, and `drawing.draw_gradient_norms(vitals.gradient_norms)` draws it.

    Args:
        x: The rows: what `fit` is given, best a few hundred of them.
        y: Their targets.
        sample_weight: What each row counts for in the loss.
        estimator: The NeuralClassifier or NeuralRegressor that is fitted, if `x` is a raw table.

    Attributes:
        history: For each quantity and layer a list, one value an epoch: `gradient_norm`, `weight_norm`,
            `kernel_update` (the share of a kernel that the next step changes), `signal` (how much of the loss
            comes back to the layer's output), `dead` and `saturated` (shares of units). A layer without a
            quantity is not in it.

    Example:
        >>> import numpy as np
        >>> from neurode.layers import Dense, Input
        >>> from neurode.models import Sequential
        >>> model = Sequential([Input((2,)), Dense(4, activation="relu"), Dense(1)])
        >>> model.compile("adam", "mse")
        >>> x, y = np.ones((8, 2)), np.ones(8)
        >>> vitals = Vitals(x, y)
        >>> history = model.fit(x, y, epochs=3, verbose=0, callbacks=[vitals])
        >>> {layer: len(norms) for layer, norms in vitals.gradient_norms.items()}
        {'dense': 3, 'dense_1': 3}
    """

    def __init__(self, x: Any, y: Any, sample_weight: Any = None, *, estimator: Any = None) -> None:
        if x is None or y is None:
            raise ArgumentError("Vitals needs rows and their targets", hint="Vitals(x[:256], y[:256])")
        self._given, self._estimator = (x, y, sample_weight), estimator
        self._rows = self._given
        self.history: dict[str, dict[str, list[float]]] = {name: {} for name in QUANTITIES}

    @property
    def gradient_norms(self) -> Mapping[str, list[float]]:
        """For each layer the length of its gradient by epoch."""
        return self.history["gradient_norm"]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.history = {name: {} for name in QUANTITIES}
        # The estimator knows by now how tables are encoded, but not before.
        self._rows = self._given if self._estimator is None else learned_rows(self._estimator, *self._given)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        for layer in layer_vitals(self.model, *self._rows):
            for quantity, by_layer in self.history.items():
                value = _value(layer, quantity)
                if value is not None:
                    by_layer.setdefault(layer.name, []).append(value)


def _value(layer: LayerVitals, quantity: str) -> float | None:
    if quantity in FAMILIES and (layer.flat is None or layer.family != FAMILIES[quantity]):
        return None
    return getattr(layer, quantity)


def learned_rows(estimator: Any, x: Any, y: Any, sample_weight: Any = None) -> tuple[Any, Any, Any]:
    """A raw table as the estimator's network learns it, each row with what it counts for in the loss."""
    columns, target, weight = estimator.network_rows(x, y, sample_weight)
    codes = target if target.ndim == 1 else target.argmax(axis=1)
    # Balanced classes count for more or less in training, and so they do here.
    return columns, target, estimator._weights_for_stopping(codes, weight)
