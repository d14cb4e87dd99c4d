"""What a run leaves behind, as a record."""

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurode.callbacks import History
from neurode.diagnosis import Diagnosis
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.evaluation import Comparison
from neurode.evaluation.wording import WIDTH
from neurode.runs.cross_validation import CrossValidation
from neurode.runs.target import Judgement
from neurode.tables import Schema


@dataclass(frozen=True, eq=False)
class Run:
    """A trained and judged network.

    Attributes:
        path: The run folder.
        config: What was asked for.
        schema: What each column of the table is.
        splits: Rows of each part: training, validation, test.
        model: The estimator, with its decision.
        history: Loss and metrics of every epoch.
        judgements: What the test rows say; one, or one for each of several labels.
        cross_validation: What other rows say, if folds were asked for.
        warnings: What a reader should know about the data.
        timings: Seconds of each stage.
        diagnosis: What keeps the network from learning, if anything does.
    """

    path: Path
    config: dict[str, Any]
    schema: Schema
    splits: dict[str, int]
    model: NeuralClassifier | NeuralRegressor
    history: History
    judgements: tuple[Judgement, ...]
    cross_validation: CrossValidation | None = None
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None

    @property
    def id(self) -> str:
        """The name of the run folder."""
        return self.path.name

    @property
    def evaluation(self) -> Comparison:
        """The network beside its baselines on the test rows; of several labels, for the first."""
        return self.judgements[0].comparison

    @property
    def decision(self) -> str:
        """How probabilities become calls, a sentence a line; empty for numbers and labels."""
        return self.judgements[0].decision

    @property
    def reports(self) -> tuple[Path, ...]:
        """Where the reports of the run lie: one, or one for each of several labels."""
        return report_paths(self.path / "report.html", tuple(each.name for each in self.judgements))

    def to_json(self) -> dict[str, Any]:
        """The evaluation as plain JSON values."""
        if len(self.judgements) == 1:
            judged = self.evaluation.to_json()
        else:
            judged = {"labels": {each.name: each.comparison.to_json() for each in self.judgements}}
        if self.decision:
            judged["decision"] = {"text": self.decision, **self.model.decision_.to_json()}
        if self.cross_validation is not None:
            judged["cross_validation"] = self.cross_validation.to_json()
        return judged

    def __str__(self) -> str:
        """Everything that was found, for people."""
        parts = []
        for each in self.judgements:
            if len(self.judgements) > 1:
                parts.append(f"label {each.name}")
            parts.append(str(each.comparison))
        if self.decision:
            lines = (
                textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in self.decision.splitlines()
            )
            parts.append("\n".join(lines))
        if self.cross_validation is not None:
            parts.append(str(self.cross_validation))
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        name, title = ("r2", "R²") if "r2" in self.evaluation.network.metrics else ("roc_auc", "ROC AUC")
        values = [f"{each.comparison.network.metrics[name]}" for each in self.judgements]
        return f"<Run {self.id}: {title} {', '.join(values)}>"


def report_paths(path: Path, names: tuple[str, ...]) -> tuple[Path, ...]:
    """The path itself for one target; for several judged apart, one each with its number and its name.

    Example:
        >>> [path.name for path in report_paths(Path("report.html"), ("late", "lost or stolen"))]
        ['report-1-late.html', 'report-2-lost-or-stolen.html']
    """
    if len(names) == 1:
        return (path,)
    safe = ("".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name) for name in names)
    return tuple(
        path.with_name(f"{path.stem}-{number}-{name[:40]}{path.suffix}")
        for number, name in enumerate(safe, start=1)
    )
