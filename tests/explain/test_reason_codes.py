import json
import re
import sys
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier
from neurode.explain import reason_codes, shap_values
from neurode.explain.reason_wording import check_wording
from neurode.explain.stability import shares_among_first

N = 60


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    return pd.DataFrame(random.normal(size=(N, 6)), columns=list("abcdef"))


def line(table):
    """A sum, whose Shapley values are each column's distance from its mean."""
    return table["a"] + 2 * table["b"] - table["c"] + 0.5 * table["d"]


WEIGHTS = {"a": 1.0, "b": 2.0, "c": -1.0, "d": 0.5, "e": 0.0, "f": 0.0}


def test_reasons_are_the_largest_pushes_of_a_sum(table):
    found = reason_codes(line, table, n=3)
    pushes = pd.DataFrame(
        {name: weight * (table[name] - table[name].mean()) for name, weight in WEIGHTS.items()}
    )
    for row, reasons in enumerate(found.rows):
        wanted = pushes.loc[row].sort_values(ascending=False)
        wanted = wanted[wanted > 1e-6][:3]
        assert [each.column for each in reasons] == list(wanted.index)
        np.testing.assert_allclose([each.contribution for each in reasons], wanted, atol=1e-9)
    assert found.base_value == pytest.approx(line(table).mean())


def test_low_predictions_can_be_the_bad_ones(table):
    high = reason_codes(lambda rows: -line(rows), table)
    low = reason_codes(line, table, adverse="low")
    for first, second in zip(high.rows, low.rows):
        assert [each.column for each in first] == [each.column for each in second]
        np.testing.assert_allclose(
            [each.contribution for each in first], [each.contribution for each in second]
        )


def test_only_what_pushes_the_adverse_way_is_a_reason(table):
    one = pd.DataFrame({"a": [-9.0], "b": [-9.0], "c": [9.0], "d": [-9.0], "e": [9.0], "f": [9.0]})
    found = reason_codes(line, one, table)
    assert found.rows == ((),)
    assert str(found).endswith("nothing raises it")
    assert found.to_frame().shape == (0, 8)


def test_related_columns_are_one_reason(table):
    one = pd.DataFrame({"a": [1.0], "b": [2.0], "c": [0.0], "d": [0.0], "e": [0.0], "f": [0.0]})
    found = reason_codes(line, one, table, groups={"money": ["a", "b"]})
    first = found[0][0]
    mean = table.mean()
    assert (first.column, first.value) == ("money", "a=1, b=2")
    assert first.contribution == pytest.approx(1 - mean["a"] + 2 * (2 - mean["b"]))
    assert first.text.startswith("money (a=1, b=2), typically a=")


def test_a_large_group_tells_some_of_its_values(table):
    one = pd.DataFrame({name: [3.0] for name in "abcdef"})
    found = reason_codes(line, one, table, groups={"all": list("abcdef")})
    assert found[0][0].value == "a=3, b=3, c=3, d=3, … (2 more)"


def test_what_is_typical_is_the_median_or_the_commonest():
    frame = pl.DataFrame(
        {
            "debt": [1, 5, 9, 20_000],
            "town": ["Ulm", "Kiel", "Ulm", "Bonn"],
            "opened": [date(2020, 1, day) for day in (1, 2, 3, 4)],
            "fee": [None, None, None, 2.5],
        }
    )

    def risk(rows):
        return (
            rows["debt"].to_numpy()
            + 100.0 * (rows["town"] == "Bonn").to_numpy()
            + rows["opened"].dt.day().to_numpy()
            + rows["fee"].fill_null(0).to_numpy()
        )

    (_, _, _, last) = reason_codes(risk, frame).rows
    told = {each.column: (each.value, each.typical) for each in last}
    assert told == {
        "debt": ("20,000", "9"),
        "town": ("Bonn", "Ulm"),
        "opened": ("2020-01-04", "2020-01-03"),
        "fee": ("2.5", "missing"),
    }


def test_a_value_that_is_typical_is_told_so(table):
    frame = pd.DataFrame({"a": [0.0, 1.0, 1.0], "b": [0.0, 0.0, 0.0]})
    found = reason_codes(lambda rows: rows["a"], frame)
    assert found[1][0].text == "a is 1, as for 67 % of the rows"


