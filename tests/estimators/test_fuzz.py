"""Any table and any target: a fitted model whose answers are finite, or words about what is wrong."""

import importlib.util
import pickle
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import polars.selectors as selectors
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning

from neurode import load
from neurode.cli.main import cli
from neurode.errors import NeurodeError, TableError
from neurode.estimators import MLPClassifier, MLPRegressor, NeuralClassifier, NeuralRegressor
from neurode.tables import read_table

spec = importlib.util.spec_from_file_location(
    "dirty_tables", Path(__file__).parent.parent / "tables" / "dirty_tables.py"
)
dirty = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dirty)

FUZZ = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
FEW_ROWS, ENOUGH_ROWS = 3, 45

TARGETS = {
    **{name: pool for name, pool in dirty.POOLS.items() if name not in {"sentences", "identifiers"}},
    "two words": ["paid", "late"],
    "zero and one": [0, 1],
    "numbers": [0.5, 1.5, -3.0, 2.25],
    "numbers with gaps": [1.0, 2.0, float("nan")],
    "numbers as words": ["1", "2", "3"],
    "money": ["$1,200", "$5"],
    "mixed": [1, "a", None],
    "one class": ["a"],
    "close": [1e15, 1e15 + 1],
    "far apart": [0.0, 1e-30, 1e30],
}


@st.composite
def targets(draw, n_rows):
    usual = ["two words", "zero and one", "numbers", "numbers as words", "numbers with gaps"]
    pool = TARGETS[draw(st.sampled_from(usual) | st.sampled_from(sorted(TARGETS)))]
    values = [pool[row * row % 7 % len(pool)] for row in range(n_rows)]
    cell_by_cell = np.empty(n_rows, object)
    for row, value in enumerate(values):
        cell_by_cell[row] = value
    kind = draw(
        st.sampled_from(["list", "list", "array", "objects", "pandas", "polars", "category", "arrow", "two"])
    )
    ways = {
        "list": lambda: values,
        "array": lambda: np.array(values),
        "objects": lambda: cell_by_cell,
        "pandas": lambda: pd.Series(values, name="target", index=range(5, 5 + n_rows)),
        "polars": lambda: pl.Series("target", values, strict=False),
        "category": lambda: pd.Series(pd.Categorical(values)).cat.add_categories(["never seen"]),
        "arrow": lambda: pa.array(values),
        "two": lambda: pd.DataFrame({"one": values, "other": range(n_rows)}),
    }
    try:
        return ways[kind]()
    except (Exception, pl.exceptions.PanicException):
        return values


def answers(model, table):
    """Probabilities or predictions, known to be what they are called."""
    if isinstance(model, NeuralClassifier):
        found = model.predict_proba(table)
        assert (found >= 0).all()
        if hasattr(model, "decision_"):
            np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    else:
        found = model.predict(table)
    assert np.isfinite(found).all()
    return found


def or_refused(call):
    try:
        return call()
    except NeurodeError:
        return None


