"""Fitting a decision on validation rows: calibration, then threshold, then refer band, each on the last."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.evaluation.calibration import fit_calibrator
from neurode.evaluation.decision import Decision, Rates
from neurode.evaluation.prices import Cost
from neurode.evaluation.refer import choose_refer_band
from neurode.evaluation.threshold_bands import threshold_band
from neurode.evaluation.thresholds import choose_threshold


def fit_decision(
    decision: Decision,
    target_codes: Any,
    raw: Any,
    *,
    calibration: str | None = None,
    threshold: str | float | int | None = None,
    refer: str | None = None,
    cost: Cost | None = None,
    amounts: Any = None,
    sample_weight: Any = None,
    n_resamples: int = 500,
    seed: int = 0,
) -> Decision:
    """The decision with all that validation rows have to say about it.

    Where it has deployment rates, threshold and refer band are chosen for them: each row counts as often as
    its class is more frequent there.

    Args:
        decision: Class rates, focal loss and correction, which validation rows do not decide.
        target_codes: The class code of each validation row, from 0.
        raw: What the network says of them, `(rows, classes)`.
        calibration: One of `CALIBRATIONS`; None for none.
        threshold: A rule of `choose_threshold`; None for 0.5, or the likeliest of several classes.
        refer: A rule of `choose_refer_band`; None for no band.
        cost: The price of each case, for the rules "cost".
        amounts: What is at stake in each row.
        sample_weight: What each row counts for.
        n_resamples: Draws for the band of the threshold; 0 for no band.
        seed: Of these draws.

    Example:
        >>> target = np.arange(400) % 4 == 0
        >>> positive = np.where(target, 0.4, 0.2) + np.arange(400) % 10 / 25
        >>> raw = np.column_stack([1 - positive, positive])
        >>> decision = Decision(base_rates=(0.75, 0.25))
        >>> decision = fit_decision(decision, target, raw, calibration="platt", threshold="recall=0.9")
        >>> decision.threshold.reached["recall"]
        1.0
    """
    weight = sample_weight
    if calibration is not None:
        uncalibrated = replace(decision, calibrator=None, deployment_rates=None)
        calibrator = fit_calibrator(
            calibration, target_codes, uncalibrated.probability(raw), sample_weight=weight
        )
        decision = replace(decision, calibrator=calibrator)
    if threshold is None and refer is None:
        return decision
    probability = decision.probability(raw)
    if decision.deployment_rates is not None:
        weight = deployment_weights(target_codes, decision.deployment_rates, weight)
    rule = 0.5 if threshold is None else threshold
    prices = cost if rule == "cost" else None
    stakes = {"amounts": amounts, "sample_weight": weight}
    chosen = choose_threshold(target_codes, probability, rule, cost=prices, **stakes)
    decision = replace(decision, threshold=chosen, threshold_rates=decision.deployment_rates)
    if n_resamples:
        band = threshold_band(
            target_codes, probability, rule, cost=prices, **stakes, n_resamples=n_resamples, seed=seed
        )
        decision = replace(decision, threshold_band=band)
    if refer is None:
        return decision
    referred = choose_refer_band(
        target_codes, probability, threshold=chosen.value, rule=refer, cost=cost, **stakes
    )
    return replace(decision, refer_band=referred)


def deployment_weights(
    target_codes: Any, rates: Rates, sample_weight: Any = None
) -> Float[np.ndarray, " rows"]:
    """What each row counts for, so that the classes are as frequent as in deployment.

    A class without a row stays without.

    Args:
        target_codes: The class code of each row, from 0.
        rates: The share of each class in deployment.
        sample_weight: What each row counts for within its class.

    Example:
        >>> deployment_weights([0, 0, 0, 1], (0.9, 0.1))
        array([1.2, 1.2, 1.2, 0.4])
    """
    codes = np.asarray(target_codes).astype(np.int64)
    weight = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    share = np.bincount(codes, weight, minlength=len(rates)) / weight.sum()
    return weight * (np.array(rates) / np.where(share > 0, share, 1))[codes]
