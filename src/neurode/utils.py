"""Keras's utilities: pictures of networks, one-hot targets, seeds."""

import random
import sys
from collections.abc import Sequence as SequenceOf
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, DataTypeError
from neurode.models import Model, dense_chain, seeding
from neurode.models.streams import Sequence as Sequence

PyDataset = Sequence
"""Keras 3's name of `Sequence`."""


def to_categorical(x: Any, num_classes: int | None = None) -> Float[np.ndarray, "... classes"]:
    """Class numbers as one-hot rows.

    Args:
        x: Whole numbers from 0 to `num_classes` - 1, of any shape; a last axis of size 1 is dropped.
        num_classes: The number of classes; the largest number plus 1 if left out.

    Raises:
        ArgumentError: If a class number is out of range.

    Example:
        >>> to_categorical([0, 2])
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    labels = np.asarray(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    numbers = labels.astype(np.int64)
    if (numbers != labels).any():
        raise DataTypeError("to_categorical takes whole numbers", hint="code the classes as 0, 1, 2, … first")
    classes = int(numbers.max()) + 1 if num_classes is None else num_classes
    if numbers.size and (numbers.min() < 0 or numbers.max() >= classes):
        raise ArgumentError(
            f"class numbers from {numbers.min()} to {numbers.max()} for {classes} classes",
            hint=f"class numbers are from 0 to {classes - 1}",
        )
    return np.eye(classes)[numbers]


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """The array divided by its norm along an axis; zeros stay zeros.

    Example:
        >>> normalize([[3.0, 4.0]])
        array([[0.6, 0.8]])
    """
    array = np.atleast_1d(np.asarray(x))
    length = np.atleast_1d(np.linalg.norm(array, order, axis))
    length[length == 0] = 1
    return array / np.expand_dims(length, axis)


def set_random_seed(seed: int) -> None:
    """Seeds Python's and NumPy's generators, and the models that are made from now on without a seed.

    Raises:
        ArgumentError: If the seed is not a whole number from 0 to 2**32 - 1.
    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ArgumentError(f"seed={seed!r}", hint="a seed is a whole number from 0 to 2**32 - 1")
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002  Keras's function seeds the old generator.
    seeding.set_default_seed(int(seed))


def plot_model(
    model: Model,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
) -> Any:
    """Draws the layers of a model and what feeds what, into a file.

    No Graphviz is needed.

    Args:
        model: A model that is built.
        to_file: Where to, ending in `.png`, `.svg` or `.pdf`.
        show_shapes: Whether to show the shapes of inputs and outputs.
        show_dtype: Whether to show the type of numbers.
        show_layer_names: Whether to show the names of layers.
        rankdir: `"TB"` from top to bottom or `"LR"` from left to right.
        expand_nested: Whether to draw the layers of models inside.
        dpi: Dots an inch of a PNG.
        show_layer_activations: Whether to show activations.
        show_trainable: Whether to show which layers are frozen.

    Returns:
        In a notebook, the picture; else nothing.

    Raises:
        NotFittedError: If the model is not built.
        FileError: If the file cannot be written.
    """
    from neurode.drawing import save_layer_graph

    save_layer_graph(
        layer_boxes(model),
        to_file,
        dpi=dpi,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        rankdir=rankdir,
        expand_nested=expand_nested,
    )
    return _shown_in_notebook(to_file)


def plot_network(
    model: Any, to_file: Any = "network.png", theme: str = "light", dpi: int = 150, **names: Any
) -> Any:
    """Draws a model as neurons and weighted links into a file; `plot_model` draws its layers as boxes.

    Args:
        model: A chain of dense layers: a built model, or a fitted estimator.
        to_file: Where to, ending in `.png`, `.svg` or `.pdf`.
        theme: `"light"` or `"dark"`.
        dpi: Dots an inch of a PNG.
        names: `input_names` and `output_names`, where others than the estimator's are wanted.

    Returns:
        In a notebook, the picture; else nothing.

    Raises:
        NotFittedError: If the model has no weights yet.
        ArgumentError: If it is no chain of dense layers.
        FileError: If the file cannot be written.
    """
    from neurode.drawing import draw_network, figure_style, save_figure

    with figure_style(theme):
        save_figure(draw_network(**{**network_arguments(model), **names}), to_file, dpi=dpi)
    return _shown_in_notebook(to_file)


