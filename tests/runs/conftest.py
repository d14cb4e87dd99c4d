import pytest

from neurode.runs import train


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """Trains a small network for a moment, in a folder of its own."""

    def quickly(table, target, **settings):
        small = {"epochs": 2, "hidden_layer_sizes": (4,), "output": tmp_path_factory.mktemp("runs")}
        return train(table, target, **{**small, **settings})

    return quickly
