import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from neurode.errors import ArgumentError
from neurode.tables import Encoding, Profile, Schema, check_table

ROWS = 400
RANDOM = np.random.default_rng(0)
FRAME = pl.DataFrame(
    {
        "rate": RANDOM.normal(10, 2, ROWS).round(3),
        "income": [None if row % 10 == 0 else float(row) for row in range(ROWS)],
        "grade": RANDOM.choice(["A", "B", "C"], ROWS),
        "term": RANDOM.choice(["36", "60", "72"], ROWS),
        "opened": [date(2020, 1 + row % 6, 1 + row % 28) for row in range(ROWS)],
        "late": RANDOM.choice([True, False], ROWS),
        "code": [f"x{row}" for row in range(ROWS)],
    }
)
ENCODING = Encoding.fit(FRAME, Schema.infer(FRAME, overrides={"term": "category"}))
SCORES = RANDOM.beta(2, 5, ROWS)
PROFILE = Profile.fit(ENCODING, ENCODING.transform(FRAME), scores={"probability_1": SCORES})


def checked(frame, **options):
    check = check_table(ENCODING, PROFILE, frame, **options)
    return check, {column.name: column for column in check.columns}


def changed(**columns):
    return FRAME.with_columns(**columns)


def test_the_training_rows_are_clear():
    check, columns = checked(FRAME, scores={"probability_1": SCORES})
    assert check.is_clear
    assert check.can_be_scored
    assert check.verdict == "400 rows, 8 columns: nothing that training had not seen"
    # A feature stands where its column stood.
    assert list(columns) == [
        "rate", "income", "grade", "term", "opened", "opened month", "opened weekday", "late",
    ]  # fmt: skip
    assert all(column.stability.index == 0 for column in (*check.columns, *check.scores))
    assert columns["income"].gap_share_in_training == 0.1
    assert columns["grade"].gap_share_in_training == 0


def test_a_missing_column_is_named_and_the_others_are_checked():
    check, columns = checked(changed(grade=pl.lit("Z")).drop("rate", "opened", "code"))
    assert columns["rate"].status == columns["opened"].status == "missing"
    assert check.notes[:2] == ("'rate': the column is missing", "'opened': the column is missing")
    assert columns["grade"].n_unseen == ROWS
    # What comes of a lost date is not there to be checked either; an identifier is not missed.
    assert list(columns) == ["rate", "income", "grade", "term", "opened", "late"]
    assert not check.can_be_scored
    assert check.verdict == "400 rows, 6 columns: cannot be scored, because of 'rate', 'opened'"


def test_unreadable_values_are_quoted_and_the_others_are_checked():
    frame = changed(rate=pl.lit("high"), opened=pl.lit(7), income=pl.col("income") + 1_000)
    check, columns = checked(frame)
    assert columns["rate"].status == columns["opened"].status == "unreadable"
    assert "'high'" in columns["rate"].problem
    assert columns["income"].n_outside == ROWS - 40
    assert not check.can_be_scored


def test_infinite_values_are_unreadable():
    _, columns = checked(changed(rate=pl.Series([np.inf, 1e38, *[1.0] * (ROWS - 2)])))
    assert columns["rate"].status == "unreadable"
    assert columns["rate"].problem == "column 'rate' holds 2 values infinite or beyond ±1e+37"


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("rate", pl.col("rate").cast(pl.String), "came as text, was numbers; it can be read"),
        ("opened", pl.col("opened").cast(pl.String), "came as text, was dates; it can be read"),
        ("grade", pl.lit(3), "came as numbers, was text; it can be read"),
        ("late", pl.col("late").cast(pl.Int8), "came as numbers, was booleans; it can be read"),
        ("late", pl.col("late").cast(pl.String), "came as text, was booleans; it can be read"),
    ],
)
def test_a_retyped_column_is_read_and_told(name, values, problem):
    check, columns = checked(changed(**{name: values}))
    assert columns[name].status == "retyped"
    assert columns[name].problem == problem
    assert check.can_be_scored
    assert not check.is_clear
    assert columns[name].needs_a_look
    assert not any("came as" in note for note in check.notes)


def test_another_width_of_the_same_type_is_not_retyped():
    whole = changed(
        rate=pl.col("rate").round().cast(pl.Int16), opened=pl.col("opened").cast(pl.Datetime("us"))
    )
    _, columns = checked(whole)
    assert columns["rate"].status == columns["opened"].status == "read"


