"""The entries of Keras's JSON: `{"class_name", "config", …}` for each layer, one inside the other."""

from collections.abc import Mapping
from typing import Any

MODELS = ("Sequential", "Functional", "Model")
"""Classes of Keras that hold layers."""


def parts_of(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries inside a model's entry, none inside a layer's.

    Example:
        >>> parts_of({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}})
        [{'class_name': 'Dense'}]
    """
    return list(entry["config"]["layers"]) if entry["class_name"] in MODELS else []


def name_of(entry: Mapping[str, Any]) -> str:
    """The name of a layer, which is in one of two places.

    Example:
        >>> name_of({"class_name": "Dense", "config": {"name": "score"}})
        'score'
    """
    return str(entry.get("name") or entry["config"]["name"])


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether this is an op between layers, such as `x + y`, which Keras does not count as a layer.

    Example:
        >>> is_operation({"module": "keras.src.ops.numpy", "class_name": "Add"})
        True
    """
    return ".ops" in str(entry.get("module"))
