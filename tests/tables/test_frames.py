import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import TableError
from neurode.tables import read_table
from neurode.tables.frames import FEW_ROWS, _few_rows_of_pandas

pd = pytest.importorskip("pandas")

CELLS = {
    "int8": st.integers(-128, 127),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "float32": st.floats(width=32),
    "float64": st.floats(),
    "bool": st.booleans(),
    "str": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
}


@st.composite
def pandas_frames(draw):
    rows = draw(st.integers(1, FEW_ROWS))
    return pd.DataFrame(
        {name: pd.Series([draw(cells) for _ in range(rows)], dtype=name) for name, cells in CELLS.items()}
    )


@given(pandas_frames())
@settings(max_examples=40, deadline=None)
def test_a_few_rows_of_pandas_are_what_many_are(frame):
    many = pd.concat([frame] * (FEW_ROWS // len(frame) + 1), ignore_index=True)
    assert _few_rows_of_pandas(frame) is not None
    assert _few_rows_of_pandas(many) is None
    assert read_table(frame).equals(read_table(many).head(len(frame)), null_equal=True)
    assert read_table(frame).schema == read_table(many).schema


def test_a_few_rows_with_names_twice_are_refused():
    frame = pd.DataFrame(np.zeros((2, 2)), columns=["a", "a"])
    with pytest.raises(TableError, match="duplicate column names: 'a'"):
        read_table(frame)


def test_a_few_rows_of_other_types_go_the_long_way():
    frame = pd.DataFrame({"when": pd.to_datetime(["2024-05-01"]), "size": pd.Series([1], dtype="Int8")})
    assert [str(dtype) for dtype in read_table(frame).dtypes][1] == "Int8"
    assert read_table(frame)["when"].dtype.is_temporal()
