"""A network that takes the columns of a table: the encoding is its first layer."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from neurode.layers import Layer, TableEncoding
from neurode.models.sequential import Sequential
from neurode.typing import Columns


@runtime_checkable
class FittedEncoding(Protocol):
    """What a network has to know of an encoding; `neurode.tables.Encoding` is one."""

    @property
    def scaling(self) -> str: ...
    @property
    def gaps(self) -> tuple[bool, ...]: ...
    @property
    def cardinalities(self) -> tuple[int, ...]: ...
    def statistics(self) -> Mapping[str, np.ndarray]: ...


def table_network(
    encoding: FittedEncoding,
    columns: Columns,
    layers: Sequence[Layer],
    *,
    one_hot_limit: int = 32,
    name: str = "sequential",
    seed: int = 0,
) -> Sequential:
    """A `Sequential` whose first layer, `table`, encodes the columns by the encoding's statistics.

    Args:
        encoding: Fitted on the training rows.
        columns: The training rows, encoded: they tell which categories have gaps.
        layers: The layers that follow.
        one_hot_limit: Most codes of a category that is one-hot; beyond it is embedded.
        name: The model's name.
        seed: Where all its randomness comes from.

    Example:
        >>> import neurode
        >>> from neurode.layers import Dense
        >>> frame = neurode.read_table({"grade": ["A", "B", "A", "C"], "income": [30.0, 20.0, None, 9.0]})
        >>> encoding = neurode.tables.Encoding.fit(frame, neurode.Schema.infer(frame))
        >>> columns = encoding.transform(frame)
        >>> net = table_network(encoding, columns, [Dense(1, activation="sigmoid")])
        >>> net.predict(columns).shape
        (4, 1)
    """
    table = TableEncoding(
        gaps=encoding.gaps,
        cardinalities=encoding.cardinalities,
        category_gaps=tuple((np.asarray(columns.codes) == 0).any(axis=0).tolist()),
        scaling=encoding.scaling,
        one_hot_limit=one_hot_limit,
        name="table",
    )
    model = Sequential([table, *layers], name=name, seed=seed)
    statistics: Any = encoding.statistics()
    weights = model.get_layer("table").weights
    model.get_layer("table").set_weights([statistics.get(weight.name, weight.value) for weight in weights])
    return model