def test_numbers_that_training_read_out_of_text_may_come_as_text_again():
    frame = pl.DataFrame({"amount": [f"1,{row:03d}" for row in range(100)]})
    encoding = Encoding.fit(frame, Schema.infer(frame))
    assert check_table(encoding, None, frame).columns[0].status == "read"
    numbers = pl.DataFrame({"amount": [1_000.0, 1_050.0]})
    assert (
        check_table(encoding, None, numbers).columns[0].problem == "came as numbers, was text; it can be read"
    )


def test_the_most_frequent_unseen_levels_are_named():
    words = ["W"] * 2 + ["Z"] * 5 + ["Y"] * 3 + ["X"] * 2 + ["A"] * (ROWS - 12)
    _, columns = checked(changed(grade=pl.Series(words)))
    assert columns["grade"].n_unseen == 12
    assert columns["grade"].unseen_levels == ("Z", "Y", "W")
    assert columns["grade"].finding == "3.0 % have levels that training never saw: 'Z', 'Y', 'W'"


def test_a_month_that_training_never_saw_is_named():
    _, columns = checked(changed(opened=pl.lit(date(2020, 11, 2))))
    assert columns["opened month"].unseen_levels == ("11",)
    assert columns["opened"].n_outside == ROWS
    assert (
        columns["opened"].finding == "100.0 % outside 2020-01-01 … 2020-06-28, from 2020-11-02 to 2020-11-02"
    )


def test_days_between_two_dates_are_checked_where_both_can_be_read():
    frame = FRAME.select("opened", issued=pl.col("opened") + pl.duration(days=pl.int_range(ROWS) % 50))
    encoding = Encoding.fit(frame, Schema.infer(frame))
    (between,) = (number.name for number in encoding.numbers if number.between)

    def names(frame):
        return [column.name for column in check_table(encoding, None, frame).columns]

    assert names(frame)[-1] == between
    assert between not in names(frame.drop("opened"))
    assert between not in names(frame.with_columns(issued=pl.lit("soon")))


def test_unseen_levels_are_told_from_rare_ones_that_share_their_code():
    shops = [f"shop {row}" for row in range(160)] + ["home"] * 340
    frame = pl.DataFrame({"shop": shops})
    encoding = Encoding.fit(frame, Schema.infer(frame))
    assert encoding.categories[0].has_rare
    profile = Profile.fit(encoding, encoding.transform(frame))
    assert check_table(encoding, profile, frame).is_clear
    later = pl.DataFrame({"shop": ["shop 1", "shop 999", "shop 998", "shop 999", "home"]})
    (shop,) = check_table(encoding, profile, later).columns
    assert shop.n_unseen == 3
    assert shop.unseen_levels == ("shop 999", "shop 998")


def test_gaps_where_training_had_none_are_new():
    check, columns = checked(changed(grade=pl.lit(None, pl.String), income=pl.lit(None, pl.Float64)))
    assert check.new_gaps == {"grade": ROWS}
    # Training had some gaps here; that all are gaps now, the spread tells.
    assert columns["income"].stability.judgement == "shifted"
    assert columns["income"].n_gaps == ROWS


def test_the_index_is_that_of_the_shares():
    later = changed(rate=pl.col("rate") + 0.7)
    _, columns = checked(later)
    edges = [-np.inf, *np.quantile(FRAME["rate"], np.arange(1, 10) / 10, method="inverted_cdf"), np.inf]
    # Bins hold their upper edge, NumPy's their lower one: hence the signs.
    then, now = (np.histogram(-frame["rate"], -np.array(edges[::-1]))[0] for frame in (FRAME, later))
    assert now.min() > 0
    expected = entropy(then, now) + entropy(now, then)
    assert columns["rate"].stability.index == pytest.approx(expected, rel=1e-6)
    assert columns["rate"].stability.judgement == "moved"


def test_scores_are_compared_with_the_scores_of_training():
    check, _ = checked(FRAME, scores={"probability_1": SCORES**2, "prediction": SCORES})
    (score,) = check.scores
    assert score.name == "probability_1"
    assert score.stability.judgement == "shifted"
    assert not check.is_clear
    assert check.verdict == "400 rows, 8 columns: a person should look at 'probability_1'"


def test_a_few_new_values_are_told_and_need_no_look():
    check, columns = checked(changed(rate=pl.Series([1e6, *FRAME["rate"][1:]])))
    assert not check.is_clear
    assert not columns["rate"].needs_a_look
    assert check.verdict == "400 rows, 8 columns: under 1 % of the rows are new in 1"


