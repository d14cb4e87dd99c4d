import numpy as np
import pytest

import neurode
from neurode.datasets import make_loans
from neurode.diagnosis import Vitals, doctor
from neurode.errors import ArgumentError
from neurode.optimizers import SGD


def test_every_layer_has_a_value_an_epoch(clinic):
    x, y = clinic.rows(0)
    vitals = Vitals(x[:200], y[:200])
    clinic.fit((x, y), clinic.relu(32, 16), epochs=4, stops=False, callbacks=[vitals])
    names = ["dense", "dense_1", "output"]
    for quantity in ("gradient_norm", "weight_norm", "kernel_update", "signal"):
        assert {name: len(values) for name, values in vitals.history[quantity].items()} == dict.fromkeys(
            names, 4
        )
    assert list(vitals.history["dead"]) == names[:2]
    assert vitals.history["saturated"] == {}
    assert vitals.gradient_norms is vitals.history["gradient_norm"]


def test_a_second_fit_begins_anew_and_the_training_is_the_same(clinic):
    x, y = clinic.rows(0)
    vitals = Vitals(x[:200], y[:200])
    watched = clinic.fit((x, y), clinic.relu(32, 16), epochs=2, stops=False, callbacks=[vitals])
    first = dict(vitals.gradient_norms)
    alone = clinic.fit((x, y), clinic.relu(32, 16), epochs=2, stops=False)
    for one, other in zip(watched.get_weights(), alone.get_weights()):
        np.testing.assert_array_equal(one, other)
    clinic.fit((x, y), clinic.relu(32, 16), epochs=2, stops=False, callbacks=[vitals])
    assert vitals.gradient_norms == first


@pytest.mark.parametrize("seed", range(3))
def test_the_doctor_looks_at_the_steps_of_all_epochs(clinic, seed):
    rows = clinic.rows(seed)
    vitals = Vitals(rows[0][:200], rows[1][:200])
    model = clinic.fit(rows, clinic.relu(32, 16), seed=seed, optimizer=SGD(1e-5), callbacks=[vitals])
    assert max(vitals.history["kernel_update"]["dense"]) < 1e-4
    assert "learning rate too low" in clinic.look(model, rows, vitals=vitals)


def test_raw_tables_are_encoded_by_the_estimator():
    loans = make_loans(400)
    features, target = loans.drop("problem_loan"), loans["problem_loan"]
    classifier = neurode.NeuralClassifier((4,), epochs=3, random_state=0, balance="class_weight")
    vitals = Vitals(features[:100], target[:100], estimator=classifier)
    classifier.fit(features, target, callbacks=(vitals,))
    # The table is there because it embeds the zip codes.
    assert {name: len(norms) for name, norms in vitals.gradient_norms.items()} == {
        "table": 3, "dense": 3, "output": 3,
    }  # fmt: skip
    assert doctor(classifier, vitals=vitals).looked_at == ("the weights", "the history of 3 epochs")


def test_rows_are_needed():
    with pytest.raises(ArgumentError, match="rows and their targets"):
        Vitals(None, None)
