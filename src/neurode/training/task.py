"""What is learned: a network, how far off each of its outputs is, and what is watched."""

from dataclasses import dataclass
from typing import NamedTuple

from neurode.layers import Graph
from neurode.losses import Loss
from neurode.metrics import Metric
from neurode.optimizers import Optimizer

Named = tuple[str, Metric]
"""A metric with the name that it has in a history."""


class Output(NamedTuple):
    """What is learned at one output.

    Attributes:
        name: The output's name.
        loss: How far off it is, None where nothing is learned.
        loss_weight: What its loss counts in the whole.
        metrics: What is watched; sample weights do not count.
        weighted_metrics: What is watched with sample weights.
    """

    name: str
    loss: Loss | None
    loss_weight: float = 1.0
    metrics: tuple[Named, ...] = ()
    weighted_metrics: tuple[Named, ...] = ()

    @property
    def watched(self) -> tuple[Named, ...]:
        """All metrics in the order of a history."""
        return self.metrics + self.weighted_metrics


@dataclass(frozen=True)
class Task:
    """The key of a compiled program: all of it is frozen and hashable."""

    network: Graph
    outputs: tuple[Output, ...]
    optimizer: Optimizer

    @property
    def names(self) -> tuple[str, ...]:
        """What is logged: the loss, the loss of each output where several have one, then metrics."""
        each = tuple(f"{output.name}_loss" for output in self.outputs if output.loss is not None)
        return ("loss", *(each if len(each) > 1 else ()), *(name for name, _ in self.watched))

    @property
    def watched(self) -> tuple[Named, ...]:
        """The metrics of all outputs in the order of a history."""
        return tuple(named for output in self.outputs for named in output.watched)

    @property
    def has_functions(self) -> bool:
        """Whether a function of the user's own sees the batch.

        It may take sums over the rows, so it must be given the batches that were asked for, without padding.
        """
        losses = [output.loss for output in self.outputs if output.loss is not None]
        metrics = [metric for _, metric in self.watched]
        return any(loss.sees_batches for loss in losses) or any(m.rows_only or m.carries for m in metrics)
