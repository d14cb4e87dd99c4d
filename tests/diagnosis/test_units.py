import numpy as np
import pytest

from neurode.diagnosis.evidence import Evidence
from neurode.diagnosis.units import identical_units, weights_near_zero
from neurode.initializers import Constant, RandomNormal
from neurode.layers import Dense
from neurode.regularizers import L2

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
def test_a_network_without_illness_is_left_alone(healthy, seed):
    assert healthy[seed] == {}


@each_seed
def test_rectifiers_that_begin_far_below_zero_are_dead(clinic, seed):
    layers = clinic.relu(32, 16, bias_initializer=Constant(-20.0))
    finding = clinic.findings(clinic.rows(seed), layers, seed=seed, epochs=5)["dead units"]
    assert finding.severity == "severe"
    assert "dense: 32 of 32 relu units" in finding.evidence
    assert "700 training rows" in finding.evidence


@each_seed
def test_tanh_units_with_huge_weights_are_saturated_and_usual_ones_are_not(clinic, seed):
    rows = clinic.rows(seed)
    ill = [Dense(32, activation="tanh", kernel_initializer=RandomNormal(stddev=30.0))]
    well = [Dense(32, activation="tanh")]
    assert "saturated units" in clinic.findings(rows, ill, seed=seed, epochs=10)
    assert "saturated units" not in clinic.findings(rows, well, seed=seed, epochs=10)


@each_seed
def test_units_that_begin_alike_are_found(clinic, seed):
    finding = clinic.findings(
        clinic.rows(seed), clinic.relu(32, 16, kernel_initializer="ones"), seed=seed, epochs=10
    )["identical units"]
    assert "dense: 32 units" in finding.evidence


@each_seed
def test_weights_that_a_regularizer_eats_up_are_found(clinic, seed):
    layers = clinic.relu(32, 16, kernel_regularizer=L2(1.0))
    found = clinic.findings(clinic.rows(seed), layers, seed=seed)
    assert found["weights near zero"].severity == "severe"
    # Nothing comes through because there are no weights: that is one illness, not three.
    assert not {"vanishing gradients", "dead units"} & found.keys()


@each_seed
def test_weights_that_begin_at_zero_are_found(clinic, seed):
    found = clinic.findings(
        clinic.rows(seed), clinic.relu(32, 16, kernel_initializer="zeros"), seed=seed, epochs=5
    )
    assert "weights near zero" in found


def test_one_unit_alone_has_no_twin():
    assert identical_units(Evidence({"dense": np.ones((5, 1))}, 5)) is None
    assert identical_units(Evidence({"dense": np.ones((5, 2))}, 10)) is not None


def test_columns_that_differ_are_no_twins():
    kernel = np.ones((5, 2))
    kernel[0, 0] = 1.001
    assert identical_units(Evidence({"dense": kernel}, 10)) is None


def test_a_hundredth_of_the_usual_size_is_near_zero():
    # For 50 by 50 the usual deviation is sqrt(2 / 100), about 0.141.
    assert weights_near_zero(Evidence({"dense": np.full((50, 50), 0.0013)}, 2_500)) is not None
    assert weights_near_zero(Evidence({"dense": np.full((50, 50), 0.0015)}, 2_500)) is None