def test_wordings_fill_in_three_fields_and_nothing_else(table):
    texts = {"b": "{{b}} of {value}, not {typical} ({column})"}
    found = reason_codes(line, table, n=6, wording=texts)
    reason = next(each for reasons in found.rows for each in reasons if each.column == "b")
    assert reason.text == f"{{b}} of {reason.value}, not {reason.typical} (b)"
    for text in ("{amount}", "{value.__class__}", "{value!r}", "{value:>9}", "{0}", "{}", "{value[0]}"):
        with pytest.raises(ArgumentError, match="has a field"):
            check_wording("b", text)
    for text in ("{value", "}", ""):
        with pytest.raises(ArgumentError, match="the wording of 'b'"):
            reason_codes(line, table, wording={"b": text})
    with pytest.raises(UnknownNameError, match="'colour'"):
        reason_codes(line, table, wording={"colour": "its colour"})


def test_stability_is_the_share_of_resamples_counted_one_by_one():
    random = np.random.default_rng(0)
    values, n, least = random.normal(0.1, 1, size=(12, 5, 6)), 3, np.full(5, 0.05)
    found = shares_among_first(values, n, least, 150, seed=3)
    draws = np.random.default_rng(3).integers(0, 12, (150, 12))
    counted = np.zeros((5, 6))
    for draw in draws:
        mean = values[draw].mean(axis=0)
        for row in range(5):
            first = np.argsort(-mean[row])[:n]
            counted[row, [place for place in first if mean[row, place] > least[row]]] += 1
    np.testing.assert_allclose(found, counted / 150)


def test_a_clear_reason_is_stable_and_a_close_call_is_not(table):
    one = pd.DataFrame({"a": [5.0], "b": [0.0], "c": [0.0], "d": [0.0], "e": [0.0], "f": [0.0]})
    clear = reason_codes(line, one, table, n=1)[0][0]
    assert (clear.column, clear.stability) == ("a", 1.0)
    rows = pd.DataFrame({"a": [0.0], "b": [0.0], "c": [0.0], "d": [0.0], "e": [0.0], "f": [0.0]})
    close = reason_codes(line, rows, table, n=1)[0][0]
    assert 0 < close.stability < 1


def test_points_of_probability_of_a_pipeline(table):
    y = (line(table) > 0).astype(int)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, y)
    found = reason_codes(pipeline, table, n=6)
    values = shap_values(pipeline, table).values[:, :, 0]
    assert found.is_probability
    for reasons, row in zip(found.rows, values):
        for reason in reasons:
            assert reason.contribution == pytest.approx(100 * row[list("abcdef").index(reason.column)])
    assert " points, stability " in str(found)


def test_our_classifier_reads_flags_gaps_and_dates():
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "income": [None if each < 0.2 else round(each, 2) for each in random.random(N)],
            "owner": random.random(N) < 0.5,
            "opened": [date(2020, 1, 1 + int(day)) for day in random.integers(0, 28, N)],
            "note": [f"row {row} in many words of its own" for row in range(N)],
        }
    )
    target = np.where(frame["owner"], "late", "paid")
    model = NeuralClassifier((4,), epochs=20, learning_rate=0.02, positive="late", random_state=0)
    model.fit(frame, target)
    found = reason_codes(model, frame, n=2)
    assert found.output == "late"
    owners = [reasons for reasons, owner in zip(found.rows, frame["owner"]) if owner]
    assert all(reasons[0].column == "owner" for reasons in owners)
    assert {reasons[0].value for reasons in owners} == {"true"}
    assert {each.column for reasons in found.rows for each in reasons} <= {"income", "owner", "opened"}


def test_an_explanation_that_is_known_is_used(table):
    known = shap_values(line, table, groups={"ends": ["a", "f"]})
    again = reason_codes(line, table, groups={"ends": ["a", "f"]}, explanation=known)
    fresh = reason_codes(line, table, groups={"ends": ["a", "f"]})
    assert again.rows == fresh.rows
    with pytest.raises(ArgumentError, match="an explanation of 60 rows for a table of 5"):
        reason_codes(line, table[:5], table, explanation=known)


