from dataclasses import dataclass

import pytest

from neurode.errors import FileError
from neurode.tables.documents import from_document, to_document


@dataclass(frozen=True)
class Record:
    name: str
    size: float
    on: bool
    parts: tuple[int, ...]
    note: str | None


RECORD = Record("a", 1.5, True, (1, 2), None)


def test_a_record_comes_back():
    assert from_document(Record, to_document(RECORD)) == RECORD


@dataclass(frozen=True)
class Grown(Record):
    unit: str = "days"


def test_what_came_later_may_be_absent():
    assert from_document(Grown, to_document(RECORD)) == Grown(*vars(RECORD).values())
    assert from_document(Grown, {**to_document(RECORD), "unit": "hours"}).unit == "hours"


def test_what_was_always_there_may_not():
    with pytest.raises(FileError, match="Grown lacks 'name'"):
        from_document(Grown, {"unit": "days"})
    with pytest.raises(FileError, match="Record has unknown fields 'unit'"):
        from_document(Record, {**to_document(RECORD), "unit": "days"})


def test_a_whole_number_is_a_float_where_one_is_asked_for():
    assert type(from_document(Record, {**to_document(RECORD), "size": 2}).size) is float


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 1),
        ("size", True),
        ("size", float("nan")),
        ("on", 1),
        ("parts", [1.5]),
        ("parts", (1,)),
        ("note", 2),
    ],
)
def test_a_value_of_another_type_is_refused(field, value):
    with pytest.raises(FileError, match=rf"Record.{field} "):
        from_document(Record, {**to_document(RECORD), field: value})
