import json

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes

import neurode
from neurode.callbacks import History
from neurode.datasets import load_credit_default, make_loans
from neurode.diagnosis import SEVERITIES, Diagnosis, Finding, doctor
from neurode.diagnosis.doctor import CHECKS, EXPLAINED_BY
from neurode.errors import ArgumentError, DataTypeError, FileError, NotFittedError
from neurode.layers import Concatenate, Dense, Input
from neurode.models import Model, Sequential

TARGET = "default_payment_next_month"


@pytest.mark.parametrize("seed", range(2))
def test_the_usual_classifier_on_the_embedded_table_is_healthy(seed):
    table = load_credit_default().sample(8_000, seed=seed)
    train, rest = table[:6_000], table[6_000:]
    classifier = neurode.NeuralClassifier(random_state=seed).fit(train.drop(TARGET), train[TARGET])
    found = doctor(
        classifier, train.drop(TARGET), train[TARGET], validation_data=(rest.drop(TARGET), rest[TARGET])
    )
    assert found.findings == ()
    assert found.looked_at[2:] == ("2,048 training rows", "2,000 validation rows")


@pytest.mark.parametrize("seed", range(2))
def test_the_usual_regressor_on_a_real_table_is_healthy(seed):
    x, y = load_diabetes(return_X_y=True)
    regressor = neurode.NeuralRegressor(random_state=seed).fit(x[:350], y[:350])
    assert doctor(regressor, x[:350], y[:350], validation_data=(x[350:], y[350:])).findings == ()


def test_balanced_rows_are_measured_as_they_were_learned():
    loans = make_loans(3_000)
    x, y = loans.drop("problem_loan"), loans["problem_loan"]
    classifier = neurode.NeuralClassifier(random_state=0, balance="downsample").fit(x, y)
    names = {finding.name for finding in doctor(classifier, x, y).findings}
    assert not {"no better than a constant", "learning rate too high", "one class for all"} & names


def test_several_outputs_are_looked_at_together(clinic):
    x, y = clinic.rows(0)
    first, second = Input((4,), name="first"), Input((4,), name="second")
    hidden = Dense(16, activation="relu")(Concatenate()([first, second]))
    model = Model([first, second], [Dense(1, activation="sigmoid")(hidden), Dense(1)(hidden)], seed=0)
    model.compile("adam", ["binary_crossentropy", "mse"])
    parts, targets = [x[:, :4], x[:, 4:]], [y, x[:, 0]]
    model.fit(parts, targets, epochs=60, verbose=0)
    found = doctor(model, parts, targets)
    assert found.healthy
    assert found.looked_at[-1] == "1,000 training rows"


def test_several_labels_and_more_classes_are_looked_at():
    loans = make_loans(800)
    x = loans.drop("problem_loan", "grade", "sub_grade")
    labels = loans.select("problem_loan", large=(pl.col("funded_amnt") > 10_000).cast(int))
    classifier = neurode.NeuralClassifier((8,), epochs=5, random_state=0).fit(x, labels)
    assert "800 training rows" in doctor(classifier, x, labels).looked_at
    many = neurode.NeuralClassifier((8,), epochs=5, random_state=0).fit(x, loans["grade"])
    assert "800 training rows" in doctor(many, x, loans["grade"]).looked_at


def test_without_rows_weights_and_history_are_looked_at(clinic):
    model = clinic.fit(clinic.rows(0), clinic.relu(32, 16, kernel_initializer="ones"), epochs=5, stops=False)
    found = doctor(model)
    assert found.looked_at == ("the weights", "the history of 5 epochs")
    assert "identical units" in {finding.name for finding in found.findings}
    assert doctor(model, history={"loss": [0.5] * 7}).looked_at[1] == "the history of 7 epochs"


def test_a_run_knows_its_diagnosis(tmp_path):
    run = neurode.train(make_loans(400), "problem_loan", output=tmp_path, epochs=3, hidden_layer_sizes=(4,))
    assert doctor(run) is run.diagnosis
    assert Diagnosis.from_json(json.loads((run.path / "diagnosis.json").read_text())) == run.diagnosis
    assert run.diagnosis.looked_at == (
        "the weights", "the history of 3 epochs", "280 training rows", "60 validation rows",
        "the judgement on the test rows",
    )  # fmt: skip
    loans = make_loans(300, seed=1)
    again = doctor(run, loans.drop("problem_loan"), loans["problem_loan"])
    assert again.looked_at[-2:] == ("300 training rows", "the judgement on the test rows")


