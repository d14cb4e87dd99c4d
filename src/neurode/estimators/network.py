"""The network behind an estimator: the table's encoding, then the hidden layers or a network of one's own."""

from collections.abc import Sequence
from typing import Any

from neurode import activations
from neurode.errors import ArgumentError, DataTypeError
from neurode.layers import Activation, BatchNormalization, Dense, Dropout, Input, Layer
from neurode.models import Model, Sequential, table_network
from neurode.tables import Encoding
from neurode.typing import Columns


def hidden_layers(
    sizes: Sequence[int] | int, activation: Any, dropout: float | int, batch_normalization: bool
) -> list[Layer]:
    """Dense layers, each with its activation and dropout.

    Example:
        >>> [layer.units for layer in hidden_layers((8, 4), "relu", 0.0, False)]
        [8, 4]
    """
    layers: list[Layer] = []
    for units in (sizes,) if isinstance(sizes, int) else tuple(sizes):
        if batch_normalization:
            layers += [Dense(units, use_bias=False), BatchNormalization(), Activation(activation)]
        else:
            layers.append(Dense(units, activation=activation))
        if dropout:
            layers.append(Dropout(dropout))
    return layers


def build_network(
    encoding: Encoding,
    columns: Columns,
    body: Any,
    *,
    units: Sequence[int],
    activation: Sequence[str],
    one_hot_limit: int,
    name: str,
    seed: int,
) -> Model:
    """A model from encoded columns to predictions.

    Args:
        encoding: Fitted on the training rows.
        columns: The training rows, encoded.
        body: Layers before the output layer, which is added; or a whole network: a `Sequential`, of which the
            architecture is taken, or a function from the symbolic tensor of features to the output tensor.
        units: How many outputs the network may have.
        activation: What the output layer of so many outputs ends in.
        one_hot_limit: Most codes of a category that is one-hot.
        name: The model's name.
        seed: Where its randomness comes from.

    Raises:
        ArgumentError: If a network of one's own ends in other units or another activation.
    """
    options: dict[str, Any] = {"one_hot_limit": one_hot_limit, "name": name, "seed": seed}
    if isinstance(body, Sequential):
        # Layers of its own: each fit begins anew, and the person's object stays as it is.
        fresh = [type(layer).from_config(layer.get_config()) for layer in body.layers]
        return _checked(table_network(encoding, columns, fresh, **options), units, activation)
    if isinstance(body, Sequence):
        output = Dense(units[0], activation[0], name="output")
        return table_network(encoding, columns, [*body, output], **options)
    if not callable(body):
        raise DataTypeError(
            f"network={body!r} ({type(body).__name__})",
            hint="give a Sequential, or a function of the features that returns the output tensor",
        )
    table = table_network(encoding, columns, [], **options).get_layer("table")
    inputs = Input(table.columns_shape)
    return _checked(Model(inputs, body(table(inputs)), name=name, seed=seed), units, activation)


def _checked(model: Model, units: Sequence[int], activation: Sequence[str]) -> Model:
    wanted = " or ".join(f"Dense({n}, activation={name!r})" for n, name in zip(units, activation))
    found = model.output_shape[-1]
    _, (last,) = model.network.head()
    if found not in units:
        raise ArgumentError(
            f"the network has {found} outputs, this target needs {' or '.join(map(str, units))}",
            hint=f"end it in {wanted}",
        )
    needed = activation[list(units).index(found)]
    if last is not activations.get(needed):
        raise ArgumentError(f"the network's output layer has no {needed}", hint=f"end it in {wanted}")
    return model


def auto_batch_size(rows: int) -> int:
    """Rows of a step by the size of the table: small tables need many steps, large ones long batches.

    Example:
        >>> auto_batch_size(700), auto_batch_size(21_000), auto_batch_size(1_000_000)
        (32, 256, 512)
    """
    for limit, batch_size in ((1_000, 32), (4_000, 64), (10_000, 128), (40_000, 256)):
        if rows <= limit:
            return batch_size
    return 512
