import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.ensemble import GradientBoostingRegressor

from neurode.errors import ArgumentError, UnknownNameError
from neurode.estimators import NeuralClassifier
from neurode.explain.interactions import interaction, interactions

N = 40


@pytest.fixture(scope="module")
def table():
    return np.random.default_rng(0).normal(size=(N, 3))


def slow_h(predict, table, first, second):
    """Equation 44 of Friedman and Popescu, a row at a time."""

    def dependence(columns):
        found = np.empty(len(table))
        for row in range(len(table)):
            mixed = table.copy()
            mixed[:, columns] = table[row, columns]
            found[row] = predict(mixed).mean()
        return found - found.mean()

    joint, one, two = dependence([first, second]), dependence([first]), dependence([second])
    return np.sqrt(((joint - one - two) ** 2).sum() / (joint**2).sum()), np.std(joint - one - two)


def test_h_is_that_of_the_equation_written_out(table):
    def predict(rows):
        return rows[:, 0] * rows[:, 1] + np.sin(rows[:, 1]) + rows[:, 2] * rows[:, 0] ** 2

    for first, second in ((0, 1), (0, 2), (1, 2)):
        found = interaction(predict, table, f"x{first}", f"x{second}")
        h, strength = slow_h(predict, table, first, second)
        assert found.h[0] == pytest.approx(h, abs=1e-9)
        assert found.strength[0] == pytest.approx(strength, abs=1e-9)


def test_a_sum_has_no_interaction_and_a_product_of_centred_columns_is_nothing_else(table):
    centred = table - table.mean(axis=0)
    total = interaction(lambda rows: np.exp(rows[:, 0]) + rows[:, 1] ** 3, centred, "x0", "x1")
    product = interaction(lambda rows: rows[:, 0] * rows[:, 1], centred, "x0", "x1")
    assert total.h[0] == pytest.approx(0, abs=1e-7)
    assert product.h[0] == pytest.approx(1)
    # Of F(x, y) = xy - mean(xy), less nothing.
    assert product.strength[0] == pytest.approx(np.std(centred[:, 0] * centred[:, 1]))


def test_columns_that_do_nothing_have_no_interaction_of_rounding(table):
    random = np.random.default_rng(0)

    def predict(rows):
        return np.float32(1e3) * np.ones(len(rows), np.float32) + random.normal(0, 1e-5, len(rows))

    found = interaction(predict, table, "x0", "x1")
    assert (found.h[0], found.strength[0]) == (0, 0)


def test_the_grid_is_the_mean_with_both_columns_set_by_hand():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": random.normal(size=60), "b": random.integers(0, 3, 60), "c": random.normal(size=60)}
    )
    model = GradientBoostingRegressor(random_state=0).fit(frame, frame["a"] * frame["b"] + frame["c"])
    found = interaction(model, frame, "a", "b", n_points=4)
    assert found.average.shape == (4, 3, 1)
    assert found.second_grid == (0, 1, 2)
    for first, row in zip(found.first_grid, found.average):
        for second, average in zip(found.second_grid, row):
            assert average[0] == pytest.approx(model.predict(frame.assign(a=first, b=second)).mean())


def test_our_classifier_of_three_classes_has_a_grid_for_each():
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "size": random.normal(size=90),
            "town": random.choice(["Ulm", "Bonn"], 90),
            "note": [f"row {row} in many words of its own" for row in range(90)],
        }
    )
    model = NeuralClassifier((4,), epochs=5, random_state=0).fit(frame, ["x", "y", "z"] * 30)
    found = interaction(model, frame, "town", "size", n_points=3)
    assert found.outputs == ("x", "y", "z")
    assert found.orders == ("flag", "number")
    for place, size in enumerate(found.second_grid):
        changed = frame.with_columns(town=pl.lit(found.first_grid[0]), size=pl.lit(size))
        np.testing.assert_allclose(
            found.average[0, place], model.predict_proba(changed).mean(axis=0), atol=1e-6
        )
    with pytest.raises(ArgumentError, match="does not use column 'note'"):
        interaction(model, frame, "town", "note")
    assert len(interactions(model, frame).pairs) == 1


def test_pairs_are_ranked_and_agree_with_each_pair_alone(table):
    def predict(rows):
        return rows[:, 0] * rows[:, 1] + 0.3 * rows[:, 1] * rows[:, 2] + 5 * rows[:, 2]

    found = interactions(predict, table)
    assert found.pairs == (("x0", "x1"), ("x1", "x2"), ("x0", "x2"))
    for pair, h, strength in zip(found.pairs, found.h, found.strength):
        alone = interaction(predict, table, *pair)
        assert h[0] == pytest.approx(alone.h[0], abs=1e-9)
        assert strength[0] == pytest.approx(alone.strength[0], abs=1e-9)


def test_of_many_columns_those_that_move_most_are_paired():
    table = np.random.default_rng(0).normal(size=(50, 30))
    found = interactions(lambda rows: rows[:, 7] * (1 + rows[:, 19]) + rows[:, 19], table, n_columns=2)
    assert found.pairs == (("x7", "x19"),)
    named = interactions(lambda rows: rows[:, 7] * rows[:, 19], table, ["x1", "x7", "x19"])
    assert named.pairs[0] == ("x7", "x19")
    assert len(named.pairs) == 3


def test_records_print_and_are_json(table):
    found = interaction(lambda rows: rows[:, :2].prod(axis=1), table, "x0", "x1", n_points=2)
    lines = str(found).splitlines()
    assert lines[0] == "x0 and x1, averaged over 40 rows"
    assert lines[2].startswith("prediction: H ")
    assert lines[3].startswith("x0 \\ x1")
    document = json.loads(json.dumps(found.to_json()))
    assert np.shape(document["average"]) == (2, 2, 1)
    pairs = interactions(lambda rows: rows[:, :2].prod(axis=1), table)
    assert str(pairs).splitlines()[1].startswith("x0 × x1")
    assert json.loads(json.dumps(pairs.to_json()))["pairs"][0] == ["x0", "x1"]


def test_what_has_no_interaction_is_named(table):
    def predict(rows):
        return rows[:, 0]

    with pytest.raises(ArgumentError, match="'x0' with itself"):
        interaction(predict, table, "x0", "x0")
    with pytest.raises(UnknownNameError, match="'x9'"):
        interaction(predict, table, "x0", "x9")
    with pytest.raises(ArgumentError, match="1 column has no pair"):
        interactions(predict, table[:, :1])
    with pytest.raises(UnknownNameError, match="'x9'"):
        interactions(predict, table, ["x0", "x9"])


def test_one_row_has_nothing_that_varies(table):
    found = interaction(lambda rows: rows[:, 0] * rows[:, 1], table[:1], "x0", "x1")
    assert (found.h[0], found.strength[0]) == (0, 0)
