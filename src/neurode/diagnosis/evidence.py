"""What the doctor looks at, as plain numbers: every check is a function of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.glass_box.vitals import LayerVitals

LEAST_ROWS = 30
"""With fewer rows, shares of rows and means over rows are left to chance."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What the network makes of some rows.

    Attributes:
        losses: The loss of each row.
        constant: The loss of each row under the best constant prediction of the training rows.
        nudged: The loss of each row a tenth of the way from that constant to the prediction: what is there
            but overconfident still shows in it.
        targets: The target of each output.
        predictions: The prediction of each output.
        calls: For each output of classes the class that each row is called, and the class that it is.
        inputs: The inputs, where they are one array of numbers; else None.
    """

    losses: Float[np.ndarray, " rows"]
    constant: Float[np.ndarray, " rows"]
    nudged: Float[np.ndarray, " rows"]
    targets: tuple[np.ndarray, ...]
    predictions: tuple[np.ndarray, ...]
    calls: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    inputs: np.ndarray | None = None

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.losses)

    @property
    def effective_size(self) -> float:
        """How many rows of two equal classes, or of numbers, tell as much: of a rare class few do.

        That is `4 n₁ n₂ / n`, where `n₁` rows are of the commonest class and `n₂` of others.
        """
        if len(self.calls) < len(self.targets):
            return float(self.size)
        sizes = []
        for _, classes in self.calls:
            others = len(classes) - int(np.unique(classes, return_counts=True)[1].max(initial=0))
            share = min(others / max(len(classes), 1), 0.5)
            sizes.append(4 * share * (1 - share) * len(classes))
        return float(max(sizes, default=self.size))

    @property
    def loss(self) -> float:
        """The mean loss."""
        return float(self.losses.mean(dtype=np.float64))

    @property
    def constant_loss(self) -> float:
        """The mean loss of the best constant."""
        return float(self.constant.mean(dtype=np.float64))

    @property
    def error(self) -> float:
        """The standard error of the mean loss."""
        return float(self.losses.std(dtype=np.float64)) / math.sqrt(self.size)

    @property
    def gain(self) -> tuple[float, float]:
        """How much lower the loss is than the constant's, and the standard error of that, row by row."""
        return self._saved(self.losses)

    @property
    def hint(self) -> tuple[float, float]:
        """The same for predictions that are brought nearer to the constant."""
        return self._saved(self.nudged)

    def _saved(self, losses: Float[np.ndarray, " rows"]) -> tuple[float, float]:
        saved = self.constant.astype(np.float64) - losses
        return float(saved.mean()), float(saved.std()) / math.sqrt(self.size)


@dataclass(frozen=True, eq=False)
class Curve:
    """How training went.

    Attributes:
        history: Loss and metrics by epoch.
        planned: The epochs that were asked for; None if not known.
        kept: The epoch, from 0, whose weights the network has; None for the last.
        was_interrupted: Whether a person ended it.
    """

    history: Mapping[str, Sequence[Any]]
    planned: int | None = None
    kept: int | None = None
    was_interrupted: bool = False

    @property
    def loss(self) -> np.ndarray:
        """The training loss by epoch."""
        return self._numbers("loss")

    @property
    def validation_loss(self) -> np.ndarray:
        """The validation loss by epoch; empty where there is none."""
        return self._numbers("val_loss")

    @property
    def epochs(self) -> int:
        """How many there were."""
        return len(self.loss)

    @property
    def kept_last(self) -> bool:
        """Whether the network has the weights of the last epoch, not of a better one before."""
        return self.kept is None or self.kept >= self.epochs - 1

    def _numbers(self, name: str) -> np.ndarray:
        return np.asarray(self.history.get(name, ()), np.float64)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything there is to look at; what is not known is empty or None.

    Attributes:
        kernels: The kernel of each layer that has one, in the order of the network.
        n_weights: How many weights train.
        layers: The vital signs of the layers, on the training rows.
        updates: For each layer with a kernel the share of it that a step of the optimiser changes.
        step_size: How far a step moves a weight at most, where the optimiser bounds it.
        curve: How training went.
        training: What the network makes of training rows.
        validation: What it makes of validation rows.
        n_rows: How many rows it was trained on.
        losses: The loss of each output.
        activations: The activation of each output.
        reads_inputs: Whether the first kernel is given the inputs as they are.
        judgements: What test rows say of a run.
    """

    kernels: Mapping[str, np.ndarray]
    n_weights: int
    layers: tuple[LayerVitals, ...] = ()
    updates: Mapping[str, float] = field(default_factory=dict)
    step_size: float | None = None
    curve: Curve | None = None
    training: Rows | None = None
    validation: Rows | None = None
    n_rows: int | None = None
    losses: tuple[Any, ...] = ()
    activations: tuple[str, ...] = ()
    reads_inputs: bool = False
    judgements: tuple[Any, ...] = ()

    @property
    def scale(self) -> float | None:
        """What a loss is measured by: that of the best constant, or else that of the first epoch."""
        if self.training is not None and self.training.constant_loss > 0:
            return self.training.constant_loss
        if self.curve is not None and self.curve.epochs and self.curve.loss[0] > 0:
            return float(self.curve.loss[0])
        return None

    @property
    def looked_at(self) -> tuple[str, ...]:
        """What there is, in words."""
        found = ["the weights"]
        if self.curve is not None and self.curve.epochs:
            found.append(f"the history of {counted(self.curve.epochs, 'epoch')}")
        for rows, kind in ((self.training, "training"), (self.validation, "validation")):
            if rows is not None:
                few = " (too few to tell much)" if rows.size < LEAST_ROWS else ""
                found.append(counted(rows.size, f"{kind} row") + few)
        if self.judgements:
            found.append("the judgement on the test rows")
        return tuple(found)


def counted(count: int, noun: str) -> str:
    """A number and its noun.

    Example:
        >>> counted(1, "row"), counted(2048, "row")
        ('1 row', '2,048 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
