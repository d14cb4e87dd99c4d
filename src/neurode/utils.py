"""Keras's utilities: pictures of networks, one-hot targets, seeds."""

import random
import sys
from collections.abc import Sequence as SequenceOf
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.errors import ArgumentError, DataTypeError
from neurode.models import Model, seeding
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