def test_rows_change_nothing_in_the_model(clinic):
    x, y = clinic.rows(0)
    model = clinic.fit((x, y), clinic.relu(32, 16), epochs=2)
    before, step = model.get_weights(), int(model.train_state.step)
    clinic.look(model, (x, y))
    for one, other in zip(before, model.get_weights()):
        np.testing.assert_array_equal(one, other)
    assert int(model.train_state.step) == step


def test_what_it_cannot_look_at_is_named():
    with pytest.raises(DataTypeError, match="cannot look at a dict"):
        doctor({})
    with pytest.raises(NotFittedError, match="not fitted yet"):
        doctor(neurode.NeuralClassifier())
    with pytest.raises(NotFittedError, match="not compiled"):
        doctor(Sequential([Input((2,)), Dense(1)]))


def test_half_of_the_rows_is_refused(clinic):
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    for given in ({"x": np.ones((3, 2))}, {"validation_data": (np.ones((3, 2)), np.ones(3))}):
        with pytest.raises(ArgumentError, match="rows without targets"):
            doctor(model, **given)
    with pytest.raises(ArgumentError, match="validation_data is int"):
        doctor(model, np.ones((3, 2)), np.ones(3), validation_data=3)
    with pytest.raises(ArgumentError, match="history=3"):
        doctor(model, history=3)


NO_HISTORY = [
    {},
    {"val_loss": [0.5]},
    {"loss": []},
    {"loss": 0.5},
    {"loss": ["a"]},
    {"loss": [1], "val_loss": 2},
]


@pytest.mark.parametrize("history", NO_HISTORY, ids=[*map(str, range(6))])
def test_a_dict_without_losses_is_no_history(history):
    loans = make_loans(60)
    x, y = loans.drop("problem_loan"), loans["problem_loan"]
    classifier = neurode.NeuralClassifier((4,), epochs=1, random_state=0).fit(x, y)
    with pytest.raises(ArgumentError, match="history has no 'loss'|history\\['(val_)?loss'\\] is"):
        doctor(classifier, history=history)


def test_a_history_without_a_fit_is_no_illness():
    loans = make_loans(60)
    x, y = loans.drop("problem_loan"), loans["problem_loan"]
    classifier = neurode.NeuralClassifier((4,), epochs=1, random_state=0).fit(x, y)
    assert doctor(classifier, history=History()).healthy


def test_one_row_says_little_and_that_is_said(clinic):
    x, y = clinic.rows(0)
    model = clinic.fit((x, y), clinic.relu(32, 16), epochs=5)
    found = doctor(model, x[:1], y[:1], history={"loss": [0.5]})
    assert found.findings == ()
    assert found.looked_at[-1] == "1 training row (too few to tell much)"


@pytest.mark.parametrize("n_rows", [1, 2])
def test_a_row_or_two_are_looked_at_without_a_verdict(n_rows):
    model = Sequential([Input((1,)), Dense(1)], seed=0)
    model.compile("sgd", "mse")
    model.fit(np.ones((n_rows, 1)), np.ones(n_rows), epochs=1, verbose=0)
    assert doctor(model, np.ones((n_rows, 1)), np.ones(n_rows)).findings == ()


def test_a_cause_stands_for_what_it_brings_about():
    names = {name for causes in EXPLAINED_BY.values() for name in causes} | set(EXPLAINED_BY)
    assert len(CHECKS) == 25
    # No illness explains itself, not even by way of another.
    for name in names:
        assert not any(name in EXPLAINED_BY.get(cause, ()) for cause in EXPLAINED_BY.get(name, ()))


def test_the_worst_comes_first_and_notes_leave_it_healthy():
    note, severe = (Finding("a", severity, "b", "c", "d") for severity in ("note", "severe"))
    assert Diagnosis((note, severe)).findings == (severe, note)
    assert Diagnosis((note,)).healthy
    assert not Diagnosis((note, severe)).healthy
    assert Diagnosis((note, severe)).warnings == (severe,)
    assert str(Diagnosis((note,), ("the weights",))) == f"{note}\n\nlooked at: the weights"
    assert SEVERITIES == ("severe", "warning", "note")


FATAL = {**Finding("a", "note", "b", "c", "d").to_json(), "severity": "fatal"}


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"findings": 3}, {"findings": [{"name": "a"}]}, {"findings": [FATAL]}],
    ids=["null", "list", "empty", "number", "incomplete", "unknown severity"],
)
def test_a_document_that_is_no_diagnosis_is_refused(document):
    with pytest.raises(FileError, match="no diagnosis|no finding"):
        Diagnosis.from_json(document)
