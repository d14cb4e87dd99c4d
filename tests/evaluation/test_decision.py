import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest

from neurode.errors import ArgumentError, FileError
from neurode.evaluation.calibration import fit_calibrator
from neurode.evaluation.decision import Decision
from neurode.evaluation.decision_fit import deployment_weights, fit_decision
from neurode.evaluation.priors import correct_priors, focal_posterior
from neurode.evaluation.refer import ReferBand
from neurode.evaluation.reliability import calibration_error
from neurode.evaluation.thresholds import Threshold

COST = {"false_negative": 4, "false_positive": 1, "refer": 0.3}


def rows(n=4000, share=0.2, seed=0):
    """Scores of two normal distributions, and the posterior that a network learns at a share of positives."""
    generator = np.random.default_rng(seed)
    target = (generator.random(n) < share).astype(int)
    score = generator.normal(1.5 * target)

    def posterior(positive):
        # The likelihood ratio of N(1.5, 1) to N(0, 1).
        odds = positive / (1 - positive) * np.exp(1.5 * score - 1.5**2 / 2)
        return np.column_stack([1 / (1 + odds), odds / (1 + odds)])

    return target, posterior


def full_decision():
    target, posterior = rows()
    decision = Decision((0.8, 0.2), trained_on=(0.5, 0.5), focal_gamma=1.5, deployment_rates=(0.9, 0.1))
    return fit_decision(
        decision,
        target,
        posterior(0.5),
        calibration="isotonic",
        threshold="cost",
        refer="cost",
        cost=COST,
        n_resamples=50,
    )


def test_without_steps_the_probabilities_are_those_of_the_network():
    raw = np.float32([[0.3, 0.7], [0.9, 0.1]])
    decision = Decision((0.5, 0.5))
    assert decision.probability(raw) is raw
    assert decision.decide(raw).tolist() == [1, 0]


def test_the_steps_come_in_their_order():
    target, posterior = rows()
    raw = posterior(0.5)
    straight = focal_posterior(raw, 1.5)
    corrected = correct_priors(straight, [0.5, 0.5], [0.8, 0.2])
    calibrator = fit_calibrator("platt", target, corrected)
    expected = correct_priors(calibrator(corrected), [0.8, 0.2], [0.95, 0.05])
    decision = Decision((0.8, 0.2), (0.5, 0.5), 1.5, deployment_rates=(0.95, 0.05))
    fitted = fit_decision(decision, target, raw, calibration="platt")
    assert fitted.calibrator == calibrator
    np.testing.assert_allclose(fitted.probability(raw), expected)
    other = dataclasses.replace(fitted, deployment_rates=None).probability(raw)
    np.testing.assert_allclose(other, calibrator(corrected))


def test_correction_makes_a_balanced_network_honest_and_its_absence_is_said():
    target, posterior = rows(40_000, 0.05)
    corrected = Decision((0.95, 0.05), (0.5, 0.5))
    shifted = dataclasses.replace(corrected, correction=False)
    assert calibration_error(target, corrected.probability(posterior(0.5))) < 0.005
    assert calibration_error(target, shifted.probability(posterior(0.5))) > 0.1
    np.testing.assert_allclose(corrected.probability(posterior(0.5)), posterior(0.05))
    assert not corrected.shifted
    assert shifted.shifted
    assert "shifted" in str(shifted)
    assert "shifted" not in str(corrected)
    assert "(50.0 % positive rows instead of 5.0 %)" in str(corrected)
    calibrated = fit_decision(shifted, target, posterior(0.5), calibration="platt")
    assert not calibrated.shifted
    assert "only the calibration moves them back" in str(calibrated)


def test_probabilities_that_were_not_corrected_still_go_to_the_rates_of_deployment():
    _, posterior = rows()
    decision = Decision((0.8, 0.2), (0.5, 0.5), correction=False, deployment_rates=(0.9, 0.1))
    np.testing.assert_allclose(decision.probability(posterior(0.5)), posterior(0.1))


def test_deployment_rates_that_equal_those_of_balancing_are_taken_at_their_word():
    _, posterior = rows()
    decision = Decision((0.8, 0.2), (0.5, 0.5), deployment_rates=(0.5, 0.5))
    np.testing.assert_allclose(decision.probability(posterior(0.5)), posterior(0.5))


def test_a_threshold_stays_a_probability_when_rates_change():
    target, posterior = rows()
    decision = fit_decision(Decision((0.8, 0.2)), target, posterior(0.2), threshold="f1")
    rare = dataclasses.replace(decision, deployment_rates=(0.95, 0.05))
    assert rare.line == decision.line == decision.threshold.value
    calls, rare_calls = (d.decide(d.probability(posterior(0.2))).sum() for d in (decision, rare))
    assert rare_calls < calls / 2
    assert "choose it again" in str(rare)
    assert "choose it again" not in str(decision)


def test_a_threshold_from_prices_is_what_the_prices_ask_for_when_rates_change():
    target, posterior = rows()
    decision = fit_decision(Decision((0.8, 0.2)), target, posterior(0.2), threshold="cost", cost=COST)
    assert decision.line == decision.threshold.value != 0.2
    rare = dataclasses.replace(decision, deployment_rates=(0.95, 0.05))
    assert rare.line == 0.2  # 1 / (1 + 4)
    assert "for true probabilities at any class rate" in str(rare)


