import polars as pl

from neurode.tables import Encoding, Guards, Schema

TRAIN = pl.DataFrame({"grade": ["A", "B", "C"], "rate": [1.0, 2.0, 3.0], "income": [10.5, None, 30.0]})
ENCODING = Encoding.fit(TRAIN, Schema.infer(TRAIN))


def test_the_training_rows_are_clear():
    guards = ENCODING.guards(TRAIN)
    assert guards == Guards(n_rows=3)
    assert guards.are_clear
    assert str(guards) == ""


def test_each_finding_is_counted():
    later = pl.DataFrame(
        {
            "grade": ["A", "Z", "Y", None],
            "rate": [0.5, None, 3.5, 2.0],
            "income": [None, 1.0, 20.0, 30.0],
            "note": "x",
        }
    )
    guards = ENCODING.guards(later, ENCODING.transform(later))
    assert guards == Guards(
        n_rows=4,
        unseen={"grade": 2},
        out_of_range={"rate": 2, "income": 1},
        new_gaps={"rate": 1},  # income had gaps in training already
        extra_columns=("note",),
    )
    assert str(guards).splitlines() == [
        "'grade': 2 of 4 rows have a level that training never saw",
        "'rate': 2 of 4 rows lie outside the training range",
        "'income': 1 of 4 rows lie outside the training range",
        "'rate': 1 of 4 rows are gaps, and training had none",
        "not read: 'note'",
    ]


def test_a_column_of_gaps_in_training_has_no_range_to_leave():
    frame = pl.DataFrame({"x": [1.5, 2.5, None]})
    encoding = Encoding.fit(frame.tail(1), Schema.infer(frame))
    assert encoding.guards(frame).are_clear
