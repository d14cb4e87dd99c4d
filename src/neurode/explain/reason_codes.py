"""Reason codes: for each row the few columns that push its prediction most towards the bad event."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, listed
from neurode.explain.arguments import check_whole
from neurode.explain.cells import cells_of
from neurode.explain.explanation import Explanation
from neurode.explain.hybrids import columns_of, players_of
from neurode.explain.reason_wording import Wording, check_wording, typical_shares, typical_values
from neurode.explain.reasons import Reason, ReasonCodes
from neurode.explain.shapley import KEPT, shap_values
from neurode.explain.stability import shares_among_first
from neurode.explain.subject import Subject, subject_of
from neurode.explain.table_hybrids import checked
from neurode.explain.tables import AnyTable, native, table_of, taken

ROWS_AT_ONCE = 2_000
"""Rows that are explained at once at most; fewer where values against each background row are too many."""

ROUNDING = 1e-6
"""What float32 leaves of a column that does nothing, as a part of the prediction."""


SAME = 1e-4
"""How far predictions of the same rows may lie apart, as a part of the largest, by how they were batched."""


def reason_codes(
    model: Any,
    X: Any,
    background: Any = None,
    *,
    n: int = 4,
    adverse: str = "high",
    output: str | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    wording: Mapping[str, str] | None = None,
    n_background: int = 100,
    n_resamples: int = 200,
    explanation: Explanation | None = None,
    seed: int = 0,
) -> ReasonCodes:
    """For each row the columns that push its prediction most towards the bad event.

    They are the columns with the largest SHAP values the adverse way, against typical rows. They say what
    drove this model's number for this row, not what caused the event.

    Args:
        model: An estimator, a scikit-learn pipeline, or a function of a table.
        X: The rows to explain.
        background: Rows to compare with, such as approved ones of the training table; `X` if left out.
        n: The most reasons a row; four is what the commentary on the regulation calls helpful.
        adverse: "high" where the bad event is a high prediction, "low" where it is a low one.
        output: The class or target that is explained; of two classes the positive one if left out.
        groups: By name, columns that are one reason together: `{"delays": ["pay_0", "pay_2"]}`.
        wording: By column or group, the text of its reason, in which `{column}`, `{value}` and `{typical}`
            are filled in; doubled braces are braces.
        n_background: The most background rows, drawn at random where there are more.
        n_resamples: Resamples of these rows, behind the stability.
        explanation: The SHAP values of these rows, by `shap_values` with the same groups, where they are
            known already. The background is then the one of that explanation; `background` tells what is
            typical.
        seed: Of the sample, the orders of columns and the resamples; of an explanation that is given, of the
            resamples alone.

    Raises:
        ArgumentError: The model has several outputs and none is named, a wording has a field of its own, or
            the explanation is not of this model, of these rows and groups.
        UnknownNameError: A group or a wording names a column that does not exist.
        TableError: There is nothing to compare with.

    Example:
        >>> table = {"debt": [1.0, 2.0, 3.0, 9.0], "age": [40, 30, 50, 40]}
        >>> def risk(table):
        ...     return table["debt"].to_numpy() / 10.0
        >>> print(reason_codes(risk, table, wording={"debt": "debts of {value} (usual: {typical})"}))
        row 0: prediction 0.1, on average 0.375
          nothing raises it
        row 1: prediction 0.2, on average 0.375
          nothing raises it
        row 2: prediction 0.3, on average 0.375
          nothing raises it
        row 3: prediction 0.9, on average 0.375
          1. debts of 9 (usual: 3) (+0.525, stability 100 %)

    References:
        Regulation B, 12 CFR 1002.9(b)(2): reasons are to be specific, and the principal ones; its official
        interpretation, comment 9(b)(2)-1: more than four are not likely to help.
    """
    _check_settings(n, n_resamples, n_background, seed, adverse)
    for name, text in (wording or {}).items():
        check_wording(name, text)
    subject = subject_of(model, output)
    _check_outputs(subject.outputs)
    table = table_of(X, subject.estimator)
    if background is None and len(table) < 2:
        raise ArgumentError(
            "one row cannot be compared with itself",
            hint="give background=, rows of the table that the model was trained on",
        )
    others = native(table) if background is None else background
    usual = cells_of(subject, others)
    if explanation is None:
        each = n_background * len(columns_of(subject, table))
        step = max(1, min(ROWS_AT_ONCE, KEPT // max(1, each)))
        pieces = [np.arange(start, min(start + step, len(table))) for start in range(0, len(table), step)]
        parts = [
            shap_values(
                model, native(taken(table, piece)), others, outputs=output, groups=groups,
                n_background=n_background, seed=seed,
            )
            for piece in pieces
        ]  # fmt: skip
    else:
        _check_explanation(explanation, subject, table, groups)
        parts = [explanation]
    rows: list[tuple[Reason, ...]] = []
    is_probability = hasattr(model, "predict_proba")
    for part in parts:
        _check_outputs(part.outputs)
        typical = typical_values(usual, part.members)
        words = Wording(part, typical, wording or {}, typical_shares(usual, typical))
        rows += _reasons(part, words, n, adverse, n_resamples, seed, 100.0 if is_probability else 1.0)
    return ReasonCodes(
        tuple(rows), parts[0].outputs[0], adverse,
        np.concatenate([part.predictions[:, 0] for part in parts]), float(parts[0].base_values[0]),
        is_probability, n_resamples, parts[0].seed,
    )  # fmt: skip


def _check_explanation(
    explanation: Explanation, subject: Subject, table: AnyTable, groups: Mapping[str, Sequence[str]] | None
) -> None:
    """Refuses values of other rows, of another output or scale, or of other groups of columns."""
    if len(explanation) != len(table):
        raise ArgumentError(f"an explanation of {len(explanation)} rows for a table of {len(table)}")
    _check_outputs(explanation.outputs)
    if subject.outputs and explanation.outputs != subject.outputs:
        raise ArgumentError(
            f"an explanation of {explanation.outputs[0]!r}, reasons of {subject.outputs[0]!r}",
            hint="explain the same output: shap_values(…, outputs=)",
        )
    players = players_of(subject, table, groups=groups)
    if dict(zip(explanation.columns, explanation.members)) != players:
        raise ArgumentError(
            f"an explanation of {listed(explanation.columns)} for reasons of {listed(players)}",
            hint="give the same groups to shap_values and to reason_codes, and no columns=",
        )
    said = checked(subject, native(table))
    away = np.abs(explanation.predictions - said).max()
    if away > SAME * max(1.0, float(np.abs(said).max())):
        raise ArgumentError(
            f"the explanation's predictions are up to {away:.3g} away from what the model says of these rows",
            hint="explain these rows by this model, as probabilities: shap_values(model, X, background)",
        )


def _check_outputs(outputs: Sequence[str]) -> None:
    if len(outputs) > 1:
        raise ArgumentError(
            f"the model has {len(outputs)} outputs",
            available=f"outputs: {listed(outputs)}",
            hint="say by output= which of them is the bad event",
        )


def _check_settings(n: Any, n_resamples: Any, n_background: Any, seed: Any, adverse: Any) -> None:
    for name, value in (("n", n), ("n_resamples", n_resamples), ("n_background", n_background)):
        check_whole(name, value, 1)
    check_whole("seed", seed, 0)
    if adverse not in ("high", "low"):
        raise ArgumentError(f"adverse={adverse!r}", available="adverse: 'high', 'low'")


def _reasons(
    part: Explanation, words: Wording, n: int, adverse: str, n_resamples: int, seed: int, unit: float
) -> list[tuple[Reason, ...]]:
    """The reasons of each row."""
    sign = 1.0 if adverse == "high" else -1.0
    pushes = sign * part.values[:, :, 0]
    least = ROUNDING * np.maximum(1.0, np.abs(part.predictions))
    order = np.argsort(-pushes, axis=1, kind="stable")[:, :n]
    strongest = np.take_along_axis(pushes, order, axis=1)
    by_background = part.by_background
    stability = (
        np.full_like(pushes, np.nan)
        if by_background is None
        else shares_among_first(sign * by_background[..., 0], n, least[:, 0], n_resamples, seed)
    )
    return [
        tuple(
            Reason(
                part.columns[place], *words.of(row, place), unit * float(push), float(stability[row, place])
            )
            for place, push in zip(places, row_pushes)
            if push > least[row, 0]
        )
        for row, (places, row_pushes) in enumerate(zip(order.tolist(), strongest.tolist()))
    ]
