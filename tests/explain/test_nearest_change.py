import json
import re
from datetime import date, datetime
from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from neurode.errors import ArgumentError, NotFittedError, ShapeError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.explain.nearest_change import Change, ColumnChange, NearestChange, nearest_change

N = 400


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "income": np.exp(random.normal(10, 1, N)).round(2),
            "delay": random.integers(0, 5, N),
            "town": random.choice(["Ulm", "Bonn", "Kiel"], N, p=[0.6, 0.3, 0.1]),
            "owner": random.random(N) < 0.5,
            "note": [f"row {row} in a few words of its own" for row in range(N)],
        }
    )


@pytest.fixture(scope="module")
def target(frame):
    score = frame["delay"] - 2 * frame["income"].log() + 20 + 2 * (frame["town"] == "Ulm").cast(float)
    return np.where(score.to_numpy() + np.random.default_rng(1).normal(size=N) > 2.5, "late", "paid")


@pytest.fixture(scope="module")
def classifier(frame, target):
    model = NeuralClassifier(
        (8,), dropout=0.0, epochs=40, learning_rate=0.02, weight_decay=None, random_state=0, threshold=0.4,
        refer="rate=0.3", positive="late",
    )  # fmt: skip
    return model.fit(frame, target)


def changed(frame, row, change):
    """The row with the change made, as a person would make it."""
    columns = {each.column: pl.Series(each.column, [each.after]) for each in change.columns}
    one = frame[row : row + 1]
    return one.with_columns(
        values.cast(one.schema[name]) if values.dtype == pl.String else values
        for name, values in columns.items()
    )


def middle_rank(values, value):
    return (np.mean(values < value) + np.mean(values <= value)) / 2


def test_one_column_moves_just_over_the_line():
    table = np.random.default_rng(0).normal(size=(200, 3))
    table[0] = [0.0, 0.0, 0.0]
    found = nearest_change(lambda rows: rows[:, 0] + 0.1 * rows[:, 1], table, 0, target=0.83)
    (only,) = found.changes[0].columns
    assert only.column == "x0"
    # Within a step of the search and the rounding to a short number.
    assert 0.83 <= only.after <= 0.83 * 1.03
    ranks = [middle_rank(table[:, 0], value) for value in (0.0, only.after)]
    assert only.shift == pytest.approx(ranks[1] - ranks[0])


def test_a_line_that_takes_two_columns_is_found_as_two():
    table = np.random.default_rng(0).uniform(-1, 1, size=(300, 4))
    table[5] = -0.5
    found = nearest_change(lambda rows: rows[:, [1, 3]].min(axis=1), table, 5, target=0.25)
    assert len(found.changes) == 1
    assert {each.column for each in found.changes[0].columns} == {"x1", "x3"}
    for each in found.changes[0].columns:
        assert 0.25 <= each.after <= 0.25 + 0.03


def test_three_columns_are_found_and_four_are_not():
    table = np.random.default_rng(0).uniform(-1, 1, size=(200, 6))
    table[0] = -0.5

    def score(count):
        return lambda rows: (rows[:, :count] > 0.2).sum(axis=1)

    three = nearest_change(score(3), table, 0, target=3, n=1)
    assert [each.column for each in sorted(three.changes[0].columns, key=lambda c: c.column)] == [
        "x0", "x1", "x2",
    ]  # fmt: skip
    four = nearest_change(score(4), table, 0, target=4)
    assert four.changes == ()
    assert four.closest.prediction == 3.0
    assert "no change of up to 3 columns that was tried reaches 4\nclosest: " in str(four)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), line=st.floats(0.5, 0.97))
def test_of_few_values_the_answer_is_that_of_looking_at_all(seed, line):
    random = np.random.default_rng(seed)
    answers = random.random((4, 3, 4))
    table = np.column_stack([random.integers(0, size, 60) for size in answers.shape])

    def score(rows):
        return answers[tuple(rows.astype(int).T)]

    own = table[0]
    wanted = line if score(table[:1])[0] < line else 1 - line
    if (score(table[:1])[0] < wanted) != (wanted == line):
        return
    tried = []
    for values in product(*(np.unique(column) for column in table.T)):
        places = [place for place in range(3) if values[place] != own[place]]
        reached = score(np.array([values]))[0]
        if places and (reached >= wanted if wanted == line else reached <= wanted):
            shift = sum(
                abs(middle_rank(table[:, place], values[place]) - middle_rank(table[:, place], own[place]))
                for place in places
            )
            tried.append((len(places), shift))
    found = nearest_change(score, table, 0, target=wanted)
    if tried:
        best = found.changes[0]
        assert (len(best.columns), best.shift) == pytest.approx(min(tried))
    else:
        assert found.changes == ()


