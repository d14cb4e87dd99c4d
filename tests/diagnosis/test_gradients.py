import pytest

from neurode.initializers import RandomNormal
from neurode.layers import Dense
from neurode.optimizers import SGD

each_seed = pytest.mark.parametrize("seed", range(3))


@each_seed
def test_small_weights_between_sigmoids_let_the_gradient_vanish(clinic, seed):
    small = RandomNormal(stddev=0.01)
    layers = [Dense(8, activation="sigmoid", kernel_initializer=small) for _ in range(4)]
    # Plain descent takes the weights nowhere in so few epochs; Adam may find a way out.
    found = clinic.findings(clinic.rows(seed), layers, seed=seed, epochs=5, optimizer=SGD(0.01))
    finding = found["vanishing gradients"]
    assert "at dense and" in finding.evidence
    assert "at output" in finding.evidence


@each_seed
def test_as_many_layers_of_relu_keep_it(clinic, seed):
    found = clinic.findings(clinic.rows(seed), clinic.relu(8, 8, 8, 8), seed=seed, epochs=10)
    assert not {"vanishing gradients", "exploding gradients"} & found.keys()


@each_seed
def test_large_first_weights_let_the_gradient_explode(clinic, seed):
    layers = clinic.relu(8, 8, 8, 8, kernel_initializer=RandomNormal(stddev=30.0))
    found = clinic.findings(clinic.rows(seed), layers, seed=seed, epochs=5, optimizer=SGD(1e-12))
    assert found["exploding gradients"].severity == "severe"
