"""What a run leaves behind, as a record."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurode.callbacks import History
from neurode.estimators import NeuralClassifier
from neurode.evaluation import Comparison
from neurode.tables import Schema


@dataclass(frozen=True, eq=False)
class Run:
    """A trained and judged network.

    Attributes:
        path: The run folder.
        config: What was asked for.
        schema: What each column of the table is.
        splits: Rows of each part: training, validation, test.
        model: The classifier, with its threshold.
        history: Loss and metrics of every epoch.
        evaluation: The network beside its baselines on the test rows; prints as a table.
        warnings: What a reader should know about the data.
        timings: Seconds of each stage.
    """

    path: Path
    config: dict[str, Any]
    schema: Schema
    splits: dict[str, int]
    model: NeuralClassifier
    history: History
    evaluation: Comparison
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the run folder."""
        return self.path.name

    def __repr__(self) -> str:
        auc = self.evaluation.network.metrics.get("roc_auc")
        return f"<Run {self.id}: ROC AUC {auc}>"