def test_alternatives_are_of_other_columns_and_rise_in_rank():
    table = np.random.default_rng(0).normal(size=(200, 4))
    table[0] = 0
    found = nearest_change(
        lambda rows: rows[:, 0] + rows[:, 1] + 0.6 * rows[:, 2:].sum(axis=1), table, target=1.5
    )
    sets = [frozenset(each.column for each in change.columns) for change in found.changes]
    assert len(set(sets)) == 3
    assert not any(first < second for first, second in product(sets, sets))
    ranks = [(len(change.columns), change.shift) for change in found.changes]
    assert ranks == sorted(ranks)


def test_the_decision_is_that_of_predict_and_a_referred_row_is_not_changed(classifier, frame):
    decisions = classifier.predict(frame)
    assert set(decisions) == {"late", "paid", "refer"}
    for row in [int(np.flatnonzero(decisions == each)[0]) for each in ("late", "paid", "refer")]:
        found = nearest_change(classifier, frame, row)
        assert found.decision == decisions[row]
        assert found.output == "late"
        assert found.prediction == pytest.approx(
            classifier.predict_proba(frame)[row, 0 if classifier.classes_[0] == "late" else 1]
        )
        assert found.changes
        for change in found.changes:
            after = changed(frame, row, change)
            assert classifier.predict(after)[0] == change.decision
            assert change.decision in {"late", "paid"} - {decisions[row]}
            place = list(classifier.classes_).index("late")
            assert change.prediction == pytest.approx(classifier.predict_proba(after)[0, place], abs=1e-6)
            assert {each.column for each in change.columns} <= {"income", "delay", "town", "owner"}


def test_a_referred_row_can_be_asked_for_one_way_out(classifier, frame):
    row = int(np.flatnonzero(classifier.predict(frame) == "refer")[0])
    for label in ("late", "paid"):
        found = nearest_change(classifier, frame, row, target=label)
        assert {change.decision for change in found.changes} == {label}


def test_rules_of_columns_hold(classifier, frame):
    decisions = classifier.predict(frame)
    for row in np.flatnonzero(decisions == "late")[:3].tolist():
        found = nearest_change(
            classifier, frame, row, immutable=["town", "note"], only_up=["income"], only_down="delay", n=5
        )
        for each in [column for change in found.changes for column in change.columns]:
            assert each.column != "town"
            assert each.column != "income" or each.after > each.before
            assert each.column != "delay" or each.after < each.before


def test_a_column_goes_the_way_that_it_may():
    table = np.linspace(-1, 1, 41)[:, None]

    def height(rows):
        return np.abs(rows[:, 0])

    free = nearest_change(height, table, 25, target=0.5).changes[0].columns[0]
    up = nearest_change(height, table, 25, target=0.5, only_up=["x0"]).changes[0].columns[0]
    down = nearest_change(height, table, 25, target=0.5, only_down=["x0"]).changes[0].columns[0]
    assert (free.after, up.after, down.after) == (0.5, 0.5, -0.5)
    assert down.shift > up.shift
    assert nearest_change(height, table, 25, target=0.5, immutable="x0").changes == ()


def test_whole_numbers_stay_whole_and_prices_become_short():
    table = pd.DataFrame({"rooms": np.arange(100), "price": np.linspace(1, 9999, 100).round(2)})
    rooms = nearest_change(lambda rows: rows["rooms"] * 1.0, table, 3, target=40.5).changes[0].columns[0]
    assert rooms.after == 41
    assert isinstance(rooms.after, int)
    price = nearest_change(lambda rows: rows["price"], table, 0, target=4567.89).changes[0].columns[0]
    assert price.after == 4600.0


