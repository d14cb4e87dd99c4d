"""The record on disk: nothing is lost, nothing is run, and whatever was changed is noticed."""

import json
import math
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from neurode.errors import DataTypeError, FileError
from neurode.evaluation import Interval
from neurode.reporting import encode, read_records, render_card, render_report, write_records
from neurode.reporting.document import RECORDS, decode

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ARRAYS = arrays.arrays(
    st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int8, np.uint32, np.bool_]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)


def same(one, other):
    """Equal in value and type, NaN like NaN, lists like tuples."""
    if is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or (math.isnan(one) and math.isnan(other)))


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_plain_values_come_back_through_text(value):
    assert same(value, decode(json.loads(json.dumps(encode(value), allow_nan=False))))


@settings(max_examples=60, deadline=None)
@given(ARRAYS)
def test_arrays_come_back_bit_by_bit_through_text(values):
    # Every NaN is written as one, whatever its bits.
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), values.dtype.type(np.nan), values)
    assert same(values, decode(json.loads(json.dumps(encode(values), allow_nan=False))))


def test_names_that_look_like_ours_stay_names():
    hostile = {"$record": "Interval", "$array": [1], "$": 2, "$$x": {"$number": "nan"}}
    assert decode(encode(hostile)) == {**hostile, "$array": (1,)}


def test_a_record_comes_back_whole_and_gives_the_same_pages(made, kind, record, tmp_path):
    size = write_records(tmp_path / "report.json", [record])
    assert size == (tmp_path / "report.json").stat().st_size
    (again,) = read_records(tmp_path / "report.json")
    assert same(record, again)
    assert render_report(again) == made.page(kind)
    assert render_card(record) == render_card(again)


def test_every_type_on_the_list_is_a_frozen_record():
    assert all(kind.__dataclass_params__.frozen for kind in RECORDS.values())


def test_what_is_not_on_the_list_is_not_written():
    @dataclass(frozen=True)
    class Interval:
        value: float

    for stranger in (Interval(1.0), object(), {1, 2}, np.array(["a"]), np.array([None], dtype=object)):
        with pytest.raises(DataTypeError, match="cannot hold"):
            encode({"a": stranger})


@pytest.fixture
def file(made, tmp_path):
    write_records(tmp_path / "report.json", [made.of_classes(complete=False)])
    return tmp_path / "report.json"


def changed(file, change):
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def test_a_number_that_was_edited_is_noticed(file):
    def edit(document):
        document["records"][0]["comparison"]["network"]["metrics"]["roc_auc"]["value"] = 0.99

    changed(file, edit)
    with pytest.raises(FileError, match="checksum differs") as caught:
        read_records(file)
    assert "train again" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON file"), ("{", "no JSON file"), ("[]", "no record of a report"),
        ('{"format": "neurode report", "version": 99}', "version 99"),
        ('{"format": "neurode report", "version": 1, "records": [], "sha256": ""}', "checksum"),
        ("[" * 100_000, "no JSON file"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path, text, said):
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(FileError, match=said):
        read_records(tmp_path / "report.json")


def test_bytes_that_are_no_text_and_a_missing_file_are_named(tmp_path):
    (tmp_path / "report.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="no JSON file"):
        read_records(tmp_path / "report.json")
    with pytest.raises(FileError, match="cannot read"):
        read_records(tmp_path / "nowhere.json")


def test_a_file_too_large_for_a_record_is_not_read(file, monkeypatch):
    monkeypatch.setattr("neurode.reporting.document.LARGEST", 10)
    with pytest.raises(FileError, match="larger than"):
        read_records(file)


@pytest.mark.parametrize(
    "value",
    [
        {"$record": "Popen"}, {"$record": ["Interval"]}, {"$record": "Interval"},
        {"$record": "Interval", "value": 1.0, "extra": 2}, {"$number": "1e5"}, {"$number": None},
        {"$array": [1, 2], "dtype": "object", "shape": [2]}, {"$array": [1], "dtype": "int8", "shape": [3]},
        {"$array": [1, [2]], "dtype": "int8", "shape": [2]}, {"$array": [1], "shape": [1]},
        {"$array": ["x"], "dtype": "float64", "shape": [1]}, {"$array": [1], "dtype": "V8", "shape": [1]},
        {"$array": [1], "dtype": 3, "shape": [1]}, {"$array": [300], "dtype": "nonsense", "shape": [1]},
    ],
    ids=str,
)  # fmt: skip
def test_a_value_that_no_record_holds_is_refused(value):
    with pytest.raises(FileError):
        decode(value)


def test_a_field_of_a_later_version_may_be_missing_if_it_has_a_default():
    assert same(decode({"$record": "Interval", "value": 1.0}), Interval(1.0))
