"""What is traced: a network, its rows as the engine takes them, and what columns and features are called."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, DataTypeError
from neurode.glass_box.features import cells, column_names, feature_names
from neurode.layers import TableEncoding
from neurode.models import Model
from neurode.models.data import count_of
from neurode.tables import Encoding
from neurode.training.state import Batch
from neurode.typing import Columns

MOST_ROWS = 1_000
"""Rows that a person may look into at once."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A built model and rows for it.

    Args:
        model: The network.
        x: Its inputs on the host, one or a tuple.
        y: A target for each output, None if the pass forward is all.
        weight: For each output a weight a row, or None.
        columns: For each input the names of its columns.
        encoding: How the table was encoded, where that is known.
    """

    model: Model
    x: Any
    y: tuple[np.ndarray, ...] | None
    weight: tuple[Any, ...]
    columns: tuple[tuple[str, ...], ...]
    encoding: Encoding | None = None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """Each input by itself."""
        return self.x if len(self.model.network.inputs) > 1 else (self.x,)

    @property
    def batch(self) -> Batch:
        """The rows of a step, none of them padding."""
        y: Any = self.y or ()
        return Batch(self.x, y, self.weight, None)

    def shown(self, number: int) -> np.ndarray:
        """An input as a person reads it."""
        x = self.inputs[number]
        return cells(self.encoding, x) if isinstance(x, Columns) else np.asarray(x)

    @property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Names of the features of layers that take a table."""
        tables = [x for x in self.inputs if isinstance(x, Columns)]
        return {
            layer.label: feature_names(layer, self.encoding, tables[0])
            for layer in self.model.network.layers
            if isinstance(layer, TableEncoding) and tables
        }


def subject_of(model: Any, x: Any, y: Any, sample_weight: Any) -> Subject:
    """The network of a model or a fitted estimator, and the rows for it.

    Raises:
        NotFittedError: If it is not built or fitted, or not compiled although there is a target.
        ShapeError, DataTypeError, TableError: If rows or target do not fit it.
        ArgumentError: If there are too many rows, or weights without a target.
    """
    if sample_weight is not None and y is None:
        raise ArgumentError("sample_weight without y", hint="weights count in the loss: pass y too")
    encoding = None
    if hasattr(model, "network_rows"):
        x, y, sample_weight = model.network_rows(x, y, sample_weight)
        model, encoding = model.model_, model.encoding_
    if not isinstance(model, Model):
        raise DataTypeError(
            f"trace of a {type(model).__name__}",
            available="models: Model, Sequential, NeuralClassifier, NeuralRegressor",
        )
    names = _names_of(x)
    model.network  # noqa: B018  A model that is not built says so.
    if y is None:
        inputs, targets, weight = model._started(x), None, (None,) * len(model.output_names)
    else:
        model.task  # noqa: B018  So does one that is not compiled.
        inputs, targets, weight = model._host_rows(x, y, sample_weight)
    if count_of(inputs) > MOST_ROWS:
        raise ArgumentError(
            f"{count_of(inputs):,} rows to trace, at most {MOST_ROWS:,}",
            hint="pass a few of them: every number of every row is kept",
        )
    several = inputs if len(model.network.inputs) > 1 else (inputs,)
    columns = tuple(_columns_of(part, names, encoding) for part in several)
    return Subject(model, inputs, targets, weight, columns, encoding)


def _names_of(x: Any) -> tuple[str, ...]:
    return tuple(map(str, x.columns)) if hasattr(x, "columns") else ()


def _columns_of(x: Any, names: tuple[str, ...], encoding: Encoding | None) -> tuple[str, ...]:
    if isinstance(x, Columns):
        return column_names(encoding, x)
    if np.ndim(x) != 2:
        return ()
    width = np.shape(x)[1]
    return names if len(names) == width else tuple(f"x{i}" for i in range(width))