def test_dates_stay_dates():
    days = [date(2024, 1, day) for day in range(1, 31)]
    table = pl.DataFrame(
        {"opened": days, "seen": [datetime(2024, 1, day, 8, 0, day) for day in range(1, 31)]}
    )

    def age(rows):
        return (pl.Series([datetime(2024, 2, 1)]).dt.epoch("s")[0] - rows["opened"].dt.epoch("s")).to_numpy()

    found = nearest_change(age, table, 20, target=20 * 86_400.0).changes[0].columns[0]
    assert (found.before, found.after) == (date(2024, 1, 21), date(2024, 1, 12))

    def seconds(rows):
        return rows["seen"].dt.epoch("s").to_numpy() - 1_704_000_000.0

    moment = datetime(2024, 1, 10, 13, 30, 30)
    wanted = (moment - datetime(1970, 1, 1)).total_seconds() - 1_704_000_000
    found = nearest_change(seconds, table, 0, target=wanted).changes[0].columns[0]
    assert abs((found.after - moment).total_seconds()) < 60
    assert found.after >= moment


def test_a_frequent_level_is_nearer_than_a_rare_one():
    table = pl.DataFrame({"town": ["Ulm"] * 5 + ["Bonn"] * 4 + ["Kiel"]})

    def score(rows):
        return (rows["town"] != "Ulm").cast(float).to_numpy()

    (found,) = nearest_change(score, table, 0, target=1).changes
    assert found.columns[0].after == "Bonn"
    assert found.shift == pytest.approx(0.6)


def test_a_gap_can_be_filled_but_nothing_becomes_a_gap():
    table = pl.DataFrame({"income": [None, 1.0, 2.0, 3.0], "town": ["Ulm", None, "Ulm", "Bonn"]})

    def score(rows):
        return rows["income"].fill_null(0).to_numpy() - rows["town"].is_null().to_numpy()

    (found,) = nearest_change(score, table, 0, target=2).changes
    assert str(found.columns[0]) == "income: missing → 2"
    assert found.shift == 1.0
    down = nearest_change(score, table, 3, target=-1)
    assert down.changes == ()


def test_a_pipeline_of_scikit_learn_decides_by_its_own_predict(frame, target):
    table = frame.drop("note").to_pandas().assign(town=lambda t: t["town"].astype("category"))
    columns = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    pipeline = make_pipeline(columns, RandomForestClassifier(20, random_state=0)).fit(table, target)
    row = int(np.flatnonzero(pipeline.predict(table) == "late")[0])
    found = nearest_change(pipeline, table[row : row + 1], background=table)
    for change in found.changes:
        after = table[row : row + 1].copy()
        for each in change.columns:
            after[each.column] = [each.after]
        assert pipeline.predict(after)[0] == change.decision == "paid"


def test_one_class_of_several_can_be_wanted():
    table = np.random.default_rng(0).normal(size=(150, 2))
    labels = np.digitize(table[:, 0], [-0.5, 0.5])
    model = LogisticRegression().fit(table, labels)
    row = int(np.flatnonzero(model.predict(table) == 0)[0])
    far = nearest_change(model, table, row, target=2, n=1)
    near = nearest_change(model, table, row, n=1)
    assert (far.changes[0].decision, near.changes[0].decision) == (2, 1)
    assert far.changes[0].shift > near.changes[0].shift
    assert far.output == "2"
    assert near.output == "0"
    assert near.changes[0].prediction < near.prediction


def test_our_regressor_reaches_a_number(frame):
    y = frame["delay"].to_numpy() * 10.0
    model = NeuralRegressor((4,), epochs=60, learning_rate=0.02, random_state=0).fit(frame, y)
    row = int(np.flatnonzero(y == 0)[0])
    found = nearest_change(model, frame, row, target=25.0)
    assert found.decision is None
    assert [each.column for each in found.changes[0].columns] == ["delay"]
    assert model.predict(changed(frame, row, found.changes[0]))[0] >= 25
    assert "then the prediction rises from " in str(found)
    assert "decision" not in str(found)


