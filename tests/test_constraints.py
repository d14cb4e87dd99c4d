"""Where each constraint puts weights, and what names stand for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import constraints
from neurode.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, get
from neurode.errors import ArgumentError, DataTypeError, UnknownNameError

# The columns have norms 5 and 0.5.
W = jnp.array([[3.0, 0.3], [-4.0, 0.4]])
OBJECTS = [NonNeg(), MaxNorm(3.0), UnitNorm(1), MinMaxNorm(1.0, 2.0, 0.5, [0, 1])]


def norms(w, axis=0):
    return np.linalg.norm(np.asarray(w, np.float64), axis=axis)


def test_norms_end_up_where_they_should():
    np.testing.assert_allclose(norms(MaxNorm(2.0)(W)), [2.0, 0.5], rtol=1e-5)
    np.testing.assert_allclose(norms(UnitNorm()(W)), [1.0, 1.0], rtol=1e-5)
    np.testing.assert_allclose(norms(UnitNorm(1)(W), axis=1), [1.0, 1.0], rtol=1e-5)
    np.testing.assert_allclose(norms(MinMaxNorm(1.0, 2.0)(W)), [2.0, 1.0], rtol=1e-5)
    # Half of the way from 5 to 2 and from 0.5 to 1.
    np.testing.assert_allclose(norms(MinMaxNorm(1.0, 2.0, rate=0.5)(W)), [3.5, 0.75], rtol=1e-5)
    np.testing.assert_allclose(norms(UnitNorm([0, 1])(W), axis=None), 1.0, rtol=1e-5)
    np.testing.assert_allclose(NonNeg()(W), [[3.0, 0.3], [0.0, 0.4]], rtol=1e-6)


def test_weights_of_zero_stay_zero():
    for constraint in OBJECTS:
        np.testing.assert_array_equal(constraint(jnp.zeros((2, 2))), np.zeros((2, 2)))


def test_a_constraint_keeps_what_it_has_made():
    for constraint in (NonNeg(), MaxNorm(3.0), UnitNorm(1), MinMaxNorm(1.0, 2.0)):
        once = constraint(W)
        np.testing.assert_allclose(constraint(once), once, rtol=1e-6)


def test_jit_agrees_with_eager():
    for constraint in OBJECTS:
        np.testing.assert_allclose(jax.jit(constraint)(W), constraint(W), rtol=1e-6)


@pytest.mark.parametrize("constraint", OBJECTS, ids=repr)
def test_an_object_survives_its_configuration(constraint):
    written = constraints.serialize(constraint)
    assert get(written) == constraints.deserialize(written) == constraint
    assert constraints.serialized(constraint) == written
    assert hash(get(written)) == hash(constraint)


def test_names_classes_and_functions():
    assert get(None) is None
    assert get("max_norm") == get("MaxNorm") == get(MaxNorm) == constraints.max_norm() == MaxNorm(2, 0)
    assert [get(name) for name in ("non_neg", "unit_norm", "min_max_norm")] == [
        NonNeg(),
        UnitNorm(),
        MinMaxNorm(),
    ]
    halved = get(lambda w: w / 2)
    assert isinstance(halved, Constraint)
    np.testing.assert_array_equal(halved(W), W / 2)


def test_what_is_ones_own_cannot_be_written():
    class Round(Constraint):
        def __call__(self, w):
            return jnp.round(w)

    assert (constraints.serialized("non_neg"), constraints.serialized(None)) == ("non_neg", None)
    assert isinstance(constraints.deserialize({"class_name": "Round"}, {"Round": Round}), Round)
    for own in (Round(), jnp.abs):
        with pytest.raises(ArgumentError, match="of your own"):
            constraints.serialized(own)


def test_wrong_identifiers_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'max_norm'"):
        get("maxnorm")
    with pytest.raises(DataTypeError, match="3 is no constraint"):
        get(3)