@settings(FUZZ, max_examples=40)
@given(st.data())
def test_any_table_and_target_give_a_model_or_words(tmp_path_factory, data):
    n_rows = data.draw(st.sampled_from([1, FEW_ROWS, ENOUGH_ROWS]))
    table = data.draw(dirty.dirty_tables(n_rows, 2, numbers=True))
    target = data.draw(targets(n_rows))
    kind = data.draw(st.sampled_from([NeuralClassifier, NeuralRegressor]))
    model = kind((4,), epochs=1, dropout=0.0, random_state=0)
    model = or_refused(lambda: model.fit(table, target))
    if model is None:
        return
    found = answers(model, table)
    assert len(found) == len(model.predict(table)) == n_rows
    assert str(model.check(table))

    path = tmp_path_factory.mktemp("fuzz") / "model.neurode"
    model.save(path)
    for copy in (load(path), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(answers(copy, table), found)
        np.testing.assert_array_equal(copy.predict(table), model.predict(table))

    frame = read_table(table)
    order = np.random.default_rng(0).permutation(n_rows)
    for later in (frame[order], frame[order].select(frame.columns[::-1]).with_columns(extra=pl.lit(1))):
        np.testing.assert_allclose(
            answers(model, later), found[order], rtol=1e-3, atol=1e-5 * abs(found).max()
        )
    one = or_refused(lambda: answers(model, dirty.take(table, [0])))
    if one is not None:
        np.testing.assert_allclose(one[0], found[0], rtol=1e-3, atol=1e-5 * abs(found).max())
    words = frame.with_columns(pl.lit("another word").alias(name) for name in frame.columns)
    swapped = frame.with_columns(values.alias(name) for values, name in zip(frame, frame.columns[::-1]))
    for later in (words, swapped, frame.drop(frame.columns[0])):
        or_refused(lambda later=later: answers(model, later))
        if later.width:
            assert str(model.check(later))


@settings(FUZZ, max_examples=30)
@given(st.data())
def test_any_array_gives_a_perceptron_or_words(data):
    table = data.draw(dirty.dirty_tables(ENOUGH_ROWS, 2, numbers=True))
    target = data.draw(targets(ENOUGH_ROWS))
    kind = data.draw(st.sampled_from([MLPClassifier, MLPRegressor]))
    model = kind((4,), max_iter=1, random_state=0)
    frame = or_refused(lambda: read_table(table))
    if frame is None:
        return
    rows = frame.select(selectors.numeric()).to_numpy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", DataConversionWarning)
            model.fit(rows, target)
    except (ValueError, TypeError):
        # scikit-learn's own checks come first here; its words are its own.
        return
    assert np.isfinite(model.predict_proba(rows) if kind is MLPClassifier else model.predict(rows)).all()


@settings(FUZZ, max_examples=60)
@given(st.data())
def test_the_command_line_describes_any_file_or_says_what_is_wrong(tmp_path_factory, data):
    table = data.draw(dirty.dirty_tables(data.draw(st.sampled_from([1, FEW_ROWS, ENOUGH_ROWS])), 3))
    frame = or_refused(lambda: read_table(table))
    if frame is None:
        return
    ending = data.draw(st.sampled_from(["csv", "parquet"]))
    path = tmp_path_factory.mktemp("fuzz") / f"table.{ending}"
    try:
        frame.write_csv(path) if ending == "csv" else frame.write_parquet(path)
    except (Exception, pl.exceptions.PanicException):
        return
    result = CliRunner().invoke(cli, ["describe", str(path), *data.draw(st.sampled_from([[], ["--json"]]))])
    assert result.exit_code in (0, 1), result.output
    assert isinstance(result.exception, SystemExit | None)
    assert result.stdout if result.exit_code == 0 else result.stderr


ROWS = {"income": [20.0, 80.0, 30.0, 90.0] * 3}


def test_classes_that_are_dates_go_on_with_a_later_fit():
    days = [date(2024, 1, 1), date(2024, 1, 2)] * 6
    classifier = (
        NeuralClassifier((4,), epochs=1, warm_start=True, random_state=0).fit(ROWS, days).fit(ROWS, days)
    )
    assert classifier.classes_.tolist() == ["2024-01-01", "2024-01-02"]
    assert set(classifier.predict(ROWS)) <= {"2024-01-01", "2024-01-02"}


@pytest.mark.parametrize("kind", [NeuralClassifier, NeuralRegressor])
def test_targets_of_different_lengths_are_named(kind):
    with pytest.raises(TableError, match="y holds rows of different lengths"):
        kind(epochs=1).fit(ROWS, [[1, 0], [1]] * 6)


def test_several_targets_written_as_text_are_numbers():
    target = np.array([["1,200", "5"], ["85", None]] * 6, dtype=object)
    regressor = NeuralRegressor((4,), epochs=1, random_state=0).fit(ROWS, target)
    np.testing.assert_array_equal(regressor.target_mean_, [1200.0, 5.0])
