"""Initial weights against Keras 3.15: exact where nothing is drawn, moments and bounds where something is."""

import inspect

import numpy as np
import pytest

from neurode import initializers

SHAPE = (200, 300)
# Short-time Fourier weights are for audio; `Initializer` is the base class.
LEFT_OUT = {"STFT", "STFTInitializer", "stft", "Initializer", "initializer"}
CONFIGURED = [
    ("RandomUniform", {"minval": -1.0, "maxval": 3.0, "seed": 1}),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0, "seed": 1}),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 2.0, "seed": 1}),
    *[
        ("VarianceScaling", {"scale": 0.5, "mode": mode, "distribution": distribution, "seed": 1})
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("uniform", "truncated_normal", "untruncated_normal")
    ],
    *[(name, {"seed": 1}) for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal")],
    *[(name, {"seed": 1}) for name in ("LecunUniform", "LecunNormal", "Orthogonal")],
]


def test_every_name_of_keras_is_known(keras):
    from keras.src.initializers import ALL_OBJECTS_DICT

    for name in set(ALL_OBJECTS_DICT) - LEFT_OUT:
        assert type(initializers.get(name)).__name__ == ALL_OBJECTS_DICT[name].__name__
    public = {name for name in dir(keras.initializers) if name[0] != "_"} - LEFT_OUT
    assert {name for name in public if not hasattr(initializers, name)} == set()


@pytest.mark.parametrize(("name", "config"), CONFIGURED)
def test_draws_have_keras_moments_and_range(name, config, keras):
    ours = np.asarray(getattr(initializers, name)(**config)(SHAPE), np.float64)
    theirs = np.asarray(getattr(keras.initializers, name)(**config)(SHAPE), np.float64)
    spread = theirs.std()
    # 60,000 draws: a standard error of the mean is 0.4 percent of the spread.
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.025 * spread)
    assert ours.std() == pytest.approx(spread, rel=0.02)
    # Farthest draws are the bounds, or rare for an uncut normal.
    for end in (np.min, np.max):
        assert end(ours) == pytest.approx(
            end(theirs), abs=0.05 * spread if np.abs(theirs).max() < 3 * spread else 1.5 * spread
        )


@pytest.mark.parametrize(
    ("name", "config"),
    [("Zeros", {}), ("Ones", {}), ("Constant", {"value": 0.3}), ("Identity", {"gain": 2.0})],
)
def test_what_is_not_drawn_is_equal(name, config, keras):
    for shape in ((3, 4), (4, 3)):
        ours = getattr(initializers, name)(**config)(shape)
        theirs = getattr(keras.initializers, name)(**config)(shape)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (2, 3, 5)])
def test_fans_are_keras_fans(shape, keras):
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers._fans(shape, None, None) == compute_fans(shape)
    if len(shape) == 3:
        assert initializers._fans(shape, (0, 1), (2,)) == compute_fans(shape, (0, 1), (2,))


@pytest.mark.parametrize(
    "name", sorted({name for name, _ in CONFIGURED} | {"Zeros", "Ones", "Constant", "Identity"})
)
def test_arguments_and_configurations_are_keras(name, keras):
    ours, theirs = getattr(initializers, name), getattr(keras.initializers, name)
    assert [(p.name, p.default) for p in inspect.signature(ours).parameters.values()] == [
        (p.name, p.default) for p in inspect.signature(theirs).parameters.values()
    ]
    # Keras's own Identity forgets its gain.
    assert ours().get_config() == ({"gain": 1.0} if name == "Identity" else theirs().get_config())
    assert initializers.deserialize(keras.initializers.serialize(theirs())) == ours()
    assert type(keras.initializers.deserialize(initializers.serialize(ours()))) is theirs


def test_named_axes_are_keras_axes(keras):
    config = {"seed": 1, "input_axes": [0], "output_axes": [1]}
    theirs = keras.initializers.HeUniform(**config)
    ours = initializers.HeUniform(**config)
    # Fan in 100: the bound is √(6 / 100).
    assert float(abs(ours((100, 50, 3))).max()) == pytest.approx(0.06**0.5, rel=0.01)
    assert float(abs(theirs((100, 50, 3))).max()) == pytest.approx(0.06**0.5, rel=0.01)
    assert initializers.deserialize(keras.initializers.serialize(theirs)) == ours
