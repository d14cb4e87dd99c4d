"""Layers of earlier releases give the numbers that they gave then. `write_golden.py` made the files."""

import importlib.util
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode.layers import LAYERS

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*.json"))
spec = importlib.util.spec_from_file_location("write_golden", FOLDER.parent / "write_golden.py")
write_golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(write_golden)


def test_every_layer_has_a_file():
    # An input layer computes nothing; a function of one's own is in no file.
    assert {path.stem for path in FILES} == set(LAYERS) - {"InputLayer", "Lambda"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stored_layer_gives_the_stored_numbers(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    layer = LAYERS[path.stem].from_config(stored["config"])
    params, state = stored["weights"]
    weights = jax.tree.map(jnp.asarray, (params, state), is_leaf=lambda part: isinstance(part, list))
    y = write_golden.output_of(layer, weights, write_golden.as_input(layer, stored["input"]))
    np.testing.assert_allclose(y, np.array(stored["output"]), rtol=1e-5, atol=1e-6)
    assert layer.get_config().keys() >= stored["config"].keys()