def test_it_reads_as_a_sentence_and_is_json(classifier, frame):
    row = int(np.flatnonzero(classifier.predict(frame) == "late")[0])
    found = nearest_change(classifier, frame, row, n=1)
    first, second = str(found).splitlines()
    assert first == f"row {row}: the probability of late is {found.prediction:.4g} and the decision late"
    assert second.startswith(f"1. {found.changes[0].columns[0]}")
    assert second.endswith("and the decision becomes paid")
    assert "; then the probability of late falls from " in second
    document = json.loads(json.dumps(found.to_json()))
    assert document["changes"][0]["columns"][0]["column"] == found.changes[0].columns[0].column
    assert document["closest"] is None


def test_where_nothing_can_change_there_is_nothing_close(classifier, frame):
    found = nearest_change(classifier, frame, 0, immutable=["income", "delay", "town", "owner"])
    assert (found.changes, found.closest) == ((), None)
    assert str(found).splitlines()[1] == "no change of up to 3 columns that was tried changes the decision"


def test_what_cannot_be_asked_is_named(classifier, frame):
    def ask(**settings):
        return nearest_change(classifier, frame, **settings)

    with pytest.raises(ArgumentError, match="row 400 does not exist") as caught:
        ask(row=400)
    assert caught.value.available == "rows: 0 … 399"
    with pytest.raises(ArgumentError, match="row -1 does not exist"):
        ask(row=-1)
    with pytest.raises(UnknownNameError, match="'incom'"):
        ask(immutable=["incom"])
    with pytest.raises(ArgumentError, match="'delay' is both immutable and only_up"):
        ask(immutable=["delay"], only_up=["delay"])
    with pytest.raises(ArgumentError, match="'delay' is both only_up and only_down"):
        ask(only_up=["delay"], only_down=["delay"])
    with pytest.raises(ArgumentError, match="'town' is only_up, but its values have no order"):
        ask(only_up=["town"])
    with pytest.raises(ArgumentError, match="max_columns=0"):
        ask(max_columns=0)
    with pytest.raises(UnknownNameError, match="no class named 'lost'"):
        ask(target="lost")
    with pytest.raises(ArgumentError, match="called 'late' already"):
        ask(row=int(np.flatnonzero(classifier.predict(frame) == "late")[0]), target="late")
    with pytest.raises(TableError, match="one row does not say"):
        nearest_change(classifier, frame[:1])
    with pytest.raises(NotFittedError):
        nearest_change(NeuralClassifier(), frame)


def test_targets_of_numbers_that_make_no_sense_are_named():
    table = np.ones((3, 2))
    with pytest.raises(ArgumentError, match="target=None") as caught:
        nearest_change(lambda rows: rows[:, 0], table)
    assert "the row has 1" in caught.value.hint
    with pytest.raises(ArgumentError, match="is 1 already"):
        nearest_change(lambda rows: rows[:, 0], table, target=1)
    with pytest.raises(ArgumentError, match="2 numbers a row"):
        nearest_change(lambda rows: rows, table, target=1)
    labels = NeuralClassifier((2,), epochs=1, random_state=0).fit(np.eye(60), np.eye(60)[:, :2])
    with pytest.raises(ArgumentError, match="several questions"):
        nearest_change(labels, np.eye(60))


@pytest.mark.parametrize(
    ("before", "after", "line", "decision", "told"),
    [
        # Four digits would say "rises from 0.5 to 0.5".
        (0.499991, 0.500004, 0.5, "late", "rises from 0.499991 to 0.500004 (the line is 0.5)"),
        # Four digits would say "falls to 0.5", and from 0.5 on it is late.
        (0.7, 0.49999996, 0.5, "paid", "falls from 0.7 to 0.49999996 (the line is 0.5)"),
        (0.2, 0.12344, 0.12342, "late", "falls from 0.2 to 0.12344 (the line is 0.12342)"),
        (0.7, 0.4, 0.5, "paid", "falls from 0.7 to 0.4 and"),
    ],
)
def test_a_sentence_does_not_round_a_decision_over_its_line(before, after, line, decision, told):
    change = Change((ColumnChange("debt", 2300, 16650, 0.5),), after, decision)
    now = "late" if before >= line else "paid"
    text = str(NearestChange(0, "late", True, before, now, None, (change,), None, 3, (line,)))
    assert told in text
    assert "debt: 2,300 → 16,650; then" in text


