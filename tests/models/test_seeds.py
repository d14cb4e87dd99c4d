"""Which weights a model begins with, by the seed that it has or gets."""

import numpy as np

from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.utils import set_random_seed


def drawn(seed=None):
    return Sequential([Input((3,)), Dense(2)], seed=seed).get_weights()[0]


def test_models_without_a_seed_are_different_networks():
    assert not np.array_equal(drawn(), drawn())


def test_a_seed_that_is_set_gives_the_same_sequence_of_networks():
    set_random_seed(5)
    first = [drawn(), drawn()]
    set_random_seed(5)
    np.testing.assert_array_equal(first, [drawn(), drawn()])
    np.testing.assert_array_equal(first[1], drawn(seed=6))


def test_one_seed_is_one_network():
    np.testing.assert_array_equal(drawn(seed=3), drawn(seed=3))
