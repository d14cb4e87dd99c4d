"""What there is to say about segments of rows, as records."""

from dataclasses import dataclass
from typing import Any

from neurode.evaluation import stored
from neurode.evaluation.intervals import Interval

CERTAINTY = 0.05
"""How likely it may be that chance alone makes any of the segments a finding."""

_SHARES = {"observed_rate", "confidence", "accuracy"}
_TITLES = {
    "observed_rate": "observed rate",
    "confidence": "rows called rightly",
    "accuracy": "accuracy",
    "roc_auc": "ROC AUC",
    "bias": "mean of actual less predicted",
    "mae": "mean absolute error",
}


@dataclass(frozen=True)
class SegmentFinding:
    """A segment that deviates by more than chance would make it.

    Attributes:
        metric: What deviates: `observed_rate` (two classes), `confidence` (more: the share of right calls) or
            `bias` (numbers) from what was promised; `roc_auc`, `accuracy` or `mae` from that of all other
            rows.
        value: What it is in the segment.
        expected: What it was held against.
        against: "promised" or "elsewhere".
        p_value: How likely chance alone makes any of all segments deviate so (corrected by Holm's method).
        worse: Whether the model is worse here: any broken promise, or a worse metric than elsewhere.

    Example:
        >>> print(SegmentFinding("observed_rate", 0.312, 0.242, "promised", 0.0004, True))
        observed rate 31.2 %, 24.2 % promised (p < 0.001)
    """

    metric: str
    value: float
    expected: float
    against: str
    p_value: float
    worse: bool

    def __str__(self) -> str:
        form = "{:.1%}" if self.metric in _SHARES else "{:.4g}"
        value, expected = (form.format(number).replace("%", " %") for number in (self.value, self.expected))
        chance = "p < 0.001" if self.p_value < 0.001 else f"p = {self.p_value:.3f}"
        return f"{_TITLES[self.metric]} {value}, {expected} {self.against} ({chance})"


@dataclass(frozen=True)
class Segment:
    """The rows of one level or bin of a column.

    Attributes:
        column: The name of the column.
        label: The name of the segment.
        n_rows: How many rows it has.
        observed: What was there: the rate of the positive class (two classes), the share of rows whose
            likeliest class is right (more), or the mean (numbers), with its 95 % interval.
        predicted: What was promised of it: the mean probability or prediction.
        metrics: `roc_auc`, `accuracy`, `recall` and `precision` (two classes), `accuracy` (more), `mae` and
            `bias`, the mean of actual less predicted (numbers), each with its 95 % interval; NaN where the
            rows cannot tell.
        findings: In which ways it deviates beyond chance, the surest first.
    """

    column: str
    label: str
    n_rows: int
    observed: Interval
    predicted: float
    metrics: dict[str, Interval]
    findings: tuple[SegmentFinding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The segment as plain JSON values; what is not a number is None."""
        return {
            "column": self.column,
            "label": self.label,
            "n_rows": self.n_rows,
            "observed": _interval_to_json(self.observed),
            "predicted": stored.plain_numbers({"predicted": self.predicted})["predicted"],
            "metrics": {name: _interval_to_json(interval) for name, interval in self.metrics.items()},
            "findings": [vars(finding) for finding in self.findings],
        }


@dataclass(frozen=True, eq=False)
class Segments:
    """Every segment of some columns, and all rows together.

    Attributes:
        everything: All rows as one segment.
        segments: In the order of the columns; those without a row are left out, as are columns of one
            segment.
        n_tests: How many comparisons were made. The p-values of findings are corrected for them.
        correction: The method.
        certainty: The corrected p-value below which a deviation is a finding.
    """

    everything: Segment
    segments: tuple[Segment, ...]
    n_tests: int
    correction: str = "Holm"
    certainty: float = CERTAINTY

    @property
    def deviating(self) -> tuple[Segment, ...]:
        """The segments with findings, the surest first."""
        found = [segment for segment in self.segments if segment.findings]
        return tuple(sorted(found, key=lambda segment: segment.findings[0].p_value))

    def to_json(self) -> dict[str, Any]:
        """The segments as plain JSON values."""
        return {
            "everything": self.everything.to_json(),
            "segments": [segment.to_json() for segment in self.segments],
            "n_tests": self.n_tests,
            "correction": self.correction,
            "certainty": self.certainty,
        }


def _interval_to_json(interval: Interval) -> dict[str, float | None]:
    return stored.plain_numbers(vars(interval))
