from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from neurode.errors import TableError
from neurode.tables import Schema, rank_correlations

RNG = np.random.default_rng(0)
N = 200
FRAME = pl.DataFrame(
    {
        "a": RNG.normal(size=N),
        "home": RNG.choice(["own", "rent"], N),
        "word": RNG.choice(["x", "y", "z"], N),
        "opened": [date(2020, 1, 1) + timedelta(int(i)) for i in RNG.integers(0, 900, N)],
        "count": RNG.integers(0, 6, N),
        "id": range(N),
        "bad": RNG.integers(0, 2, N),
    }
)


def test_matrix_equals_scipy_with_ties():
    names, matrix = rank_correlations(FRAME, Schema.infer(FRAME, target="bad"))
    assert names == ("bad", "a", "home", "opened", "count")
    numbers = FRAME.with_columns(pl.col("home") == "rent", pl.col("opened").to_physical())
    expected = spearmanr(numbers.select(names).cast(pl.Float64).to_numpy()).statistic
    np.testing.assert_allclose(matrix, expected, atol=1e-12)


def slow(ranks):
    size = ranks.shape[1]
    found = np.full((size, size), np.nan)
    for i in range(size):
        for j in range(size):
            both = ~np.isnan(ranks[:, i]) & ~np.isnan(ranks[:, j])
            x, y = ranks[both, i], ranks[both, j]
            if both.sum() > 2 and np.ptp(x) and np.ptp(y):
                found[i, j] = np.corrcoef(x, y)[0, 1]
    return found


@given(
    st.integers(3, 25).flatmap(
        lambda n: st.lists(
            st.lists(st.one_of(st.none(), st.integers(-3, 3).map(float)), min_size=n, max_size=n),
            min_size=2, max_size=4,
        )
    )
)  # fmt: skip
def test_gaps_are_left_out_pair_by_pair(columns):
    frame = pl.DataFrame({f"x{i}": pl.Series(values, dtype=pl.Float64) for i, values in enumerate(columns)})
    schema = Schema.infer(frame, overrides=dict.fromkeys(frame.columns, "number"))
    numbers = frame.to_numpy().astype(np.float64)
    ranks = np.full(numbers.shape, np.nan)
    for place, column in enumerate(numbers.T):
        ranks[~np.isnan(column), place] = rankdata(column[~np.isnan(column)])
    found = rank_correlations(frame, schema).matrix
    np.testing.assert_allclose(found, slow(ranks), atol=1e-9)


def test_a_large_table_is_judged_by_a_part_of_its_rows():
    x = np.random.default_rng(1).normal(size=50_000)
    frame = pl.DataFrame({"x": x, "y": x + np.random.default_rng(2).normal(size=50_000)})
    found = rank_correlations(frame, Schema.infer(frame)).matrix[0, 1]
    assert found == pytest.approx(spearmanr(x, frame["y"]).statistic, abs=0.02)
    assert found == rank_correlations(frame, Schema.infer(frame)).matrix[0, 1]


def test_one_column_has_nothing_to_correlate_with():
    frame = FRAME.select("a", "word")
    with pytest.raises(TableError, match="needs two columns that are numbers, dates or flags"):
        rank_correlations(frame, Schema.infer(frame))