@settings(deadline=None)
@given(before=st.floats(0, 1), after=st.floats(0, 1), line=st.floats(0, 1))
def test_what_is_shown_lies_on_the_side_that_is_meant(before, after, line):
    change = Change((ColumnChange("debt", 1.0, 2.0, 0.5),), after, "late" if after >= line else "paid")
    record = NearestChange(
        0, "late", True, before, "late" if before >= line else "paid", None, (change,), None, 3, (line,)
    )
    shown = re.search(r"(?:falls|rises) from (\S+) to (\S+)(?: \(the line is (\S+)\))? and", str(record))
    if before == after:
        assert "stays" in str(record)
        return
    first, second = float(shown[1]), float(shown[2])
    assert (first < second) == (before < after)
    limit = float(f"{line:.4g}") if shown[3] is None else float(shown[3])
    assert (first >= limit, second >= limit) == (before >= line, after >= line)


def test_the_lines_of_a_decision_are_told(classifier, frame):
    found = nearest_change(classifier, frame, 0, n=1)
    band = classifier.decision_.refer_band
    assert found.lines == pytest.approx((band.low, band.high))
    assert found.to_json()["lines"] == list(found.lines)


@pytest.mark.parametrize(
    ("step", "unit"), [("1d", 86_400), ("1h", 3_600), ("1m", 60)], ids=["days", "hours", "minutes"]
)
def test_moments_keep_to_the_unit_of_the_table(step, unit):
    moments = pl.datetime_range(datetime(2022, 1, 1), datetime(2023, 1, 1), step, eager=True)[:400:3]
    table = pl.DataFrame({"start": moments})

    def seconds(rows):
        return rows["start"].dt.epoch("s").to_numpy().astype(float)

    wanted = seconds(table)[7] + 0.37 * unit
    after = nearest_change(seconds, table, 60, target=wanted).changes[0].columns[0].after
    assert after.timestamp() % unit == 0
    assert seconds(pl.DataFrame({"start": [after]}))[0] <= wanted < seconds(table)[8]


@pytest.mark.parametrize("values", [[0, 1], [False, True]], ids=["whole", "boolean"])
def test_a_flag_keeps_the_type_of_the_table(values):
    random = np.random.default_rng(0)
    flag = random.integers(0, 2, 200)
    table = pl.DataFrame({"flag": [values[each] for each in flag], "size": random.normal(size=200)})
    model = NeuralClassifier((4,), epochs=20, learning_rate=0.05, random_state=0).fit(table, flag)
    change = nearest_change(model, table, int(flag.argmax()), immutable=["size"]).changes[0].columns[0]
    assert (change.before, change.after) == (values[1], values[0])
    assert type(change.after) is type(values[0])


def test_one_class_decides_nothing():
    table = np.arange(6.0).reshape(3, 2)
    with pytest.raises(ArgumentError, match="knows one class"):
        nearest_change(DummyClassifier().fit(table, np.zeros(3)), table, 0)


def test_a_label_is_named_by_outputs():
    random = np.random.default_rng(0)
    table = pl.DataFrame(random.normal(size=(200, 2)), schema=["a", "b"])
    labels = pl.DataFrame({"paper": table["a"] > 0, "glass": table["b"] > 0}).cast(pl.Int64)
    ours = NeuralClassifier((4,), epochs=5, learning_rate=0.05, random_state=0).fit(table, labels)
    theirs = OneVsRestClassifier(LogisticRegression()).fit(table.to_numpy(), labels.to_numpy())
    for model, rows, names in ((ours, table, ours.classes_), (theirs, table.to_numpy(), (0, 1))):
        with pytest.raises(ArgumentError, match="several questions"):
            nearest_change(model, rows, 0)
        said = model.predict_proba(rows)[0, 0]
        found = nearest_change(model, rows, 0, outputs=str(names[0]), target=1 - said)
        assert found.prediction == pytest.approx(said)
        assert (found.changes[0].prediction > said) == (1 - said > said)


def test_outputs_of_a_classifier_are_not_ignored(classifier, frame):
    with pytest.raises(ArgumentError, match="decides for one class"):
        nearest_change(classifier, frame, 0, outputs="late")


def test_a_function_that_gives_other_rows_is_named():
    with pytest.raises(ShapeError, match="3 predictions for 1 rows"):
        nearest_change(lambda rows: np.zeros(3), np.arange(6.0).reshape(3, 2), 0, target=1.0)
