"""Losses by name, as keys, and as configurations."""

import json

import pytest

from neurode import losses
from neurode.errors import ArgumentError, UnknownNameError
from neurode.losses import (
    CLASSES,
    FUNCTIONS,
    LOSSES,
    BinaryCrossentropy,
    CategoricalFocalCrossentropy,
    Dice,
    FunctionLoss,
    Huber,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    Tversky,
)


def test_a_name_a_class_a_function_and_an_object_are_all_taken():
    assert losses.get("mse") == losses.get(MeanSquaredError) == losses.get(MeanSquaredError())
    assert losses.get("MeanSquaredError") == losses.get(losses.mean_squared_error) == losses.get("MSE")


@pytest.mark.parametrize(
    ("short", "name"),
    [("bce", "binary_crossentropy"), ("KLD", "kl_divergence"), ("logcosh", "log_cosh"), ("mape", "MAPE")],
)
def test_short_names_are_taken(short, name):
    assert losses.get(short) == losses.get(name)


def test_every_class_has_a_function_and_a_name():
    assert len(CLASSES) == len(FUNCTIONS) == 20
    assert {type(LOSSES[name]) for name in FUNCTIONS} == set(CLASSES.values())
    for name in [*CLASSES, *FUNCTIONS]:
        assert hasattr(losses, name), name


def test_a_function_of_ones_own_is_not_taken_for_a_built_in_of_its_name():
    def mean_squared_error(y_true, y_pred):
        return (y_true - y_pred) ** 4

    assert isinstance(losses.get(mean_squared_error), FunctionLoss)
    assert losses.get(mean_squared_error).name == "mean_squared_error"


@pytest.mark.parametrize("unknown", ["binary_crosentropy", None, 3])
def test_an_unknown_name_is_refused(unknown):
    with pytest.raises(UnknownNameError, match="no loss named"):
        losses.get(unknown)


def test_a_misspelt_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'binary_crossentropy'"):
        losses.get("binary_crosentropy")


def test_equal_losses_are_one_key():
    assert Huber(2.0) == Huber(2.0) != Huber(1.0)
    assert hash(Huber(2.0)) == hash(Huber(2.0))
    assert Huber() != Huber(reduction="sum")
    assert Huber(name="a") == Huber(name="b")
    assert hash(Huber(name="a")) == hash(Huber(name="b"))
    assert hash(CategoricalFocalCrossentropy([0.5, 0.5])) == hash(CategoricalFocalCrossentropy((0.5, 0.5)))
    assert hash(Dice(axis=[1, 2])) == hash(Dice(axis=(1, 2)))


def test_a_loss_shows_what_is_set():
    assert repr(Huber(2.0, reduction="sum")) == "Huber(reduction='sum', delta=2.0)"
    assert repr(BinaryCrossentropy(name="mine")) == "BinaryCrossentropy()"


@pytest.mark.parametrize(
    "loss",
    [
        *{id(loss): loss for loss in LOSSES.values()}.values(),
        Huber(2.5, reduction="sum", name="far"),
        SparseCategoricalCrossentropy(True, ignore_class=3),
        CategoricalFocalCrossentropy([0.2, 0.8]),
        Tversky(0.1, 0.9, axis=[1]),
    ],
    ids=repr,
)
def test_a_configuration_gives_an_equal_loss(loss):
    config = json.loads(json.dumps(losses.serialize(loss)))
    again = losses.deserialize(config)
    assert (again, again.name) == (loss, loss.name)
    assert losses.get(config) == loss
    assert type(loss).from_config(loss.get_config()) == loss


def test_a_configuration_of_keras_is_taken():
    config = {
        "module": "keras.losses",
        "class_name": "BinaryCrossentropy",
        "config": {
            "name": "bce",
            "reduction": "sum",
            "from_logits": True,
            "label_smoothing": 0.1,
            "axis": -1,
        },
        "registered_name": None,
    }
    assert losses.get(config) == BinaryCrossentropy(True, 0.1, reduction="sum")
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": "huber",
        "registered_name": "function",
    }
    assert losses.deserialize(function) == Huber()


def test_ones_own_are_found_among_custom_objects():
    class Steep(Loss):
        def __init__(self, power=4, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def call(self, y_true, y_pred):
            return abs(y_true - y_pred).mean(axis=-1) ** self.power

        def get_config(self):
            return super().get_config() | {"power": self.power}

    config = losses.serialize(Steep(3, reduction="sum"))
    again = losses.deserialize(config, custom_objects={"Steep": Steep})
    assert (type(again), again.power, again.reduction, again.name) == (Steep, 3, "sum", "steep")
    with pytest.raises(UnknownNameError, match="no loss named 'Steep'"):
        losses.deserialize(config)


def test_a_function_cannot_be_written():
    with pytest.raises(ArgumentError, match="'<lambda>' is a function of your own"):
        losses.serialize(lambda y, p: y - p)


def test_what_is_ours_is_told_from_what_is_not():
    class Mine(Huber):
        pass

    assert all(losses.is_built_in(loss) for loss in LOSSES.values())
    assert not losses.is_built_in(Mine())
    assert not losses.is_built_in(losses.get(lambda y, p: y - p))