def test_without_a_profile_the_check_says_so_and_does_the_rest():
    check = check_table(ENCODING, None, changed(grade=pl.lit("Z")), scores={"probability_1": SCORES})
    assert check.unseen == {"grade": ROWS}
    assert check.scores == ()
    assert all(column.stability is None for column in check.columns)
    assert "no profile" in str(check)
    # The schema knows how many gaps there were.
    assert {column.name: column.gap_share_in_training for column in check.columns}["income"] == 0.1


def test_the_profile_of_another_model_is_refused():
    frame = FRAME.select("rate")
    with pytest.raises(ArgumentError, match="the profile is of other features"):
        check_table(Encoding.fit(frame, Schema.infer(frame)), PROFILE, frame)


def test_few_rows_move_by_chance_and_the_check_says_so():
    check, _ = checked(FRAME.sample(20, seed=1))
    judgements = {column.stability.judgement for column in check.columns}
    assert "too few rows" in judgements
    assert judgements <= {"stable", "too few rows"}
    assert "chance alone makes a PSI of up to" in str(check)


def test_it_prints_as_an_aligned_table():
    check, _ = checked(changed(grade=pl.lit("Z"), note=pl.lit(1)).drop("term", "opened"))
    table = str(check).splitlines()
    # Three thirds become nothing, and nothing becomes all: (1 - 1/800) ln 800 + 3 (1/3 - 1/800) ln (800/3),
    # and a little more, as the thirds are not even.
    assert table[0] == "400 rows, 6 columns: cannot be scored, because of 'term', 'opened'"
    assert [line.rstrip() for line in table[2:9]] == [
        "column  gaps then  gaps now     PSI           found",
        "rate          0 %       0 %   0.000  stable",
        "income     10.0 %    10.0 %   0.000  stable",
        "grade         0 %       0 %  12.245  shifted  100.0 % have levels that training never saw: 'Z'",
        "term                                          the column is missing",
        "opened                                        the column is missing",
        "late          0 %       0 %   0.000  stable",
    ]
    assert table[10:] == ["not read: 'note'", "PSI below 0.1: stable; to 0.25: moved; above: shifted."]


def test_json_holds_what_the_table_says():
    check, _ = checked(changed(grade=pl.lit("Z")).drop("rate"), scores={"probability_1": SCORES})
    document = json.loads(json.dumps(check.to_json(), allow_nan=False))
    assert document["is_clear"] is document["can_be_scored"] is False
    assert document["columns"][0]["status"] == "missing"
    assert document["columns"][2]["unseen_levels"] == ["Z"]
    assert document["columns"][2]["stability"]["judgement"] == "shifted"
    assert document["scores"][0]["stability"]["index"] == 0


def test_no_rows_are_no_trouble():
    check, _ = checked(FRAME.head(0))
    assert check.is_clear
    assert str(check).startswith("0 rows, 8 columns: nothing")


CELLS = st.sampled_from(
    [
        (pl.String, st.text(max_size=5)),
        (pl.String, st.sampled_from(["1", "1,200", "$7", "2020-01-05", "A", "true", "", "NA"])),
        (pl.Float64, st.floats()),
        (pl.Int64, st.integers(-(2**63), 2**63 - 1)),
        (pl.Boolean, st.booleans()),
        (pl.Date, st.dates()),
        (pl.Datetime("us"), st.datetimes()),
        (pl.List(pl.Int64), st.lists(st.integers(0, 9), max_size=2)),
        (pl.Null, st.none()),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_table_whatever_raises(data):
    n_rows = data.draw(st.integers(1, 5))
    columns = []
    for name in data.draw(st.lists(st.sampled_from(FRAME.columns), unique=True)):
        dtype, cells = data.draw(CELLS)
        values = data.draw(st.lists(st.none() | cells, min_size=n_rows, max_size=n_rows))
        columns.append(pl.Series(name, values, dtype))
    frame = pl.DataFrame([*columns, pl.Series("extra", [0] * n_rows)])
    check, found = checked(frame)
    assert {name for name in FRAME.columns[:-1] if name not in frame.columns} <= {
        name for name, column in found.items() if column.status == "missing"
    }
    assert json.dumps(check.to_json(), allow_nan=False)
    assert str(check).startswith(check.verdict)