def test_pieces_of_a_table_have_the_same_reasons(table, monkeypatch):
    whole = reason_codes(line, table)
    # The package's own attribute of this name is the function.
    monkeypatch.setattr(sys.modules["neurode.explain.reason_codes"], "ROWS_AT_ONCE", 7)
    assert reason_codes(line, table).rows == whole.rows


def test_it_prints_ten_rows_and_is_a_frame_and_json(table):
    found = reason_codes(line, table, n=2)
    assert str(found).endswith("… (50 more rows)")
    frame = found.to_frame()
    assert frame["rank"].max() == 2
    assert frame.filter(pl.col("row") == 7)["column"].to_list() == [each.column for each in found[7]]
    document = json.loads(json.dumps(found.to_json()))
    assert [len(each["reasons"]) for each in document["rows"]] == [len(each) for each in found.rows]


def test_what_cannot_be_asked_is_named(table):
    y = pd.Series(["x", "y", "z"] * 20)
    three = LogisticRegression().fit(table, y)
    with pytest.raises(ArgumentError, match="the model has 3 outputs") as caught:
        reason_codes(three, table)
    assert caught.value.available == "outputs: 'x', 'y', 'z'"
    assert reason_codes(three, table[:2], table, output="y").output == "y"
    with pytest.raises(ArgumentError, match="the model has 2 outputs"):
        reason_codes(lambda rows: rows[["a", "b"]].to_numpy(), table)
    with pytest.raises(ArgumentError, match="n=0"):
        reason_codes(line, table, n=0)
    with pytest.raises(ArgumentError, match="adverse='bad'"):
        reason_codes(line, table, adverse="bad")
    with pytest.raises(UnknownNameError, match="'colour'"):
        reason_codes(line, table, groups={"looks": ["colour"]})
    with pytest.raises((ArgumentError, TableError), match="one row cannot be compared"):
        reason_codes(line, table[:1])
    with pytest.raises(ArgumentError, match="row 60 does not exist"):
        reason_codes(line, table)[60]
    with pytest.raises(NotFittedError):
        reason_codes(NeuralClassifier(), table)
    with pytest.raises(ArgumentError, match="NaN"):
        reason_codes(lambda rows: rows["a"] * np.nan, table)


def test_an_explanation_of_something_else_is_refused(table):
    y = np.where(line(table) > 0, "paid", "late")
    model = LogisticRegression().fit(table, y)
    rows, others = table[:5], table[5:]
    known = shap_values(model, rows, others, seed=3)
    assert reason_codes(model, rows, others, explanation=known).seed == 3
    cases = [
        (shap_values(model, rows, others, output="log_odds"), {}, "away from what the model says"),
        (shap_values(model, table[5:10], others), {}, "away from what the model says"),
        (known, {"output": "late"}, "an explanation of 'paid', reasons of 'late'"),
        (known, {"groups": {"ends": ["a", "f"]}}, "for reasons of 'ends'"),
        (shap_values(model, rows, others, columns=["a"]), {}, "for reasons of 'a', 'b'"),
    ]
    for explanation, asked, message in cases:
        with pytest.raises(ArgumentError, match=message):
            reason_codes(model, rows, others, explanation=explanation, **asked)


def test_a_row_has_the_same_reasons_alone_and_in_a_table():
    random = np.random.default_rng(0)
    wide = pd.DataFrame(random.normal(size=(30, 14)), columns=[f"c{place}" for place in range(14)])

    def product(rows):
        return np.tanh(rows["c0"] * rows["c1"] + rows["c2"] * rows["c3"] * rows["c4"]) + rows["c5"]

    whole = reason_codes(product, wide, wide)
    for row in (0, 17, 29):
        (alone,) = reason_codes(product, wide[row : row + 1], wide).rows
        assert [each.column for each in alone] == [each.column for each in whole[row]]
        np.testing.assert_allclose(
            [each.contribution for each in alone], [each.contribution for each in whole[row]]
        )


def test_settings_that_make_no_sense_are_named(table):
    for settings in ({"n_background": 0}, {"seed": -1}):
        with pytest.raises(ArgumentError, match=next(iter(settings))):
            reason_codes(line, table, **settings)


def test_large_contributions_are_no_powers_of_ten(table):
    told = str(reason_codes(lambda rows: 1e4 * line(rows), table, n=1))
    assert "e+" not in told
    assert re.search(r"\(\+\d+,\d{3}, stability", told)
