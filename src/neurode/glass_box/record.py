"""What a trace tells: every number of one pass through a network, as a record."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.errors import UnknownNameError
from neurode.glass_box.checking import GradientCheck

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class InputPass:
    """An input of the network.

    Args:
        name: What a dict of inputs calls it.
        columns: A name for each column, where rows are vectors.
        value: `(rows, …)`; of a table its numbers and the words of its levels.
        gradient: ∂L/∂x, NaN where a value is a word and has none; None without a loss.
    """

    name: str
    columns: tuple[str, ...]
    value: np.ndarray
    gradient: np.ndarray | None


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One use of a layer.

    Args:
        name: The layer; of a layer inside another model `model/layer`.
        use: Which use of a layer that is used several times, from 1.
        kind: Its class.
        activation: The name of its activation, None where it has none.
        trainable: Whether training changes its weights.
        sources: The inputs or layers that feed it.
        input: What it was given, `(rows, …)`; a tuple where that is several values.
        z: Weighted sums, before the activation; None for a layer without one.
        a: What it gives on.
        gradient_z: ∂L/∂z, by which bias and kernel learn; None without a loss.
        gradient_a: ∂L/∂a; None without a loss, and for values that are no real numbers.
        weights: Its weights by name, those that do not train included.
        units: A name for each unit, where there are names: the features that a table becomes.
    """

    name: str
    use: int
    kind: str
    activation: str | None
    trainable: bool
    sources: tuple[str, ...]
    input: Any
    z: np.ndarray | None
    a: np.ndarray
    gradient_z: np.ndarray | None
    gradient_a: np.ndarray | None
    weights: Mapping[str, np.ndarray]
    units: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """One pass forward and backward in numbers; prints as a table.

    Without a target there is the pass forward alone, and everything about loss, gradients and steps is None
    or empty.

    Args:
        name: The model.
        training: Whether it was a pass of training: dropout on, statistics of the batch.
        inputs: What went in.
        layers: Every use of a layer, in the order in which they are computed.
        predictions: What came out, by output.
        targets: What should have come out, as the loss is given it, by output.
        loss: What training lowers: the losses of all outputs, weighted, and penalties.
        output_losses: The loss of each output, before its weight.
        row_losses: For each output the loss of each row, before sample weights.
        penalty: What regularizers of weights and outputs add to the loss.
        weights: Every array of weights that training could change, by path: `dense/kernel`.
        gradients: ∂L/∂w of each array that trains.
        frozen: The paths of those that do not train, which have no gradient here.
        steps: What the optimiser would add to each array that trains, constraints included.
        optimizer: The optimiser's class.
        learning_rate: The size of this step.
        step: The number of this step, from 1.
        check: How the gradients compare with finite differences; None if that was not asked for.
    """

    name: str
    training: bool
    inputs: tuple[InputPass, ...]
    layers: tuple[LayerPass, ...]
    predictions: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    loss: float | None
    output_losses: Mapping[str, float]
    row_losses: Mapping[str, np.ndarray]
    penalty: float | None
    weights: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    frozen: tuple[str, ...]
    steps: Mapping[str, np.ndarray]
    optimizer: str | None
    learning_rate: float | None
    step: int | None
    check: GradientCheck | None

    @property
    def n_rows(self) -> int:
        """How many rows went through."""
        return len(self.layers[0].a) if self.layers else len(self.inputs[0].value)

    @property
    def illness(self) -> str | None:
        """Where numbers cease to be finite on the way to a prediction or loss; None where none does."""
        ends = [*self.predictions.values(), *self.row_losses.values()]
        if self.loss is not None:
            ends.append(np.asarray(self.loss))
        if all(np.isfinite(values).all() for values in ends):
            return None
        # A table may have gaps: its encoding deals with them.
        places = [
            *((f"input {part.name}", part.value) for part in self.inputs if part.value.dtype.kind == "f"),
            *((f"weight {path}", weight) for path, weight in self.weights.items()),
            *((f"layer {layer.name}", layer.a) for layer in self.layers),
            *((f"target of {name}", target) for name, target in self.targets.items()),
        ]
        first = next((name for name, values in places if not _is_finite(values)), "the loss")
        return f"not finite from {first} on: nothing after it tells anything"

    def layer(self, name: str, use: int = 1) -> LayerPass:
        """One use of the layer called `name`.

        Raises:
            UnknownNameError: If there is no such layer, or it is not used so often.
        """
        for layer in self.layers:
            if (layer.name, layer.use) == (name, use):
                return layer
        known = [layer.name if layer.use == 1 else f"{layer.name} (use {layer.use})" for layer in self.layers]
        raise UnknownNameError("layer", name if use == 1 else f"{name} (use {use})", known)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values: arrays as lists, numbers that JSON lacks as null."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def to_frame(self) -> "pl.DataFrame":
        """A row for each unit of each layer and each row: z, a and their gradients.

        Units of a layer whose rows are tables are counted through.
        """
        import polars as pl

        parts = [_units(layer) for layer in self.layers]
        return pl.concat(parts) if parts else pl.DataFrame()

    def __str__(self) -> str:
        from neurode.glass_box.wording import text_of

        return text_of(self)


def _units(layer: LayerPass) -> "pl.DataFrame":
    import polars as pl

    flat = layer.a.reshape(len(layer.a), -1)
    rows, units = np.indices(flat.shape).reshape(2, -1)
    named = layer.units and len(layer.units) == flat.shape[1]
    names = [layer.units[unit] if named and layer.units else str(unit) for unit in units]
    values = {"z": layer.z, "a": layer.a, "gradient_z": layer.gradient_z, "gradient_a": layer.gradient_a}
    return pl.DataFrame(
        {
            "row": pl.Series(rows, dtype=pl.UInt32),
            "layer": pl.Series([layer.name] * flat.size, dtype=pl.String),
            "use": pl.Series([layer.use] * flat.size, dtype=pl.UInt32),
            "unit": pl.Series(names, dtype=pl.String),
            **{
                name: pl.Series([None] * flat.size if value is None else _as_floats(value), dtype=pl.Float32)
                for name, value in values.items()
            },
        }
    )


def _is_finite(values: np.ndarray) -> bool:
    return values.dtype.kind not in "fc" or bool(np.isfinite(values).all())


def _as_floats(value: np.ndarray) -> np.ndarray:
    return value.reshape(-1).astype(np.float32)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, GradientCheck):
        return {"agrees": value.agrees, "tolerance": value.tolerance, "arrays": _plain(value.arrays)}
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
