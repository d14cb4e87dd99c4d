"""What every initialiser promises, and the moments of each. A new one is one line in MOMENTS."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode.errors import ArgumentError, UnknownNameError
from neurode.initializers import (
    INITIALIZERS,
    Constant,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    get,
    serialized,
)

SHAPE = (300, 500)
# A standard normal cut at ±2 has the variance 1 - 4 φ(2) / (2 Φ(2) - 1).
CUT = 1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))

# Mean, variance and largest size of a 300 by 500 kernel: fan in 300, fan out 500, average 400.
MOMENTS = {
    "zeros": (0, 0, 0),
    "ones": (1, 0, 1),
    "random_uniform": (0, 0.1**2 / 12, 0.05),
    "random_normal": (0, 0.05**2, math.inf),
    "truncated_normal": (0, 0.05**2 * CUT, 0.1),
    "glorot_uniform": (0, 1 / 400, math.sqrt(3 / 400)),
    "glorot_normal": (0, 1 / 400, 2 / math.sqrt(400 * CUT)),
    "he_uniform": (0, 2 / 300, math.sqrt(6 / 300)),
    "he_normal": (0, 2 / 300, 2 / math.sqrt(150 * CUT)),
    "lecun_uniform": (0, 1 / 300, math.sqrt(3 / 300)),
    "lecun_normal": (0, 1 / 300, 2 / math.sqrt(300 * CUT)),
}
OBJECTS = [Constant(2.5), RandomUniform(-1.0, 3.0), RandomNormal(1.0, 2.0), TruncatedNormal(0.5, 0.1)]
SCALINGS = [
    VarianceScaling(scale, mode, distribution)
    for scale in (0.5, 2.0)
    for mode in ("fan_in", "fan_out", "fan_avg")
    for distribution in ("uniform", "truncated_normal")
]


@pytest.fixture(params=sorted(INITIALIZERS))
def name(request):
    return request.param


def test_every_initializer_has_its_moments_here():
    assert MOMENTS.keys() == INITIALIZERS.keys()


def test_mean_variance_and_bounds_are_what_the_name_says(name, key):
    weights = np.asarray(get(name)(key, SHAPE), np.float64)
    assert (weights.shape, get(name)(key, SHAPE).dtype) == (SHAPE, jnp.float32)
    mean, variance, largest = MOMENTS[name]
    # 150,000 draws: their mean is within 5 standard errors, their variance within 3 percent.
    assert abs(weights.mean() - mean) <= 5 * math.sqrt(variance / weights.size)
    assert weights.var() == pytest.approx(variance, rel=0.03)
    assert np.abs(weights).max() <= largest * (1 + 1e-6)
    # The bound is a bound, not far from what is drawn.
    assert math.isinf(largest) or np.abs(weights).max() >= 0.99 * largest


def test_same_key_same_weights(name, key):
    np.testing.assert_array_equal(get(name)(key, SHAPE), get(name)(jax.random.key(0), SHAPE))


def test_another_key_gives_other_weights(name, key):
    same = (get(name)(key, (4, 5)) == get(name)(jax.random.key(1), (4, 5))).all()
    assert same == (name in ("zeros", "ones"))


def test_a_bias_has_its_one_axis_as_fan(key):
    # A vector of 7 has fan in 7 and fan out 7: its limit is √(3 / 7).
    weights = get("glorot_uniform")(key, (7,))
    assert (weights.shape, float(jnp.abs(weights).max()) < math.sqrt(3 / 7)) == ((7,), True)


def test_all_but_the_last_axis_are_inputs(key):
    # Fan in 2 · 150 = 300, as for the flat kernel.
    weights = get("lecun_uniform")(key, (2, 150, 500))
    assert weights.shape == (2, 150, 500)
    assert float(weights.var()) == pytest.approx(1 / 300, rel=0.03)


def test_jit_agrees_with_eager(key):
    jitted = jax.jit(lambda key: {name: draw(key, (4, 5)) for name, draw in INITIALIZERS.items()})(key)
    for name, draw in INITIALIZERS.items():
        np.testing.assert_allclose(jitted[name], draw(key, (4, 5)), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("initializer", SCALINGS, ids=repr)
def test_variance_times_fan_is_the_scale(initializer, key):
    fan = {"fan_in": 300, "fan_out": 500, "fan_avg": 400}[initializer.mode]
    assert float(initializer(key, SHAPE).var()) * fan == pytest.approx(initializer.scale, rel=0.03)


@pytest.mark.parametrize("initializer", [*OBJECTS, *SCALINGS[:2]], ids=repr)
def test_an_object_survives_its_configuration(initializer, key):
    again = get(serialized(initializer))
    assert again == initializer
    np.testing.assert_array_equal(again(key, (3, 4)), initializer(key, (3, 4)))


def test_a_name_is_written_as_a_name(name):
    assert serialized(name) == name


def test_a_constant_is_everywhere(key):
    np.testing.assert_array_equal(Constant(2.5)(key, (2, 2)), np.full((2, 2), 2.5))


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'he_normal'"):
        get("he_norml")
    with pytest.raises(UnknownNameError, match="did you mean 'RandomNormal'"):
        get({"class": "RandomNormals", "config": {}})


def test_one_of_ones_own_draws_but_cannot_be_written(key):
    def halves(key, shape):
        return jnp.full(shape, 0.5)

    assert get(halves)(key, (2,)).tolist() == [0.5, 0.5]
    with pytest.raises(ArgumentError, match="of your own"):
        serialized(halves)
