import os
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

from neurode.errors import DataTypeError, FileError
from neurode.tables import read_table

FRAME = pl.DataFrame({"grade": ["A", None], "rate": [5.5, 7.0]})


class Trap:
    """Makes a folder where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.fixture
def write(tmp_path):
    def write_pickle(value, name="loans.pkl"):
        (tmp_path / name).write_bytes(value if isinstance(value, bytes) else pickle.dumps(value))
        return tmp_path / name

    return write_pickle


@pytest.mark.parametrize(
    "frame",
    [FRAME, FRAME.to_dict(as_series=False), FRAME.to_arrow(), pd.DataFrame(FRAME.to_dict(as_series=False))],
    ids=["polars", "dict", "arrow", "pandas"],
)
def test_a_trusted_frame_is_read(write, frame):
    assert read_table(write(frame), trust_pickle=True).equals(FRAME)


def test_a_trusted_array_is_read(write):
    assert read_table(write(np.eye(2)), trust_pickle=True).columns == ["x0", "x1"]


@pytest.mark.parametrize("name", ["loans.pkl", "loans.pickle", "loans.data", "loans.PKL"])
def test_an_untrusted_pickle_is_refused_and_not_run(write, tmp_path, name):
    path = write(Trap(str(tmp_path / "made")), name)
    with pytest.raises(FileError, match=r"is a pickle, .* can run any code .*\nhint: .*trust_pickle=True"):
        read_table(path)
    assert not (tmp_path / "made").exists()


def test_the_trap_is_real(write, tmp_path):
    path = write(Trap(str(tmp_path / "made")))
    with pytest.raises(DataTypeError, match=r"a NoneType is no table"):
        read_table(path, trust_pickle=True)
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pickle.dumps(FRAME)[:-20], "cannot be unpickled: "),
        (b"a,b\n1,2\n", "cannot be unpickled: UnpicklingError"),
        (b"\x80\x04cno_such_package\nthing\n.", "with the package 'no_such_package', which is not installed"),
        (b"\x80\x04cpolars\nNoSuchThing\n.", "cannot be unpickled: AttributeError"),
    ],
)
def test_a_pickle_that_does_not_load_is_named(write, content, problem):
    with pytest.raises(FileError, match=problem):
        read_table(write(content), trust_pickle=True)


def test_what_is_in_it_must_be_a_table(write):
    with pytest.raises(DataTypeError, match=r"a set is no table"):
        read_table(write({1, 2}), trust_pickle=True)


def test_trust_changes_nothing_for_other_files(tmp_path):
    FRAME.write_csv(tmp_path / "loans.csv")
    assert read_table(tmp_path / "loans.csv", trust_pickle=True).equals(FRAME)
