"""What every initialiser promises, and the moments of each. A new one is one line in MOMENTS."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import initializers
from neurode.errors import ArgumentError, DataTypeError, ShapeError, UnknownNameError
from neurode.initializers import (
    INITIALIZERS,
    Constant,
    GlorotUniform,
    HeNormal,
    Identity,
    Initializer,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
    deserialize,
    get,
    serialize,
    serialized,
)

SHAPE = (300, 500)
# A standard normal cut at ±2 has the variance 1 - 4 φ(2) / (2 Φ(2) - 1).
CUT = 1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))

# Mean, variance and largest size of a 300 by 500 kernel: fan in 300, fan out 500, average 400.
MOMENTS = {
    "zeros": (0, 0, 0),
    "ones": (1, 0, 1),
    "constant": (0, 0, 0),
    "identity": (1 / 500, 1 / 500, 1),
    "random_uniform": (0, 0.1**2 / 12, 0.05),
    "random_normal": (0, 0.05**2, math.inf),
    "truncated_normal": (0, 0.05**2 * CUT, 0.1),
    "variance_scaling": (0, 1 / 300, 2 / math.sqrt(300 * CUT)),
    "glorot_uniform": (0, 1 / 400, math.sqrt(3 / 400)),
    "glorot_normal": (0, 1 / 400, 2 / math.sqrt(400 * CUT)),
    "he_uniform": (0, 2 / 300, math.sqrt(6 / 300)),
    "he_normal": (0, 2 / 300, 2 / math.sqrt(150 * CUT)),
    "lecun_uniform": (0, 1 / 300, math.sqrt(3 / 300)),
    "lecun_normal": (0, 1 / 300, 2 / math.sqrt(300 * CUT)),
    # The 300 orthonormal rows of 500 have squares that sum to 300.
    "orthogonal": (0, 1 / 500, math.inf),
}
FIXED = {"zeros", "ones", "constant", "identity"}
OBJECTS = [
    Zeros(),
    Ones(),
    Constant(2.5),
    Constant([1.0, 2.0, 3.0, 4.0]),
    Identity(3.0),
    RandomUniform(-1.0, 3.0, seed=1),
    RandomNormal(1.0, 2.0),
    TruncatedNormal(0.5, 0.1),
    Orthogonal(2.0, seed=3),
    GlorotUniform(seed=4),
    HeNormal(),
    VarianceScaling(2.0, "fan_avg", "untruncated_normal", input_axes=[0], output_axes=[1]),
]
SCALINGS = [
    VarianceScaling(scale, mode, distribution)
    for scale in (0.5, 2.0)
    for mode in ("fan_in", "fan_out", "fan_avg")
    for distribution in ("uniform", "truncated_normal", "untruncated_normal")
]


@pytest.fixture(params=sorted(INITIALIZERS))
def name(request):
    return request.param


def test_every_initializer_has_its_moments_here():
    assert MOMENTS.keys() == INITIALIZERS.keys()


def test_mean_variance_and_bounds_are_what_the_name_says(name, key):
    drawn = get(name).draw(key, SHAPE)
    assert (drawn.shape, drawn.dtype) == (SHAPE, jnp.float32)
    weights = np.asarray(drawn, np.float64)
    mean, variance, largest = MOMENTS[name]
    # 150,000 draws: their mean is within 5 standard errors, their variance within 3 percent.
    assert abs(weights.mean() - mean) <= 5 * math.sqrt(variance / weights.size)
    assert weights.var() == pytest.approx(variance, rel=0.03)
    assert np.abs(weights).max() <= largest * (1 + 1e-6)
    # The bound is a bound, not far from what is drawn.
    assert math.isinf(largest) or np.abs(weights).max() >= 0.99 * largest


def test_same_key_same_weights(name, key):
    np.testing.assert_array_equal(get(name).draw(key, SHAPE), get(name).draw(jax.random.key(0), SHAPE))


def test_another_key_gives_other_weights(name, key):
    same = (get(name).draw(key, (4, 5)) == get(name).draw(jax.random.key(1), (4, 5))).all()
    assert same == (name in FIXED)


def test_a_seed_stands_in_for_the_key(name, key):
    if name in FIXED:
        return
    seeded = INITIALIZERS[name](seed=1)
    np.testing.assert_array_equal(seeded.draw(key, (4, 5)), get(name).draw(jax.random.key(1), (4, 5)))
    np.testing.assert_array_equal(seeded((4, 5)), seeded.draw(key, (4, 5)))


def test_on_its_own_it_takes_a_shape_and_a_type(name, key):
    assert get(name)((4, 5)).shape == get(name)([4, 5]).shape == (4, 5)
    assert get(name)(shape=(4, 5), dtype="float16").dtype == jnp.float16
    assert get(name)((4, 5), dtype="float64").dtype == jnp.float32
    np.testing.assert_array_equal(get(name)((4, 5)), get(name).draw(key, (4, 5)))


def test_key_and_shape_are_still_understood(name, key):
    other = jax.random.key(7)
    np.testing.assert_array_equal(get(name)(other, (4, 5)), get(name).draw(other, (4, 5)))


def test_a_bias_has_its_one_axis_as_fan(key):
    # A vector of 7 has fan in 7 and fan out 7: its limit is √(3 / 7).
    weights = GlorotUniform().draw(key, (7,))
    assert (weights.shape, float(jnp.abs(weights).max()) < math.sqrt(3 / 7)) == ((7,), True)
    assert VarianceScaling().draw(key, ()).shape == ()


def test_axes_before_the_last_two_count_for_inputs_and_outputs(key):
    # Fan in 2 · 150 = 300, fan out 2 · 500 = 1000.
    assert float(get("lecun_uniform").draw(key, (2, 150, 500)).var()) == pytest.approx(1 / 300, rel=0.03)
    wide = VarianceScaling(1.0, "fan_out").draw(key, (2, 150, 500))
    assert float(wide.var()) == pytest.approx(1 / 1000, rel=0.03)
    named = VarianceScaling(1.0, "fan_out", input_axes=(0,), output_axes=(1,)).draw(key, (2, 150, 500))
    assert float(named.var()) == pytest.approx(1 / 150, rel=0.03)


def test_jit_agrees_with_eager(key):
    jitted = jax.jit(lambda key: {name: get(name).draw(key, (4, 5)) for name in INITIALIZERS})(key)
    for name in INITIALIZERS:
        np.testing.assert_allclose(jitted[name], get(name).draw(key, (4, 5)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("initializer", SCALINGS, ids=repr)
def test_variance_times_fan_is_the_scale(initializer, key):
    fan = {"fan_in": 300, "fan_out": 500, "fan_avg": 400}[initializer.mode]
    assert float(initializer.draw(key, SHAPE).var()) * fan == pytest.approx(initializer.scale, rel=0.03)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4)])
def test_orthogonal_weights_are_orthogonal(shape, key):
    flat = np.asarray(Orthogonal(2.0).draw(key, shape), np.float64).reshape(-1, shape[-1])
    flat = flat if flat.shape[0] >= flat.shape[1] else flat.T
    np.testing.assert_allclose(flat.T @ flat, 4 * np.eye(flat.shape[1]), atol=1e-5)


@pytest.mark.parametrize("initializer", [*OBJECTS, *SCALINGS[:2]], ids=repr)
def test_an_object_survives_its_configuration(initializer, key):
    again = get(serialized(initializer))
    assert (again, hash(again), type(again)) == (initializer, hash(initializer), type(initializer))
    assert deserialize(serialize(initializer)) == initializer
    np.testing.assert_array_equal(again.draw(key, (3, 4)), initializer.draw(key, (3, 4)))


def test_a_name_is_written_as_a_name(name):
    assert serialized(name) == name


def test_the_configuration_of_the_first_release_is_read():
    assert get({"class": "RandomUniform", "config": {"minval": -1.0, "maxval": 1.0}}) == RandomUniform(
        -1.0, 1.0
    )


def test_names_classes_and_older_words_mean_the_same():
    for identifier in (
        "glorot_uniform",
        "GlorotUniform",
        GlorotUniform,
        initializers.glorot_uniform,
        GlorotUniform(),
    ):
        assert get(identifier) == GlorotUniform()
    assert (get("uniform"), get("normal"), get("zero"), get("one")) == (
        RandomUniform(),
        RandomNormal(),
        Zeros(),
        Ones(),
    )
    assert get("IdentityInitializer") == Identity()


def test_a_preset_is_not_the_scaling_that_it_stands_for():
    assert GlorotUniform() != VarianceScaling(1.0, "fan_avg", "uniform")
    assert repr(GlorotUniform(seed=2)) == "GlorotUniform(seed=2)"


def test_a_constant_is_everywhere_and_an_array_is_itself(key):
    np.testing.assert_array_equal(Constant(2.5).draw(key, (2, 2)), np.full((2, 2), 2.5))
    table = np.arange(6.0).reshape(2, 3)
    for initializer in (Constant(table), get(table), get(jnp.asarray(table))):
        np.testing.assert_array_equal(initializer.draw(key, (2, 3)), table)
    assert (Constant(table), hash(Constant(table))) == (Constant(table.copy()), hash(Constant(table.copy())))
    assert Constant(table) != Constant(table + 1)
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(3, 2\)"):
        Constant(table).draw(key, (3, 2))


def test_shapes_that_make_no_matrix_are_named(key):
    with pytest.raises(ShapeError, match="Identity draws matrices"):
        Identity().draw(key, (3,))
    with pytest.raises(ShapeError, match="Orthogonal draws matrices"):
        Orthogonal().draw(key, (3,))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: VarianceScaling(0.0), "scale=0.0"),
        (lambda: VarianceScaling(mode="fan"), "mode='fan'"),
        (lambda: VarianceScaling(distribution="cauchy"), "distribution='cauchy'"),
        (lambda: GlorotUniform(seed=True), "seed=True"),
    ],
)
def test_wrong_arguments_are_named(wrong, message):
    with pytest.raises(ArgumentError, match=message):
        wrong()


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'he_normal'"):
        get("he_norml")
    with pytest.raises(UnknownNameError, match="did you mean 'RandomNormal'"):
        get({"class_name": "RandomNormals", "config": {}})
    with pytest.raises(DataTypeError, match="3 is no initializer"):
        get(3)


def test_a_function_of_ones_own_draws_but_cannot_be_written(key):
    def halves(shape, dtype=None):
        return jnp.full(shape, 0.5, dtype)

    def noise(key, shape):
        return jax.random.normal(key, shape)

    assert get(halves).draw(key, (2,)).tolist() == get(halves)((2,)).tolist() == [0.5, 0.5]
    assert get(lambda shape: np.ones(shape)).draw(key, (2,)).tolist() == [1.0, 1.0]
    np.testing.assert_array_equal(get(noise).draw(key, (3,)), noise(key, (3,)))
    assert get(halves) == get(halves)
    with pytest.raises(ArgumentError, match="of your own"):
        serialized(halves)


def test_a_class_of_ones_own_draws_and_is_known_where_it_is_named(key):
    class Halves(Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 0.5, dtype)

    assert get(Halves).draw(key, (2,)).tolist() == [0.5, 0.5]
    assert serialize(Halves()) == {"class_name": "Halves", "config": {}}
    assert isinstance(deserialize(serialize(Halves()), {"Halves": Halves}), Halves)
    with pytest.raises(ArgumentError, match="of your own"):
        serialized(Halves())
    with pytest.raises(DataTypeError, match="draws nothing"):
        Initializer().draw(key, (2,))
