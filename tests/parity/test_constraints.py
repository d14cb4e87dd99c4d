"""Constrained weights against Keras 3.15."""

import numpy as np
import pytest

from neurode import constraints

W = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
CONFIGURED = [
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 1, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": -1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.0, "max_value": 1.5, "rate": 0.3, "axis": 1}),
]


@pytest.mark.parametrize(("name", "config"), CONFIGURED)
def test_weights_and_configuration(name, config, keras):
    ours, theirs = getattr(constraints, name)(**config), getattr(keras.constraints, name)(**config)
    for w in (W, 1e-8 * W, np.zeros_like(W)):
        np.testing.assert_allclose(ours(w), theirs(w), rtol=1e-5, atol=1e-12)
    # A record holds a tuple where Keras holds the list.
    assert {
        k: list(v) if isinstance(v, tuple) else v for k, v in ours.get_config().items()
    } == theirs.get_config()
    assert constraints.deserialize(keras.constraints.serialize(theirs)) == ours
    assert type(keras.constraints.deserialize(constraints.serialize(ours))) is type(theirs)


def test_every_name_of_keras_is_known(keras):
    from keras.src.constraints import ALL_OBJECTS_DICT

    for name in set(ALL_OBJECTS_DICT) - {"Constraint", "constraint"}:
        assert type(constraints.get(name)).__name__ == ALL_OBJECTS_DICT[name].__name__
    assert {name for name in dir(keras.constraints) if name[0] != "_"} <= set(dir(constraints))
