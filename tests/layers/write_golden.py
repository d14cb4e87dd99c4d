"""Writes golden/<Layer>.json: settings, input, weights and output of each layer, which later releases repeat.

Run it for a new layer only: a stored number that changes is a broken promise to saved models.
"""

import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from neurode import layers
from neurode.typing import Columns

FOLDER = Path(__file__).parent / "golden"
FLAT = [[0.5, -1.0, 2.0, 0.0], [1.5, 0.25, -2.0, 3.0]]
STEPS = [[[0.5, -1.0], [2.0, 0.0], [1.0, 1.0]], [[1.5, 0.25], [-2.0, 3.0], [0.0, -1.0]]]
CODES = [[0, 2, 1], [3, 3, 0]]
TEXT = [["low", "high"], ["none", "low"]]
TABLE = [[[5.0], [None]], [[2], [1]]]
TWO = [FLAT, [[1.0, 2.0, 3.0, 4.0], [0.0, -1.0, 0.5, 2.0]]]
CASES = {
    "Activation": ({"activation": "gelu"}, FLAT),
    "ActivityRegularization": ({"l1": 0.1}, FLAT),
    "Add": ({}, TWO),
    "AlphaDropout": ({"rate": 0.5}, FLAT),
    "Average": ({}, TWO),
    "BatchNormalization": ({"axis": 1}, STEPS),
    "CategoryEncoding": ({"num_tokens": 4, "output_mode": "count"}, [CODES]),
    "Concatenate": ({"axis": 1}, TWO),
    "Dense": ({"units": 3, "activation": "tanh", "bias_initializer": "ones"}, FLAT),
    "Discretization": ({"bin_boundaries": [0.0, 1.0]}, FLAT),
    "Dot": ({"axes": 1, "normalize": True}, TWO),
    "Dropout": ({"rate": 0.5}, FLAT),
    "ELU": ({"alpha": 0.5}, FLAT),
    "Embedding": ({"input_dim": 4, "output_dim": 2}, CODES),
    "Flatten": ({}, STEPS),
    "GaussianDropout": ({"rate": 0.5}, FLAT),
    "GaussianNoise": ({"stddev": 0.5}, FLAT),
    "GlobalAveragePooling1D": ({}, STEPS),
    "GlobalMaxPooling1D": ({}, STEPS),
    "GroupNormalization": ({"groups": 2}, FLAT),
    "Hashing": ({"num_bins": 100}, TEXT),
    "Identity": ({}, FLAT),
    "IntegerLookup": ({"vocabulary": [2, 3]}, CODES),
    "LayerNormalization": ({}, FLAT),
    "LeakyReLU": ({}, FLAT),
    "Maximum": ({}, TWO),
    "Minimum": ({}, TWO),
    "Multiply": ({}, TWO),
    "Normalization": ({"mean": 0.5, "variance": 4.0}, FLAT),
    "Operation": ({"op": "multiply", "arguments": [["input", 0], 2.0]}, [FLAT]),
    "PReLU": ({"alpha_initializer": "ones"}, FLAT),
    "Permute": ({"dims": [2, 1]}, STEPS),
    "RMSNormalization": ({}, FLAT),
    "ReLU": ({"max_value": 1.0}, FLAT),
    "RepeatVector": ({"n": 2}, FLAT),
    "Rescaling": ({"scale": 0.5, "offset": 1.0}, FLAT),
    "Reshape": ({"target_shape": [2, -1]}, FLAT),
    "Softmax": ({}, FLAT),
    "StringLookup": ({"vocabulary": ["low", "high"]}, TEXT),
    "Subtract": ({}, TWO),
    "TableEncoding": ({"gaps": [True], "cardinalities": [40]}, TABLE),
    "UnitNormalization": ({}, FLAT),
}


def as_input(layer, values):
    """The input as the layer takes it."""
    if isinstance(layer, layers.TableEncoding):
        return Columns(jnp.asarray(np.array(values[0], np.float32)), jnp.asarray(values[1], jnp.uint8))
    if layer.takes_many:
        return tuple(map(jnp.asarray, values))
    return (
        np.asarray(values) if isinstance(layer, layers.Hashing | layers.StringLookup) else jnp.asarray(values)
    )


def output_of(layer, weights, x):
    """What the layer gives in use."""
    if isinstance(x, np.ndarray):
        return layer(x)
    return layer.apply(*weights, x)[0]


def main(names):
    """Writes the files of these layers, or of all that have none."""
    FOLDER.mkdir(exist_ok=True)
    for name, (settings, values) in CASES.items():
        path = FOLDER / f"{name}.json"
        if (names and name not in names) or (not names and path.exists()):
            continue
        layer = layers.LAYERS[name].from_config(settings)
        x = as_input(layer, values)
        shape = jax.tree.map(lambda part: part.shape[1:], x)
        shape = Columns(*shape) if isinstance(x, Columns) else shape
        weights = ({}, {}) if isinstance(x, np.ndarray) else layer.init(jax.random.key(0), shape)
        written = {
            "config": json.loads(json.dumps(layer.get_config())),
            "input": values,
            "weights": jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), list(weights)),
            "output": np.asarray(output_of(layer, weights, x)).tolist(),
        }
        path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