def network_arguments(model: Any) -> dict[str, Any]:
    """What `neurode.drawing.draw_network` needs to know of a model, by the names of its arguments.

    Args:
        model: A chain of dense layers: a built model, or a fitted estimator, whose columns and classes give
            the names.

    Raises:
        NotFittedError: If the model has no weights yet.
        ArgumentError: If it is no chain of dense layers.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> from neurode.models import Sequential
        >>> arguments = network_arguments(Sequential([Input((2,)), Dense(1, activation="sigmoid")]))
        >>> arguments["layer_sizes"], arguments["activations"]
        ((2, 1), ('sigmoid',))
    """
    if hasattr(model, "_check_fitted"):
        model._check_fitted()
    chain = (
        _perceptron(model)
        if hasattr(model, "coefs_")
        else dense_chain.dense_chain(getattr(model, "model_", model))
    )
    n_outputs = chain.layer_sizes[-1]
    named = getattr(model, "classes_", getattr(model, "target_names_", None))
    outputs = [] if named is None else [str(name) for name in named]
    arguments = {
        "layer_sizes": chain.layer_sizes,
        "weights": chain.kernels,
        "biases": chain.biases,
        "activations": chain.activations,
        "dropouts": chain.dropouts,
        # Of two classes the network says how likely the second one is.
        "output_names": {len(outputs): outputs, len(outputs) - 1: outputs[1:]}.get(n_outputs),
    }
    if chain.table is not None and hasattr(model, "encoding_"):
        columns = [model.encoding_.names[column] for column in chain.table.columns_of_features()]
        arguments |= {"input_groups": columns, "input_names": _feature_names(chain.table, model.encoding_)}
    elif hasattr(model, "feature_names_in_"):
        arguments["input_names"] = [str(name) for name in model.feature_names_in_]
    return arguments


def _perceptron(model: Any) -> dense_chain.DenseChain:
    """A stand-in for scikit-learn's perceptrons, whose weights are plain arrays."""
    hidden = len(model.coefs_) - 1
    activations = [*[model.activation] * hidden, model.out_activation_]
    return dense_chain.DenseChain(
        kernels=tuple(model.coefs_),
        biases=tuple(model.intercepts_),
        activations=tuple(None if name == "identity" else name for name in activations),
        dropouts=(0.0,) * (hidden + 1),
    )


def _feature_names(table: Any, encoding: Any) -> list[str]:
    """What each feature is within its column: a level, a bin of a number, a gap."""
    codes = iter(zip(*table._slots()))
    n_numbers, n_pieces = len(table.gaps), table._width - 2
    names = [number.name for number in encoding.numbers]
    if table.scaling == "piecewise":
        names = ["scaled"] * n_numbers + ["rank"] * n_numbers
        names += [f"bin {piece + 1} of {n_pieces}" for piece in range(n_pieces)] * n_numbers
    names += ["missing"] * sum(table.gaps)
    names += [
        "missing" if code == 0 else str(encoding.categories[column].levels[code - 2])
        for column, code in codes
    ]
    for _, width in table._embedded().values():
        names += [f"embedding {place + 1} of {width}" for place in range(width)]
    return names


def layer_boxes(model: Model) -> SequenceOf[Any]:
    """The layers of a model as records for `neurode.drawing.draw_layer_graph`.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> x = Input((2,), name="features")
        >>> [(box.name, box.inputs) for box in layer_boxes(Model(x, Dense(1, name="risk")(x)))]
        [('features', ()), ('risk', ('features',))]
    """
    from neurode.drawing import LayerBox

    feeding = _feeding(model)
    listed = {id(layer) for layer in model.operations}
    shown = {name: layer for name, layer in model._owners if id(layer) in listed}
    inputs = [name for name in model.input_names if name in shown]
    boxes = []
    # A model inside another is entered through its inputs in their order.
    for name in [*inputs, *(name for name in shown if name not in inputs)]:
        layer: Any = shown[name]
        is_model = isinstance(layer, Model)
        config = {} if is_model else layer.get_config()
        fed = tuple(source for source in feeding.get(name, ()) if source.partition("/")[0] in shown)
        boxes.append(
            LayerBox(
                name=name,
                kind=type(layer).__name__,
                inputs=fed,
                input_shape=None if name in inputs else _shapes(layer.input),
                output_shape=_shapes(layer.output),
                activation=config.get("activation"),
                dtype=config.get("dtype") or "float32",
                trainable=layer.trainable if layer.weights else None,
                children=tuple(layer_boxes(layer)) if is_model else (),
            )
        )
    return boxes


def _feeding(model: Model) -> dict[str, list[str]]:
    """For each layer the layers that feed it; `encoder/mean` is the layer `mean` of the model `encoder`."""
    sources = list(model.network.inputs)
    own = dict(model._owners)
    found: dict[str, list[str]] = {}
    for node in model.network.nodes:
        name = node.layer.label
        found.setdefault(name, []).extend(sources[value] for value in node.inputs)
        layer = own[name]
        sources += [f"{name}/{end}" for end in layer.output_names] if isinstance(layer, Model) else [name]
    return found


def _shapes(tensors: Any) -> Any:
    return tuple(tensor.shape for tensor in tensors) if isinstance(tensors, list) else tensors.shape


def _shown_in_notebook(path: Any) -> Any:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if type(shell).__name__ != "ZMQInteractiveShell" or not str(path).lower().endswith((".png", ".svg")):
        return None
    from IPython import display

    return (display.SVG if str(path).lower().endswith(".svg") else display.Image)(filename=str(path))
