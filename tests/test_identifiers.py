"""The one vocabulary behind initializers, regularizers and constraints."""

from dataclasses import dataclass

import pytest

from neurode.errors import DataTypeError, UnknownNameError
from neurode.identifiers import Configured, Vocabulary


class Shape(Configured):
    pass


@dataclass(frozen=True)
class Circle(Shape):
    radius: float = 1.0


@dataclass(frozen=True)
class Drawn(Shape):
    function: object


SHAPES = Vocabulary("shape", {"circle": Circle, "Circle": Circle}, Shape, Drawn)


def test_every_kind_of_identifier_is_understood():
    for identifier in (
        "circle",
        Circle,
        Circle(),
        {"class_name": "Circle", "config": {}},
        {"class": "Circle"},
    ):
        assert SHAPES.get(identifier) == Circle()
    assert SHAPES.get(len) == Drawn(len)


def test_what_keras_writes_besides_is_passed_over():
    written = {
        "module": "keras.shapes",
        "class_name": "Circle",
        "config": {"radius": 2.0},
        "registered_name": None,
    }
    assert SHAPES.get(written) == Circle(2.0)


def test_names_of_ones_own_may_be_functions_or_classes():
    assert SHAPES.deserialize({"class_name": "mine", "config": {}}, {"mine": len}) == Drawn(len)
    assert SHAPES.deserialize({"class_name": "Ring", "config": {"radius": 3.0}}, {"Ring": Circle}) == Circle(
        3.0
    )


def test_a_class_that_says_nothing_has_no_configuration():
    assert Shape().get_config() == {}
    assert isinstance(Shape.from_config({}), Shape)


def test_wrong_identifiers_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'circle'"):
        SHAPES.get("cirle")
    with pytest.raises(UnknownNameError, match="no shape named None"):
        SHAPES.get({})
    with pytest.raises(DataTypeError, match=r"1\.5 is no shape"):
        SHAPES.get(1.5)
