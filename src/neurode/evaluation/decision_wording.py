"""A decision in words: four sentences on what was done to the probabilities and how rows are called."""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurode.evaluation.decision import Decision, Rates

METHODS = {
    "platt": "Platt's sigmoid",
    "isotonic": "isotonic regression",
    "temperature": "a temperature",
}

TOLD = ("precision", "recall", "approval_rate", "mean_cost")
"""What is told of the many metrics that a threshold reaches."""


def describe(decision: "Decision") -> str:
    """Four lines, a sentence each: training, calibration, threshold, referral.

    Example:
        >>> from neurode.evaluation.decision import Decision
        >>> print(describe(Decision(base_rates=(0.8, 0.2), trained_on=(0.5, 0.5))))
        Balancing (50.0 % positive rows instead of 20.0 %) moved the probabilities, which is corrected.
        The probabilities are not calibrated.
        A row is called positive from a probability of 0.5 on.
        No row is referred to a person.
    """
    return "\n".join(part(decision) for part in (_training, _calibration, _threshold, _referral))


def _training(decision: "Decision") -> str:
    trained_on, base_rates, rates = decision.trained_on, decision.base_rates, decision.rates
    causes = []
    if trained_on is not None and trained_on != base_rates:
        causes.append(f"balancing ({_named(trained_on)} instead of {_shares(base_rates)})")
    if decision.focal_gamma:
        causes.append(f"a focal loss (gamma {decision.focal_gamma:g})")
    if causes:
        cause = " and ".join(causes)
        text = f"{cause[0].upper()}{cause[1:]} moved the probabilities"
        if decision.correction:
            text += ", which is corrected"
        elif decision.shifted:
            text += "; the correction is off, so they are shifted and not to be read as frequencies"
        else:
            text += "; the correction is off, and only the calibration moves them back"
    else:
        text = f"The network was trained on rows as frequent as in the table, {_named(base_rates)}"
    if rates == base_rates:
        return text + "."
    return f"{text}; they are then moved to {_named(rates)}, as expected in use."


def _calibration(decision: "Decision") -> str:
    calibrator = decision.calibrator
    if calibrator is None:
        return "The probabilities are not calibrated."
    notes = f" ({'; '.join(calibrator.notes)})" if calibrator.notes else ""
    method = METHODS[calibrator.method]
    return f"The probabilities are calibrated by {method} on {calibrator.n_rows:,} validation rows{notes}."


def _threshold(decision: "Decision") -> str:
    line, threshold = decision.line, decision.threshold
    if line is None:
        where = "" if (decision.tilt == 1).all() else ", as likely as balanced training finds them,"
        return f"The likeliest of the {len(decision.base_rates)} classes{where} is the answer."
    text = f"A row is called positive from a probability of {line:.4g} on"
    if threshold is None:
        return text + "."
    if threshold.rule != f"{threshold.value:g}":
        text += f", by the rule {threshold.rule}"
    if decision.rates != (decision.threshold_rates or decision.base_rates):
        # What was reached on the validation rows no longer holds.
        if threshold.prices is not None:
            return text + " for true probabilities at any class rate."
        return text + " at other class rates: choose it again for these."
    band = decision.threshold_band
    if band is not None and not math.isnan(band.value.lower):
        text += f" (95 % interval {band.value.lower:.4g} to {band.value.upper:.4g})"
    told = [
        f"{name.replace('_', ' ')} {threshold.reached[name]:.3f}"
        for name in TOLD
        if not math.isnan(threshold.reached.get(name, math.nan))
    ]
    rows = "the validation rows, weighted as in use," if decision.threshold_rates else "the validation rows"
    return f"{text}, which on {rows} gives {', '.join(told)}." if told else text + "."


def _referral(decision: "Decision") -> str:
    band = decision.refer_band
    if band is None:
        return "No row is referred to a person."
    if band.low == band.high:
        return f"No row is referred to a person, by the rule {band.rule}."
    text = f"From {band.low:.4g} up to {band.high:.4g} a person decides"
    if band.rule != f"{band.low:g}..{band.high:g}":
        text += f", by the rule {band.rule}"
    referred, accuracy = (band.reached.get(name, math.nan) for name in ("refer_rate", "accuracy"))
    if not math.isnan(referred):
        text += f": {_percent(referred)} of the validation rows"
    if not math.isnan(accuracy):
        text += f"; of the others {_percent(accuracy)} are called rightly"
    return text + "."


def _named(rates: "Rates") -> str:
    return _shares(rates) + (" positive rows" if len(rates) == 2 else "")


def _shares(rates: "Rates") -> str:
    """The share of the positive class of two, or of every class."""
    return " / ".join(map(_percent, rates[1:] if len(rates) == 2 else rates))


def _percent(share: Any) -> str:
    return f"{100 * share:.1f} %"
