import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from neurode.explain import hybrids_of, network_hybrids, subject_of
from neurode.explain.network_hybrids import NetworkHybrids
from neurode.explain.table_hybrids import TableHybrids
from neurode.explain.tables import table_of

N_PAIRS = 30


def both_ways(model, table, players):
    subject = subject_of(model)
    quick = hybrids_of(subject, table[:20], table[20:60], players)
    rows, background = (table_of(part, model) for part in (table[:20], table[20:60]))
    return quick, TableHybrids.of(subject, rows, background, players, quick.outputs)


def asked(players, random):
    rows, background = random.integers(0, 20, N_PAIRS), random.integers(0, 40, N_PAIRS)
    kept = random.random((N_PAIRS, 3, len(players))) < 0.5
    order = random.permuted(np.tile(np.arange(len(players)), (N_PAIRS, 1)), axis=1)
    return rows, background, kept, order


@pytest.mark.parametrize("name", ["binary", "custom", "normalized", "embedded", "classes", "numbers"])
def test_networks_say_of_mixed_rows_what_they_say_of_tables(models, name):
    model, table, _ = models[name]
    # The column "age" is of no player: it stays that of the row.
    players = {"size": ("size",), "two": ("town", "income"), "owner": ("owner",)}
    quick, slow = both_ways(model, table, players)
    assert isinstance(quick, NetworkHybrids)
    rows, background, kept, order = asked(players, np.random.default_rng(0))
    wanted = slow.predict(rows, background, kept)
    tolerance = 1e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(quick.predict(rows, background, kept), wanted, atol=tolerance)
    walked = slow.walk(rows, background, order)
    assert walked.shape == (N_PAIRS, 2, 2, quick.n_outputs)
    np.testing.assert_allclose(quick.walk(rows, background, order), walked, atol=tolerance)


def test_both_layers_that_read_the_features_are_cut(models):
    quick, _ = both_ways(*models["custom"][:2], {"size": ("size",)})
    assert [layer.units for layer in quick.cut.firsts] == [5, 2]
    quick, _ = both_ways(*models["normalized"][:2], {"size": ("size",)})
    assert quick.cut.firsts == ()


def test_days_between_dates_of_two_players_need_tables(models):
    model, table, _ = models["dates"]
    apart = {"opened": ("opened",), "closed": ("closed",)}
    assert isinstance(both_ways(model, table, apart)[0], TableHybrids)
    assert isinstance(both_ways(model, table, {"dates": ("opened", "closed")})[0], NetworkHybrids)


def test_a_large_background_changes_nothing(models, monkeypatch):
    model, table, _ = models["binary"]
    players = {"size": ("size",), "age": ("age",)}
    rows, background, kept, order = asked(players, np.random.default_rng(0))
    few, _ = both_ways(model, table, players)
    monkeypatch.setattr(network_hybrids, "FEW_BACKGROUND", 3)
    many, _ = both_ways(model, table, players)
    np.testing.assert_allclose(
        many.predict(rows, background, kept), few.predict(rows, background, kept), atol=1e-7
    )
    np.testing.assert_allclose(
        many.walk(rows, background, order), few.walk(rows, background, order), atol=1e-7
    )


def test_pieces_change_nothing(models, monkeypatch):
    model, table, _ = models["binary"]
    players = {"size": ("size",), "age": ("age",), "owner": ("owner",)}
    rows, background, kept, order = asked(players, np.random.default_rng(0))
    hybrids, slow = both_ways(model, table, players)
    whole = hybrids.predict(rows, background, kept), hybrids.walk(rows, background, order)
    for name in ("NUMBERS_AT_ONCE", "MASKED_AT_ONCE", "PARTS_AT_ONCE"):
        monkeypatch.setattr(network_hybrids, name, 1)
    monkeypatch.setattr("neurode.explain.table_hybrids.CELLS_AT_ONCE", 50)
    parts = hybrids.predict(rows, background, kept), hybrids.walk(rows, background, order)
    for one, other in zip(whole, parts):
        np.testing.assert_allclose(one, other, atol=1e-6)
    np.testing.assert_allclose(slow.predict(rows, background, kept), whole[0], atol=1e-6)


@pytest.mark.parametrize(
    "kind", [np.array, pl.DataFrame, pd.DataFrame, pa.table], ids=["array", "polars", "pandas", "arrow"]
)
def test_a_function_gets_the_kind_of_table_that_was_given(kind):
    columns = {"a": [1.0, 2.0], "b": [10.0, 20.0], "c": [100.0, 200.0]}
    made = kind(columns) if kind is not np.array else np.column_stack(list(columns.values()))
    background = (
        kind({name: [value[0] * 5] for name, value in columns.items()})
        if kind is not np.array
        else made[:1] * 5
    )
    names = list(columns) if kind is not np.array else ["x0", "x1", "x2"]

    def total(table):
        assert type(table) is type(made)
        if isinstance(table, np.ndarray):
            return table.sum(axis=1)
        return sum(np.asarray(table[name]) for name in names)

    hybrids = hybrids_of(subject_of(total), made, background, {"left": names[:2], "right": names[2:]})
    kept = np.array([[[True, False], [False, True]]])
    assert hybrids.predict(np.array([1]), np.array([0]), kept)[0, :, 0].tolist() == [522.0, 255.0]


def test_whole_numbers_meet_broken_ones():
    whole, broken = pl.DataFrame({"a": [1, 2], "b": [3, 4]}), pl.DataFrame({"b": [0.5], "a": [0.25]})
    hybrids = hybrids_of(subject_of(lambda table: table["a"] - table["b"]), whole, broken, {"a": ("a",)})
    kept = np.array([[[False]]])
    assert hybrids.predict(np.array([1]), np.array([0]), kept).item() == 0.25 - 4


def test_a_subject_of_ours_is_asked_with_any_table(models):
    model, table, predict = models["binary"]
    subject = subject_of(model)
    assert subject.outputs == ("1",)
    assert subject.columns == ("size", "income", "town", "owner", "age")
    np.testing.assert_array_equal(subject.predict(table)[:, 0], predict(table))
    np.testing.assert_array_equal(subject.predict(table.to_pandas())[:, 0], predict(table))
