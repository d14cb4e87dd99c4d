import inspect
import pickle

import pytest

from neurode import errors
from neurode.errors import NeurodeError, UnknownNameError, listed, plural

ERRORS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, NeurodeError) and kind is not NeurodeError
]
BUILTIN = {
    "UnknownNameError": ValueError,
    "TableError": ValueError,
    "DataTypeError": TypeError,
    "ArgumentError": ValueError,
    "ShapeError": ValueError,
    "FileError": ValueError,
    "ModelFileError": ValueError,
    "NotFittedError": AttributeError,
    "MissingPackageError": ImportError,
    "DivergedError": ArithmeticError,
}


def made(kind):
    """An error of this kind with all three parts."""
    if kind is UnknownNameError:
        return kind("loss", "huberr", ["huber", "mse"])
    return kind("it broke at 3", available="parts: 1, 2", hint="use 2")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_also_a_builtin_one(kind):
    # Code that catches what scikit-learn or Keras raise catches ours.
    assert issubclass(kind, BUILTIN[kind.__name__])


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_survives_a_trip_between_processes(kind):
    error = made(kind)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (kind, str(error))
    assert (again.problem, again.available, again.hint) == (error.problem, error.available, error.hint)


def test_a_message_has_problem_what_is_available_and_hint():
    error = NeurodeError("it broke at 3", available="parts: 1, 2", hint="use 2")
    assert str(error) == "it broke at 3\n\nparts: 1, 2\nhint: use 2"


def test_parts_that_are_not_given_leave_no_trace():
    assert str(NeurodeError("it broke")) == "it broke"
    assert str(NeurodeError("it broke", hint="mend it")) == "it broke\nhint: mend it"


def test_an_unknown_name_hints_at_the_nearest_one():
    error = UnknownNameError("loss", "huberr", ["huber", "mse"])
    assert error.problem == "no loss named 'huberr'"
    assert error.available == "losses: 'huber', 'mse'"
    assert error.hint == "did you mean 'huber'?"


def test_a_name_like_nothing_gets_no_hint():
    assert UnknownNameError("loss", "zzzz", ["huber", "mse"]).hint == ""


def test_a_name_that_is_no_string_is_named_all_the_same():
    assert "no loss named 3" in str(UnknownNameError("loss", 3, ["mse"]))


def test_a_long_list_is_cut_and_counted():
    assert listed("abc", most=3) == "'a', 'b', 'c'"
    assert listed("abcd", most=3) == "'a', 'b', 'c', … (1 more)"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("one", "many"), [("loss", "losses"), ("entry", "entries"), ("column", "columns"), ("switch", "switches")]
)
def test_plurals_are_english(one, many):
    assert plural(one) == many
