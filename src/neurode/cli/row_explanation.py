"""What `neurode explain --row` says: the prediction, what moved it, the reasons, the nearest change."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from neurode.cli.printing import print_table
from neurode.drawing.wording import decimals_for
from neurode.errors import ArgumentError

MOST_COLUMNS = 12
"""Columns that are printed; the rest is summed."""

USUAL_REASONS = 4

OF_A_TARGET = "neurode.explain.nearest_change(..., outputs=, target=) looks for a number to reach"


@dataclass(frozen=True)
class RowExplanation:
    """One row and its explanations.

    Attributes:
        row: Its number, from 0.
        explanation: SHAP values of the row, of one output.
        meaning: What the prediction is.
        decision: The class that it is given, or None of a model of numbers.
        threshold: From where on the positive class is called; None where there is no one line.
        reasons: What raises the prediction, or lowers it; None where that was not asked for.
        is_told: Whether it was asked for by its direction.
        change: The nearest change of the decision; None where it was not asked for, or nothing is decided.
    """

    row: int
    explanation: Any
    meaning: str
    decision: Any
    threshold: float | None
    reasons: Any
    is_told: bool
    change: Any

    def to_json(self) -> dict[str, Any]:
        """All of it as plain JSON values, the strongest column first."""
        return {
            "row": self.row,
            "output": self.explanation.outputs[0],
            "prediction": float(self.explanation.predictions[0, 0]),
            "base_value": float(self.explanation.base_values[0]),
            "base_error": self.explanation.to_json()["base_errors"][0],
            "decision": self.decision,
            "threshold": self.threshold,
            "values": self.explanation.row(0).drop("output").to_dicts(),
            "reasons": None if self.reasons is None else self.reasons.to_json(),
            "nearest_change": None if self.change is None else self.change.to_json(),
        }


def explain_row(
    estimator: Any,
    frame: Any,
    row: int,
    background: Any,
    figure: Path | None,
    as_json: bool,
    *,
    output_name: str | None,
    reasons: int | None,
    groups: Mapping[str, tuple[str, ...]],
    wording: Mapping[str, str],
    adverse: Literal["high", "low"] | None,
    no_change: bool,
    seed: int,
    **limits: Any,
) -> None:
    """Explains one row of a table, prints it, and draws it where that is asked for."""
    from neurode.explain import nearest_change, reason_codes, shap_values

    one = frame[row : row + 1]
    output_name = output_name or _usual_output(estimator, one)
    explanation = shap_values(
        estimator, one, background, groups=groups or None, outputs=output_name, seed=seed
    )
    codes = change = None
    output, has_classes = explanation.outputs[0], hasattr(estimator, "predict_proba")
    # Of several classes, and of numbers, nobody knows which end is the bad one.
    is_of_two = has_classes and (not hasattr(estimator, "decision_") or len(estimator.classes_) == 2)
    if reasons != 0 and (reasons or adverse or wording or is_of_two):
        codes = reason_codes(
            estimator, one, background, n=reasons or USUAL_REASONS, adverse=adverse or "high",
            output=output_name, groups=groups or None, wording=wording, explanation=explanation, seed=seed,
        )  # fmt: skip
    if hasattr(estimator, "decision_"):
        if not no_change:
            change = nearest_change(estimator, frame, row, background=background, **limits)
    else:
        _check_no_limits(limits)
        if not no_change:
            why = "several labels are several decisions" if has_classes else "a number decides nothing"
            click.echo(f"note: no nearest change: {why}; {OF_A_TARGET}", err=True)
    found = RowExplanation(
        row=row,
        explanation=explanation,
        meaning=f"probability of {output}" if has_classes else output,
        decision=_decision(estimator, one, output) if has_classes else None,
        threshold=estimator.threshold_ if has_classes else None,
        reasons=codes,
        is_told=adverse is not None,
        change=change,
    )
    if as_json:
        click.echo(json.dumps(found.to_json(), default=str))
    else:
        _print(found)
    if figure is not None:
        _draw(found, figure)


def _check_no_limits(limits: Mapping[str, Any]) -> None:
    asked = [name for name, columns in limits.items() if columns]
    if asked:
        raise ArgumentError(
            f"--{asked[0].replace('_', '-')} is for the nearest change, which this model has none of",
            hint=OF_A_TARGET,
        )


def _usual_output(estimator: Any, one: Any) -> str | None:
    """Of more than two classes the one that the row is given; of several targets or labels the first."""
    from neurode.explain import subject_of

    outputs = subject_of(estimator).outputs
    if len(outputs) < 2:
        return None
    if hasattr(estimator, "decision_"):
        likeliest = estimator.predict_proba(one)[0].argmax()
        return outputs[int(likeliest)]
    others = ", ".join(outputs[1:])
    click.echo(f"note: {outputs[0]!r} is explained; --of takes another: {others}", err=True)
    return outputs[0]


def _decision(estimator: Any, one: Any, output: str) -> Any:
    """The class of the row, or whether it has the label."""
    decided = estimator.predict(one).tolist()[0]
    if not isinstance(decided, list):
        return decided
    return decided[list(map(str, estimator.classes_)).index(output)]


def _print(found: RowExplanation) -> None:
    from neurode.tables.schema import aligned

    explanation = found.explanation
    facts = [
        ("row", f"{found.row:,}", ""),
        ("prediction", f"{explanation.predictions[0, 0]:,.4g}", found.meaning),
        (
            "base value",
            f"{explanation.base_values[0]:,.4g}",
            _meaning_of_base(explanation),
        ),
    ]
    if found.decision is not None:
        line = "" if found.threshold is None else f"{explanation.outputs[0]} from {found.threshold:.4g} on"
        facts.insert(2, ("decision", str(found.decision), line))
    click.echo(aligned(facts) + "\n")
    print_table(["column", "value", "adds"], _steps(explanation), right=(1, 2))
    for heading, record in ((_heading(found), found.reasons), ("nearest change", found.change)):
        if record is not None:
            # The first line tells the row and its prediction again.
            lines = [line.strip() for line in str(record).splitlines()[1:]]
            click.echo("\n".join(["", heading, *lines]))


def _meaning_of_base(explanation: Any) -> str:
    """Of how many rows it is the mean, and how sure that is."""
    by, error = explanation.by_background, float(explanation.base_errors[0])
    meaning = "mean" if by is None else f"mean of {len(by):,} rows"
    return meaning if math.isnan(error) else f"{meaning}, standard error {error:,.2g}"


def _heading(found: RowExplanation) -> str:
    """Which reasons these are: what they do to the prediction, not whether that is bad."""
    if found.reasons is None:
        return ""
    does, other = ("raise", "lower") if found.reasons.adverse == "high" else ("lower", "raise")
    told = f"the {found.meaning}" if found.reasons.is_probability else found.meaning
    opposite = "low" if found.reasons.adverse == "high" else "high"
    hint = "" if found.is_told else f" (--adverse {opposite}: what {other}s it)"
    return f"reasons that {does} {told}{hint}"


def _steps(explanation: Any) -> list[list[str]]:
    """What each column adds, the strongest first, the rest as one."""
    moved = explanation.row(0)
    decimals = 1 + decimals_for(moved["moved"].to_numpy())
    shown = moved.select("column", "value_of_the_row", "moved").rows()
    rest = shown[MOST_COLUMNS:]
    if rest:
        shown[MOST_COLUMNS:] = [(f"({len(rest)} more)", "", sum(added for _, _, added in rest))]
    return [[name, value, f"{added:+,.{decimals}f}"] for name, value, added in shown]


def _draw(found: RowExplanation, path: Path) -> None:
    from neurode.drawing import draw_waterfall, save_figure

    explanation = found.explanation
    shown = explanation.data.row(0, named=True)
    save_figure(
        draw_waterfall(
            explanation.columns,
            explanation.values[0, :, 0],
            float(explanation.base_values[0]),
            {name: shown[name] for name in explanation.columns if name in shown},
            output=found.meaning,
            threshold=found.threshold,
        ),
        path,
    )
    click.echo(f"figure: {path}", err=True)
