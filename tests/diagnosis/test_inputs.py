import numpy as np
import pytest

from neurode.diagnosis import doctor
from neurode.layers import Dense, Input, Normalization
from neurode.models import Sequential

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
def test_features_of_very_different_sizes_are_found(clinic, seed):
    x, y = clinic.rows(seed)
    sizes = np.logspace(-3, 4, 8).astype(np.float32)
    found = clinic.findings((x * sizes[None], y), clinic.relu(32, 16), seed=seed, epochs=10)
    assert "8 features have sizes from" in found["unscaled inputs"].evidence


def test_a_normalization_in_front_is_the_cure(clinic):
    x, y = clinic.rows(0)
    x = x * np.logspace(-3, 4, 8).astype(np.float32)[None]
    scaling = Normalization()
    scaling.adapt(x[:700])
    found = clinic.findings((x, y), [scaling, *clinic.relu(32, 16)], epochs=10)
    assert not {"unscaled inputs", "learning rate too high", "no better than a constant"} & found.keys()


def test_a_flag_that_is_rarely_set_is_no_small_number(clinic):
    x, y = clinic.rows(0)
    x[:, 7] = 0
    x[3, 7] = 1
    assert clinic.findings((x, y), clinic.relu(32, 16)) == {}


@each_seed
def test_a_constant_feature_is_a_note(clinic, seed):
    x, y = clinic.rows(seed)
    x[:, 7] = 3
    finding = clinic.findings((x, y), clinic.relu(32, 16), seed=seed)["constant inputs"]
    assert (finding.severity, finding.evidence) == ("note", "700 rows all have the same in feature 7, of 8")


def untrained(loss="binary_crossentropy"):
    model = Sequential([Input((8,)), Dense(4, activation="relu"), Dense(1, activation="sigmoid")], seed=0)
    model.compile("adam", loss)
    return model


def test_missing_inputs_are_found_alone(clinic):
    x, y = clinic.rows(0)
    x[:10, 2] = np.nan
    found = doctor(untrained(), x, y).findings
    assert [finding.name for finding in found] == ["missing inputs"]
    assert found[0].evidence == "10 rows of 1,000 have NaN or infinity, in feature 2"


def test_missing_targets_are_found(clinic):
    x, y = clinic.rows(0)
    y[:3] = np.nan
    assert "missing targets" in {finding.name for finding in doctor(untrained("mse"), x, y).findings}


def test_nothing_but_constants_is_severe():
    found = doctor(untrained(), np.ones((50, 8)), np.arange(50) % 2).findings
    assert {"constant inputs": "severe"}.items() <= {f.name: f.severity for f in found}.items()