def test_a_decision_for_deployment_is_the_one_that_rows_of_deployment_would_give():
    target, posterior = rows(60_000, 0.3)
    there, posterior_there = rows(60_000, 0.1, seed=1)
    decision = Decision((0.7, 0.3), deployment_rates=(0.9, 0.1))
    for rule in ("f1", "precision=0.4", "capacity=5 of 100"):
        fitted = fit_decision(decision, target, posterior(0.3), threshold=rule, n_resamples=0)
        direct = fit_decision(
            Decision((0.9, 0.1)), there, posterior_there(0.1), threshold=rule, n_resamples=0
        )
        assert fitted.line == fitted.threshold.value == pytest.approx(direct.line, abs=0.04)
        for name in ("precision", "recall", "approval_rate"):
            assert fitted.threshold.reached[name] == pytest.approx(direct.threshold.reached[name], abs=0.05)


def test_weights_of_deployment_give_each_class_its_share():
    weight = deployment_weights([0, 1, 1, 2], (0.2, 0.3, 0.5), [5, 1, 3, 1])
    assert weight[:1].sum() / weight.sum() == pytest.approx(0.2)
    assert weight[1:3].sum() / weight.sum() == pytest.approx(0.3)
    assert weight[2] / weight[1] == pytest.approx(3)


def test_rows_between_no_and_yes_are_referred():
    decision = Decision((0.5, 0.5), refer_band=ReferBand(0.4, 0.6, "0.4..0.6", {}))
    probability = np.array([[0.9, 0.1], [0.55, 0.45], [0.5, 0.5], [0.2, 0.8]])
    assert decision.decide(probability).tolist() == [0, -1, -1, 1]


def test_with_more_classes_the_likeliest_is_the_answer():
    decision = Decision((0.2, 0.3, 0.5), trained_on=(1 / 3, 1 / 3, 1 / 3))
    probability = decision.probability([[0.4, 0.3, 0.3], [0.8, 0.1, 0.1]])
    assert probability.argmax(axis=1).tolist() == [2, 0]
    # Calls go along with the correction: they are those of the balanced network.
    assert decision.decide(probability).tolist() == [0, 0]
    assert replace(decision, trained_on=None).decide(probability).tolist() == [2, 0]
    assert decision.line is None
    assert "likeliest of the 3 classes, as likely as balanced training finds them" in str(decision)


def test_a_full_decision_says_all_of_it_in_four_sentences():
    lines = str(full_decision()).splitlines()
    assert len(lines) == 4
    assert all(line.endswith(".") for line in lines)
    assert lines[0] == (
        "Balancing (50.0 % positive rows instead of 20.0 %) and a focal loss (gamma 1.5) moved the "
        "probabilities, which is corrected; they are then moved to 10.0 % positive rows, as expected in use."
    )
    assert lines[1] == "The probabilities are calibrated by isotonic regression on 4,000 validation rows."
    assert "by the rule cost (false negative 4, false positive 1, refer 0.3) (95 % interval" in lines[2]
    assert "which on the validation rows, weighted as in use, gives precision 0." in lines[2]
    assert lines[3].startswith("From 0.075 up to 0.7 a person decides, by the rule cost: ")
    assert "are called rightly" in lines[3]


def test_a_decision_goes_through_json_and_decides_the_same():
    for decision in (full_decision(), Decision((0.5, 0.5)), Decision((0.2, 0.3, 0.5), focal_gamma=2)):
        document = json.loads(json.dumps(decision.to_json(), allow_nan=False))
        again = Decision.from_json(document)
        assert again == decision
        assert str(again) == str(decision)
    raw = rows(50)[1](0.5)
    full = full_decision()
    again = Decision.from_json(full.to_json())
    np.testing.assert_array_equal(full.probability(raw), again.probability(raw))
    np.testing.assert_array_equal(full.decide(full.probability(raw)), again.decide(again.probability(raw)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base_rates": None}, "no base_rates"),
        ({"base_rates": [0.5, 0.6]}, "sum to 1"),
        ({"base_rates": [1.0]}, "shares for"),
        ({"deployment_rates": [1.0, 0.0]}, "deployment_rates=.* is 0 for other classes"),
        ({"trained_on": [0.2, 0.3, 0.5]}, "trained_on has 3 shares for 2 classes"),
        ({"focal_gamma": -1}, "focal_gamma"),
        ({"correction": 1}, "true or false"),
        ({"calibrator": {"method": "platt"}}, "calibrator"),
        ({"threshold": 0.5}, "threshold must be"),
        ({"later": 1}, "'later'"),
    ],
)
def test_a_decision_that_was_edited_is_refused(change, message):
    with pytest.raises(FileError, match=message):
        Decision.from_json({**full_decision().to_json(), **change})


def test_rates_may_come_as_an_array_of_any_precision():
    rates = np.float32([0.75, 0.25])
    decision = Decision(tuple(rates), deployment_rates=tuple(rates))
    assert decision == Decision((0.75, 0.25), deployment_rates=(0.75, 0.25))
    assert json.loads(json.dumps(decision.to_json()))["base_rates"] == [0.75, 0.25]


def test_parts_that_do_not_belong_together_are_refused():
    with pytest.raises(ArgumentError, match="a threshold with 3 classes"):
        Decision((0.2, 0.3, 0.5), threshold=Threshold(0.5, "0.5", {}))
    calibrator = full_decision().calibrator
    with pytest.raises(ArgumentError, match="a calibration of 2 classes for 3"):
        Decision((0.2, 0.3, 0.5), calibrator=calibrator)
